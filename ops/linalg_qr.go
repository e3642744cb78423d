package ops

import (
	"fmt"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/ops/internal/linalg"
)

// qrHost factorises matrices of m rows of n, m ≥ n: its result is Q, m rows of n, and under it R. complementHost gives
// orthonormal columns that complete those of Q to a square matrix. householderHost gives the reflectors of any matrix, and
// under them a row with their factors.
var (
	qrHost = &graph.Host{
		Name: "qr", Leading: true, Eval: eval(qrEval[float64], qrEval[complex128]),
		Infer: func(_ *graph.Solver, in []graph.Type) ([]graph.Type, error) {
			n := len(in[0].Shape)
			m, k := in[0].Shape[n-2], in[0].Shape[n-1]
			return []graph.Type{withSizes(in[0], 2, m.Add(k), k)}, nil
		},
	}
	complementHost = &graph.Host{
		Name: "complement", Leading: true, Eval: eval(complementEval[float64], complementEval[complex128]),
		Infer: func(_ *graph.Solver, in []graph.Type) ([]graph.Type, error) {
			n := len(in[0].Shape)
			m, k := in[0].Shape[n-2], in[0].Shape[n-1]
			return []graph.Type{withSizes(in[0], 2, m, m.Sub(k))}, nil
		},
	}
	householderHost = &graph.Host{
		Name: "geqrf", Leading: true, Eval: eval(householderEval[float64], householderEval[complex128]),
		Infer: func(_ *graph.Solver, in []graph.Type) ([]graph.Type, error) {
			n := len(in[0].Shape)
			return []graph.Type{withSizes(in[0], 2, in[0].Shape[n-2].Add(graph.N(1)), in[0].Shape[n-1])}, nil
		},
	}
)

func init() { qrHost.JVP = qrTangent }

func qrEval[T linalg.Scalar](in, out []*graph.Array) error {
	a, y := numbers[T](in[0]), numbers[T](out[0])
	m, n := sides(in[0])
	if m < n {
		return fmt.Errorf("takes matrices with at least as many rows as columns, not %d rows of %d", m, n)
	}
	work := make([]T, m*n)
	for i := range members(in[0], 2) {
		copy(work, member(a, i, m*n))
		packed := member(y, i, (m+n)*n)
		linalg.QR(work, m, n, packed[:m*n], packed[m*n:])
	}
	return nil
}

func complementEval[T linalg.Scalar](in, out []*graph.Array) error {
	q, y := numbers[T](in[0]), numbers[T](out[0])
	m, n := sides(in[0])
	work := make([]T, m*n)
	for i := range members(in[0], 2) {
		copy(work, member(q, i, m*n))
		linalg.Complement(work, m, n, member(y, i, m*(m-n)))
	}
	return nil
}

func householderEval[T linalg.Scalar](in, out []*graph.Array) error {
	a, y := numbers[T](in[0]), numbers[T](out[0])
	m, n := sides(in[0])
	for i := range members(in[0], 2) {
		packed := member(y, i, (m+1)*n)
		copy(packed, member(a, i, m*n))
		linalg.Householder(packed[:m*n], m, n, packed[m*n:m*n+min(m, n)])
	}
	return nil
}

// qrTangent: dA·R⁻¹ = dQ + Q·dR·R⁻¹. With X = Qᴴ·dA·R⁻¹, dR·R⁻¹ is the upper triangle T, with a real diagonal, for
// which X − T is skew: that of X + Xᴴ with half the diagonal.
func qrTangent(out *graph.Value, tan []*graph.Value) *graph.Value {
	a := out.Args[0]
	m, n := lastSize(a, 2), lastSize(a, 1)
	q, r := cut(out, 2, graph.N(0), m), cut(out, 2, m, n)
	y := triangular{upper: true}.solveRight(r, tan[0])
	x := mm(mH(q), y)
	x = x.Add(mH(x))
	t := part(x, 0, false)
	t = t.Sub(onDiagonals(t.Home, n, n, 0).Where(t.Scale(0.5), t.Like(0)))
	return under(y.Sub(mm(q, t)), mm(t, r))
}

// qr is the factorisation of a: with complete, Q is square.
func qr(op string, a *graph.Value, complete bool) (q, r *graph.Value) {
	needMatrices(op, a)
	m, n := lastSize(a, 2), lastSize(a, 1)
	if noMore(op, a) && !m.Equal(n) { // Q is that of the first m columns
		packed := hostCall(qrHost, cut(a, 1, graph.N(0), m))
		q, r = cut(packed, 2, graph.N(0), m), cut(packed, 2, m, m)
		return q, beside(r, mm(mH(q), cut(a, 1, m, n.Sub(m))))
	}
	packed := hostCall(qrHost, a)
	q, r = cut(packed, 2, graph.N(0), m), cut(packed, 2, m, n)
	if complete && !m.Equal(n) {
		q, r = beside(q, hostCall(complementHost, q)), under(r, zerosOf(r, m.Sub(n), n))
	}
	return q, r
}

func qrMode(op string, a *graph.Value, mode string) (q, r *graph.Value) {
	switch mode {
	case "reduced", "complete":
		return qr(op, a, mode == "complete")
	case "r":
		_, r = qr(op, a, false)
		return graph.Zeros(a.Home, graph.Type{DType: a.DType, Shape: graph.Ns(0)}), r
	}
	graph.Fail(op, "mode must be reduced, complete or r, not %q", mode)
	return nil, nil
}

// reflectors are V and T of the product of I − τ·v·vᴴ = I − V·T·Vᴴ: T is upper triangular, the inverse of diag(1/τ) and
// what Vᴴ·V has above the diagonal (Joffrain et al. 2006), here without dividing by τ, which may be 0.
func reflectors(op string, a, tau *graph.Value) (v, t *graph.Value) {
	needMatrices(op, a)
	if tau.DType != a.DType || tau.Rank() != a.Rank()-1 || !a.Home.Solver().SameShape(tau.Shape[:tau.Rank()-1], a.Shape[:a.Rank()-2]) {
		graph.Fail(op, "the factors %s do not fit the reflectors %s", tau.Type, a.Type)
	}
	k := lastSize(tau, 1)
	if n, ok := k.Int(); ok {
		if c, ok := lastSize(a, 1).Int(); ok && n > c {
			graph.Fail(op, "%d factors are given for the reflectors %s", n, a.Type)
		}
	}
	v = part(cut(a, 1, graph.N(0), k), -1, true)
	v = onDiagonals(v.Home, lastSize(v, 2), k, 0).Where(v.Like(1), v)
	rows := tau.Unsqueeze(tau.Rank())
	above := part(mm(mH(v), v), 1, false).Mul(rows)
	t = triangular{upper: true, unit: true}.solve(above, diagEmbed(tau, 0, -2, -1))
	return v, t
}

// householderProduct are the first columns of the product of reflectors.
func householderProduct(op string, a, tau *graph.Value) *graph.Value {
	v, t := reflectors(op, a, tau)
	m, n := lastSize(a, 2), lastSize(a, 1)
	if noMore(op, a) && !m.Equal(n) {
		graph.Fail(op, "takes matrices with at least as many rows as columns, not %s", a.Type)
	}
	first := onDiagonals(a.Home, m, n, 0).Where(a.Like(1), a.Like(0)).Expand(a.Shape...)
	return first.Sub(mm(v, mm(t, mH(cut(v, 2, graph.N(0), n)))))
}

// ormqr multiplies c by the product of reflectors, or its adjoint, from the left or the right.
func ormqr(a, tau, c *graph.Value, left, adjoint bool) *graph.Value {
	v, t := reflectors("ormqr", a, tau)
	needMatrices("ormqr", c)
	if adjoint {
		t = mH(t)
	}
	if left {
		return c.Sub(mm(v, mm(t, mm(mH(v), c))))
	}
	return c.Sub(mm(mm(mm(c, v), t), mH(v)))
}

func tallSamples(r *rand.Rand) []Sample {
	return []Sample{call(regular(r, graph.Float32, 3, 3)), call(graph.Uniform(r, graph.Float64, -1, 1, 2, 4, 3)).concrete(), call(graph.Uniform(r, graph.Complex128, -1, 1, 4, 2)).concrete()}
}

func anyMatrixSamples(r *rand.Rand) []Sample {
	return append(tallSamples(r), call(f32(r, 2, 3, 5)).concrete(), call(f32(r, 0, 2)).concrete())
}

func reflectorSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 4, 3), f32(r, 3)).concrete(), call(graph.Uniform(r, graph.Complex128, -1, 1, 2, 3, 3), graph.Uniform(r, graph.Complex128, -1, 1, 2, 2)).concrete()}
}

// QR factors.
var (
	QR = define(Op{
		Schema: "linalg_qr(Tensor A, str mode='reduced') -> (Tensor Q, Tensor R)", Method: "QR", Doc: "Matrices as products of orthonormal columns Q and a triangle R.", Samples: anyMatrixSamples,
	}, func(a *graph.Value, mode string) (q, r *graph.Value) { return qrMode("linalg_qr", a, mode) })
	QROld = define(Op{
		Schema: "qr(Tensor self, bool some=True) -> (Tensor Q, Tensor R)", Method: "-", Doc: "Matrices as products of orthonormal columns Q and a triangle R.", Samples: anyMatrixSamples,
	}, func(a *graph.Value, some bool) (q, r *graph.Value) { return qr("qr", a, !some) })
	Geqrf = define(Op{
		Schema: "geqrf(Tensor self) -> (Tensor a, Tensor tau)", Doc: "The QR factors of matrices, Q as reflectors below the diagonal and their factors tau.", Samples: anyMatrixSamples,
	}, func(a *graph.Value) (reflectors, tau *graph.Value) {
		needMatrices("geqrf", a)
		m := lastSize(a, 2)
		packed := hostCall(householderHost, a)
		return cut(packed, 2, graph.N(0), m), cut(rowAt(packed, m), 1, graph.N(0), shorter("geqrf", a))
	})
	HouseholderProduct = define(Op{
		Schema: "linalg_householder_product(Tensor input, Tensor tau) -> Tensor", Method: "HouseholderProduct", Doc: "The first columns of products of reflectors, as geqrf gives them.", Samples: reflectorSamples,
	}, func(a, tau *graph.Value) *graph.Value {
		return householderProduct("linalg_householder_product", a, tau)
	})
	Orgqr = define(Op{
		Schema: "orgqr(Tensor self, Tensor input2) -> Tensor", Method: "-", Doc: "The first columns of products of reflectors, as geqrf gives them.", Samples: reflectorSamples,
	}, func(a, tau *graph.Value) *graph.Value { return householderProduct("orgqr", a, tau) })
	Ormqr = define(Op{
		Schema: "ormqr(Tensor self, Tensor input2, Tensor input3, bool left=True, bool transpose=False) -> Tensor",
		Doc:    "The products of reflectors, as geqrf gives them, with other matrices.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 4, 3), f32(r, 3), f32(r, 4, 2)).concrete(), call(f32(r, 2, 3, 3), f32(r, 2, 2), f32(r, 2, 5, 3), false, true).concrete()}
		},
	}, ormqr)
)
