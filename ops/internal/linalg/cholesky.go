package linalg

import "math"

// Cholesky writes the lower triangular factor L of A = L·Lᴴ, n by n, over a, of which it reads the lower triangle. It
// returns the order of the first leading minor that is not positive, at which it stops; 0 where there is none.
func Cholesky[T Scalar](a []T, n int) int {
	conjugate := make([]T, n*n) // rows of L, conjugated
	for i := range n {
		row := a[i*n : i*n+n]
		for j := range i {
			row[j] = (row[j] - dot(row[:j], conjugate[j*n:j*n+j])) / a[j*n+j]
			conjugate[i*n+j] = conj(row[j])
		}
		d := re(row[i]) - re(dot(row[:i], conjugate[i*n:i*n+i]))
		if !(d > 0) {
			clearAbove(a, n)
			return i + 1
		}
		row[i] = of[T](math.Sqrt(d))
		conjugate[i*n+i] = row[i]
	}
	clearAbove(a, n)
	return 0
}

// clearAbove writes zeros above the diagonal.
func clearAbove[T Scalar](a []T, n int) {
	for i := range n {
		clear(a[i*n+i+1 : i*n+n])
	}
}

// SolveTriangular writes the solution of A·X = B over b, n rows of k. Of a, n by n, it reads the lower or the upper
// triangle; with unit, the diagonal is taken for ones.
func SolveTriangular[T Scalar](a []T, n int, b []T, k int, upper, unit bool) {
	for step := range n {
		i, from, to := step, 0, step
		if upper {
			i = n - 1 - step
			from, to = i+1, n
		}
		row := b[i*k : i*k+k]
		for j := from; j < to; j++ {
			if c := a[i*n+j]; c != 0 {
				axpy(row, -c, b[j*k:j*k+k])
			}
		}
		if !unit {
			for c := range row {
				row[c] /= a[i*n+i]
			}
		}
	}
}
