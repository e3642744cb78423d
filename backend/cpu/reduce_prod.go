package cpu

import "unsafe"

// products are multiplied in the written order of sums, with 1 in the place of 0.
type products[T integer | floating] struct{}

func (products[T]) clear(p unsafe.Pointer, n int) { fillWith(vec[T](p, n), 1) }

func (r products[T]) rows(dst, src unsafe.Pointer, rows, n int) {
	out, all := vec[T](dst, rows), vec[T](src, rows*n)
	for i := range out {
		var p [lanes]T
		fillWith(p[:], 1)
		r.lanes(unsafe.Pointer(&p), unsafe.Pointer(unsafe.SliceData(all[i*n:])), n)
		r.tree(unsafe.Pointer(&p))
		out[i] = p[0]
	}
}

func (products[T]) lanes(p, src unsafe.Pointer, n int) {
	y := (*[lanes]T)(p)
	for x := vec[T](src, n); len(x) > 0; x = x[min(lanes, len(x)):] {
		for k, v := range x[:min(lanes, len(x))] {
			y[k] *= v
		}
	}
}

func (products[T]) tree(p unsafe.Pointer) {
	x := (*[lanes]T)(p)
	for half := lanes / 2; half > 0; half /= 2 {
		for k := range x[:half] {
			x[k] *= x[k+half]
		}
	}
}

func (products[T]) run(acc, src unsafe.Pointer, rows, k int) {
	a := vec[T](acc, k)
	for all := vec[T](src, rows*k); len(all) > 0; all = all[k:] {
		for j, v := range all[:k] {
			a[j] *= v
		}
	}
}
