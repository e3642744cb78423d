package cpu

import (
	"cmp"
	"fmt"

	"github.com/flambeau-ml/flambeau/graph"
)

func argMax(e *env, a *graph.Attrs, in []array, out array) error {
	return argExtremum(e, a, in[0], out, false)
}

func argMin(e *env, a *graph.Attrs, in []array, out array) error {
	return argExtremum(e, a, in[0], out, true)
}

// argExtremum finds the first largest or least element along an axis; the first NaN wins.
func argExtremum(e *env, a *graph.Attrs, x array, out array, least bool) error {
	axis := a.Axes[0]
	s := search{count(x.dims[:axis]), x.dims[axis], count(x.dims[axis+1:]), least, elements[int64](out)}
	if s.n == 0 && s.outer*s.inner > 0 {
		return fmt.Errorf("no elements along an axis of %d", s.n)
	}
	switch x.dtype {
	case graph.Float16, graph.BFloat16:
		mem, done := dense[float32](e, operand{x, rowMajor(x.dims)})
		defer done()
		searchAxis(e, &s, mem)
	case graph.Float32:
		searchAxis(e, &s, elements[float32](x))
	case graph.Float64:
		searchAxis(e, &s, elements[float64](x))
	case graph.Bool, graph.Uint8:
		searchAxis(e, &s, elements[uint8](x))
	case graph.Uint16:
		searchAxis(e, &s, elements[uint16](x))
	case graph.Uint32:
		searchAxis(e, &s, elements[uint32](x))
	case graph.Uint64:
		searchAxis(e, &s, elements[uint64](x))
	case graph.Int8:
		searchAxis(e, &s, elements[int8](x))
	case graph.Int16:
		searchAxis(e, &s, elements[int16](x))
	case graph.Int32:
		searchAxis(e, &s, elements[int32](x))
	case graph.Int64:
		searchAxis(e, &s, elements[int64](x))
	}
	return nil
}

// search is a search along the middle axis of [outer, n, inner].
type search struct {
	outer, n, inner int
	least           bool
	out             []int64 // [outer, inner]
}

func searchAxis[T cmp.Ordered](e *env, s *search, x []T) {
	if s.inner == 1 {
		e.pool.For(s.outer, grainOf(s.n), func(_, lo, hi int) {
			for o := lo; o < hi; o++ {
				s.out[o] = int64(searchLine(x[o*s.n:][:s.n], s.least))
			}
		})
		return
	}
	const width = 128 // columns searched side by side
	across := ceilDiv(s.inner, width)
	e.pool.For(s.outer*across, grainOf(s.n*min(s.inner, width)), func(_, lo, hi int) {
		var buf [width]T
		for u := lo; u < hi; u++ {
			o, q := u/across, u%across*width
			best := buf[:min(width, s.inner-q)]
			out := s.out[o*s.inner+q:][:len(best)]
			clear(out)
			copy(best, x[o*s.n*s.inner+q:])
			for k := 1; k < s.n; k++ {
				row := x[(o*s.n+k)*s.inner+q:][:len(best)]
				if s.least {
					for i, v := range row {
						if b := best[i]; v < b || v != v && b == b {
							best[i], out[i] = v, int64(k)
						}
					}
					continue
				}
				for i, v := range row {
					if b := best[i]; v > b || v != v && b == b {
						best[i], out[i] = v, int64(k)
					}
				}
			}
		}
	})
}

func searchLine[T cmp.Ordered](x []T, least bool) int {
	at, best := 0, x[0]
	for i, v := range x {
		switch {
		case best != best:
			return at
		case v != v, least && v < best, !least && v > best:
			at, best = i, v
		}
	}
	return at
}
