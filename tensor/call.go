package tensor

import (
	"errors"
	"fmt"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/ops"
)

// Call applies the operator called name by PyTorch's name: "aten.softmax.int", "softmax.int", or "softmax", for which
// the arguments choose the overload; "add_" and "add_.Tensor" write their first operand, and a tensor named out takes
// the result. Arguments are given as ops.Call takes them, with *Tensor, []*Tensor and *Generator in the place of
// values: by position, or by the name that PyTorch gives them.
//
// Results that share memory in PyTorch share it here. Tensors that the operator writes, as running statistics, are
// written, and generators move on. What does not fit is an error, never a panic.
func Call(name string, args []any, kwargs map[string]any) ([]*Tensor, error) {
	var out []*Tensor
	var misfit error
	err := Try(func() { out, misfit = call(name, args, kwargs) })
	if err == nil {
		err = misfit
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

func call(name string, args []any, kwargs map[string]any) (out []*Tensor, err error) {
	base, overload, _ := strings.Cut(strings.TrimPrefix(name, "aten."), ".")
	r := record(base)
	defer r.done()
	c := &caller{r: r, name: name, tensors: map[string]any{}}
	if plain, ok := strings.CutSuffix(base, "_"); ok {
		if _, known := ops.Lookup(name); !known {
			c.name, c.inPlace = strings.TrimSuffix(plain+"."+overload, "."), true
		}
	}
	if err := c.bind(args, kwargs); err != nil {
		return nil, c.error(err)
	}
	if c.op.View && c.first != nil && !c.inPlace && c.into == nil {
		return c.views()
	}
	results, err := ops.Call(r, c.name, c.args, c.kwargs)
	if err != nil {
		return nil, c.error(err)
	}
	return c.finish(results)
}

// caller is one call by name.
type caller struct {
	r       *recorder
	name    string // of the operator's entry
	inPlace bool
	into    *Tensor // out=

	op      *ops.Op
	first   *Tensor        // the first argument, if it is a tensor
	tensors map[string]any // *Tensor, []*Tensor or *Generator by the name of the argument
	args    []any
	kwargs  map[string]any
}

// error is err with the caller's line.
func (c *caller) error(err error) error {
	var e *Error
	if errors.As(err, &e) {
		return err
	}
	return &Error{Op: c.r.op, Msg: err.Error(), where: c.r.where, cause: err}
}

// bind finds the operator and reads the tensors among its arguments.
func (c *caller) bind(args []any, kwargs map[string]any) error {
	c.args, c.kwargs = make([]any, len(args)), make(map[string]any, len(kwargs))
	for i, a := range args {
		c.args[i] = c.read(a)
	}
	for name, a := range kwargs {
		c.kwargs[name] = c.read(a)
	}
	if x, ok := kwargs["out"].(*Tensor); ok {
		c.into = x
		delete(c.kwargs, "out")
	}
	op, _, err := ops.Bind(c.r, c.name, c.args, c.kwargs)
	if err != nil {
		return err
	}
	c.op = op
	if len(args) > 0 {
		c.first, _ = args[0].(*Tensor)
	}
	for i, a := range op.Signature().Args {
		if i < len(args) {
			c.tensors[a.Name] = args[i]
		} else {
			c.tensors[a.Name] = kwargs[a.Name]
		}
	}
	switch {
	case c.inPlace && (!op.InPlace || c.first == nil):
		return fmt.Errorf("%s has no form that writes its first operand", op.Name())
	case c.into != nil && !op.Out:
		return fmt.Errorf("%s has no form that writes a given tensor", op.Name())
	}
	return nil
}

// read is argument a with values for tensors.
func (c *caller) read(a any) any {
	switch a := a.(type) {
	case *Tensor:
		if a == nil {
			return nil
		}
		return c.r.read(a)
	case *Generator:
		if a == nil {
			return nil
		}
		return c.r.generator(a)
	case []*Tensor:
		vs := make([]*graph.Value, len(a))
		for i, t := range a {
			vs[i] = c.r.readOpt(t)
		}
		return vs
	case []any:
		vs := make([]any, len(a))
		for i, x := range a {
			vs[i] = c.read(x)
		}
		return vs
	}
	return a
}

// views are the results of an operator that shows its first operand in another way.
func (c *caller) views() ([]*Tensor, error) {
	var err error
	body := func(x *graph.Value) []*graph.Value {
		c.args[0] = x
		vs, e := ops.Call(x.Home, c.name, c.args, c.kwargs)
		if e != nil {
			err = e
			return []*graph.Value{x}
		}
		return vs
	}
	out := c.r.views(c.first, body)
	if err != nil {
		return nil, c.error(err)
	}
	return out, nil
}

// finish writes what the operator writes and gives its results.
func (c *caller) finish(results []*graph.Value) ([]*Tensor, error) {
	written := c.op.Written()
	n := len(results)
	for _, a := range written {
		n -= c.width(a)
	}
	rest := results[n:]
	for _, a := range written {
		k := c.width(a)
		c.write(c.tensors[a.Name], rest[:k])
		rest = rest[k:]
	}
	switch {
	case c.inPlace || c.into != nil:
		to := c.into
		if to == nil {
			to = c.first
		}
		if n != 1 {
			return nil, c.error(fmt.Errorf("%s has %d results, of which none can be written", c.op.Name(), n))
		}
		return []*Tensor{c.r.write(to, results[0])}, nil
	}
	return c.r.handles(results[:n]), nil
}

// width is how many new values a written argument has.
func (c *caller) width(a ops.Arg) int {
	switch x := c.tensors[a.Name].(type) {
	case []*Tensor:
		return len(x)
	case []any:
		return len(x)
	}
	return 1
}

// write gives what stands for an argument its new values.
func (c *caller) write(to any, vs []*graph.Value) {
	switch to := to.(type) {
	case *Generator:
		if to != nil {
			c.r.advance(to, vs[0])
		}
	case *Tensor:
		if to != nil && vs[0] != nil {
			c.r.write(to, vs[0])
		}
	case []*Tensor:
		for i, v := range vs {
			c.write(to[i], []*graph.Value{v})
		}
	case []any:
		for i, v := range vs {
			c.write(to[i], []*graph.Value{v})
		}
	}
}
