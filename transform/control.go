package transform

import "github.com/flambeau-ml/flambeau/tensor"

// Scan applies step once for each element along the first axis of xs, [T, …] each, in order. A step gets what is
// carried and one element of each of xs; it returns what is carried on, of the same types, and any other results.
// Scan returns what the last step carried, and the other results of all steps, joined along a new first axis.
//
// step is recorded once and compiled once, however many steps there are; Go's own loop records each step anew. It must
// not read values, nor draw random numbers; tensors that it uses besides its arguments are the same in each step. A
// scan has derivatives of any order in both directions, and can be batched.
func Scan(step func(carry, x []*tensor.Tensor) (next, ys []*tensor.Tensor), carry, xs []*tensor.Tensor, opts ...ScanOption) (last, ys []*tensor.Tensor) {
	var o scanOptions
	for _, set := range opts {
		set(&o)
	}
	if len(xs) > 0 && o.length > 0 && o.length != xs[0].Size(0) {
		panic(tensor.Errorf("scan", "Length is %d, and the operands that are gone over have %d elements", o.length, xs[0].Size(0)))
	}
	return tensor.Scanned("scan", step, carry, xs, o.length, o.reverse)
}

// ScanOption changes how Scan works.
type ScanOption func(*scanOptions)

type scanOptions struct {
	reverse bool
	length  int
}

// Reverse lets a scan go from the last element to the first; results of step i stay at place i.
func Reverse() ScanOption { return func(o *scanOptions) { o.reverse = true } }

// Length is the number of steps of a scan that goes over nothing.
func Length(n int) ScanOption { return func(o *scanOptions) { o.length = n } }

// While applies step to what is carried as long as cond of it, a bool with one element, is true, and returns what is
// carried then. Both are recorded once; see Scan. The number of steps depends on values, so a while has derivatives
// forward (JVP), and none in reverse: asking for one is an error.
func While(cond Func, step Multi, carry ...*tensor.Tensor) []*tensor.Tensor {
	return tensor.Looped("while", func(xs []*tensor.Tensor) *tensor.Tensor { return cond(xs...) },
		func(xs []*tensor.Tensor) []*tensor.Tensor { return step(xs...) }, carry)
}

// Cond is yes of xs where pred, a bool with one element, is true, else no of xs. Their results are of the same types.
// Both are recorded once, see Scan, and only one is computed. Under Vmap with a condition for each member both are
// computed.
func Cond(pred *tensor.Tensor, yes, no Multi, xs ...*tensor.Tensor) []*tensor.Tensor {
	return tensor.Branched("cond", pred, func(xs []*tensor.Tensor) []*tensor.Tensor { return yes(xs...) },
		func(xs []*tensor.Tensor) []*tensor.Tensor { return no(xs...) }, xs)
}
