package ops

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func concreteType(a *graph.Array) graph.Type { return a.Type() }

// parameters makes of each array in v a parameter of f, and keeps the array in args.
func parameters(f interface {
	Param(name string, t graph.Type) *graph.Value
}, v any, args *[]*graph.Array, typ func(*graph.Array) graph.Type) any {
	switch v := v.(type) {
	case *graph.Array:
		*args = append(*args, v)
		return f.Param(fmt.Sprintf("x%d", len(*args)-1), typ(v))
	case []*graph.Array:
		out := make([]*graph.Value, len(v))
		for i, a := range v {
			out[i] = parameters(f, a, args, typ).(*graph.Value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = parameters(f, e, args, typ)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for _, k := range sortedKeys(v) {
			out[k] = parameters(f, v[k], args, typ)
		}
		return out
	}
	return v
}

// run evaluates a call with its tensors as parameters.
func run(name string, args []any, kwargs map[string]any, typ func(*graph.Array) graph.Type, env map[string]int64) ([]*graph.Array, error) {
	f := &counting{Func: graph.NewFunc(strings.ReplaceAll(name, ".", "_")), env: env, named: env != nil}
	a, _ := parameters(f, args, &f.args, typ).([]any)
	k, _ := parameters(f, kwargs, &f.args, typ).(map[string]any)
	out, err := Call(f, name, a, k)
	if err != nil {
		return nil, err
	}
	f.Return(slices.DeleteFunc(slices.Clone(out), func(v *graph.Value) bool { return v == nil })...)
	f.Settle()
	values, err := graph.Eval(f.Func, env, f.args)
	if err != nil {
		return nil, err
	}
	for i, v := range out { // written arguments that were absent have no new value
		if v == nil {
			values = slices.Insert(values, i, nil)
		}
	}
	return values, nil
}
