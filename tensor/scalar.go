package tensor

import (
	"math"
	"sync/atomic"

	"github.com/flambeau-ml/flambeau/graph"
)

// Scalar is a number that may change between the calls of a frozen function: it is found anew each time, where a number
// of Go's would be the one that the function read when it was last run. Wherever an operator takes a number it takes a
// *Scalar, for which it takes the present value.
//
//	rate := tensor.NewScalar(0.1)
//	step := compile.Func(func(x *tensor.Tensor) *tensor.Tensor { return x.MulScalar(rate) }, compile.Freeze())
//	rate.Set(0.01)
//
// It may be used by several goroutines.
type Scalar struct {
	bits atomic.Uint64
	f    func() float64
}

// use is one use of a Scalar while a function is studied.
type use struct {
	*Scalar
	read atomic.Bool // an operator looked at the number: its program depends on it
}

// Touch says that the number itself decides something: package graph calls it.
func (u *use) Touch() { u.read.Store(true) }

// NewScalar makes a Scalar whose value is x.
func NewScalar(x float64) *Scalar {
	s := &Scalar{}
	s.Set(x)
	return s
}

// Set changes the value.
func (s *Scalar) Set(x float64) { s.bits.Store(math.Float64bits(x)) }

// Value is the present value. A frozen function that asks for it is run again when it changes.
func (s *Scalar) Value() float64 {
	if w := Default().witness.Load(); w != nil {
		w.uses(s).Touch()
	}
	return s.now()
}

func (s *Scalar) now() float64 {
	if s.f != nil {
		return s.f()
	}
	return math.Float64frombits(s.bits.Load())
}

// Number is what f computes, as an operator on t takes it: a number, which a frozen function computes anew in each call.
// f depends on nothing but what may change then: options, and what Count counts.
func Number(t *Tensor, f func() float64) any {
	if t.Device().witness.Load() == nil {
		return f()
	}
	return &Scalar{f: f}
}

// number is the present value of s, which an operator takes.
func (s *Scalar) number() graph.Scalar {
	if w := Default().witness.Load(); w != nil {
		return graph.FloatOf(s.now()).In(w.uses(s))
	}
	return graph.FloatOf(s.now())
}

func (w *witness) uses(s *Scalar) *use {
	u := &use{Scalar: s}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cells = append(w.cells, u)
	return u
}
