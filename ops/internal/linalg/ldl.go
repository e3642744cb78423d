package linalg

import "math"

// LDL writes over a, n by n, of which it reads the lower triangle, the factors of P·A·Pᵀ = L·D·Lᵀ, or Lᴴ for a Hermitian
// one: D in blocks of one and two rows on the diagonal and beside it, L below. pivots says of each row, counted from 1,
// which it was swapped with; both rows of a block of two have the second's, negative (Bunch and Kaufman 1977).
func LDL[T Scalar](a []T, n int, hermitian bool, pivots []int) {
	alpha := (1 + math.Sqrt(17)) / 8
	other := func(x T) T {
		if hermitian {
			return conj(x)
		}
		return x
	}
	at := func(i, j int) *T { return &a[i*n+j] }
	for k := 0; k < n; {
		width, p := 1, k
		diagonal := size(*at(k, k))
		big, row := 0.0, k
		for i := k + 1; i < n; i++ {
			if s := size(*at(i, k)); s > big {
				big, row = s, i
			}
		}
		if max(diagonal, big) > 0 && diagonal < alpha*big {
			most := 0.0
			for j := k; j < row; j++ {
				most = max(most, size(*at(row, j)))
			}
			for i := row + 1; i < n; i++ {
				most = max(most, size(*at(i, row)))
			}
			switch {
			case diagonal >= alpha*big*(big/most):
			case size(*at(row, row)) >= alpha*most:
				p = row
			default:
				width, p = 2, row
			}
		}
		if q := k + width - 1; p != q { // rows and columns q and p change places, of the lower triangle alone
			for i := p + 1; i < n; i++ {
				*at(i, q), *at(i, p) = *at(i, p), *at(i, q)
			}
			for j := q + 1; j < p; j++ {
				*at(j, q), *at(p, j) = other(*at(p, j)), other(*at(j, q))
			}
			*at(p, q) = other(*at(p, q))
			*at(q, q), *at(p, p) = *at(p, p), *at(q, q)
			if width == 2 {
				*at(q, k), *at(p, k) = *at(p, k), *at(q, k)
			}
		}
		if width == 1 {
			pivots[k] = p + 1
			if d := *at(k, k); d != 0 {
				for i := k + 1; i < n; i++ {
					l := *at(i, k) / d
					for j := k + 1; j <= i; j++ {
						*at(i, j) -= l * other(*at(j, k))
					}
				}
				for i := k + 1; i < n; i++ {
					*at(i, k) /= d
				}
			}
		} else {
			pivots[k], pivots[k+1] = -(p + 1), -(p + 1)
			d, e, f := *at(k, k), *at(k+1, k), *at(k+1, k+1)
			det := d*f - e*other(e)
			x, y := make([]T, n), make([]T, n)
			for i := k + 2; i < n; i++ { // rows of L: those of A times the inverse of the block
				u, w := *at(i, k), *at(i, k+1)
				x[i], y[i] = (u*f-w*e)/det, (w*d-u*other(e))/det
			}
			for i := k + 2; i < n; i++ {
				for j := k + 2; j <= i; j++ {
					*at(i, j) -= x[i]*other(*at(j, k)) + y[i]*other(*at(j, k+1))
				}
			}
			for i := k + 2; i < n; i++ {
				*at(i, k), *at(i, k+1) = x[i], y[i]
			}
		}
		k += width
	}
}

// SolveLDL writes the solution of A·X = B over b, n rows of k, given what LDL made of A.
func SolveLDL[T Scalar](a []T, n int, hermitian bool, pivots []int, b []T, k int) {
	other := func(x T) T {
		if hermitian {
			return conj(x)
		}
		return x
	}
	row := func(i int) []T { return b[i*k : i*k+k] }
	exchange := func(i int) {
		if p := pivots[i]; p > 0 && p-1 != i {
			swap(row(i), row(p-1))
		} else if p < 0 && -p-1 != i+1 {
			swap(row(i+1), row(-p-1))
		}
	}
	width := func(i int) int {
		if pivots[i] < 0 && i+1 < n {
			return 2
		}
		return 1
	}
	var starts []int
	for i := 0; i < n; i += width(i) { // L and D
		starts = append(starts, i)
		exchange(i)
		w := width(i)
		for r := i + w; r < n; r++ {
			for c := i; c < i+w; c++ {
				axpy(row(r), -a[r*n+c], row(c))
			}
		}
		if w == 1 {
			for c := range row(i) {
				row(i)[c] /= a[i*n+i]
			}
			continue
		}
		d, e, f := a[i*n+i], a[(i+1)*n+i], a[(i+1)*n+i+1]
		det := d*f - e*other(e)
		for c := range k {
			u, v := row(i)[c], row(i + 1)[c]
			row(i)[c], row(i + 1)[c] = (f*u-other(e)*v)/det, (d*v-e*u)/det
		}
	}
	for s := len(starts) - 1; s >= 0; s-- {
		i := starts[s]
		w := width(i)
		for c := i; c < i+w; c++ {
			for r := i + w; r < n; r++ {
				axpy(row(c), -other(a[r*n+c]), row(r))
			}
		}
		exchange(i)
	}
}
