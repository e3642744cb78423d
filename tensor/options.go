package tensor

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// Option is an argument that is given by name: the forms of operators that end in With take options.
type Option struct {
	name  string
	value any
}

// options checks that the operator takes the options that are given, each once.
func (r *recorder) options(opts []Option, names ...string) []Option {
	for i, o := range opts {
		if !slices.Contains(names, o.name) {
			graph.Fail(r.op, "takes no option %s, only %v", o.name, names)
		}
		if slices.ContainsFunc(opts[:i], func(p Option) bool { return p.name == o.name }) {
			graph.Fail(r.op, "option %s is given twice", o.name)
		}
	}
	return opts
}

func find(opts []Option, name string) (any, bool) {
	for _, o := range opts {
		if o.name == name {
			return o.value, true
		}
	}
	return nil, false
}

// option is the value of an option, or its default.
func option[T any](opts []Option, name string, fallback T) T {
	if v, ok := find(opts, name); ok {
		return v.(T)
	}
	return fallback
}

// maybeIntOption is one int, of an option that takes one or several.
func maybeIntOption(opts []Option, name string, fallback *int) *int {
	switch v, _ := find(opts, name); v := v.(type) {
	case int:
		return &v
	case []int:
		if len(v) != 1 {
			graph.Fail("", "option %s must be one number, not %v", name, v)
		}
		return &v[0]
	}
	return fallback
}

func intOption(opts []Option, name string, fallback int) int {
	return *maybeIntOption(opts, name, &fallback)
}

// maybeFloatOption is a real number, of an option that takes a float64 or any number.
func maybeFloatOption(opts []Option, name string, fallback *float64) *float64 {
	v, ok := find(opts, name)
	if !ok {
		return fallback
	}
	s, err := graph.ScalarOf(v)
	if err != nil || s.Kind() == graph.ComplexScalar {
		graph.Fail("", "option %s must be a real number, not %v", name, v)
	}
	f := s.Float()
	return &f
}

func maybeBoolOption(opts []Option, name string, fallback *bool) *bool {
	if v, ok := find(opts, name); ok {
		b := v.(bool)
		return &b
	}
	return fallback
}

func floatOption(opts []Option, name string, fallback float64) float64 {
	return *maybeFloatOption(opts, name, &fallback)
}

// reductionOption is what the losses take: "none", "mean" or "sum".
func reductionOption(opts []Option, name string, fallback int) int {
	s, ok := find(opts, name)
	if !ok {
		return fallback
	}
	return reductionOf(s.(string))
}

func reductionOf(s string) int {
	i := slices.Index([]string{"none", "mean", "sum"}, s)
	if i < 0 {
		graph.Fail("", `reduction must be "none", "mean" or "sum", not %q`, s)
	}
	return i
}

func (r *recorder) scalarOption(opts []Option, name string, fallback graph.Scalar) graph.Scalar {
	if v, ok := find(opts, name); ok {
		return r.scalar(v)
	}
	return fallback
}

func (r *recorder) sizeOption(opts []Option, name string, fallback graph.Size) graph.Size {
	if v, ok := find(opts, name); ok {
		return r.size(v)
	}
	return fallback
}

func (r *recorder) maybeSizeOption(opts []Option, name string, fallback *graph.Size) *graph.Size {
	if v, ok := find(opts, name); ok {
		return r.maybeSize(v)
	}
	return fallback
}

func (r *recorder) sizesOption(opts []Option, name string, fallback []graph.Size) []graph.Size {
	if v, ok := find(opts, name); ok {
		return r.sizes(v.([]any))
	}
	return fallback
}

// scalar is a number that the user gave.
func (r *recorder) scalar(v any) graph.Scalar {
	if c, ok := v.(*Scalar); ok && c != nil {
		return c.number()
	}
	s, err := graph.ScalarOf(v)
	if err != nil {
		graph.Fail(r.op, "takes a number, not %v (%T)", v, v)
	}
	return s
}

// maybeScalar is a number, or none where v is nil.
func (r *recorder) maybeScalar(v any) graph.Scalar {
	if v == nil {
		return graph.Scalar{}
	}
	return r.scalar(v)
}

// size is a size that the user gave: an int or a graph.Size.
func (r *recorder) size(v any) graph.Size {
	switch v := v.(type) {
	case int:
		return graph.N(v)
	case int64:
		return graph.N(int(v))
	case graph.Size:
		return v
	}
	graph.Fail(r.op, "takes sizes as int or graph.Size, not %v (%T)", v, v)
	return graph.Size{}
}

func (r *recorder) maybeSize(v any) *graph.Size {
	if v == nil {
		return nil
	}
	n := r.size(v)
	return &n
}

func (r *recorder) sizes(vs []any) []graph.Size {
	out := make([]graph.Size, len(vs))
	for i, v := range vs {
		out[i] = r.size(v)
	}
	return out
}

// atMost checks how many dimensions are given.
func (r *recorder) atMost(dims []int, n int) {
	if len(dims) > n {
		graph.Fail(r.op, "takes at most %d dimensions, not %v", n, dims)
	}
}

func dimAt(dims []int, i, fallback int) int {
	if i < len(dims) {
		return dims[i]
	}
	return fallback
}

func dimAtOrNil(dims []int, i int) *int {
	if i < len(dims) {
		return &dims[i]
	}
	return nil
}
