package ops

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
)

// DefaultValue is the default of a, as calls by name would give it: nil, a bool, int, float64, string or []any.
func DefaultValue(a Arg) any { return defaultOf(a) }

func defaultOf(a Arg) any { return literal(a.Default) }

// reductions are what the schema language's names Mean and Sum stand for, and what people write.
var reductions = map[string]int{"none": reduceNone, "mean": reduceMean, "sum": reduceSum}

func literal(text string) any {
	switch text {
	case "None", "":
		return nil
	case "True":
		return true
	case "False":
		return false
	case "Mean":
		return reduceMean
	}
	if list, ok := strings.CutPrefix(text, "["); ok {
		var out []any
		for _, e := range strings.Split(strings.TrimSuffix(list, "]"), ",") {
			if e = strings.TrimSpace(e); e != "" {
				out = append(out, literal(e))
			}
		}
		return out
	}
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		return f
	}
	return strings.Trim(text, `'"`)
}

// convert makes of v, an argument of a call by name, what a body takes as type t for argument a.
func convert(a Arg, t reflect.Type, v any) (reflect.Value, error) {
	if v == nil {
		if a.Type.Optional {
			return reflect.Zero(t), nil
		}
		return reflect.Value{}, fmt.Errorf("%s must be %s, not nothing", a.Name, a.Type)
	}
	if s, ok := v.(string); ok && a.Name == "reduction" && a.Type.Base == "int" {
		n, ok := reductions[s]
		if !ok {
			return reflect.Value{}, fmt.Errorf(`reduction must be "none", "mean" or "sum", not %q`, s)
		}
		v = n
	}
	out, ok := convertTo(a.Type, t, v)
	if !ok {
		return reflect.Value{}, fmt.Errorf("%s must be %s, not %s", a.Name, a.Type, describeArg(v))
	}
	return reflect.ValueOf(out), nil
}

func describeArg(v any) string {
	switch v := v.(type) {
	case *graph.Value:
		return "a tensor"
	case []*graph.Value:
		return "a list of tensors"
	case string:
		return strconv.Quote(v)
	case []any:
		return fmt.Sprintf("the list %v", v)
	}
	return fmt.Sprintf("%v (%T)", v, v)
}

// convertTo covers the types that bodies take; see bodyTypes.
func convertTo(at ArgType, t reflect.Type, v any) (out any, ok bool) {
	switch reflect.Zero(t).Interface().(type) {
	case *graph.Value:
		x, ok := v.(*graph.Value)
		return x, ok && x != nil
	case []*graph.Value:
		return toValues(at, v)
	case graph.Scalar:
		s, err := graph.ScalarOf(v)
		return s, err == nil
	case graph.DType:
		return toDType(v)
	case int:
		return toInt(v)
	case *int:
		n, ok := toInt(v)
		return &n, ok
	case []int:
		return toList(at, v, toInt)
	case graph.Size:
		return toSize(v)
	case *graph.Size:
		n, ok := toSize(v)
		return &n, ok
	case []graph.Size:
		return toList(at, v, toSize)
	case float64:
		return toFloat(v)
	case *float64:
		f, ok := toFloat(v)
		return &f, ok
	case []float64:
		return toList(at, v, toFloat)
	case bool:
		b, ok := v.(bool)
		return b, ok
	case *bool:
		b, ok := v.(bool)
		return &b, ok
	case string:
		s, ok := v.(string)
		return s, ok
	}
	return nil, false
}

func toValues(at ArgType, v any) ([]*graph.Value, bool) {
	switch v := v.(type) {
	case []*graph.Value:
		for _, x := range v {
			if x == nil && !at.ElemOptional {
				return nil, false
			}
		}
		return v, true
	case []any:
		out := make([]*graph.Value, len(v))
		for i, e := range v {
			x, ok := e.(*graph.Value)
			if !ok && (e != nil || !at.ElemOptional) {
				return nil, false
			}
			out[i] = x
		}
		return out, true
	}
	return nil, false
}

func toDType(v any) (graph.DType, bool) {
	switch v := v.(type) {
	case graph.DType:
		return v, true
	case string:
		d, err := graph.ParseDType(strings.TrimPrefix(v, "torch."))
		return d, err == nil
	}
	return graph.NoDType, false
}

func toInt(v any) (int, bool) {
	switch v := v.(type) {
	case graph.Size:
		return v.Int()
	case bool, float32, float64:
		return 0, false
	}
	s, err := graph.ScalarOf(v)
	return int(s.Int()), err == nil && s.Kind() == graph.IntScalar
}

func toSize(v any) (graph.Size, bool) {
	if s, ok := v.(graph.Size); ok {
		return s, true
	}
	n, ok := toInt(v)
	return graph.N(n), ok
}

func toFloat(v any) (float64, bool) {
	s, err := graph.ScalarOf(v)
	return s.Float(), err == nil && (s.Kind() == graph.IntScalar || s.Kind() == graph.FloatScalar)
}

// toList takes a list of anything that elem takes, and one element where the schema gives a length: int[2] of 3 is
// [3, 3].
func toList[T any](at ArgType, v any, elem func(any) (T, bool)) ([]T, bool) {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Slice {
		e, ok := elem(v)
		n, err := strconv.Atoi(at.Len)
		if !ok || err != nil || n > math.MaxInt8 {
			return nil, false
		}
		out := make([]T, n)
		for i := range out {
			out[i] = e
		}
		return out, true
	}
	out := make([]T, rv.Len())
	for i := range out {
		e, ok := elem(rv.Index(i).Interface())
		if !ok {
			return nil, false
		}
		out[i] = e
	}
	return out, true
}
