package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// sampler makes the samples of one operator.
type sampler = func(r *rand.Rand) []Sample

// call is a sample with arguments by position.
func call(args ...any) Sample { return Sample{Args: args} }

// kw is s with an argument by name; several calls add up.
func (s Sample) kw(name string, v any) Sample {
	m := map[string]any{name: v}
	for k, x := range s.Kwargs {
		m[k] = x
	}
	s.Kwargs = m
	return s
}

// concrete marks s as one that symbolic sizes cannot meet.
func (s Sample) concrete() Sample {
	s.Concrete = true
	return s
}

func f32(r *rand.Rand, dims ...int) *graph.Array {
	return graph.Uniform(r, graph.Float32, -3, 3, dims...)
}

func bf16(r *rand.Rand, dims ...int) *graph.Array {
	return graph.Uniform(r, graph.BFloat16, -3, 3, dims...)
}

// positive are floats from 0.2 to 3.
func positive(r *rand.Rand, dims ...int) *graph.Array {
	return graph.Uniform(r, graph.Float32, 0.2, 3, dims...)
}

// below are integers from 0 to n − 1.
func below(r *rand.Rand, n int, dims ...int) *graph.Array {
	return graph.Uniform(r, graph.Int64, 0, float64(n), dims...)
}

func bools(r *rand.Rand, dims ...int) *graph.Array {
	return graph.Uniform(r, graph.Bool, 0, 1, dims...)
}

// counts are integers from 1 to 5.
func counts(r *rand.Rand, dims ...int) *graph.Array {
	return graph.Uniform(r, graph.Int64, 1, 6, dims...)
}

// pairSamples are pairs of tensors that broadcast and promote; the second has no zeros.
func pairSamples(r *rand.Rand) []Sample {
	return []Sample{
		call(f32(r, 3, 4), positive(r, 3, 4)), call(f32(r, 3, 4), positive(r, 4)), call(f32(r, 3, 1), positive(r, 4)),
		call(bf16(r, 5), graph.Uniform(r, graph.BFloat16, 1, 3, 5)), call(below(r, 9, 4), counts(r, 4)), call(below(r, 9, 4), positive(r)),
	}
}

// numberSamples are a tensor and a number each.
func numberSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 3, 4), 2.5), call(f32(r, 4), 3), call(bf16(r, 5), 0.3), call(below(r, 9, 4), 2), call(below(r, 9, 4), 1.5)}
}

// withKwargs gives every sample of f the argument called name, with each of the values.
func withKwargs(f sampler, name string, values ...any) sampler {
	return func(r *rand.Rand) []Sample {
		var out []Sample
		for _, v := range values {
			for _, s := range f(r) {
				out = append(out, s.kw(name, v))
			}
		}
		return out
	}
}

// floatSamples are single tensors of floating dtypes with values from lo to hi.
func floatSamples(lo, hi float64) sampler {
	return func(r *rand.Rand) []Sample {
		return []Sample{call(graph.Uniform(r, graph.Float32, lo, hi, 3, 4)), call(graph.Uniform(r, graph.Float32, lo, hi)),
			call(graph.Uniform(r, graph.Float64, lo, hi, 5)), call(graph.Uniform(r, graph.BFloat16, lo, hi, 5))}
	}
}

// anySamples are single tensors of floats and integers.
func anySamples(r *rand.Rand) []Sample {
	return append(floatSamples(-3, 3)(r), call(graph.Uniform(r, graph.Int64, -4, 5, 6)))
}
