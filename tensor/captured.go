package tensor

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/callers"
)

// Captured is a function that package compile made: what its calls have in common.
type Captured struct {
	op        string
	fullGraph bool
	freeze    bool

	mu       sync.Mutex
	programs map[*plan]*entry
	compiled []string    // why, of each program
	last     []operation // of the last one
	splits   map[callers.ID]int
	runs     int
	forms    []*frozen
	why      string // the last call that could not be frozen

	ready atomic.Pointer[[]*frozen] // those of forms by which calls can be done
	calls atomic.Int64              // done so
}

// NewCaptured is for package compile. op names the function in errors; fullGraph makes reading a value inside an error;
// freeze lets calls that repeat be done without the function.
func NewCaptured(op string, fullGraph, freeze bool) *Captured {
	return &Captured{op: op, fullGraph: fullGraph, freeze: freeze, programs: map[*plan]*entry{}, splits: map[callers.ID]int{}}
}

// Call runs f on aliases of args, and then, as one program, all that it computed from them. It gives what f returned, as
// it is seen outside. A panic of f goes on, and leaves tensors and gradients as they were. f may append its results to out.
func (c *Captured) Call(f func(in, out []*Tensor) []*Tensor, args []*Tensor) []*Tensor {
	d := c.device(args)
	if d == nil {
		return f(args, nil) // a part of the capture around it
	}
	k := d.open(c)
	if k == nil {
		return f(args, nil)
	}
	done := false
	var study *study
	defer func() {
		study.end()
		if !done {
			k.abort()
		}
		k.forget()
	}()
	if c.freeze {
		study = c.study(k, args)
	}
	in, inside := k.few.in[:0], make([]Tensor, len(args))
	for i, x := range args {
		if x == nil {
			in = append(in, nil)
			continue
		}
		k.scope.in(&inside[i], x)
		in = append(in, &inside[i])
	}
	ys := f(in, k.few.results[:0])
	return k.finish(ys, study, &done)
}

// CapturedStats is what package compile tells about a function.
type CapturedStats struct {
	Runs     int      // calls of the function itself
	Programs int      // that its calls were
	Compiled []string // why each of them was compiled
	Splits   []Split
	Freeze   bool
	Forms    int    // of frozen calls, by the types of arguments, modes and so on
	Frozen   int64  // calls done without the function
	Why      string // the last call could not be frozen
}

// Split is a line at which a value is read.
type Split struct {
	Line  string
	Times int
}

// operation is one step of a program.
type operation struct {
	op    string
	where callers.ID
	dtype graph.DType
	rank  int
}

// ran notes which program a call is, and what it has that the last one had not. Under mu.
func (c *Captured) ran(e *evaluation, ent *entry, p *plan) {
	if c.programs[p] != nil {
		return
	}
	var steps []operation
	for i, n := range e.order {
		s := operation{n.op, n.where, n.typ.DType, len(n.typ.Shape)}
		if op := e.recs[i].op; s.op == "" && op != nil {
			s.op = op.Name
		}
		steps = append(steps, s)
	}
	why := "the first call"
	switch {
	case len(c.programs) == 0:
	case slices.Contains(slices.Collect(maps.Values(c.programs)), ent):
		why = "values are read that were not kept before"
	default:
		why = changed(c.last, steps)
	}
	c.programs[p], c.last = ent, steps
	if len(c.compiled) < maxReasons {
		c.compiled = append(c.compiled, why)
	}
}

// maxReasons is how many programs of a function Explain speaks of.
const maxReasons = 16

// changed says what b has that a has not.
func changed(a, b []operation) string {
	for i, y := range b {
		if i == len(a) {
			return fmt.Sprintf("there is a %s%s besides", y.op, lineOf(y.where))
		}
		switch x := a[i]; {
		case x.op != y.op || x.where != y.where:
			return fmt.Sprintf("there is a %s%s where there was a %s%s", y.op, lineOf(y.where), x.op, lineOf(x.where))
		case x.dtype != y.dtype:
			return fmt.Sprintf("the %s%s is of %s, not %s", y.op, lineOf(y.where), y.dtype, x.dtype)
		case x.rank != y.rank:
			return fmt.Sprintf("the %s%s has %d axes, not %d", y.op, lineOf(y.where), y.rank, x.rank)
		}
	}
	if len(a) > len(b) {
		return fmt.Sprintf("the %s%s is not there", a[len(b)].op, lineOf(a[len(b)].where))
	}
	return "other axes broadcast or are reshaped, or other results are kept"
}

// Stats says what the function did so far.
func (c *Captured) Stats() CapturedStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := CapturedStats{Runs: c.runs, Programs: len(c.programs), Compiled: slices.Clone(c.compiled), Freeze: c.freeze, Frozen: c.calls.Load(), Why: c.why}
	for where, n := range c.splits {
		s.Splits = append(s.Splits, Split{where.String(), n})
	}
	slices.SortFunc(s.Splits, func(x, y Split) int { return cmp.Compare(x.Line, y.Line) })
	if fs := c.ready.Load(); fs != nil {
		s.Forms = len(*fs)
	}
	if s.Why == "" {
		s.Why = "no two calls in a row did the same yet"
	}
	return s
}

// Results is how many results a frozen call has, or −1 where none is frozen.
func (c *Captured) Results() int {
	if fs := c.ready.Load(); fs != nil && len(*fs) > 0 {
		return (*fs)[0].results
	}
	return -1
}
