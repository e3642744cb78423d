package cpu

import (
	"cmp"
	"fmt"
	"sync/atomic"

	"github.com/flambeau-ml/flambeau/graph"
)

// taps calls f with each element of the window that meets a row of the target: the span of the row that it meets, and
// where in the source plane it reads. They come in the order of the window or backwards, which is the order of the
// windows that cover the row.
func (p *placing) taps(row int, backwards bool, f func(base int, s span)) {
	for i := range p.window {
		k := i
		if backwards {
			k = p.window - 1 - i
		}
		base, s := p.rows[k/p.last*p.nrows+row], p.spans[k%p.last]
		if base >= 0 && s.first < s.end {
			f(base, s)
		}
	}
}

// eachRow calls body for the rows of the targets of n planes.
func (p *placing) eachRow(e *env, n int, body func(plane, row int)) {
	e.pool.For(n*p.nrows, grainOf(p.width*p.window), func(_, lo, hi int) {
		for r := lo; r < hi; r++ {
			body(r/p.nrows, r%p.nrows)
		}
	})
}

func windowArgMax(e *env, a *graph.Attrs, in []array, out array) error {
	x := in[0]
	planes, to := count(x.dims[:2]), elements[int64](out)
	if d := x.dtype; len(to) == 0 {
		return nil
	} else if d == graph.Float32 || d == graph.Float16 || d == graph.BFloat16 {
		mem, done := dense[float32](e, operand{x, rowMajor(x.dims)})
		defer done()
		if !searchByMachine(e, a.Window, planes, mem, x.dims[2:], to, out.dims[2:]) {
			pl := gathered(a.Window, x.dims[2:], out.dims[2:])
			searchWindows(e, &pl, planes, mem, to)
		}
		return nil
	}
	pl := gathered(a.Window, x.dims[2:], out.dims[2:])
	switch x.dtype {
	case graph.Float64:
		searchWindows(e, &pl, planes, elements[float64](x), to)
	case graph.Uint8:
		searchWindows(e, &pl, planes, elements[uint8](x), to)
	case graph.Uint16:
		searchWindows(e, &pl, planes, elements[uint16](x), to)
	case graph.Uint32:
		searchWindows(e, &pl, planes, elements[uint32](x), to)
	case graph.Uint64:
		searchWindows(e, &pl, planes, elements[uint64](x), to)
	case graph.Int8:
		searchWindows(e, &pl, planes, elements[int8](x), to)
	case graph.Int16:
		searchWindows(e, &pl, planes, elements[int16](x), to)
	case graph.Int32:
		searchWindows(e, &pl, planes, elements[int32](x), to)
	case graph.Int64:
		searchWindows(e, &pl, planes, elements[int64](x), to)
	}
	return nil
}

// searchWindows finds the first largest element under each window; the first NaN wins. Under a window that lies in
// the padding there is none: −1.
func searchWindows[T cmp.Ordered](e *env, pl *placing, planes int, x []T, out []int64) {
	pl.eachRow(e, planes, func(plane, row int) {
		src := x[plane*pl.plane:][:pl.plane]
		to := out[(plane*pl.nrows+row)*pl.width:][:pl.width]
		for q := range to {
			to[q] = -1
		}
		pl.taps(row, false, func(base int, s span) {
			at := base + s.at
			for q := s.first; q < s.end; q++ {
				if to[q] < 0 {
					to[q] = int64(at)
				} else if v, best := src[at], src[to[q]]; v > best || v != v && best == best {
					to[q] = int64(at)
				}
				at += pl.skip
			}
		})
	})
}

func windowGather(e *env, _ *graph.Attrs, in []array, out array) error {
	x, at := in[0], elements[int64](in[1])
	n := count(x.dims[2:])
	if i, bad := firstOutside(e, at, n); bad {
		return fmt.Errorf("index %d is out of range for %d elements", i, n)
	}
	ix := indexing{count(x.dims[:2]), 1, count(out.dims[2:]), n, 1, at}
	ix.gather(e, x, out)
	return nil
}

func windowScatter(e *env, _ *graph.Attrs, in []array, out array) error {
	x, at := in[0], elements[int64](in[1])
	switch d := out.dtype; {
	case d == graph.Float64:
		return scatterWindows[float64](e, x, at, out)
	case d.IsFloat():
		return scatterWindows[float32](e, x, at, out)
	}
	return scatterWindows[int64](e, x, at, out)
}

// scatterWindows adds the elements of x to where their indices say, in the order of the windows. Half precision is summed
// in float32 and rounded once.
func scatterWindows[T number](e *env, x array, at []int64, out array) error {
	mem, done := dense[T](e, operand{x, rowMajor(x.dims)})
	defer done()
	windows, plane := count(x.dims[2:]), count(out.dims[2:])
	var own []T
	if computesIn[T](out.dtype) {
		own = elements[T](out)
	}
	write := writer[T](out, nil)
	var outside atomic.Bool
	e.pool.For(count(out.dims[:2]), grainOf(plane+windows), func(worker, lo, hi int) {
		buf := borrowSlice[T](plane)
		defer giveBackSlice(buf)
		for p := lo; p < hi; p++ {
			sums, values := *buf, mem[p*windows:][:windows]
			if own != nil {
				sums = own[p*plane:][:plane]
			}
			clear(sums)
			for i, k := range at[p*windows:][:windows] {
				if uint64(k) >= uint64(len(sums)) {
					outside.Store(true)
					return
				}
				sums[k] += values[i]
			}
			if own == nil {
				write(worker, p*plane, sums)
			}
		}
	})
	if outside.Load() {
		i, _ := firstOutside(e, at, plane)
		return fmt.Errorf("index %d is out of range for %d elements", i, plane)
	}
	return nil
}

func windowSum(e *env, a *graph.Attrs, in []array, out array) error {
	pl := gathered(a.Window, in[0].dims[2:], out.dims[2:])
	sumWindows(e, &pl, false, in[0], out)
	return nil
}

func windowSpread(e *env, a *graph.Attrs, in []array, out array) error {
	pl := spread(a.Window, out.dims[2:], in[0].dims[2:])
	sumWindows(e, &pl, true, in[0], out)
	return nil
}

// sumWindows sums the elements of x that pl places at each position of out, backwards through the window or not. Half precision is summed in float32 and rounded once.
func sumWindows(e *env, pl *placing, backwards bool, x array, out array) {
	switch d := out.dtype; {
	case d == graph.Float64:
		sumWindowsIn[float64](e, pl, backwards, x, out)
	case d.IsFloat():
		sumWindowsIn[float32](e, pl, backwards, x, out)
	default:
		sumWindowsIn[int64](e, pl, backwards, x, out)
	}
}

func sumWindowsIn[T number](e *env, pl *placing, backwards bool, x array, out array) {
	mem, done := dense[T](e, operand{x, rowMajor(x.dims)})
	defer done()
	write := writer[T](out, nil)
	pl.eachRow(e, count(x.dims[:2]), func(plane, row int) {
		src := mem[plane*pl.plane:][:pl.plane]
		buf := borrowSlice[T](pl.width)
		sums := *buf
		clear(sums)
		pl.taps(row, backwards, func(base int, s span) {
			at := base + s.at
			for q := s.first; q < s.end; q += pl.step {
				sums[q] += src[at]
				at += pl.skip
			}
		})
		write(0, (plane*pl.nrows+row)*pl.width, sums)
		giveBackSlice(buf)
	})
}
