package ops

import (
	"math"

	"github.com/flambeau-ml/flambeau/graph"
)

// detHost, logHost and signHost have the operands A, its LU factors, and the determinant, the logarithm of its modulus, or
// its sign; their derivatives are those of these by A.
var (
	detHost = derivative("det", func(out *graph.Value, tan []*graph.Value) *graph.Value {
		if tan[0] == nil {
			return nil
		}
		d := determinant{lu: out.Args[1], a: out.Args[0]}.regular()
		return out.Eq(out.Like(0)).Where(d.product(), out).Mul(d.trace(tan[0]))
	})
	logHost = derivative("logabsdet", func(out *graph.Value, tan []*graph.Value) *graph.Value {
		if tan[0] == nil {
			return nil
		}
		return realPart(determinant{lu: out.Args[1], a: out.Args[0]}.regular().trace(tan[0]))
	})
	signHost = derivative("sign_of_det", func(out *graph.Value, tan []*graph.Value) *graph.Value {
		if tan[0] == nil || !out.DType.IsComplex() {
			return nil
		}
		t := determinant{lu: out.Args[1], a: out.Args[0]}.regular().trace(tan[0]).Imag()
		return out.Mul(t.Like(0).Complex(t))
	})
)

// determinant is of square matrices a with their factors.
type determinant struct{ lu, a *graph.Value }

func newDeterminant(op string, a *graph.Value) determinant {
	needSquare(op, a)
	return determinant{hostCall(luHost, a.Stop()), a}
}

// diagonal is that of U.
func (d determinant) diagonal() *graph.Value {
	return mainDiagonal(cut(d.lu, 1, graph.N(0), lastSize(d.a, 1)))
}

// parity is −1 for each row that was swapped with another.
func (d determinant) parity() *graph.Value {
	at := columnAt(d.lu, lastSize(d.a, 1).Add(graph.N(1)))
	t := graph.Type{DType: graph.PartType(at.DType), Shape: at.Shape}
	own := graph.NewIota(at.Home, t, at.Rank()-1).Shift(1).Cast(at.DType)
	return at.Eq(own).Where(at.Like(1), at.Like(-1))
}

func (d determinant) product() *graph.Value {
	x := d.diagonal().Mul(d.parity())
	return x.ReduceProd(x.Rank() - 1)
}

// regular is d with factors that are not singular: of a matrix with one singular direction they give the derivative of
// the determinant, which is no zero.
func (d determinant) regular() determinant {
	n := lastSize(d.a, 1)
	lu := cut(d.lu, 1, graph.N(0), n)
	eps := 0x1p-23
	if graph.PartType(lu.DType) == graph.Float64 {
		eps = 0x1p-52
	}
	null := onDiagonals(lu.Home, n, n, 0).Expand(lu.Shape...).And(lu.Eq(lu.Like(0)))
	return determinant{beside(null.Where(lu.Like(eps), lu), cut(d.lu, 1, n, graph.N(2))), d.a}
}

// trace is that of A⁻¹·dA.
func (d determinant) trace(da *graph.Value) *graph.Value {
	inv := solver(d).solve(identityLike(d.a))
	return mT(inv).Mul(da).ReduceSum(da.Rank()-2, da.Rank()-1)
}

func det(op string, a *graph.Value) *graph.Value {
	d := newDeterminant(op, a)
	return hostCall(detHost, a, d.lu, d.product())
}

func slogdet(op string, a *graph.Value) (sign, logabs *graph.Value) {
	d := newDeterminant(op, a)
	u := d.diagonal()
	axis := u.Rank() - 1
	size := absolute(u)
	none := size.Eq(size.Like(0))
	unit := u.Div(none.Where(size.Like(1), size).Cast(u.DType))
	logabs = hostCall(logHost, a, d.lu, size.Log().ReduceSum(axis))
	return hostCall(signHost, a, d.lu, unit.Mul(d.parity()).ReduceProd(axis)), logabs
}

// logdet is NaN of negative determinants.
func logdet(a *graph.Value) *graph.Value {
	sign, logabs := slogdet("logdet", a)
	if sign.DType.IsComplex() {
		return sign.Log().Add(logabs.Cast(sign.DType))
	}
	return sign.Eq(sign.Like(-1)).Where(logabs.Like(math.NaN()), logabs)
}

// Determinants.
var (
	Det     = define(Op{Schema: "linalg_det(Tensor A) -> Tensor", Method: "Det", Doc: "The determinants of matrices.", Samples: squareSamples}, func(a *graph.Value) *graph.Value { return det("linalg_det", a) })
	DetOld  = define(Op{Schema: "det(Tensor self) -> Tensor", Method: "-", Doc: "The determinants of matrices.", Samples: squareSamples}, func(a *graph.Value) *graph.Value { return det("det", a) })
	LogDet  = define(Op{Schema: "logdet(Tensor self) -> Tensor", Method: "LogDet", Doc: "The logarithms of the determinants of matrices.", Samples: squareSamples}, logdet)
	SLogDet = define(Op{
		Schema: "linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet)", Method: "SLogDet", Doc: "The signs of the determinants of matrices, and the logarithms of their absolute values.", Samples: squareSamples,
	}, func(a *graph.Value) (sign, logabs *graph.Value) { return slogdet("linalg_slogdet", a) })
	SLogDetOld = define(Op{
		Schema: "slogdet(Tensor self) -> (Tensor sign, Tensor logabsdet)", Method: "-", Doc: "The signs of the determinants of matrices, and the logarithms of their absolute values.", Samples: squareSamples,
	}, func(a *graph.Value) (sign, logabs *graph.Value) { return slogdet("slogdet", a) })
)
