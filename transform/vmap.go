package transform

import "github.com/flambeau-ml/flambeau/tensor"

// None stands for the axis of an argument that all members of a batch share.
const None = tensor.NotBatched

// Mode says what random numbers are for the members of a batch.
type Mode = tensor.Randomness

// What Randomness takes.
const (
	Error     = tensor.RandomnessError     // drawing is an error, as if no Randomness were given
	Same      = tensor.RandomnessSame      // all members see the same numbers
	Different = tensor.RandomnessDifferent // each member has its own
)

// Option changes how Vmap works.
type Option func(*options)

type options struct {
	in, out []int
	random  Mode
}

// In says along which axis each argument holds the batch; None for those that all members share. One axis may stand
// for all arguments. Without In each holds it along its first axis.
func In(axes ...int) Option { return func(o *options) { o.in = axes } }

// Out says along which axis each result holds the batch; one axis may stand for all. Without Out it is the first.
func Out(axes ...int) Option { return func(o *options) { o.out = axes } }

// Randomness says what random numbers that the function draws are. The generator moves on as for one call.
func Randomness(m Mode) Option { return func(o *options) { o.random = m } }

// Vmap is the function that applies f to each member of a batch at once.
func Vmap(f Func, opts ...Option) Func { return VmapMulti(f.Multi(), opts...).Result(0) }

// VmapMulti is Vmap of a function with several results.
func VmapMulti(f Multi, opts ...Option) Multi {
	var o options
	for _, set := range opts {
		set(&o)
	}
	return func(xs ...*tensor.Tensor) []*tensor.Tensor {
		in := o.in
		if len(in) < 2 {
			in = make([]int, len(xs))
			for i := range in {
				in[i] = axisOf(o.in, i)
			}
		}
		b := tensor.Batching{Op: "vmap", In: in, Out: func(i int) int { return axisOf(o.out, i) }, Random: o.random}
		return b.Batched(func(xs []*tensor.Tensor) []*tensor.Tensor {
			ys := f(xs...)
			if len(o.out) > 1 && len(o.out) != len(ys) {
				panic(tensor.Errorf("vmap", "%d axes are given for %d results", len(o.out), len(ys)))
			}
			return ys
		}, xs)
	}
}

// axisOf is axes[i]; one axis stands for all, and none for the first.
func axisOf(axes []int, i int) int {
	switch len(axes) {
	case 0:
		return 0
	case 1:
		return axes[0]
	}
	return axes[i]
}
