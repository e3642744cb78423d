package cpu

// Cumulative sums and recurrences of complex numbers, given as pairs of their parts P: one line after the other.

func plusParts[P floating](x, y [2]P) [2]P { return [2]P{x[0] + y[0], x[1] + y[1]} }

// eachLine calls f with each line along axis of an array of sizes dims: its n elements are at, at+step, …
func eachLine(e *env, dims []int, axis int, f func(at, step, n int)) {
	n, inner := dims[axis], count(dims[axis+1:])
	e.pool.For(count(dims[:axis])*inner, grainOf(n), func(_, lo, hi int) {
		for u := lo; u < hi; u++ {
			f(u/max(inner, 1)*n*inner+u%max(inner, 1), inner, n)
		}
	})
}

func cumulateComplex[P floating](e *env, axis int, x, out array, product bool) {
	join, identity := plusParts[P], [2]P{}
	if product {
		join, identity = timesComplex[P], [2]P{1}
	}
	src, dst := elements[[2]P](x), elements[[2]P](out)
	eachLine(e, out.dims, axis, func(at, step, n int) {
		offset, sum := identity, identity
		for k := range n {
			if k > 0 && k%cumulativeBlock == 0 {
				offset, sum = join(offset, sum), identity
			}
			i := at + k*step
			sum = join(sum, src[i])
			dst[i] = join(offset, sum)
		}
	})
}

func recurComplex[P floating](e *env, axis int, in []array, out array) {
	f, x, y := elements[[2]P](in[0]), elements[[2]P](in[1]), elements[[2]P](out)
	eachLine(e, out.dims, axis, func(at, step, n int) {
		for k := range n {
			i := at + k*step
			if k == 0 {
				y[i] = x[i]
			} else {
				y[i] = plusParts(timesComplex(f[i], y[i-step]), x[i])
			}
		}
	})
}
