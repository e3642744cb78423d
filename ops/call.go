package ops

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
)

// Call applies the operator called name: "aten.softmax.int", "softmax.int", or the base name "softmax", for which the
// arguments choose the overload. Tensors are given as *graph.Value and lists of them as []*graph.Value, numbers as any
// of Go's, sizes as ints or graph.Size, dtypes as graph.DType or by name, absent ones as nil. What is not given has
// the schema's default. b makes the values of operators that take no tensors. Operators whose sizes depend on values
// ([Op.Counted]) need operands made by a [Counter].
//
// The results are followed by the new values of the tensors that the schema marks as written, and the state of the
// generator after the draw; these are nil where the argument is absent. Lists of results are given element by element.
func Call(b graph.Builder, name string, args []any, kwargs map[string]any) ([]*graph.Value, error) {
	op, in, err := Bind(b, name, args, kwargs)
	if err != nil {
		return nil, err
	}
	return op.call(in)
}

// Bind finds the operator that Call would apply and the arguments of its body.
func Bind(b graph.Builder, name string, args []any, kwargs map[string]any) (*Op, []reflect.Value, error) {
	if op, ok := Lookup(name); ok && (op.schema.Overload != "" || len(byBaseName[op.schema.Name]) == 1) {
		in, err := op.bind(b, args, kwargs)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", op.Schema, err)
		}
		return op, in, nil
	}
	candidates := byBaseName[Canonical(name)]
	if len(candidates) == 0 {
		return nil, nil, fmt.Errorf("ops: no operator %q", name)
	}
	var reasons []string
	for _, op := range candidates {
		in, err := op.bind(b, args, kwargs)
		if err == nil {
			return op, in, nil
		}
		reasons = append(reasons, fmt.Sprintf("\t%s: %v", op.Schema, err))
	}
	return nil, nil, fmt.Errorf("ops: the arguments fit no %s:\n%s", name, strings.Join(reasons, "\n"))
}

// bind lays out args and kwargs as the body's parameters.
func (op *Op) bind(b graph.Builder, args []any, kwargs map[string]any) ([]reflect.Value, error) {
	var in []reflect.Value
	if op.Creates() {
		if b == nil {
			return nil, errors.New("needs a builder")
		}
		in = append(in, reflect.ValueOf(b))
	}
	used, t := 0, op.body.Type()
	for i, a := range op.schema.Args {
		v, given := kwargs[a.Name]
		if given {
			used++
		}
		switch {
		case i < len(args) && a.KwOnly:
			return nil, fmt.Errorf("takes %d arguments by position, not %d", i, len(args))
		case i < len(args) && given:
			return nil, fmt.Errorf("%s is given twice", a.Name)
		case i < len(args):
			v = args[i]
		case !given && a.Default != "":
			v = defaultOf(a)
		case !given && a.Type.Base == "Generator":
			v = nil
		case !given && Passed(a):
			return nil, fmt.Errorf("%s is missing", a.Name)
		}
		if !Passed(a) {
			continue
		}
		x, err := convert(a, t.In(len(in)), v)
		if err != nil {
			return nil, err
		}
		in = append(in, x)
	}
	if len(args) > len(op.schema.Args) {
		return nil, fmt.Errorf("takes %d arguments, not %d", len(op.schema.Args), len(args))
	}
	if used < len(kwargs) {
		for name := range kwargs {
			if !slices.ContainsFunc(op.schema.Args, func(a Arg) bool { return a.Name == name }) {
				return nil, fmt.Errorf("takes no argument %s", name)
			}
		}
	}
	return in, nil
}

// call runs the body. What does not fit, in whatever way it shows, is an error that names the schema.
func (op *Op) call(in []reflect.Value) (out []*graph.Value, err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case error:
			out, err = nil, fmt.Errorf("%s: %w", op.Schema, e)
		default:
			out, err = nil, fmt.Errorf("%s: %v", op.Schema, e)
		}
	}()
	for _, r := range op.body.Call(in) {
		switch r := r.Interface().(type) {
		case *graph.Value:
			out = append(out, r)
		case []*graph.Value:
			out = append(out, r...)
		}
	}
	return out, nil
}
