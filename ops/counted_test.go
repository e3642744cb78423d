package ops

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// counting is a function that is evaluated as far as it goes whenever an operator asks for a count.
type counting struct {
	*graph.Func
	args   []*graph.Array
	env    map[string]int64
	named  bool // counts are named sizes
	counts int
	failed error
}

func (c *counting) Param(name string, t graph.Type) *graph.Value {
	v := c.Func.Param(name, t)
	v.Home = c
	return v
}

func (c *counting) Emit(op *graph.Primitive, attrs *graph.Attrs, args []*graph.Value, typ graph.Type) *graph.Value {
	v := c.Func.Emit(op, attrs, args, typ)
	v.Home = c
	return v
}

func (c *counting) Count(n *graph.Value, most *graph.Size) graph.Size {
	c.counts++
	c.Return(n)
	c.Settle()
	out, err := graph.Eval(c.Func, c.env, c.args)
	if err != nil {
		graph.Fail("count", "%v", err)
	}
	k := out[0].I[0]
	if most != nil {
		if limit := c.Solver().Resolve(*most).Eval(func(name string) (int64, bool) { v, ok := c.env[name]; return v, ok }); k > limit {
			c.failed = errors.New("a count is larger than its bound")
		}
	}
	if !c.named || k < 0 {
		return graph.N(int(k))
	}
	name := "count" + string(rune('a'+c.counts))
	c.env[name] = k
	return graph.Sym(name)
}

// TestCounted checks that the operators that say so, and no others, ask how large their results are, that what they ask
// for is within the bound that they give, and that without an answer they are refused.
func TestCounted(t *testing.T) {
	n := 0
	for _, op := range Table() {
		asked := 0
		for i, s := range op.Samples(rand.New(rand.NewPCG(1, 2))) {
			c := &counting{Func: graph.NewFunc("f"), env: map[string]int64{}}
			a, _ := parameters(c, s.Args, &c.args, concreteType).([]any)
			k, _ := parameters(c, s.Kwargs, &c.args, concreteType).(map[string]any)
			if _, err := Call(c, op.Name(), a, k); err != nil || c.failed != nil {
				t.Errorf("%s, sample %d: %v %v", op.Name(), i, err, c.failed)
			}
			if asked += c.counts; c.counts == 0 {
				continue
			}
			f := graph.NewFunc("f")
			var args []*graph.Array
			a, _ = parameters(f, s.Args, &args, concreteType).([]any)
			k, _ = parameters(f, s.Kwargs, &args, concreteType).(map[string]any)
			var refused *graph.Error
			if _, err := Call(f, op.Name(), a, k); !errors.As(err, &refused) || !strings.Contains(err.Error(), "depends on values") {
				t.Errorf("%s, sample %d, where values cannot be read: %v", op.Name(), i, err)
			}
		}
		if op.Counted != (asked > 0) {
			t.Errorf("%s: Counted is %v, and its samples ask for %d counts", op.Name(), op.Counted, asked)
		}
		if op.Counted {
			n++
		}
	}
	if n < 10 {
		t.Errorf("only %d operators ask for counts", n)
	}
}
