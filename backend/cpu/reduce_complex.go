package cpu

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
)

// complexReducer is the reducer for p on complex numbers T, whose parts are P.
func complexReducer[P floating, T complexes](p *graph.Primitive) reducer {
	switch p {
	case graph.ReduceSum:
		return sums[T]{}
	case graph.ReduceProd:
		return complexProducts[P]{}
	}
	return nil
}

// complexProducts are products of complex numbers, given as pairs of their parts.
type complexProducts[P floating] struct{}

func (complexProducts[P]) clear(p unsafe.Pointer, n int) { fillWith(vec[[2]P](p, n), [2]P{1}) }

func (r complexProducts[P]) rows(dst, src unsafe.Pointer, rows, n int) {
	out, all := vec[[2]P](dst, rows), vec[[2]P](src, rows*n)
	for i := range out {
		var p [lanes][2]P
		fillWith(p[:], [2]P{1})
		r.lanes(unsafe.Pointer(&p), unsafe.Pointer(unsafe.SliceData(all[i*n:])), n)
		r.tree(unsafe.Pointer(&p))
		out[i] = p[0]
	}
}

func (complexProducts[P]) lanes(p, src unsafe.Pointer, n int) {
	y := (*[lanes][2]P)(p)
	for i, v := range vec[[2]P](src, n) {
		y[i%lanes] = timesComplex(y[i%lanes], v)
	}
}

func (complexProducts[P]) tree(p unsafe.Pointer) {
	x := (*[lanes][2]P)(p)
	for half := lanes / 2; half > 0; half /= 2 {
		for k := range x[:half] {
			x[k] = timesComplex(x[k], x[k+half])
		}
	}
}

func (complexProducts[P]) run(acc, src unsafe.Pointer, rows, k int) {
	a := vec[[2]P](acc, k)
	for all := vec[[2]P](src, rows*k); len(all) > 0; all = all[k:] {
		for j, v := range all[:k] {
			a[j] = timesComplex(a[j], v)
		}
	}
}
