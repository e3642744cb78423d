package tensor

import (
	"context"
	"slices"
	"sync"

	"github.com/flambeau-ml/flambeau/graph"
)

// Custom is a function of arrays written in Go: something that is no composition of operators. Its operands are arrays
// of numbers in memory, row-major; see graph.Array. It has no derivative: wrap it in a Function to give it one.
type Custom struct {
	Name string
	// Results are the types of the results, given those of the operands. Its error says what does not fit.
	Results func(in []graph.Type) ([]graph.Type, error)
	// Call computes the results, which are allocated, from the operands, which it must not change. It may be called from
	// any goroutine. Its error is given to whoever reads a result.
	Call func(in, out []*graph.Array) error
	// Effect says that Call does more than compute its results. It is then called at once, exactly once for each Apply;
	// without, it is called when a result is needed, and never if none is.
	Effect bool

	mu   sync.Mutex
	host *graph.Host
}

// NewCustom makes a Custom that is called when a result is needed.
func NewCustom(name string, results func(in []graph.Type) ([]graph.Type, error), call func(in, out []*graph.Array) error) *Custom {
	return &Custom{Name: name, Results: results, Call: call}
}

// Apply calls c on xs. It panics with *Error where the operands do not fit; what Call returns as an error panics where a
// result is read, and at once where c has an effect.
func (c *Custom) Apply(xs ...*Tensor) []*Tensor {
	if c.Effect {
		return c.now(xs)
	}
	r := record(c.Name)
	defer r.done()
	vs := r.readAll(xs)
	in := make([]graph.Type, len(vs))
	for i, v := range vs {
		in[i] = v.Type
	}
	ts := c.types(in)
	if len(xs) == 0 {
		graph.Fail(c.Name, "a custom function takes at least one operand")
	}
	h := c.of()
	out := make([]*Tensor, len(ts))
	for i, t := range ts {
		out[i] = r.handle(graph.Apply(graph.Custom, &graph.Attrs{Host: h, Index: i, DType: t.DType, Shape: t.Shape}, vs...))
	}
	return out
}

// types are the types of the results, checked.
func (c *Custom) types(in []graph.Type) []graph.Type {
	ts, err := c.Results(slices.Clone(in))
	if err != nil {
		graph.Fail(c.Name, "%v", err)
	}
	return ts
}

// of is c as the graph knows it, the same each time.
func (c *Custom) of() *graph.Host {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.host == nil {
		c.host = &graph.Host{Name: c.Name, Results: c.Results, Eval: c.Call}
	}
	return c.host
}

// now calls c at once.
func (c *Custom) now(xs []*Tensor) []*Tensor {
	var in, out []*graph.Array
	var types []graph.Type
	for _, x := range xs {
		data, err := x.Bytes(context.Background())
		if err != nil {
			panic(asError(err))
		}
		a, err := graph.FromBytes(x.typ.DType, x.Shape(), data)
		if err != nil {
			panic(asError(err))
		}
		in, types = append(in, a), append(types, a.Type())
	}
	r := record(c.Name)
	defer r.done()
	for _, t := range c.types(types) {
		dims, _ := t.Shape.Ints()
		out = append(out, graph.NewArray(t.DType, dims...))
	}
	if err := c.Call(in, out); err != nil {
		graph.Fail(c.Name, "%v", err)
	}
	ys := make([]*Tensor, len(out))
	for i, a := range out {
		ys[i] = FromArray(a)
	}
	return ys
}
