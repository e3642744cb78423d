package linalg

import (
	"errors"
	"math"
	"slices"
)

// ErrConvergence says that an iteration did not come to its end, as of matrices that hold NaN.
var ErrConvergence = errors.New("the iteration for the eigenvalues or singular values did not converge")

// Eigh writes to values the eigenvalues of the Hermitian matrix a, n by n, ascending, and over a the eigenvectors, as
// columns. It reads the lower triangle of a, or the upper one.
func Eigh[T Scalar](a []T, n int, upper bool, values []float64) error {
	for i := range n {
		a[i*n+i] = of[T](re(a[i*n+i]))
		for j := range i {
			if upper {
				a[i*n+j] = conj(a[j*n+i])
			} else {
				a[j*n+i] = conj(a[i*n+j])
			}
		}
	}
	off := make([]float64, n)
	z := make([]T, n*n) // the vectors, as rows, conjugated
	tridiagonal(a, n, values, off, z)
	if err := implicitQL(values, off, z, n); err != nil {
		return err
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case values[i] < values[j]:
			return -1
		case values[i] > values[j]:
			return 1
		}
		return 0
	})
	sorted := make([]float64, n)
	for k, o := range order {
		sorted[k] = values[o]
		for i := range n {
			a[i*n+k] = conj(z[o*n+i])
		}
	}
	copy(values, sorted)
	return nil
}

// tridiagonal takes a to a real matrix with the diagonal d and off beside it by a unitary Q, whose adjoint it writes to
// z: A = Q·T·Qᴴ. It overwrites a.
func tridiagonal[T Scalar](a []T, n int, d, off []float64, z []T) {
	for i := range n {
		z[i*n+i] = 1
	}
	v, w := make([]T, n), make([]T, n)
	for k := range n - 1 {
		for i := k + 1; i < n; i++ {
			v[i] = a[i*n+k]
		}
		tau := reflect(v[k+1:])
		off[k] = re(v[k+1])
		if tau == 0 {
			continue
		}
		v[k+1] = 1
		x := v[k+1:]
		// A becomes HᴴAH for H = I − τ·v·vᴴ: with p = τ·A·v and q = p − ½·τ·(pᴴv)·v it is A − v·qᴴ − q·vᴴ.
		p := w[k+1:]
		for i := range p {
			p[i] = tau * dot(a[(k+1+i)*n+k+1:(k+2+i)*n], x)
		}
		axpy(p, of[T](-0.5)*tau*inner(p, x), x)
		for i := range p {
			row := a[(k+1+i)*n+k+1 : (k+2+i)*n]
			for j := range row {
				row[j] -= x[i]*conj(p[j]) + p[i]*conj(x[j])
			}
		}
		apply(z, n, n, v, make([]T, n), conj(tau), k+1, 0) // Qᴴ = …·H₂ᴴ·H₁ᴴ
	}
	for i := range n {
		d[i] = re(a[i*n+i])
	}
}

// implicitQL takes the tridiagonal matrix of diagonal d and off beside it to its eigenvalues, in d, by rotations that it
// applies to the rows of z, too (Bowdler, Martin, Reinsch and Wilkinson 1968).
func implicitQL[T Scalar](d, off []float64, z []T, n int) error {
	const eps = 0x1p-52
	for l := range n {
		for tries := 0; ; tries++ {
			m := l
			for ; m < n-1; m++ {
				if math.Abs(off[m]) <= eps*math.Sqrt(math.Abs(d[m]))*math.Sqrt(math.Abs(d[m+1])) || math.Abs(off[m]) < 1e-300 {
					break
				}
			}
			if m == l {
				break
			}
			if tries == 60 || d[l] != d[l] {
				return ErrConvergence
			}
			g := (d[l+1] - d[l]) / (2 * off[l])
			r := math.Hypot(g, 1)
			g = d[m] - d[l] + off[l]/(g+math.Copysign(r, g))
			s, c, p := 1.0, 1.0, 0.0
			i := m - 1
			for ; i >= l; i-- {
				f, b := s*off[i], c*off[i]
				r = math.Hypot(f, g)
				off[i+1] = r
				if r == 0 {
					d[i+1] -= p
					off[m] = 0
					break
				}
				s, c = f/r, g/r
				g = d[i+1] - p
				r = (d[i]-g)*s + 2*c*b
				p = s * r
				d[i+1] = g + p
				g = c*r - b
				rotate(z[i*n:i*n+n], z[(i+1)*n:(i+2)*n], c, s)
			}
			if r == 0 && i >= l {
				continue
			}
			d[l] -= p
			off[l] = g
			off[m] = 0
		}
	}
	return nil
}

// rotate takes rows x and y to c·x − s·y and s·x + c·y.
func rotate[T Scalar](x, y []T, c, s float64) {
	cc, ss := of[T](c), of[T](s)
	y = y[:len(x)]
	for k := range x {
		f := y[k]
		y[k] = ss*x[k] + cc*f
		x[k] = cc*x[k] - ss*f
	}
}
