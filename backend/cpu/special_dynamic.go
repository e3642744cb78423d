package cpu

import (
	"math"

	"github.com/flambeau-ml/flambeau/graph"
)

// part is a block of an array: rows that lie in one piece in it and in the array.
type part struct {
	rows, row int // how many, and their bytes
	dims, to  []int
	first     int // byte of the array where the first row begins
}

// partOf is the part of sizes dims of an array, from where starts say along axes; it is moved so that it lies inside.
func partOf(whole array, dims, axes []int, starts []array) part {
	at := make([]int, len(dims))
	for k, x := range axes {
		at[x] = int(min(max(startOf(starts[k]), 0), int64(whole.dims[x]-dims[x])))
	}
	last := len(dims) // rows run over the axes from last on: along all after it the part is whole
	for last > 0 {
		last--
		if dims[last] != whole.dims[last] {
			break
		}
	}
	p := part{rows: count(dims[:last]), row: count(dims[last:]) * whole.dtype.Bytes(), dims: dims[:last], to: make([]int, last)}
	stride := whole.dtype.Bytes()
	for i := len(dims) - 1; i >= 0; i-- {
		p.first += at[i] * stride
		if i < last {
			p.to[i] = stride
		}
		stride *= whole.dims[i]
	}
	return p
}

// startOf is an integer without axes; beyond the largest int64 it is that.
func startOf(a array) int64 {
	switch a.dtype {
	case graph.Uint8:
		return int64(elements[uint8](a)[0])
	case graph.Uint16:
		return int64(elements[uint16](a)[0])
	case graph.Uint32:
		return int64(elements[uint32](a)[0])
	case graph.Uint64:
		return int64(min(elements[uint64](a)[0], math.MaxInt64))
	case graph.Int8:
		return int64(elements[int8](a)[0])
	case graph.Int16:
		return int64(elements[int16](a)[0])
	case graph.Int32:
		return int64(elements[int32](a)[0])
	}
	return elements[int64](a)[0]
}

// offset is the byte of the array where row i begins.
func (p *part) offset(i int) int {
	at := p.first
	for k := len(p.dims) - 1; k >= 0; k-- {
		at += i % p.dims[k] * p.to[k]
		i /= p.dims[k]
	}
	return at
}

// each calls f with pieces of all rows: n bytes of the part at i, which are those of the array at j.
func (p *part) each(e *env, f func(i, j, n int)) {
	const piece = 1 << 16
	across := ceilDiv(p.row, piece)
	e.pool.For(p.rows*across, grainOf(min(p.row, piece)), func(_, lo, hi int) {
		for u := lo; u < hi; u++ {
			row, at := u/across, u%across*piece
			f(row*p.row+at, p.offset(row)+at, min(piece, p.row-at))
		}
	})
}

func dynamicSlice(e *env, a *graph.Attrs, in []array, out array) error {
	if len(out.data) == 0 {
		return nil
	}
	p := partOf(in[0], out.dims, a.Axes, in[1:])
	p.each(e, func(i, j, n int) { copy(out.data[i:][:n], in[0].data[j:]) })
	return nil
}

func dynamicUpdate(e *env, a *graph.Attrs, in []array, out array) error {
	copyBytes(e, out.data, in[0].data)
	if len(in[1].data) == 0 {
		return nil
	}
	p := partOf(out, in[1].dims, a.Axes, in[2:])
	p.each(e, func(i, j, n int) { copy(out.data[j:][:n], in[1].data[i:]) })
	return nil
}

func bitcast(e *env, _ *graph.Attrs, in []array, out array) error {
	copyBytes(e, out.data, in[0].data)
	return nil
}

// copyBytes copies on all threads; memory to itself is there already.
func copyBytes(e *env, dst, src []byte) {
	if len(dst) == 0 || &dst[0] == &src[0] {
		return
	}
	e.pool.For(len(dst), 1<<17, func(_, lo, hi int) { copy(dst[lo:hi], src[lo:]) })
}
