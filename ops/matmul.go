package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// product checks that x and y can be multiplied, the last axis of x with axis of y.
func product(op string, x, y *graph.Value, axis int) {
	if x.DType != y.DType {
		graph.Fail(op, "cannot multiply %s by %s: their dtypes differ", x.Type, y.Type)
	}
	if a, b := x.Shape[x.Rank()-1], y.Shape[axis]; !x.Home.Solver().Same(a, b) {
		graph.Fail(op, "cannot multiply %s by %s: the inner sizes %s and %s differ", x.Shape, y.Shape, a, b)
	}
}

func needRank(op string, x *graph.Value, name string, rank int) {
	if x.Rank() != rank {
		graph.Fail(op, "%s is %s: it must have %d dimensions", name, x.Type, rank)
	}
}

// matmul is the product of matrices, over the leading dimensions, which broadcast; vectors are rows on the left and
// columns on the right, and vanish.
func matmul(op string, x, y *graph.Value) *graph.Value {
	if x.Rank() == 0 || y.Rank() == 0 {
		graph.Fail(op, "cannot multiply %s by %s: both must have dimensions", x.Type, y.Type)
	}
	product(op, x, y, max(y.Rank()-2, 0))
	last := x.Rank() - 1
	switch {
	case y.Rank() <= 2:
		return x.Contract(y, last, 0)
	case x.Rank() == 1:
		return dropAxis(matmul(op, x.Unsqueeze(0), y), y.Rank()-2)
	}
	n := max(x.Rank(), y.Rank()) - 2
	lead, ok := graph.BroadcastShapes(x.Home.Solver(), x.Shape[:x.Rank()-2], y.Shape[:y.Rank()-2])
	if !ok {
		graph.Fail(op, "cannot multiply %s by %s: the leading sizes do not broadcast", x.Shape, y.Shape)
	}
	x = x.Expand(slices.Concat(lead, x.Shape[x.Rank()-2:])...)
	y = y.Expand(slices.Concat(lead, y.Shape[y.Rank()-2:])...)
	batch := allDims(n)
	return x.Dot(y, graph.Dot{LBatch: batch, RBatch: batch, LContract: []int{n + 1}, RContract: []int{n}})
}

// matmulOf is matmul of operands with the given ranks.
func matmulOf(op string, left, right int) binaryBody {
	return func(x, y *graph.Value) *graph.Value {
		needRank(op, x, "the left operand", left)
		needRank(op, y, "the right operand", right)
		if left == 3 && !x.Home.Solver().Same(x.Shape[0], y.Shape[0]) {
			graph.Fail(op, "cannot multiply %s by %s: the batch sizes %s and %s differ", x.Shape, y.Shape, x.Shape[0], y.Shape[0])
		}
		return matmul(op, x, y)
	}
}

// accumulate is beta·x + alpha·p, where x is not read if beta is 0.
func accumulate(op string, x, p *graph.Value, beta, alpha graph.Scalar) *graph.Value {
	d := p.DType
	if x.DType != d {
		graph.Fail(op, "%s is added to a product of %s: their dtypes differ", x.Type, d)
	}
	if !isOne(alpha) || !isOne(beta) { // for integers they are cut off towards zero, as in PyTorch
		p = times(p.Cast(wide(d)), alpha)
		x = x.Cast(wide(d))
	}
	if beta.Float() == 0 {
		return p.Cast(d)
	}
	shape, ok := graph.BroadcastShapes(p.Home.Solver(), x.Shape, p.Shape)
	if !ok || len(shape) != p.Rank() || !p.Home.Solver().SameShape(shape, p.Shape) {
		graph.Fail(op, "%s does not expand to the product's %s", x.Type, p.Shape)
	}
	return times(x, beta).Add(p).Cast(d)
}

// affine defines beta·self + alpha·(left operand · right operand) for operands of the given ranks.
func affine(name, doc, left, right string, samples sampler, f binaryBody) Operator[affineBody] {
	return define(Op{
		Schema: name + "(Tensor self, Tensor " + left + ", Tensor " + right + ", *, Scalar beta=1, Scalar alpha=1) -> Tensor",
		Doc:    doc, InPlace: true, Samples: withKwargs(withKwargs(samples, "beta", 1, 0.5), "alpha", 1, 2.0),
	}, func(x, a, b *graph.Value, beta, alpha graph.Scalar) *graph.Value {
		return accumulate(name, x, f(a, b), beta, alpha)
	})
}

type affineBody = func(x, a, b *graph.Value, beta, alpha graph.Scalar) *graph.Value

func linear(x, weight, bias *graph.Value) *graph.Value {
	if x.Rank() == 0 || weight.Rank() == 0 || weight.Rank() > 2 {
		graph.Fail("linear", "the input is %s and the weight %s: the weight must be [out, in]", x.Type, weight.Type)
	}
	in := weight.Rank() - 1
	product("linear", x, weight, in)
	y := x.Contract(weight, x.Rank()-1, in)
	if bias == nil {
		return y
	}
	if bias.DType != y.DType {
		graph.Fail("linear", "the bias %s does not fit a result of %s", bias.Type, y.Type)
	}
	return y.Add(bias)
}

// addr is the one of its kind that takes bool, and no fractions for integers.
func addr(x, a, b *graph.Value, beta, alpha graph.Scalar) *graph.Value {
	p := outer(a, b)
	switch d := p.DType; {
	case d == graph.Bool && x.DType == d && max(alpha.Kind(), beta.Kind()) <= graph.IntScalar:
		truthOf := func(v *graph.Value, s graph.Scalar) *graph.Value { return v.And(numberLike(v, d, s)) }
		return truthOf(x, beta).Or(truthOf(p, alpha))
	case !d.IsInexact() && max(alpha.Kind(), beta.Kind()) > graph.IntScalar:
		graph.Fail("addr", "alpha and beta are %s and %s, but the result is %s: they must be integers", alpha, beta, d)
	}
	return accumulate("addr", x, p, beta, alpha)
}

func outer(x, y *graph.Value) *graph.Value {
	needRank("outer", x, "self", 1)
	needRank("outer", y, "vec2", 1)
	return promoting(mul)(x.Unsqueeze(1), y.Unsqueeze(0))
}

func mmSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2, 3), f32(r, 3, 4)), call(bf16(r, 2, 3), bf16(r, 3, 2)), call(below(r, 5, 2, 3), below(r, 5, 3, 2))}
}

func addSamples(dims ...[]int) sampler {
	return func(r *rand.Rand) []Sample {
		args := make([]any, len(dims))
		for i, d := range dims {
			args[i] = f32(r, d...)
		}
		return []Sample{call(args...)}
	}
}

// Products.
var (
	MatMul = define(Op{
		Schema: "matmul(Tensor self, Tensor other) -> Tensor", Doc: "The product of matrices, over leading dimensions that broadcast.", Out: true,
		Samples: func(r *rand.Rand) []Sample {
			var out []Sample
			for _, s := range [][2][]int{{{3}, {3}}, {{2, 3}, {3}}, {{3}, {3, 4}}, {{2, 3}, {3, 4}}, {{5, 2, 3}, {3, 4}}, {{2, 3}, {5, 3, 4}}, {{5, 2, 3}, {5, 3, 4}}, {{6, 1, 2, 3}, {5, 3, 4}}, {{3}, {5, 3, 4}}, {{5, 2, 3}, {3}}} {
				out = append(out, call(f32(r, s[0]...), f32(r, s[1]...)))
			}
			return append(out, call(bf16(r, 2, 3), bf16(r, 3, 2)))
		},
	}, func(x, y *graph.Value) *graph.Value { return matmul("matmul", x, y) })
	Mm  = define(Op{Schema: "mm(Tensor self, Tensor mat2) -> Tensor", Doc: "The product of two matrices.", Out: true, Samples: mmSamples}, matmulOf("mm", 2, 2))
	Bmm = define(Op{
		Schema: "bmm(Tensor self, Tensor mat2) -> Tensor", Doc: "The products of matrices, two by two.", Out: true, Samples: addSamples([]int{5, 2, 3}, []int{5, 3, 4}),
	}, matmulOf("bmm", 3, 3))
	Mv   = define(Op{Schema: "mv(Tensor self, Tensor vec) -> Tensor", Doc: "The product of a matrix and a vector.", Samples: addSamples([]int{2, 3}, []int{3})}, matmulOf("mv", 2, 1))
	Dot  = define(Op{Schema: "dot(Tensor self, Tensor tensor) -> Tensor", Doc: "The inner product of two vectors.", Samples: addSamples([]int{3}, []int{3})}, matmulOf("dot", 1, 1))
	Vdot = define(Op{Schema: "vdot(Tensor self, Tensor other) -> Tensor", Doc: "The inner product of two vectors, of which the first is conjugated.", Samples: addSamples([]int{3}, []int{3})}, func(x, y *graph.Value) *graph.Value {
		return matmulOf("vdot", 1, 1)(x.Conj(), y)
	})

	Addmm = affine("addmm", "Beta times self plus alpha times the product of two matrices.", "mat1", "mat2", addSamples([]int{4}, []int{2, 3}, []int{3, 4}), matmulOf("addmm", 2, 2))
	Addmv = affine("addmv", "Beta times self plus alpha times the product of a matrix and a vector.", "mat", "vec", addSamples([]int{2}, []int{2, 3}, []int{3}), matmulOf("addmv", 2, 1))
	Addr  = define(Op{
		Schema: "addr(Tensor self, Tensor vec1, Tensor vec2, *, Scalar beta=1, Scalar alpha=1) -> Tensor", Doc: "Beta times self plus alpha times the outer product of two vectors.",
		InPlace: true, Samples: withKwargs(withKwargs(addSamples([]int{2, 3}, []int{2}, []int{3}), "beta", 1, 0.5), "alpha", 1, 2.0),
	}, addr)

	Baddbmm = affine("baddbmm", "Beta times self plus alpha times the products of matrices.", "batch1", "batch2", addSamples([]int{2, 4}, []int{5, 2, 3}, []int{5, 3, 4}), matmulOf("baddbmm", 3, 3))
	Addbmm  = affine("addbmm", "Beta times self plus alpha times the sum of products of matrices.", "batch1", "batch2", addSamples([]int{2, 4}, []int{5, 2, 3}, []int{5, 3, 4}), func(x, y *graph.Value) *graph.Value {
		return matmulOf("addbmm", 3, 3)(x, y).ReduceSum(0)
	})
	Linear = define(Op{
		Schema: "linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor", Doc: "The input times the transpose of weight, plus bias.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 5, 3), f32(r, 4, 3), f32(r, 4)), call(f32(r, 2, 5, 3), f32(r, 4, 3)), call(f32(r, 3), f32(r, 4, 3), f32(r, 4)), call(bf16(r, 2, 3), bf16(r, 4, 3), bf16(r, 4))}
		},
	}, linear)
	Outer = define(Op{Schema: "outer(Tensor self, Tensor vec2) -> Tensor", Doc: "The products of each element of one vector with each of another.", Samples: addSamples([]int{3}, []int{4})}, outer)
	Inner = define(Op{
		Schema: "inner(Tensor self, Tensor other) -> Tensor", Doc: "The inner products along the last dimensions.", Samples: addSamples([]int{2, 3}, []int{4, 5, 3}),
	}, func(x, y *graph.Value) *graph.Value {
		if x.Rank() == 0 || y.Rank() == 0 {
			return promoting(mul)(x, y)
		}
		product("inner", x, y, y.Rank()-1)
		return x.Dot(y, graph.Dot{LContract: []int{x.Rank() - 1}, RContract: []int{y.Rank() - 1}})
	})
	Tensordot = define(Op{
		Schema: "tensordot(Tensor self, Tensor other, int[] dims_self, int[] dims_other) -> Tensor", Doc: "The contraction of pairs of dimensions.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 3, 4), f32(r, 4, 5, 2), []int{0, 2}, []int{2, 0})}
		},
	}, tensordot)
	Kron = define(Op{
		Schema: "kron(Tensor self, Tensor other) -> Tensor", Doc: "The Kronecker product.", Samples: addSamples([]int{2, 3}, []int{4, 5}),
	}, kron)
	Bilinear = define(Op{
		Schema: "bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias=None) -> Tensor", Doc: "The forms input1ᵀ·weight·input2, plus bias.",
		Samples: addSamples([]int{5, 3}, []int{5, 4}, []int{2, 3, 4}, []int{2}),
	}, func(x, y, w, bias *graph.Value) *graph.Value {
		needRank("bilinear", w, "weight", 3)
		xw := tensordot(x, w, []int{-1}, []int{1}) // […, out, in2]
		out := matmul("bilinear", xw, y.Unsqueeze(y.Rank()))
		out = dropAxis(out, out.Rank()-1)
		if bias != nil {
			out = out.Add(bias)
		}
		return out
	})
)

func tensordot(x, y *graph.Value, xs, ys []int) *graph.Value {
	if len(xs) != len(ys) {
		graph.Fail("tensordot", "dimensions %v and %v do not pair", xs, ys)
	}
	if len(xs) > 0 {
		xs, ys = wrapDims("tensordot", xs, x.Rank()), wrapDims("tensordot", ys, y.Rank())
	}
	return x.Dot(y, graph.Dot{LContract: xs, RContract: ys})
}

func kron(x, y *graph.Value) *graph.Value {
	n := max(x.Rank(), y.Rank())
	x, y = atLeastRank(x, n), atLeastRank(y, n)
	sizes := make([]graph.Size, n)
	for i := n - 1; i >= 0; i-- {
		sizes[i] = x.Shape[i].Mul(y.Shape[i])
		x, y = x.Unsqueeze(i+1), y.Unsqueeze(i)
	}
	return promoting(mul)(x, y).Reshape(sizes...)
}
