package linalg

// LU writes over a, m rows of n, the factors of P·A = L·U with partial pivoting: below the diagonal L, whose diagonal is
// ones, and from there on U. swaps gets the row that each of the min(m, n) steps swapped its own with, and rows the m
// rows of A in the order of P·A. Without pivot no rows are swapped.
func LU[T Scalar](a []T, m, n int, swaps, rows []int, pivot bool) {
	for i := range rows {
		rows[i] = i
	}
	for k := range min(m, n) {
		p := k
		if pivot {
			for i := k + 1; i < m; i++ {
				if size(a[i*n+k]) > size(a[p*n+k]) {
					p = i
				}
			}
		}
		swaps[k] = p
		top := a[k*n : k*n+n]
		if p != k {
			swap(top, a[p*n:p*n+n])
			rows[k], rows[p] = rows[p], rows[k]
		}
		if top[k] == 0 {
			continue
		}
		for i := k + 1; i < m; i++ {
			row := a[i*n : i*n+n]
			row[k] /= top[k]
			if row[k] != 0 {
				axpy(row[k+1:], -row[k], top[k+1:])
			}
		}
	}
}

// Rows writes to rows the order in which rows lie when swaps are done one after the other.
func Rows(swaps, rows []int) {
	for i := range rows {
		rows[i] = i
	}
	for k, p := range swaps {
		rows[k], rows[p] = rows[p], rows[k]
	}
}

// SolveLU writes the solution of A·X = B to x, n rows of k, given what LU made of A, which is n by n; of Aᴴ·X = B with
// adjoint.
func SolveLU[T Scalar](lu []T, rows []int, n int, b, x []T, k int, adjoint bool) {
	if !adjoint {
		for i, r := range rows {
			copy(x[i*k:i*k+k], b[r*k:r*k+k])
		}
		SolveTriangular(lu, n, x, k, false, true)
		SolveTriangular(lu, n, x, k, true, false)
		return
	}
	h, y := make([]T, n*n), make([]T, n*k)
	Adjoint(h, lu, n, n)
	copy(y, b)
	SolveTriangular(h, n, y, k, false, false)
	SolveTriangular(h, n, y, k, true, true)
	for i, r := range rows {
		copy(x[r*k:r*k+k], y[i*k:i*k+k])
	}
}
