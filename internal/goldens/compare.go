package goldens

import (
	"fmt"
	"math"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// Compare compares what a call gave with what PyTorch gives, by the rule that all sets share; err64 is the reference's
// own error. It returns the largest finite difference, and an error where one is too large, or types differ. Where the
// file stores no values, types are all there is to compare.
func Compare(got *graph.Array, want *Tensor, err64 float64) (worst float64, err error) {
	if got.DType != want.DType || !slices.Equal(got.Dims, want.Dims) {
		return 0, fmt.Errorf("%s is %v %v, want %v %v", want.Name, got.DType, got.Dims, want.DType, want.Dims)
	}
	if want.Array == nil {
		return 0, nil
	}
	wrong := func(i int, g, w any) {
		if err == nil {
			err = fmt.Errorf("%s: element %d is %v, want %v (the reference's error is %.2g)", want.Name, i, g, w, err64)
		}
	}
	for i, w := range want.Array.I {
		if got.I[i] != w {
			wrong(i, got.I[i], w)
		}
	}
	near := func(g, w float64) bool {
		if d := math.Abs(g - w); d > worst && !math.IsInf(d, 0) {
			worst = d
		}
		return Close(got.DType, g, w, err64)
	}
	for i, w := range want.Array.F {
		if !near(got.F[i], w) {
			wrong(i, got.F[i], w)
		}
	}
	for i, w := range want.Array.C {
		g := got.C[i]
		re, im := near(real(g), real(w)), near(imag(g), imag(w))
		if !re || !im {
			wrong(i, g, w)
		}
	}
	return worst, err
}

// Close is the rule for two numbers of a dtype.
func Close(d graph.DType, got, want, err64 float64) bool {
	if math.IsNaN(want) || math.IsInf(want, 0) {
		return got == want || math.IsNaN(got) && math.IsNaN(want)
	}
	per, rel := 10.0, 1e-4
	switch d {
	case graph.BFloat16:
		per, rel = 3, 1.6e-2
	case graph.Float16:
		per, rel = 3, 1e-3
	}
	return math.Abs(got-want) <= 1e-5+per*err64+rel*math.Abs(want)
}
