// Code generated from the table of operators by ops/internal/gen. DO NOT EDIT.

package tensor

import (
	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/ops"
)

// AbsOut writes into out the absolute value of each element. It is PyTorch's abs.
func AbsOut(out *Tensor, t *Tensor) *Tensor {
	r := record("abs")
	defer r.done()
	r.write(out, ops.Abs.Body(r.read(t)))
	return out
}

// AcosOut writes into out the angle whose cosine each element is. It is PyTorch's acos.
func AcosOut(out *Tensor, t *Tensor) *Tensor {
	r := record("acos")
	defer r.done()
	r.write(out, ops.Acos.Body(r.read(t)))
	return out
}

// AcoshOut writes into out the number whose hyperbolic cosine each element is. It is PyTorch's acosh.
func AcoshOut(out *Tensor, t *Tensor) *Tensor {
	r := record("acosh")
	defer r.done()
	r.write(out, ops.Acosh.Body(r.read(t)))
	return out
}

// AddOut writes into out the sum of self and alpha times other. It is PyTorch's add.Tensor.
func AddOut(out *Tensor, t *Tensor, other *Tensor, opts ...Option) *Tensor {
	r := record("add")
	defer r.done()
	o := r.options(opts, "alpha")
	r.write(out, ops.Add.Body(r.read(t), r.read(other), r.scalarOption(o, "alpha", r.scalar(1))))
	return out
}

// AmaxOut writes into out the largest element over some dimensions, or all; ties share the derivative. It is
// PyTorch's amax.
func AmaxOut(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("amax")
	defer r.done()
	o := r.options(opts, "dim", "keepdim")
	r.write(out, ops.Amax.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false)))
	return out
}

// AminOut writes into out the smallest element over some dimensions, or all; ties share the derivative. It is
// PyTorch's amin.
func AminOut(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("amin")
	defer r.done()
	o := r.options(opts, "dim", "keepdim")
	r.write(out, ops.Amin.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false)))
	return out
}

// AngleOut writes into out the angle of each complex number; 0 or π for real ones. It is PyTorch's angle.
func AngleOut(out *Tensor, t *Tensor) *Tensor {
	r := record("angle")
	defer r.done()
	r.write(out, ops.Angle.Body(r.read(t)))
	return out
}

// Arange is 0, 1, 2 … to before end. It is PyTorch's arange.
func Arange(end any) *Tensor {
	r := record("arange")
	defer r.done()
	return r.handle(ops.Arange.Body(r, r.scalar(end), graph.NoDType))
}

// ArangeWith is 0, 1, 2 … to before end. It is PyTorch's arange.
func ArangeWith(end any, opts ...Option) *Tensor {
	r := record("arange")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.Arange.Body(r, r.scalar(end), option[graph.DType](o, "dtype", graph.NoDType)))
}

// ArangeStep is start, start + step … to before end. It is PyTorch's arange.start_step.
func ArangeStep(start any, end any, step any) *Tensor {
	r := record("arange")
	defer r.done()
	return r.handle(ops.ArangeStep.Body(r, r.scalar(start), r.scalar(end), r.scalar(step), graph.NoDType))
}

// ArangeStepWith is start, start + step … to before end. It is PyTorch's arange.start_step.
func ArangeStepWith(start any, end any, step any, opts ...Option) *Tensor {
	r := record("arange")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.ArangeStep.Body(r, r.scalar(start), r.scalar(end), r.scalar(step), option[graph.DType](o, "dtype", graph.NoDType)))
}

// AsinOut writes into out the angle whose sine each element is. It is PyTorch's asin.
func AsinOut(out *Tensor, t *Tensor) *Tensor {
	r := record("asin")
	defer r.done()
	r.write(out, ops.Asin.Body(r.read(t)))
	return out
}

// AsinhOut writes into out the number whose hyperbolic sine each element is. It is PyTorch's asinh.
func AsinhOut(out *Tensor, t *Tensor) *Tensor {
	r := record("asinh")
	defer r.done()
	r.write(out, ops.Asinh.Body(r.read(t)))
	return out
}

// AtanOut writes into out the angle whose tangent each element is. It is PyTorch's atan.
func AtanOut(out *Tensor, t *Tensor) *Tensor {
	r := record("atan")
	defer r.done()
	r.write(out, ops.Atan.Body(r.read(t)))
	return out
}

// Atan2Out writes into out the angle of the point with ordinate self and abscissa other. It is PyTorch's atan2.
func Atan2Out(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("atan2")
	defer r.done()
	r.write(out, ops.Atan2.Body(r.read(t), r.read(other)))
	return out
}

// AtanhOut writes into out the number whose hyperbolic tangent each element is. It is PyTorch's atanh.
func AtanhOut(out *Tensor, t *Tensor) *Tensor {
	r := record("atanh")
	defer r.done()
	r.write(out, ops.Atanh.Body(r.read(t)))
	return out
}

// Bilinear is the forms input1ᵀ·weight·input2, plus bias. It is PyTorch's bilinear.
func Bilinear(input1 *Tensor, input2 *Tensor, weight *Tensor, bias *Tensor) *Tensor {
	r := record("bilinear")
	defer r.done()
	return r.handle(ops.Bilinear.Body(r.read(input1), r.read(input2), r.read(weight), r.readOpt(bias)))
}

// Binomial is how many trials succeed, of as many as count says and with probabilities prob. It is PyTorch's
// binomial.
func Binomial(g *Generator, count *Tensor, prob *Tensor) *Tensor {
	r := record("binomial")
	defer r.done()
	v0, generatorNext := ops.Binomial.Body(r.read(count), r.read(prob), r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// BitwiseAndOut writes into out the bits that self and other share. It is PyTorch's bitwise_and.Tensor.
func BitwiseAndOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("bitwise_and")
	defer r.done()
	r.write(out, ops.BitwiseAnd.Body(r.read(t), r.read(other)))
	return out
}

// BitwiseLeftShiftOut writes into out the bits of self moved up by so many places as other says. It is PyTorch's
// bitwise_left_shift.Tensor.
func BitwiseLeftShiftOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("bitwise_left_shift")
	defer r.done()
	r.write(out, ops.BitwiseLeftShift.Body(r.read(t), r.read(other)))
	return out
}

// BitwiseNotOut writes into out the bits that self does not have. It is PyTorch's bitwise_not.
func BitwiseNotOut(out *Tensor, t *Tensor) *Tensor {
	r := record("bitwise_not")
	defer r.done()
	r.write(out, ops.BitwiseNot.Body(r.read(t)))
	return out
}

// BitwiseOrOut writes into out the bits that self or other has. It is PyTorch's bitwise_or.Tensor.
func BitwiseOrOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("bitwise_or")
	defer r.done()
	r.write(out, ops.BitwiseOr.Body(r.read(t), r.read(other)))
	return out
}

// BitwiseRightShiftOut writes into out the bits of self moved down by so many places as other says, filled with the
// sign. It is PyTorch's bitwise_right_shift.Tensor.
func BitwiseRightShiftOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("bitwise_right_shift")
	defer r.done()
	r.write(out, ops.BitwiseRightShift.Body(r.read(t), r.read(other)))
	return out
}

// BitwiseXorOut writes into out the bits that just one of self and other has. It is PyTorch's bitwise_xor.Tensor.
func BitwiseXorOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("bitwise_xor")
	defer r.done()
	r.write(out, ops.BitwiseXor.Body(r.read(t), r.read(other)))
	return out
}

// BlockDiag is matrices along the diagonal of a matrix of zeros. It is PyTorch's block_diag.
func BlockDiag(tensors []*Tensor) *Tensor {
	r := record("block_diag")
	defer r.done()
	return r.handle(ops.BlockDiag.Body(r.readAll(tensors)))
}

// BmmOut writes into out the products of matrices, two by two. It is PyTorch's bmm.
func BmmOut(out *Tensor, t *Tensor, mat2 *Tensor) *Tensor {
	r := record("bmm")
	defer r.done()
	r.write(out, ops.Bmm.Body(r.read(t), r.read(mat2)))
	return out
}

// BroadcastTensors is tensors expanded to the sizes that they broadcast to. It is PyTorch's broadcast_tensors.
func BroadcastTensors(tensors []*Tensor) []*Tensor {
	r := record("broadcast_tensors")
	defer r.done()
	return r.handles(ops.BroadcastTensors.Body(r.readAll(tensors)))
}

// CartesianProd is the rows of one element of each vector, the last one changing first. It is PyTorch's
// cartesian_prod.
func CartesianProd(tensors []*Tensor) *Tensor {
	r := record("cartesian_prod")
	defer r.done()
	return r.handle(ops.CartesianProd.Body(r.readAll(tensors)))
}

// Cat is tensors one after the other along a dimension. It is PyTorch's cat.
func Cat(tensors []*Tensor, dims ...int) *Tensor {
	r := record("cat")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.Cat.Body(r.readAll(tensors), dimAt(dims, 0, 0)))
}

// CatWith is tensors one after the other along a dimension. It is PyTorch's cat.
func CatWith(tensors []*Tensor, opts ...Option) *Tensor {
	r := record("cat")
	defer r.done()
	o := r.options(opts, "dim")
	return r.handle(ops.Cat.Body(r.readAll(tensors), intOption(o, "dim", 0)))
}

// Cdist is the distances of order p between rows. It is PyTorch's cdist.
func Cdist(x1 *Tensor, x2 *Tensor) *Tensor {
	r := record("cdist")
	defer r.done()
	return r.handle(ops.Cdist.Body(r.read(x1), r.read(x2), 2, nil))
}

// CdistWith is the distances of order p between rows. It is PyTorch's cdist.
func CdistWith(x1 *Tensor, x2 *Tensor, opts ...Option) *Tensor {
	r := record("cdist")
	defer r.done()
	o := r.options(opts, "p", "compute_mode")
	return r.handle(ops.Cdist.Body(r.read(x1), r.read(x2), floatOption(o, "p", 2), maybeIntOption(o, "compute_mode", nil)))
}

// CeilOut writes into out the smallest integer not below each element. It is PyTorch's ceil.
func CeilOut(out *Tensor, t *Tensor) *Tensor {
	r := record("ceil")
	defer r.done()
	r.write(out, ops.Ceil.Body(r.read(t)))
	return out
}

// ClampOut writes into out each element, held between min and max. It is PyTorch's clamp.
func ClampOut(out *Tensor, t *Tensor, minArg any, maxArg any) *Tensor {
	r := record("clamp")
	defer r.done()
	r.write(out, ops.Clamp.Body(r.read(t), r.maybeScalar(minArg), r.maybeScalar(maxArg)))
	return out
}

// ClampMaxOut writes into out each element, or max where it is above. It is PyTorch's clamp_max.
func ClampMaxOut(out *Tensor, t *Tensor, maxArg any) *Tensor {
	r := record("clamp_max")
	defer r.done()
	r.write(out, ops.ClampMax.Body(r.read(t), r.scalar(maxArg)))
	return out
}

// ClampMinOut writes into out each element, or min where it is below. It is PyTorch's clamp_min.
func ClampMinOut(out *Tensor, t *Tensor, minArg any) *Tensor {
	r := record("clamp_min")
	defer r.done()
	r.write(out, ops.ClampMin.Body(r.read(t), r.scalar(minArg)))
	return out
}

// ColumnStack is tensors side by side, vectors as columns. It is PyTorch's column_stack.
func ColumnStack(tensors []*Tensor) *Tensor {
	r := record("column_stack")
	defer r.done()
	return r.handle(ops.ColumnStack.Body(r.readAll(tensors)))
}

// Complex is the complex numbers of given real and imaginary parts. It is PyTorch's complex.
func Complex(real *Tensor, imag *Tensor) *Tensor {
	r := record("complex")
	defer r.done()
	return r.handle(ops.Complex.Body(r.read(real), r.read(imag)))
}

// ComplexOut writes into out the complex numbers of given real and imaginary parts. It is PyTorch's complex.
func ComplexOut(out *Tensor, real *Tensor, imag *Tensor) *Tensor {
	r := record("complex")
	defer r.done()
	r.write(out, ops.Complex.Body(r.read(real), r.read(imag)))
	return out
}

// ConjPhysicalOut writes into out the complex conjugate of each element, as a copy. It is PyTorch's conj_physical.
func ConjPhysicalOut(out *Tensor, t *Tensor) *Tensor {
	r := record("conj_physical")
	defer r.done()
	r.write(out, ops.ConjPhysical.Body(r.read(t)))
	return out
}

// CopySignOut writes into out the absolute values of self with the signs of other. It is PyTorch's copysign.Tensor.
func CopySignOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("copysign")
	defer r.done()
	r.write(out, ops.CopySign.Body(r.read(t), r.read(other)))
	return out
}

// CosOut writes into out the cosine of each element. It is PyTorch's cos.
func CosOut(out *Tensor, t *Tensor) *Tensor {
	r := record("cos")
	defer r.done()
	r.write(out, ops.Cos.Body(r.read(t)))
	return out
}

// CoshOut writes into out the hyperbolic cosine of each element. It is PyTorch's cosh.
func CoshOut(out *Tensor, t *Tensor) *Tensor {
	r := record("cosh")
	defer r.done()
	r.write(out, ops.Cosh.Body(r.read(t)))
	return out
}

// CosineEmbeddingLoss is one less the cosine where target is 1, else what the cosine has above margin. It is
// PyTorch's cosine_embedding_loss.
func CosineEmbeddingLoss(input1 *Tensor, input2 *Tensor, target *Tensor) *Tensor {
	r := record("cosine_embedding_loss")
	defer r.done()
	return r.handle(ops.CosineEmbeddingLoss.Body(r.read(input1), r.read(input2), r.read(target), 0, 1))
}

// CosineEmbeddingLossWith is one less the cosine where target is 1, else what the cosine has above margin. It is
// PyTorch's cosine_embedding_loss.
func CosineEmbeddingLossWith(input1 *Tensor, input2 *Tensor, target *Tensor, opts ...Option) *Tensor {
	r := record("cosine_embedding_loss")
	defer r.done()
	o := r.options(opts, "margin", "reduction")
	return r.handle(ops.CosineEmbeddingLoss.Body(r.read(input1), r.read(input2), r.read(target), floatOption(o, "margin", 0), reductionOption(o, "reduction", 1)))
}

// CosineSimilarity is the cosine of the angle between vectors along a dimension. It is PyTorch's cosine_similarity.
func CosineSimilarity(x1 *Tensor, x2 *Tensor, dims ...int) *Tensor {
	r := record("cosine_similarity")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.CosineSimilarity.Body(r.read(x1), r.read(x2), dimAt(dims, 0, 1), 1e-08))
}

// CosineSimilarityWith is the cosine of the angle between vectors along a dimension. It is PyTorch's
// cosine_similarity.
func CosineSimilarityWith(x1 *Tensor, x2 *Tensor, opts ...Option) *Tensor {
	r := record("cosine_similarity")
	defer r.done()
	o := r.options(opts, "dim", "eps")
	return r.handle(ops.CosineSimilarity.Body(r.read(x1), r.read(x2), intOption(o, "dim", 1), floatOption(o, "eps", 1e-08)))
}

// CumProdOut writes into out the products of the elements up to each along a dimension. It is PyTorch's cumprod.
func CumProdOut(out *Tensor, t *Tensor, dim int, opts ...Option) *Tensor {
	r := record("cumprod")
	defer r.done()
	o := r.options(opts, "dtype")
	r.write(out, ops.CumProd.Body(r.read(t), dim, option[graph.DType](o, "dtype", graph.NoDType)))
	return out
}

// CumSumOut writes into out the sums of the elements up to each along a dimension. It is PyTorch's cumsum.
func CumSumOut(out *Tensor, t *Tensor, dim int, opts ...Option) *Tensor {
	r := record("cumsum")
	defer r.done()
	o := r.options(opts, "dtype")
	r.write(out, ops.CumSum.Body(r.read(t), dim, option[graph.DType](o, "dtype", graph.NoDType)))
	return out
}

// CumulativeTrapezoid is the integrals up to each of the places dx apart along a dimension, by trapezoids. It is
// PyTorch's cumulative_trapezoid.dx.
func CumulativeTrapezoid(y *Tensor) *Tensor {
	r := record("cumulative_trapezoid")
	defer r.done()
	return r.handle(ops.CumulativeTrapezoid.Body(r.read(y), r.scalar(1), -1))
}

// CumulativeTrapezoidWith is the integrals up to each of the places dx apart along a dimension, by trapezoids. It is
// PyTorch's cumulative_trapezoid.dx.
func CumulativeTrapezoidWith(y *Tensor, opts ...Option) *Tensor {
	r := record("cumulative_trapezoid")
	defer r.done()
	o := r.options(opts, "dx", "dim")
	return r.handle(ops.CumulativeTrapezoid.Body(r.read(y), r.scalarOption(o, "dx", r.scalar(1)), intOption(o, "dim", -1)))
}

// CumulativeTrapezoidAt is the integrals up to each of the places x along a dimension, by trapezoids. It is PyTorch's
// cumulative_trapezoid.x.
func CumulativeTrapezoidAt(y *Tensor, x *Tensor, dims ...int) *Tensor {
	r := record("cumulative_trapezoid")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.CumulativeTrapezoidAt.Body(r.read(y), r.read(x), dimAt(dims, 0, -1)))
}

// CumulativeTrapezoidAtWith is the integrals up to each of the places x along a dimension, by trapezoids. It is
// PyTorch's cumulative_trapezoid.x.
func CumulativeTrapezoidAtWith(y *Tensor, x *Tensor, opts ...Option) *Tensor {
	r := record("cumulative_trapezoid")
	defer r.done()
	o := r.options(opts, "dim")
	return r.handle(ops.CumulativeTrapezoidAt.Body(r.read(y), r.read(x), intOption(o, "dim", -1)))
}

// Deg2RadOut writes into out each element in degrees as radians. It is PyTorch's deg2rad.
func Deg2RadOut(out *Tensor, t *Tensor) *Tensor {
	r := record("deg2rad")
	defer r.done()
	r.write(out, ops.Deg2Rad.Body(r.read(t)))
	return out
}

// DigammaOut writes into out the derivative of the logarithm of the gamma function at each element. It is PyTorch's
// digamma.
func DigammaOut(out *Tensor, t *Tensor) *Tensor {
	r := record("digamma")
	defer r.done()
	r.write(out, ops.Digamma.Body(r.read(t)))
	return out
}

// DivOut writes into out the quotient of self and other; integers give floats. It is PyTorch's div.Tensor.
func DivOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("div")
	defer r.done()
	r.write(out, ops.Div.Body(r.read(t), r.read(other)))
	return out
}

// Dstack is tensors behind each other: along the third dimension. It is PyTorch's dstack.
func Dstack(tensors []*Tensor) *Tensor {
	r := record("dstack")
	defer r.done()
	return r.handle(ops.Dstack.Body(r.readAll(tensors)))
}

// Einsum is the contraction that an equation says, "ij,jk->ik". It is PyTorch's einsum.
func Einsum(equation string, tensors []*Tensor) *Tensor {
	r := record("einsum")
	defer r.done()
	return r.handle(ops.Einsum.Body(equation, r.readAll(tensors)))
}

// Embedding is the rows of weight that indices name. It is PyTorch's embedding.
func Embedding(weight *Tensor, indices *Tensor) *Tensor {
	r := record("embedding")
	defer r.done()
	return r.handle(ops.Embedding.Body(r.read(weight), r.read(indices), graph.N(-1)))
}

// EmbeddingWith is the rows of weight that indices name. It is PyTorch's embedding.
func EmbeddingWith(weight *Tensor, indices *Tensor, opts ...Option) *Tensor {
	r := record("embedding")
	defer r.done()
	o := r.options(opts, "padding_idx")
	return r.handle(ops.Embedding.Body(r.read(weight), r.read(indices), r.sizeOption(o, "padding_idx", graph.N(-1))))
}

// Empty is an array whose elements are not promised (they are zeros). It is PyTorch's empty.memory_format.
func Empty(size ...any) *Tensor {
	r := record("empty")
	defer r.done()
	return r.handle(ops.Empty.Body(r, r.sizes(size), graph.NoDType))
}

// EmptyWith is an array whose elements are not promised (they are zeros). It is PyTorch's empty.memory_format.
func EmptyWith(size []any, opts ...Option) *Tensor {
	r := record("empty")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.Empty.Body(r, r.sizes(size), option[graph.DType](o, "dtype", graph.NoDType)))
}

// EqOut writes into out whether each element of self is equal to that of other. It is PyTorch's eq.Tensor.
func EqOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("eq")
	defer r.done()
	r.write(out, ops.Eq.Body(r.read(t), r.read(other)))
	return out
}

// ErfOut writes into out the Gauss error function of each element. It is PyTorch's erf.
func ErfOut(out *Tensor, t *Tensor) *Tensor {
	r := record("erf")
	defer r.done()
	r.write(out, ops.Erf.Body(r.read(t)))
	return out
}

// ErfcOut writes into out one less the Gauss error function of each element. It is PyTorch's erfc.
func ErfcOut(out *Tensor, t *Tensor) *Tensor {
	r := record("erfc")
	defer r.done()
	r.write(out, ops.Erfc.Body(r.read(t)))
	return out
}

// ErfinvOut writes into out what the Gauss error function makes each element of. It is PyTorch's erfinv.
func ErfinvOut(out *Tensor, t *Tensor) *Tensor {
	r := record("erfinv")
	defer r.done()
	r.write(out, ops.Erfinv.Body(r.read(t)))
	return out
}

// ExpOut writes into out the exponential of each element. It is PyTorch's exp.
func ExpOut(out *Tensor, t *Tensor) *Tensor {
	r := record("exp")
	defer r.done()
	r.write(out, ops.Exp.Body(r.read(t)))
	return out
}

// Exp2Out writes into out two to the power of each element. It is PyTorch's exp2.
func Exp2Out(out *Tensor, t *Tensor) *Tensor {
	r := record("exp2")
	defer r.done()
	r.write(out, ops.Exp2.Body(r.read(t)))
	return out
}

// Expm1Out writes into out the exponential of each element, less 1. It is PyTorch's expm1.
func Expm1Out(out *Tensor, t *Tensor) *Tensor {
	r := record("expm1")
	defer r.done()
	r.write(out, ops.Expm1.Body(r.read(t)))
	return out
}

// Eye is the identity matrix. It is PyTorch's eye.
func Eye(n any) *Tensor {
	r := record("eye")
	defer r.done()
	return r.handle(ops.Eye.Body(r, r.size(n), graph.NoDType))
}

// EyeWith is the identity matrix. It is PyTorch's eye.
func EyeWith(n any, opts ...Option) *Tensor {
	r := record("eye")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.Eye.Body(r, r.size(n), option[graph.DType](o, "dtype", graph.NoDType)))
}

// EyeM is ones where row and column are the same, of n rows and m columns. It is PyTorch's eye.m.
func EyeM(n any, m any) *Tensor {
	r := record("eye")
	defer r.done()
	return r.handle(ops.EyeM.Body(r, r.size(n), r.size(m), graph.NoDType))
}

// EyeMWith is ones where row and column are the same, of n rows and m columns. It is PyTorch's eye.m.
func EyeMWith(n any, m any, opts ...Option) *Tensor {
	r := record("eye")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.EyeM.Body(r, r.size(n), r.size(m), option[graph.DType](o, "dtype", graph.NoDType)))
}

// FFTOut writes into out the discrete Fourier transform along a dimension. It is PyTorch's fft_fft.
func FFTOut(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_fft")
	defer r.done()
	o := r.options(opts, "n", "dim", "norm")
	r.write(out, ops.FFT.Body(r.read(t), r.maybeSizeOption(o, "n", nil), intOption(o, "dim", -1), option[string](o, "norm", "")))
	return out
}

// FFT2Out writes into out the discrete Fourier transform along two dimensions. It is PyTorch's fft_fft2.
func FFT2Out(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_fft2")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	r.write(out, ops.FFT2.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", []int{-2, -1}), option[string](o, "norm", "")))
	return out
}

// FFTNOut writes into out the discrete Fourier transform along some dimensions, or all. It is PyTorch's fft_fftn.
func FFTNOut(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_fftn")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	r.write(out, ops.FFTN.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", nil), option[string](o, "norm", "")))
	return out
}

// HFFTOut writes into out the real discrete Fourier transform of a Hermitian signal, given by half, along a
// dimension. It is PyTorch's fft_hfft.
func HFFTOut(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_hfft")
	defer r.done()
	o := r.options(opts, "n", "dim", "norm")
	r.write(out, ops.HFFT.Body(r.read(t), r.maybeSizeOption(o, "n", nil), intOption(o, "dim", -1), option[string](o, "norm", "")))
	return out
}

// HFFT2Out writes into out the real discrete Fourier transform of a Hermitian signal, given by half, along two
// dimensions. It is PyTorch's fft_hfft2.
func HFFT2Out(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_hfft2")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	r.write(out, ops.HFFT2.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", []int{-2, -1}), option[string](o, "norm", "")))
	return out
}

// HFFTNOut writes into out the real discrete Fourier transform of a Hermitian signal, given by half, along some
// dimensions, or all. It is PyTorch's fft_hfftn.
func HFFTNOut(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_hfftn")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	r.write(out, ops.HFFTN.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", nil), option[string](o, "norm", "")))
	return out
}

// IFFTOut writes into out the inverse discrete Fourier transform along a dimension. It is PyTorch's fft_ifft.
func IFFTOut(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_ifft")
	defer r.done()
	o := r.options(opts, "n", "dim", "norm")
	r.write(out, ops.IFFT.Body(r.read(t), r.maybeSizeOption(o, "n", nil), intOption(o, "dim", -1), option[string](o, "norm", "")))
	return out
}

// IFFT2Out writes into out the inverse discrete Fourier transform along two dimensions. It is PyTorch's fft_ifft2.
func IFFT2Out(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_ifft2")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	r.write(out, ops.IFFT2.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", []int{-2, -1}), option[string](o, "norm", "")))
	return out
}

// IFFTNOut writes into out the inverse discrete Fourier transform along some dimensions, or all. It is PyTorch's
// fft_ifftn.
func IFFTNOut(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_ifftn")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	r.write(out, ops.IFFTN.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", nil), option[string](o, "norm", "")))
	return out
}

// IHFFTOut writes into out the first half of the Hermitian signal whose transform is given along a dimension. It is
// PyTorch's fft_ihfft.
func IHFFTOut(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_ihfft")
	defer r.done()
	o := r.options(opts, "n", "dim", "norm")
	r.write(out, ops.IHFFT.Body(r.read(t), r.maybeSizeOption(o, "n", nil), intOption(o, "dim", -1), option[string](o, "norm", "")))
	return out
}

// IHFFT2Out writes into out the first half of the Hermitian signal whose transform is given along two dimensions. It
// is PyTorch's fft_ihfft2.
func IHFFT2Out(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_ihfft2")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	r.write(out, ops.IHFFT2.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", []int{-2, -1}), option[string](o, "norm", "")))
	return out
}

// IHFFTNOut writes into out the first half of the Hermitian signal whose transform is given along some dimensions, or
// all. It is PyTorch's fft_ihfftn.
func IHFFTNOut(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_ihfftn")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	r.write(out, ops.IHFFTN.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", nil), option[string](o, "norm", "")))
	return out
}

// IRFFTOut writes into out the real numbers whose half transform is given along a dimension. It is PyTorch's
// fft_irfft.
func IRFFTOut(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_irfft")
	defer r.done()
	o := r.options(opts, "n", "dim", "norm")
	r.write(out, ops.IRFFT.Body(r.read(t), r.maybeSizeOption(o, "n", nil), intOption(o, "dim", -1), option[string](o, "norm", "")))
	return out
}

// IRFFT2Out writes into out the real numbers whose half transform is given along two dimensions. It is PyTorch's
// fft_irfft2.
func IRFFT2Out(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_irfft2")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	r.write(out, ops.IRFFT2.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", []int{-2, -1}), option[string](o, "norm", "")))
	return out
}

// IRFFTNOut writes into out the real numbers whose half transform is given along some dimensions, or all. It is
// PyTorch's fft_irfftn.
func IRFFTNOut(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_irfftn")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	r.write(out, ops.IRFFTN.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", nil), option[string](o, "norm", "")))
	return out
}

// RFFTOut writes into out the first half of the discrete Fourier transform of real numbers along a dimension. It is
// PyTorch's fft_rfft.
func RFFTOut(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_rfft")
	defer r.done()
	o := r.options(opts, "n", "dim", "norm")
	r.write(out, ops.RFFT.Body(r.read(t), r.maybeSizeOption(o, "n", nil), intOption(o, "dim", -1), option[string](o, "norm", "")))
	return out
}

// RFFT2Out writes into out the first half of the discrete Fourier transform of real numbers along two dimensions. It
// is PyTorch's fft_rfft2.
func RFFT2Out(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_rfft2")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	r.write(out, ops.RFFT2.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", []int{-2, -1}), option[string](o, "norm", "")))
	return out
}

// RFFTNOut writes into out the first half of the discrete Fourier transform of real numbers along some dimensions, or
// all. It is PyTorch's fft_rfftn.
func RFFTNOut(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("fft_rfftn")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	r.write(out, ops.RFFTN.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", nil), option[string](o, "norm", "")))
	return out
}

// FloorOut writes into out the largest integer not above each element. It is PyTorch's floor.
func FloorOut(out *Tensor, t *Tensor) *Tensor {
	r := record("floor")
	defer r.done()
	r.write(out, ops.Floor.Body(r.read(t)))
	return out
}

// FloorDivideOut writes into out the floor of the quotient of self and other. It is PyTorch's floor_divide.
func FloorDivideOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("floor_divide")
	defer r.done()
	r.write(out, ops.FloorDivide.Body(r.read(t), r.read(other)))
	return out
}

// FmaxOut writes into out the larger of each two elements; NaN only if both are. It is PyTorch's fmax.
func FmaxOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("fmax")
	defer r.done()
	r.write(out, ops.Fmax.Body(r.read(t), r.read(other)))
	return out
}

// FminOut writes into out the smaller of each two elements; NaN only if both are. It is PyTorch's fmin.
func FminOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("fmin")
	defer r.done()
	r.write(out, ops.Fmin.Body(r.read(t), r.read(other)))
	return out
}

// FmodOut writes into out what division leaves, with the sign of self. It is PyTorch's fmod.Tensor.
func FmodOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("fmod")
	defer r.done()
	r.write(out, ops.Fmod.Body(r.read(t), r.read(other)))
	return out
}

// FracOut writes into out what is behind the point of each element, with its sign. It is PyTorch's frac.
func FracOut(out *Tensor, t *Tensor) *Tensor {
	r := record("frac")
	defer r.done()
	r.write(out, ops.Frac.Body(r.read(t)))
	return out
}

// Full is an array of one number. It is PyTorch's full.
func Full(size []any, fillValue any) *Tensor {
	r := record("full")
	defer r.done()
	return r.handle(ops.Full.Body(r, r.sizes(size), r.scalar(fillValue), graph.NoDType))
}

// FullWith is an array of one number. It is PyTorch's full.
func FullWith(size []any, fillValue any, opts ...Option) *Tensor {
	r := record("full")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.Full.Body(r, r.sizes(size), r.scalar(fillValue), option[graph.DType](o, "dtype", graph.NoDType)))
}

// GcdOut writes into out the greatest common divisor of integers, at least 0. It is PyTorch's gcd.
func GcdOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("gcd")
	defer r.done()
	r.write(out, ops.Gcd.Body(r.read(t), r.read(other)))
	return out
}

// GeOut writes into out whether each element of self is at least that of other. It is PyTorch's ge.Tensor.
func GeOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("ge")
	defer r.done()
	r.write(out, ops.Ge.Body(r.read(t), r.read(other)))
	return out
}

// GRUPacked is the states of a network of gated recurrent units over packed sequences, and the last ones. It is
// PyTorch's gru.data.
func GRUPacked(g *Generator, data *Tensor, batchSizes *Tensor, hx *Tensor, params []*Tensor, hasBiases bool, numLayers int, dropout float64, train bool, bidirectional bool) (*Tensor, *Tensor) {
	r := record("gru")
	defer r.done()
	v0, v1, generatorNext := ops.GRUPacked.Body(r.read(data), r.read(batchSizes), r.read(hx), r.readAll(params), hasBiases, numLayers, dropout, train, bidirectional, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0), r.handle(v1)
}

// GtOut writes into out whether each element of self is greater than that of other. It is PyTorch's gt.Tensor.
func GtOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("gt")
	defer r.done()
	r.write(out, ops.Gt.Body(r.read(t), r.read(other)))
	return out
}

// HardsigmoidOut writes into out each element plus 3, held between 0 and 6, over 6. It is PyTorch's hardsigmoid.
func HardsigmoidOut(out *Tensor, t *Tensor) *Tensor {
	r := record("hardsigmoid")
	defer r.done()
	r.write(out, ops.Hardsigmoid.Body(r.read(t)))
	return out
}

// HardswishOut writes into out each element times its hardsigmoid. It is PyTorch's hardswish.
func HardswishOut(out *Tensor, t *Tensor) *Tensor {
	r := record("hardswish")
	defer r.done()
	r.write(out, ops.Hardswish.Body(r.read(t)))
	return out
}

// Hstack is tensors side by side: along the second dimension, vectors along the first. It is PyTorch's hstack.
func Hstack(tensors []*Tensor) *Tensor {
	r := record("hstack")
	defer r.done()
	return r.handle(ops.Hstack.Body(r.readAll(tensors)))
}

// HypotOut writes into out the hypotenuse over legs self and other. It is PyTorch's hypot.
func HypotOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("hypot")
	defer r.done()
	r.write(out, ops.Hypot.Body(r.read(t), r.read(other)))
	return out
}

// I0Out writes into out the modified Bessel function of the first kind of order 0. It is PyTorch's i0.
func I0Out(out *Tensor, t *Tensor) *Tensor {
	r := record("i0")
	defer r.done()
	r.write(out, ops.I0.Body(r.read(t)))
	return out
}

// IgammaOut writes into out the lower incomplete gamma function with parameter self at other, over the whole. It is
// PyTorch's igamma.
func IgammaOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("igamma")
	defer r.done()
	r.write(out, ops.Igamma.Body(r.read(t), r.read(other)))
	return out
}

// IgammacOut writes into out the upper incomplete gamma function with parameter self at other, over the whole. It is
// PyTorch's igammac.
func IgammacOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("igammac")
	defer r.done()
	r.write(out, ops.Igammac.Body(r.read(t), r.read(other)))
	return out
}

// IsIn is whether each element is among those of a tensor. It is PyTorch's isin.Tensor_Tensor.
func IsIn(elements *Tensor, testElements *Tensor) *Tensor {
	r := record("isin")
	defer r.done()
	return r.handle(ops.IsIn.Body(r.read(elements), r.read(testElements), false, false))
}

// IsInWith is whether each element is among those of a tensor. It is PyTorch's isin.Tensor_Tensor.
func IsInWith(elements *Tensor, testElements *Tensor, opts ...Option) *Tensor {
	r := record("isin")
	defer r.done()
	o := r.options(opts, "assume_unique", "invert")
	return r.handle(ops.IsIn.Body(r.read(elements), r.read(testElements), option[bool](o, "assume_unique", false), option[bool](o, "invert", false)))
}

// LcmOut writes into out the least common multiple of integers, at least 0. It is PyTorch's lcm.
func LcmOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("lcm")
	defer r.done()
	r.write(out, ops.Lcm.Body(r.read(t), r.read(other)))
	return out
}

// LeOut writes into out whether each element of self is at most that of other. It is PyTorch's le.Tensor.
func LeOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("le")
	defer r.done()
	r.write(out, ops.Le.Body(r.read(t), r.read(other)))
	return out
}

// LgammaOut writes into out the logarithm of the absolute value of the gamma function of each element. It is
// PyTorch's lgamma.
func LgammaOut(out *Tensor, t *Tensor) *Tensor {
	r := record("lgamma")
	defer r.done()
	r.write(out, ops.Lgamma.Body(r.read(t)))
	return out
}

// Det is the determinants of matrices. It is PyTorch's linalg_det.
func Det(a *Tensor) *Tensor {
	r := record("linalg_det")
	defer r.done()
	return r.handle(ops.Det.Body(r.read(a)))
}

// Inv is the inverses of matrices. It is PyTorch's linalg_inv.
func Inv(a *Tensor) *Tensor {
	r := record("linalg_inv")
	defer r.done()
	return r.handle(ops.Inv.Body(r.read(a)))
}

// InvEx is the inverses of matrices, and the first place of the factor's diagonal that is 0, counted from 1. It is
// PyTorch's linalg_inv_ex.
func InvEx(a *Tensor) (*Tensor, *Tensor) {
	r := record("linalg_inv_ex")
	defer r.done()
	v0, v1 := ops.InvEx.Body(r.read(a), false)
	return r.handle(v0), r.handle(v1)
}

// InvExWith is the inverses of matrices, and the first place of the factor's diagonal that is 0, counted from 1. It
// is PyTorch's linalg_inv_ex.
func InvExWith(a *Tensor, opts ...Option) (*Tensor, *Tensor) {
	r := record("linalg_inv_ex")
	defer r.done()
	o := r.options(opts, "check_errors")
	v0, v1 := ops.InvEx.Body(r.read(a), option[bool](o, "check_errors", false))
	return r.handle(v0), r.handle(v1)
}

// LDLSolve is the solution of systems, given what ldl_factor makes of their matrices. It is PyTorch's
// linalg_ldl_solve.
func LDLSolve(lD *Tensor, pivots *Tensor, b *Tensor) *Tensor {
	r := record("linalg_ldl_solve")
	defer r.done()
	return r.handle(ops.LDLSolve.Body(r.read(lD), r.read(pivots), r.read(b), false))
}

// LDLSolveWith is the solution of systems, given what ldl_factor makes of their matrices. It is PyTorch's
// linalg_ldl_solve.
func LDLSolveWith(lD *Tensor, pivots *Tensor, b *Tensor, opts ...Option) *Tensor {
	r := record("linalg_ldl_solve")
	defer r.done()
	o := r.options(opts, "hermitian")
	return r.handle(ops.LDLSolve.Body(r.read(lD), r.read(pivots), r.read(b), option[bool](o, "hermitian", false)))
}

// LU is the factors of matrices P·L·U, a permutation and two triangular ones. It is PyTorch's linalg_lu.
func LU(a *Tensor) (*Tensor, *Tensor, *Tensor) {
	r := record("linalg_lu")
	defer r.done()
	v0, v1, v2 := ops.LU.Body(r.read(a), true)
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// LUWith is the factors of matrices P·L·U, a permutation and two triangular ones. It is PyTorch's linalg_lu.
func LUWith(a *Tensor, opts ...Option) (*Tensor, *Tensor, *Tensor) {
	r := record("linalg_lu")
	defer r.done()
	o := r.options(opts, "pivot")
	v0, v1, v2 := ops.LU.Body(r.read(a), option[bool](o, "pivot", true))
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// LUFactor is the LU factors of matrices, in one matrix, and the rows that were swapped, counted from 1. It is
// PyTorch's linalg_lu_factor.
func LUFactor(a *Tensor) (*Tensor, *Tensor) {
	r := record("linalg_lu_factor")
	defer r.done()
	v0, v1 := ops.LUFactor.Body(r.read(a), true)
	return r.handle(v0), r.handle(v1)
}

// LUFactorWith is the LU factors of matrices, in one matrix, and the rows that were swapped, counted from 1. It is
// PyTorch's linalg_lu_factor.
func LUFactorWith(a *Tensor, opts ...Option) (*Tensor, *Tensor) {
	r := record("linalg_lu_factor")
	defer r.done()
	o := r.options(opts, "pivot")
	v0, v1 := ops.LUFactor.Body(r.read(a), option[bool](o, "pivot", true))
	return r.handle(v0), r.handle(v1)
}

// LUFactorEx is the LU factors of matrices, in one matrix, the rows that were swapped, and the first place of the
// diagonal that is 0, counted from 1. It is PyTorch's linalg_lu_factor_ex.
func LUFactorEx(a *Tensor) (*Tensor, *Tensor, *Tensor) {
	r := record("linalg_lu_factor_ex")
	defer r.done()
	v0, v1, v2 := ops.LUFactorEx.Body(r.read(a), true, false)
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// LUFactorExWith is the LU factors of matrices, in one matrix, the rows that were swapped, and the first place of the
// diagonal that is 0, counted from 1. It is PyTorch's linalg_lu_factor_ex.
func LUFactorExWith(a *Tensor, opts ...Option) (*Tensor, *Tensor, *Tensor) {
	r := record("linalg_lu_factor_ex")
	defer r.done()
	o := r.options(opts, "pivot", "check_errors")
	v0, v1, v2 := ops.LUFactorEx.Body(r.read(a), option[bool](o, "pivot", true), option[bool](o, "check_errors", false))
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// LUSolve is the solution of systems, given what lu_factor makes of their matrices. It is PyTorch's linalg_lu_solve.
func LUSolve(lU *Tensor, pivots *Tensor, b *Tensor) *Tensor {
	r := record("linalg_lu_solve")
	defer r.done()
	return r.handle(ops.LUSolve.Body(r.read(lU), r.read(pivots), r.read(b), true, false))
}

// LUSolveWith is the solution of systems, given what lu_factor makes of their matrices. It is PyTorch's
// linalg_lu_solve.
func LUSolveWith(lU *Tensor, pivots *Tensor, b *Tensor, opts ...Option) *Tensor {
	r := record("linalg_lu_solve")
	defer r.done()
	o := r.options(opts, "left", "adjoint")
	return r.handle(ops.LUSolve.Body(r.read(lU), r.read(pivots), r.read(b), option[bool](o, "left", true), option[bool](o, "adjoint", false)))
}

// MultiDot is the product of matrices, of which the first and the last may be vectors. It is PyTorch's
// linalg_multi_dot.
func MultiDot(tensors []*Tensor) *Tensor {
	r := record("linalg_multi_dot")
	defer r.done()
	return r.handle(ops.MultiDot.Body(r.readAll(tensors)))
}

// PolarFactors is matrices as products of orthonormal columns U and positive P. It is PyTorch's linalg_polar.
func PolarFactors(a *Tensor) (*Tensor, *Tensor) {
	r := record("linalg_polar")
	defer r.done()
	v0, v1 := ops.PolarFactors.Body(r.read(a))
	return r.handle(v0), r.handle(v1)
}

// QR is matrices as products of orthonormal columns Q and a triangle R. It is PyTorch's linalg_qr.
func QR(a *Tensor) (*Tensor, *Tensor) {
	r := record("linalg_qr")
	defer r.done()
	v0, v1 := ops.QR.Body(r.read(a), "reduced")
	return r.handle(v0), r.handle(v1)
}

// QRWith is matrices as products of orthonormal columns Q and a triangle R. It is PyTorch's linalg_qr.
func QRWith(a *Tensor, opts ...Option) (*Tensor, *Tensor) {
	r := record("linalg_qr")
	defer r.done()
	o := r.options(opts, "mode")
	v0, v1 := ops.QR.Body(r.read(a), option[string](o, "mode", "reduced"))
	return r.handle(v0), r.handle(v1)
}

// SLogDet is the signs of the determinants of matrices, and the logarithms of their absolute values. It is PyTorch's
// linalg_slogdet.
func SLogDet(a *Tensor) (*Tensor, *Tensor) {
	r := record("linalg_slogdet")
	defer r.done()
	v0, v1 := ops.SLogDet.Body(r.read(a))
	return r.handle(v0), r.handle(v1)
}

// Solve is the solution X of A·X = B, or of X·A = B. It is PyTorch's linalg_solve.
func Solve(a *Tensor, b *Tensor) *Tensor {
	r := record("linalg_solve")
	defer r.done()
	return r.handle(ops.Solve.Body(r.read(a), r.read(b), true))
}

// SolveWith is the solution X of A·X = B, or of X·A = B. It is PyTorch's linalg_solve.
func SolveWith(a *Tensor, b *Tensor, opts ...Option) *Tensor {
	r := record("linalg_solve")
	defer r.done()
	o := r.options(opts, "left")
	return r.handle(ops.Solve.Body(r.read(a), r.read(b), option[bool](o, "left", true)))
}

// SolveEx is the solution of systems, and the first place of the factor's diagonal that is 0, counted from 1. It is
// PyTorch's linalg_solve_ex.
func SolveEx(a *Tensor, b *Tensor) (*Tensor, *Tensor) {
	r := record("linalg_solve_ex")
	defer r.done()
	v0, v1 := ops.SolveEx.Body(r.read(a), r.read(b), true, false)
	return r.handle(v0), r.handle(v1)
}

// SolveExWith is the solution of systems, and the first place of the factor's diagonal that is 0, counted from 1. It
// is PyTorch's linalg_solve_ex.
func SolveExWith(a *Tensor, b *Tensor, opts ...Option) (*Tensor, *Tensor) {
	r := record("linalg_solve_ex")
	defer r.done()
	o := r.options(opts, "left", "check_errors")
	v0, v1 := ops.SolveEx.Body(r.read(a), r.read(b), option[bool](o, "left", true), option[bool](o, "check_errors", false))
	return r.handle(v0), r.handle(v1)
}

// SVD is matrices as products U·diag(S)·Vh of orthonormal columns, values, descending, and orthonormal rows. It is
// PyTorch's linalg_svd.
func SVD(a *Tensor) (*Tensor, *Tensor, *Tensor) {
	r := record("linalg_svd")
	defer r.done()
	v0, v1, v2 := ops.SVD.Body(r.read(a), true, "")
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// SVDWith is matrices as products U·diag(S)·Vh of orthonormal columns, values, descending, and orthonormal rows. It
// is PyTorch's linalg_svd.
func SVDWith(a *Tensor, opts ...Option) (*Tensor, *Tensor, *Tensor) {
	r := record("linalg_svd")
	defer r.done()
	o := r.options(opts, "full_matrices", "driver")
	v0, v1, v2 := ops.SVD.Body(r.read(a), option[bool](o, "full_matrices", true), option[string](o, "driver", ""))
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// SVDVals is the singular values of matrices, descending. It is PyTorch's linalg_svdvals.
func SVDVals(a *Tensor) *Tensor {
	r := record("linalg_svdvals")
	defer r.done()
	return r.handle(ops.SVDVals.Body(r.read(a), ""))
}

// SVDValsWith is the singular values of matrices, descending. It is PyTorch's linalg_svdvals.
func SVDValsWith(a *Tensor, opts ...Option) *Tensor {
	r := record("linalg_svdvals")
	defer r.done()
	o := r.options(opts, "driver")
	return r.handle(ops.SVDVals.Body(r.read(a), option[string](o, "driver", "")))
}

// Vander is the powers of each element along a new last dimension, from 0 on. It is PyTorch's linalg_vander.
func Vander(x *Tensor, n any) *Tensor {
	r := record("linalg_vander")
	defer r.done()
	return r.handle(ops.Vander.Body(r.read(x), r.maybeSize(n)))
}

// Vecdot is the inner products of vectors along a dimension, of which the first are conjugated. It is PyTorch's
// linalg_vecdot.
func Vecdot(x *Tensor, y *Tensor, dims ...int) *Tensor {
	r := record("linalg_vecdot")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.Vecdot.Body(r.read(x), r.read(y), dimAt(dims, 0, -1)))
}

// VecdotWith is the inner products of vectors along a dimension, of which the first are conjugated. It is PyTorch's
// linalg_vecdot.
func VecdotWith(x *Tensor, y *Tensor, opts ...Option) *Tensor {
	r := record("linalg_vecdot")
	defer r.done()
	o := r.options(opts, "dim")
	return r.handle(ops.Vecdot.Body(r.read(x), r.read(y), intOption(o, "dim", -1)))
}

// Linspace is so many numbers from start to end, evenly apart. It is PyTorch's linspace.
func Linspace(start any, end any, steps int) *Tensor {
	r := record("linspace")
	defer r.done()
	return r.handle(ops.Linspace.Body(r, r.scalar(start), r.scalar(end), steps, graph.NoDType))
}

// LinspaceWith is so many numbers from start to end, evenly apart. It is PyTorch's linspace.
func LinspaceWith(start any, end any, steps int, opts ...Option) *Tensor {
	r := record("linspace")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.Linspace.Body(r, r.scalar(start), r.scalar(end), steps, option[graph.DType](o, "dtype", graph.NoDType)))
}

// LinspaceTensor is so many numbers from one tensor without axes to another, evenly apart. It is PyTorch's
// linspace.Tensor_Tensor.
func LinspaceTensor(start *Tensor, end *Tensor, steps int) *Tensor {
	r := record("linspace")
	defer r.done()
	return r.handle(ops.LinspaceTensor.Body(r.read(start), r.read(end), steps, graph.NoDType))
}

// LinspaceTensorWith is so many numbers from one tensor without axes to another, evenly apart. It is PyTorch's
// linspace.Tensor_Tensor.
func LinspaceTensorWith(start *Tensor, end *Tensor, steps int, opts ...Option) *Tensor {
	r := record("linspace")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.LinspaceTensor.Body(r.read(start), r.read(end), steps, option[graph.DType](o, "dtype", graph.NoDType)))
}

// LogOut writes into out the natural logarithm of each element. It is PyTorch's log.
func LogOut(out *Tensor, t *Tensor) *Tensor {
	r := record("log")
	defer r.done()
	r.write(out, ops.Log.Body(r.read(t)))
	return out
}

// Log10Out writes into out the logarithm to base 10 of each element. It is PyTorch's log10.
func Log10Out(out *Tensor, t *Tensor) *Tensor {
	r := record("log10")
	defer r.done()
	r.write(out, ops.Log10.Body(r.read(t)))
	return out
}

// Log1pOut writes into out the natural logarithm of 1 plus each element. It is PyTorch's log1p.
func Log1pOut(out *Tensor, t *Tensor) *Tensor {
	r := record("log1p")
	defer r.done()
	r.write(out, ops.Log1p.Body(r.read(t)))
	return out
}

// Log2Out writes into out the logarithm to base 2 of each element. It is PyTorch's log2.
func Log2Out(out *Tensor, t *Tensor) *Tensor {
	r := record("log2")
	defer r.done()
	r.write(out, ops.Log2.Body(r.read(t)))
	return out
}

// LogSigmoidOut writes into out the logarithm of the sigmoid of each element. It is PyTorch's log_sigmoid.
func LogSigmoidOut(out *Tensor, t *Tensor) *Tensor {
	r := record("log_sigmoid")
	defer r.done()
	r.write(out, ops.LogSigmoid.Body(r.read(t)))
	return out
}

// LogAddExpOut writes into out the logarithm of the sum of the exponentials of self and other. It is PyTorch's
// logaddexp.
func LogAddExpOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("logaddexp")
	defer r.done()
	r.write(out, ops.LogAddExp.Body(r.read(t), r.read(other)))
	return out
}

// LogAddExp2Out writes into out the logarithm to base 2 of the sum of 2 to the powers of self and other. It is
// PyTorch's logaddexp2.
func LogAddExp2Out(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("logaddexp2")
	defer r.done()
	r.write(out, ops.LogAddExp2.Body(r.read(t), r.read(other)))
	return out
}

// LogCumSumExpOut writes into out the logarithms of the sums of the exponentials of the elements up to each along a
// dimension. It is PyTorch's logcumsumexp.
func LogCumSumExpOut(out *Tensor, t *Tensor, dim int) *Tensor {
	r := record("logcumsumexp")
	defer r.done()
	r.write(out, ops.LogCumSumExp.Body(r.read(t), dim))
	return out
}

// LogicalAndOut writes into out whether both elements are true, or not zero. It is PyTorch's logical_and.
func LogicalAndOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("logical_and")
	defer r.done()
	r.write(out, ops.LogicalAnd.Body(r.read(t), r.read(other)))
	return out
}

// LogicalNotOut writes into out whether each element is false, or zero. It is PyTorch's logical_not.
func LogicalNotOut(out *Tensor, t *Tensor) *Tensor {
	r := record("logical_not")
	defer r.done()
	r.write(out, ops.LogicalNot.Body(r.read(t)))
	return out
}

// LogicalOrOut writes into out whether either element is true, or not zero. It is PyTorch's logical_or.
func LogicalOrOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("logical_or")
	defer r.done()
	r.write(out, ops.LogicalOr.Body(r.read(t), r.read(other)))
	return out
}

// LogicalXorOut writes into out whether just one of the elements is true, or not zero. It is PyTorch's logical_xor.
func LogicalXorOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("logical_xor")
	defer r.done()
	r.write(out, ops.LogicalXor.Body(r.read(t), r.read(other)))
	return out
}

// Logspace is a base to the power of numbers evenly apart. It is PyTorch's logspace.
func Logspace(start any, end any, steps int) *Tensor {
	r := record("logspace")
	defer r.done()
	return r.handle(ops.Logspace.Body(r, r.scalar(start), r.scalar(end), steps, 10, graph.NoDType))
}

// LogspaceWith is a base to the power of numbers evenly apart. It is PyTorch's logspace.
func LogspaceWith(start any, end any, steps int, opts ...Option) *Tensor {
	r := record("logspace")
	defer r.done()
	o := r.options(opts, "base", "dtype")
	return r.handle(ops.Logspace.Body(r, r.scalar(start), r.scalar(end), steps, floatOption(o, "base", 10), option[graph.DType](o, "dtype", graph.NoDType)))
}

// LogSumExpOut writes into out the logarithm of the sum of exponentials over some dimensions. It is PyTorch's
// logsumexp.
func LogSumExpOut(out *Tensor, t *Tensor, dim []int, opts ...Option) *Tensor {
	r := record("logsumexp")
	defer r.done()
	o := r.options(opts, "keepdim")
	r.write(out, ops.LogSumExp.Body(r.read(t), dim, option[bool](o, "keepdim", false)))
	return out
}

// LSTMPacked is the states of a network with long short-term memory over packed sequences, and the last states and
// memories. It is PyTorch's lstm.data.
func LSTMPacked(g *Generator, data *Tensor, batchSizes *Tensor, hx []*Tensor, params []*Tensor, hasBiases bool, numLayers int, dropout float64, train bool, bidirectional bool) (*Tensor, *Tensor, *Tensor) {
	r := record("lstm")
	defer r.done()
	v0, v1, v2, generatorNext := ops.LSTMPacked.Body(r.read(data), r.read(batchSizes), r.readAll(hx), r.readAll(params), hasBiases, numLayers, dropout, train, bidirectional, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// LtOut writes into out whether each element of self is less than that of other. It is PyTorch's lt.Tensor.
func LtOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("lt")
	defer r.done()
	r.write(out, ops.Lt.Body(r.read(t), r.read(other)))
	return out
}

// LUUnpack is the factors P, L and U of what lu_factor gives; what is not asked for is empty. It is PyTorch's
// lu_unpack.
func LUUnpack(lUData *Tensor, lUPivots *Tensor) (*Tensor, *Tensor, *Tensor) {
	r := record("lu_unpack")
	defer r.done()
	v0, v1, v2 := ops.LUUnpack.Body(r.read(lUData), r.read(lUPivots), true, true)
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// LUUnpackWith is the factors P, L and U of what lu_factor gives; what is not asked for is empty. It is PyTorch's
// lu_unpack.
func LUUnpackWith(lUData *Tensor, lUPivots *Tensor, opts ...Option) (*Tensor, *Tensor, *Tensor) {
	r := record("lu_unpack")
	defer r.done()
	o := r.options(opts, "unpack_data", "unpack_pivots")
	v0, v1, v2 := ops.LUUnpack.Body(r.read(lUData), r.read(lUPivots), option[bool](o, "unpack_data", true), option[bool](o, "unpack_pivots", true))
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// MarginRankingLoss is what the difference of two rankings lacks of margin, in the direction of target. It is
// PyTorch's margin_ranking_loss.
func MarginRankingLoss(input1 *Tensor, input2 *Tensor, target *Tensor) *Tensor {
	r := record("margin_ranking_loss")
	defer r.done()
	return r.handle(ops.MarginRankingLoss.Body(r.read(input1), r.read(input2), r.read(target), 0, 1))
}

// MarginRankingLossWith is what the difference of two rankings lacks of margin, in the direction of target. It is
// PyTorch's margin_ranking_loss.
func MarginRankingLossWith(input1 *Tensor, input2 *Tensor, target *Tensor, opts ...Option) *Tensor {
	r := record("margin_ranking_loss")
	defer r.done()
	o := r.options(opts, "margin", "reduction")
	return r.handle(ops.MarginRankingLoss.Body(r.read(input1), r.read(input2), r.read(target), floatOption(o, "margin", 0), reductionOption(o, "reduction", 1)))
}

// MatMulOut writes into out the product of matrices, over leading dimensions that broadcast. It is PyTorch's matmul.
func MatMulOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("matmul")
	defer r.done()
	r.write(out, ops.MatMul.Body(r.read(t), r.read(other)))
	return out
}

// MaximumOut writes into out the larger of each two elements; NaN if either is. It is PyTorch's maximum.
func MaximumOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("maximum")
	defer r.done()
	r.write(out, ops.Maximum.Body(r.read(t), r.read(other)))
	return out
}

// MeanOut writes into out the mean over some dimensions, or all. It is PyTorch's mean.dim.
func MeanOut(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("mean")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	r.write(out, ops.Mean.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType)))
	return out
}

// Meshgrid is the coordinates of a grid; indexing is "ij" or "xy". It is PyTorch's meshgrid.indexing.
func Meshgrid(tensors []*Tensor, indexing string) []*Tensor {
	r := record("meshgrid")
	defer r.done()
	return r.handles(ops.Meshgrid.Body(r.readAll(tensors), indexing))
}

// MinimumOut writes into out the smaller of each two elements; NaN if either is. It is PyTorch's minimum.
func MinimumOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("minimum")
	defer r.done()
	r.write(out, ops.Minimum.Body(r.read(t), r.read(other)))
	return out
}

// MishOut writes into out each element times the tanh of its softplus. It is PyTorch's mish.
func MishOut(out *Tensor, t *Tensor) *Tensor {
	r := record("mish")
	defer r.done()
	r.write(out, ops.Mish.Body(r.read(t)))
	return out
}

// MmOut writes into out the product of two matrices. It is PyTorch's mm.
func MmOut(out *Tensor, t *Tensor, mat2 *Tensor) *Tensor {
	r := record("mm")
	defer r.done()
	r.write(out, ops.Mm.Body(r.read(t), r.read(mat2)))
	return out
}

// MulOut writes into out the product of self and other. It is PyTorch's mul.Tensor.
func MulOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("mul")
	defer r.done()
	r.write(out, ops.Mul.Body(r.read(t), r.read(other)))
	return out
}

// MvlgammaOut writes into out the logarithm of the gamma function of p dimensions at each element, which is above (p
// − 1)/2. It is PyTorch's mvlgamma.
func MvlgammaOut(out *Tensor, t *Tensor, p int) *Tensor {
	r := record("mvlgamma")
	defer r.done()
	r.write(out, ops.Mvlgamma.Body(r.read(t), p))
	return out
}

// NeOut writes into out whether each element of self is different from that of other. It is PyTorch's ne.Tensor.
func NeOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("ne")
	defer r.done()
	r.write(out, ops.Ne.Body(r.read(t), r.read(other)))
	return out
}

// NegOut writes into out the negative of each element. It is PyTorch's neg.
func NegOut(out *Tensor, t *Tensor) *Tensor {
	r := record("neg")
	defer r.done()
	r.write(out, ops.Neg.Body(r.read(t)))
	return out
}

// NextAfterOut writes into out the number next to each element of self on the way to that of other. It is PyTorch's
// nextafter.
func NextAfterOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("nextafter")
	defer r.done()
	r.write(out, ops.NextAfter.Body(r.read(t), r.read(other)))
	return out
}

// Ones is ones. It is PyTorch's ones.
func Ones(size ...any) *Tensor {
	r := record("ones")
	defer r.done()
	return r.handle(ops.Ones.Body(r, r.sizes(size), graph.NoDType))
}

// OnesWith is ones. It is PyTorch's ones.
func OnesWith(size []any, opts ...Option) *Tensor {
	r := record("ones")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.Ones.Body(r, r.sizes(size), option[graph.DType](o, "dtype", graph.NoDType)))
}

// PairwiseDistance is the norm of order p of differences along the last dimension. It is PyTorch's pairwise_distance.
func PairwiseDistance(x1 *Tensor, x2 *Tensor) *Tensor {
	r := record("pairwise_distance")
	defer r.done()
	return r.handle(ops.PairwiseDistance.Body(r.read(x1), r.read(x2), 2, 1e-06, false))
}

// PairwiseDistanceWith is the norm of order p of differences along the last dimension. It is PyTorch's
// pairwise_distance.
func PairwiseDistanceWith(x1 *Tensor, x2 *Tensor, opts ...Option) *Tensor {
	r := record("pairwise_distance")
	defer r.done()
	o := r.options(opts, "p", "eps", "keepdim")
	return r.handle(ops.PairwiseDistance.Body(r.read(x1), r.read(x2), floatOption(o, "p", 2), floatOption(o, "eps", 1e-06), option[bool](o, "keepdim", false)))
}

// PCALowRank is the leading q principal components of the rows of A, found by random directions: 6 at most where q is
// absent. It is PyTorch's pca_lowrank.
func PCALowRank(g *Generator, a *Tensor) (*Tensor, *Tensor, *Tensor) {
	r := record("pca_lowrank")
	defer r.done()
	v0, v1, v2, generatorNext := ops.PCALowRank.Body(r.read(a), nil, true, 2, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// PCALowRankWith is the leading q principal components of the rows of A, found by random directions: 6 at most where
// q is absent. It is PyTorch's pca_lowrank.
func PCALowRankWith(g *Generator, a *Tensor, opts ...Option) (*Tensor, *Tensor, *Tensor) {
	r := record("pca_lowrank")
	defer r.done()
	o := r.options(opts, "q", "center", "niter")
	v0, v1, v2, generatorNext := ops.PCALowRank.Body(r.read(a), maybeIntOption(o, "q", nil), option[bool](o, "center", true), intOption(o, "niter", 2), r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// Polar is the complex numbers of given absolute values and angles. It is PyTorch's polar.
func Polar(abs *Tensor, angle *Tensor) *Tensor {
	r := record("polar")
	defer r.done()
	return r.handle(ops.Polar.Body(r.read(abs), r.read(angle)))
}

// PolarOut writes into out the complex numbers of given absolute values and angles. It is PyTorch's polar.
func PolarOut(out *Tensor, abs *Tensor, angle *Tensor) *Tensor {
	r := record("polar")
	defer r.done()
	r.write(out, ops.Polar.Body(r.read(abs), r.read(angle)))
	return out
}

// PowOf is a number to the power of exponent. It is PyTorch's pow.Scalar.
func PowOf(self any, exponent *Tensor) *Tensor {
	r := record("pow")
	defer r.done()
	return r.handle(ops.PowOf.Body(r.scalar(self), r.read(exponent)))
}

// PowOut writes into out self to the power of exponent. It is PyTorch's pow.Tensor_Tensor.
func PowOut(out *Tensor, t *Tensor, exponent *Tensor) *Tensor {
	r := record("pow")
	defer r.done()
	r.write(out, ops.Pow.Body(r.read(t), r.read(exponent)))
	return out
}

// Rad2DegOut writes into out each element in radians as degrees. It is PyTorch's rad2deg.
func Rad2DegOut(out *Tensor, t *Tensor) *Tensor {
	r := record("rad2deg")
	defer r.done()
	r.write(out, ops.Rad2Deg.Body(r.read(t)))
	return out
}

// Rand is numbers drawn evenly from 0 to below 1. It is PyTorch's rand.generator.
func Rand(g *Generator, size ...any) *Tensor {
	r := record("rand")
	defer r.done()
	v0, generatorNext := ops.Rand.Body(r.sizes(size), r.generator(g), graph.NoDType)
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// RandWith is numbers drawn evenly from 0 to below 1. It is PyTorch's rand.generator.
func RandWith(g *Generator, size []any, opts ...Option) *Tensor {
	r := record("rand")
	defer r.done()
	o := r.options(opts, "dtype")
	v0, generatorNext := ops.Rand.Body(r.sizes(size), r.generator(g), option[graph.DType](o, "dtype", graph.NoDType))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// Randint is integers drawn evenly from low to before high. It is PyTorch's randint.low_generator.
func Randint(g *Generator, low int, high int, size ...any) *Tensor {
	r := record("randint")
	defer r.done()
	v0, generatorNext := ops.Randint.Body(low, high, r.sizes(size), r.generator(g), graph.NoDType)
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// RandintWith is integers drawn evenly from low to before high. It is PyTorch's randint.low_generator.
func RandintWith(g *Generator, low int, high int, size []any, opts ...Option) *Tensor {
	r := record("randint")
	defer r.done()
	o := r.options(opts, "dtype")
	v0, generatorNext := ops.Randint.Body(low, high, r.sizes(size), r.generator(g), option[graph.DType](o, "dtype", graph.NoDType))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// Randn is numbers drawn from the normal distribution. It is PyTorch's randn.generator.
func Randn(g *Generator, size ...any) *Tensor {
	r := record("randn")
	defer r.done()
	v0, generatorNext := ops.Randn.Body(r.sizes(size), r.generator(g), graph.NoDType)
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// RandnWith is numbers drawn from the normal distribution. It is PyTorch's randn.generator.
func RandnWith(g *Generator, size []any, opts ...Option) *Tensor {
	r := record("randn")
	defer r.done()
	o := r.options(opts, "dtype")
	v0, generatorNext := ops.Randn.Body(r.sizes(size), r.generator(g), option[graph.DType](o, "dtype", graph.NoDType))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// ReciprocalOut writes into out one over each element. It is PyTorch's reciprocal.
func ReciprocalOut(out *Tensor, t *Tensor) *Tensor {
	r := record("reciprocal")
	defer r.done()
	r.write(out, ops.Reciprocal.Body(r.read(t)))
	return out
}

// ReLU6Out writes into out each element, held between 0 and 6. It is PyTorch's relu6.
func ReLU6Out(out *Tensor, t *Tensor) *Tensor {
	r := record("relu6")
	defer r.done()
	r.write(out, ops.ReLU6.Body(r.read(t)))
	return out
}

// RemainderOf is what division of a number leaves, with the sign of other. It is PyTorch's remainder.Scalar_Tensor.
func RemainderOf(self any, other *Tensor) *Tensor {
	r := record("remainder")
	defer r.done()
	return r.handle(ops.RemainderOf.Body(r.scalar(self), r.read(other)))
}

// RemainderOut writes into out what division leaves, with the sign of other. It is PyTorch's remainder.Tensor.
func RemainderOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("remainder")
	defer r.done()
	r.write(out, ops.Remainder.Body(r.read(t), r.read(other)))
	return out
}

// RepeatIndices is the index of each element of repeats, as often as it says. It is PyTorch's
// repeat_interleave.Tensor.
func RepeatIndices(repeats *Tensor) *Tensor {
	r := record("repeat_interleave")
	defer r.done()
	return r.handle(ops.RepeatIndices.Body(r.read(repeats), nil))
}

// RepeatIndicesWith is the index of each element of repeats, as often as it says. It is PyTorch's
// repeat_interleave.Tensor.
func RepeatIndicesWith(repeats *Tensor, opts ...Option) *Tensor {
	r := record("repeat_interleave")
	defer r.done()
	o := r.options(opts, "output_size")
	return r.handle(ops.RepeatIndices.Body(r.read(repeats), r.maybeSizeOption(o, "output_size", nil)))
}

// RNNReLUPacked is the states of a recurrent network with ReLU over packed sequences, and the last ones. It is
// PyTorch's rnn_relu.data.
func RNNReLUPacked(g *Generator, data *Tensor, batchSizes *Tensor, hx *Tensor, params []*Tensor, hasBiases bool, numLayers int, dropout float64, train bool, bidirectional bool) (*Tensor, *Tensor) {
	r := record("rnn_relu")
	defer r.done()
	v0, v1, generatorNext := ops.RNNReLUPacked.Body(r.read(data), r.read(batchSizes), r.read(hx), r.readAll(params), hasBiases, numLayers, dropout, train, bidirectional, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0), r.handle(v1)
}

// RNNTanhPacked is the states of a recurrent network with tanh over packed sequences, and the last ones. It is
// PyTorch's rnn_tanh.data.
func RNNTanhPacked(g *Generator, data *Tensor, batchSizes *Tensor, hx *Tensor, params []*Tensor, hasBiases bool, numLayers int, dropout float64, train bool, bidirectional bool) (*Tensor, *Tensor) {
	r := record("rnn_tanh")
	defer r.done()
	v0, v1, generatorNext := ops.RNNTanhPacked.Body(r.read(data), r.read(batchSizes), r.read(hx), r.readAll(params), hasBiases, numLayers, dropout, train, bidirectional, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0), r.handle(v1)
}

// RoundOut writes into out the integer nearest to each element, ties to even. It is PyTorch's round.
func RoundOut(out *Tensor, t *Tensor) *Tensor {
	r := record("round")
	defer r.done()
	r.write(out, ops.Round.Body(r.read(t)))
	return out
}

// RsqrtOut writes into out the reciprocal of the square root of each element. It is PyTorch's rsqrt.
func RsqrtOut(out *Tensor, t *Tensor) *Tensor {
	r := record("rsqrt")
	defer r.done()
	r.write(out, ops.Rsqrt.Body(r.read(t)))
	return out
}

// ScalarTensor is a number as a tensor without axes. It is PyTorch's scalar_tensor.
func ScalarTensor(s any) *Tensor {
	r := record("scalar_tensor")
	defer r.done()
	return r.handle(ops.ScalarTensor.Body(r, r.scalar(s), graph.NoDType))
}

// ScalarTensorWith is a number as a tensor without axes. It is PyTorch's scalar_tensor.
func ScalarTensorWith(s any, opts ...Option) *Tensor {
	r := record("scalar_tensor")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.ScalarTensor.Body(r, r.scalar(s), option[graph.DType](o, "dtype", graph.NoDType)))
}

// ScaledDotProductAttention is the values weighted by the softmax of the scaled products of queries and keys. It is
// PyTorch's scaled_dot_product_attention.
func ScaledDotProductAttention(query *Tensor, key *Tensor, value *Tensor, attnMask *Tensor) *Tensor {
	r := record("scaled_dot_product_attention")
	defer r.done()
	return r.handle(ops.ScaledDotProductAttention.Body(r.read(query), r.read(key), r.read(value), r.readOpt(attnMask), 0, false, nil, false))
}

// ScaledDotProductAttentionWith is the values weighted by the softmax of the scaled products of queries and keys. It
// is PyTorch's scaled_dot_product_attention.
func ScaledDotProductAttentionWith(query *Tensor, key *Tensor, value *Tensor, attnMask *Tensor, opts ...Option) *Tensor {
	r := record("scaled_dot_product_attention")
	defer r.done()
	o := r.options(opts, "dropout_p", "is_causal", "scale", "enable_gqa")
	return r.handle(ops.ScaledDotProductAttention.Body(r.read(query), r.read(key), r.read(value), r.readOpt(attnMask), floatOption(o, "dropout_p", 0), option[bool](o, "is_causal", false), maybeFloatOption(o, "scale", nil), option[bool](o, "enable_gqa", false)))
}

// SearchSorted is how many elements of a sequence in order are less than each of self, or at most as large where
// right is true. It is PyTorch's searchsorted.Tensor.
func SearchSorted(sortedSequence *Tensor, self *Tensor, sorter *Tensor) *Tensor {
	r := record("searchsorted")
	defer r.done()
	return r.handle(ops.SearchSorted.Body(r.read(sortedSequence), r.read(self), false, false, "", r.readOpt(sorter)))
}

// SearchSortedWith is how many elements of a sequence in order are less than each of self, or at most as large where
// right is true. It is PyTorch's searchsorted.Tensor.
func SearchSortedWith(sortedSequence *Tensor, self *Tensor, sorter *Tensor, opts ...Option) *Tensor {
	r := record("searchsorted")
	defer r.done()
	o := r.options(opts, "out_int32", "right", "side")
	return r.handle(ops.SearchSorted.Body(r.read(sortedSequence), r.read(self), option[bool](o, "out_int32", false), option[bool](o, "right", false), option[string](o, "side", ""), r.readOpt(sorter)))
}

// SegmentReduce is the sum, mean, max, min or prod of each segment of an axis; lengths, or offsets with the end of
// the last, say what these are. It is PyTorch's segment_reduce.
func SegmentReduce(data *Tensor, reduce string, lengths *Tensor, indices *Tensor, offsets *Tensor, initial any) *Tensor {
	r := record("segment_reduce")
	defer r.done()
	return r.handle(ops.SegmentReduce.Body(r.read(data), reduce, r.readOpt(lengths), r.readOpt(indices), r.readOpt(offsets), 0, false, r.maybeScalar(initial)))
}

// SegmentReduceWith is the sum, mean, max, min or prod of each segment of an axis; lengths, or offsets with the end
// of the last, say what these are. It is PyTorch's segment_reduce.
func SegmentReduceWith(data *Tensor, reduce string, lengths *Tensor, indices *Tensor, offsets *Tensor, initial any, opts ...Option) *Tensor {
	r := record("segment_reduce")
	defer r.done()
	o := r.options(opts, "axis", "unsafe")
	return r.handle(ops.SegmentReduce.Body(r.read(data), reduce, r.readOpt(lengths), r.readOpt(indices), r.readOpt(offsets), intOption(o, "axis", 0), option[bool](o, "unsafe", false), r.maybeScalar(initial)))
}

// SELUOut writes into out the scaled exponential linear unit, which keeps mean 0 and variance 1. It is PyTorch's
// selu.
func SELUOut(out *Tensor, t *Tensor) *Tensor {
	r := record("selu")
	defer r.done()
	r.write(out, ops.SELU.Body(r.read(t)))
	return out
}

// SgnOut writes into out −1, 0 or 1: the sign of each element; complex numbers over their absolute value. It is
// PyTorch's sgn.
func SgnOut(out *Tensor, t *Tensor) *Tensor {
	r := record("sgn")
	defer r.done()
	r.write(out, ops.Sgn.Body(r.read(t)))
	return out
}

// SigmoidOut writes into out the logistic function 1/(1 + exp(−x)) of each element. It is PyTorch's sigmoid.
func SigmoidOut(out *Tensor, t *Tensor) *Tensor {
	r := record("sigmoid")
	defer r.done()
	r.write(out, ops.Sigmoid.Body(r.read(t)))
	return out
}

// SignOut writes into out −1, 0 or 1: the sign of each element. It is PyTorch's sign.
func SignOut(out *Tensor, t *Tensor) *Tensor {
	r := record("sign")
	defer r.done()
	r.write(out, ops.Sign.Body(r.read(t)))
	return out
}

// BartlettWindow is a triangle. It is PyTorch's signal_windows_bartlett.
func BartlettWindow(m int) *Tensor {
	r := record("signal_windows_bartlett")
	defer r.done()
	return r.handle(ops.BartlettWindow.Body(r, m, true, graph.NoDType))
}

// BartlettWindowWith is a triangle. It is PyTorch's signal_windows_bartlett.
func BartlettWindowWith(m int, opts ...Option) *Tensor {
	r := record("signal_windows_bartlett")
	defer r.done()
	o := r.options(opts, "sym", "dtype")
	return r.handle(ops.BartlettWindow.Body(r, m, option[bool](o, "sym", true), option[graph.DType](o, "dtype", graph.NoDType)))
}

// BlackmanWindow is the window of Blackman. It is PyTorch's signal_windows_blackman.
func BlackmanWindow(m int) *Tensor {
	r := record("signal_windows_blackman")
	defer r.done()
	return r.handle(ops.BlackmanWindow.Body(r, m, true, graph.NoDType))
}

// BlackmanWindowWith is the window of Blackman. It is PyTorch's signal_windows_blackman.
func BlackmanWindowWith(m int, opts ...Option) *Tensor {
	r := record("signal_windows_blackman")
	defer r.done()
	o := r.options(opts, "sym", "dtype")
	return r.handle(ops.BlackmanWindow.Body(r, m, option[bool](o, "sym", true), option[graph.DType](o, "dtype", graph.NoDType)))
}

// CosineWindow is half a period of a sine. It is PyTorch's signal_windows_cosine.
func CosineWindow(m int) *Tensor {
	r := record("signal_windows_cosine")
	defer r.done()
	return r.handle(ops.CosineWindow.Body(r, m, true, graph.NoDType))
}

// CosineWindowWith is half a period of a sine. It is PyTorch's signal_windows_cosine.
func CosineWindowWith(m int, opts ...Option) *Tensor {
	r := record("signal_windows_cosine")
	defer r.done()
	o := r.options(opts, "sym", "dtype")
	return r.handle(ops.CosineWindow.Body(r, m, option[bool](o, "sym", true), option[graph.DType](o, "dtype", graph.NoDType)))
}

// ExponentialWindow is an exponential that falls off to both sides. It is PyTorch's signal_windows_exponential.
func ExponentialWindow(m int) *Tensor {
	r := record("signal_windows_exponential")
	defer r.done()
	return r.handle(ops.ExponentialWindow.Body(r, m, nil, 1, true, graph.NoDType))
}

// ExponentialWindowWith is an exponential that falls off to both sides. It is PyTorch's signal_windows_exponential.
func ExponentialWindowWith(m int, opts ...Option) *Tensor {
	r := record("signal_windows_exponential")
	defer r.done()
	o := r.options(opts, "center", "tau", "sym", "dtype")
	return r.handle(ops.ExponentialWindow.Body(r, m, maybeFloatOption(o, "center", nil), floatOption(o, "tau", 1), option[bool](o, "sym", true), option[graph.DType](o, "dtype", graph.NoDType)))
}

// GaussianWindow is a bell of a standard deviation in points. It is PyTorch's signal_windows_gaussian.
func GaussianWindow(m int) *Tensor {
	r := record("signal_windows_gaussian")
	defer r.done()
	return r.handle(ops.GaussianWindow.Body(r, m, 1, true, graph.NoDType))
}

// GaussianWindowWith is a bell of a standard deviation in points. It is PyTorch's signal_windows_gaussian.
func GaussianWindowWith(m int, opts ...Option) *Tensor {
	r := record("signal_windows_gaussian")
	defer r.done()
	o := r.options(opts, "std", "sym", "dtype")
	return r.handle(ops.GaussianWindow.Body(r, m, floatOption(o, "std", 1), option[bool](o, "sym", true), option[graph.DType](o, "dtype", graph.NoDType)))
}

// GeneralCosineWindow is a sum of cosines with the coefficients a, of alternating signs. It is PyTorch's
// signal_windows_general_cosine.
func GeneralCosineWindow(m int, a []float64) *Tensor {
	r := record("signal_windows_general_cosine")
	defer r.done()
	return r.handle(ops.GeneralCosineWindow.Body(r, m, a, true, graph.NoDType))
}

// GeneralCosineWindowWith is a sum of cosines with the coefficients a, of alternating signs. It is PyTorch's
// signal_windows_general_cosine.
func GeneralCosineWindowWith(m int, a []float64, opts ...Option) *Tensor {
	r := record("signal_windows_general_cosine")
	defer r.done()
	o := r.options(opts, "sym", "dtype")
	return r.handle(ops.GeneralCosineWindow.Body(r, m, a, option[bool](o, "sym", true), option[graph.DType](o, "dtype", graph.NoDType)))
}

// GeneralHammingWindow is a raised cosine with a share alpha of the constant. It is PyTorch's
// signal_windows_general_hamming.
func GeneralHammingWindow(m int) *Tensor {
	r := record("signal_windows_general_hamming")
	defer r.done()
	return r.handle(ops.GeneralHammingWindow.Body(r, m, 0.54, true, graph.NoDType))
}

// GeneralHammingWindowWith is a raised cosine with a share alpha of the constant. It is PyTorch's
// signal_windows_general_hamming.
func GeneralHammingWindowWith(m int, opts ...Option) *Tensor {
	r := record("signal_windows_general_hamming")
	defer r.done()
	o := r.options(opts, "alpha", "sym", "dtype")
	return r.handle(ops.GeneralHammingWindow.Body(r, m, floatOption(o, "alpha", 0.54), option[bool](o, "sym", true), option[graph.DType](o, "dtype", graph.NoDType)))
}

// HammingWindow is the window of Hamming. It is PyTorch's signal_windows_hamming.
func HammingWindow(m int) *Tensor {
	r := record("signal_windows_hamming")
	defer r.done()
	return r.handle(ops.HammingWindow.Body(r, m, true, graph.NoDType))
}

// HammingWindowWith is the window of Hamming. It is PyTorch's signal_windows_hamming.
func HammingWindowWith(m int, opts ...Option) *Tensor {
	r := record("signal_windows_hamming")
	defer r.done()
	o := r.options(opts, "sym", "dtype")
	return r.handle(ops.HammingWindow.Body(r, m, option[bool](o, "sym", true), option[graph.DType](o, "dtype", graph.NoDType)))
}

// HannWindow is a raised cosine. It is PyTorch's signal_windows_hann.
func HannWindow(m int) *Tensor {
	r := record("signal_windows_hann")
	defer r.done()
	return r.handle(ops.HannWindow.Body(r, m, true, graph.NoDType))
}

// HannWindowWith is a raised cosine. It is PyTorch's signal_windows_hann.
func HannWindowWith(m int, opts ...Option) *Tensor {
	r := record("signal_windows_hann")
	defer r.done()
	o := r.options(opts, "sym", "dtype")
	return r.handle(ops.HannWindow.Body(r, m, option[bool](o, "sym", true), option[graph.DType](o, "dtype", graph.NoDType)))
}

// NuttallWindow is the window of Nuttall. It is PyTorch's signal_windows_nuttall.
func NuttallWindow(m int) *Tensor {
	r := record("signal_windows_nuttall")
	defer r.done()
	return r.handle(ops.NuttallWindow.Body(r, m, true, graph.NoDType))
}

// NuttallWindowWith is the window of Nuttall. It is PyTorch's signal_windows_nuttall.
func NuttallWindowWith(m int, opts ...Option) *Tensor {
	r := record("signal_windows_nuttall")
	defer r.done()
	o := r.options(opts, "sym", "dtype")
	return r.handle(ops.NuttallWindow.Body(r, m, option[bool](o, "sym", true), option[graph.DType](o, "dtype", graph.NoDType)))
}

// SignBitOut writes into out whether each element has a sign, as −0 does, too. It is PyTorch's signbit.
func SignBitOut(out *Tensor, t *Tensor) *Tensor {
	r := record("signbit")
	defer r.done()
	r.write(out, ops.SignBit.Body(r.read(t)))
	return out
}

// SiLUOut writes into out each element times its sigmoid. It is PyTorch's silu.
func SiLUOut(out *Tensor, t *Tensor) *Tensor {
	r := record("silu")
	defer r.done()
	r.write(out, ops.SiLU.Body(r.read(t)))
	return out
}

// SinOut writes into out the sine of each element. It is PyTorch's sin.
func SinOut(out *Tensor, t *Tensor) *Tensor {
	r := record("sin")
	defer r.done()
	r.write(out, ops.Sin.Body(r.read(t)))
	return out
}

// SincOut writes into out the sine of π times each element, over that. It is PyTorch's sinc.
func SincOut(out *Tensor, t *Tensor) *Tensor {
	r := record("sinc")
	defer r.done()
	r.write(out, ops.Sinc.Body(r.read(t)))
	return out
}

// SinhOut writes into out the hyperbolic sine of each element. It is PyTorch's sinh.
func SinhOut(out *Tensor, t *Tensor) *Tensor {
	r := record("sinh")
	defer r.done()
	r.write(out, ops.Sinh.Body(r.read(t)))
	return out
}

// SoftsignOut writes into out each element over 1 plus its absolute value. It is PyTorch's softsign.
func SoftsignOut(out *Tensor, t *Tensor) *Tensor {
	r := record("softsign")
	defer r.done()
	r.write(out, ops.Softsign.Body(r.read(t)))
	return out
}

// SpecialAiryAi is the Airy function Ai. It is PyTorch's special_airy_ai.
func SpecialAiryAi(x *Tensor) *Tensor {
	r := record("special_airy_ai")
	defer r.done()
	return r.handle(ops.SpecialAiryAi.Body(r.read(x)))
}

// SpecialAiryAiOut writes into out the Airy function Ai. It is PyTorch's special_airy_ai.
func SpecialAiryAiOut(out *Tensor, x *Tensor) *Tensor {
	r := record("special_airy_ai")
	defer r.done()
	r.write(out, ops.SpecialAiryAi.Body(r.read(x)))
	return out
}

// SpecialBesselJ0Out writes into out the Bessel function of the first kind of order 0. It is PyTorch's
// special_bessel_j0.
func SpecialBesselJ0Out(out *Tensor, t *Tensor) *Tensor {
	r := record("special_bessel_j0")
	defer r.done()
	r.write(out, ops.SpecialBesselJ0.Body(r.read(t)))
	return out
}

// SpecialBesselJ1Out writes into out the Bessel function of the first kind of order 1. It is PyTorch's
// special_bessel_j1.
func SpecialBesselJ1Out(out *Tensor, t *Tensor) *Tensor {
	r := record("special_bessel_j1")
	defer r.done()
	r.write(out, ops.SpecialBesselJ1.Body(r.read(t)))
	return out
}

// SpecialBesselY0Out writes into out the Bessel function of the second kind of order 0. It is PyTorch's
// special_bessel_y0.
func SpecialBesselY0Out(out *Tensor, t *Tensor) *Tensor {
	r := record("special_bessel_y0")
	defer r.done()
	r.write(out, ops.SpecialBesselY0.Body(r.read(t)))
	return out
}

// SpecialBesselY1Out writes into out the Bessel function of the second kind of order 1. It is PyTorch's
// special_bessel_y1.
func SpecialBesselY1Out(out *Tensor, t *Tensor) *Tensor {
	r := record("special_bessel_y1")
	defer r.done()
	r.write(out, ops.SpecialBesselY1.Body(r.read(t)))
	return out
}

// SpecialChebyshevPolynomialT is the Chebyshev polynomials of the first kind of the degrees n at x. It is PyTorch's
// special_chebyshev_polynomial_t.
func SpecialChebyshevPolynomialT(x *Tensor, n *Tensor) *Tensor {
	r := record("special_chebyshev_polynomial_t")
	defer r.done()
	return r.handle(ops.SpecialChebyshevPolynomialT.Body(r.read(x), r.read(n)))
}

// SpecialChebyshevPolynomialTOut writes into out the Chebyshev polynomials of the first kind of the degrees n at x.
// It is PyTorch's special_chebyshev_polynomial_t.
func SpecialChebyshevPolynomialTOut(out *Tensor, x *Tensor, n *Tensor) *Tensor {
	r := record("special_chebyshev_polynomial_t")
	defer r.done()
	r.write(out, ops.SpecialChebyshevPolynomialT.Body(r.read(x), r.read(n)))
	return out
}

// SpecialChebyshevPolynomialTScalar is the Chebyshev polynomials of the first kind of the degrees n at x. It is
// PyTorch's special_chebyshev_polynomial_t.n_scalar.
func SpecialChebyshevPolynomialTScalar(x *Tensor, n any) *Tensor {
	r := record("special_chebyshev_polynomial_t")
	defer r.done()
	return r.handle(ops.SpecialChebyshevPolynomialTScalar.Body(r.read(x), r.scalar(n)))
}

// SpecialChebyshevPolynomialU is the Chebyshev polynomials of the second kind of the degrees n at x. It is PyTorch's
// special_chebyshev_polynomial_u.
func SpecialChebyshevPolynomialU(x *Tensor, n *Tensor) *Tensor {
	r := record("special_chebyshev_polynomial_u")
	defer r.done()
	return r.handle(ops.SpecialChebyshevPolynomialU.Body(r.read(x), r.read(n)))
}

// SpecialChebyshevPolynomialUOut writes into out the Chebyshev polynomials of the second kind of the degrees n at x.
// It is PyTorch's special_chebyshev_polynomial_u.
func SpecialChebyshevPolynomialUOut(out *Tensor, x *Tensor, n *Tensor) *Tensor {
	r := record("special_chebyshev_polynomial_u")
	defer r.done()
	r.write(out, ops.SpecialChebyshevPolynomialU.Body(r.read(x), r.read(n)))
	return out
}

// SpecialChebyshevPolynomialUScalar is the Chebyshev polynomials of the second kind of the degrees n at x. It is
// PyTorch's special_chebyshev_polynomial_u.n_scalar.
func SpecialChebyshevPolynomialUScalar(x *Tensor, n any) *Tensor {
	r := record("special_chebyshev_polynomial_u")
	defer r.done()
	return r.handle(ops.SpecialChebyshevPolynomialUScalar.Body(r.read(x), r.scalar(n)))
}

// SpecialChebyshevPolynomialV is the Chebyshev polynomials of the third kind of the degrees n at x. It is PyTorch's
// special_chebyshev_polynomial_v.
func SpecialChebyshevPolynomialV(x *Tensor, n *Tensor) *Tensor {
	r := record("special_chebyshev_polynomial_v")
	defer r.done()
	return r.handle(ops.SpecialChebyshevPolynomialV.Body(r.read(x), r.read(n)))
}

// SpecialChebyshevPolynomialVOut writes into out the Chebyshev polynomials of the third kind of the degrees n at x.
// It is PyTorch's special_chebyshev_polynomial_v.
func SpecialChebyshevPolynomialVOut(out *Tensor, x *Tensor, n *Tensor) *Tensor {
	r := record("special_chebyshev_polynomial_v")
	defer r.done()
	r.write(out, ops.SpecialChebyshevPolynomialV.Body(r.read(x), r.read(n)))
	return out
}

// SpecialChebyshevPolynomialVScalar is the Chebyshev polynomials of the third kind of the degrees n at x. It is
// PyTorch's special_chebyshev_polynomial_v.n_scalar.
func SpecialChebyshevPolynomialVScalar(x *Tensor, n any) *Tensor {
	r := record("special_chebyshev_polynomial_v")
	defer r.done()
	return r.handle(ops.SpecialChebyshevPolynomialVScalar.Body(r.read(x), r.scalar(n)))
}

// SpecialChebyshevPolynomialW is the Chebyshev polynomials of the fourth kind of the degrees n at x. It is PyTorch's
// special_chebyshev_polynomial_w.
func SpecialChebyshevPolynomialW(x *Tensor, n *Tensor) *Tensor {
	r := record("special_chebyshev_polynomial_w")
	defer r.done()
	return r.handle(ops.SpecialChebyshevPolynomialW.Body(r.read(x), r.read(n)))
}

// SpecialChebyshevPolynomialWOut writes into out the Chebyshev polynomials of the fourth kind of the degrees n at x.
// It is PyTorch's special_chebyshev_polynomial_w.
func SpecialChebyshevPolynomialWOut(out *Tensor, x *Tensor, n *Tensor) *Tensor {
	r := record("special_chebyshev_polynomial_w")
	defer r.done()
	r.write(out, ops.SpecialChebyshevPolynomialW.Body(r.read(x), r.read(n)))
	return out
}

// SpecialChebyshevPolynomialWScalar is the Chebyshev polynomials of the fourth kind of the degrees n at x. It is
// PyTorch's special_chebyshev_polynomial_w.n_scalar.
func SpecialChebyshevPolynomialWScalar(x *Tensor, n any) *Tensor {
	r := record("special_chebyshev_polynomial_w")
	defer r.done()
	return r.handle(ops.SpecialChebyshevPolynomialWScalar.Body(r.read(x), r.scalar(n)))
}

// SpecialEntrOut writes into out minus each element times its logarithm: 0 at 0, −∞ below. It is PyTorch's
// special_entr.
func SpecialEntrOut(out *Tensor, t *Tensor) *Tensor {
	r := record("special_entr")
	defer r.done()
	r.write(out, ops.SpecialEntr.Body(r.read(t)))
	return out
}

// SpecialErfcxOut writes into out 1 less the Gauss error function, times exp(x²). It is PyTorch's special_erfcx.
func SpecialErfcxOut(out *Tensor, t *Tensor) *Tensor {
	r := record("special_erfcx")
	defer r.done()
	r.write(out, ops.SpecialErfcx.Body(r.read(t)))
	return out
}

// SpecialHermitePolynomialH is the Hermite polynomials of physics of the degrees n at x. It is PyTorch's
// special_hermite_polynomial_h.
func SpecialHermitePolynomialH(x *Tensor, n *Tensor) *Tensor {
	r := record("special_hermite_polynomial_h")
	defer r.done()
	return r.handle(ops.SpecialHermitePolynomialH.Body(r.read(x), r.read(n)))
}

// SpecialHermitePolynomialHOut writes into out the Hermite polynomials of physics of the degrees n at x. It is
// PyTorch's special_hermite_polynomial_h.
func SpecialHermitePolynomialHOut(out *Tensor, x *Tensor, n *Tensor) *Tensor {
	r := record("special_hermite_polynomial_h")
	defer r.done()
	r.write(out, ops.SpecialHermitePolynomialH.Body(r.read(x), r.read(n)))
	return out
}

// SpecialHermitePolynomialHScalar is the Hermite polynomials of physics of the degrees n at x. It is PyTorch's
// special_hermite_polynomial_h.n_scalar.
func SpecialHermitePolynomialHScalar(x *Tensor, n any) *Tensor {
	r := record("special_hermite_polynomial_h")
	defer r.done()
	return r.handle(ops.SpecialHermitePolynomialHScalar.Body(r.read(x), r.scalar(n)))
}

// SpecialHermitePolynomialHe is the Hermite polynomials of statistics of the degrees n at x. It is PyTorch's
// special_hermite_polynomial_he.
func SpecialHermitePolynomialHe(x *Tensor, n *Tensor) *Tensor {
	r := record("special_hermite_polynomial_he")
	defer r.done()
	return r.handle(ops.SpecialHermitePolynomialHe.Body(r.read(x), r.read(n)))
}

// SpecialHermitePolynomialHeOut writes into out the Hermite polynomials of statistics of the degrees n at x. It is
// PyTorch's special_hermite_polynomial_he.
func SpecialHermitePolynomialHeOut(out *Tensor, x *Tensor, n *Tensor) *Tensor {
	r := record("special_hermite_polynomial_he")
	defer r.done()
	r.write(out, ops.SpecialHermitePolynomialHe.Body(r.read(x), r.read(n)))
	return out
}

// SpecialHermitePolynomialHeScalar is the Hermite polynomials of statistics of the degrees n at x. It is PyTorch's
// special_hermite_polynomial_he.n_scalar.
func SpecialHermitePolynomialHeScalar(x *Tensor, n any) *Tensor {
	r := record("special_hermite_polynomial_he")
	defer r.done()
	return r.handle(ops.SpecialHermitePolynomialHeScalar.Body(r.read(x), r.scalar(n)))
}

// SpecialI0eOut writes into out the modified Bessel function of the first kind of order 0 times exp(−|x|). It is
// PyTorch's special_i0e.
func SpecialI0eOut(out *Tensor, t *Tensor) *Tensor {
	r := record("special_i0e")
	defer r.done()
	r.write(out, ops.SpecialI0e.Body(r.read(t)))
	return out
}

// SpecialI1Out writes into out the modified Bessel function of the first kind of order 1. It is PyTorch's special_i1.
func SpecialI1Out(out *Tensor, t *Tensor) *Tensor {
	r := record("special_i1")
	defer r.done()
	r.write(out, ops.SpecialI1.Body(r.read(t)))
	return out
}

// SpecialI1eOut writes into out the modified Bessel function of the first kind of order 1 times exp(−|x|). It is
// PyTorch's special_i1e.
func SpecialI1eOut(out *Tensor, t *Tensor) *Tensor {
	r := record("special_i1e")
	defer r.done()
	r.write(out, ops.SpecialI1e.Body(r.read(t)))
	return out
}

// SpecialLaguerrePolynomialL is the Laguerre polynomials of the degrees n at x. It is PyTorch's
// special_laguerre_polynomial_l.
func SpecialLaguerrePolynomialL(x *Tensor, n *Tensor) *Tensor {
	r := record("special_laguerre_polynomial_l")
	defer r.done()
	return r.handle(ops.SpecialLaguerrePolynomialL.Body(r.read(x), r.read(n)))
}

// SpecialLaguerrePolynomialLOut writes into out the Laguerre polynomials of the degrees n at x. It is PyTorch's
// special_laguerre_polynomial_l.
func SpecialLaguerrePolynomialLOut(out *Tensor, x *Tensor, n *Tensor) *Tensor {
	r := record("special_laguerre_polynomial_l")
	defer r.done()
	r.write(out, ops.SpecialLaguerrePolynomialL.Body(r.read(x), r.read(n)))
	return out
}

// SpecialLaguerrePolynomialLScalar is the Laguerre polynomials of the degrees n at x. It is PyTorch's
// special_laguerre_polynomial_l.n_scalar.
func SpecialLaguerrePolynomialLScalar(x *Tensor, n any) *Tensor {
	r := record("special_laguerre_polynomial_l")
	defer r.done()
	return r.handle(ops.SpecialLaguerrePolynomialLScalar.Body(r.read(x), r.scalar(n)))
}

// SpecialLegendrePolynomialP is the Legendre polynomials of the degrees n at x. It is PyTorch's
// special_legendre_polynomial_p.
func SpecialLegendrePolynomialP(x *Tensor, n *Tensor) *Tensor {
	r := record("special_legendre_polynomial_p")
	defer r.done()
	return r.handle(ops.SpecialLegendrePolynomialP.Body(r.read(x), r.read(n)))
}

// SpecialLegendrePolynomialPOut writes into out the Legendre polynomials of the degrees n at x. It is PyTorch's
// special_legendre_polynomial_p.
func SpecialLegendrePolynomialPOut(out *Tensor, x *Tensor, n *Tensor) *Tensor {
	r := record("special_legendre_polynomial_p")
	defer r.done()
	r.write(out, ops.SpecialLegendrePolynomialP.Body(r.read(x), r.read(n)))
	return out
}

// SpecialLegendrePolynomialPScalar is the Legendre polynomials of the degrees n at x. It is PyTorch's
// special_legendre_polynomial_p.n_scalar.
func SpecialLegendrePolynomialPScalar(x *Tensor, n any) *Tensor {
	r := record("special_legendre_polynomial_p")
	defer r.done()
	return r.handle(ops.SpecialLegendrePolynomialPScalar.Body(r.read(x), r.scalar(n)))
}

// SpecialLogNdtrOut writes into out the logarithm of the probability that a standard normal number is at most each
// element. It is PyTorch's special_log_ndtr.
func SpecialLogNdtrOut(out *Tensor, t *Tensor) *Tensor {
	r := record("special_log_ndtr")
	defer r.done()
	r.write(out, ops.SpecialLogNdtr.Body(r.read(t)))
	return out
}

// SpecialModifiedBesselI0Out writes into out the modified Bessel function of the first kind of order 0. It is
// PyTorch's special_modified_bessel_i0.
func SpecialModifiedBesselI0Out(out *Tensor, t *Tensor) *Tensor {
	r := record("special_modified_bessel_i0")
	defer r.done()
	r.write(out, ops.SpecialModifiedBesselI0.Body(r.read(t)))
	return out
}

// SpecialModifiedBesselI1Out writes into out the modified Bessel function of the first kind of order 1. It is
// PyTorch's special_modified_bessel_i1.
func SpecialModifiedBesselI1Out(out *Tensor, t *Tensor) *Tensor {
	r := record("special_modified_bessel_i1")
	defer r.done()
	r.write(out, ops.SpecialModifiedBesselI1.Body(r.read(t)))
	return out
}

// SpecialModifiedBesselK0Out writes into out the modified Bessel function of the second kind of order 0. It is
// PyTorch's special_modified_bessel_k0.
func SpecialModifiedBesselK0Out(out *Tensor, t *Tensor) *Tensor {
	r := record("special_modified_bessel_k0")
	defer r.done()
	r.write(out, ops.SpecialModifiedBesselK0.Body(r.read(t)))
	return out
}

// SpecialModifiedBesselK1Out writes into out the modified Bessel function of the second kind of order 1. It is
// PyTorch's special_modified_bessel_k1.
func SpecialModifiedBesselK1Out(out *Tensor, t *Tensor) *Tensor {
	r := record("special_modified_bessel_k1")
	defer r.done()
	r.write(out, ops.SpecialModifiedBesselK1.Body(r.read(t)))
	return out
}

// SpecialNdtrOut writes into out the probability that a standard normal number is at most each element. It is
// PyTorch's special_ndtr.
func SpecialNdtrOut(out *Tensor, t *Tensor) *Tensor {
	r := record("special_ndtr")
	defer r.done()
	r.write(out, ops.SpecialNdtr.Body(r.read(t)))
	return out
}

// SpecialNdtriOut writes into out what a standard normal number stays below with the probability of each element. It
// is PyTorch's special_ndtri.
func SpecialNdtriOut(out *Tensor, t *Tensor) *Tensor {
	r := record("special_ndtri")
	defer r.done()
	r.write(out, ops.SpecialNdtri.Body(r.read(t)))
	return out
}

// SpecialScaledModifiedBesselK0 is the modified Bessel function of the second kind of order 0 times exp(x). It is
// PyTorch's special_scaled_modified_bessel_k0.
func SpecialScaledModifiedBesselK0(x *Tensor) *Tensor {
	r := record("special_scaled_modified_bessel_k0")
	defer r.done()
	return r.handle(ops.SpecialScaledModifiedBesselK0.Body(r.read(x)))
}

// SpecialScaledModifiedBesselK0Out writes into out the modified Bessel function of the second kind of order 0 times
// exp(x). It is PyTorch's special_scaled_modified_bessel_k0.
func SpecialScaledModifiedBesselK0Out(out *Tensor, x *Tensor) *Tensor {
	r := record("special_scaled_modified_bessel_k0")
	defer r.done()
	r.write(out, ops.SpecialScaledModifiedBesselK0.Body(r.read(x)))
	return out
}

// SpecialScaledModifiedBesselK1 is the modified Bessel function of the second kind of order 1 times exp(x). It is
// PyTorch's special_scaled_modified_bessel_k1.
func SpecialScaledModifiedBesselK1(x *Tensor) *Tensor {
	r := record("special_scaled_modified_bessel_k1")
	defer r.done()
	return r.handle(ops.SpecialScaledModifiedBesselK1.Body(r.read(x)))
}

// SpecialScaledModifiedBesselK1Out writes into out the modified Bessel function of the second kind of order 1 times
// exp(x). It is PyTorch's special_scaled_modified_bessel_k1.
func SpecialScaledModifiedBesselK1Out(out *Tensor, x *Tensor) *Tensor {
	r := record("special_scaled_modified_bessel_k1")
	defer r.done()
	r.write(out, ops.SpecialScaledModifiedBesselK1.Body(r.read(x)))
	return out
}

// SpecialShiftedChebyshevPolynomialT is the Chebyshev polynomials of the first kind, shifted to 0 and 1, of the
// degrees n at x. It is PyTorch's special_shifted_chebyshev_polynomial_t.
func SpecialShiftedChebyshevPolynomialT(x *Tensor, n *Tensor) *Tensor {
	r := record("special_shifted_chebyshev_polynomial_t")
	defer r.done()
	return r.handle(ops.SpecialShiftedChebyshevPolynomialT.Body(r.read(x), r.read(n)))
}

// SpecialShiftedChebyshevPolynomialTOut writes into out the Chebyshev polynomials of the first kind, shifted to 0 and
// 1, of the degrees n at x. It is PyTorch's special_shifted_chebyshev_polynomial_t.
func SpecialShiftedChebyshevPolynomialTOut(out *Tensor, x *Tensor, n *Tensor) *Tensor {
	r := record("special_shifted_chebyshev_polynomial_t")
	defer r.done()
	r.write(out, ops.SpecialShiftedChebyshevPolynomialT.Body(r.read(x), r.read(n)))
	return out
}

// SpecialShiftedChebyshevPolynomialTScalar is the Chebyshev polynomials of the first kind, shifted to 0 and 1, of the
// degrees n at x. It is PyTorch's special_shifted_chebyshev_polynomial_t.n_scalar.
func SpecialShiftedChebyshevPolynomialTScalar(x *Tensor, n any) *Tensor {
	r := record("special_shifted_chebyshev_polynomial_t")
	defer r.done()
	return r.handle(ops.SpecialShiftedChebyshevPolynomialTScalar.Body(r.read(x), r.scalar(n)))
}

// SpecialShiftedChebyshevPolynomialU is the Chebyshev polynomials of the second kind, shifted to 0 and 1, of the
// degrees n at x. It is PyTorch's special_shifted_chebyshev_polynomial_u.
func SpecialShiftedChebyshevPolynomialU(x *Tensor, n *Tensor) *Tensor {
	r := record("special_shifted_chebyshev_polynomial_u")
	defer r.done()
	return r.handle(ops.SpecialShiftedChebyshevPolynomialU.Body(r.read(x), r.read(n)))
}

// SpecialShiftedChebyshevPolynomialUOut writes into out the Chebyshev polynomials of the second kind, shifted to 0
// and 1, of the degrees n at x. It is PyTorch's special_shifted_chebyshev_polynomial_u.
func SpecialShiftedChebyshevPolynomialUOut(out *Tensor, x *Tensor, n *Tensor) *Tensor {
	r := record("special_shifted_chebyshev_polynomial_u")
	defer r.done()
	r.write(out, ops.SpecialShiftedChebyshevPolynomialU.Body(r.read(x), r.read(n)))
	return out
}

// SpecialShiftedChebyshevPolynomialUScalar is the Chebyshev polynomials of the second kind, shifted to 0 and 1, of
// the degrees n at x. It is PyTorch's special_shifted_chebyshev_polynomial_u.n_scalar.
func SpecialShiftedChebyshevPolynomialUScalar(x *Tensor, n any) *Tensor {
	r := record("special_shifted_chebyshev_polynomial_u")
	defer r.done()
	return r.handle(ops.SpecialShiftedChebyshevPolynomialUScalar.Body(r.read(x), r.scalar(n)))
}

// SpecialShiftedChebyshevPolynomialV is the Chebyshev polynomials of the third kind, shifted to 0 and 1, of the
// degrees n at x. It is PyTorch's special_shifted_chebyshev_polynomial_v.
func SpecialShiftedChebyshevPolynomialV(x *Tensor, n *Tensor) *Tensor {
	r := record("special_shifted_chebyshev_polynomial_v")
	defer r.done()
	return r.handle(ops.SpecialShiftedChebyshevPolynomialV.Body(r.read(x), r.read(n)))
}

// SpecialShiftedChebyshevPolynomialVOut writes into out the Chebyshev polynomials of the third kind, shifted to 0 and
// 1, of the degrees n at x. It is PyTorch's special_shifted_chebyshev_polynomial_v.
func SpecialShiftedChebyshevPolynomialVOut(out *Tensor, x *Tensor, n *Tensor) *Tensor {
	r := record("special_shifted_chebyshev_polynomial_v")
	defer r.done()
	r.write(out, ops.SpecialShiftedChebyshevPolynomialV.Body(r.read(x), r.read(n)))
	return out
}

// SpecialShiftedChebyshevPolynomialVScalar is the Chebyshev polynomials of the third kind, shifted to 0 and 1, of the
// degrees n at x. It is PyTorch's special_shifted_chebyshev_polynomial_v.n_scalar.
func SpecialShiftedChebyshevPolynomialVScalar(x *Tensor, n any) *Tensor {
	r := record("special_shifted_chebyshev_polynomial_v")
	defer r.done()
	return r.handle(ops.SpecialShiftedChebyshevPolynomialVScalar.Body(r.read(x), r.scalar(n)))
}

// SpecialShiftedChebyshevPolynomialW is the Chebyshev polynomials of the fourth kind, shifted to 0 and 1, of the
// degrees n at x. It is PyTorch's special_shifted_chebyshev_polynomial_w.
func SpecialShiftedChebyshevPolynomialW(x *Tensor, n *Tensor) *Tensor {
	r := record("special_shifted_chebyshev_polynomial_w")
	defer r.done()
	return r.handle(ops.SpecialShiftedChebyshevPolynomialW.Body(r.read(x), r.read(n)))
}

// SpecialShiftedChebyshevPolynomialWOut writes into out the Chebyshev polynomials of the fourth kind, shifted to 0
// and 1, of the degrees n at x. It is PyTorch's special_shifted_chebyshev_polynomial_w.
func SpecialShiftedChebyshevPolynomialWOut(out *Tensor, x *Tensor, n *Tensor) *Tensor {
	r := record("special_shifted_chebyshev_polynomial_w")
	defer r.done()
	r.write(out, ops.SpecialShiftedChebyshevPolynomialW.Body(r.read(x), r.read(n)))
	return out
}

// SpecialShiftedChebyshevPolynomialWScalar is the Chebyshev polynomials of the fourth kind, shifted to 0 and 1, of
// the degrees n at x. It is PyTorch's special_shifted_chebyshev_polynomial_w.n_scalar.
func SpecialShiftedChebyshevPolynomialWScalar(x *Tensor, n any) *Tensor {
	r := record("special_shifted_chebyshev_polynomial_w")
	defer r.done()
	return r.handle(ops.SpecialShiftedChebyshevPolynomialWScalar.Body(r.read(x), r.scalar(n)))
}

// SpecialSphericalBesselJ0 is the sine of each element over the element. It is PyTorch's special_spherical_bessel_j0.
func SpecialSphericalBesselJ0(x *Tensor) *Tensor {
	r := record("special_spherical_bessel_j0")
	defer r.done()
	return r.handle(ops.SpecialSphericalBesselJ0.Body(r.read(x)))
}

// SpecialSphericalBesselJ0Out writes into out the sine of each element over the element. It is PyTorch's
// special_spherical_bessel_j0.
func SpecialSphericalBesselJ0Out(out *Tensor, x *Tensor) *Tensor {
	r := record("special_spherical_bessel_j0")
	defer r.done()
	r.write(out, ops.SpecialSphericalBesselJ0.Body(r.read(x)))
	return out
}

// SpecialZetaOut writes into out the zeta function of Hurwitz: the sum of (other + k) to the power of −self over all
// k from 0 on. It is PyTorch's special_zeta.
func SpecialZetaOut(out *Tensor, t *Tensor, other *Tensor) *Tensor {
	r := record("special_zeta")
	defer r.done()
	r.write(out, ops.SpecialZeta.Body(r.read(t), r.read(other)))
	return out
}

// SqrtOut writes into out the square root of each element. It is PyTorch's sqrt.
func SqrtOut(out *Tensor, t *Tensor) *Tensor {
	r := record("sqrt")
	defer r.done()
	r.write(out, ops.Sqrt.Body(r.read(t)))
	return out
}

// SquareOut writes into out the square of each element. It is PyTorch's square.
func SquareOut(out *Tensor, t *Tensor) *Tensor {
	r := record("square")
	defer r.done()
	r.write(out, ops.Square.Body(r.read(t)))
	return out
}

// Stack is tensors of the same sizes along a new dimension. It is PyTorch's stack.
func Stack(tensors []*Tensor, dims ...int) *Tensor {
	r := record("stack")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.Stack.Body(r.readAll(tensors), dimAt(dims, 0, 0)))
}

// StackWith is tensors of the same sizes along a new dimension. It is PyTorch's stack.
func StackWith(tensors []*Tensor, opts ...Option) *Tensor {
	r := record("stack")
	defer r.done()
	o := r.options(opts, "dim")
	return r.handle(ops.Stack.Body(r.readAll(tensors), intOption(o, "dim", 0)))
}

// StdOut writes into out the standard deviation over some dimensions, or all, of which correction (1) counts off. It
// is PyTorch's std.correction.
func StdOut(out *Tensor, t *Tensor, correction any, opts ...Option) *Tensor {
	r := record("std")
	defer r.done()
	o := r.options(opts, "dim", "keepdim")
	r.write(out, ops.Std.Body(r.read(t), option[[]int](o, "dim", nil), r.maybeScalar(correction), option[bool](o, "keepdim", false)))
	return out
}

// SubOut writes into out self less alpha times other. It is PyTorch's sub.Tensor.
func SubOut(out *Tensor, t *Tensor, other *Tensor, opts ...Option) *Tensor {
	r := record("sub")
	defer r.done()
	o := r.options(opts, "alpha")
	r.write(out, ops.Sub.Body(r.read(t), r.read(other), r.scalarOption(o, "alpha", r.scalar(1))))
	return out
}

// SumOut writes into out the sum over some dimensions, or all. It is PyTorch's sum.dim_IntList.
func SumOut(out *Tensor, t *Tensor, opts ...Option) *Tensor {
	r := record("sum")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	r.write(out, ops.Sum.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType)))
	return out
}

// SVDLowRank is the leading q singular values and vectors of A, or of A less M, found by random directions. It is
// PyTorch's svd_lowrank.
func SVDLowRank(g *Generator, a *Tensor, m *Tensor) (*Tensor, *Tensor, *Tensor) {
	r := record("svd_lowrank")
	defer r.done()
	v0, v1, v2, generatorNext := ops.SVDLowRank.Body(r.read(a), 6, 2, r.readOpt(m), r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// SVDLowRankWith is the leading q singular values and vectors of A, or of A less M, found by random directions. It is
// PyTorch's svd_lowrank.
func SVDLowRankWith(g *Generator, a *Tensor, m *Tensor, opts ...Option) (*Tensor, *Tensor, *Tensor) {
	r := record("svd_lowrank")
	defer r.done()
	o := r.options(opts, "q", "niter")
	v0, v1, v2, generatorNext := ops.SVDLowRank.Body(r.read(a), intOption(o, "q", 6), intOption(o, "niter", 2), r.readOpt(m), r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// TakeOut writes into out the elements of the flattened tensor that index names. It is PyTorch's take.
func TakeOut(out *Tensor, t *Tensor, index *Tensor) *Tensor {
	r := record("take")
	defer r.done()
	r.write(out, ops.Take.Body(r.read(t), r.read(index)))
	return out
}

// TanOut writes into out the tangent of each element. It is PyTorch's tan.
func TanOut(out *Tensor, t *Tensor) *Tensor {
	r := record("tan")
	defer r.done()
	r.write(out, ops.Tan.Body(r.read(t)))
	return out
}

// TanhOut writes into out the hyperbolic tangent of each element. It is PyTorch's tanh.
func TanhOut(out *Tensor, t *Tensor) *Tensor {
	r := record("tanh")
	defer r.done()
	r.write(out, ops.Tanh.Body(r.read(t)))
	return out
}

// TanhshrinkOut writes into out each element less its tanh. It is PyTorch's tanhshrink.
func TanhshrinkOut(out *Tensor, t *Tensor) *Tensor {
	r := record("tanhshrink")
	defer r.done()
	r.write(out, ops.Tanhshrink.Body(r.read(t)))
	return out
}

// Trapezoid is the integral along a dimension by trapezoids between places dx apart. It is PyTorch's trapezoid.dx.
func Trapezoid(y *Tensor) *Tensor {
	r := record("trapezoid")
	defer r.done()
	return r.handle(ops.Trapezoid.Body(r.read(y), r.scalar(1), -1))
}

// TrapezoidWith is the integral along a dimension by trapezoids between places dx apart. It is PyTorch's
// trapezoid.dx.
func TrapezoidWith(y *Tensor, opts ...Option) *Tensor {
	r := record("trapezoid")
	defer r.done()
	o := r.options(opts, "dx", "dim")
	return r.handle(ops.Trapezoid.Body(r.read(y), r.scalarOption(o, "dx", r.scalar(1)), intOption(o, "dim", -1)))
}

// TrapezoidAt is the integral along a dimension by trapezoids between the places x. It is PyTorch's trapezoid.x.
func TrapezoidAt(y *Tensor, x *Tensor, dims ...int) *Tensor {
	r := record("trapezoid")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.TrapezoidAt.Body(r.read(y), r.read(x), dimAt(dims, 0, -1)))
}

// TrapezoidAtWith is the integral along a dimension by trapezoids between the places x. It is PyTorch's trapezoid.x.
func TrapezoidAtWith(y *Tensor, x *Tensor, opts ...Option) *Tensor {
	r := record("trapezoid")
	defer r.done()
	o := r.options(opts, "dim")
	return r.handle(ops.TrapezoidAt.Body(r.read(y), r.read(x), intOption(o, "dim", -1)))
}

// TrilIndices is the rows and the columns of the places of a matrix on and below a diagonal. It is PyTorch's
// tril_indices.
func TrilIndices(row int, col int) *Tensor {
	r := record("tril_indices")
	defer r.done()
	return r.handle(ops.TrilIndices.Body(r, row, col, 0, graph.NoDType))
}

// TrilIndicesWith is the rows and the columns of the places of a matrix on and below a diagonal. It is PyTorch's
// tril_indices.
func TrilIndicesWith(row int, col int, opts ...Option) *Tensor {
	r := record("tril_indices")
	defer r.done()
	o := r.options(opts, "offset", "dtype")
	return r.handle(ops.TrilIndices.Body(r, row, col, intOption(o, "offset", 0), option[graph.DType](o, "dtype", graph.NoDType)))
}

// TripletMarginLoss is what the distance to the negative lacks of exceeding that to the positive by margin. It is
// PyTorch's triplet_margin_loss.
func TripletMarginLoss(anchor *Tensor, positive *Tensor, negative *Tensor) *Tensor {
	r := record("triplet_margin_loss")
	defer r.done()
	return r.handle(ops.TripletMarginLoss.Body(r.read(anchor), r.read(positive), r.read(negative), 1, 2, 1e-06, false, 1))
}

// TripletMarginLossWith is what the distance to the negative lacks of exceeding that to the positive by margin. It is
// PyTorch's triplet_margin_loss.
func TripletMarginLossWith(anchor *Tensor, positive *Tensor, negative *Tensor, opts ...Option) *Tensor {
	r := record("triplet_margin_loss")
	defer r.done()
	o := r.options(opts, "margin", "p", "eps", "swap", "reduction")
	return r.handle(ops.TripletMarginLoss.Body(r.read(anchor), r.read(positive), r.read(negative), floatOption(o, "margin", 1), floatOption(o, "p", 2), floatOption(o, "eps", 1e-06), option[bool](o, "swap", false), reductionOption(o, "reduction", 1)))
}

// TriuIndices is the rows and the columns of the places of a matrix on and above a diagonal. It is PyTorch's
// triu_indices.
func TriuIndices(row int, col int) *Tensor {
	r := record("triu_indices")
	defer r.done()
	return r.handle(ops.TriuIndices.Body(r, row, col, 0, graph.NoDType))
}

// TriuIndicesWith is the rows and the columns of the places of a matrix on and above a diagonal. It is PyTorch's
// triu_indices.
func TriuIndicesWith(row int, col int, opts ...Option) *Tensor {
	r := record("triu_indices")
	defer r.done()
	o := r.options(opts, "offset", "dtype")
	return r.handle(ops.TriuIndices.Body(r, row, col, intOption(o, "offset", 0), option[graph.DType](o, "dtype", graph.NoDType)))
}

// TruncOut writes into out each element cut off towards zero. It is PyTorch's trunc.
func TruncOut(out *Tensor, t *Tensor) *Tensor {
	r := record("trunc")
	defer r.done()
	r.write(out, ops.Trunc.Body(r.read(t)))
	return out
}

// UnravelIndex is the places along each dimension that flat indices stand for in a tensor of the given sizes. It is
// PyTorch's unravel_index.
func UnravelIndex(indices *Tensor, shape ...any) []*Tensor {
	r := record("unravel_index")
	defer r.done()
	return r.handles(ops.UnravelIndex.Body(r.read(indices), r.sizes(shape)))
}

// VarOut writes into out the variance over some dimensions, or all, of which correction (1) counts off. It is
// PyTorch's var.correction.
func VarOut(out *Tensor, t *Tensor, correction any, opts ...Option) *Tensor {
	r := record("var")
	defer r.done()
	o := r.options(opts, "dim", "keepdim")
	r.write(out, ops.Var.Body(r.read(t), option[[]int](o, "dim", nil), r.maybeScalar(correction), option[bool](o, "keepdim", false)))
	return out
}

// Vstack is tensors below each other: along the first dimension, vectors as rows. It is PyTorch's vstack.
func Vstack(tensors []*Tensor) *Tensor {
	r := record("vstack")
	defer r.done()
	return r.handle(ops.Vstack.Body(r.readAll(tensors)))
}

// WhereScalars is one number where condition is true, else another. It is PyTorch's where.Scalar.
func WhereScalars(condition *Tensor, self any, other any) *Tensor {
	r := record("where")
	defer r.done()
	return r.handle(ops.WhereScalars.Body(r.read(condition), r.scalar(self), r.scalar(other)))
}

// WhereScalar is the elements of self where condition is true, else a number. It is PyTorch's where.ScalarOther.
func WhereScalar(condition *Tensor, self *Tensor, other any) *Tensor {
	r := record("where")
	defer r.done()
	return r.handle(ops.WhereScalar.Body(r.read(condition), r.read(self), r.scalar(other)))
}

// Where is the elements of self where condition is true, else those of other. It is PyTorch's where.self.
func Where(condition *Tensor, self *Tensor, other *Tensor) *Tensor {
	r := record("where")
	defer r.done()
	return r.handle(ops.Where.Body(r.read(condition), r.read(self), r.read(other)))
}

// WhereOut writes into out the elements of self where condition is true, else those of other. It is PyTorch's
// where.self.
func WhereOut(out *Tensor, condition *Tensor, self *Tensor, other *Tensor) *Tensor {
	r := record("where")
	defer r.done()
	r.write(out, ops.Where.Body(r.read(condition), r.read(self), r.read(other)))
	return out
}

// Zeros is zeros. It is PyTorch's zeros.
func Zeros(size ...any) *Tensor {
	r := record("zeros")
	defer r.done()
	return r.handle(ops.Zeros.Body(r, r.sizes(size), graph.NoDType))
}

// ZerosWith is zeros. It is PyTorch's zeros.
func ZerosWith(size []any, opts ...Option) *Tensor {
	r := record("zeros")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.Zeros.Body(r, r.sizes(size), option[graph.DType](o, "dtype", graph.NoDType)))
}
