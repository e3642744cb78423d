package linalg

import "math"

// reflect finds the reflector I − τ·v·vᴴ whose adjoint takes x to a multiple of the first axis, which is real: v is 1
// and then what x[1:] becomes, and x[0] becomes the multiple.
func reflect[T Scalar](x []T) (tau T) {
	alpha, rest := x[0], norm(x[1:])
	if rest == 0 && im(alpha) == 0 {
		return 0
	}
	beta := -math.Copysign(math.Hypot(modulus(alpha), rest), re(alpha))
	if math.Abs(beta) < 0x1p-900 { // its reciprocal would overflow
		scale(x, of[T](0x1p400))
		tau = reflect(x)
		x[0] *= of[T](0x1p-400)
		return tau
	}
	b := of[T](beta)
	tau = (b - alpha) / b
	scale(x[1:], 1/(alpha-b))
	x[0] = b
	return tau
}

// Householder writes over a, m rows of n, its QR factors as reflectors: from the diagonal on R, below it the vectors v of
// H₁·H₂·… = Q but for their leading ones; tau gets the min(m, n) factors of H = I − τ·v·vᴴ.
func Householder[T Scalar](a []T, m, n int, tau []T) {
	v, w := make([]T, m), make([]T, n)
	for k := range min(m, n) {
		for i := k; i < m; i++ {
			v[i] = a[i*n+k]
		}
		tau[k] = reflect(v[k:])
		for i := k; i < m; i++ {
			a[i*n+k] = v[i]
		}
		v[k] = 1
		apply(a, m, n, v, w, conj(tau[k]), k, k+1)
	}
}

// apply multiplies the part of a from row and col on by I − t·v·vᴴ.
func apply[T Scalar](a []T, m, n int, v, w []T, t T, row, col int) {
	if t == 0 || col >= n {
		return
	}
	w = w[col:n]
	clear(w)
	for i := row; i < m; i++ {
		axpy(w, conj(v[i]), a[i*n+col:i*n+n])
	}
	for i := row; i < m; i++ {
		axpy(a[i*n+col:i*n+n], -t*v[i], w)
	}
}

// Unitary writes to q, m rows of c, the first c columns of the product of the reflectors that Householder wrote to a, m
// rows of n.
func Unitary[T Scalar](q, a []T, m, n, c int, tau []T) {
	clear(q)
	for i := range min(m, c) {
		q[i*c+i] = 1
	}
	v, w := make([]T, m), make([]T, c)
	for k := min(m, n) - 1; k >= 0; k-- {
		v[k] = 1
		for i := k + 1; i < m; i++ {
			v[i] = a[i*n+k]
		}
		apply(q, m, c, v, w, tau[k], k, 0)
	}
}

// QR writes the factors of a, m rows of n with m ≥ n, which it overwrites: to q m rows of n that are orthonormal columns,
// to r the upper triangle, n by n.
func QR[T Scalar](a []T, m, n int, q, r []T) {
	tau := make([]T, n)
	Householder(a, m, n, tau)
	Unitary(q, a, m, n, n, tau)
	clear(r)
	for i := range n {
		copy(r[i*n+i:i*n+n], a[i*n+i:i*n+n])
	}
}

// Complement writes to out, m rows of m − n, orthonormal columns that are orthogonal to those of q, m rows of n, which
// are so themselves. It overwrites q.
func Complement[T Scalar](q []T, m, n int, out []T) {
	tau := make([]T, n)
	Householder(q, m, n, tau)
	full := make([]T, m*m)
	Unitary(full, q, m, n, m, tau)
	for i := range m {
		copy(out[i*(m-n):(i+1)*(m-n)], full[i*m+n:i*m+m])
	}
}
