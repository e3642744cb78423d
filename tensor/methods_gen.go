// Code generated from the table of operators by ops/internal/gen. DO NOT EDIT.

package tensor

import (
	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/ops"
)

// SampleDirichlet is vectors along the last dimension drawn from the Dirichlet distributions with the parameters that
// they are. It is PyTorch's _sample_dirichlet.
func (t *Tensor) SampleDirichlet(g *Generator) *Tensor {
	r := record("_sample_dirichlet")
	defer r.done()
	v0, generatorNext := ops.SampleDirichlet.Body(r.read(t), r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// StandardGamma is numbers drawn from the gamma distribution with the parameters that the elements are and rate 1. It
// is PyTorch's _standard_gamma.
func (t *Tensor) StandardGamma(g *Generator) *Tensor {
	r := record("_standard_gamma")
	defer r.done()
	v0, generatorNext := ops.StandardGamma.Body(r.read(t), r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// Unique is the different elements in order; where asked for, also which of them each element is, and how often each
// appears. It is PyTorch's _unique2.
func (t *Tensor) Unique() (*Tensor, *Tensor, *Tensor) {
	r := record("_unique2")
	defer r.done()
	v0, v1, v2 := ops.Unique.Body(r.read(t), true, false, false)
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// UniqueWith is the different elements in order; where asked for, also which of them each element is, and how often
// each appears. It is PyTorch's _unique2.
func (t *Tensor) UniqueWith(opts ...Option) (*Tensor, *Tensor, *Tensor) {
	r := record("_unique2")
	defer r.done()
	o := r.options(opts, "sorted", "return_inverse", "return_counts")
	v0, v1, v2 := ops.Unique.Body(r.read(t), option[bool](o, "sorted", true), option[bool](o, "return_inverse", false), option[bool](o, "return_counts", false))
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// Abs is the absolute value of each element. It is PyTorch's abs.
func (t *Tensor) Abs() *Tensor {
	r := record("abs")
	defer r.done()
	return r.handle(ops.Abs.Body(r.read(t)))
}

// Abs_ replaces t by the absolute value of each element. It is PyTorch's abs.
func (t *Tensor) Abs_() *Tensor {
	r := record("abs")
	defer r.done()
	r.write(t, ops.Abs.Body(r.read(t)))
	return t
}

// Acos is the angle whose cosine each element is. It is PyTorch's acos.
func (t *Tensor) Acos() *Tensor {
	r := record("acos")
	defer r.done()
	return r.handle(ops.Acos.Body(r.read(t)))
}

// Acos_ replaces t by the angle whose cosine each element is. It is PyTorch's acos.
func (t *Tensor) Acos_() *Tensor {
	r := record("acos")
	defer r.done()
	r.write(t, ops.Acos.Body(r.read(t)))
	return t
}

// Acosh is the number whose hyperbolic cosine each element is. It is PyTorch's acosh.
func (t *Tensor) Acosh() *Tensor {
	r := record("acosh")
	defer r.done()
	return r.handle(ops.Acosh.Body(r.read(t)))
}

// Acosh_ replaces t by the number whose hyperbolic cosine each element is. It is PyTorch's acosh.
func (t *Tensor) Acosh_() *Tensor {
	r := record("acosh")
	defer r.done()
	r.write(t, ops.Acosh.Body(r.read(t)))
	return t
}

// AdaptiveAvgPool1d is the means under so many windows as output_size says, over one dimension. It is PyTorch's
// adaptive_avg_pool1d.
func (t *Tensor) AdaptiveAvgPool1d(outputSize ...int) *Tensor {
	r := record("adaptive_avg_pool1d")
	defer r.done()
	return r.handle(ops.AdaptiveAvgPool1d.Body(r.read(t), outputSize))
}

// AdaptiveAvgPool2d is the means under so many windows as output_size says, over two dimensions. It is PyTorch's
// adaptive_avg_pool2d.
func (t *Tensor) AdaptiveAvgPool2d(outputSize ...int) *Tensor {
	r := record("adaptive_avg_pool2d")
	defer r.done()
	return r.handle(ops.AdaptiveAvgPool2d.Body(r.read(t), outputSize))
}

// AdaptiveAvgPool3d is the means under so many windows as output_size says, over three dimensions. It is PyTorch's
// adaptive_avg_pool3d.
func (t *Tensor) AdaptiveAvgPool3d(outputSize ...int) *Tensor {
	r := record("adaptive_avg_pool3d")
	defer r.done()
	return r.handle(ops.AdaptiveAvgPool3d.Body(r.read(t), outputSize))
}

// AdaptiveMaxPool1d is the largest elements under so many windows as output_size says, over one dimension, and their
// places. It is PyTorch's adaptive_max_pool1d.
func (t *Tensor) AdaptiveMaxPool1d(outputSize ...int) (*Tensor, *Tensor) {
	r := record("adaptive_max_pool1d")
	defer r.done()
	v0, v1 := ops.AdaptiveMaxPool1d.Body(r.read(t), outputSize)
	return r.handle(v0), r.handle(v1)
}

// AdaptiveMaxPool2d is the largest elements under so many windows as output_size says, over two dimensions, and their
// places. It is PyTorch's adaptive_max_pool2d.
func (t *Tensor) AdaptiveMaxPool2d(outputSize ...int) (*Tensor, *Tensor) {
	r := record("adaptive_max_pool2d")
	defer r.done()
	v0, v1 := ops.AdaptiveMaxPool2d.Body(r.read(t), outputSize)
	return r.handle(v0), r.handle(v1)
}

// AdaptiveMaxPool3d is the largest elements under so many windows as output_size says, over three dimensions, and
// their places. It is PyTorch's adaptive_max_pool3d.
func (t *Tensor) AdaptiveMaxPool3d(outputSize ...int) (*Tensor, *Tensor) {
	r := record("adaptive_max_pool3d")
	defer r.done()
	v0, v1 := ops.AdaptiveMaxPool3d.Body(r.read(t), outputSize)
	return r.handle(v0), r.handle(v1)
}

// AddScalar is the sum of self and alpha times a number. It is PyTorch's add.Scalar.
func (t *Tensor) AddScalar(other any) *Tensor {
	r := record("add")
	defer r.done()
	return r.handle(ops.AddScalar.Body(r.read(t), r.scalar(other), r.scalar(1)))
}

// AddScalarWith is the sum of self and alpha times a number. It is PyTorch's add.Scalar.
func (t *Tensor) AddScalarWith(other any, opts ...Option) *Tensor {
	r := record("add")
	defer r.done()
	o := r.options(opts, "alpha")
	return r.handle(ops.AddScalar.Body(r.read(t), r.scalar(other), r.scalarOption(o, "alpha", r.scalar(1))))
}

// AddScalar_ replaces t by the sum of self and alpha times a number. It is PyTorch's add.Scalar.
func (t *Tensor) AddScalar_(other any) *Tensor {
	r := record("add")
	defer r.done()
	r.write(t, ops.AddScalar.Body(r.read(t), r.scalar(other), r.scalar(1)))
	return t
}

// AddScalarWith_ replaces t by the sum of self and alpha times a number. It is PyTorch's add.Scalar.
func (t *Tensor) AddScalarWith_(other any, opts ...Option) *Tensor {
	r := record("add")
	defer r.done()
	o := r.options(opts, "alpha")
	r.write(t, ops.AddScalar.Body(r.read(t), r.scalar(other), r.scalarOption(o, "alpha", r.scalar(1))))
	return t
}

// Add is the sum of self and alpha times other. It is PyTorch's add.Tensor.
func (t *Tensor) Add(other *Tensor) *Tensor {
	r := record("add")
	defer r.done()
	return r.handle(ops.Add.Body(r.read(t), r.read(other), r.scalar(1)))
}

// AddWith is the sum of self and alpha times other. It is PyTorch's add.Tensor.
func (t *Tensor) AddWith(other *Tensor, opts ...Option) *Tensor {
	r := record("add")
	defer r.done()
	o := r.options(opts, "alpha")
	return r.handle(ops.Add.Body(r.read(t), r.read(other), r.scalarOption(o, "alpha", r.scalar(1))))
}

// Add_ replaces t by the sum of self and alpha times other. It is PyTorch's add.Tensor.
func (t *Tensor) Add_(other *Tensor) *Tensor {
	r := record("add")
	defer r.done()
	r.write(t, ops.Add.Body(r.read(t), r.read(other), r.scalar(1)))
	return t
}

// AddWith_ replaces t by the sum of self and alpha times other. It is PyTorch's add.Tensor.
func (t *Tensor) AddWith_(other *Tensor, opts ...Option) *Tensor {
	r := record("add")
	defer r.done()
	o := r.options(opts, "alpha")
	r.write(t, ops.Add.Body(r.read(t), r.read(other), r.scalarOption(o, "alpha", r.scalar(1))))
	return t
}

// Addbmm is beta times self plus alpha times the sum of products of matrices. It is PyTorch's addbmm.
func (t *Tensor) Addbmm(batch1 *Tensor, batch2 *Tensor) *Tensor {
	r := record("addbmm")
	defer r.done()
	return r.handle(ops.Addbmm.Body(r.read(t), r.read(batch1), r.read(batch2), r.scalar(1), r.scalar(1)))
}

// AddbmmWith is beta times self plus alpha times the sum of products of matrices. It is PyTorch's addbmm.
func (t *Tensor) AddbmmWith(batch1 *Tensor, batch2 *Tensor, opts ...Option) *Tensor {
	r := record("addbmm")
	defer r.done()
	o := r.options(opts, "beta", "alpha")
	return r.handle(ops.Addbmm.Body(r.read(t), r.read(batch1), r.read(batch2), r.scalarOption(o, "beta", r.scalar(1)), r.scalarOption(o, "alpha", r.scalar(1))))
}

// Addbmm_ replaces t by beta times self plus alpha times the sum of products of matrices. It is PyTorch's addbmm.
func (t *Tensor) Addbmm_(batch1 *Tensor, batch2 *Tensor) *Tensor {
	r := record("addbmm")
	defer r.done()
	r.write(t, ops.Addbmm.Body(r.read(t), r.read(batch1), r.read(batch2), r.scalar(1), r.scalar(1)))
	return t
}

// AddbmmWith_ replaces t by beta times self plus alpha times the sum of products of matrices. It is PyTorch's addbmm.
func (t *Tensor) AddbmmWith_(batch1 *Tensor, batch2 *Tensor, opts ...Option) *Tensor {
	r := record("addbmm")
	defer r.done()
	o := r.options(opts, "beta", "alpha")
	r.write(t, ops.Addbmm.Body(r.read(t), r.read(batch1), r.read(batch2), r.scalarOption(o, "beta", r.scalar(1)), r.scalarOption(o, "alpha", r.scalar(1))))
	return t
}

// Addcdiv is self plus value times the quotient of tensor1 and tensor2. It is PyTorch's addcdiv.
func (t *Tensor) Addcdiv(tensor1 *Tensor, tensor2 *Tensor) *Tensor {
	r := record("addcdiv")
	defer r.done()
	return r.handle(ops.Addcdiv.Body(r.read(t), r.read(tensor1), r.read(tensor2), r.scalar(1)))
}

// AddcdivWith is self plus value times the quotient of tensor1 and tensor2. It is PyTorch's addcdiv.
func (t *Tensor) AddcdivWith(tensor1 *Tensor, tensor2 *Tensor, opts ...Option) *Tensor {
	r := record("addcdiv")
	defer r.done()
	o := r.options(opts, "value")
	return r.handle(ops.Addcdiv.Body(r.read(t), r.read(tensor1), r.read(tensor2), r.scalarOption(o, "value", r.scalar(1))))
}

// Addcdiv_ replaces t by self plus value times the quotient of tensor1 and tensor2. It is PyTorch's addcdiv.
func (t *Tensor) Addcdiv_(tensor1 *Tensor, tensor2 *Tensor) *Tensor {
	r := record("addcdiv")
	defer r.done()
	r.write(t, ops.Addcdiv.Body(r.read(t), r.read(tensor1), r.read(tensor2), r.scalar(1)))
	return t
}

// AddcdivWith_ replaces t by self plus value times the quotient of tensor1 and tensor2. It is PyTorch's addcdiv.
func (t *Tensor) AddcdivWith_(tensor1 *Tensor, tensor2 *Tensor, opts ...Option) *Tensor {
	r := record("addcdiv")
	defer r.done()
	o := r.options(opts, "value")
	r.write(t, ops.Addcdiv.Body(r.read(t), r.read(tensor1), r.read(tensor2), r.scalarOption(o, "value", r.scalar(1))))
	return t
}

// Addcmul is self plus value times the product of tensor1 and tensor2. It is PyTorch's addcmul.
func (t *Tensor) Addcmul(tensor1 *Tensor, tensor2 *Tensor) *Tensor {
	r := record("addcmul")
	defer r.done()
	return r.handle(ops.Addcmul.Body(r.read(t), r.read(tensor1), r.read(tensor2), r.scalar(1)))
}

// AddcmulWith is self plus value times the product of tensor1 and tensor2. It is PyTorch's addcmul.
func (t *Tensor) AddcmulWith(tensor1 *Tensor, tensor2 *Tensor, opts ...Option) *Tensor {
	r := record("addcmul")
	defer r.done()
	o := r.options(opts, "value")
	return r.handle(ops.Addcmul.Body(r.read(t), r.read(tensor1), r.read(tensor2), r.scalarOption(o, "value", r.scalar(1))))
}

// Addcmul_ replaces t by self plus value times the product of tensor1 and tensor2. It is PyTorch's addcmul.
func (t *Tensor) Addcmul_(tensor1 *Tensor, tensor2 *Tensor) *Tensor {
	r := record("addcmul")
	defer r.done()
	r.write(t, ops.Addcmul.Body(r.read(t), r.read(tensor1), r.read(tensor2), r.scalar(1)))
	return t
}

// AddcmulWith_ replaces t by self plus value times the product of tensor1 and tensor2. It is PyTorch's addcmul.
func (t *Tensor) AddcmulWith_(tensor1 *Tensor, tensor2 *Tensor, opts ...Option) *Tensor {
	r := record("addcmul")
	defer r.done()
	o := r.options(opts, "value")
	r.write(t, ops.Addcmul.Body(r.read(t), r.read(tensor1), r.read(tensor2), r.scalarOption(o, "value", r.scalar(1))))
	return t
}

// Addmm is beta times self plus alpha times the product of two matrices. It is PyTorch's addmm.
func (t *Tensor) Addmm(mat1 *Tensor, mat2 *Tensor) *Tensor {
	r := record("addmm")
	defer r.done()
	return r.handle(ops.Addmm.Body(r.read(t), r.read(mat1), r.read(mat2), r.scalar(1), r.scalar(1)))
}

// AddmmWith is beta times self plus alpha times the product of two matrices. It is PyTorch's addmm.
func (t *Tensor) AddmmWith(mat1 *Tensor, mat2 *Tensor, opts ...Option) *Tensor {
	r := record("addmm")
	defer r.done()
	o := r.options(opts, "beta", "alpha")
	return r.handle(ops.Addmm.Body(r.read(t), r.read(mat1), r.read(mat2), r.scalarOption(o, "beta", r.scalar(1)), r.scalarOption(o, "alpha", r.scalar(1))))
}

// Addmm_ replaces t by beta times self plus alpha times the product of two matrices. It is PyTorch's addmm.
func (t *Tensor) Addmm_(mat1 *Tensor, mat2 *Tensor) *Tensor {
	r := record("addmm")
	defer r.done()
	r.write(t, ops.Addmm.Body(r.read(t), r.read(mat1), r.read(mat2), r.scalar(1), r.scalar(1)))
	return t
}

// AddmmWith_ replaces t by beta times self plus alpha times the product of two matrices. It is PyTorch's addmm.
func (t *Tensor) AddmmWith_(mat1 *Tensor, mat2 *Tensor, opts ...Option) *Tensor {
	r := record("addmm")
	defer r.done()
	o := r.options(opts, "beta", "alpha")
	r.write(t, ops.Addmm.Body(r.read(t), r.read(mat1), r.read(mat2), r.scalarOption(o, "beta", r.scalar(1)), r.scalarOption(o, "alpha", r.scalar(1))))
	return t
}

// Addmv is beta times self plus alpha times the product of a matrix and a vector. It is PyTorch's addmv.
func (t *Tensor) Addmv(mat *Tensor, vec *Tensor) *Tensor {
	r := record("addmv")
	defer r.done()
	return r.handle(ops.Addmv.Body(r.read(t), r.read(mat), r.read(vec), r.scalar(1), r.scalar(1)))
}

// AddmvWith is beta times self plus alpha times the product of a matrix and a vector. It is PyTorch's addmv.
func (t *Tensor) AddmvWith(mat *Tensor, vec *Tensor, opts ...Option) *Tensor {
	r := record("addmv")
	defer r.done()
	o := r.options(opts, "beta", "alpha")
	return r.handle(ops.Addmv.Body(r.read(t), r.read(mat), r.read(vec), r.scalarOption(o, "beta", r.scalar(1)), r.scalarOption(o, "alpha", r.scalar(1))))
}

// Addmv_ replaces t by beta times self plus alpha times the product of a matrix and a vector. It is PyTorch's addmv.
func (t *Tensor) Addmv_(mat *Tensor, vec *Tensor) *Tensor {
	r := record("addmv")
	defer r.done()
	r.write(t, ops.Addmv.Body(r.read(t), r.read(mat), r.read(vec), r.scalar(1), r.scalar(1)))
	return t
}

// AddmvWith_ replaces t by beta times self plus alpha times the product of a matrix and a vector. It is PyTorch's
// addmv.
func (t *Tensor) AddmvWith_(mat *Tensor, vec *Tensor, opts ...Option) *Tensor {
	r := record("addmv")
	defer r.done()
	o := r.options(opts, "beta", "alpha")
	r.write(t, ops.Addmv.Body(r.read(t), r.read(mat), r.read(vec), r.scalarOption(o, "beta", r.scalar(1)), r.scalarOption(o, "alpha", r.scalar(1))))
	return t
}

// Addr is beta times self plus alpha times the outer product of two vectors. It is PyTorch's addr.
func (t *Tensor) Addr(vec1 *Tensor, vec2 *Tensor) *Tensor {
	r := record("addr")
	defer r.done()
	return r.handle(ops.Addr.Body(r.read(t), r.read(vec1), r.read(vec2), r.scalar(1), r.scalar(1)))
}

// AddrWith is beta times self plus alpha times the outer product of two vectors. It is PyTorch's addr.
func (t *Tensor) AddrWith(vec1 *Tensor, vec2 *Tensor, opts ...Option) *Tensor {
	r := record("addr")
	defer r.done()
	o := r.options(opts, "beta", "alpha")
	return r.handle(ops.Addr.Body(r.read(t), r.read(vec1), r.read(vec2), r.scalarOption(o, "beta", r.scalar(1)), r.scalarOption(o, "alpha", r.scalar(1))))
}

// Addr_ replaces t by beta times self plus alpha times the outer product of two vectors. It is PyTorch's addr.
func (t *Tensor) Addr_(vec1 *Tensor, vec2 *Tensor) *Tensor {
	r := record("addr")
	defer r.done()
	r.write(t, ops.Addr.Body(r.read(t), r.read(vec1), r.read(vec2), r.scalar(1), r.scalar(1)))
	return t
}

// AddrWith_ replaces t by beta times self plus alpha times the outer product of two vectors. It is PyTorch's addr.
func (t *Tensor) AddrWith_(vec1 *Tensor, vec2 *Tensor, opts ...Option) *Tensor {
	r := record("addr")
	defer r.done()
	o := r.options(opts, "beta", "alpha")
	r.write(t, ops.Addr.Body(r.read(t), r.read(vec1), r.read(vec2), r.scalarOption(o, "beta", r.scalar(1)), r.scalarOption(o, "alpha", r.scalar(1))))
	return t
}

// Adjoint is the conjugate transposes of matrices. It is PyTorch's adjoint.
func (t *Tensor) Adjoint() *Tensor {
	r := record("adjoint")
	defer r.done()
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Adjoint.Body(x) })
}

// All is whether all elements over some dimensions, or all, are true. It is PyTorch's all.dims.
func (t *Tensor) All(dims ...int) *Tensor {
	r := record("all")
	defer r.done()
	return r.handle(ops.All.Body(r.read(t), dims, false))
}

// AllWith is whether all elements over some dimensions, or all, are true. It is PyTorch's all.dims.
func (t *Tensor) AllWith(opts ...Option) *Tensor {
	r := record("all")
	defer r.done()
	o := r.options(opts, "dim", "keepdim")
	return r.handle(ops.All.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false)))
}

// AlphaDropout is elements set to what SELU falls towards with probability p, so that mean and variance stay. It is
// PyTorch's alpha_dropout.
func (t *Tensor) AlphaDropout(g *Generator, p float64, train bool) *Tensor {
	r := record("alpha_dropout")
	defer r.done()
	v0, generatorNext := ops.AlphaDropout.Body(r.read(t), p, train, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// Amax is the largest element over some dimensions, or all; ties share the derivative. It is PyTorch's amax.
func (t *Tensor) Amax(dims ...int) *Tensor {
	r := record("amax")
	defer r.done()
	return r.handle(ops.Amax.Body(r.read(t), dims, false))
}

// AmaxWith is the largest element over some dimensions, or all; ties share the derivative. It is PyTorch's amax.
func (t *Tensor) AmaxWith(opts ...Option) *Tensor {
	r := record("amax")
	defer r.done()
	o := r.options(opts, "dim", "keepdim")
	return r.handle(ops.Amax.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false)))
}

// Amin is the smallest element over some dimensions, or all; ties share the derivative. It is PyTorch's amin.
func (t *Tensor) Amin(dims ...int) *Tensor {
	r := record("amin")
	defer r.done()
	return r.handle(ops.Amin.Body(r.read(t), dims, false))
}

// AminWith is the smallest element over some dimensions, or all; ties share the derivative. It is PyTorch's amin.
func (t *Tensor) AminWith(opts ...Option) *Tensor {
	r := record("amin")
	defer r.done()
	o := r.options(opts, "dim", "keepdim")
	return r.handle(ops.Amin.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false)))
}

// Aminmax is the smallest and the largest element along a dimension, or of all. It is PyTorch's aminmax.
func (t *Tensor) Aminmax(dims ...int) (*Tensor, *Tensor) {
	r := record("aminmax")
	defer r.done()
	r.atMost(dims, 1)
	v0, v1 := ops.Aminmax.Body(r.read(t), dimAtOrNil(dims, 0), false)
	return r.handle(v0), r.handle(v1)
}

// AminmaxWith is the smallest and the largest element along a dimension, or of all. It is PyTorch's aminmax.
func (t *Tensor) AminmaxWith(opts ...Option) (*Tensor, *Tensor) {
	r := record("aminmax")
	defer r.done()
	o := r.options(opts, "dim", "keepdim")
	v0, v1 := ops.Aminmax.Body(r.read(t), maybeIntOption(o, "dim", nil), option[bool](o, "keepdim", false))
	return r.handle(v0), r.handle(v1)
}

// Angle is the angle of each complex number; 0 or π for real ones. It is PyTorch's angle.
func (t *Tensor) Angle() *Tensor {
	r := record("angle")
	defer r.done()
	return r.handle(ops.Angle.Body(r.read(t)))
}

// Any is whether any element over some dimensions, or all, is true. It is PyTorch's any.dims.
func (t *Tensor) Any(dims ...int) *Tensor {
	r := record("any")
	defer r.done()
	return r.handle(ops.Any.Body(r.read(t), dims, false))
}

// AnyWith is whether any element over some dimensions, or all, is true. It is PyTorch's any.dims.
func (t *Tensor) AnyWith(opts ...Option) *Tensor {
	r := record("any")
	defer r.done()
	o := r.options(opts, "dim", "keepdim")
	return r.handle(ops.Any.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false)))
}

// ArgMax is the index of the first largest element, along a dimension or of all. It is PyTorch's argmax.
func (t *Tensor) ArgMax(dims ...int) *Tensor {
	r := record("argmax")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.ArgMax.Body(r.read(t), dimAtOrNil(dims, 0), false))
}

// ArgMaxWith is the index of the first largest element, along a dimension or of all. It is PyTorch's argmax.
func (t *Tensor) ArgMaxWith(opts ...Option) *Tensor {
	r := record("argmax")
	defer r.done()
	o := r.options(opts, "dim", "keepdim")
	return r.handle(ops.ArgMax.Body(r.read(t), maybeIntOption(o, "dim", nil), option[bool](o, "keepdim", false)))
}

// ArgMin is the index of the first smallest element, along a dimension or of all. It is PyTorch's argmin.
func (t *Tensor) ArgMin(dims ...int) *Tensor {
	r := record("argmin")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.ArgMin.Body(r.read(t), dimAtOrNil(dims, 0), false))
}

// ArgMinWith is the index of the first smallest element, along a dimension or of all. It is PyTorch's argmin.
func (t *Tensor) ArgMinWith(opts ...Option) *Tensor {
	r := record("argmin")
	defer r.done()
	o := r.options(opts, "dim", "keepdim")
	return r.handle(ops.ArgMin.Body(r.read(t), maybeIntOption(o, "dim", nil), option[bool](o, "keepdim", false)))
}

// ArgSort is the indices that put the elements along a dimension in order. It is PyTorch's argsort.
func (t *Tensor) ArgSort(dims ...int) *Tensor {
	r := record("argsort")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.ArgSort.Body(r.read(t), dimAt(dims, 0, -1), false))
}

// ArgSortWith is the indices that put the elements along a dimension in order. It is PyTorch's argsort.
func (t *Tensor) ArgSortWith(opts ...Option) *Tensor {
	r := record("argsort")
	defer r.done()
	o := r.options(opts, "dim", "descending")
	return r.handle(ops.ArgSort.Body(r.read(t), intOption(o, "dim", -1), option[bool](o, "descending", false)))
}

// ArgWhere is the places of the elements that are not zero, a row for each. It is PyTorch's argwhere.
func (t *Tensor) ArgWhere() *Tensor {
	r := record("argwhere")
	defer r.done()
	return r.handle(ops.ArgWhere.Body(r.read(t)))
}

// AsStrided is the elements of self, one after the other, that an array of some sizes and strides takes, as a tensor
// of its own. It is PyTorch's as_strided.
func (t *Tensor) AsStrided(size []any, stride ...int) *Tensor {
	r := record("as_strided")
	defer r.done()
	return r.handle(ops.AsStrided.Body(r.read(t), r.sizes(size), stride, nil))
}

// AsStridedWith is the elements of self, one after the other, that an array of some sizes and strides takes, as a
// tensor of its own. It is PyTorch's as_strided.
func (t *Tensor) AsStridedWith(size []any, stride []int, opts ...Option) *Tensor {
	r := record("as_strided")
	defer r.done()
	o := r.options(opts, "storage_offset")
	return r.handle(ops.AsStrided.Body(r.read(t), r.sizes(size), stride, maybeIntOption(o, "storage_offset", nil)))
}

// AsStridedScatter is self with src in place of the elements that an array of some sizes and strides takes. It is
// PyTorch's as_strided_scatter.
func (t *Tensor) AsStridedScatter(src *Tensor, size []any, stride ...int) *Tensor {
	r := record("as_strided_scatter")
	defer r.done()
	return r.handle(ops.AsStridedScatter.Body(r.read(t), r.read(src), r.sizes(size), stride, nil))
}

// AsStridedScatterWith is self with src in place of the elements that an array of some sizes and strides takes. It is
// PyTorch's as_strided_scatter.
func (t *Tensor) AsStridedScatterWith(src *Tensor, size []any, stride []int, opts ...Option) *Tensor {
	r := record("as_strided_scatter")
	defer r.done()
	o := r.options(opts, "storage_offset")
	return r.handle(ops.AsStridedScatter.Body(r.read(t), r.read(src), r.sizes(size), stride, maybeIntOption(o, "storage_offset", nil)))
}

// Asin is the angle whose sine each element is. It is PyTorch's asin.
func (t *Tensor) Asin() *Tensor {
	r := record("asin")
	defer r.done()
	return r.handle(ops.Asin.Body(r.read(t)))
}

// Asin_ replaces t by the angle whose sine each element is. It is PyTorch's asin.
func (t *Tensor) Asin_() *Tensor {
	r := record("asin")
	defer r.done()
	r.write(t, ops.Asin.Body(r.read(t)))
	return t
}

// Asinh is the number whose hyperbolic sine each element is. It is PyTorch's asinh.
func (t *Tensor) Asinh() *Tensor {
	r := record("asinh")
	defer r.done()
	return r.handle(ops.Asinh.Body(r.read(t)))
}

// Asinh_ replaces t by the number whose hyperbolic sine each element is. It is PyTorch's asinh.
func (t *Tensor) Asinh_() *Tensor {
	r := record("asinh")
	defer r.done()
	r.write(t, ops.Asinh.Body(r.read(t)))
	return t
}

// Atan is the angle whose tangent each element is. It is PyTorch's atan.
func (t *Tensor) Atan() *Tensor {
	r := record("atan")
	defer r.done()
	return r.handle(ops.Atan.Body(r.read(t)))
}

// Atan_ replaces t by the angle whose tangent each element is. It is PyTorch's atan.
func (t *Tensor) Atan_() *Tensor {
	r := record("atan")
	defer r.done()
	r.write(t, ops.Atan.Body(r.read(t)))
	return t
}

// Atan2 is the angle of the point with ordinate self and abscissa other. It is PyTorch's atan2.
func (t *Tensor) Atan2(other *Tensor) *Tensor {
	r := record("atan2")
	defer r.done()
	return r.handle(ops.Atan2.Body(r.read(t), r.read(other)))
}

// Atanh is the number whose hyperbolic tangent each element is. It is PyTorch's atanh.
func (t *Tensor) Atanh() *Tensor {
	r := record("atanh")
	defer r.done()
	return r.handle(ops.Atanh.Body(r.read(t)))
}

// Atanh_ replaces t by the number whose hyperbolic tangent each element is. It is PyTorch's atanh.
func (t *Tensor) Atanh_() *Tensor {
	r := record("atanh")
	defer r.done()
	r.write(t, ops.Atanh.Body(r.read(t)))
	return t
}

// AtLeast1d is the tensor with at least one dimension. It is PyTorch's atleast_1d.
func (t *Tensor) AtLeast1d() *Tensor {
	r := record("atleast_1d")
	defer r.done()
	return r.handle(ops.AtLeast1d.Body(r.read(t)))
}

// AtLeast2d is the tensor with at least two dimensions. It is PyTorch's atleast_2d.
func (t *Tensor) AtLeast2d() *Tensor {
	r := record("atleast_2d")
	defer r.done()
	return r.handle(ops.AtLeast2d.Body(r.read(t)))
}

// AtLeast3d is the tensor with at least three dimensions. It is PyTorch's atleast_3d.
func (t *Tensor) AtLeast3d() *Tensor {
	r := record("atleast_3d")
	defer r.done()
	return r.handle(ops.AtLeast3d.Body(r.read(t)))
}

// AvgPool1d is the mean under each window over one dimension. It is PyTorch's avg_pool1d.
func (t *Tensor) AvgPool1d(kernelSize ...int) *Tensor {
	r := record("avg_pool1d")
	defer r.done()
	return r.handle(ops.AvgPool1d.Body(r.read(t), kernelSize, nil, []int{0}, false, true))
}

// AvgPool1dWith is the mean under each window over one dimension. It is PyTorch's avg_pool1d.
func (t *Tensor) AvgPool1dWith(kernelSize []int, opts ...Option) *Tensor {
	r := record("avg_pool1d")
	defer r.done()
	o := r.options(opts, "stride", "padding", "ceil_mode", "count_include_pad")
	return r.handle(ops.AvgPool1d.Body(r.read(t), kernelSize, option[[]int](o, "stride", nil), option[[]int](o, "padding", []int{0}), option[bool](o, "ceil_mode", false), option[bool](o, "count_include_pad", true)))
}

// AvgPool2d is the mean under each window over two dimensions. It is PyTorch's avg_pool2d.
func (t *Tensor) AvgPool2d(kernelSize ...int) *Tensor {
	r := record("avg_pool2d")
	defer r.done()
	return r.handle(ops.AvgPool2d.Body(r.read(t), kernelSize, nil, []int{0}, false, true, nil))
}

// AvgPool2dWith is the mean under each window over two dimensions. It is PyTorch's avg_pool2d.
func (t *Tensor) AvgPool2dWith(kernelSize []int, opts ...Option) *Tensor {
	r := record("avg_pool2d")
	defer r.done()
	o := r.options(opts, "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")
	return r.handle(ops.AvgPool2d.Body(r.read(t), kernelSize, option[[]int](o, "stride", nil), option[[]int](o, "padding", []int{0}), option[bool](o, "ceil_mode", false), option[bool](o, "count_include_pad", true), maybeIntOption(o, "divisor_override", nil)))
}

// AvgPool3d is the mean under each window over three dimensions. It is PyTorch's avg_pool3d.
func (t *Tensor) AvgPool3d(kernelSize ...int) *Tensor {
	r := record("avg_pool3d")
	defer r.done()
	return r.handle(ops.AvgPool3d.Body(r.read(t), kernelSize, nil, []int{0}, false, true, nil))
}

// AvgPool3dWith is the mean under each window over three dimensions. It is PyTorch's avg_pool3d.
func (t *Tensor) AvgPool3dWith(kernelSize []int, opts ...Option) *Tensor {
	r := record("avg_pool3d")
	defer r.done()
	o := r.options(opts, "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")
	return r.handle(ops.AvgPool3d.Body(r.read(t), kernelSize, option[[]int](o, "stride", nil), option[[]int](o, "padding", []int{0}), option[bool](o, "ceil_mode", false), option[bool](o, "count_include_pad", true), maybeIntOption(o, "divisor_override", nil)))
}

// Baddbmm is beta times self plus alpha times the products of matrices. It is PyTorch's baddbmm.
func (t *Tensor) Baddbmm(batch1 *Tensor, batch2 *Tensor) *Tensor {
	r := record("baddbmm")
	defer r.done()
	return r.handle(ops.Baddbmm.Body(r.read(t), r.read(batch1), r.read(batch2), r.scalar(1), r.scalar(1)))
}

// BaddbmmWith is beta times self plus alpha times the products of matrices. It is PyTorch's baddbmm.
func (t *Tensor) BaddbmmWith(batch1 *Tensor, batch2 *Tensor, opts ...Option) *Tensor {
	r := record("baddbmm")
	defer r.done()
	o := r.options(opts, "beta", "alpha")
	return r.handle(ops.Baddbmm.Body(r.read(t), r.read(batch1), r.read(batch2), r.scalarOption(o, "beta", r.scalar(1)), r.scalarOption(o, "alpha", r.scalar(1))))
}

// Baddbmm_ replaces t by beta times self plus alpha times the products of matrices. It is PyTorch's baddbmm.
func (t *Tensor) Baddbmm_(batch1 *Tensor, batch2 *Tensor) *Tensor {
	r := record("baddbmm")
	defer r.done()
	r.write(t, ops.Baddbmm.Body(r.read(t), r.read(batch1), r.read(batch2), r.scalar(1), r.scalar(1)))
	return t
}

// BaddbmmWith_ replaces t by beta times self plus alpha times the products of matrices. It is PyTorch's baddbmm.
func (t *Tensor) BaddbmmWith_(batch1 *Tensor, batch2 *Tensor, opts ...Option) *Tensor {
	r := record("baddbmm")
	defer r.done()
	o := r.options(opts, "beta", "alpha")
	r.write(t, ops.Baddbmm.Body(r.read(t), r.read(batch1), r.read(batch2), r.scalarOption(o, "beta", r.scalar(1)), r.scalarOption(o, "alpha", r.scalar(1))))
	return t
}

// BatchNorm is each channel brought to mean 0 and variance 1 by the batch's statistics or the running ones, times
// weight, plus bias. It is PyTorch's batch_norm.
func (t *Tensor) BatchNorm(weight *Tensor, bias *Tensor, runningMean *Tensor, runningVar *Tensor, training bool, momentum float64, eps float64) *Tensor {
	r := record("batch_norm")
	defer r.done()
	v0, runningMeanNext, runningVarNext := ops.BatchNorm.Body(r.read(t), r.readOpt(weight), r.readOpt(bias), r.readOpt(runningMean), r.readOpt(runningVar), training, momentum, eps)
	if runningMean != nil {
		r.write(runningMean, runningMeanNext)
	}
	if runningVar != nil {
		r.write(runningVar, runningVarNext)
	}
	return r.handle(v0)
}

// Bernoulli is 1 with the probability that each element says, else 0. It is PyTorch's bernoulli.
func (t *Tensor) Bernoulli(g *Generator) *Tensor {
	r := record("bernoulli")
	defer r.done()
	v0, generatorNext := ops.Bernoulli.Body(r.read(t), r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// BernoulliP is 1 with probability p, else 0, with the sizes and dtype of self. It is PyTorch's bernoulli.p.
func (t *Tensor) BernoulliP(g *Generator, p float64) *Tensor {
	r := record("bernoulli")
	defer r.done()
	v0, generatorNext := ops.BernoulliP.Body(r.read(t), p, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// BernoulliP_ replaces t by 1 with probability p, else 0, with the sizes and dtype of self. It is PyTorch's
// bernoulli.p.
func (t *Tensor) BernoulliP_(g *Generator, p float64) *Tensor {
	r := record("bernoulli")
	defer r.done()
	v0, generatorNext := ops.BernoulliP.Body(r.read(t), p, r.generator(g))
	r.advance(g, generatorNext)
	r.write(t, v0)
	return t
}

// BinaryCrossEntropy is the cross entropy of probabilities and targets between 0 and 1. It is PyTorch's
// binary_cross_entropy.
func (t *Tensor) BinaryCrossEntropy(target *Tensor, weight *Tensor) *Tensor {
	r := record("binary_cross_entropy")
	defer r.done()
	return r.handle(ops.BinaryCrossEntropy.Body(r.read(t), r.read(target), r.readOpt(weight), 1))
}

// BinaryCrossEntropyWith is the cross entropy of probabilities and targets between 0 and 1. It is PyTorch's
// binary_cross_entropy.
func (t *Tensor) BinaryCrossEntropyWith(target *Tensor, weight *Tensor, opts ...Option) *Tensor {
	r := record("binary_cross_entropy")
	defer r.done()
	o := r.options(opts, "reduction")
	return r.handle(ops.BinaryCrossEntropy.Body(r.read(t), r.read(target), r.readOpt(weight), reductionOption(o, "reduction", 1)))
}

// BinaryCrossEntropyWithLogits is the cross entropy of logits and targets between 0 and 1. It is PyTorch's
// binary_cross_entropy_with_logits.
func (t *Tensor) BinaryCrossEntropyWithLogits(target *Tensor, weight *Tensor, posWeight *Tensor) *Tensor {
	r := record("binary_cross_entropy_with_logits")
	defer r.done()
	return r.handle(ops.BinaryCrossEntropyWithLogits.Body(r.read(t), r.read(target), r.readOpt(weight), r.readOpt(posWeight), 1))
}

// BinaryCrossEntropyWithLogitsWith is the cross entropy of logits and targets between 0 and 1. It is PyTorch's
// binary_cross_entropy_with_logits.
func (t *Tensor) BinaryCrossEntropyWithLogitsWith(target *Tensor, weight *Tensor, posWeight *Tensor, opts ...Option) *Tensor {
	r := record("binary_cross_entropy_with_logits")
	defer r.done()
	o := r.options(opts, "reduction")
	return r.handle(ops.BinaryCrossEntropyWithLogits.Body(r.read(t), r.read(target), r.readOpt(weight), r.readOpt(posWeight), reductionOption(o, "reduction", 1)))
}

// BinCount is how often each number from 0 to the largest element appears, or the sum of its weights; minlength
// numbers at least. It is PyTorch's bincount.
func (t *Tensor) BinCount(weights *Tensor, minlength any) *Tensor {
	r := record("bincount")
	defer r.done()
	return r.handle(ops.BinCount.Body(r.read(t), r.readOpt(weights), r.size(minlength)))
}

// BitwiseAndScalar is the bits that self and a number share. It is PyTorch's bitwise_and.Scalar.
func (t *Tensor) BitwiseAndScalar(other any) *Tensor {
	r := record("bitwise_and")
	defer r.done()
	return r.handle(ops.BitwiseAndScalar.Body(r.read(t), r.scalar(other)))
}

// BitwiseAndScalar_ replaces t by the bits that self and a number share. It is PyTorch's bitwise_and.Scalar.
func (t *Tensor) BitwiseAndScalar_(other any) *Tensor {
	r := record("bitwise_and")
	defer r.done()
	r.write(t, ops.BitwiseAndScalar.Body(r.read(t), r.scalar(other)))
	return t
}

// BitwiseAnd is the bits that self and other share. It is PyTorch's bitwise_and.Tensor.
func (t *Tensor) BitwiseAnd(other *Tensor) *Tensor {
	r := record("bitwise_and")
	defer r.done()
	return r.handle(ops.BitwiseAnd.Body(r.read(t), r.read(other)))
}

// BitwiseAnd_ replaces t by the bits that self and other share. It is PyTorch's bitwise_and.Tensor.
func (t *Tensor) BitwiseAnd_(other *Tensor) *Tensor {
	r := record("bitwise_and")
	defer r.done()
	r.write(t, ops.BitwiseAnd.Body(r.read(t), r.read(other)))
	return t
}

// BitwiseLeftShift is the bits of self moved up by so many places as other says. It is PyTorch's
// bitwise_left_shift.Tensor.
func (t *Tensor) BitwiseLeftShift(other *Tensor) *Tensor {
	r := record("bitwise_left_shift")
	defer r.done()
	return r.handle(ops.BitwiseLeftShift.Body(r.read(t), r.read(other)))
}

// BitwiseLeftShift_ replaces t by the bits of self moved up by so many places as other says. It is PyTorch's
// bitwise_left_shift.Tensor.
func (t *Tensor) BitwiseLeftShift_(other *Tensor) *Tensor {
	r := record("bitwise_left_shift")
	defer r.done()
	r.write(t, ops.BitwiseLeftShift.Body(r.read(t), r.read(other)))
	return t
}

// BitwiseLeftShiftScalar is the bits of self moved up by so many places as other says. It is PyTorch's
// bitwise_left_shift.Tensor_Scalar.
func (t *Tensor) BitwiseLeftShiftScalar(other any) *Tensor {
	r := record("bitwise_left_shift")
	defer r.done()
	return r.handle(ops.BitwiseLeftShiftScalar.Body(r.read(t), r.scalar(other)))
}

// BitwiseLeftShiftScalar_ replaces t by the bits of self moved up by so many places as other says. It is PyTorch's
// bitwise_left_shift.Tensor_Scalar.
func (t *Tensor) BitwiseLeftShiftScalar_(other any) *Tensor {
	r := record("bitwise_left_shift")
	defer r.done()
	r.write(t, ops.BitwiseLeftShiftScalar.Body(r.read(t), r.scalar(other)))
	return t
}

// BitwiseNot is the bits that self does not have. It is PyTorch's bitwise_not.
func (t *Tensor) BitwiseNot() *Tensor {
	r := record("bitwise_not")
	defer r.done()
	return r.handle(ops.BitwiseNot.Body(r.read(t)))
}

// BitwiseNot_ replaces t by the bits that self does not have. It is PyTorch's bitwise_not.
func (t *Tensor) BitwiseNot_() *Tensor {
	r := record("bitwise_not")
	defer r.done()
	r.write(t, ops.BitwiseNot.Body(r.read(t)))
	return t
}

// BitwiseOrScalar is the bits that self or a number has. It is PyTorch's bitwise_or.Scalar.
func (t *Tensor) BitwiseOrScalar(other any) *Tensor {
	r := record("bitwise_or")
	defer r.done()
	return r.handle(ops.BitwiseOrScalar.Body(r.read(t), r.scalar(other)))
}

// BitwiseOrScalar_ replaces t by the bits that self or a number has. It is PyTorch's bitwise_or.Scalar.
func (t *Tensor) BitwiseOrScalar_(other any) *Tensor {
	r := record("bitwise_or")
	defer r.done()
	r.write(t, ops.BitwiseOrScalar.Body(r.read(t), r.scalar(other)))
	return t
}

// BitwiseOr is the bits that self or other has. It is PyTorch's bitwise_or.Tensor.
func (t *Tensor) BitwiseOr(other *Tensor) *Tensor {
	r := record("bitwise_or")
	defer r.done()
	return r.handle(ops.BitwiseOr.Body(r.read(t), r.read(other)))
}

// BitwiseOr_ replaces t by the bits that self or other has. It is PyTorch's bitwise_or.Tensor.
func (t *Tensor) BitwiseOr_(other *Tensor) *Tensor {
	r := record("bitwise_or")
	defer r.done()
	r.write(t, ops.BitwiseOr.Body(r.read(t), r.read(other)))
	return t
}

// BitwiseRightShift is the bits of self moved down by so many places as other says, filled with the sign. It is
// PyTorch's bitwise_right_shift.Tensor.
func (t *Tensor) BitwiseRightShift(other *Tensor) *Tensor {
	r := record("bitwise_right_shift")
	defer r.done()
	return r.handle(ops.BitwiseRightShift.Body(r.read(t), r.read(other)))
}

// BitwiseRightShift_ replaces t by the bits of self moved down by so many places as other says, filled with the sign.
// It is PyTorch's bitwise_right_shift.Tensor.
func (t *Tensor) BitwiseRightShift_(other *Tensor) *Tensor {
	r := record("bitwise_right_shift")
	defer r.done()
	r.write(t, ops.BitwiseRightShift.Body(r.read(t), r.read(other)))
	return t
}

// BitwiseRightShiftScalar is the bits of self moved down by so many places as other says, filled with the sign. It is
// PyTorch's bitwise_right_shift.Tensor_Scalar.
func (t *Tensor) BitwiseRightShiftScalar(other any) *Tensor {
	r := record("bitwise_right_shift")
	defer r.done()
	return r.handle(ops.BitwiseRightShiftScalar.Body(r.read(t), r.scalar(other)))
}

// BitwiseRightShiftScalar_ replaces t by the bits of self moved down by so many places as other says, filled with the
// sign. It is PyTorch's bitwise_right_shift.Tensor_Scalar.
func (t *Tensor) BitwiseRightShiftScalar_(other any) *Tensor {
	r := record("bitwise_right_shift")
	defer r.done()
	r.write(t, ops.BitwiseRightShiftScalar.Body(r.read(t), r.scalar(other)))
	return t
}

// BitwiseXorScalar is the bits that just one of self and a number has. It is PyTorch's bitwise_xor.Scalar.
func (t *Tensor) BitwiseXorScalar(other any) *Tensor {
	r := record("bitwise_xor")
	defer r.done()
	return r.handle(ops.BitwiseXorScalar.Body(r.read(t), r.scalar(other)))
}

// BitwiseXorScalar_ replaces t by the bits that just one of self and a number has. It is PyTorch's
// bitwise_xor.Scalar.
func (t *Tensor) BitwiseXorScalar_(other any) *Tensor {
	r := record("bitwise_xor")
	defer r.done()
	r.write(t, ops.BitwiseXorScalar.Body(r.read(t), r.scalar(other)))
	return t
}

// BitwiseXor is the bits that just one of self and other has. It is PyTorch's bitwise_xor.Tensor.
func (t *Tensor) BitwiseXor(other *Tensor) *Tensor {
	r := record("bitwise_xor")
	defer r.done()
	return r.handle(ops.BitwiseXor.Body(r.read(t), r.read(other)))
}

// BitwiseXor_ replaces t by the bits that just one of self and other has. It is PyTorch's bitwise_xor.Tensor.
func (t *Tensor) BitwiseXor_(other *Tensor) *Tensor {
	r := record("bitwise_xor")
	defer r.done()
	r.write(t, ops.BitwiseXor.Body(r.read(t), r.read(other)))
	return t
}

// Bmm is the products of matrices, two by two. It is PyTorch's bmm.
func (t *Tensor) Bmm(mat2 *Tensor) *Tensor {
	r := record("bmm")
	defer r.done()
	return r.handle(ops.Bmm.Body(r.read(t), r.read(mat2)))
}

// BroadcastTo is the elements repeated along dimensions of size 1 and new ones in front. It is PyTorch's
// broadcast_to.
func (t *Tensor) BroadcastTo(size ...any) *Tensor {
	r := record("broadcast_to")
	defer r.done()
	sizeAt := r.sizes(size)
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.BroadcastTo.Body(x, sizeAt) })
}

// Bucketize is the number of the bucket between boundaries in order that each element falls in. It is PyTorch's
// bucketize.Tensor.
func (t *Tensor) Bucketize(boundaries *Tensor) *Tensor {
	r := record("bucketize")
	defer r.done()
	return r.handle(ops.Bucketize.Body(r.read(t), r.read(boundaries), false, false))
}

// BucketizeWith is the number of the bucket between boundaries in order that each element falls in. It is PyTorch's
// bucketize.Tensor.
func (t *Tensor) BucketizeWith(boundaries *Tensor, opts ...Option) *Tensor {
	r := record("bucketize")
	defer r.done()
	o := r.options(opts, "out_int32", "right")
	return r.handle(ops.Bucketize.Body(r.read(t), r.read(boundaries), option[bool](o, "out_int32", false), option[bool](o, "right", false)))
}

// Cauchy is numbers drawn from the Cauchy distribution with a median and a width, with the sizes and dtype of self.
// It is PyTorch's cauchy.
func (t *Tensor) Cauchy(g *Generator, median float64, sigma float64) *Tensor {
	r := record("cauchy")
	defer r.done()
	v0, generatorNext := ops.Cauchy.Body(r.read(t), median, sigma, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// Cauchy_ replaces t by numbers drawn from the Cauchy distribution with a median and a width, with the sizes and
// dtype of self. It is PyTorch's cauchy.
func (t *Tensor) Cauchy_(g *Generator, median float64, sigma float64) *Tensor {
	r := record("cauchy")
	defer r.done()
	v0, generatorNext := ops.Cauchy.Body(r.read(t), median, sigma, r.generator(g))
	r.advance(g, generatorNext)
	r.write(t, v0)
	return t
}

// Ceil is the smallest integer not below each element. It is PyTorch's ceil.
func (t *Tensor) Ceil() *Tensor {
	r := record("ceil")
	defer r.done()
	return r.handle(ops.Ceil.Body(r.read(t)))
}

// Ceil_ replaces t by the smallest integer not below each element. It is PyTorch's ceil.
func (t *Tensor) Ceil_() *Tensor {
	r := record("ceil")
	defer r.done()
	r.write(t, ops.Ceil.Body(r.read(t)))
	return t
}

// CELU is the exponential linear unit whose derivative is continuous for every alpha. It is PyTorch's celu.
func (t *Tensor) CELU() *Tensor {
	r := record("celu")
	defer r.done()
	return r.handle(ops.CELU.Body(r.read(t), r.scalar(1)))
}

// CELUWith is the exponential linear unit whose derivative is continuous for every alpha. It is PyTorch's celu.
func (t *Tensor) CELUWith(opts ...Option) *Tensor {
	r := record("celu")
	defer r.done()
	o := r.options(opts, "alpha")
	return r.handle(ops.CELU.Body(r.read(t), r.scalarOption(o, "alpha", r.scalar(1))))
}

// CELU_ replaces t by the exponential linear unit whose derivative is continuous for every alpha. It is PyTorch's
// celu.
func (t *Tensor) CELU_() *Tensor {
	r := record("celu")
	defer r.done()
	r.write(t, ops.CELU.Body(r.read(t), r.scalar(1)))
	return t
}

// CELUWith_ replaces t by the exponential linear unit whose derivative is continuous for every alpha. It is PyTorch's
// celu.
func (t *Tensor) CELUWith_(opts ...Option) *Tensor {
	r := record("celu")
	defer r.done()
	o := r.options(opts, "alpha")
	r.write(t, ops.CELU.Body(r.read(t), r.scalarOption(o, "alpha", r.scalar(1))))
	return t
}

// ChannelShuffle is channels dealt out anew among groups. It is PyTorch's channel_shuffle.
func (t *Tensor) ChannelShuffle(groups int) *Tensor {
	r := record("channel_shuffle")
	defer r.done()
	return r.handle(ops.ChannelShuffle.Body(r.read(t), groups))
}

// CholeskyInverse is the inverses of matrices whose triangular factors are given. It is PyTorch's cholesky_inverse.
func (t *Tensor) CholeskyInverse() *Tensor {
	r := record("cholesky_inverse")
	defer r.done()
	return r.handle(ops.CholeskyInverse.Body(r.read(t), false))
}

// CholeskyInverseWith is the inverses of matrices whose triangular factors are given. It is PyTorch's
// cholesky_inverse.
func (t *Tensor) CholeskyInverseWith(opts ...Option) *Tensor {
	r := record("cholesky_inverse")
	defer r.done()
	o := r.options(opts, "upper")
	return r.handle(ops.CholeskyInverse.Body(r.read(t), option[bool](o, "upper", false)))
}

// CholeskySolve is the solution of systems with the right side self, given the triangular factor of their matrices.
// It is PyTorch's cholesky_solve.
func (t *Tensor) CholeskySolve(input2 *Tensor) *Tensor {
	r := record("cholesky_solve")
	defer r.done()
	return r.handle(ops.CholeskySolve.Body(r.read(t), r.read(input2), false))
}

// CholeskySolveWith is the solution of systems with the right side self, given the triangular factor of their
// matrices. It is PyTorch's cholesky_solve.
func (t *Tensor) CholeskySolveWith(input2 *Tensor, opts ...Option) *Tensor {
	r := record("cholesky_solve")
	defer r.done()
	o := r.options(opts, "upper")
	return r.handle(ops.CholeskySolve.Body(r.read(t), r.read(input2), option[bool](o, "upper", false)))
}

// Chunk is at most so many pieces of equal length along a dimension; the last may be shorter. It is PyTorch's chunk.
func (t *Tensor) Chunk(chunks int, dims ...int) []*Tensor {
	r := record("chunk")
	defer r.done()
	r.atMost(dims, 1)
	chunksAt := chunks
	dimAt := dimAt(dims, 0, 0)
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.Chunk.Body(x, chunksAt, dimAt) })
}

// ChunkWith is at most so many pieces of equal length along a dimension; the last may be shorter. It is PyTorch's
// chunk.
func (t *Tensor) ChunkWith(chunks int, opts ...Option) []*Tensor {
	r := record("chunk")
	defer r.done()
	o := r.options(opts, "dim")
	chunksAt := chunks
	dimAt := intOption(o, "dim", 0)
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.Chunk.Body(x, chunksAt, dimAt) })
}

// Clamp is each element, held between min and max. It is PyTorch's clamp.
func (t *Tensor) Clamp(minArg any, maxArg any) *Tensor {
	r := record("clamp")
	defer r.done()
	return r.handle(ops.Clamp.Body(r.read(t), r.maybeScalar(minArg), r.maybeScalar(maxArg)))
}

// Clamp_ replaces t by each element, held between min and max. It is PyTorch's clamp.
func (t *Tensor) Clamp_(minArg any, maxArg any) *Tensor {
	r := record("clamp")
	defer r.done()
	r.write(t, ops.Clamp.Body(r.read(t), r.maybeScalar(minArg), r.maybeScalar(maxArg)))
	return t
}

// ClampTensor is each element, held between those of min and max. It is PyTorch's clamp.Tensor.
func (t *Tensor) ClampTensor(minArg *Tensor, maxArg *Tensor) *Tensor {
	r := record("clamp")
	defer r.done()
	return r.handle(ops.ClampTensor.Body(r.read(t), r.readOpt(minArg), r.readOpt(maxArg)))
}

// ClampTensor_ replaces t by each element, held between those of min and max. It is PyTorch's clamp.Tensor.
func (t *Tensor) ClampTensor_(minArg *Tensor, maxArg *Tensor) *Tensor {
	r := record("clamp")
	defer r.done()
	r.write(t, ops.ClampTensor.Body(r.read(t), r.readOpt(minArg), r.readOpt(maxArg)))
	return t
}

// ClampMax is each element, or max where it is above. It is PyTorch's clamp_max.
func (t *Tensor) ClampMax(maxArg any) *Tensor {
	r := record("clamp_max")
	defer r.done()
	return r.handle(ops.ClampMax.Body(r.read(t), r.scalar(maxArg)))
}

// ClampMax_ replaces t by each element, or max where it is above. It is PyTorch's clamp_max.
func (t *Tensor) ClampMax_(maxArg any) *Tensor {
	r := record("clamp_max")
	defer r.done()
	r.write(t, ops.ClampMax.Body(r.read(t), r.scalar(maxArg)))
	return t
}

// ClampMaxTensor is each element, or that of max where it is above. It is PyTorch's clamp_max.Tensor.
func (t *Tensor) ClampMaxTensor(maxArg *Tensor) *Tensor {
	r := record("clamp_max")
	defer r.done()
	return r.handle(ops.ClampMaxTensor.Body(r.read(t), r.read(maxArg)))
}

// ClampMaxTensor_ replaces t by each element, or that of max where it is above. It is PyTorch's clamp_max.Tensor.
func (t *Tensor) ClampMaxTensor_(maxArg *Tensor) *Tensor {
	r := record("clamp_max")
	defer r.done()
	r.write(t, ops.ClampMaxTensor.Body(r.read(t), r.read(maxArg)))
	return t
}

// ClampMin is each element, or min where it is below. It is PyTorch's clamp_min.
func (t *Tensor) ClampMin(minArg any) *Tensor {
	r := record("clamp_min")
	defer r.done()
	return r.handle(ops.ClampMin.Body(r.read(t), r.scalar(minArg)))
}

// ClampMin_ replaces t by each element, or min where it is below. It is PyTorch's clamp_min.
func (t *Tensor) ClampMin_(minArg any) *Tensor {
	r := record("clamp_min")
	defer r.done()
	r.write(t, ops.ClampMin.Body(r.read(t), r.scalar(minArg)))
	return t
}

// ClampMinTensor is each element, or that of min where it is below. It is PyTorch's clamp_min.Tensor.
func (t *Tensor) ClampMinTensor(minArg *Tensor) *Tensor {
	r := record("clamp_min")
	defer r.done()
	return r.handle(ops.ClampMinTensor.Body(r.read(t), r.read(minArg)))
}

// ClampMinTensor_ replaces t by each element, or that of min where it is below. It is PyTorch's clamp_min.Tensor.
func (t *Tensor) ClampMinTensor_(minArg *Tensor) *Tensor {
	r := record("clamp_min")
	defer r.done()
	r.write(t, ops.ClampMinTensor.Body(r.read(t), r.read(minArg)))
	return t
}

// Clone is a copy. It is PyTorch's clone.
func (t *Tensor) Clone() *Tensor {
	r := record("clone")
	defer r.done()
	return r.handle(ops.Clone.Body(r.read(t)))
}

// Col2Im is columns added up where the patches that they are lie in images. It is PyTorch's col2im.
func (t *Tensor) Col2Im(outputSize []any, kernelSize []int, dilation []int, padding []int, stride ...int) *Tensor {
	r := record("col2im")
	defer r.done()
	return r.handle(ops.Col2Im.Body(r.read(t), r.sizes(outputSize), kernelSize, dilation, padding, stride))
}

// Combinations is each choice of r elements of a vector, in their order. It is PyTorch's combinations.
func (t *Tensor) Combinations(rArg int) *Tensor {
	r := record("combinations")
	defer r.done()
	return r.handle(ops.Combinations.Body(r.read(t), rArg, false))
}

// CombinationsWith is each choice of r elements of a vector, in their order. It is PyTorch's combinations.
func (t *Tensor) CombinationsWith(rArg int, opts ...Option) *Tensor {
	r := record("combinations")
	defer r.done()
	o := r.options(opts, "with_replacement")
	return r.handle(ops.Combinations.Body(r.read(t), rArg, option[bool](o, "with_replacement", false)))
}

// Conj is the complex conjugate of each element. It is PyTorch's conj.
func (t *Tensor) Conj() *Tensor {
	r := record("conj")
	defer r.done()
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Conj.Body(x) })
}

// ConjPhysical is the complex conjugate of each element, as a copy. It is PyTorch's conj_physical.
func (t *Tensor) ConjPhysical() *Tensor {
	r := record("conj_physical")
	defer r.done()
	return r.handle(ops.ConjPhysical.Body(r.read(t)))
}

// ConjPhysical_ replaces t by the complex conjugate of each element, as a copy. It is PyTorch's conj_physical.
func (t *Tensor) ConjPhysical_() *Tensor {
	r := record("conj_physical")
	defer r.done()
	r.write(t, ops.ConjPhysical.Body(r.read(t)))
	return t
}

// ConstantPadNd is self with a number around it: pairs of widths, from the last dimension on. It is PyTorch's
// constant_pad_nd.
func (t *Tensor) ConstantPadNd(pad ...any) *Tensor {
	r := record("constant_pad_nd")
	defer r.done()
	return r.handle(ops.ConstantPadNd.Body(r.read(t), r.sizes(pad), r.scalar(0)))
}

// ConstantPadNdWith is self with a number around it: pairs of widths, from the last dimension on. It is PyTorch's
// constant_pad_nd.
func (t *Tensor) ConstantPadNdWith(pad []any, opts ...Option) *Tensor {
	r := record("constant_pad_nd")
	defer r.done()
	o := r.options(opts, "value")
	return r.handle(ops.ConstantPadNd.Body(r.read(t), r.sizes(pad), r.scalarOption(o, "value", r.scalar(0))))
}

// Contiguous is the elements, lying in memory in their order. It is PyTorch's contiguous.
func (t *Tensor) Contiguous() *Tensor {
	r := record("contiguous")
	defer r.done()
	return r.handle(ops.Contiguous.Body(r.read(t)))
}

// Conv1d is the convolution over one dimension. It is PyTorch's conv1d.
func (t *Tensor) Conv1d(weight *Tensor, bias *Tensor) *Tensor {
	r := record("conv1d")
	defer r.done()
	return r.handle(ops.Conv1d.Body(r.read(t), r.read(weight), r.readOpt(bias), []int{1}, []int{0}, []int{1}, 1))
}

// Conv1dWith is the convolution over one dimension. It is PyTorch's conv1d.
func (t *Tensor) Conv1dWith(weight *Tensor, bias *Tensor, opts ...Option) *Tensor {
	r := record("conv1d")
	defer r.done()
	o := r.options(opts, "stride", "padding", "dilation", "groups")
	return r.handle(ops.Conv1d.Body(r.read(t), r.read(weight), r.readOpt(bias), option[[]int](o, "stride", []int{1}), option[[]int](o, "padding", []int{0}), option[[]int](o, "dilation", []int{1}), intOption(o, "groups", 1)))
}

// Conv2d is the convolution over two dimensions. It is PyTorch's conv2d.
func (t *Tensor) Conv2d(weight *Tensor, bias *Tensor) *Tensor {
	r := record("conv2d")
	defer r.done()
	return r.handle(ops.Conv2d.Body(r.read(t), r.read(weight), r.readOpt(bias), []int{1}, []int{0}, []int{1}, 1))
}

// Conv2dWith is the convolution over two dimensions. It is PyTorch's conv2d.
func (t *Tensor) Conv2dWith(weight *Tensor, bias *Tensor, opts ...Option) *Tensor {
	r := record("conv2d")
	defer r.done()
	o := r.options(opts, "stride", "padding", "dilation", "groups")
	return r.handle(ops.Conv2d.Body(r.read(t), r.read(weight), r.readOpt(bias), option[[]int](o, "stride", []int{1}), option[[]int](o, "padding", []int{0}), option[[]int](o, "dilation", []int{1}), intOption(o, "groups", 1)))
}

// Conv3d is the convolution over three dimensions. It is PyTorch's conv3d.
func (t *Tensor) Conv3d(weight *Tensor, bias *Tensor) *Tensor {
	r := record("conv3d")
	defer r.done()
	return r.handle(ops.Conv3d.Body(r.read(t), r.read(weight), r.readOpt(bias), []int{1}, []int{0}, []int{1}, 1))
}

// Conv3dWith is the convolution over three dimensions. It is PyTorch's conv3d.
func (t *Tensor) Conv3dWith(weight *Tensor, bias *Tensor, opts ...Option) *Tensor {
	r := record("conv3d")
	defer r.done()
	o := r.options(opts, "stride", "padding", "dilation", "groups")
	return r.handle(ops.Conv3d.Body(r.read(t), r.read(weight), r.readOpt(bias), option[[]int](o, "stride", []int{1}), option[[]int](o, "padding", []int{0}), option[[]int](o, "dilation", []int{1}), intOption(o, "groups", 1)))
}

// ConvTranspose1d is the transposed convolution over one dimension. It is PyTorch's conv_transpose1d.
func (t *Tensor) ConvTranspose1d(weight *Tensor, bias *Tensor) *Tensor {
	r := record("conv_transpose1d")
	defer r.done()
	return r.handle(ops.ConvTranspose1d.Body(r.read(t), r.read(weight), r.readOpt(bias), []int{1}, []int{0}, []int{0}, 1, []int{1}))
}

// ConvTranspose1dWith is the transposed convolution over one dimension. It is PyTorch's conv_transpose1d.
func (t *Tensor) ConvTranspose1dWith(weight *Tensor, bias *Tensor, opts ...Option) *Tensor {
	r := record("conv_transpose1d")
	defer r.done()
	o := r.options(opts, "stride", "padding", "output_padding", "groups", "dilation")
	return r.handle(ops.ConvTranspose1d.Body(r.read(t), r.read(weight), r.readOpt(bias), option[[]int](o, "stride", []int{1}), option[[]int](o, "padding", []int{0}), option[[]int](o, "output_padding", []int{0}), intOption(o, "groups", 1), option[[]int](o, "dilation", []int{1})))
}

// ConvTranspose2d is the transposed convolution over two dimensions. It is PyTorch's conv_transpose2d.input.
func (t *Tensor) ConvTranspose2d(weight *Tensor, bias *Tensor) *Tensor {
	r := record("conv_transpose2d")
	defer r.done()
	return r.handle(ops.ConvTranspose2d.Body(r.read(t), r.read(weight), r.readOpt(bias), []int{1}, []int{0}, []int{0}, 1, []int{1}))
}

// ConvTranspose2dWith is the transposed convolution over two dimensions. It is PyTorch's conv_transpose2d.input.
func (t *Tensor) ConvTranspose2dWith(weight *Tensor, bias *Tensor, opts ...Option) *Tensor {
	r := record("conv_transpose2d")
	defer r.done()
	o := r.options(opts, "stride", "padding", "output_padding", "groups", "dilation")
	return r.handle(ops.ConvTranspose2d.Body(r.read(t), r.read(weight), r.readOpt(bias), option[[]int](o, "stride", []int{1}), option[[]int](o, "padding", []int{0}), option[[]int](o, "output_padding", []int{0}), intOption(o, "groups", 1), option[[]int](o, "dilation", []int{1})))
}

// ConvTranspose3d is the transposed convolution over three dimensions. It is PyTorch's conv_transpose3d.input.
func (t *Tensor) ConvTranspose3d(weight *Tensor, bias *Tensor) *Tensor {
	r := record("conv_transpose3d")
	defer r.done()
	return r.handle(ops.ConvTranspose3d.Body(r.read(t), r.read(weight), r.readOpt(bias), []int{1}, []int{0}, []int{0}, 1, []int{1}))
}

// ConvTranspose3dWith is the transposed convolution over three dimensions. It is PyTorch's conv_transpose3d.input.
func (t *Tensor) ConvTranspose3dWith(weight *Tensor, bias *Tensor, opts ...Option) *Tensor {
	r := record("conv_transpose3d")
	defer r.done()
	o := r.options(opts, "stride", "padding", "output_padding", "groups", "dilation")
	return r.handle(ops.ConvTranspose3d.Body(r.read(t), r.read(weight), r.readOpt(bias), option[[]int](o, "stride", []int{1}), option[[]int](o, "padding", []int{0}), option[[]int](o, "output_padding", []int{0}), intOption(o, "groups", 1), option[[]int](o, "dilation", []int{1})))
}

// Copy is the elements of src with the sizes and dtype of self. It is PyTorch's copy.
func (t *Tensor) Copy(src *Tensor) *Tensor {
	r := record("copy")
	defer r.done()
	return r.handle(ops.Copy.Body(r.read(t), r.read(src)))
}

// Copy_ replaces t by the elements of src with the sizes and dtype of self. It is PyTorch's copy.
func (t *Tensor) Copy_(src *Tensor) *Tensor {
	r := record("copy")
	defer r.done()
	r.write(t, ops.Copy.Body(r.read(t), r.read(src)))
	return t
}

// CopySignScalar is the absolute values of self with the sign of a number. It is PyTorch's copysign.Scalar.
func (t *Tensor) CopySignScalar(other any) *Tensor {
	r := record("copysign")
	defer r.done()
	return r.handle(ops.CopySignScalar.Body(r.read(t), r.scalar(other)))
}

// CopySignScalar_ replaces t by the absolute values of self with the sign of a number. It is PyTorch's
// copysign.Scalar.
func (t *Tensor) CopySignScalar_(other any) *Tensor {
	r := record("copysign")
	defer r.done()
	r.write(t, ops.CopySignScalar.Body(r.read(t), r.scalar(other)))
	return t
}

// CopySign is the absolute values of self with the signs of other. It is PyTorch's copysign.Tensor.
func (t *Tensor) CopySign(other *Tensor) *Tensor {
	r := record("copysign")
	defer r.done()
	return r.handle(ops.CopySign.Body(r.read(t), r.read(other)))
}

// CopySign_ replaces t by the absolute values of self with the signs of other. It is PyTorch's copysign.Tensor.
func (t *Tensor) CopySign_(other *Tensor) *Tensor {
	r := record("copysign")
	defer r.done()
	r.write(t, ops.CopySign.Body(r.read(t), r.read(other)))
	return t
}

// CorrCoef is the correlations of variables, the rows, over observations, the columns. It is PyTorch's corrcoef.
func (t *Tensor) CorrCoef() *Tensor {
	r := record("corrcoef")
	defer r.done()
	return r.handle(ops.CorrCoef.Body(r.read(t)))
}

// Cos is the cosine of each element. It is PyTorch's cos.
func (t *Tensor) Cos() *Tensor {
	r := record("cos")
	defer r.done()
	return r.handle(ops.Cos.Body(r.read(t)))
}

// Cos_ replaces t by the cosine of each element. It is PyTorch's cos.
func (t *Tensor) Cos_() *Tensor {
	r := record("cos")
	defer r.done()
	r.write(t, ops.Cos.Body(r.read(t)))
	return t
}

// Cosh is the hyperbolic cosine of each element. It is PyTorch's cosh.
func (t *Tensor) Cosh() *Tensor {
	r := record("cosh")
	defer r.done()
	return r.handle(ops.Cosh.Body(r.read(t)))
}

// Cosh_ replaces t by the hyperbolic cosine of each element. It is PyTorch's cosh.
func (t *Tensor) Cosh_() *Tensor {
	r := record("cosh")
	defer r.done()
	r.write(t, ops.Cosh.Body(r.read(t)))
	return t
}

// CountNonzero is how many elements over some dimensions are not zero. It is PyTorch's count_nonzero.dim_IntList.
func (t *Tensor) CountNonzero(dim ...int) *Tensor {
	r := record("count_nonzero")
	defer r.done()
	return r.handle(ops.CountNonzero.Body(r.read(t), dim))
}

// Cov is the covariance of variables, the rows, over observations, the columns, which may have counts and weights. It
// is PyTorch's cov.
func (t *Tensor) Cov(fweights *Tensor, aweights *Tensor) *Tensor {
	r := record("cov")
	defer r.done()
	return r.handle(ops.Cov.Body(r.read(t), 1, r.readOpt(fweights), r.readOpt(aweights)))
}

// CovWith is the covariance of variables, the rows, over observations, the columns, which may have counts and
// weights. It is PyTorch's cov.
func (t *Tensor) CovWith(fweights *Tensor, aweights *Tensor, opts ...Option) *Tensor {
	r := record("cov")
	defer r.done()
	o := r.options(opts, "correction")
	return r.handle(ops.Cov.Body(r.read(t), intOption(o, "correction", 1), r.readOpt(fweights), r.readOpt(aweights)))
}

// CrossEntropyLoss is the cross entropy of logits and target classes, or probabilities of classes. It is PyTorch's
// cross_entropy_loss.
func (t *Tensor) CrossEntropyLoss(target *Tensor, weight *Tensor) *Tensor {
	r := record("cross_entropy_loss")
	defer r.done()
	return r.handle(ops.CrossEntropyLoss.Body(r.read(t), r.read(target), r.readOpt(weight), 1, -100, 0))
}

// CrossEntropyLossWith is the cross entropy of logits and target classes, or probabilities of classes. It is
// PyTorch's cross_entropy_loss.
func (t *Tensor) CrossEntropyLossWith(target *Tensor, weight *Tensor, opts ...Option) *Tensor {
	r := record("cross_entropy_loss")
	defer r.done()
	o := r.options(opts, "reduction", "ignore_index", "label_smoothing")
	return r.handle(ops.CrossEntropyLoss.Body(r.read(t), r.read(target), r.readOpt(weight), reductionOption(o, "reduction", 1), intOption(o, "ignore_index", -100), floatOption(o, "label_smoothing", 0)))
}

// CumMax is the largest of the elements up to each along a dimension, the last of equal ones, and their indices. It
// is PyTorch's cummax.
func (t *Tensor) CumMax(dim int) (*Tensor, *Tensor) {
	r := record("cummax")
	defer r.done()
	v0, v1 := ops.CumMax.Body(r.read(t), dim)
	return r.handle(v0), r.handle(v1)
}

// CumMin is the smallest of the elements up to each along a dimension, the last of equal ones, and their indices. It
// is PyTorch's cummin.
func (t *Tensor) CumMin(dim int) (*Tensor, *Tensor) {
	r := record("cummin")
	defer r.done()
	v0, v1 := ops.CumMin.Body(r.read(t), dim)
	return r.handle(v0), r.handle(v1)
}

// CumProd is the products of the elements up to each along a dimension. It is PyTorch's cumprod.
func (t *Tensor) CumProd(dim int) *Tensor {
	r := record("cumprod")
	defer r.done()
	return r.handle(ops.CumProd.Body(r.read(t), dim, graph.NoDType))
}

// CumProdWith is the products of the elements up to each along a dimension. It is PyTorch's cumprod.
func (t *Tensor) CumProdWith(dim int, opts ...Option) *Tensor {
	r := record("cumprod")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.CumProd.Body(r.read(t), dim, option[graph.DType](o, "dtype", graph.NoDType)))
}

// CumProd_ replaces t by the products of the elements up to each along a dimension. It is PyTorch's cumprod.
func (t *Tensor) CumProd_(dim int) *Tensor {
	r := record("cumprod")
	defer r.done()
	r.write(t, ops.CumProd.Body(r.read(t), dim, graph.NoDType))
	return t
}

// CumProdWith_ replaces t by the products of the elements up to each along a dimension. It is PyTorch's cumprod.
func (t *Tensor) CumProdWith_(dim int, opts ...Option) *Tensor {
	r := record("cumprod")
	defer r.done()
	o := r.options(opts, "dtype")
	r.write(t, ops.CumProd.Body(r.read(t), dim, option[graph.DType](o, "dtype", graph.NoDType)))
	return t
}

// CumSum is the sums of the elements up to each along a dimension. It is PyTorch's cumsum.
func (t *Tensor) CumSum(dim int) *Tensor {
	r := record("cumsum")
	defer r.done()
	return r.handle(ops.CumSum.Body(r.read(t), dim, graph.NoDType))
}

// CumSumWith is the sums of the elements up to each along a dimension. It is PyTorch's cumsum.
func (t *Tensor) CumSumWith(dim int, opts ...Option) *Tensor {
	r := record("cumsum")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.CumSum.Body(r.read(t), dim, option[graph.DType](o, "dtype", graph.NoDType)))
}

// CumSum_ replaces t by the sums of the elements up to each along a dimension. It is PyTorch's cumsum.
func (t *Tensor) CumSum_(dim int) *Tensor {
	r := record("cumsum")
	defer r.done()
	r.write(t, ops.CumSum.Body(r.read(t), dim, graph.NoDType))
	return t
}

// CumSumWith_ replaces t by the sums of the elements up to each along a dimension. It is PyTorch's cumsum.
func (t *Tensor) CumSumWith_(dim int, opts ...Option) *Tensor {
	r := record("cumsum")
	defer r.done()
	o := r.options(opts, "dtype")
	r.write(t, ops.CumSum.Body(r.read(t), dim, option[graph.DType](o, "dtype", graph.NoDType)))
	return t
}

// Deg2Rad is each element in degrees as radians. It is PyTorch's deg2rad.
func (t *Tensor) Deg2Rad() *Tensor {
	r := record("deg2rad")
	defer r.done()
	return r.handle(ops.Deg2Rad.Body(r.read(t)))
}

// Deg2Rad_ replaces t by each element in degrees as radians. It is PyTorch's deg2rad.
func (t *Tensor) Deg2Rad_() *Tensor {
	r := record("deg2rad")
	defer r.done()
	r.write(t, ops.Deg2Rad.Body(r.read(t)))
	return t
}

// Diag is a diagonal of a matrix, or a matrix of zeros with a vector along a diagonal. It is PyTorch's diag.
func (t *Tensor) Diag(diagonal int) *Tensor {
	r := record("diag")
	defer r.done()
	return r.handle(ops.Diag.Body(r.read(t), diagonal))
}

// DiagEmbed is matrices of zeros with the last dimension along a diagonal. It is PyTorch's diag_embed.
func (t *Tensor) DiagEmbed() *Tensor {
	r := record("diag_embed")
	defer r.done()
	return r.handle(ops.DiagEmbed.Body(r.read(t), 0, -2, -1))
}

// DiagEmbedWith is matrices of zeros with the last dimension along a diagonal. It is PyTorch's diag_embed.
func (t *Tensor) DiagEmbedWith(opts ...Option) *Tensor {
	r := record("diag_embed")
	defer r.done()
	o := r.options(opts, "offset", "dim1", "dim2")
	return r.handle(ops.DiagEmbed.Body(r.read(t), intOption(o, "offset", 0), intOption(o, "dim1", -2), intOption(o, "dim2", -1)))
}

// Diagflat is a matrix of zeros with all elements along a diagonal. It is PyTorch's diagflat.
func (t *Tensor) Diagflat(offset int) *Tensor {
	r := record("diagflat")
	defer r.done()
	return r.handle(ops.Diagflat.Body(r.read(t), offset))
}

// Diagonal is a diagonal of two dimensions, as a last dimension. It is PyTorch's diagonal.
func (t *Tensor) Diagonal() *Tensor {
	r := record("diagonal")
	defer r.done()
	offsetAt := 0
	dim1At := 0
	dim2At := 1
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Diagonal.Body(x, offsetAt, dim1At, dim2At) })
}

// DiagonalWith is a diagonal of two dimensions, as a last dimension. It is PyTorch's diagonal.
func (t *Tensor) DiagonalWith(opts ...Option) *Tensor {
	r := record("diagonal")
	defer r.done()
	o := r.options(opts, "offset", "dim1", "dim2")
	offsetAt := intOption(o, "offset", 0)
	dim1At := intOption(o, "dim1", 0)
	dim2At := intOption(o, "dim2", 1)
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Diagonal.Body(x, offsetAt, dim1At, dim2At) })
}

// DiagonalScatter is self with a diagonal of two dimensions replaced. It is PyTorch's diagonal_scatter.
func (t *Tensor) DiagonalScatter(src *Tensor) *Tensor {
	r := record("diagonal_scatter")
	defer r.done()
	return r.handle(ops.DiagonalScatter.Body(r.read(t), r.read(src), 0, 0, 1))
}

// DiagonalScatterWith is self with a diagonal of two dimensions replaced. It is PyTorch's diagonal_scatter.
func (t *Tensor) DiagonalScatterWith(src *Tensor, opts ...Option) *Tensor {
	r := record("diagonal_scatter")
	defer r.done()
	o := r.options(opts, "offset", "dim1", "dim2")
	return r.handle(ops.DiagonalScatter.Body(r.read(t), r.read(src), intOption(o, "offset", 0), intOption(o, "dim1", 0), intOption(o, "dim2", 1)))
}

// Diff is the differences of neighbours along a dimension, n times over. It is PyTorch's diff.
func (t *Tensor) Diff(n int, dim int, prepend *Tensor, append *Tensor) *Tensor {
	r := record("diff")
	defer r.done()
	return r.handle(ops.Diff.Body(r.read(t), n, dim, r.readOpt(prepend), r.readOpt(append)))
}

// Digamma is the derivative of the logarithm of the gamma function at each element. It is PyTorch's digamma.
func (t *Tensor) Digamma() *Tensor {
	r := record("digamma")
	defer r.done()
	return r.handle(ops.Digamma.Body(r.read(t)))
}

// Digamma_ replaces t by the derivative of the logarithm of the gamma function at each element. It is PyTorch's
// digamma.
func (t *Tensor) Digamma_() *Tensor {
	r := record("digamma")
	defer r.done()
	r.write(t, ops.Digamma.Body(r.read(t)))
	return t
}

// Dist is the norm of order p of the difference of self and other. It is PyTorch's dist.
func (t *Tensor) Dist(other *Tensor) *Tensor {
	r := record("dist")
	defer r.done()
	return r.handle(ops.Dist.Body(r.read(t), r.read(other), r.scalar(2)))
}

// DistWith is the norm of order p of the difference of self and other. It is PyTorch's dist.
func (t *Tensor) DistWith(other *Tensor, opts ...Option) *Tensor {
	r := record("dist")
	defer r.done()
	o := r.options(opts, "p")
	return r.handle(ops.Dist.Body(r.read(t), r.read(other), r.scalarOption(o, "p", r.scalar(2))))
}

// DivScalar is the quotient of self and a number; integers give floats. It is PyTorch's div.Scalar.
func (t *Tensor) DivScalar(other any) *Tensor {
	r := record("div")
	defer r.done()
	return r.handle(ops.DivScalar.Body(r.read(t), r.scalar(other)))
}

// DivScalar_ replaces t by the quotient of self and a number; integers give floats. It is PyTorch's div.Scalar.
func (t *Tensor) DivScalar_(other any) *Tensor {
	r := record("div")
	defer r.done()
	r.write(t, ops.DivScalar.Body(r.read(t), r.scalar(other)))
	return t
}

// DivScalarMode is the quotient of self and a number, rounded as rounding_mode says: "trunc", "floor" or not at all.
// It is PyTorch's div.Scalar_mode.
func (t *Tensor) DivScalarMode(other any, roundingMode string) *Tensor {
	r := record("div")
	defer r.done()
	return r.handle(ops.DivScalarMode.Body(r.read(t), r.scalar(other), roundingMode))
}

// DivScalarMode_ replaces t by the quotient of self and a number, rounded as rounding_mode says: "trunc", "floor" or
// not at all. It is PyTorch's div.Scalar_mode.
func (t *Tensor) DivScalarMode_(other any, roundingMode string) *Tensor {
	r := record("div")
	defer r.done()
	r.write(t, ops.DivScalarMode.Body(r.read(t), r.scalar(other), roundingMode))
	return t
}

// Div is the quotient of self and other; integers give floats. It is PyTorch's div.Tensor.
func (t *Tensor) Div(other *Tensor) *Tensor {
	r := record("div")
	defer r.done()
	return r.handle(ops.Div.Body(r.read(t), r.read(other)))
}

// Div_ replaces t by the quotient of self and other; integers give floats. It is PyTorch's div.Tensor.
func (t *Tensor) Div_(other *Tensor) *Tensor {
	r := record("div")
	defer r.done()
	r.write(t, ops.Div.Body(r.read(t), r.read(other)))
	return t
}

// DivMode is the quotient of self and other, rounded as rounding_mode says: "trunc", "floor" or not at all. It is
// PyTorch's div.Tensor_mode.
func (t *Tensor) DivMode(other *Tensor, roundingMode string) *Tensor {
	r := record("div")
	defer r.done()
	return r.handle(ops.DivMode.Body(r.read(t), r.read(other), roundingMode))
}

// DivMode_ replaces t by the quotient of self and other, rounded as rounding_mode says: "trunc", "floor" or not at
// all. It is PyTorch's div.Tensor_mode.
func (t *Tensor) DivMode_(other *Tensor, roundingMode string) *Tensor {
	r := record("div")
	defer r.done()
	r.write(t, ops.DivMode.Body(r.read(t), r.read(other), roundingMode))
	return t
}

// Dot is the inner product of two vectors. It is PyTorch's dot.
func (t *Tensor) Dot(tensor *Tensor) *Tensor {
	r := record("dot")
	defer r.done()
	return r.handle(ops.Dot.Body(r.read(t), r.read(tensor)))
}

// Dropout is elements zeroed with probability p, the others scaled so that the mean stays. It is PyTorch's dropout.
func (t *Tensor) Dropout(g *Generator, p float64, train bool) *Tensor {
	r := record("dropout")
	defer r.done()
	v0, generatorNext := ops.Dropout.Body(r.read(t), p, train, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// DSplitAt is the pieces of the third dimension between the given places. It is PyTorch's dsplit.array.
func (t *Tensor) DSplitAt(indices ...int) []*Tensor {
	r := record("dsplit")
	defer r.done()
	indicesAt := indices
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.DSplitAt.Body(x, indicesAt) })
}

// DSplit is so many equal pieces along the third dimension. It is PyTorch's dsplit.int.
func (t *Tensor) DSplit(sections int) []*Tensor {
	r := record("dsplit")
	defer r.done()
	sectionsAt := sections
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.DSplit.Body(x, sectionsAt) })
}

// ELU is each element, alpha times its exponential less 1 where it is negative. It is PyTorch's elu.
func (t *Tensor) ELU() *Tensor {
	r := record("elu")
	defer r.done()
	return r.handle(ops.ELU.Body(r.read(t), r.scalar(1), r.scalar(1), r.scalar(1)))
}

// ELUWith is each element, alpha times its exponential less 1 where it is negative. It is PyTorch's elu.
func (t *Tensor) ELUWith(opts ...Option) *Tensor {
	r := record("elu")
	defer r.done()
	o := r.options(opts, "alpha", "scale", "input_scale")
	return r.handle(ops.ELU.Body(r.read(t), r.scalarOption(o, "alpha", r.scalar(1)), r.scalarOption(o, "scale", r.scalar(1)), r.scalarOption(o, "input_scale", r.scalar(1))))
}

// ELU_ replaces t by each element, alpha times its exponential less 1 where it is negative. It is PyTorch's elu.
func (t *Tensor) ELU_() *Tensor {
	r := record("elu")
	defer r.done()
	r.write(t, ops.ELU.Body(r.read(t), r.scalar(1), r.scalar(1), r.scalar(1)))
	return t
}

// ELUWith_ replaces t by each element, alpha times its exponential less 1 where it is negative. It is PyTorch's elu.
func (t *Tensor) ELUWith_(opts ...Option) *Tensor {
	r := record("elu")
	defer r.done()
	o := r.options(opts, "alpha", "scale", "input_scale")
	r.write(t, ops.ELU.Body(r.read(t), r.scalarOption(o, "alpha", r.scalar(1)), r.scalarOption(o, "scale", r.scalar(1)), r.scalarOption(o, "input_scale", r.scalar(1))))
	return t
}

// EmptyLike is an array with the sizes and dtype of self whose elements are not promised. It is PyTorch's empty_like.
func (t *Tensor) EmptyLike() *Tensor {
	r := record("empty_like")
	defer r.done()
	return r.handle(ops.EmptyLike.Body(r.read(t), graph.NoDType))
}

// EmptyLikeWith is an array with the sizes and dtype of self whose elements are not promised. It is PyTorch's
// empty_like.
func (t *Tensor) EmptyLikeWith(opts ...Option) *Tensor {
	r := record("empty_like")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.EmptyLike.Body(r.read(t), option[graph.DType](o, "dtype", graph.NoDType)))
}

// EqScalar is whether each element is equal to a number. It is PyTorch's eq.Scalar.
func (t *Tensor) EqScalar(other any) *Tensor {
	r := record("eq")
	defer r.done()
	return r.handle(ops.EqScalar.Body(r.read(t), r.scalar(other)))
}

// Eq is whether each element of self is equal to that of other. It is PyTorch's eq.Tensor.
func (t *Tensor) Eq(other *Tensor) *Tensor {
	r := record("eq")
	defer r.done()
	return r.handle(ops.Eq.Body(r.read(t), r.read(other)))
}

// Erf is the Gauss error function of each element. It is PyTorch's erf.
func (t *Tensor) Erf() *Tensor {
	r := record("erf")
	defer r.done()
	return r.handle(ops.Erf.Body(r.read(t)))
}

// Erf_ replaces t by the Gauss error function of each element. It is PyTorch's erf.
func (t *Tensor) Erf_() *Tensor {
	r := record("erf")
	defer r.done()
	r.write(t, ops.Erf.Body(r.read(t)))
	return t
}

// Erfc is one less the Gauss error function of each element. It is PyTorch's erfc.
func (t *Tensor) Erfc() *Tensor {
	r := record("erfc")
	defer r.done()
	return r.handle(ops.Erfc.Body(r.read(t)))
}

// Erfc_ replaces t by one less the Gauss error function of each element. It is PyTorch's erfc.
func (t *Tensor) Erfc_() *Tensor {
	r := record("erfc")
	defer r.done()
	r.write(t, ops.Erfc.Body(r.read(t)))
	return t
}

// Erfinv is what the Gauss error function makes each element of. It is PyTorch's erfinv.
func (t *Tensor) Erfinv() *Tensor {
	r := record("erfinv")
	defer r.done()
	return r.handle(ops.Erfinv.Body(r.read(t)))
}

// Erfinv_ replaces t by what the Gauss error function makes each element of. It is PyTorch's erfinv.
func (t *Tensor) Erfinv_() *Tensor {
	r := record("erfinv")
	defer r.done()
	r.write(t, ops.Erfinv.Body(r.read(t)))
	return t
}

// Exp is the exponential of each element. It is PyTorch's exp.
func (t *Tensor) Exp() *Tensor {
	r := record("exp")
	defer r.done()
	return r.handle(ops.Exp.Body(r.read(t)))
}

// Exp_ replaces t by the exponential of each element. It is PyTorch's exp.
func (t *Tensor) Exp_() *Tensor {
	r := record("exp")
	defer r.done()
	r.write(t, ops.Exp.Body(r.read(t)))
	return t
}

// Exp2 is two to the power of each element. It is PyTorch's exp2.
func (t *Tensor) Exp2() *Tensor {
	r := record("exp2")
	defer r.done()
	return r.handle(ops.Exp2.Body(r.read(t)))
}

// Exp2_ replaces t by two to the power of each element. It is PyTorch's exp2.
func (t *Tensor) Exp2_() *Tensor {
	r := record("exp2")
	defer r.done()
	r.write(t, ops.Exp2.Body(r.read(t)))
	return t
}

// Expand is the elements repeated along dimensions of size 1 and new ones in front. It is PyTorch's expand.
func (t *Tensor) Expand(size ...any) *Tensor {
	r := record("expand")
	defer r.done()
	sizeAt := r.sizes(size)
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Expand.Body(x, sizeAt) })
}

// Expm1 is the exponential of each element, less 1. It is PyTorch's expm1.
func (t *Tensor) Expm1() *Tensor {
	r := record("expm1")
	defer r.done()
	return r.handle(ops.Expm1.Body(r.read(t)))
}

// Expm1_ replaces t by the exponential of each element, less 1. It is PyTorch's expm1.
func (t *Tensor) Expm1_() *Tensor {
	r := record("expm1")
	defer r.done()
	r.write(t, ops.Expm1.Body(r.read(t)))
	return t
}

// Exponential is numbers drawn from the exponential distribution with rate lambd, with the sizes and dtype of self.
// It is PyTorch's exponential.
func (t *Tensor) Exponential(g *Generator, lambd float64) *Tensor {
	r := record("exponential")
	defer r.done()
	v0, generatorNext := ops.Exponential.Body(r.read(t), lambd, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// Exponential_ replaces t by numbers drawn from the exponential distribution with rate lambd, with the sizes and
// dtype of self. It is PyTorch's exponential.
func (t *Tensor) Exponential_(g *Generator, lambd float64) *Tensor {
	r := record("exponential")
	defer r.done()
	v0, generatorNext := ops.Exponential.Body(r.read(t), lambd, r.generator(g))
	r.advance(g, generatorNext)
	r.write(t, v0)
	return t
}

// FeatureAlphaDropout is whole channels set to what SELU falls towards with probability p, so that mean and variance
// stay. It is PyTorch's feature_alpha_dropout.
func (t *Tensor) FeatureAlphaDropout(g *Generator, p float64, train bool) *Tensor {
	r := record("feature_alpha_dropout")
	defer r.done()
	v0, generatorNext := ops.FeatureAlphaDropout.Body(r.read(t), p, train, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// FeatureDropout is whole channels zeroed with probability p, the others scaled so that the mean stays. It is
// PyTorch's feature_dropout.
func (t *Tensor) FeatureDropout(g *Generator, p float64, train bool) *Tensor {
	r := record("feature_dropout")
	defer r.done()
	v0, generatorNext := ops.FeatureDropout.Body(r.read(t), p, train, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// FFT is the discrete Fourier transform along a dimension. It is PyTorch's fft_fft.
func (t *Tensor) FFT() *Tensor {
	r := record("fft_fft")
	defer r.done()
	return r.handle(ops.FFT.Body(r.read(t), nil, -1, ""))
}

// FFTWith is the discrete Fourier transform along a dimension. It is PyTorch's fft_fft.
func (t *Tensor) FFTWith(opts ...Option) *Tensor {
	r := record("fft_fft")
	defer r.done()
	o := r.options(opts, "n", "dim", "norm")
	return r.handle(ops.FFT.Body(r.read(t), r.maybeSizeOption(o, "n", nil), intOption(o, "dim", -1), option[string](o, "norm", "")))
}

// FFT2 is the discrete Fourier transform along two dimensions. It is PyTorch's fft_fft2.
func (t *Tensor) FFT2() *Tensor {
	r := record("fft_fft2")
	defer r.done()
	return r.handle(ops.FFT2.Body(r.read(t), r.sizes(nil), []int{-2, -1}, ""))
}

// FFT2With is the discrete Fourier transform along two dimensions. It is PyTorch's fft_fft2.
func (t *Tensor) FFT2With(opts ...Option) *Tensor {
	r := record("fft_fft2")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	return r.handle(ops.FFT2.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", []int{-2, -1}), option[string](o, "norm", "")))
}

// FFTN is the discrete Fourier transform along some dimensions, or all. It is PyTorch's fft_fftn.
func (t *Tensor) FFTN() *Tensor {
	r := record("fft_fftn")
	defer r.done()
	return r.handle(ops.FFTN.Body(r.read(t), r.sizes(nil), nil, ""))
}

// FFTNWith is the discrete Fourier transform along some dimensions, or all. It is PyTorch's fft_fftn.
func (t *Tensor) FFTNWith(opts ...Option) *Tensor {
	r := record("fft_fftn")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	return r.handle(ops.FFTN.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", nil), option[string](o, "norm", "")))
}

// FFTShift is the elements with frequency 0 in the middle of some dimensions, or all. It is PyTorch's fft_fftshift.
func (t *Tensor) FFTShift(dims ...int) *Tensor {
	r := record("fft_fftshift")
	defer r.done()
	return r.handle(ops.FFTShift.Body(r.read(t), dims))
}

// FFTShiftWith is the elements with frequency 0 in the middle of some dimensions, or all. It is PyTorch's
// fft_fftshift.
func (t *Tensor) FFTShiftWith(opts ...Option) *Tensor {
	r := record("fft_fftshift")
	defer r.done()
	o := r.options(opts, "dim")
	return r.handle(ops.FFTShift.Body(r.read(t), option[[]int](o, "dim", nil)))
}

// HFFT is the real discrete Fourier transform of a Hermitian signal, given by half, along a dimension. It is
// PyTorch's fft_hfft.
func (t *Tensor) HFFT() *Tensor {
	r := record("fft_hfft")
	defer r.done()
	return r.handle(ops.HFFT.Body(r.read(t), nil, -1, ""))
}

// HFFTWith is the real discrete Fourier transform of a Hermitian signal, given by half, along a dimension. It is
// PyTorch's fft_hfft.
func (t *Tensor) HFFTWith(opts ...Option) *Tensor {
	r := record("fft_hfft")
	defer r.done()
	o := r.options(opts, "n", "dim", "norm")
	return r.handle(ops.HFFT.Body(r.read(t), r.maybeSizeOption(o, "n", nil), intOption(o, "dim", -1), option[string](o, "norm", "")))
}

// HFFT2 is the real discrete Fourier transform of a Hermitian signal, given by half, along two dimensions. It is
// PyTorch's fft_hfft2.
func (t *Tensor) HFFT2() *Tensor {
	r := record("fft_hfft2")
	defer r.done()
	return r.handle(ops.HFFT2.Body(r.read(t), r.sizes(nil), []int{-2, -1}, ""))
}

// HFFT2With is the real discrete Fourier transform of a Hermitian signal, given by half, along two dimensions. It is
// PyTorch's fft_hfft2.
func (t *Tensor) HFFT2With(opts ...Option) *Tensor {
	r := record("fft_hfft2")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	return r.handle(ops.HFFT2.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", []int{-2, -1}), option[string](o, "norm", "")))
}

// HFFTN is the real discrete Fourier transform of a Hermitian signal, given by half, along some dimensions, or all.
// It is PyTorch's fft_hfftn.
func (t *Tensor) HFFTN() *Tensor {
	r := record("fft_hfftn")
	defer r.done()
	return r.handle(ops.HFFTN.Body(r.read(t), r.sizes(nil), nil, ""))
}

// HFFTNWith is the real discrete Fourier transform of a Hermitian signal, given by half, along some dimensions, or
// all. It is PyTorch's fft_hfftn.
func (t *Tensor) HFFTNWith(opts ...Option) *Tensor {
	r := record("fft_hfftn")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	return r.handle(ops.HFFTN.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", nil), option[string](o, "norm", "")))
}

// IFFT is the inverse discrete Fourier transform along a dimension. It is PyTorch's fft_ifft.
func (t *Tensor) IFFT() *Tensor {
	r := record("fft_ifft")
	defer r.done()
	return r.handle(ops.IFFT.Body(r.read(t), nil, -1, ""))
}

// IFFTWith is the inverse discrete Fourier transform along a dimension. It is PyTorch's fft_ifft.
func (t *Tensor) IFFTWith(opts ...Option) *Tensor {
	r := record("fft_ifft")
	defer r.done()
	o := r.options(opts, "n", "dim", "norm")
	return r.handle(ops.IFFT.Body(r.read(t), r.maybeSizeOption(o, "n", nil), intOption(o, "dim", -1), option[string](o, "norm", "")))
}

// IFFT2 is the inverse discrete Fourier transform along two dimensions. It is PyTorch's fft_ifft2.
func (t *Tensor) IFFT2() *Tensor {
	r := record("fft_ifft2")
	defer r.done()
	return r.handle(ops.IFFT2.Body(r.read(t), r.sizes(nil), []int{-2, -1}, ""))
}

// IFFT2With is the inverse discrete Fourier transform along two dimensions. It is PyTorch's fft_ifft2.
func (t *Tensor) IFFT2With(opts ...Option) *Tensor {
	r := record("fft_ifft2")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	return r.handle(ops.IFFT2.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", []int{-2, -1}), option[string](o, "norm", "")))
}

// IFFTN is the inverse discrete Fourier transform along some dimensions, or all. It is PyTorch's fft_ifftn.
func (t *Tensor) IFFTN() *Tensor {
	r := record("fft_ifftn")
	defer r.done()
	return r.handle(ops.IFFTN.Body(r.read(t), r.sizes(nil), nil, ""))
}

// IFFTNWith is the inverse discrete Fourier transform along some dimensions, or all. It is PyTorch's fft_ifftn.
func (t *Tensor) IFFTNWith(opts ...Option) *Tensor {
	r := record("fft_ifftn")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	return r.handle(ops.IFFTN.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", nil), option[string](o, "norm", "")))
}

// IFFTShift is the elements with frequency 0 back at the beginning of some dimensions, or all. It is PyTorch's
// fft_ifftshift.
func (t *Tensor) IFFTShift(dims ...int) *Tensor {
	r := record("fft_ifftshift")
	defer r.done()
	return r.handle(ops.IFFTShift.Body(r.read(t), dims))
}

// IFFTShiftWith is the elements with frequency 0 back at the beginning of some dimensions, or all. It is PyTorch's
// fft_ifftshift.
func (t *Tensor) IFFTShiftWith(opts ...Option) *Tensor {
	r := record("fft_ifftshift")
	defer r.done()
	o := r.options(opts, "dim")
	return r.handle(ops.IFFTShift.Body(r.read(t), option[[]int](o, "dim", nil)))
}

// IHFFT is the first half of the Hermitian signal whose transform is given along a dimension. It is PyTorch's
// fft_ihfft.
func (t *Tensor) IHFFT() *Tensor {
	r := record("fft_ihfft")
	defer r.done()
	return r.handle(ops.IHFFT.Body(r.read(t), nil, -1, ""))
}

// IHFFTWith is the first half of the Hermitian signal whose transform is given along a dimension. It is PyTorch's
// fft_ihfft.
func (t *Tensor) IHFFTWith(opts ...Option) *Tensor {
	r := record("fft_ihfft")
	defer r.done()
	o := r.options(opts, "n", "dim", "norm")
	return r.handle(ops.IHFFT.Body(r.read(t), r.maybeSizeOption(o, "n", nil), intOption(o, "dim", -1), option[string](o, "norm", "")))
}

// IHFFT2 is the first half of the Hermitian signal whose transform is given along two dimensions. It is PyTorch's
// fft_ihfft2.
func (t *Tensor) IHFFT2() *Tensor {
	r := record("fft_ihfft2")
	defer r.done()
	return r.handle(ops.IHFFT2.Body(r.read(t), r.sizes(nil), []int{-2, -1}, ""))
}

// IHFFT2With is the first half of the Hermitian signal whose transform is given along two dimensions. It is PyTorch's
// fft_ihfft2.
func (t *Tensor) IHFFT2With(opts ...Option) *Tensor {
	r := record("fft_ihfft2")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	return r.handle(ops.IHFFT2.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", []int{-2, -1}), option[string](o, "norm", "")))
}

// IHFFTN is the first half of the Hermitian signal whose transform is given along some dimensions, or all. It is
// PyTorch's fft_ihfftn.
func (t *Tensor) IHFFTN() *Tensor {
	r := record("fft_ihfftn")
	defer r.done()
	return r.handle(ops.IHFFTN.Body(r.read(t), r.sizes(nil), nil, ""))
}

// IHFFTNWith is the first half of the Hermitian signal whose transform is given along some dimensions, or all. It is
// PyTorch's fft_ihfftn.
func (t *Tensor) IHFFTNWith(opts ...Option) *Tensor {
	r := record("fft_ihfftn")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	return r.handle(ops.IHFFTN.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", nil), option[string](o, "norm", "")))
}

// IRFFT is the real numbers whose half transform is given along a dimension. It is PyTorch's fft_irfft.
func (t *Tensor) IRFFT() *Tensor {
	r := record("fft_irfft")
	defer r.done()
	return r.handle(ops.IRFFT.Body(r.read(t), nil, -1, ""))
}

// IRFFTWith is the real numbers whose half transform is given along a dimension. It is PyTorch's fft_irfft.
func (t *Tensor) IRFFTWith(opts ...Option) *Tensor {
	r := record("fft_irfft")
	defer r.done()
	o := r.options(opts, "n", "dim", "norm")
	return r.handle(ops.IRFFT.Body(r.read(t), r.maybeSizeOption(o, "n", nil), intOption(o, "dim", -1), option[string](o, "norm", "")))
}

// IRFFT2 is the real numbers whose half transform is given along two dimensions. It is PyTorch's fft_irfft2.
func (t *Tensor) IRFFT2() *Tensor {
	r := record("fft_irfft2")
	defer r.done()
	return r.handle(ops.IRFFT2.Body(r.read(t), r.sizes(nil), []int{-2, -1}, ""))
}

// IRFFT2With is the real numbers whose half transform is given along two dimensions. It is PyTorch's fft_irfft2.
func (t *Tensor) IRFFT2With(opts ...Option) *Tensor {
	r := record("fft_irfft2")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	return r.handle(ops.IRFFT2.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", []int{-2, -1}), option[string](o, "norm", "")))
}

// IRFFTN is the real numbers whose half transform is given along some dimensions, or all. It is PyTorch's fft_irfftn.
func (t *Tensor) IRFFTN() *Tensor {
	r := record("fft_irfftn")
	defer r.done()
	return r.handle(ops.IRFFTN.Body(r.read(t), r.sizes(nil), nil, ""))
}

// IRFFTNWith is the real numbers whose half transform is given along some dimensions, or all. It is PyTorch's
// fft_irfftn.
func (t *Tensor) IRFFTNWith(opts ...Option) *Tensor {
	r := record("fft_irfftn")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	return r.handle(ops.IRFFTN.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", nil), option[string](o, "norm", "")))
}

// RFFT is the first half of the discrete Fourier transform of real numbers along a dimension. It is PyTorch's
// fft_rfft.
func (t *Tensor) RFFT() *Tensor {
	r := record("fft_rfft")
	defer r.done()
	return r.handle(ops.RFFT.Body(r.read(t), nil, -1, ""))
}

// RFFTWith is the first half of the discrete Fourier transform of real numbers along a dimension. It is PyTorch's
// fft_rfft.
func (t *Tensor) RFFTWith(opts ...Option) *Tensor {
	r := record("fft_rfft")
	defer r.done()
	o := r.options(opts, "n", "dim", "norm")
	return r.handle(ops.RFFT.Body(r.read(t), r.maybeSizeOption(o, "n", nil), intOption(o, "dim", -1), option[string](o, "norm", "")))
}

// RFFT2 is the first half of the discrete Fourier transform of real numbers along two dimensions. It is PyTorch's
// fft_rfft2.
func (t *Tensor) RFFT2() *Tensor {
	r := record("fft_rfft2")
	defer r.done()
	return r.handle(ops.RFFT2.Body(r.read(t), r.sizes(nil), []int{-2, -1}, ""))
}

// RFFT2With is the first half of the discrete Fourier transform of real numbers along two dimensions. It is PyTorch's
// fft_rfft2.
func (t *Tensor) RFFT2With(opts ...Option) *Tensor {
	r := record("fft_rfft2")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	return r.handle(ops.RFFT2.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", []int{-2, -1}), option[string](o, "norm", "")))
}

// RFFTN is the first half of the discrete Fourier transform of real numbers along some dimensions, or all. It is
// PyTorch's fft_rfftn.
func (t *Tensor) RFFTN() *Tensor {
	r := record("fft_rfftn")
	defer r.done()
	return r.handle(ops.RFFTN.Body(r.read(t), r.sizes(nil), nil, ""))
}

// RFFTNWith is the first half of the discrete Fourier transform of real numbers along some dimensions, or all. It is
// PyTorch's fft_rfftn.
func (t *Tensor) RFFTNWith(opts ...Option) *Tensor {
	r := record("fft_rfftn")
	defer r.done()
	o := r.options(opts, "s", "dim", "norm")
	return r.handle(ops.RFFTN.Body(r.read(t), r.sizesOption(o, "s", r.sizes(nil)), option[[]int](o, "dim", nil), option[string](o, "norm", "")))
}

// FillScalar is one number in the place of every element. It is PyTorch's fill.Scalar.
func (t *Tensor) FillScalar(value any) *Tensor {
	r := record("fill")
	defer r.done()
	return r.handle(ops.FillScalar.Body(r.read(t), r.scalar(value)))
}

// FillScalar_ replaces t by one number in the place of every element. It is PyTorch's fill.Scalar.
func (t *Tensor) FillScalar_(value any) *Tensor {
	r := record("fill")
	defer r.done()
	r.write(t, ops.FillScalar.Body(r.read(t), r.scalar(value)))
	return t
}

// Fill is the value of a tensor without axes in the place of every element. It is PyTorch's fill.Tensor.
func (t *Tensor) Fill(value *Tensor) *Tensor {
	r := record("fill")
	defer r.done()
	return r.handle(ops.Fill.Body(r.read(t), r.read(value)))
}

// Fill_ replaces t by the value of a tensor without axes in the place of every element. It is PyTorch's fill.Tensor.
func (t *Tensor) Fill_(value *Tensor) *Tensor {
	r := record("fill")
	defer r.done()
	r.write(t, ops.Fill.Body(r.read(t), r.read(value)))
	return t
}

// Flatten is the same elements with the dimensions from start_dim to end_dim made one. It is PyTorch's
// flatten.using_ints.
func (t *Tensor) Flatten(dims ...int) *Tensor {
	r := record("flatten")
	defer r.done()
	r.atMost(dims, 2)
	startDimAt := dimAt(dims, 0, 0)
	endDimAt := dimAt(dims, 1, -1)
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Flatten.Body(x, startDimAt, endDimAt) })
}

// FlattenWith is the same elements with the dimensions from start_dim to end_dim made one. It is PyTorch's
// flatten.using_ints.
func (t *Tensor) FlattenWith(opts ...Option) *Tensor {
	r := record("flatten")
	defer r.done()
	o := r.options(opts, "start_dim", "end_dim")
	startDimAt := intOption(o, "start_dim", 0)
	endDimAt := intOption(o, "end_dim", -1)
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Flatten.Body(x, startDimAt, endDimAt) })
}

// Flip is the elements with some dimensions turned round. It is PyTorch's flip.
func (t *Tensor) Flip(dims ...int) *Tensor {
	r := record("flip")
	defer r.done()
	return r.handle(ops.Flip.Body(r.read(t), dims))
}

// Fliplr is the elements with the second dimension turned round. It is PyTorch's fliplr.
func (t *Tensor) Fliplr() *Tensor {
	r := record("fliplr")
	defer r.done()
	return r.handle(ops.Fliplr.Body(r.read(t)))
}

// Flipud is the elements with the first dimension turned round. It is PyTorch's flipud.
func (t *Tensor) Flipud() *Tensor {
	r := record("flipud")
	defer r.done()
	return r.handle(ops.Flipud.Body(r.read(t)))
}

// FloatPowerScalar is self to the power of a number, in float64. It is PyTorch's float_power.Tensor_Scalar.
func (t *Tensor) FloatPowerScalar(exponent any) *Tensor {
	r := record("float_power")
	defer r.done()
	return r.handle(ops.FloatPowerScalar.Body(r.read(t), r.scalar(exponent)))
}

// FloatPower is self to the power of exponent, in float64. It is PyTorch's float_power.Tensor_Tensor.
func (t *Tensor) FloatPower(exponent *Tensor) *Tensor {
	r := record("float_power")
	defer r.done()
	return r.handle(ops.FloatPower.Body(r.read(t), r.read(exponent)))
}

// Floor is the largest integer not above each element. It is PyTorch's floor.
func (t *Tensor) Floor() *Tensor {
	r := record("floor")
	defer r.done()
	return r.handle(ops.Floor.Body(r.read(t)))
}

// Floor_ replaces t by the largest integer not above each element. It is PyTorch's floor.
func (t *Tensor) Floor_() *Tensor {
	r := record("floor")
	defer r.done()
	r.write(t, ops.Floor.Body(r.read(t)))
	return t
}

// FloorDivide is the floor of the quotient of self and other. It is PyTorch's floor_divide.
func (t *Tensor) FloorDivide(other *Tensor) *Tensor {
	r := record("floor_divide")
	defer r.done()
	return r.handle(ops.FloorDivide.Body(r.read(t), r.read(other)))
}

// FloorDivide_ replaces t by the floor of the quotient of self and other. It is PyTorch's floor_divide.
func (t *Tensor) FloorDivide_(other *Tensor) *Tensor {
	r := record("floor_divide")
	defer r.done()
	r.write(t, ops.FloorDivide.Body(r.read(t), r.read(other)))
	return t
}

// FloorDivideScalar is the floor of the quotient of self and a number. It is PyTorch's floor_divide.Scalar.
func (t *Tensor) FloorDivideScalar(other any) *Tensor {
	r := record("floor_divide")
	defer r.done()
	return r.handle(ops.FloorDivideScalar.Body(r.read(t), r.scalar(other)))
}

// FloorDivideScalar_ replaces t by the floor of the quotient of self and a number. It is PyTorch's
// floor_divide.Scalar.
func (t *Tensor) FloorDivideScalar_(other any) *Tensor {
	r := record("floor_divide")
	defer r.done()
	r.write(t, ops.FloorDivideScalar.Body(r.read(t), r.scalar(other)))
	return t
}

// Fmax is the larger of each two elements; NaN only if both are. It is PyTorch's fmax.
func (t *Tensor) Fmax(other *Tensor) *Tensor {
	r := record("fmax")
	defer r.done()
	return r.handle(ops.Fmax.Body(r.read(t), r.read(other)))
}

// Fmin is the smaller of each two elements; NaN only if both are. It is PyTorch's fmin.
func (t *Tensor) Fmin(other *Tensor) *Tensor {
	r := record("fmin")
	defer r.done()
	return r.handle(ops.Fmin.Body(r.read(t), r.read(other)))
}

// FmodScalar is what division by a number leaves, with the sign of self. It is PyTorch's fmod.Scalar.
func (t *Tensor) FmodScalar(other any) *Tensor {
	r := record("fmod")
	defer r.done()
	return r.handle(ops.FmodScalar.Body(r.read(t), r.scalar(other)))
}

// FmodScalar_ replaces t by what division by a number leaves, with the sign of self. It is PyTorch's fmod.Scalar.
func (t *Tensor) FmodScalar_(other any) *Tensor {
	r := record("fmod")
	defer r.done()
	r.write(t, ops.FmodScalar.Body(r.read(t), r.scalar(other)))
	return t
}

// Fmod is what division leaves, with the sign of self. It is PyTorch's fmod.Tensor.
func (t *Tensor) Fmod(other *Tensor) *Tensor {
	r := record("fmod")
	defer r.done()
	return r.handle(ops.Fmod.Body(r.read(t), r.read(other)))
}

// Fmod_ replaces t by what division leaves, with the sign of self. It is PyTorch's fmod.Tensor.
func (t *Tensor) Fmod_(other *Tensor) *Tensor {
	r := record("fmod")
	defer r.done()
	r.write(t, ops.Fmod.Body(r.read(t), r.read(other)))
	return t
}

// Frac is what is behind the point of each element, with its sign. It is PyTorch's frac.
func (t *Tensor) Frac() *Tensor {
	r := record("frac")
	defer r.done()
	return r.handle(ops.Frac.Body(r.read(t)))
}

// Frac_ replaces t by what is behind the point of each element, with its sign. It is PyTorch's frac.
func (t *Tensor) Frac_() *Tensor {
	r := record("frac")
	defer r.done()
	r.write(t, ops.Frac.Body(r.read(t)))
	return t
}

// FractionalMaxPool2d is the largest elements under windows whose distances are drawn, over two dimensions, and their
// places. It is PyTorch's fractional_max_pool2d.
func (t *Tensor) FractionalMaxPool2d(kernelSize []int, outputSize []int, randomSamples *Tensor) (*Tensor, *Tensor) {
	r := record("fractional_max_pool2d")
	defer r.done()
	v0, v1 := ops.FractionalMaxPool2d.Body(r.read(t), kernelSize, outputSize, r.read(randomSamples))
	return r.handle(v0), r.handle(v1)
}

// FractionalMaxPool3d is the largest elements under windows whose distances are drawn, over three dimensions, and
// their places. It is PyTorch's fractional_max_pool3d.
func (t *Tensor) FractionalMaxPool3d(kernelSize []int, outputSize []int, randomSamples *Tensor) (*Tensor, *Tensor) {
	r := record("fractional_max_pool3d")
	defer r.done()
	v0, v1 := ops.FractionalMaxPool3d.Body(r.read(t), kernelSize, outputSize, r.read(randomSamples))
	return r.handle(v0), r.handle(v1)
}

// Frexp is numbers of absolute values from ½ to below 1, and the powers of two that make the elements of them. It is
// PyTorch's frexp.Tensor.
func (t *Tensor) Frexp() (*Tensor, *Tensor) {
	r := record("frexp")
	defer r.done()
	v0, v1 := ops.Frexp.Body(r.read(t))
	return r.handle(v0), r.handle(v1)
}

// FullLike is an array of one number with the sizes and dtype of self. It is PyTorch's full_like.
func (t *Tensor) FullLike(fillValue any) *Tensor {
	r := record("full_like")
	defer r.done()
	return r.handle(ops.FullLike.Body(r.read(t), r.scalar(fillValue), graph.NoDType))
}

// FullLikeWith is an array of one number with the sizes and dtype of self. It is PyTorch's full_like.
func (t *Tensor) FullLikeWith(fillValue any, opts ...Option) *Tensor {
	r := record("full_like")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.FullLike.Body(r.read(t), r.scalar(fillValue), option[graph.DType](o, "dtype", graph.NoDType)))
}

// Gather is the elements along a dimension at the places that index says, one by one. It is PyTorch's gather.
func (t *Tensor) Gather(dim int, index *Tensor) *Tensor {
	r := record("gather")
	defer r.done()
	return r.handle(ops.Gather.Body(r.read(t), dim, r.read(index)))
}

// Gcd is the greatest common divisor of integers, at least 0. It is PyTorch's gcd.
func (t *Tensor) Gcd(other *Tensor) *Tensor {
	r := record("gcd")
	defer r.done()
	return r.handle(ops.Gcd.Body(r.read(t), r.read(other)))
}

// Gcd_ replaces t by the greatest common divisor of integers, at least 0. It is PyTorch's gcd.
func (t *Tensor) Gcd_(other *Tensor) *Tensor {
	r := record("gcd")
	defer r.done()
	r.write(t, ops.Gcd.Body(r.read(t), r.read(other)))
	return t
}

// GeScalar is whether each element is at least a number. It is PyTorch's ge.Scalar.
func (t *Tensor) GeScalar(other any) *Tensor {
	r := record("ge")
	defer r.done()
	return r.handle(ops.GeScalar.Body(r.read(t), r.scalar(other)))
}

// Ge is whether each element of self is at least that of other. It is PyTorch's ge.Tensor.
func (t *Tensor) Ge(other *Tensor) *Tensor {
	r := record("ge")
	defer r.done()
	return r.handle(ops.Ge.Body(r.read(t), r.read(other)))
}

// GELU is each element times the normal distribution function of it, or its approximation by tanh. It is PyTorch's
// gelu.
func (t *Tensor) GELU() *Tensor {
	r := record("gelu")
	defer r.done()
	return r.handle(ops.GELU.Body(r.read(t), "none"))
}

// GELUWith is each element times the normal distribution function of it, or its approximation by tanh. It is
// PyTorch's gelu.
func (t *Tensor) GELUWith(opts ...Option) *Tensor {
	r := record("gelu")
	defer r.done()
	o := r.options(opts, "approximate")
	return r.handle(ops.GELU.Body(r.read(t), option[string](o, "approximate", "none")))
}

// GELU_ replaces t by each element times the normal distribution function of it, or its approximation by tanh. It is
// PyTorch's gelu.
func (t *Tensor) GELU_() *Tensor {
	r := record("gelu")
	defer r.done()
	r.write(t, ops.GELU.Body(r.read(t), "none"))
	return t
}

// GELUWith_ replaces t by each element times the normal distribution function of it, or its approximation by tanh. It
// is PyTorch's gelu.
func (t *Tensor) GELUWith_(opts ...Option) *Tensor {
	r := record("gelu")
	defer r.done()
	o := r.options(opts, "approximate")
	r.write(t, ops.GELU.Body(r.read(t), option[string](o, "approximate", "none")))
	return t
}

// Geometric is how many trials of probability p there are up to the first success, with the sizes and dtype of self.
// It is PyTorch's geometric.
func (t *Tensor) Geometric(g *Generator, p float64) *Tensor {
	r := record("geometric")
	defer r.done()
	v0, generatorNext := ops.Geometric.Body(r.read(t), p, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// Geometric_ replaces t by how many trials of probability p there are up to the first success, with the sizes and
// dtype of self. It is PyTorch's geometric.
func (t *Tensor) Geometric_(g *Generator, p float64) *Tensor {
	r := record("geometric")
	defer r.done()
	v0, generatorNext := ops.Geometric.Body(r.read(t), p, r.generator(g))
	r.advance(g, generatorNext)
	r.write(t, v0)
	return t
}

// Geqrf is the QR factors of matrices, Q as reflectors below the diagonal and their factors tau. It is PyTorch's
// geqrf.
func (t *Tensor) Geqrf() (*Tensor, *Tensor) {
	r := record("geqrf")
	defer r.done()
	v0, v1 := ops.Geqrf.Body(r.read(t))
	return r.handle(v0), r.handle(v1)
}

// GLU is the first half along a dimension times the sigmoid of the second. It is PyTorch's glu.
func (t *Tensor) GLU(dims ...int) *Tensor {
	r := record("glu")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.GLU.Body(r.read(t), dimAt(dims, 0, -1)))
}

// GLUWith is the first half along a dimension times the sigmoid of the second. It is PyTorch's glu.
func (t *Tensor) GLUWith(opts ...Option) *Tensor {
	r := record("glu")
	defer r.done()
	o := r.options(opts, "dim")
	return r.handle(ops.GLU.Body(r.read(t), intOption(o, "dim", -1)))
}

// GroupNorm is groups of channels of each sample brought to mean 0 and variance 1, times weight, plus bias. It is
// PyTorch's group_norm.
func (t *Tensor) GroupNorm(numGroups int, weight *Tensor, bias *Tensor) *Tensor {
	r := record("group_norm")
	defer r.done()
	return r.handle(ops.GroupNorm.Body(r.read(t), numGroups, r.readOpt(weight), r.readOpt(bias), 1e-05))
}

// GroupNormWith is groups of channels of each sample brought to mean 0 and variance 1, times weight, plus bias. It is
// PyTorch's group_norm.
func (t *Tensor) GroupNormWith(numGroups int, weight *Tensor, bias *Tensor, opts ...Option) *Tensor {
	r := record("group_norm")
	defer r.done()
	o := r.options(opts, "eps")
	return r.handle(ops.GroupNorm.Body(r.read(t), numGroups, r.readOpt(weight), r.readOpt(bias), floatOption(o, "eps", 1e-05)))
}

// GRU is the states of a network of gated recurrent units over sequences, and the last ones. It is PyTorch's
// gru.input.
func (t *Tensor) GRU(g *Generator, hx *Tensor, params []*Tensor, hasBiases bool, numLayers int, dropout float64, train bool, bidirectional bool, batchFirst bool) (*Tensor, *Tensor) {
	r := record("gru")
	defer r.done()
	v0, v1, generatorNext := ops.GRU.Body(r.read(t), r.read(hx), r.readAll(params), hasBiases, numLayers, dropout, train, bidirectional, batchFirst, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0), r.handle(v1)
}

// GRUCell is one step of a network of gated recurrent units. It is PyTorch's gru_cell.
func (t *Tensor) GRUCell(hx *Tensor, wIh *Tensor, wHh *Tensor, bIh *Tensor, bHh *Tensor) *Tensor {
	r := record("gru_cell")
	defer r.done()
	return r.handle(ops.GRUCell.Body(r.read(t), r.read(hx), r.read(wIh), r.read(wHh), r.readOpt(bIh), r.readOpt(bHh)))
}

// GtScalar is whether each element is greater than a number. It is PyTorch's gt.Scalar.
func (t *Tensor) GtScalar(other any) *Tensor {
	r := record("gt")
	defer r.done()
	return r.handle(ops.GtScalar.Body(r.read(t), r.scalar(other)))
}

// Gt is whether each element of self is greater than that of other. It is PyTorch's gt.Tensor.
func (t *Tensor) Gt(other *Tensor) *Tensor {
	r := record("gt")
	defer r.done()
	return r.handle(ops.Gt.Body(r.read(t), r.read(other)))
}

// Hardshrink is each element, or 0 where it lies between −lambd and lambd. It is PyTorch's hardshrink.
func (t *Tensor) Hardshrink() *Tensor {
	r := record("hardshrink")
	defer r.done()
	return r.handle(ops.Hardshrink.Body(r.read(t), r.scalar(0.5)))
}

// HardshrinkWith is each element, or 0 where it lies between −lambd and lambd. It is PyTorch's hardshrink.
func (t *Tensor) HardshrinkWith(opts ...Option) *Tensor {
	r := record("hardshrink")
	defer r.done()
	o := r.options(opts, "lambd")
	return r.handle(ops.Hardshrink.Body(r.read(t), r.scalarOption(o, "lambd", r.scalar(0.5))))
}

// Hardsigmoid is each element plus 3, held between 0 and 6, over 6. It is PyTorch's hardsigmoid.
func (t *Tensor) Hardsigmoid() *Tensor {
	r := record("hardsigmoid")
	defer r.done()
	return r.handle(ops.Hardsigmoid.Body(r.read(t)))
}

// Hardsigmoid_ replaces t by each element plus 3, held between 0 and 6, over 6. It is PyTorch's hardsigmoid.
func (t *Tensor) Hardsigmoid_() *Tensor {
	r := record("hardsigmoid")
	defer r.done()
	r.write(t, ops.Hardsigmoid.Body(r.read(t)))
	return t
}

// Hardswish is each element times its hardsigmoid. It is PyTorch's hardswish.
func (t *Tensor) Hardswish() *Tensor {
	r := record("hardswish")
	defer r.done()
	return r.handle(ops.Hardswish.Body(r.read(t)))
}

// Hardswish_ replaces t by each element times its hardsigmoid. It is PyTorch's hardswish.
func (t *Tensor) Hardswish_() *Tensor {
	r := record("hardswish")
	defer r.done()
	r.write(t, ops.Hardswish.Body(r.read(t)))
	return t
}

// Hardtanh is each element, held between min_val and max_val. It is PyTorch's hardtanh.
func (t *Tensor) Hardtanh() *Tensor {
	r := record("hardtanh")
	defer r.done()
	return r.handle(ops.Hardtanh.Body(r.read(t), r.scalar(-1), r.scalar(1)))
}

// HardtanhWith is each element, held between min_val and max_val. It is PyTorch's hardtanh.
func (t *Tensor) HardtanhWith(opts ...Option) *Tensor {
	r := record("hardtanh")
	defer r.done()
	o := r.options(opts, "min_val", "max_val")
	return r.handle(ops.Hardtanh.Body(r.read(t), r.scalarOption(o, "min_val", r.scalar(-1)), r.scalarOption(o, "max_val", r.scalar(1))))
}

// Hardtanh_ replaces t by each element, held between min_val and max_val. It is PyTorch's hardtanh.
func (t *Tensor) Hardtanh_() *Tensor {
	r := record("hardtanh")
	defer r.done()
	r.write(t, ops.Hardtanh.Body(r.read(t), r.scalar(-1), r.scalar(1)))
	return t
}

// HardtanhWith_ replaces t by each element, held between min_val and max_val. It is PyTorch's hardtanh.
func (t *Tensor) HardtanhWith_(opts ...Option) *Tensor {
	r := record("hardtanh")
	defer r.done()
	o := r.options(opts, "min_val", "max_val")
	r.write(t, ops.Hardtanh.Body(r.read(t), r.scalarOption(o, "min_val", r.scalar(-1)), r.scalarOption(o, "max_val", r.scalar(1))))
	return t
}

// HashTensor is the bits of the elements as float64 or int64 joined by exclusive or over some dimensions, or all. It
// is PyTorch's hash_tensor.
func (t *Tensor) HashTensor(dims ...int) *Tensor {
	r := record("hash_tensor")
	defer r.done()
	return r.handle(ops.HashTensor.Body(r.read(t), dims, false, 0))
}

// HashTensorWith is the bits of the elements as float64 or int64 joined by exclusive or over some dimensions, or all.
// It is PyTorch's hash_tensor.
func (t *Tensor) HashTensorWith(opts ...Option) *Tensor {
	r := record("hash_tensor")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "mode")
	return r.handle(ops.HashTensor.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false), intOption(o, "mode", 0)))
}

// Heaviside is 0 where self is negative, 1 where it is positive, else values. It is PyTorch's heaviside.
func (t *Tensor) Heaviside(values *Tensor) *Tensor {
	r := record("heaviside")
	defer r.done()
	return r.handle(ops.Heaviside.Body(r.read(t), r.read(values)))
}

// HingeEmbeddingLoss is self where target is 1, else what margin lacks of it. It is PyTorch's hinge_embedding_loss.
func (t *Tensor) HingeEmbeddingLoss(target *Tensor) *Tensor {
	r := record("hinge_embedding_loss")
	defer r.done()
	return r.handle(ops.HingeEmbeddingLoss.Body(r.read(t), r.read(target), 1, 1))
}

// HingeEmbeddingLossWith is self where target is 1, else what margin lacks of it. It is PyTorch's
// hinge_embedding_loss.
func (t *Tensor) HingeEmbeddingLossWith(target *Tensor, opts ...Option) *Tensor {
	r := record("hinge_embedding_loss")
	defer r.done()
	o := r.options(opts, "margin", "reduction")
	return r.handle(ops.HingeEmbeddingLoss.Body(r.read(t), r.read(target), floatOption(o, "margin", 1), reductionOption(o, "reduction", 1)))
}

// HistC is how many elements fall in each of so many bins of equal width between two numbers, or between the extrema.
// It is PyTorch's histc.
func (t *Tensor) HistC(bins int, minArg any, maxArg any) *Tensor {
	r := record("histc")
	defer r.done()
	return r.handle(ops.HistC.Body(r.read(t), bins, r.scalar(minArg), r.scalar(maxArg)))
}

// HistogramBins is how many elements lie between each two of the edges that bins are. It is PyTorch's
// histogram.bins_tensor.
func (t *Tensor) HistogramBins(bins *Tensor, weight *Tensor) (*Tensor, *Tensor) {
	r := record("histogram")
	defer r.done()
	v0, v1 := ops.HistogramBins.Body(r.read(t), r.read(bins), r.readOpt(weight), false)
	return r.handle(v0), r.handle(v1)
}

// HistogramBinsWith is how many elements lie between each two of the edges that bins are. It is PyTorch's
// histogram.bins_tensor.
func (t *Tensor) HistogramBinsWith(bins *Tensor, weight *Tensor, opts ...Option) (*Tensor, *Tensor) {
	r := record("histogram")
	defer r.done()
	o := r.options(opts, "density")
	v0, v1 := ops.HistogramBins.Body(r.read(t), r.read(bins), r.readOpt(weight), option[bool](o, "density", false))
	return r.handle(v0), r.handle(v1)
}

// HSplitAt is the pieces of the columns between the given places. It is PyTorch's hsplit.array.
func (t *Tensor) HSplitAt(indices ...int) []*Tensor {
	r := record("hsplit")
	defer r.done()
	indicesAt := indices
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.HSplitAt.Body(x, indicesAt) })
}

// HSplit is so many equal pieces along the columns. It is PyTorch's hsplit.int.
func (t *Tensor) HSplit(sections int) []*Tensor {
	r := record("hsplit")
	defer r.done()
	sectionsAt := sections
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.HSplit.Body(x, sectionsAt) })
}

// HuberLoss is half the square of the difference, linear from delta on. It is PyTorch's huber_loss.
func (t *Tensor) HuberLoss(target *Tensor) *Tensor {
	r := record("huber_loss")
	defer r.done()
	return r.handle(ops.HuberLoss.Body(r.read(t), r.read(target), 1, 1))
}

// HuberLossWith is half the square of the difference, linear from delta on. It is PyTorch's huber_loss.
func (t *Tensor) HuberLossWith(target *Tensor, opts ...Option) *Tensor {
	r := record("huber_loss")
	defer r.done()
	o := r.options(opts, "reduction", "delta")
	return r.handle(ops.HuberLoss.Body(r.read(t), r.read(target), reductionOption(o, "reduction", 1), floatOption(o, "delta", 1)))
}

// Hypot is the hypotenuse over legs self and other. It is PyTorch's hypot.
func (t *Tensor) Hypot(other *Tensor) *Tensor {
	r := record("hypot")
	defer r.done()
	return r.handle(ops.Hypot.Body(r.read(t), r.read(other)))
}

// I0 is the modified Bessel function of the first kind of order 0. It is PyTorch's i0.
func (t *Tensor) I0() *Tensor {
	r := record("i0")
	defer r.done()
	return r.handle(ops.I0.Body(r.read(t)))
}

// I0_ replaces t by the modified Bessel function of the first kind of order 0. It is PyTorch's i0.
func (t *Tensor) I0_() *Tensor {
	r := record("i0")
	defer r.done()
	r.write(t, ops.I0.Body(r.read(t)))
	return t
}

// Igamma is the lower incomplete gamma function with parameter self at other, over the whole. It is PyTorch's igamma.
func (t *Tensor) Igamma(other *Tensor) *Tensor {
	r := record("igamma")
	defer r.done()
	return r.handle(ops.Igamma.Body(r.read(t), r.read(other)))
}

// Igamma_ replaces t by the lower incomplete gamma function with parameter self at other, over the whole. It is
// PyTorch's igamma.
func (t *Tensor) Igamma_(other *Tensor) *Tensor {
	r := record("igamma")
	defer r.done()
	r.write(t, ops.Igamma.Body(r.read(t), r.read(other)))
	return t
}

// Igammac is the upper incomplete gamma function with parameter self at other, over the whole. It is PyTorch's
// igammac.
func (t *Tensor) Igammac(other *Tensor) *Tensor {
	r := record("igammac")
	defer r.done()
	return r.handle(ops.Igammac.Body(r.read(t), r.read(other)))
}

// Igammac_ replaces t by the upper incomplete gamma function with parameter self at other, over the whole. It is
// PyTorch's igammac.
func (t *Tensor) Igammac_(other *Tensor) *Tensor {
	r := record("igammac")
	defer r.done()
	r.write(t, ops.Igammac.Body(r.read(t), r.read(other)))
	return t
}

// Im2Col is the patches of images as columns. It is PyTorch's im2col.
func (t *Tensor) Im2Col(kernelSize []int, dilation []int, padding []int, stride ...int) *Tensor {
	r := record("im2col")
	defer r.done()
	return r.handle(ops.Im2Col.Body(r.read(t), kernelSize, dilation, padding, stride))
}

// Imag is the imaginary part of each element. It is PyTorch's imag.
func (t *Tensor) Imag() *Tensor {
	r := record("imag")
	defer r.done()
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Imag.Body(x) })
}

// IndexAdd is self with alpha times the slices of source added at the places that index names. It is PyTorch's
// index_add.
func (t *Tensor) IndexAdd(dim int, index *Tensor, source *Tensor) *Tensor {
	r := record("index_add")
	defer r.done()
	return r.handle(ops.IndexAdd.Body(r.read(t), dim, r.read(index), r.read(source), r.scalar(1)))
}

// IndexAddWith is self with alpha times the slices of source added at the places that index names. It is PyTorch's
// index_add.
func (t *Tensor) IndexAddWith(dim int, index *Tensor, source *Tensor, opts ...Option) *Tensor {
	r := record("index_add")
	defer r.done()
	o := r.options(opts, "alpha")
	return r.handle(ops.IndexAdd.Body(r.read(t), dim, r.read(index), r.read(source), r.scalarOption(o, "alpha", r.scalar(1))))
}

// IndexAdd_ replaces t by self with alpha times the slices of source added at the places that index names. It is
// PyTorch's index_add.
func (t *Tensor) IndexAdd_(dim int, index *Tensor, source *Tensor) *Tensor {
	r := record("index_add")
	defer r.done()
	r.write(t, ops.IndexAdd.Body(r.read(t), dim, r.read(index), r.read(source), r.scalar(1)))
	return t
}

// IndexAddWith_ replaces t by self with alpha times the slices of source added at the places that index names. It is
// PyTorch's index_add.
func (t *Tensor) IndexAddWith_(dim int, index *Tensor, source *Tensor, opts ...Option) *Tensor {
	r := record("index_add")
	defer r.done()
	o := r.options(opts, "alpha")
	r.write(t, ops.IndexAdd.Body(r.read(t), dim, r.read(index), r.read(source), r.scalarOption(o, "alpha", r.scalar(1))))
	return t
}

// IndexCopy is self with the slices of source at the places of a dimension that index names. It is PyTorch's
// index_copy.
func (t *Tensor) IndexCopy(dim int, index *Tensor, source *Tensor) *Tensor {
	r := record("index_copy")
	defer r.done()
	return r.handle(ops.IndexCopy.Body(r.read(t), dim, r.read(index), r.read(source)))
}

// IndexCopy_ replaces t by self with the slices of source at the places of a dimension that index names. It is
// PyTorch's index_copy.
func (t *Tensor) IndexCopy_(dim int, index *Tensor, source *Tensor) *Tensor {
	r := record("index_copy")
	defer r.done()
	r.write(t, ops.IndexCopy.Body(r.read(t), dim, r.read(index), r.read(source)))
	return t
}

// IndexFillScalar is self with a number in the slices that index names. It is PyTorch's index_fill.int_Scalar.
func (t *Tensor) IndexFillScalar(dim int, index *Tensor, value any) *Tensor {
	r := record("index_fill")
	defer r.done()
	return r.handle(ops.IndexFillScalar.Body(r.read(t), dim, r.read(index), r.scalar(value)))
}

// IndexFillScalar_ replaces t by self with a number in the slices that index names. It is PyTorch's
// index_fill.int_Scalar.
func (t *Tensor) IndexFillScalar_(dim int, index *Tensor, value any) *Tensor {
	r := record("index_fill")
	defer r.done()
	r.write(t, ops.IndexFillScalar.Body(r.read(t), dim, r.read(index), r.scalar(value)))
	return t
}

// IndexFill is self with the value of a tensor without axes in the slices that index names. It is PyTorch's
// index_fill.int_Tensor.
func (t *Tensor) IndexFill(dim int, index *Tensor, value *Tensor) *Tensor {
	r := record("index_fill")
	defer r.done()
	return r.handle(ops.IndexFill.Body(r.read(t), dim, r.read(index), r.read(value)))
}

// IndexFill_ replaces t by self with the value of a tensor without axes in the slices that index names. It is
// PyTorch's index_fill.int_Tensor.
func (t *Tensor) IndexFill_(dim int, index *Tensor, value *Tensor) *Tensor {
	r := record("index_fill")
	defer r.done()
	r.write(t, ops.IndexFill.Body(r.read(t), dim, r.read(index), r.read(value)))
	return t
}

// IndexPut is self with values, or these added, at the places that indices name together, one for each axis. It is
// PyTorch's index_put.
func (t *Tensor) IndexPut(indices []*Tensor, values *Tensor) *Tensor {
	r := record("index_put")
	defer r.done()
	return r.handle(ops.IndexPut.Body(r.read(t), r.readAllOpt(indices), r.read(values), false))
}

// IndexPutWith is self with values, or these added, at the places that indices name together, one for each axis. It
// is PyTorch's index_put.
func (t *Tensor) IndexPutWith(indices []*Tensor, values *Tensor, opts ...Option) *Tensor {
	r := record("index_put")
	defer r.done()
	o := r.options(opts, "accumulate")
	return r.handle(ops.IndexPut.Body(r.read(t), r.readAllOpt(indices), r.read(values), option[bool](o, "accumulate", false)))
}

// IndexPut_ replaces t by self with values, or these added, at the places that indices name together, one for each
// axis. It is PyTorch's index_put.
func (t *Tensor) IndexPut_(indices []*Tensor, values *Tensor) *Tensor {
	r := record("index_put")
	defer r.done()
	r.write(t, ops.IndexPut.Body(r.read(t), r.readAllOpt(indices), r.read(values), false))
	return t
}

// IndexPutWith_ replaces t by self with values, or these added, at the places that indices name together, one for
// each axis. It is PyTorch's index_put.
func (t *Tensor) IndexPutWith_(indices []*Tensor, values *Tensor, opts ...Option) *Tensor {
	r := record("index_put")
	defer r.done()
	o := r.options(opts, "accumulate")
	r.write(t, ops.IndexPut.Body(r.read(t), r.readAllOpt(indices), r.read(values), option[bool](o, "accumulate", false)))
	return t
}

// IndexReduce is self with the slices of source joined in, as a prod, mean, amax or amin, at the places of a
// dimension that index names. It is PyTorch's index_reduce.
func (t *Tensor) IndexReduce(dim int, index *Tensor, source *Tensor, reduce string) *Tensor {
	r := record("index_reduce")
	defer r.done()
	return r.handle(ops.IndexReduce.Body(r.read(t), dim, r.read(index), r.read(source), reduce, true))
}

// IndexReduceWith is self with the slices of source joined in, as a prod, mean, amax or amin, at the places of a
// dimension that index names. It is PyTorch's index_reduce.
func (t *Tensor) IndexReduceWith(dim int, index *Tensor, source *Tensor, reduce string, opts ...Option) *Tensor {
	r := record("index_reduce")
	defer r.done()
	o := r.options(opts, "include_self")
	return r.handle(ops.IndexReduce.Body(r.read(t), dim, r.read(index), r.read(source), reduce, option[bool](o, "include_self", true)))
}

// IndexReduce_ replaces t by self with the slices of source joined in, as a prod, mean, amax or amin, at the places
// of a dimension that index names. It is PyTorch's index_reduce.
func (t *Tensor) IndexReduce_(dim int, index *Tensor, source *Tensor, reduce string) *Tensor {
	r := record("index_reduce")
	defer r.done()
	r.write(t, ops.IndexReduce.Body(r.read(t), dim, r.read(index), r.read(source), reduce, true))
	return t
}

// IndexReduceWith_ replaces t by self with the slices of source joined in, as a prod, mean, amax or amin, at the
// places of a dimension that index names. It is PyTorch's index_reduce.
func (t *Tensor) IndexReduceWith_(dim int, index *Tensor, source *Tensor, reduce string, opts ...Option) *Tensor {
	r := record("index_reduce")
	defer r.done()
	o := r.options(opts, "include_self")
	r.write(t, ops.IndexReduce.Body(r.read(t), dim, r.read(index), r.read(source), reduce, option[bool](o, "include_self", true)))
	return t
}

// IndexSelect is the slices of a dimension that index names. It is PyTorch's index_select.
func (t *Tensor) IndexSelect(dim int, index *Tensor) *Tensor {
	r := record("index_select")
	defer r.done()
	return r.handle(ops.IndexSelect.Body(r.read(t), dim, r.read(index)))
}

// Inner is the inner products along the last dimensions. It is PyTorch's inner.
func (t *Tensor) Inner(other *Tensor) *Tensor {
	r := record("inner")
	defer r.done()
	return r.handle(ops.Inner.Body(r.read(t), r.read(other)))
}

// InstanceNorm is each channel of each sample brought to mean 0 and variance 1, times weight, plus bias. It is
// PyTorch's instance_norm.
func (t *Tensor) InstanceNorm(weight *Tensor, bias *Tensor, runningMean *Tensor, runningVar *Tensor, useInputStats bool, momentum float64, eps float64) *Tensor {
	r := record("instance_norm")
	defer r.done()
	v0, runningMeanNext, runningVarNext := ops.InstanceNorm.Body(r.read(t), r.readOpt(weight), r.readOpt(bias), r.readOpt(runningMean), r.readOpt(runningVar), useInputStats, momentum, eps)
	if runningMean != nil {
		r.write(runningMean, runningMeanNext)
	}
	if runningVar != nil {
		r.write(runningVar, runningVarNext)
	}
	return r.handle(v0)
}

// IsClose is whether elements differ by at most atol + rtol·|other|. It is PyTorch's isclose.
func (t *Tensor) IsClose(other *Tensor) *Tensor {
	r := record("isclose")
	defer r.done()
	return r.handle(ops.IsClose.Body(r.read(t), r.read(other), 1e-05, 1e-08, false))
}

// IsCloseWith is whether elements differ by at most atol + rtol·|other|. It is PyTorch's isclose.
func (t *Tensor) IsCloseWith(other *Tensor, opts ...Option) *Tensor {
	r := record("isclose")
	defer r.done()
	o := r.options(opts, "rtol", "atol", "equal_nan")
	return r.handle(ops.IsClose.Body(r.read(t), r.read(other), floatOption(o, "rtol", 1e-05), floatOption(o, "atol", 1e-08), option[bool](o, "equal_nan", false)))
}

// IsFinite is whether each element is a finite number. It is PyTorch's isfinite.
func (t *Tensor) IsFinite() *Tensor {
	r := record("isfinite")
	defer r.done()
	return r.handle(ops.IsFinite.Body(r.read(t)))
}

// IsInf is whether each element is infinite. It is PyTorch's isinf.
func (t *Tensor) IsInf() *Tensor {
	r := record("isinf")
	defer r.done()
	return r.handle(ops.IsInf.Body(r.read(t)))
}

// IsNaN is whether each element is not a number. It is PyTorch's isnan.
func (t *Tensor) IsNaN() *Tensor {
	r := record("isnan")
	defer r.done()
	return r.handle(ops.IsNaN.Body(r.read(t)))
}

// IsNegInf is whether each element is negative infinity. It is PyTorch's isneginf.
func (t *Tensor) IsNegInf() *Tensor {
	r := record("isneginf")
	defer r.done()
	return r.handle(ops.IsNegInf.Body(r.read(t)))
}

// IsPosInf is whether each element is positive infinity. It is PyTorch's isposinf.
func (t *Tensor) IsPosInf() *Tensor {
	r := record("isposinf")
	defer r.done()
	return r.handle(ops.IsPosInf.Body(r.read(t)))
}

// IsReal is whether each element is a real number. It is PyTorch's isreal.
func (t *Tensor) IsReal() *Tensor {
	r := record("isreal")
	defer r.done()
	return r.handle(ops.IsReal.Body(r.read(t)))
}

// ISTFT is the signals whose Fourier transforms of overlapping windows are given. It is PyTorch's istft.
func (t *Tensor) ISTFT(nFft int, window *Tensor) *Tensor {
	r := record("istft")
	defer r.done()
	return r.handle(ops.ISTFT.Body(r.read(t), nFft, nil, nil, r.readOpt(window), true, false, nil, nil, false))
}

// ISTFTWith is the signals whose Fourier transforms of overlapping windows are given. It is PyTorch's istft.
func (t *Tensor) ISTFTWith(nFft int, window *Tensor, opts ...Option) *Tensor {
	r := record("istft")
	defer r.done()
	o := r.options(opts, "hop_length", "win_length", "center", "normalized", "onesided", "length", "return_complex")
	return r.handle(ops.ISTFT.Body(r.read(t), nFft, maybeIntOption(o, "hop_length", nil), maybeIntOption(o, "win_length", nil), r.readOpt(window), option[bool](o, "center", true), option[bool](o, "normalized", false), maybeBoolOption(o, "onesided", nil), maybeIntOption(o, "length", nil), option[bool](o, "return_complex", false)))
}

// KLDiv is the divergence of target from the distribution whose logarithm self is. It is PyTorch's kl_div.
func (t *Tensor) KLDiv(target *Tensor) *Tensor {
	r := record("kl_div")
	defer r.done()
	return r.handle(ops.KLDiv.Body(r.read(t), r.read(target), 1, false))
}

// KLDivWith is the divergence of target from the distribution whose logarithm self is. It is PyTorch's kl_div.
func (t *Tensor) KLDivWith(target *Tensor, opts ...Option) *Tensor {
	r := record("kl_div")
	defer r.done()
	o := r.options(opts, "reduction", "log_target")
	return r.handle(ops.KLDiv.Body(r.read(t), r.read(target), reductionOption(o, "reduction", 1), option[bool](o, "log_target", false)))
}

// Kron is the Kronecker product. It is PyTorch's kron.
func (t *Tensor) Kron(other *Tensor) *Tensor {
	r := record("kron")
	defer r.done()
	return r.handle(ops.Kron.Body(r.read(t), r.read(other)))
}

// KthValue is the k-th smallest element along a dimension, counted from 1, and its index. It is PyTorch's kthvalue.
func (t *Tensor) KthValue(k any, dims ...int) (*Tensor, *Tensor) {
	r := record("kthvalue")
	defer r.done()
	r.atMost(dims, 1)
	v0, v1 := ops.KthValue.Body(r.read(t), r.size(k), dimAt(dims, 0, -1), false)
	return r.handle(v0), r.handle(v1)
}

// KthValueWith is the k-th smallest element along a dimension, counted from 1, and its index. It is PyTorch's
// kthvalue.
func (t *Tensor) KthValueWith(k any, opts ...Option) (*Tensor, *Tensor) {
	r := record("kthvalue")
	defer r.done()
	o := r.options(opts, "dim", "keepdim")
	v0, v1 := ops.KthValue.Body(r.read(t), r.size(k), intOption(o, "dim", -1), option[bool](o, "keepdim", false))
	return r.handle(v0), r.handle(v1)
}

// L1Loss is the absolute difference. It is PyTorch's l1_loss.
func (t *Tensor) L1Loss(target *Tensor) *Tensor {
	r := record("l1_loss")
	defer r.done()
	return r.handle(ops.L1Loss.Body(r.read(t), r.read(target), 1))
}

// L1LossWith is the absolute difference. It is PyTorch's l1_loss.
func (t *Tensor) L1LossWith(target *Tensor, opts ...Option) *Tensor {
	r := record("l1_loss")
	defer r.done()
	o := r.options(opts, "reduction")
	return r.handle(ops.L1Loss.Body(r.read(t), r.read(target), reductionOption(o, "reduction", 1)))
}

// LayerNorm is the last dimensions brought to mean 0 and variance 1, times weight, plus bias. It is PyTorch's
// layer_norm.
func (t *Tensor) LayerNorm(normalizedShape []any, weight *Tensor, bias *Tensor) *Tensor {
	r := record("layer_norm")
	defer r.done()
	return r.handle(ops.LayerNorm.Body(r.read(t), r.sizes(normalizedShape), r.readOpt(weight), r.readOpt(bias), 1e-05))
}

// LayerNormWith is the last dimensions brought to mean 0 and variance 1, times weight, plus bias. It is PyTorch's
// layer_norm.
func (t *Tensor) LayerNormWith(normalizedShape []any, weight *Tensor, bias *Tensor, opts ...Option) *Tensor {
	r := record("layer_norm")
	defer r.done()
	o := r.options(opts, "eps")
	return r.handle(ops.LayerNorm.Body(r.read(t), r.sizes(normalizedShape), r.readOpt(weight), r.readOpt(bias), floatOption(o, "eps", 1e-05)))
}

// Lcm is the least common multiple of integers, at least 0. It is PyTorch's lcm.
func (t *Tensor) Lcm(other *Tensor) *Tensor {
	r := record("lcm")
	defer r.done()
	return r.handle(ops.Lcm.Body(r.read(t), r.read(other)))
}

// Lcm_ replaces t by the least common multiple of integers, at least 0. It is PyTorch's lcm.
func (t *Tensor) Lcm_(other *Tensor) *Tensor {
	r := record("lcm")
	defer r.done()
	r.write(t, ops.Lcm.Body(r.read(t), r.read(other)))
	return t
}

// Ldexp is self times 2 to the power of other. It is PyTorch's ldexp.Tensor.
func (t *Tensor) Ldexp(other *Tensor) *Tensor {
	r := record("ldexp")
	defer r.done()
	return r.handle(ops.Ldexp.Body(r.read(t), r.read(other)))
}

// LeScalar is whether each element is at most a number. It is PyTorch's le.Scalar.
func (t *Tensor) LeScalar(other any) *Tensor {
	r := record("le")
	defer r.done()
	return r.handle(ops.LeScalar.Body(r.read(t), r.scalar(other)))
}

// Le is whether each element of self is at most that of other. It is PyTorch's le.Tensor.
func (t *Tensor) Le(other *Tensor) *Tensor {
	r := record("le")
	defer r.done()
	return r.handle(ops.Le.Body(r.read(t), r.read(other)))
}

// LeakyReLU is each element, times negative_slope where it is negative. It is PyTorch's leaky_relu.
func (t *Tensor) LeakyReLU() *Tensor {
	r := record("leaky_relu")
	defer r.done()
	return r.handle(ops.LeakyReLU.Body(r.read(t), r.scalar(0.01)))
}

// LeakyReLUWith is each element, times negative_slope where it is negative. It is PyTorch's leaky_relu.
func (t *Tensor) LeakyReLUWith(opts ...Option) *Tensor {
	r := record("leaky_relu")
	defer r.done()
	o := r.options(opts, "negative_slope")
	return r.handle(ops.LeakyReLU.Body(r.read(t), r.scalarOption(o, "negative_slope", r.scalar(0.01))))
}

// LeakyReLU_ replaces t by each element, times negative_slope where it is negative. It is PyTorch's leaky_relu.
func (t *Tensor) LeakyReLU_() *Tensor {
	r := record("leaky_relu")
	defer r.done()
	r.write(t, ops.LeakyReLU.Body(r.read(t), r.scalar(0.01)))
	return t
}

// LeakyReLUWith_ replaces t by each element, times negative_slope where it is negative. It is PyTorch's leaky_relu.
func (t *Tensor) LeakyReLUWith_(opts ...Option) *Tensor {
	r := record("leaky_relu")
	defer r.done()
	o := r.options(opts, "negative_slope")
	r.write(t, ops.LeakyReLU.Body(r.read(t), r.scalarOption(o, "negative_slope", r.scalar(0.01))))
	return t
}

// LerpScalar is the point between self and end that a number says. It is PyTorch's lerp.Scalar.
func (t *Tensor) LerpScalar(end *Tensor, weight any) *Tensor {
	r := record("lerp")
	defer r.done()
	return r.handle(ops.LerpScalar.Body(r.read(t), r.read(end), r.scalar(weight)))
}

// LerpScalar_ replaces t by the point between self and end that a number says. It is PyTorch's lerp.Scalar.
func (t *Tensor) LerpScalar_(end *Tensor, weight any) *Tensor {
	r := record("lerp")
	defer r.done()
	r.write(t, ops.LerpScalar.Body(r.read(t), r.read(end), r.scalar(weight)))
	return t
}

// Lerp is the point between self and end that weight says. It is PyTorch's lerp.Tensor.
func (t *Tensor) Lerp(end *Tensor, weight *Tensor) *Tensor {
	r := record("lerp")
	defer r.done()
	return r.handle(ops.Lerp.Body(r.read(t), r.read(end), r.read(weight)))
}

// Lerp_ replaces t by the point between self and end that weight says. It is PyTorch's lerp.Tensor.
func (t *Tensor) Lerp_(end *Tensor, weight *Tensor) *Tensor {
	r := record("lerp")
	defer r.done()
	r.write(t, ops.Lerp.Body(r.read(t), r.read(end), r.read(weight)))
	return t
}

// Lgamma is the logarithm of the absolute value of the gamma function of each element. It is PyTorch's lgamma.
func (t *Tensor) Lgamma() *Tensor {
	r := record("lgamma")
	defer r.done()
	return r.handle(ops.Lgamma.Body(r.read(t)))
}

// Lgamma_ replaces t by the logarithm of the absolute value of the gamma function of each element. It is PyTorch's
// lgamma.
func (t *Tensor) Lgamma_() *Tensor {
	r := record("lgamma")
	defer r.done()
	r.write(t, ops.Lgamma.Body(r.read(t)))
	return t
}

// Cholesky is the triangular factor L of positive definite matrices L·Lᴴ. It is PyTorch's linalg_cholesky.
func (t *Tensor) Cholesky() *Tensor {
	r := record("linalg_cholesky")
	defer r.done()
	return r.handle(ops.Cholesky.Body(r.read(t), false))
}

// CholeskyWith is the triangular factor L of positive definite matrices L·Lᴴ. It is PyTorch's linalg_cholesky.
func (t *Tensor) CholeskyWith(opts ...Option) *Tensor {
	r := record("linalg_cholesky")
	defer r.done()
	o := r.options(opts, "upper")
	return r.handle(ops.Cholesky.Body(r.read(t), option[bool](o, "upper", false)))
}

// CholeskyEx is the triangular factor of matrices, and the order of the first leading minor that is not positive, or
// 0. It is PyTorch's linalg_cholesky_ex.
func (t *Tensor) CholeskyEx() (*Tensor, *Tensor) {
	r := record("linalg_cholesky_ex")
	defer r.done()
	v0, v1 := ops.CholeskyEx.Body(r.read(t), false, false)
	return r.handle(v0), r.handle(v1)
}

// CholeskyExWith is the triangular factor of matrices, and the order of the first leading minor that is not positive,
// or 0. It is PyTorch's linalg_cholesky_ex.
func (t *Tensor) CholeskyExWith(opts ...Option) (*Tensor, *Tensor) {
	r := record("linalg_cholesky_ex")
	defer r.done()
	o := r.options(opts, "upper", "check_errors")
	v0, v1 := ops.CholeskyEx.Body(r.read(t), option[bool](o, "upper", false), option[bool](o, "check_errors", false))
	return r.handle(v0), r.handle(v1)
}

// Cond is the condition of matrices in the norm of order p. It is PyTorch's linalg_cond.
func (t *Tensor) Cond(p any) *Tensor {
	r := record("linalg_cond")
	defer r.done()
	return r.handle(ops.Cond.Body(r.read(t), r.maybeScalar(p)))
}

// CondNamed is the condition of matrices in the norm of the name fro or nuc. It is PyTorch's linalg_cond.p_str.
func (t *Tensor) CondNamed(p string) *Tensor {
	r := record("linalg_cond")
	defer r.done()
	return r.handle(ops.CondNamed.Body(r.read(t), p))
}

// Cross is the product of vectors in space along a dimension. It is PyTorch's linalg_cross.
func (t *Tensor) Cross(other *Tensor, dims ...int) *Tensor {
	r := record("linalg_cross")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.Cross.Body(r.read(t), r.read(other), dimAt(dims, 0, -1)))
}

// CrossWith is the product of vectors in space along a dimension. It is PyTorch's linalg_cross.
func (t *Tensor) CrossWith(other *Tensor, opts ...Option) *Tensor {
	r := record("linalg_cross")
	defer r.done()
	o := r.options(opts, "dim")
	return r.handle(ops.Cross.Body(r.read(t), r.read(other), intOption(o, "dim", -1)))
}

// Eig is the complex eigenvalues of matrices, and the eigenvectors, as columns. It is PyTorch's linalg_eig.
func (t *Tensor) Eig() (*Tensor, *Tensor) {
	r := record("linalg_eig")
	defer r.done()
	v0, v1 := ops.Eig.Body(r.read(t))
	return r.handle(v0), r.handle(v1)
}

// Eigh is the eigenvalues of Hermitian matrices, ascending, and the eigenvectors, as columns. It is PyTorch's
// linalg_eigh.
func (t *Tensor) Eigh() (*Tensor, *Tensor) {
	r := record("linalg_eigh")
	defer r.done()
	v0, v1 := ops.Eigh.Body(r.read(t), "L")
	return r.handle(v0), r.handle(v1)
}

// EighWith is the eigenvalues of Hermitian matrices, ascending, and the eigenvectors, as columns. It is PyTorch's
// linalg_eigh.
func (t *Tensor) EighWith(opts ...Option) (*Tensor, *Tensor) {
	r := record("linalg_eigh")
	defer r.done()
	o := r.options(opts, "UPLO")
	v0, v1 := ops.Eigh.Body(r.read(t), option[string](o, "UPLO", "L"))
	return r.handle(v0), r.handle(v1)
}

// Eigvals is the complex eigenvalues of matrices. It is PyTorch's linalg_eigvals.
func (t *Tensor) Eigvals() *Tensor {
	r := record("linalg_eigvals")
	defer r.done()
	return r.handle(ops.Eigvals.Body(r.read(t)))
}

// Eigvalsh is the eigenvalues of Hermitian matrices, ascending. It is PyTorch's linalg_eigvalsh.
func (t *Tensor) Eigvalsh() *Tensor {
	r := record("linalg_eigvalsh")
	defer r.done()
	return r.handle(ops.Eigvalsh.Body(r.read(t), "L"))
}

// EigvalshWith is the eigenvalues of Hermitian matrices, ascending. It is PyTorch's linalg_eigvalsh.
func (t *Tensor) EigvalshWith(opts ...Option) *Tensor {
	r := record("linalg_eigvalsh")
	defer r.done()
	o := r.options(opts, "UPLO")
	return r.handle(ops.Eigvalsh.Body(r.read(t), option[string](o, "UPLO", "L")))
}

// HouseholderProduct is the first columns of products of reflectors, as geqrf gives them. It is PyTorch's
// linalg_householder_product.
func (t *Tensor) HouseholderProduct(tau *Tensor) *Tensor {
	r := record("linalg_householder_product")
	defer r.done()
	return r.handle(ops.HouseholderProduct.Body(r.read(t), r.read(tau)))
}

// LDLFactor is the factors L and D of symmetric or Hermitian matrices, in one matrix, and the pivots. It is PyTorch's
// linalg_ldl_factor.
func (t *Tensor) LDLFactor() (*Tensor, *Tensor) {
	r := record("linalg_ldl_factor")
	defer r.done()
	v0, v1 := ops.LDLFactor.Body(r.read(t), false)
	return r.handle(v0), r.handle(v1)
}

// LDLFactorWith is the factors L and D of symmetric or Hermitian matrices, in one matrix, and the pivots. It is
// PyTorch's linalg_ldl_factor.
func (t *Tensor) LDLFactorWith(opts ...Option) (*Tensor, *Tensor) {
	r := record("linalg_ldl_factor")
	defer r.done()
	o := r.options(opts, "hermitian")
	v0, v1 := ops.LDLFactor.Body(r.read(t), option[bool](o, "hermitian", false))
	return r.handle(v0), r.handle(v1)
}

// LDLFactorEx is the factors L and D of symmetric or Hermitian matrices, in one matrix, the pivots, and the first
// place of the diagonal that is 0, counted from 1. It is PyTorch's linalg_ldl_factor_ex.
func (t *Tensor) LDLFactorEx() (*Tensor, *Tensor, *Tensor) {
	r := record("linalg_ldl_factor_ex")
	defer r.done()
	v0, v1, v2 := ops.LDLFactorEx.Body(r.read(t), false, false)
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// LDLFactorExWith is the factors L and D of symmetric or Hermitian matrices, in one matrix, the pivots, and the first
// place of the diagonal that is 0, counted from 1. It is PyTorch's linalg_ldl_factor_ex.
func (t *Tensor) LDLFactorExWith(opts ...Option) (*Tensor, *Tensor, *Tensor) {
	r := record("linalg_ldl_factor_ex")
	defer r.done()
	o := r.options(opts, "hermitian", "check_errors")
	v0, v1, v2 := ops.LDLFactorEx.Body(r.read(t), option[bool](o, "hermitian", false), option[bool](o, "check_errors", false))
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// Lstsq is the solution of least squares, of least norm, with the residuals of tall systems, the rank and, of the
// drivers gelsd and gelss, the singular values. It is PyTorch's linalg_lstsq.
func (t *Tensor) Lstsq(b *Tensor) (*Tensor, *Tensor, *Tensor, *Tensor) {
	r := record("linalg_lstsq")
	defer r.done()
	v0, v1, v2, v3 := ops.Lstsq.Body(r.read(t), r.read(b), nil, "")
	return r.handle(v0), r.handle(v1), r.handle(v2), r.handle(v3)
}

// LstsqWith is the solution of least squares, of least norm, with the residuals of tall systems, the rank and, of the
// drivers gelsd and gelss, the singular values. It is PyTorch's linalg_lstsq.
func (t *Tensor) LstsqWith(b *Tensor, opts ...Option) (*Tensor, *Tensor, *Tensor, *Tensor) {
	r := record("linalg_lstsq")
	defer r.done()
	o := r.options(opts, "rcond", "driver")
	v0, v1, v2, v3 := ops.Lstsq.Body(r.read(t), r.read(b), maybeFloatOption(o, "rcond", nil), option[string](o, "driver", ""))
	return r.handle(v0), r.handle(v1), r.handle(v2), r.handle(v3)
}

// MatrixExp is the exponentials of matrices. It is PyTorch's linalg_matrix_exp.
func (t *Tensor) MatrixExp() *Tensor {
	r := record("linalg_matrix_exp")
	defer r.done()
	return r.handle(ops.MatrixExp.Body(r.read(t)))
}

// MatrixNorm is the norm of order ord of matrices: ±1, ±2 or ±inf. It is PyTorch's linalg_matrix_norm.
func (t *Tensor) MatrixNorm(ord any, dims ...int) *Tensor {
	r := record("linalg_matrix_norm")
	defer r.done()
	return r.handle(ops.MatrixNorm.Body(r.read(t), r.scalar(ord), dims, false, graph.NoDType))
}

// MatrixNormWith is the norm of order ord of matrices: ±1, ±2 or ±inf. It is PyTorch's linalg_matrix_norm.
func (t *Tensor) MatrixNormWith(ord any, opts ...Option) *Tensor {
	r := record("linalg_matrix_norm")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	return r.handle(ops.MatrixNorm.Body(r.read(t), r.scalar(ord), option[[]int](o, "dim", []int{-2, -1}), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType)))
}

// MatrixNormNamed is the norm of matrices of the name fro or nuc. It is PyTorch's linalg_matrix_norm.str_ord.
func (t *Tensor) MatrixNormNamed() *Tensor {
	r := record("linalg_matrix_norm")
	defer r.done()
	return r.handle(ops.MatrixNormNamed.Body(r.read(t), "fro", []int{-2, -1}, false, graph.NoDType))
}

// MatrixNormNamedWith is the norm of matrices of the name fro or nuc. It is PyTorch's linalg_matrix_norm.str_ord.
func (t *Tensor) MatrixNormNamedWith(opts ...Option) *Tensor {
	r := record("linalg_matrix_norm")
	defer r.done()
	o := r.options(opts, "ord", "dim", "keepdim", "dtype")
	return r.handle(ops.MatrixNormNamed.Body(r.read(t), option[string](o, "ord", "fro"), option[[]int](o, "dim", []int{-2, -1}), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType)))
}

// MatrixPower is matrices multiplied n times by themselves; negative n says of their inverses. It is PyTorch's
// linalg_matrix_power.
func (t *Tensor) MatrixPower(n int) *Tensor {
	r := record("linalg_matrix_power")
	defer r.done()
	return r.handle(ops.MatrixPower.Body(r.read(t), n))
}

// MatrixRank is how many singular values of matrices are not 0 but for rounding. It is PyTorch's
// linalg_matrix_rank.atol_rtol_float.
func (t *Tensor) MatrixRank() *Tensor {
	r := record("linalg_matrix_rank")
	defer r.done()
	return r.handle(ops.MatrixRank.Body(r.read(t), nil, nil, false))
}

// MatrixRankWith is how many singular values of matrices are not 0 but for rounding. It is PyTorch's
// linalg_matrix_rank.atol_rtol_float.
func (t *Tensor) MatrixRankWith(opts ...Option) *Tensor {
	r := record("linalg_matrix_rank")
	defer r.done()
	o := r.options(opts, "atol", "rtol", "hermitian")
	return r.handle(ops.MatrixRank.Body(r.read(t), maybeFloatOption(o, "atol", nil), maybeFloatOption(o, "rtol", nil), option[bool](o, "hermitian", false)))
}

// MatrixSqrtH is the positive roots of positive matrices, which are Hermitian. It is PyTorch's linalg_matrix_sqrth.
func (t *Tensor) MatrixSqrtH() *Tensor {
	r := record("linalg_matrix_sqrth")
	defer r.done()
	return r.handle(ops.MatrixSqrtH.Body(r.read(t)))
}

// LinalgNorm is the norm of order ord of vectors or of matrices. It is PyTorch's linalg_norm.
func (t *Tensor) LinalgNorm(ord any, dims ...int) *Tensor {
	r := record("linalg_norm")
	defer r.done()
	return r.handle(ops.LinalgNorm.Body(r.read(t), r.maybeScalar(ord), dims, false, graph.NoDType))
}

// LinalgNormWith is the norm of order ord of vectors or of matrices. It is PyTorch's linalg_norm.
func (t *Tensor) LinalgNormWith(ord any, opts ...Option) *Tensor {
	r := record("linalg_norm")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	return r.handle(ops.LinalgNorm.Body(r.read(t), r.maybeScalar(ord), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType)))
}

// LinalgNormNamed is the norm of matrices of the name fro or nuc. It is PyTorch's linalg_norm.ord_str.
func (t *Tensor) LinalgNormNamed(ord string, dims ...int) *Tensor {
	r := record("linalg_norm")
	defer r.done()
	return r.handle(ops.LinalgNormNamed.Body(r.read(t), ord, dims, false, graph.NoDType))
}

// LinalgNormNamedWith is the norm of matrices of the name fro or nuc. It is PyTorch's linalg_norm.ord_str.
func (t *Tensor) LinalgNormNamedWith(ord string, opts ...Option) *Tensor {
	r := record("linalg_norm")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	return r.handle(ops.LinalgNormNamed.Body(r.read(t), ord, option[[]int](o, "dim", nil), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType)))
}

// Pinv is the pseudoinverses of matrices. It is PyTorch's linalg_pinv.atol_rtol_float.
func (t *Tensor) Pinv() *Tensor {
	r := record("linalg_pinv")
	defer r.done()
	return r.handle(ops.Pinv.Body(r.read(t), nil, nil, false))
}

// PinvWith is the pseudoinverses of matrices. It is PyTorch's linalg_pinv.atol_rtol_float.
func (t *Tensor) PinvWith(opts ...Option) *Tensor {
	r := record("linalg_pinv")
	defer r.done()
	o := r.options(opts, "atol", "rtol", "hermitian")
	return r.handle(ops.Pinv.Body(r.read(t), maybeFloatOption(o, "atol", nil), maybeFloatOption(o, "rtol", nil), option[bool](o, "hermitian", false)))
}

// SolveTriangular is the solution of systems with triangular matrices, of which the other triangle is not read. It is
// PyTorch's linalg_solve_triangular.
func (t *Tensor) SolveTriangular(b *Tensor, upper bool) *Tensor {
	r := record("linalg_solve_triangular")
	defer r.done()
	return r.handle(ops.SolveTriangular.Body(r.read(t), r.read(b), upper, true, false))
}

// SolveTriangularWith is the solution of systems with triangular matrices, of which the other triangle is not read.
// It is PyTorch's linalg_solve_triangular.
func (t *Tensor) SolveTriangularWith(b *Tensor, upper bool, opts ...Option) *Tensor {
	r := record("linalg_solve_triangular")
	defer r.done()
	o := r.options(opts, "left", "unitriangular")
	return r.handle(ops.SolveTriangular.Body(r.read(t), r.read(b), upper, option[bool](o, "left", true), option[bool](o, "unitriangular", false)))
}

// TensorInv is the inverse of a map from the last dimensions to the first ind. It is PyTorch's linalg_tensorinv.
func (t *Tensor) TensorInv() *Tensor {
	r := record("linalg_tensorinv")
	defer r.done()
	return r.handle(ops.TensorInv.Body(r.read(t), 2))
}

// TensorInvWith is the inverse of a map from the last dimensions to the first ind. It is PyTorch's linalg_tensorinv.
func (t *Tensor) TensorInvWith(opts ...Option) *Tensor {
	r := record("linalg_tensorinv")
	defer r.done()
	o := r.options(opts, "ind")
	return r.handle(ops.TensorInv.Body(r.read(t), intOption(o, "ind", 2)))
}

// TensorSolve is the solution x of self·x = other, where the product sums over the last dimensions of self. It is
// PyTorch's linalg_tensorsolve.
func (t *Tensor) TensorSolve(other *Tensor, dims ...int) *Tensor {
	r := record("linalg_tensorsolve")
	defer r.done()
	return r.handle(ops.TensorSolve.Body(r.read(t), r.read(other), dims))
}

// VectorNorm is the norm of order ord over some dimensions, or all. It is PyTorch's linalg_vector_norm.
func (t *Tensor) VectorNorm() *Tensor {
	r := record("linalg_vector_norm")
	defer r.done()
	return r.handle(ops.VectorNorm.Body(r.read(t), r.scalar(2), nil, false, graph.NoDType))
}

// VectorNormWith is the norm of order ord over some dimensions, or all. It is PyTorch's linalg_vector_norm.
func (t *Tensor) VectorNormWith(opts ...Option) *Tensor {
	r := record("linalg_vector_norm")
	defer r.done()
	o := r.options(opts, "ord", "dim", "keepdim", "dtype")
	return r.handle(ops.VectorNorm.Body(r.read(t), r.scalarOption(o, "ord", r.scalar(2)), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType)))
}

// Linear is the input times the transpose of weight, plus bias. It is PyTorch's linear.
func (t *Tensor) Linear(weight *Tensor, bias *Tensor) *Tensor {
	r := record("linear")
	defer r.done()
	return r.handle(ops.Linear.Body(r.read(t), r.read(weight), r.readOpt(bias)))
}

// Log is the natural logarithm of each element. It is PyTorch's log.
func (t *Tensor) Log() *Tensor {
	r := record("log")
	defer r.done()
	return r.handle(ops.Log.Body(r.read(t)))
}

// Log_ replaces t by the natural logarithm of each element. It is PyTorch's log.
func (t *Tensor) Log_() *Tensor {
	r := record("log")
	defer r.done()
	r.write(t, ops.Log.Body(r.read(t)))
	return t
}

// Log10 is the logarithm to base 10 of each element. It is PyTorch's log10.
func (t *Tensor) Log10() *Tensor {
	r := record("log10")
	defer r.done()
	return r.handle(ops.Log10.Body(r.read(t)))
}

// Log10_ replaces t by the logarithm to base 10 of each element. It is PyTorch's log10.
func (t *Tensor) Log10_() *Tensor {
	r := record("log10")
	defer r.done()
	r.write(t, ops.Log10.Body(r.read(t)))
	return t
}

// Log1p is the natural logarithm of 1 plus each element. It is PyTorch's log1p.
func (t *Tensor) Log1p() *Tensor {
	r := record("log1p")
	defer r.done()
	return r.handle(ops.Log1p.Body(r.read(t)))
}

// Log1p_ replaces t by the natural logarithm of 1 plus each element. It is PyTorch's log1p.
func (t *Tensor) Log1p_() *Tensor {
	r := record("log1p")
	defer r.done()
	r.write(t, ops.Log1p.Body(r.read(t)))
	return t
}

// Log2 is the logarithm to base 2 of each element. It is PyTorch's log2.
func (t *Tensor) Log2() *Tensor {
	r := record("log2")
	defer r.done()
	return r.handle(ops.Log2.Body(r.read(t)))
}

// Log2_ replaces t by the logarithm to base 2 of each element. It is PyTorch's log2.
func (t *Tensor) Log2_() *Tensor {
	r := record("log2")
	defer r.done()
	r.write(t, ops.Log2.Body(r.read(t)))
	return t
}

// LogNormal is numbers whose logarithms are drawn from a normal distribution, with the sizes and dtype of self. It is
// PyTorch's log_normal.
func (t *Tensor) LogNormal(g *Generator, mean float64, std float64) *Tensor {
	r := record("log_normal")
	defer r.done()
	v0, generatorNext := ops.LogNormal.Body(r.read(t), mean, std, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// LogNormal_ replaces t by numbers whose logarithms are drawn from a normal distribution, with the sizes and dtype of
// self. It is PyTorch's log_normal.
func (t *Tensor) LogNormal_(g *Generator, mean float64, std float64) *Tensor {
	r := record("log_normal")
	defer r.done()
	v0, generatorNext := ops.LogNormal.Body(r.read(t), mean, std, r.generator(g))
	r.advance(g, generatorNext)
	r.write(t, v0)
	return t
}

// LogSigmoid is the logarithm of the sigmoid of each element. It is PyTorch's log_sigmoid.
func (t *Tensor) LogSigmoid() *Tensor {
	r := record("log_sigmoid")
	defer r.done()
	return r.handle(ops.LogSigmoid.Body(r.read(t)))
}

// LogSigmoid_ replaces t by the logarithm of the sigmoid of each element. It is PyTorch's log_sigmoid.
func (t *Tensor) LogSigmoid_() *Tensor {
	r := record("log_sigmoid")
	defer r.done()
	r.write(t, ops.LogSigmoid.Body(r.read(t)))
	return t
}

// LogSoftmax is the logarithm of softmax along a dimension. It is PyTorch's log_softmax.int.
func (t *Tensor) LogSoftmax(dim int) *Tensor {
	r := record("log_softmax")
	defer r.done()
	return r.handle(ops.LogSoftmax.Body(r.read(t), dim, graph.NoDType))
}

// LogSoftmaxWith is the logarithm of softmax along a dimension. It is PyTorch's log_softmax.int.
func (t *Tensor) LogSoftmaxWith(dim int, opts ...Option) *Tensor {
	r := record("log_softmax")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.LogSoftmax.Body(r.read(t), dim, option[graph.DType](o, "dtype", graph.NoDType)))
}

// LogAddExp is the logarithm of the sum of the exponentials of self and other. It is PyTorch's logaddexp.
func (t *Tensor) LogAddExp(other *Tensor) *Tensor {
	r := record("logaddexp")
	defer r.done()
	return r.handle(ops.LogAddExp.Body(r.read(t), r.read(other)))
}

// LogAddExp2 is the logarithm to base 2 of the sum of 2 to the powers of self and other. It is PyTorch's logaddexp2.
func (t *Tensor) LogAddExp2(other *Tensor) *Tensor {
	r := record("logaddexp2")
	defer r.done()
	return r.handle(ops.LogAddExp2.Body(r.read(t), r.read(other)))
}

// LogCumSumExp is the logarithms of the sums of the exponentials of the elements up to each along a dimension. It is
// PyTorch's logcumsumexp.
func (t *Tensor) LogCumSumExp(dim int) *Tensor {
	r := record("logcumsumexp")
	defer r.done()
	return r.handle(ops.LogCumSumExp.Body(r.read(t), dim))
}

// LogDet is the logarithms of the determinants of matrices. It is PyTorch's logdet.
func (t *Tensor) LogDet() *Tensor {
	r := record("logdet")
	defer r.done()
	return r.handle(ops.LogDet.Body(r.read(t)))
}

// LogicalAnd is whether both elements are true, or not zero. It is PyTorch's logical_and.
func (t *Tensor) LogicalAnd(other *Tensor) *Tensor {
	r := record("logical_and")
	defer r.done()
	return r.handle(ops.LogicalAnd.Body(r.read(t), r.read(other)))
}

// LogicalAnd_ replaces t by whether both elements are true, or not zero. It is PyTorch's logical_and.
func (t *Tensor) LogicalAnd_(other *Tensor) *Tensor {
	r := record("logical_and")
	defer r.done()
	r.write(t, ops.LogicalAnd.Body(r.read(t), r.read(other)))
	return t
}

// LogicalNot is whether each element is false, or zero. It is PyTorch's logical_not.
func (t *Tensor) LogicalNot() *Tensor {
	r := record("logical_not")
	defer r.done()
	return r.handle(ops.LogicalNot.Body(r.read(t)))
}

// LogicalNot_ replaces t by whether each element is false, or zero. It is PyTorch's logical_not.
func (t *Tensor) LogicalNot_() *Tensor {
	r := record("logical_not")
	defer r.done()
	r.write(t, ops.LogicalNot.Body(r.read(t)))
	return t
}

// LogicalOr is whether either element is true, or not zero. It is PyTorch's logical_or.
func (t *Tensor) LogicalOr(other *Tensor) *Tensor {
	r := record("logical_or")
	defer r.done()
	return r.handle(ops.LogicalOr.Body(r.read(t), r.read(other)))
}

// LogicalOr_ replaces t by whether either element is true, or not zero. It is PyTorch's logical_or.
func (t *Tensor) LogicalOr_(other *Tensor) *Tensor {
	r := record("logical_or")
	defer r.done()
	r.write(t, ops.LogicalOr.Body(r.read(t), r.read(other)))
	return t
}

// LogicalXor is whether just one of the elements is true, or not zero. It is PyTorch's logical_xor.
func (t *Tensor) LogicalXor(other *Tensor) *Tensor {
	r := record("logical_xor")
	defer r.done()
	return r.handle(ops.LogicalXor.Body(r.read(t), r.read(other)))
}

// LogicalXor_ replaces t by whether just one of the elements is true, or not zero. It is PyTorch's logical_xor.
func (t *Tensor) LogicalXor_(other *Tensor) *Tensor {
	r := record("logical_xor")
	defer r.done()
	r.write(t, ops.LogicalXor.Body(r.read(t), r.read(other)))
	return t
}

// Logit is the logarithm of the odds of each element, held eps away from 0 and 1. It is PyTorch's logit.
func (t *Tensor) Logit() *Tensor {
	r := record("logit")
	defer r.done()
	return r.handle(ops.Logit.Body(r.read(t), nil))
}

// LogitWith is the logarithm of the odds of each element, held eps away from 0 and 1. It is PyTorch's logit.
func (t *Tensor) LogitWith(opts ...Option) *Tensor {
	r := record("logit")
	defer r.done()
	o := r.options(opts, "eps")
	return r.handle(ops.Logit.Body(r.read(t), maybeFloatOption(o, "eps", nil)))
}

// LogSumExp is the logarithm of the sum of exponentials over some dimensions. It is PyTorch's logsumexp.
func (t *Tensor) LogSumExp(dim ...int) *Tensor {
	r := record("logsumexp")
	defer r.done()
	return r.handle(ops.LogSumExp.Body(r.read(t), dim, false))
}

// LogSumExpWith is the logarithm of the sum of exponentials over some dimensions. It is PyTorch's logsumexp.
func (t *Tensor) LogSumExpWith(dim []int, opts ...Option) *Tensor {
	r := record("logsumexp")
	defer r.done()
	o := r.options(opts, "keepdim")
	return r.handle(ops.LogSumExp.Body(r.read(t), dim, option[bool](o, "keepdim", false)))
}

// LSTM is the states of a network with long short-term memory over sequences, and the last states and memories. It is
// PyTorch's lstm.input.
func (t *Tensor) LSTM(g *Generator, hx []*Tensor, params []*Tensor, hasBiases bool, numLayers int, dropout float64, train bool, bidirectional bool, batchFirst bool) (*Tensor, *Tensor, *Tensor) {
	r := record("lstm")
	defer r.done()
	v0, v1, v2, generatorNext := ops.LSTM.Body(r.read(t), r.readAll(hx), r.readAll(params), hasBiases, numLayers, dropout, train, bidirectional, batchFirst, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// LSTMCell is one step of a network with long short-term memory: the next state and memory. It is PyTorch's
// lstm_cell.
func (t *Tensor) LSTMCell(hx []*Tensor, wIh *Tensor, wHh *Tensor, bIh *Tensor, bHh *Tensor) (*Tensor, *Tensor) {
	r := record("lstm_cell")
	defer r.done()
	v0, v1 := ops.LSTMCell.Body(r.read(t), r.readAll(hx), r.read(wIh), r.read(wHh), r.readOpt(bIh), r.readOpt(bHh))
	return r.handle(v0), r.handle(v1)
}

// LtScalar is whether each element is less than a number. It is PyTorch's lt.Scalar.
func (t *Tensor) LtScalar(other any) *Tensor {
	r := record("lt")
	defer r.done()
	return r.handle(ops.LtScalar.Body(r.read(t), r.scalar(other)))
}

// Lt is whether each element of self is less than that of other. It is PyTorch's lt.Tensor.
func (t *Tensor) Lt(other *Tensor) *Tensor {
	r := record("lt")
	defer r.done()
	return r.handle(ops.Lt.Body(r.read(t), r.read(other)))
}

// MH is the conjugate transposes of matrices. It is PyTorch's mH.
func (t *Tensor) MH() *Tensor {
	r := record("mH")
	defer r.done()
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.MH.Body(x) })
}

// MT is the transposes of matrices. It is PyTorch's mT.
func (t *Tensor) MT() *Tensor {
	r := record("mT")
	defer r.done()
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.MT.Body(x) })
}

// MaskedAmax is the largest over some dimensions, or all, of the elements where a mask is true. It is PyTorch's
// masked_amax.
func (t *Tensor) MaskedAmax(mask *Tensor, dims ...int) *Tensor {
	r := record("masked_amax")
	defer r.done()
	return r.handle(ops.MaskedAmax.Body(r.read(t), dims, false, graph.NoDType, r.readOpt(mask)))
}

// MaskedAmaxWith is the largest over some dimensions, or all, of the elements where a mask is true. It is PyTorch's
// masked_amax.
func (t *Tensor) MaskedAmaxWith(mask *Tensor, opts ...Option) *Tensor {
	r := record("masked_amax")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	return r.handle(ops.MaskedAmax.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType), r.readOpt(mask)))
}

// MaskedAmin is the smallest over some dimensions, or all, of the elements where a mask is true. It is PyTorch's
// masked_amin.
func (t *Tensor) MaskedAmin(mask *Tensor, dims ...int) *Tensor {
	r := record("masked_amin")
	defer r.done()
	return r.handle(ops.MaskedAmin.Body(r.read(t), dims, false, graph.NoDType, r.readOpt(mask)))
}

// MaskedAminWith is the smallest over some dimensions, or all, of the elements where a mask is true. It is PyTorch's
// masked_amin.
func (t *Tensor) MaskedAminWith(mask *Tensor, opts ...Option) *Tensor {
	r := record("masked_amin")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	return r.handle(ops.MaskedAmin.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType), r.readOpt(mask)))
}

// MaskedArgMax is the index of the first largest of the elements where a mask is true. It is PyTorch's masked_argmax.
func (t *Tensor) MaskedArgMax(mask *Tensor, dims ...int) *Tensor {
	r := record("masked_argmax")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.MaskedArgMax.Body(r.read(t), dimAtOrNil(dims, 0), false, graph.NoDType, r.readOpt(mask)))
}

// MaskedArgMaxWith is the index of the first largest of the elements where a mask is true. It is PyTorch's
// masked_argmax.
func (t *Tensor) MaskedArgMaxWith(mask *Tensor, opts ...Option) *Tensor {
	r := record("masked_argmax")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	return r.handle(ops.MaskedArgMax.Body(r.read(t), maybeIntOption(o, "dim", nil), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType), r.readOpt(mask)))
}

// MaskedArgMin is the index of the first smallest of the elements where a mask is true. It is PyTorch's
// masked_argmin.
func (t *Tensor) MaskedArgMin(mask *Tensor, dims ...int) *Tensor {
	r := record("masked_argmin")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.MaskedArgMin.Body(r.read(t), dimAtOrNil(dims, 0), false, graph.NoDType, r.readOpt(mask)))
}

// MaskedArgMinWith is the index of the first smallest of the elements where a mask is true. It is PyTorch's
// masked_argmin.
func (t *Tensor) MaskedArgMinWith(mask *Tensor, opts ...Option) *Tensor {
	r := record("masked_argmin")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	return r.handle(ops.MaskedArgMin.Body(r.read(t), maybeIntOption(o, "dim", nil), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType), r.readOpt(mask)))
}

// MaskedCumProd is the products up to each along a dimension of the elements where a mask is true. It is PyTorch's
// masked_cumprod.
func (t *Tensor) MaskedCumProd(dim int, mask *Tensor) *Tensor {
	r := record("masked_cumprod")
	defer r.done()
	return r.handle(ops.MaskedCumProd.Body(r.read(t), dim, graph.NoDType, r.readOpt(mask)))
}

// MaskedCumProdWith is the products up to each along a dimension of the elements where a mask is true. It is
// PyTorch's masked_cumprod.
func (t *Tensor) MaskedCumProdWith(dim int, mask *Tensor, opts ...Option) *Tensor {
	r := record("masked_cumprod")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.MaskedCumProd.Body(r.read(t), dim, option[graph.DType](o, "dtype", graph.NoDType), r.readOpt(mask)))
}

// MaskedCumSum is the sums up to each along a dimension of the elements where a mask is true. It is PyTorch's
// masked_cumsum.
func (t *Tensor) MaskedCumSum(dim int, mask *Tensor) *Tensor {
	r := record("masked_cumsum")
	defer r.done()
	return r.handle(ops.MaskedCumSum.Body(r.read(t), dim, graph.NoDType, r.readOpt(mask)))
}

// MaskedCumSumWith is the sums up to each along a dimension of the elements where a mask is true. It is PyTorch's
// masked_cumsum.
func (t *Tensor) MaskedCumSumWith(dim int, mask *Tensor, opts ...Option) *Tensor {
	r := record("masked_cumsum")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.MaskedCumSum.Body(r.read(t), dim, option[graph.DType](o, "dtype", graph.NoDType), r.readOpt(mask)))
}

// MaskedFillScalar is the elements of self, or a number where mask is true. It is PyTorch's masked_fill.Scalar.
func (t *Tensor) MaskedFillScalar(mask *Tensor, value any) *Tensor {
	r := record("masked_fill")
	defer r.done()
	return r.handle(ops.MaskedFillScalar.Body(r.read(t), r.read(mask), r.scalar(value)))
}

// MaskedFillScalar_ replaces t by the elements of self, or a number where mask is true. It is PyTorch's
// masked_fill.Scalar.
func (t *Tensor) MaskedFillScalar_(mask *Tensor, value any) *Tensor {
	r := record("masked_fill")
	defer r.done()
	r.write(t, ops.MaskedFillScalar.Body(r.read(t), r.read(mask), r.scalar(value)))
	return t
}

// MaskedFill is the elements of self, or value where mask is true. It is PyTorch's masked_fill.Tensor.
func (t *Tensor) MaskedFill(mask *Tensor, value *Tensor) *Tensor {
	r := record("masked_fill")
	defer r.done()
	return r.handle(ops.MaskedFill.Body(r.read(t), r.read(mask), r.read(value)))
}

// MaskedFill_ replaces t by the elements of self, or value where mask is true. It is PyTorch's masked_fill.Tensor.
func (t *Tensor) MaskedFill_(mask *Tensor, value *Tensor) *Tensor {
	r := record("masked_fill")
	defer r.done()
	r.write(t, ops.MaskedFill.Body(r.read(t), r.read(mask), r.read(value)))
	return t
}

// MaskedLogSoftmax is the logarithm of the softmax along a dimension of the elements where a mask is true. It is
// PyTorch's masked_log_softmax.
func (t *Tensor) MaskedLogSoftmax(dim int, mask *Tensor) *Tensor {
	r := record("masked_log_softmax")
	defer r.done()
	return r.handle(ops.MaskedLogSoftmax.Body(r.read(t), dim, graph.NoDType, r.readOpt(mask)))
}

// MaskedLogSoftmaxWith is the logarithm of the softmax along a dimension of the elements where a mask is true. It is
// PyTorch's masked_log_softmax.
func (t *Tensor) MaskedLogSoftmaxWith(dim int, mask *Tensor, opts ...Option) *Tensor {
	r := record("masked_log_softmax")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.MaskedLogSoftmax.Body(r.read(t), dim, option[graph.DType](o, "dtype", graph.NoDType), r.readOpt(mask)))
}

// MaskedLogSumExp is the logarithm of the sum of the exponentials over some dimensions, or all, of the elements where
// a mask is true. It is PyTorch's masked_logsumexp.
func (t *Tensor) MaskedLogSumExp(mask *Tensor, dims ...int) *Tensor {
	r := record("masked_logsumexp")
	defer r.done()
	return r.handle(ops.MaskedLogSumExp.Body(r.read(t), dims, false, graph.NoDType, r.readOpt(mask)))
}

// MaskedLogSumExpWith is the logarithm of the sum of the exponentials over some dimensions, or all, of the elements
// where a mask is true. It is PyTorch's masked_logsumexp.
func (t *Tensor) MaskedLogSumExpWith(mask *Tensor, opts ...Option) *Tensor {
	r := record("masked_logsumexp")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	return r.handle(ops.MaskedLogSumExp.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType), r.readOpt(mask)))
}

// MaskedMean is the mean over some dimensions, or all, of the elements where a mask is true. It is PyTorch's
// masked_mean.
func (t *Tensor) MaskedMean(mask *Tensor, dims ...int) *Tensor {
	r := record("masked_mean")
	defer r.done()
	return r.handle(ops.MaskedMean.Body(r.read(t), dims, false, graph.NoDType, r.readOpt(mask)))
}

// MaskedMeanWith is the mean over some dimensions, or all, of the elements where a mask is true. It is PyTorch's
// masked_mean.
func (t *Tensor) MaskedMeanWith(mask *Tensor, opts ...Option) *Tensor {
	r := record("masked_mean")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	return r.handle(ops.MaskedMean.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType), r.readOpt(mask)))
}

// MaskedMedian is the lower median along a dimension of the elements where a mask is true. It is PyTorch's
// masked_median.
func (t *Tensor) MaskedMedian(mask *Tensor, dims ...int) *Tensor {
	r := record("masked_median")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.MaskedMedian.Body(r.read(t), dimAt(dims, 0, -1), false, graph.NoDType, r.readOpt(mask)))
}

// MaskedMedianWith is the lower median along a dimension of the elements where a mask is true. It is PyTorch's
// masked_median.
func (t *Tensor) MaskedMedianWith(mask *Tensor, opts ...Option) *Tensor {
	r := record("masked_median")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	return r.handle(ops.MaskedMedian.Body(r.read(t), intOption(o, "dim", -1), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType), r.readOpt(mask)))
}

// MaskedProd is the product over some dimensions, or all, of the elements where a mask is true. It is PyTorch's
// masked_prod.
func (t *Tensor) MaskedProd(mask *Tensor, dims ...int) *Tensor {
	r := record("masked_prod")
	defer r.done()
	return r.handle(ops.MaskedProd.Body(r.read(t), dims, false, graph.NoDType, r.readOpt(mask)))
}

// MaskedProdWith is the product over some dimensions, or all, of the elements where a mask is true. It is PyTorch's
// masked_prod.
func (t *Tensor) MaskedProdWith(mask *Tensor, opts ...Option) *Tensor {
	r := record("masked_prod")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	return r.handle(ops.MaskedProd.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType), r.readOpt(mask)))
}

// MaskedScatter is self with the elements of source, one after the other, where mask is true. It is PyTorch's
// masked_scatter.
func (t *Tensor) MaskedScatter(mask *Tensor, source *Tensor) *Tensor {
	r := record("masked_scatter")
	defer r.done()
	return r.handle(ops.MaskedScatter.Body(r.read(t), r.read(mask), r.read(source)))
}

// MaskedScatter_ replaces t by self with the elements of source, one after the other, where mask is true. It is
// PyTorch's masked_scatter.
func (t *Tensor) MaskedScatter_(mask *Tensor, source *Tensor) *Tensor {
	r := record("masked_scatter")
	defer r.done()
	r.write(t, ops.MaskedScatter.Body(r.read(t), r.read(mask), r.read(source)))
	return t
}

// MaskedSelect is the elements where a mask, which broadcasts, is true, one after the other. It is PyTorch's
// masked_select.
func (t *Tensor) MaskedSelect(mask *Tensor) *Tensor {
	r := record("masked_select")
	defer r.done()
	return r.handle(ops.MaskedSelect.Body(r.read(t), r.read(mask)))
}

// MaskedSoftmax is the softmax along a dimension of the elements where a mask is true. It is PyTorch's
// masked_softmax.
func (t *Tensor) MaskedSoftmax(dim int, mask *Tensor) *Tensor {
	r := record("masked_softmax")
	defer r.done()
	return r.handle(ops.MaskedSoftmax.Body(r.read(t), dim, graph.NoDType, r.readOpt(mask)))
}

// MaskedSoftmaxWith is the softmax along a dimension of the elements where a mask is true. It is PyTorch's
// masked_softmax.
func (t *Tensor) MaskedSoftmaxWith(dim int, mask *Tensor, opts ...Option) *Tensor {
	r := record("masked_softmax")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.MaskedSoftmax.Body(r.read(t), dim, option[graph.DType](o, "dtype", graph.NoDType), r.readOpt(mask)))
}

// MaskedSoftmin is the softmin along a dimension of the elements where a mask is true. It is PyTorch's
// masked_softmin.
func (t *Tensor) MaskedSoftmin(dim int, mask *Tensor) *Tensor {
	r := record("masked_softmin")
	defer r.done()
	return r.handle(ops.MaskedSoftmin.Body(r.read(t), dim, graph.NoDType, r.readOpt(mask)))
}

// MaskedSoftminWith is the softmin along a dimension of the elements where a mask is true. It is PyTorch's
// masked_softmin.
func (t *Tensor) MaskedSoftminWith(dim int, mask *Tensor, opts ...Option) *Tensor {
	r := record("masked_softmin")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.MaskedSoftmin.Body(r.read(t), dim, option[graph.DType](o, "dtype", graph.NoDType), r.readOpt(mask)))
}

// MaskedSum is the sum over some dimensions, or all, of the elements where a mask is true. It is PyTorch's
// masked_sum.
func (t *Tensor) MaskedSum(mask *Tensor, dims ...int) *Tensor {
	r := record("masked_sum")
	defer r.done()
	return r.handle(ops.MaskedSum.Body(r.read(t), dims, false, graph.NoDType, r.readOpt(mask)))
}

// MaskedSumWith is the sum over some dimensions, or all, of the elements where a mask is true. It is PyTorch's
// masked_sum.
func (t *Tensor) MaskedSumWith(mask *Tensor, opts ...Option) *Tensor {
	r := record("masked_sum")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	return r.handle(ops.MaskedSum.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType), r.readOpt(mask)))
}

// MatMul is the product of matrices, over leading dimensions that broadcast. It is PyTorch's matmul.
func (t *Tensor) MatMul(other *Tensor) *Tensor {
	r := record("matmul")
	defer r.done()
	return r.handle(ops.MatMul.Body(r.read(t), r.read(other)))
}

// H is the conjugate transpose of a matrix. It is PyTorch's matrix_H.
func (t *Tensor) H() *Tensor {
	r := record("matrix_H")
	defer r.done()
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.H.Body(x) })
}

// Max is the largest element. It is PyTorch's max.
func (t *Tensor) Max() *Tensor {
	r := record("max")
	defer r.done()
	return r.handle(ops.Max.Body(r.read(t)))
}

// MaxDim is the largest element along a dimension and its index. It is PyTorch's max.dim.
func (t *Tensor) MaxDim(dim int) (*Tensor, *Tensor) {
	r := record("max")
	defer r.done()
	v0, v1 := ops.MaxDim.Body(r.read(t), dim, false)
	return r.handle(v0), r.handle(v1)
}

// MaxDimWith is the largest element along a dimension and its index. It is PyTorch's max.dim.
func (t *Tensor) MaxDimWith(dim int, opts ...Option) (*Tensor, *Tensor) {
	r := record("max")
	defer r.done()
	o := r.options(opts, "keepdim")
	v0, v1 := ops.MaxDim.Body(r.read(t), dim, option[bool](o, "keepdim", false))
	return r.handle(v0), r.handle(v1)
}

// MaxPool1d is the largest element under each window over one dimension. It is PyTorch's max_pool1d.
func (t *Tensor) MaxPool1d(kernelSize ...int) *Tensor {
	r := record("max_pool1d")
	defer r.done()
	return r.handle(ops.MaxPool1d.Body(r.read(t), kernelSize, nil, []int{0}, []int{1}, false))
}

// MaxPool1dWith is the largest element under each window over one dimension. It is PyTorch's max_pool1d.
func (t *Tensor) MaxPool1dWith(kernelSize []int, opts ...Option) *Tensor {
	r := record("max_pool1d")
	defer r.done()
	o := r.options(opts, "stride", "padding", "dilation", "ceil_mode")
	return r.handle(ops.MaxPool1d.Body(r.read(t), kernelSize, option[[]int](o, "stride", nil), option[[]int](o, "padding", []int{0}), option[[]int](o, "dilation", []int{1}), option[bool](o, "ceil_mode", false)))
}

// MaxPool1dWithIndices is the largest element under each window over one dimension, and its place. It is PyTorch's
// max_pool1d_with_indices.
func (t *Tensor) MaxPool1dWithIndices(kernelSize ...int) (*Tensor, *Tensor) {
	r := record("max_pool1d_with_indices")
	defer r.done()
	v0, v1 := ops.MaxPool1dWithIndices.Body(r.read(t), kernelSize, nil, []int{0}, []int{1}, false)
	return r.handle(v0), r.handle(v1)
}

// MaxPool1dWithIndicesWith is the largest element under each window over one dimension, and its place. It is
// PyTorch's max_pool1d_with_indices.
func (t *Tensor) MaxPool1dWithIndicesWith(kernelSize []int, opts ...Option) (*Tensor, *Tensor) {
	r := record("max_pool1d_with_indices")
	defer r.done()
	o := r.options(opts, "stride", "padding", "dilation", "ceil_mode")
	v0, v1 := ops.MaxPool1dWithIndices.Body(r.read(t), kernelSize, option[[]int](o, "stride", nil), option[[]int](o, "padding", []int{0}), option[[]int](o, "dilation", []int{1}), option[bool](o, "ceil_mode", false))
	return r.handle(v0), r.handle(v1)
}

// MaxPool2d is the largest element under each window over two dimensions. It is PyTorch's max_pool2d.
func (t *Tensor) MaxPool2d(kernelSize ...int) *Tensor {
	r := record("max_pool2d")
	defer r.done()
	return r.handle(ops.MaxPool2d.Body(r.read(t), kernelSize, nil, []int{0}, []int{1}, false))
}

// MaxPool2dWith is the largest element under each window over two dimensions. It is PyTorch's max_pool2d.
func (t *Tensor) MaxPool2dWith(kernelSize []int, opts ...Option) *Tensor {
	r := record("max_pool2d")
	defer r.done()
	o := r.options(opts, "stride", "padding", "dilation", "ceil_mode")
	return r.handle(ops.MaxPool2d.Body(r.read(t), kernelSize, option[[]int](o, "stride", nil), option[[]int](o, "padding", []int{0}), option[[]int](o, "dilation", []int{1}), option[bool](o, "ceil_mode", false)))
}

// MaxPool2dWithIndices is the largest element under each window over two dimensions, and its place in the flattened
// plane. It is PyTorch's max_pool2d_with_indices.
func (t *Tensor) MaxPool2dWithIndices(kernelSize ...int) (*Tensor, *Tensor) {
	r := record("max_pool2d_with_indices")
	defer r.done()
	v0, v1 := ops.MaxPool2dWithIndices.Body(r.read(t), kernelSize, nil, []int{0}, []int{1}, false)
	return r.handle(v0), r.handle(v1)
}

// MaxPool2dWithIndicesWith is the largest element under each window over two dimensions, and its place in the
// flattened plane. It is PyTorch's max_pool2d_with_indices.
func (t *Tensor) MaxPool2dWithIndicesWith(kernelSize []int, opts ...Option) (*Tensor, *Tensor) {
	r := record("max_pool2d_with_indices")
	defer r.done()
	o := r.options(opts, "stride", "padding", "dilation", "ceil_mode")
	v0, v1 := ops.MaxPool2dWithIndices.Body(r.read(t), kernelSize, option[[]int](o, "stride", nil), option[[]int](o, "padding", []int{0}), option[[]int](o, "dilation", []int{1}), option[bool](o, "ceil_mode", false))
	return r.handle(v0), r.handle(v1)
}

// MaxPool3d is the largest element under each window over three dimensions. It is PyTorch's max_pool3d.
func (t *Tensor) MaxPool3d(kernelSize ...int) *Tensor {
	r := record("max_pool3d")
	defer r.done()
	return r.handle(ops.MaxPool3d.Body(r.read(t), kernelSize, nil, []int{0}, []int{1}, false))
}

// MaxPool3dWith is the largest element under each window over three dimensions. It is PyTorch's max_pool3d.
func (t *Tensor) MaxPool3dWith(kernelSize []int, opts ...Option) *Tensor {
	r := record("max_pool3d")
	defer r.done()
	o := r.options(opts, "stride", "padding", "dilation", "ceil_mode")
	return r.handle(ops.MaxPool3d.Body(r.read(t), kernelSize, option[[]int](o, "stride", nil), option[[]int](o, "padding", []int{0}), option[[]int](o, "dilation", []int{1}), option[bool](o, "ceil_mode", false)))
}

// MaxPool3dWithIndices is the largest element under each window over three dimensions, and its place in the flattened
// space. It is PyTorch's max_pool3d_with_indices.
func (t *Tensor) MaxPool3dWithIndices(kernelSize ...int) (*Tensor, *Tensor) {
	r := record("max_pool3d_with_indices")
	defer r.done()
	v0, v1 := ops.MaxPool3dWithIndices.Body(r.read(t), kernelSize, nil, []int{0}, []int{1}, false)
	return r.handle(v0), r.handle(v1)
}

// MaxPool3dWithIndicesWith is the largest element under each window over three dimensions, and its place in the
// flattened space. It is PyTorch's max_pool3d_with_indices.
func (t *Tensor) MaxPool3dWithIndicesWith(kernelSize []int, opts ...Option) (*Tensor, *Tensor) {
	r := record("max_pool3d_with_indices")
	defer r.done()
	o := r.options(opts, "stride", "padding", "dilation", "ceil_mode")
	v0, v1 := ops.MaxPool3dWithIndices.Body(r.read(t), kernelSize, option[[]int](o, "stride", nil), option[[]int](o, "padding", []int{0}), option[[]int](o, "dilation", []int{1}), option[bool](o, "ceil_mode", false))
	return r.handle(v0), r.handle(v1)
}

// MaxUnpool1d is the elements of a max pooling put where they were, in sequences of zeros. It is PyTorch's
// max_unpool1d.
func (t *Tensor) MaxUnpool1d(indices *Tensor, outputSize ...any) *Tensor {
	r := record("max_unpool1d")
	defer r.done()
	return r.handle(ops.MaxUnpool1d.Body(r.read(t), r.read(indices), r.sizes(outputSize)))
}

// MaxUnpool2d is the elements of a max pooling put where they were, in planes of zeros. It is PyTorch's max_unpool2d.
func (t *Tensor) MaxUnpool2d(indices *Tensor, outputSize ...any) *Tensor {
	r := record("max_unpool2d")
	defer r.done()
	return r.handle(ops.MaxUnpool2d.Body(r.read(t), r.read(indices), r.sizes(outputSize)))
}

// MaxUnpool3d is the elements of a max pooling put where they were, in spaces of zeros. It is PyTorch's max_unpool3d.
func (t *Tensor) MaxUnpool3d(indices *Tensor, outputSize []any, stride []int, padding ...int) *Tensor {
	r := record("max_unpool3d")
	defer r.done()
	return r.handle(ops.MaxUnpool3d.Body(r.read(t), r.read(indices), r.sizes(outputSize), stride, padding))
}

// Maximum is the larger of each two elements; NaN if either is. It is PyTorch's maximum.
func (t *Tensor) Maximum(other *Tensor) *Tensor {
	r := record("maximum")
	defer r.done()
	return r.handle(ops.Maximum.Body(r.read(t), r.read(other)))
}

// Mean is the mean over some dimensions, or all. It is PyTorch's mean.dim.
func (t *Tensor) Mean(dims ...int) *Tensor {
	r := record("mean")
	defer r.done()
	return r.handle(ops.Mean.Body(r.read(t), dims, false, graph.NoDType))
}

// MeanWith is the mean over some dimensions, or all. It is PyTorch's mean.dim.
func (t *Tensor) MeanWith(opts ...Option) *Tensor {
	r := record("mean")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	return r.handle(ops.Mean.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType)))
}

// Median is the lower median of all elements; NaN if one is. It is PyTorch's median.
func (t *Tensor) Median() *Tensor {
	r := record("median")
	defer r.done()
	return r.handle(ops.Median.Body(r.read(t)))
}

// MedianDim is the lower median along a dimension and its index; NaN if one is. It is PyTorch's median.dim.
func (t *Tensor) MedianDim(dim int) (*Tensor, *Tensor) {
	r := record("median")
	defer r.done()
	v0, v1 := ops.MedianDim.Body(r.read(t), dim, false)
	return r.handle(v0), r.handle(v1)
}

// MedianDimWith is the lower median along a dimension and its index; NaN if one is. It is PyTorch's median.dim.
func (t *Tensor) MedianDimWith(dim int, opts ...Option) (*Tensor, *Tensor) {
	r := record("median")
	defer r.done()
	o := r.options(opts, "keepdim")
	v0, v1 := ops.MedianDim.Body(r.read(t), dim, option[bool](o, "keepdim", false))
	return r.handle(v0), r.handle(v1)
}

// Min is the smallest element. It is PyTorch's min.
func (t *Tensor) Min() *Tensor {
	r := record("min")
	defer r.done()
	return r.handle(ops.Min.Body(r.read(t)))
}

// MinDim is the smallest element along a dimension and its index. It is PyTorch's min.dim.
func (t *Tensor) MinDim(dim int) (*Tensor, *Tensor) {
	r := record("min")
	defer r.done()
	v0, v1 := ops.MinDim.Body(r.read(t), dim, false)
	return r.handle(v0), r.handle(v1)
}

// MinDimWith is the smallest element along a dimension and its index. It is PyTorch's min.dim.
func (t *Tensor) MinDimWith(dim int, opts ...Option) (*Tensor, *Tensor) {
	r := record("min")
	defer r.done()
	o := r.options(opts, "keepdim")
	v0, v1 := ops.MinDim.Body(r.read(t), dim, option[bool](o, "keepdim", false))
	return r.handle(v0), r.handle(v1)
}

// Minimum is the smaller of each two elements; NaN if either is. It is PyTorch's minimum.
func (t *Tensor) Minimum(other *Tensor) *Tensor {
	r := record("minimum")
	defer r.done()
	return r.handle(ops.Minimum.Body(r.read(t), r.read(other)))
}

// Mish is each element times the tanh of its softplus. It is PyTorch's mish.
func (t *Tensor) Mish() *Tensor {
	r := record("mish")
	defer r.done()
	return r.handle(ops.Mish.Body(r.read(t)))
}

// Mish_ replaces t by each element times the tanh of its softplus. It is PyTorch's mish.
func (t *Tensor) Mish_() *Tensor {
	r := record("mish")
	defer r.done()
	r.write(t, ops.Mish.Body(r.read(t)))
	return t
}

// Mm is the product of two matrices. It is PyTorch's mm.
func (t *Tensor) Mm(mat2 *Tensor) *Tensor {
	r := record("mm")
	defer r.done()
	return r.handle(ops.Mm.Body(r.read(t), r.read(mat2)))
}

// Mode is the most frequent element along a dimension, of several the smallest, and the last index at which it
// stands. It is PyTorch's mode.
func (t *Tensor) Mode(dims ...int) (*Tensor, *Tensor) {
	r := record("mode")
	defer r.done()
	r.atMost(dims, 1)
	v0, v1 := ops.Mode.Body(r.read(t), dimAt(dims, 0, -1), false)
	return r.handle(v0), r.handle(v1)
}

// ModeWith is the most frequent element along a dimension, of several the smallest, and the last index at which it
// stands. It is PyTorch's mode.
func (t *Tensor) ModeWith(opts ...Option) (*Tensor, *Tensor) {
	r := record("mode")
	defer r.done()
	o := r.options(opts, "dim", "keepdim")
	v0, v1 := ops.Mode.Body(r.read(t), intOption(o, "dim", -1), option[bool](o, "keepdim", false))
	return r.handle(v0), r.handle(v1)
}

// Movedim is the same elements with a dimension at another place. It is PyTorch's movedim.int.
func (t *Tensor) Movedim(source int, destination int) *Tensor {
	r := record("movedim")
	defer r.done()
	sourceAt := source
	destinationAt := destination
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Movedim.Body(x, sourceAt, destinationAt) })
}

// MovedimList is the same elements with some dimensions at other places. It is PyTorch's movedim.intlist.
func (t *Tensor) MovedimList(source []int, destination ...int) *Tensor {
	r := record("movedim")
	defer r.done()
	sourceAt := source
	destinationAt := destination
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.MovedimList.Body(x, sourceAt, destinationAt) })
}

// MSELoss is the square of the difference. It is PyTorch's mse_loss.
func (t *Tensor) MSELoss(target *Tensor) *Tensor {
	r := record("mse_loss")
	defer r.done()
	return r.handle(ops.MSELoss.Body(r.read(t), r.read(target), 1))
}

// MSELossWith is the square of the difference. It is PyTorch's mse_loss.
func (t *Tensor) MSELossWith(target *Tensor, opts ...Option) *Tensor {
	r := record("mse_loss")
	defer r.done()
	o := r.options(opts, "reduction")
	return r.handle(ops.MSELoss.Body(r.read(t), r.read(target), reductionOption(o, "reduction", 1)))
}

// MSort is the elements along the first dimension in order. It is PyTorch's msort.
func (t *Tensor) MSort() *Tensor {
	r := record("msort")
	defer r.done()
	return r.handle(ops.MSort.Body(r.read(t)))
}

// MulScalar is the product of self and a number. It is PyTorch's mul.Scalar.
func (t *Tensor) MulScalar(other any) *Tensor {
	r := record("mul")
	defer r.done()
	return r.handle(ops.MulScalar.Body(r.read(t), r.scalar(other)))
}

// MulScalar_ replaces t by the product of self and a number. It is PyTorch's mul.Scalar.
func (t *Tensor) MulScalar_(other any) *Tensor {
	r := record("mul")
	defer r.done()
	r.write(t, ops.MulScalar.Body(r.read(t), r.scalar(other)))
	return t
}

// Mul is the product of self and other. It is PyTorch's mul.Tensor.
func (t *Tensor) Mul(other *Tensor) *Tensor {
	r := record("mul")
	defer r.done()
	return r.handle(ops.Mul.Body(r.read(t), r.read(other)))
}

// Mul_ replaces t by the product of self and other. It is PyTorch's mul.Tensor.
func (t *Tensor) Mul_(other *Tensor) *Tensor {
	r := record("mul")
	defer r.done()
	r.write(t, ops.Mul.Body(r.read(t), r.read(other)))
	return t
}

// MultiMarginLoss is what the score of the target class lacks of leading the others by margin. It is PyTorch's
// multi_margin_loss.
func (t *Tensor) MultiMarginLoss(target *Tensor, weight *Tensor) *Tensor {
	r := record("multi_margin_loss")
	defer r.done()
	return r.handle(ops.MultiMarginLoss.Body(r.read(t), r.read(target), r.scalar(1), r.scalar(1), r.readOpt(weight), 1))
}

// MultiMarginLossWith is what the score of the target class lacks of leading the others by margin. It is PyTorch's
// multi_margin_loss.
func (t *Tensor) MultiMarginLossWith(target *Tensor, weight *Tensor, opts ...Option) *Tensor {
	r := record("multi_margin_loss")
	defer r.done()
	o := r.options(opts, "p", "margin", "reduction")
	return r.handle(ops.MultiMarginLoss.Body(r.read(t), r.read(target), r.scalarOption(o, "p", r.scalar(1)), r.scalarOption(o, "margin", r.scalar(1)), r.readOpt(weight), reductionOption(o, "reduction", 1)))
}

// Multinomial is columns drawn with the probabilities that rows are, up to a factor. It is PyTorch's multinomial.
func (t *Tensor) Multinomial(g *Generator, numSamples int) *Tensor {
	r := record("multinomial")
	defer r.done()
	v0, generatorNext := ops.Multinomial.Body(r.read(t), numSamples, false, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// MultinomialWith is columns drawn with the probabilities that rows are, up to a factor. It is PyTorch's multinomial.
func (t *Tensor) MultinomialWith(g *Generator, numSamples int, opts ...Option) *Tensor {
	r := record("multinomial")
	defer r.done()
	o := r.options(opts, "replacement")
	v0, generatorNext := ops.Multinomial.Body(r.read(t), numSamples, option[bool](o, "replacement", false), r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// Mv is the product of a matrix and a vector. It is PyTorch's mv.
func (t *Tensor) Mv(vec *Tensor) *Tensor {
	r := record("mv")
	defer r.done()
	return r.handle(ops.Mv.Body(r.read(t), r.read(vec)))
}

// Mvlgamma is the logarithm of the gamma function of p dimensions at each element, which is above (p − 1)/2. It is
// PyTorch's mvlgamma.
func (t *Tensor) Mvlgamma(p int) *Tensor {
	r := record("mvlgamma")
	defer r.done()
	return r.handle(ops.Mvlgamma.Body(r.read(t), p))
}

// Mvlgamma_ replaces t by the logarithm of the gamma function of p dimensions at each element, which is above (p −
// 1)/2. It is PyTorch's mvlgamma.
func (t *Tensor) Mvlgamma_(p int) *Tensor {
	r := record("mvlgamma")
	defer r.done()
	r.write(t, ops.Mvlgamma.Body(r.read(t), p))
	return t
}

// NanToNum is each element, with numbers in the place of NaN and infinities. It is PyTorch's nan_to_num.
func (t *Tensor) NanToNum() *Tensor {
	r := record("nan_to_num")
	defer r.done()
	return r.handle(ops.NanToNum.Body(r.read(t), nil, nil, nil))
}

// NanToNumWith is each element, with numbers in the place of NaN and infinities. It is PyTorch's nan_to_num.
func (t *Tensor) NanToNumWith(opts ...Option) *Tensor {
	r := record("nan_to_num")
	defer r.done()
	o := r.options(opts, "nan", "posinf", "neginf")
	return r.handle(ops.NanToNum.Body(r.read(t), maybeFloatOption(o, "nan", nil), maybeFloatOption(o, "posinf", nil), maybeFloatOption(o, "neginf", nil)))
}

// NanToNum_ replaces t by each element, with numbers in the place of NaN and infinities. It is PyTorch's nan_to_num.
func (t *Tensor) NanToNum_() *Tensor {
	r := record("nan_to_num")
	defer r.done()
	r.write(t, ops.NanToNum.Body(r.read(t), nil, nil, nil))
	return t
}

// NanToNumWith_ replaces t by each element, with numbers in the place of NaN and infinities. It is PyTorch's
// nan_to_num.
func (t *Tensor) NanToNumWith_(opts ...Option) *Tensor {
	r := record("nan_to_num")
	defer r.done()
	o := r.options(opts, "nan", "posinf", "neginf")
	r.write(t, ops.NanToNum.Body(r.read(t), maybeFloatOption(o, "nan", nil), maybeFloatOption(o, "posinf", nil), maybeFloatOption(o, "neginf", nil)))
	return t
}

// NanMean is the mean over some dimensions, or all, of what is not NaN. It is PyTorch's nanmean.
func (t *Tensor) NanMean(dims ...int) *Tensor {
	r := record("nanmean")
	defer r.done()
	return r.handle(ops.NanMean.Body(r.read(t), dims, false, graph.NoDType))
}

// NanMeanWith is the mean over some dimensions, or all, of what is not NaN. It is PyTorch's nanmean.
func (t *Tensor) NanMeanWith(opts ...Option) *Tensor {
	r := record("nanmean")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	return r.handle(ops.NanMean.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType)))
}

// NanMedian is the lower median of all elements that are not NaN. It is PyTorch's nanmedian.
func (t *Tensor) NanMedian() *Tensor {
	r := record("nanmedian")
	defer r.done()
	return r.handle(ops.NanMedian.Body(r.read(t)))
}

// NanMedianDim is the lower median along a dimension of what is not NaN, and its index. It is PyTorch's
// nanmedian.dim.
func (t *Tensor) NanMedianDim(dim int) (*Tensor, *Tensor) {
	r := record("nanmedian")
	defer r.done()
	v0, v1 := ops.NanMedianDim.Body(r.read(t), dim, false)
	return r.handle(v0), r.handle(v1)
}

// NanMedianDimWith is the lower median along a dimension of what is not NaN, and its index. It is PyTorch's
// nanmedian.dim.
func (t *Tensor) NanMedianDimWith(dim int, opts ...Option) (*Tensor, *Tensor) {
	r := record("nanmedian")
	defer r.done()
	o := r.options(opts, "keepdim")
	v0, v1 := ops.NanMedianDim.Body(r.read(t), dim, option[bool](o, "keepdim", false))
	return r.handle(v0), r.handle(v1)
}

// NanQuantile is what shares q of the elements that are not NaN lie below, along a dimension or of all. It is
// PyTorch's nanquantile.
func (t *Tensor) NanQuantile(q *Tensor, dims ...int) *Tensor {
	r := record("nanquantile")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.NanQuantile.Body(r.read(t), r.read(q), dimAtOrNil(dims, 0), false, "linear"))
}

// NanQuantileWith is what shares q of the elements that are not NaN lie below, along a dimension or of all. It is
// PyTorch's nanquantile.
func (t *Tensor) NanQuantileWith(q *Tensor, opts ...Option) *Tensor {
	r := record("nanquantile")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "interpolation")
	return r.handle(ops.NanQuantile.Body(r.read(t), r.read(q), maybeIntOption(o, "dim", nil), option[bool](o, "keepdim", false), option[string](o, "interpolation", "linear")))
}

// NanQuantileScalar is what shares q of the elements that are not NaN lie below, along a dimension or of all. It is
// PyTorch's nanquantile.scalar.
func (t *Tensor) NanQuantileScalar(q float64, dims ...int) *Tensor {
	r := record("nanquantile")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.NanQuantileScalar.Body(r.read(t), q, dimAtOrNil(dims, 0), false, "linear"))
}

// NanQuantileScalarWith is what shares q of the elements that are not NaN lie below, along a dimension or of all. It
// is PyTorch's nanquantile.scalar.
func (t *Tensor) NanQuantileScalarWith(q float64, opts ...Option) *Tensor {
	r := record("nanquantile")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "interpolation")
	return r.handle(ops.NanQuantileScalar.Body(r.read(t), q, maybeIntOption(o, "dim", nil), option[bool](o, "keepdim", false), option[string](o, "interpolation", "linear")))
}

// NanSum is the sum over some dimensions, or all, of what is not NaN. It is PyTorch's nansum.
func (t *Tensor) NanSum(dims ...int) *Tensor {
	r := record("nansum")
	defer r.done()
	return r.handle(ops.NanSum.Body(r.read(t), dims, false, graph.NoDType))
}

// NanSumWith is the sum over some dimensions, or all, of what is not NaN. It is PyTorch's nansum.
func (t *Tensor) NanSumWith(opts ...Option) *Tensor {
	r := record("nansum")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	return r.handle(ops.NanSum.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType)))
}

// Narrow is so many elements of a dimension, from start on. It is PyTorch's narrow.
func (t *Tensor) Narrow(dim int, start any, length any) *Tensor {
	r := record("narrow")
	defer r.done()
	dimAt := dim
	startAt := r.size(start)
	lengthAt := r.size(length)
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Narrow.Body(x, dimAt, startAt, lengthAt) })
}

// NarrowFrom is so many elements of a dimension, from where a tensor without axes says on, as a tensor of its own. It
// is PyTorch's narrow.Tensor.
func (t *Tensor) NarrowFrom(dim int, start *Tensor, length any) *Tensor {
	r := record("narrow")
	defer r.done()
	return r.handle(ops.NarrowFrom.Body(r.read(t), dim, r.read(start), r.size(length)))
}

// NeScalar is whether each element is different from a number. It is PyTorch's ne.Scalar.
func (t *Tensor) NeScalar(other any) *Tensor {
	r := record("ne")
	defer r.done()
	return r.handle(ops.NeScalar.Body(r.read(t), r.scalar(other)))
}

// Ne is whether each element of self is different from that of other. It is PyTorch's ne.Tensor.
func (t *Tensor) Ne(other *Tensor) *Tensor {
	r := record("ne")
	defer r.done()
	return r.handle(ops.Ne.Body(r.read(t), r.read(other)))
}

// Neg is the negative of each element. It is PyTorch's neg.
func (t *Tensor) Neg() *Tensor {
	r := record("neg")
	defer r.done()
	return r.handle(ops.Neg.Body(r.read(t)))
}

// Neg_ replaces t by the negative of each element. It is PyTorch's neg.
func (t *Tensor) Neg_() *Tensor {
	r := record("neg")
	defer r.done()
	r.write(t, ops.Neg.Body(r.read(t)))
	return t
}

// NewEmpty is an array with the dtype of self whose elements are not promised. It is PyTorch's new_empty.
func (t *Tensor) NewEmpty(size ...any) *Tensor {
	r := record("new_empty")
	defer r.done()
	return r.handle(ops.NewEmpty.Body(r.read(t), r.sizes(size), graph.NoDType))
}

// NewEmptyWith is an array with the dtype of self whose elements are not promised. It is PyTorch's new_empty.
func (t *Tensor) NewEmptyWith(size []any, opts ...Option) *Tensor {
	r := record("new_empty")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.NewEmpty.Body(r.read(t), r.sizes(size), option[graph.DType](o, "dtype", graph.NoDType)))
}

// NewFull is an array of one number with the dtype of self. It is PyTorch's new_full.
func (t *Tensor) NewFull(size []any, fillValue any) *Tensor {
	r := record("new_full")
	defer r.done()
	return r.handle(ops.NewFull.Body(r.read(t), r.sizes(size), r.scalar(fillValue), graph.NoDType))
}

// NewFullWith is an array of one number with the dtype of self. It is PyTorch's new_full.
func (t *Tensor) NewFullWith(size []any, fillValue any, opts ...Option) *Tensor {
	r := record("new_full")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.NewFull.Body(r.read(t), r.sizes(size), r.scalar(fillValue), option[graph.DType](o, "dtype", graph.NoDType)))
}

// NewOnes is ones with the dtype of self. It is PyTorch's new_ones.
func (t *Tensor) NewOnes(size ...any) *Tensor {
	r := record("new_ones")
	defer r.done()
	return r.handle(ops.NewOnes.Body(r.read(t), r.sizes(size), graph.NoDType))
}

// NewOnesWith is ones with the dtype of self. It is PyTorch's new_ones.
func (t *Tensor) NewOnesWith(size []any, opts ...Option) *Tensor {
	r := record("new_ones")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.NewOnes.Body(r.read(t), r.sizes(size), option[graph.DType](o, "dtype", graph.NoDType)))
}

// NewZeros is zeros with the dtype of self. It is PyTorch's new_zeros.
func (t *Tensor) NewZeros(size ...any) *Tensor {
	r := record("new_zeros")
	defer r.done()
	return r.handle(ops.NewZeros.Body(r.read(t), r.sizes(size), graph.NoDType))
}

// NewZerosWith is zeros with the dtype of self. It is PyTorch's new_zeros.
func (t *Tensor) NewZerosWith(size []any, opts ...Option) *Tensor {
	r := record("new_zeros")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.NewZeros.Body(r.read(t), r.sizes(size), option[graph.DType](o, "dtype", graph.NoDType)))
}

// NextAfter is the number next to each element of self on the way to that of other. It is PyTorch's nextafter.
func (t *Tensor) NextAfter(other *Tensor) *Tensor {
	r := record("nextafter")
	defer r.done()
	return r.handle(ops.NextAfter.Body(r.read(t), r.read(other)))
}

// NextAfter_ replaces t by the number next to each element of self on the way to that of other. It is PyTorch's
// nextafter.
func (t *Tensor) NextAfter_(other *Tensor) *Tensor {
	r := record("nextafter")
	defer r.done()
	r.write(t, ops.NextAfter.Body(r.read(t), r.read(other)))
	return t
}

// NLLLoss is the negative of what self, logarithms of probabilities, says at the target classes. It is PyTorch's
// nll_loss.
func (t *Tensor) NLLLoss(target *Tensor, weight *Tensor) *Tensor {
	r := record("nll_loss")
	defer r.done()
	return r.handle(ops.NLLLoss.Body(r.read(t), r.read(target), r.readOpt(weight), 1, -100))
}

// NLLLossWith is the negative of what self, logarithms of probabilities, says at the target classes. It is PyTorch's
// nll_loss.
func (t *Tensor) NLLLossWith(target *Tensor, weight *Tensor, opts ...Option) *Tensor {
	r := record("nll_loss")
	defer r.done()
	o := r.options(opts, "reduction", "ignore_index")
	return r.handle(ops.NLLLoss.Body(r.read(t), r.read(target), r.readOpt(weight), reductionOption(o, "reduction", 1), intOption(o, "ignore_index", -100)))
}

// NonZero is the places of the elements that are not zero, a row for each. It is PyTorch's nonzero.
func (t *Tensor) NonZero() *Tensor {
	r := record("nonzero")
	defer r.done()
	return r.handle(ops.NonZero.Body(r.read(t)))
}

// NonZeroByAxis is the places of the elements that are not zero, a vector for each dimension. It is PyTorch's
// nonzero_numpy.
func (t *Tensor) NonZeroByAxis() []*Tensor {
	r := record("nonzero_numpy")
	defer r.done()
	return r.handles(ops.NonZeroByAxis.Body(r.read(t)))
}

// NonZeroStatic is the places of the first elements that are not zero, a row for each, so many rows: those behind the
// last one are filled. It is PyTorch's nonzero_static.
func (t *Tensor) NonZeroStatic(size any) *Tensor {
	r := record("nonzero_static")
	defer r.done()
	return r.handle(ops.NonZeroStatic.Body(r.read(t), r.size(size), -1))
}

// NonZeroStaticWith is the places of the first elements that are not zero, a row for each, so many rows: those behind
// the last one are filled. It is PyTorch's nonzero_static.
func (t *Tensor) NonZeroStaticWith(size any, opts ...Option) *Tensor {
	r := record("nonzero_static")
	defer r.done()
	o := r.options(opts, "fill_value")
	return r.handle(ops.NonZeroStatic.Body(r.read(t), r.size(size), intOption(o, "fill_value", -1)))
}

// Norm is the norm of order p over some dimensions. It is PyTorch's norm.ScalarOpt_dim.
func (t *Tensor) Norm(p any, dim ...int) *Tensor {
	r := record("norm")
	defer r.done()
	return r.handle(ops.Norm.Body(r.read(t), r.maybeScalar(p), dim, false))
}

// NormWith is the norm of order p over some dimensions. It is PyTorch's norm.ScalarOpt_dim.
func (t *Tensor) NormWith(p any, dim []int, opts ...Option) *Tensor {
	r := record("norm")
	defer r.done()
	o := r.options(opts, "keepdim")
	return r.handle(ops.Norm.Body(r.read(t), r.maybeScalar(p), dim, option[bool](o, "keepdim", false)))
}

// Normal is numbers drawn from the normal distribution with a mean and a deviation, with the sizes and dtype of self.
// It is PyTorch's normal_functional.
func (t *Tensor) Normal(g *Generator, mean float64, std float64) *Tensor {
	r := record("normal_functional")
	defer r.done()
	v0, generatorNext := ops.Normal.Body(r.read(t), mean, std, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// Normal_ replaces t by numbers drawn from the normal distribution with a mean and a deviation, with the sizes and
// dtype of self. It is PyTorch's normal_functional.
func (t *Tensor) Normal_(g *Generator, mean float64, std float64) *Tensor {
	r := record("normal_functional")
	defer r.done()
	v0, generatorNext := ops.Normal.Body(r.read(t), mean, std, r.generator(g))
	r.advance(g, generatorNext)
	r.write(t, v0)
	return t
}

// Normalize is vectors along a dimension over their norms of order p. It is PyTorch's normalize.
func (t *Tensor) Normalize() *Tensor {
	r := record("normalize")
	defer r.done()
	return r.handle(ops.Normalize.Body(r.read(t), 2, 1, 1e-12))
}

// NormalizeWith is vectors along a dimension over their norms of order p. It is PyTorch's normalize.
func (t *Tensor) NormalizeWith(opts ...Option) *Tensor {
	r := record("normalize")
	defer r.done()
	o := r.options(opts, "p", "dim", "eps")
	return r.handle(ops.Normalize.Body(r.read(t), floatOption(o, "p", 2), intOption(o, "dim", 1), floatOption(o, "eps", 1e-12)))
}

// NuclearNorm is the sum of the singular values of matrices. It is PyTorch's nuclear_norm.dim.
func (t *Tensor) NuclearNorm(dim ...int) *Tensor {
	r := record("nuclear_norm")
	defer r.done()
	return r.handle(ops.NuclearNorm.Body(r.read(t), dim, false))
}

// NuclearNormWith is the sum of the singular values of matrices. It is PyTorch's nuclear_norm.dim.
func (t *Tensor) NuclearNormWith(dim []int, opts ...Option) *Tensor {
	r := record("nuclear_norm")
	defer r.done()
	o := r.options(opts, "keepdim")
	return r.handle(ops.NuclearNorm.Body(r.read(t), dim, option[bool](o, "keepdim", false)))
}

// OneHot is vectors that are 1 at the place that each element names, else 0; −1 classes are as many as the largest
// element needs. It is PyTorch's one_hot.
func (t *Tensor) OneHot(numClasses int) *Tensor {
	r := record("one_hot")
	defer r.done()
	return r.handle(ops.OneHot.Body(r.read(t), numClasses))
}

// OnesLike is ones with the sizes and dtype of self. It is PyTorch's ones_like.
func (t *Tensor) OnesLike() *Tensor {
	r := record("ones_like")
	defer r.done()
	return r.handle(ops.OnesLike.Body(r.read(t), graph.NoDType))
}

// OnesLikeWith is ones with the sizes and dtype of self. It is PyTorch's ones_like.
func (t *Tensor) OnesLikeWith(opts ...Option) *Tensor {
	r := record("ones_like")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.OnesLike.Body(r.read(t), option[graph.DType](o, "dtype", graph.NoDType)))
}

// Ormqr is the products of reflectors, as geqrf gives them, with other matrices. It is PyTorch's ormqr.
func (t *Tensor) Ormqr(input2 *Tensor, input3 *Tensor) *Tensor {
	r := record("ormqr")
	defer r.done()
	return r.handle(ops.Ormqr.Body(r.read(t), r.read(input2), r.read(input3), true, false))
}

// OrmqrWith is the products of reflectors, as geqrf gives them, with other matrices. It is PyTorch's ormqr.
func (t *Tensor) OrmqrWith(input2 *Tensor, input3 *Tensor, opts ...Option) *Tensor {
	r := record("ormqr")
	defer r.done()
	o := r.options(opts, "left", "transpose")
	return r.handle(ops.Ormqr.Body(r.read(t), r.read(input2), r.read(input3), option[bool](o, "left", true), option[bool](o, "transpose", false)))
}

// Outer is the products of each element of one vector with each of another. It is PyTorch's outer.
func (t *Tensor) Outer(vec2 *Tensor) *Tensor {
	r := record("outer")
	defer r.done()
	return r.handle(ops.Outer.Body(r.read(t), r.read(vec2)))
}

// Pad is self with a border: of a number, or by reflection, repetition of the edge, or wrapping round. It is
// PyTorch's pad.
func (t *Tensor) Pad(pad ...any) *Tensor {
	r := record("pad")
	defer r.done()
	return r.handle(ops.Pad.Body(r.read(t), r.sizes(pad), "constant", nil))
}

// PadWith is self with a border: of a number, or by reflection, repetition of the edge, or wrapping round. It is
// PyTorch's pad.
func (t *Tensor) PadWith(pad []any, opts ...Option) *Tensor {
	r := record("pad")
	defer r.done()
	o := r.options(opts, "mode", "value")
	return r.handle(ops.Pad.Body(r.read(t), r.sizes(pad), option[string](o, "mode", "constant"), maybeFloatOption(o, "value", nil)))
}

// Permute is the same elements with the dimensions in another order. It is PyTorch's permute.
func (t *Tensor) Permute(dims ...int) *Tensor {
	r := record("permute")
	defer r.done()
	dimsAt := dims
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Permute.Body(x, dimsAt) })
}

// PixelShuffle is channels moved into space. It is PyTorch's pixel_shuffle.
func (t *Tensor) PixelShuffle(upscaleFactor int) *Tensor {
	r := record("pixel_shuffle")
	defer r.done()
	return r.handle(ops.PixelShuffle.Body(r.read(t), upscaleFactor))
}

// PixelUnshuffle is space moved into channels. It is PyTorch's pixel_unshuffle.
func (t *Tensor) PixelUnshuffle(downscaleFactor int) *Tensor {
	r := record("pixel_unshuffle")
	defer r.done()
	return r.handle(ops.PixelUnshuffle.Body(r.read(t), downscaleFactor))
}

// Poisson is numbers drawn from the Poisson distribution with the rates that the elements are. It is PyTorch's
// poisson.
func (t *Tensor) Poisson(g *Generator) *Tensor {
	r := record("poisson")
	defer r.done()
	v0, generatorNext := ops.Poisson.Body(r.read(t), r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// PoissonNLLLoss is the negative logarithm of the probability of target under a Poisson distribution. It is PyTorch's
// poisson_nll_loss.
func (t *Tensor) PoissonNLLLoss(target *Tensor, logInput bool, full bool, eps float64, reduction string) *Tensor {
	r := record("poisson_nll_loss")
	defer r.done()
	return r.handle(ops.PoissonNLLLoss.Body(r.read(t), r.read(target), logInput, full, eps, reductionOf(reduction)))
}

// Positive is the tensor itself. It is PyTorch's positive.
func (t *Tensor) Positive() *Tensor {
	r := record("positive")
	defer r.done()
	return r.handle(ops.Positive.Body(r.read(t)))
}

// PowScalar is self to the power of a number. It is PyTorch's pow.Tensor_Scalar.
func (t *Tensor) PowScalar(exponent any) *Tensor {
	r := record("pow")
	defer r.done()
	return r.handle(ops.PowScalar.Body(r.read(t), r.scalar(exponent)))
}

// PowScalar_ replaces t by self to the power of a number. It is PyTorch's pow.Tensor_Scalar.
func (t *Tensor) PowScalar_(exponent any) *Tensor {
	r := record("pow")
	defer r.done()
	r.write(t, ops.PowScalar.Body(r.read(t), r.scalar(exponent)))
	return t
}

// Pow is self to the power of exponent. It is PyTorch's pow.Tensor_Tensor.
func (t *Tensor) Pow(exponent *Tensor) *Tensor {
	r := record("pow")
	defer r.done()
	return r.handle(ops.Pow.Body(r.read(t), r.read(exponent)))
}

// Pow_ replaces t by self to the power of exponent. It is PyTorch's pow.Tensor_Tensor.
func (t *Tensor) Pow_(exponent *Tensor) *Tensor {
	r := record("pow")
	defer r.done()
	r.write(t, ops.Pow.Body(r.read(t), r.read(exponent)))
	return t
}

// Prelu is each element, times the weight of its channel where it is negative. It is PyTorch's prelu.
func (t *Tensor) Prelu(weight *Tensor) *Tensor {
	r := record("prelu")
	defer r.done()
	return r.handle(ops.Prelu.Body(r.read(t), r.read(weight)))
}

// Prod is the product of all elements. It is PyTorch's prod.
func (t *Tensor) Prod() *Tensor {
	r := record("prod")
	defer r.done()
	return r.handle(ops.Prod.Body(r.read(t), graph.NoDType))
}

// ProdWith is the product of all elements. It is PyTorch's prod.
func (t *Tensor) ProdWith(opts ...Option) *Tensor {
	r := record("prod")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.Prod.Body(r.read(t), option[graph.DType](o, "dtype", graph.NoDType)))
}

// ProdDim is the product along a dimension. It is PyTorch's prod.dim_int.
func (t *Tensor) ProdDim(dim int) *Tensor {
	r := record("prod")
	defer r.done()
	return r.handle(ops.ProdDim.Body(r.read(t), dim, false, graph.NoDType))
}

// ProdDimWith is the product along a dimension. It is PyTorch's prod.dim_int.
func (t *Tensor) ProdDimWith(dim int, opts ...Option) *Tensor {
	r := record("prod")
	defer r.done()
	o := r.options(opts, "keepdim", "dtype")
	return r.handle(ops.ProdDim.Body(r.read(t), dim, option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType)))
}

// Put is self with the elements of source, or these added, at the places of the flattened tensor that index names. It
// is PyTorch's put.
func (t *Tensor) Put(index *Tensor, source *Tensor) *Tensor {
	r := record("put")
	defer r.done()
	return r.handle(ops.Put.Body(r.read(t), r.read(index), r.read(source), false))
}

// PutWith is self with the elements of source, or these added, at the places of the flattened tensor that index
// names. It is PyTorch's put.
func (t *Tensor) PutWith(index *Tensor, source *Tensor, opts ...Option) *Tensor {
	r := record("put")
	defer r.done()
	o := r.options(opts, "accumulate")
	return r.handle(ops.Put.Body(r.read(t), r.read(index), r.read(source), option[bool](o, "accumulate", false)))
}

// Put_ replaces t by self with the elements of source, or these added, at the places of the flattened tensor that
// index names. It is PyTorch's put.
func (t *Tensor) Put_(index *Tensor, source *Tensor) *Tensor {
	r := record("put")
	defer r.done()
	r.write(t, ops.Put.Body(r.read(t), r.read(index), r.read(source), false))
	return t
}

// PutWith_ replaces t by self with the elements of source, or these added, at the places of the flattened tensor that
// index names. It is PyTorch's put.
func (t *Tensor) PutWith_(index *Tensor, source *Tensor, opts ...Option) *Tensor {
	r := record("put")
	defer r.done()
	o := r.options(opts, "accumulate")
	r.write(t, ops.Put.Body(r.read(t), r.read(index), r.read(source), option[bool](o, "accumulate", false)))
	return t
}

// Quantile is what shares q of the elements along a dimension, or of all, lie below; NaN if one is. It is PyTorch's
// quantile.
func (t *Tensor) Quantile(q *Tensor, dims ...int) *Tensor {
	r := record("quantile")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.Quantile.Body(r.read(t), r.read(q), dimAtOrNil(dims, 0), false, "linear"))
}

// QuantileWith is what shares q of the elements along a dimension, or of all, lie below; NaN if one is. It is
// PyTorch's quantile.
func (t *Tensor) QuantileWith(q *Tensor, opts ...Option) *Tensor {
	r := record("quantile")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "interpolation")
	return r.handle(ops.Quantile.Body(r.read(t), r.read(q), maybeIntOption(o, "dim", nil), option[bool](o, "keepdim", false), option[string](o, "interpolation", "linear")))
}

// QuantileScalar is what shares q of the elements along a dimension, or of all, lie below; NaN if one is. It is
// PyTorch's quantile.scalar.
func (t *Tensor) QuantileScalar(q float64, dims ...int) *Tensor {
	r := record("quantile")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.QuantileScalar.Body(r.read(t), q, dimAtOrNil(dims, 0), false, "linear"))
}

// QuantileScalarWith is what shares q of the elements along a dimension, or of all, lie below; NaN if one is. It is
// PyTorch's quantile.scalar.
func (t *Tensor) QuantileScalarWith(q float64, opts ...Option) *Tensor {
	r := record("quantile")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "interpolation")
	return r.handle(ops.QuantileScalar.Body(r.read(t), q, maybeIntOption(o, "dim", nil), option[bool](o, "keepdim", false), option[string](o, "interpolation", "linear")))
}

// Rad2Deg is each element in radians as degrees. It is PyTorch's rad2deg.
func (t *Tensor) Rad2Deg() *Tensor {
	r := record("rad2deg")
	defer r.done()
	return r.handle(ops.Rad2Deg.Body(r.read(t)))
}

// Rad2Deg_ replaces t by each element in radians as degrees. It is PyTorch's rad2deg.
func (t *Tensor) Rad2Deg_() *Tensor {
	r := record("rad2deg")
	defer r.done()
	r.write(t, ops.Rad2Deg.Body(r.read(t)))
	return t
}

// RandLike is numbers drawn evenly from 0 to below 1, with the sizes and dtype of self. It is PyTorch's
// rand_like.generator.
func (t *Tensor) RandLike(g *Generator) *Tensor {
	r := record("rand_like")
	defer r.done()
	v0, generatorNext := ops.RandLike.Body(r.read(t), r.generator(g), graph.NoDType)
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// RandLikeWith is numbers drawn evenly from 0 to below 1, with the sizes and dtype of self. It is PyTorch's
// rand_like.generator.
func (t *Tensor) RandLikeWith(g *Generator, opts ...Option) *Tensor {
	r := record("rand_like")
	defer r.done()
	o := r.options(opts, "dtype")
	v0, generatorNext := ops.RandLike.Body(r.read(t), r.generator(g), option[graph.DType](o, "dtype", graph.NoDType))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// RandintLike is integers drawn evenly from low to before high, with the sizes and dtype of self. It is PyTorch's
// randint_like.low_generator_dtype.
func (t *Tensor) RandintLike(g *Generator, low int, high int) *Tensor {
	r := record("randint_like")
	defer r.done()
	v0, generatorNext := ops.RandintLike.Body(r.read(t), low, high, r.generator(g), graph.NoDType)
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// RandintLikeWith is integers drawn evenly from low to before high, with the sizes and dtype of self. It is PyTorch's
// randint_like.low_generator_dtype.
func (t *Tensor) RandintLikeWith(g *Generator, low int, high int, opts ...Option) *Tensor {
	r := record("randint_like")
	defer r.done()
	o := r.options(opts, "dtype")
	v0, generatorNext := ops.RandintLike.Body(r.read(t), low, high, r.generator(g), option[graph.DType](o, "dtype", graph.NoDType))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// RandnLike is numbers drawn from the normal distribution, with the sizes and dtype of self. It is PyTorch's
// randn_like.generator.
func (t *Tensor) RandnLike(g *Generator) *Tensor {
	r := record("randn_like")
	defer r.done()
	v0, generatorNext := ops.RandnLike.Body(r.read(t), r.generator(g), graph.NoDType)
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// RandnLikeWith is numbers drawn from the normal distribution, with the sizes and dtype of self. It is PyTorch's
// randn_like.generator.
func (t *Tensor) RandnLikeWith(g *Generator, opts ...Option) *Tensor {
	r := record("randn_like")
	defer r.done()
	o := r.options(opts, "dtype")
	v0, generatorNext := ops.RandnLike.Body(r.read(t), r.generator(g), option[graph.DType](o, "dtype", graph.NoDType))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// Ravel is the same elements with one dimension. It is PyTorch's ravel.
func (t *Tensor) Ravel() *Tensor {
	r := record("ravel")
	defer r.done()
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Ravel.Body(x) })
}

// Real is the real part of each element. It is PyTorch's real.
func (t *Tensor) Real() *Tensor {
	r := record("real")
	defer r.done()
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Real.Body(x) })
}

// Reciprocal is one over each element. It is PyTorch's reciprocal.
func (t *Tensor) Reciprocal() *Tensor {
	r := record("reciprocal")
	defer r.done()
	return r.handle(ops.Reciprocal.Body(r.read(t)))
}

// Reciprocal_ replaces t by one over each element. It is PyTorch's reciprocal.
func (t *Tensor) Reciprocal_() *Tensor {
	r := record("reciprocal")
	defer r.done()
	r.write(t, ops.Reciprocal.Body(r.read(t)))
	return t
}

// ReLU is each element, or 0 where it is negative. It is PyTorch's relu.
func (t *Tensor) ReLU() *Tensor {
	r := record("relu")
	defer r.done()
	return r.handle(ops.ReLU.Body(r.read(t)))
}

// ReLU_ replaces t by each element, or 0 where it is negative. It is PyTorch's relu.
func (t *Tensor) ReLU_() *Tensor {
	r := record("relu")
	defer r.done()
	r.write(t, ops.ReLU.Body(r.read(t)))
	return t
}

// ReLU6 is each element, held between 0 and 6. It is PyTorch's relu6.
func (t *Tensor) ReLU6() *Tensor {
	r := record("relu6")
	defer r.done()
	return r.handle(ops.ReLU6.Body(r.read(t)))
}

// ReLU6_ replaces t by each element, held between 0 and 6. It is PyTorch's relu6.
func (t *Tensor) ReLU6_() *Tensor {
	r := record("relu6")
	defer r.done()
	r.write(t, ops.ReLU6.Body(r.read(t)))
	return t
}

// RemainderScalar is what division by a number leaves, with the number's sign. It is PyTorch's remainder.Scalar.
func (t *Tensor) RemainderScalar(other any) *Tensor {
	r := record("remainder")
	defer r.done()
	return r.handle(ops.RemainderScalar.Body(r.read(t), r.scalar(other)))
}

// RemainderScalar_ replaces t by what division by a number leaves, with the number's sign. It is PyTorch's
// remainder.Scalar.
func (t *Tensor) RemainderScalar_(other any) *Tensor {
	r := record("remainder")
	defer r.done()
	r.write(t, ops.RemainderScalar.Body(r.read(t), r.scalar(other)))
	return t
}

// Remainder is what division leaves, with the sign of other. It is PyTorch's remainder.Tensor.
func (t *Tensor) Remainder(other *Tensor) *Tensor {
	r := record("remainder")
	defer r.done()
	return r.handle(ops.Remainder.Body(r.read(t), r.read(other)))
}

// Remainder_ replaces t by what division leaves, with the sign of other. It is PyTorch's remainder.Tensor.
func (t *Tensor) Remainder_(other *Tensor) *Tensor {
	r := record("remainder")
	defer r.done()
	r.write(t, ops.Remainder.Body(r.read(t), r.read(other)))
	return t
}

// Renorm is self with the slices of a dimension whose norm is larger than a number made as small as that. It is
// PyTorch's renorm.
func (t *Tensor) Renorm(p any, dim int, maxnorm any) *Tensor {
	r := record("renorm")
	defer r.done()
	return r.handle(ops.Renorm.Body(r.read(t), r.scalar(p), dim, r.scalar(maxnorm)))
}

// Renorm_ replaces t by self with the slices of a dimension whose norm is larger than a number made as small as that.
// It is PyTorch's renorm.
func (t *Tensor) Renorm_(p any, dim int, maxnorm any) *Tensor {
	r := record("renorm")
	defer r.done()
	r.write(t, ops.Renorm.Body(r.read(t), r.scalar(p), dim, r.scalar(maxnorm)))
	return t
}

// Repeat is copies side by side, so many along each dimension. It is PyTorch's repeat.
func (t *Tensor) Repeat(repeats ...any) *Tensor {
	r := record("repeat")
	defer r.done()
	return r.handle(ops.Repeat.Body(r.read(t), r.sizes(repeats)))
}

// RepeatInterleaveBy is each slice of a dimension, or element, as often as a tensor says. It is PyTorch's
// repeat_interleave.self_Tensor.
func (t *Tensor) RepeatInterleaveBy(repeats *Tensor, dims ...int) *Tensor {
	r := record("repeat_interleave")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.RepeatInterleaveBy.Body(r.read(t), r.read(repeats), dimAtOrNil(dims, 0), nil))
}

// RepeatInterleaveByWith is each slice of a dimension, or element, as often as a tensor says. It is PyTorch's
// repeat_interleave.self_Tensor.
func (t *Tensor) RepeatInterleaveByWith(repeats *Tensor, opts ...Option) *Tensor {
	r := record("repeat_interleave")
	defer r.done()
	o := r.options(opts, "dim", "output_size")
	return r.handle(ops.RepeatInterleaveBy.Body(r.read(t), r.read(repeats), maybeIntOption(o, "dim", nil), r.maybeSizeOption(o, "output_size", nil)))
}

// RepeatInterleave is each element so many times, along a dimension or flattened. It is PyTorch's
// repeat_interleave.self_int.
func (t *Tensor) RepeatInterleave(repeats int, dims ...int) *Tensor {
	r := record("repeat_interleave")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.RepeatInterleave.Body(r.read(t), repeats, dimAtOrNil(dims, 0), nil))
}

// RepeatInterleaveWith is each element so many times, along a dimension or flattened. It is PyTorch's
// repeat_interleave.self_int.
func (t *Tensor) RepeatInterleaveWith(repeats int, opts ...Option) *Tensor {
	r := record("repeat_interleave")
	defer r.done()
	o := r.options(opts, "dim", "output_size")
	return r.handle(ops.RepeatInterleave.Body(r.read(t), repeats, maybeIntOption(o, "dim", nil), r.maybeSizeOption(o, "output_size", nil)))
}

// Reshape is the same elements with other sizes, one of which may be −1. It is PyTorch's reshape.
func (t *Tensor) Reshape(shape ...any) *Tensor {
	r := record("reshape")
	defer r.done()
	shapeAt := r.sizes(shape)
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Reshape.Body(x, shapeAt) })
}

// ResolveConj is the tensor itself: conjugates are not deferred. It is PyTorch's resolve_conj.
func (t *Tensor) ResolveConj() *Tensor {
	r := record("resolve_conj")
	defer r.done()
	return r.handle(ops.ResolveConj.Body(r.read(t)))
}

// ResolveNeg is the tensor itself: negatives are not deferred. It is PyTorch's resolve_neg.
func (t *Tensor) ResolveNeg() *Tensor {
	r := record("resolve_neg")
	defer r.done()
	return r.handle(ops.ResolveNeg.Body(r.read(t)))
}

// RMSNorm is the last dimensions over the root of their mean square, times weight. It is PyTorch's rms_norm.
func (t *Tensor) RMSNorm(normalizedShape []any, weight *Tensor) *Tensor {
	r := record("rms_norm")
	defer r.done()
	return r.handle(ops.RMSNorm.Body(r.read(t), r.sizes(normalizedShape), r.readOpt(weight), nil))
}

// RMSNormWith is the last dimensions over the root of their mean square, times weight. It is PyTorch's rms_norm.
func (t *Tensor) RMSNormWith(normalizedShape []any, weight *Tensor, opts ...Option) *Tensor {
	r := record("rms_norm")
	defer r.done()
	o := r.options(opts, "eps")
	return r.handle(ops.RMSNorm.Body(r.read(t), r.sizes(normalizedShape), r.readOpt(weight), maybeFloatOption(o, "eps", nil)))
}

// RNNReLU is the states of a recurrent network with ReLU over sequences, and the last ones. It is PyTorch's
// rnn_relu.input.
func (t *Tensor) RNNReLU(g *Generator, hx *Tensor, params []*Tensor, hasBiases bool, numLayers int, dropout float64, train bool, bidirectional bool, batchFirst bool) (*Tensor, *Tensor) {
	r := record("rnn_relu")
	defer r.done()
	v0, v1, generatorNext := ops.RNNReLU.Body(r.read(t), r.read(hx), r.readAll(params), hasBiases, numLayers, dropout, train, bidirectional, batchFirst, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0), r.handle(v1)
}

// RNNReLUCell is one step of a recurrent network with ReLU. It is PyTorch's rnn_relu_cell.
func (t *Tensor) RNNReLUCell(hx *Tensor, wIh *Tensor, wHh *Tensor, bIh *Tensor, bHh *Tensor) *Tensor {
	r := record("rnn_relu_cell")
	defer r.done()
	return r.handle(ops.RNNReLUCell.Body(r.read(t), r.read(hx), r.read(wIh), r.read(wHh), r.readOpt(bIh), r.readOpt(bHh)))
}

// RNNTanh is the states of a recurrent network with tanh over sequences, and the last ones. It is PyTorch's
// rnn_tanh.input.
func (t *Tensor) RNNTanh(g *Generator, hx *Tensor, params []*Tensor, hasBiases bool, numLayers int, dropout float64, train bool, bidirectional bool, batchFirst bool) (*Tensor, *Tensor) {
	r := record("rnn_tanh")
	defer r.done()
	v0, v1, generatorNext := ops.RNNTanh.Body(r.read(t), r.read(hx), r.readAll(params), hasBiases, numLayers, dropout, train, bidirectional, batchFirst, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0), r.handle(v1)
}

// RNNTanhCell is one step of a recurrent network with tanh. It is PyTorch's rnn_tanh_cell.
func (t *Tensor) RNNTanhCell(hx *Tensor, wIh *Tensor, wHh *Tensor, bIh *Tensor, bHh *Tensor) *Tensor {
	r := record("rnn_tanh_cell")
	defer r.done()
	return r.handle(ops.RNNTanhCell.Body(r.read(t), r.read(hx), r.read(wIh), r.read(wHh), r.readOpt(bIh), r.readOpt(bHh)))
}

// Roll is the elements moved along dimensions; what leaves at one end comes back at the other. It is PyTorch's roll.
func (t *Tensor) Roll(shifts []any, dims ...int) *Tensor {
	r := record("roll")
	defer r.done()
	return r.handle(ops.Roll.Body(r.read(t), r.sizes(shifts), dims))
}

// Rot90 is the elements turned k times by a right angle. It is PyTorch's rot90.
func (t *Tensor) Rot90(k int, dims ...int) *Tensor {
	r := record("rot90")
	defer r.done()
	return r.handle(ops.Rot90.Body(r.read(t), k, dims))
}

// Round is the integer nearest to each element, ties to even. It is PyTorch's round.
func (t *Tensor) Round() *Tensor {
	r := record("round")
	defer r.done()
	return r.handle(ops.Round.Body(r.read(t)))
}

// Round_ replaces t by the integer nearest to each element, ties to even. It is PyTorch's round.
func (t *Tensor) Round_() *Tensor {
	r := record("round")
	defer r.done()
	r.write(t, ops.Round.Body(r.read(t)))
	return t
}

// RoundDecimals is each element rounded to so many decimals. It is PyTorch's round.decimals.
func (t *Tensor) RoundDecimals(decimals int) *Tensor {
	r := record("round")
	defer r.done()
	return r.handle(ops.RoundDecimals.Body(r.read(t), decimals))
}

// RoundDecimals_ replaces t by each element rounded to so many decimals. It is PyTorch's round.decimals.
func (t *Tensor) RoundDecimals_(decimals int) *Tensor {
	r := record("round")
	defer r.done()
	r.write(t, ops.RoundDecimals.Body(r.read(t), decimals))
	return t
}

// Rsqrt is the reciprocal of the square root of each element. It is PyTorch's rsqrt.
func (t *Tensor) Rsqrt() *Tensor {
	r := record("rsqrt")
	defer r.done()
	return r.handle(ops.Rsqrt.Body(r.read(t)))
}

// Rsqrt_ replaces t by the reciprocal of the square root of each element. It is PyTorch's rsqrt.
func (t *Tensor) Rsqrt_() *Tensor {
	r := record("rsqrt")
	defer r.done()
	r.write(t, ops.Rsqrt.Body(r.read(t)))
	return t
}

// RsubScalar is a number less alpha times self. It is PyTorch's rsub.Scalar.
func (t *Tensor) RsubScalar(other any) *Tensor {
	r := record("rsub")
	defer r.done()
	return r.handle(ops.RsubScalar.Body(r.read(t), r.scalar(other), r.scalar(1)))
}

// RsubScalarWith is a number less alpha times self. It is PyTorch's rsub.Scalar.
func (t *Tensor) RsubScalarWith(other any, opts ...Option) *Tensor {
	r := record("rsub")
	defer r.done()
	o := r.options(opts, "alpha")
	return r.handle(ops.RsubScalar.Body(r.read(t), r.scalar(other), r.scalarOption(o, "alpha", r.scalar(1))))
}

// Rsub is other less alpha times self. It is PyTorch's rsub.Tensor.
func (t *Tensor) Rsub(other *Tensor) *Tensor {
	r := record("rsub")
	defer r.done()
	return r.handle(ops.Rsub.Body(r.read(t), r.read(other), r.scalar(1)))
}

// RsubWith is other less alpha times self. It is PyTorch's rsub.Tensor.
func (t *Tensor) RsubWith(other *Tensor, opts ...Option) *Tensor {
	r := record("rsub")
	defer r.done()
	o := r.options(opts, "alpha")
	return r.handle(ops.Rsub.Body(r.read(t), r.read(other), r.scalarOption(o, "alpha", r.scalar(1))))
}

// Scatter is self with the elements of src along a dimension at the places that index says; of several for one place
// the last. It is PyTorch's scatter.src.
func (t *Tensor) Scatter(dim int, index *Tensor, src *Tensor) *Tensor {
	r := record("scatter")
	defer r.done()
	return r.handle(ops.Scatter.Body(r.read(t), dim, r.read(index), r.read(src)))
}

// Scatter_ replaces t by self with the elements of src along a dimension at the places that index says; of several
// for one place the last. It is PyTorch's scatter.src.
func (t *Tensor) Scatter_(dim int, index *Tensor, src *Tensor) *Tensor {
	r := record("scatter")
	defer r.done()
	r.write(t, ops.Scatter.Body(r.read(t), dim, r.read(index), r.read(src)))
	return t
}

// ScatterValue is self with a number along a dimension at the places that index says. It is PyTorch's scatter.value.
func (t *Tensor) ScatterValue(dim int, index *Tensor, value any) *Tensor {
	r := record("scatter")
	defer r.done()
	return r.handle(ops.ScatterValue.Body(r.read(t), dim, r.read(index), r.scalar(value)))
}

// ScatterValue_ replaces t by self with a number along a dimension at the places that index says. It is PyTorch's
// scatter.value.
func (t *Tensor) ScatterValue_(dim int, index *Tensor, value any) *Tensor {
	r := record("scatter")
	defer r.done()
	r.write(t, ops.ScatterValue.Body(r.read(t), dim, r.read(index), r.scalar(value)))
	return t
}

// ScatterAdd is self with the elements of src added along a dimension at the places that index says. It is PyTorch's
// scatter_add.
func (t *Tensor) ScatterAdd(dim int, index *Tensor, src *Tensor) *Tensor {
	r := record("scatter_add")
	defer r.done()
	return r.handle(ops.ScatterAdd.Body(r.read(t), dim, r.read(index), r.read(src)))
}

// ScatterAdd_ replaces t by self with the elements of src added along a dimension at the places that index says. It
// is PyTorch's scatter_add.
func (t *Tensor) ScatterAdd_(dim int, index *Tensor, src *Tensor) *Tensor {
	r := record("scatter_add")
	defer r.done()
	r.write(t, ops.ScatterAdd.Body(r.read(t), dim, r.read(index), r.read(src)))
	return t
}

// ScatterReduce is self with the elements of src joined in, as a sum, prod, mean, amax or amin, along a dimension at
// the places that index says. It is PyTorch's scatter_reduce.two.
func (t *Tensor) ScatterReduce(dim int, index *Tensor, src *Tensor, reduce string) *Tensor {
	r := record("scatter_reduce")
	defer r.done()
	return r.handle(ops.ScatterReduce.Body(r.read(t), dim, r.read(index), r.read(src), reduce, true))
}

// ScatterReduceWith is self with the elements of src joined in, as a sum, prod, mean, amax or amin, along a dimension
// at the places that index says. It is PyTorch's scatter_reduce.two.
func (t *Tensor) ScatterReduceWith(dim int, index *Tensor, src *Tensor, reduce string, opts ...Option) *Tensor {
	r := record("scatter_reduce")
	defer r.done()
	o := r.options(opts, "include_self")
	return r.handle(ops.ScatterReduce.Body(r.read(t), dim, r.read(index), r.read(src), reduce, option[bool](o, "include_self", true)))
}

// ScatterReduce_ replaces t by self with the elements of src joined in, as a sum, prod, mean, amax or amin, along a
// dimension at the places that index says. It is PyTorch's scatter_reduce.two.
func (t *Tensor) ScatterReduce_(dim int, index *Tensor, src *Tensor, reduce string) *Tensor {
	r := record("scatter_reduce")
	defer r.done()
	r.write(t, ops.ScatterReduce.Body(r.read(t), dim, r.read(index), r.read(src), reduce, true))
	return t
}

// ScatterReduceWith_ replaces t by self with the elements of src joined in, as a sum, prod, mean, amax or amin, along
// a dimension at the places that index says. It is PyTorch's scatter_reduce.two.
func (t *Tensor) ScatterReduceWith_(dim int, index *Tensor, src *Tensor, reduce string, opts ...Option) *Tensor {
	r := record("scatter_reduce")
	defer r.done()
	o := r.options(opts, "include_self")
	r.write(t, ops.ScatterReduce.Body(r.read(t), dim, r.read(index), r.read(src), reduce, option[bool](o, "include_self", true)))
	return t
}

// Select is one slice of a dimension, which goes away. It is PyTorch's select.int.
func (t *Tensor) Select(dim int, index any) *Tensor {
	r := record("select")
	defer r.done()
	dimAt := dim
	indexAt := r.size(index)
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Select.Body(x, dimAt, indexAt) })
}

// SelectScatter is self with one slice of a dimension replaced. It is PyTorch's select_scatter.
func (t *Tensor) SelectScatter(src *Tensor, dim int, index any) *Tensor {
	r := record("select_scatter")
	defer r.done()
	return r.handle(ops.SelectScatter.Body(r.read(t), r.read(src), dim, r.size(index)))
}

// SELU is the scaled exponential linear unit, which keeps mean 0 and variance 1. It is PyTorch's selu.
func (t *Tensor) SELU() *Tensor {
	r := record("selu")
	defer r.done()
	return r.handle(ops.SELU.Body(r.read(t)))
}

// SELU_ replaces t by the scaled exponential linear unit, which keeps mean 0 and variance 1. It is PyTorch's selu.
func (t *Tensor) SELU_() *Tensor {
	r := record("selu")
	defer r.done()
	r.write(t, ops.SELU.Body(r.read(t)))
	return t
}

// Sgn is −1, 0 or 1: the sign of each element; complex numbers over their absolute value. It is PyTorch's sgn.
func (t *Tensor) Sgn() *Tensor {
	r := record("sgn")
	defer r.done()
	return r.handle(ops.Sgn.Body(r.read(t)))
}

// Sgn_ replaces t by −1, 0 or 1: the sign of each element; complex numbers over their absolute value. It is PyTorch's
// sgn.
func (t *Tensor) Sgn_() *Tensor {
	r := record("sgn")
	defer r.done()
	r.write(t, ops.Sgn.Body(r.read(t)))
	return t
}

// Sigmoid is the logistic function 1/(1 + exp(−x)) of each element. It is PyTorch's sigmoid.
func (t *Tensor) Sigmoid() *Tensor {
	r := record("sigmoid")
	defer r.done()
	return r.handle(ops.Sigmoid.Body(r.read(t)))
}

// Sigmoid_ replaces t by the logistic function 1/(1 + exp(−x)) of each element. It is PyTorch's sigmoid.
func (t *Tensor) Sigmoid_() *Tensor {
	r := record("sigmoid")
	defer r.done()
	r.write(t, ops.Sigmoid.Body(r.read(t)))
	return t
}

// Sign is −1, 0 or 1: the sign of each element. It is PyTorch's sign.
func (t *Tensor) Sign() *Tensor {
	r := record("sign")
	defer r.done()
	return r.handle(ops.Sign.Body(r.read(t)))
}

// Sign_ replaces t by −1, 0 or 1: the sign of each element. It is PyTorch's sign.
func (t *Tensor) Sign_() *Tensor {
	r := record("sign")
	defer r.done()
	r.write(t, ops.Sign.Body(r.read(t)))
	return t
}

// SignBit is whether each element has a sign, as −0 does, too. It is PyTorch's signbit.
func (t *Tensor) SignBit() *Tensor {
	r := record("signbit")
	defer r.done()
	return r.handle(ops.SignBit.Body(r.read(t)))
}

// SiLU is each element times its sigmoid. It is PyTorch's silu.
func (t *Tensor) SiLU() *Tensor {
	r := record("silu")
	defer r.done()
	return r.handle(ops.SiLU.Body(r.read(t)))
}

// SiLU_ replaces t by each element times its sigmoid. It is PyTorch's silu.
func (t *Tensor) SiLU_() *Tensor {
	r := record("silu")
	defer r.done()
	r.write(t, ops.SiLU.Body(r.read(t)))
	return t
}

// Sin is the sine of each element. It is PyTorch's sin.
func (t *Tensor) Sin() *Tensor {
	r := record("sin")
	defer r.done()
	return r.handle(ops.Sin.Body(r.read(t)))
}

// Sin_ replaces t by the sine of each element. It is PyTorch's sin.
func (t *Tensor) Sin_() *Tensor {
	r := record("sin")
	defer r.done()
	r.write(t, ops.Sin.Body(r.read(t)))
	return t
}

// Sinc is the sine of π times each element, over that. It is PyTorch's sinc.
func (t *Tensor) Sinc() *Tensor {
	r := record("sinc")
	defer r.done()
	return r.handle(ops.Sinc.Body(r.read(t)))
}

// Sinc_ replaces t by the sine of π times each element, over that. It is PyTorch's sinc.
func (t *Tensor) Sinc_() *Tensor {
	r := record("sinc")
	defer r.done()
	r.write(t, ops.Sinc.Body(r.read(t)))
	return t
}

// Sinh is the hyperbolic sine of each element. It is PyTorch's sinh.
func (t *Tensor) Sinh() *Tensor {
	r := record("sinh")
	defer r.done()
	return r.handle(ops.Sinh.Body(r.read(t)))
}

// Sinh_ replaces t by the hyperbolic sine of each element. It is PyTorch's sinh.
func (t *Tensor) Sinh_() *Tensor {
	r := record("sinh")
	defer r.done()
	r.write(t, ops.Sinh.Body(r.read(t)))
	return t
}

// Slice is the elements of a dimension from start to before end, step apart. It is PyTorch's slice.Tensor.
func (t *Tensor) Slice(dim int, start any, end any) *Tensor {
	r := record("slice")
	defer r.done()
	dimAt := dim
	startAt := r.maybeSize(start)
	endAt := r.maybeSize(end)
	stepAt := graph.N(1)
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Slice.Body(x, dimAt, startAt, endAt, stepAt) })
}

// SliceWith is the elements of a dimension from start to before end, step apart. It is PyTorch's slice.Tensor.
func (t *Tensor) SliceWith(dim int, start any, end any, opts ...Option) *Tensor {
	r := record("slice")
	defer r.done()
	o := r.options(opts, "step")
	dimAt := dim
	startAt := r.maybeSize(start)
	endAt := r.maybeSize(end)
	stepAt := r.sizeOption(o, "step", graph.N(1))
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Slice.Body(x, dimAt, startAt, endAt, stepAt) })
}

// SliceScatter is self with a slice of a dimension replaced. It is PyTorch's slice_scatter.
func (t *Tensor) SliceScatter(src *Tensor, dims ...int) *Tensor {
	r := record("slice_scatter")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.SliceScatter.Body(r.read(t), r.read(src), dimAt(dims, 0, 0), nil, nil, graph.N(1)))
}

// SliceScatterWith is self with a slice of a dimension replaced. It is PyTorch's slice_scatter.
func (t *Tensor) SliceScatterWith(src *Tensor, opts ...Option) *Tensor {
	r := record("slice_scatter")
	defer r.done()
	o := r.options(opts, "dim", "start", "end", "step")
	return r.handle(ops.SliceScatter.Body(r.read(t), r.read(src), intOption(o, "dim", 0), r.maybeSizeOption(o, "start", nil), r.maybeSizeOption(o, "end", nil), r.sizeOption(o, "step", graph.N(1))))
}

// SmoothL1Loss is half the square of the difference over beta, linear from beta on. It is PyTorch's smooth_l1_loss.
func (t *Tensor) SmoothL1Loss(target *Tensor) *Tensor {
	r := record("smooth_l1_loss")
	defer r.done()
	return r.handle(ops.SmoothL1Loss.Body(r.read(t), r.read(target), 1, 1))
}

// SmoothL1LossWith is half the square of the difference over beta, linear from beta on. It is PyTorch's
// smooth_l1_loss.
func (t *Tensor) SmoothL1LossWith(target *Tensor, opts ...Option) *Tensor {
	r := record("smooth_l1_loss")
	defer r.done()
	o := r.options(opts, "reduction", "beta")
	return r.handle(ops.SmoothL1Loss.Body(r.read(t), r.read(target), reductionOption(o, "reduction", 1), floatOption(o, "beta", 1)))
}

// SoftMarginLoss is the logarithm of 1 plus exp(−target·self). It is PyTorch's soft_margin_loss.
func (t *Tensor) SoftMarginLoss(target *Tensor) *Tensor {
	r := record("soft_margin_loss")
	defer r.done()
	return r.handle(ops.SoftMarginLoss.Body(r.read(t), r.read(target), 1))
}

// SoftMarginLossWith is the logarithm of 1 plus exp(−target·self). It is PyTorch's soft_margin_loss.
func (t *Tensor) SoftMarginLossWith(target *Tensor, opts ...Option) *Tensor {
	r := record("soft_margin_loss")
	defer r.done()
	o := r.options(opts, "reduction")
	return r.handle(ops.SoftMarginLoss.Body(r.read(t), r.read(target), reductionOption(o, "reduction", 1)))
}

// Softmax is the exponentials of the elements over their sum along a dimension. It is PyTorch's softmax.int.
func (t *Tensor) Softmax(dim int) *Tensor {
	r := record("softmax")
	defer r.done()
	return r.handle(ops.Softmax.Body(r.read(t), dim, graph.NoDType))
}

// SoftmaxWith is the exponentials of the elements over their sum along a dimension. It is PyTorch's softmax.int.
func (t *Tensor) SoftmaxWith(dim int, opts ...Option) *Tensor {
	r := record("softmax")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.Softmax.Body(r.read(t), dim, option[graph.DType](o, "dtype", graph.NoDType)))
}

// Softmin is the softmax of the negative along a dimension. It is PyTorch's softmin.
func (t *Tensor) Softmin(dim int) *Tensor {
	r := record("softmin")
	defer r.done()
	return r.handle(ops.Softmin.Body(r.read(t), dim, graph.NoDType))
}

// SoftminWith is the softmax of the negative along a dimension. It is PyTorch's softmin.
func (t *Tensor) SoftminWith(dim int, opts ...Option) *Tensor {
	r := record("softmin")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.Softmin.Body(r.read(t), dim, option[graph.DType](o, "dtype", graph.NoDType)))
}

// Softplus is the logarithm of 1 plus the exponential, a smooth relu; linear above threshold. It is PyTorch's
// softplus.
func (t *Tensor) Softplus() *Tensor {
	r := record("softplus")
	defer r.done()
	return r.handle(ops.Softplus.Body(r.read(t), r.scalar(1), r.scalar(20)))
}

// SoftplusWith is the logarithm of 1 plus the exponential, a smooth relu; linear above threshold. It is PyTorch's
// softplus.
func (t *Tensor) SoftplusWith(opts ...Option) *Tensor {
	r := record("softplus")
	defer r.done()
	o := r.options(opts, "beta", "threshold")
	return r.handle(ops.Softplus.Body(r.read(t), r.scalarOption(o, "beta", r.scalar(1)), r.scalarOption(o, "threshold", r.scalar(20))))
}

// Softshrink is each element moved towards 0 by lambd. It is PyTorch's softshrink.
func (t *Tensor) Softshrink() *Tensor {
	r := record("softshrink")
	defer r.done()
	return r.handle(ops.Softshrink.Body(r.read(t), r.scalar(0.5)))
}

// SoftshrinkWith is each element moved towards 0 by lambd. It is PyTorch's softshrink.
func (t *Tensor) SoftshrinkWith(opts ...Option) *Tensor {
	r := record("softshrink")
	defer r.done()
	o := r.options(opts, "lambd")
	return r.handle(ops.Softshrink.Body(r.read(t), r.scalarOption(o, "lambd", r.scalar(0.5))))
}

// Softsign is each element over 1 plus its absolute value. It is PyTorch's softsign.
func (t *Tensor) Softsign() *Tensor {
	r := record("softsign")
	defer r.done()
	return r.handle(ops.Softsign.Body(r.read(t)))
}

// Softsign_ replaces t by each element over 1 plus its absolute value. It is PyTorch's softsign.
func (t *Tensor) Softsign_() *Tensor {
	r := record("softsign")
	defer r.done()
	r.write(t, ops.Softsign.Body(r.read(t)))
	return t
}

// Sort is the elements along a dimension in order, and where they were; NaN is greater than all else. It is PyTorch's
// sort.
func (t *Tensor) Sort(dims ...int) (*Tensor, *Tensor) {
	r := record("sort")
	defer r.done()
	r.atMost(dims, 1)
	v0, v1 := ops.Sort.Body(r.read(t), dimAt(dims, 0, -1), false)
	return r.handle(v0), r.handle(v1)
}

// SortWith is the elements along a dimension in order, and where they were; NaN is greater than all else. It is
// PyTorch's sort.
func (t *Tensor) SortWith(opts ...Option) (*Tensor, *Tensor) {
	r := record("sort")
	defer r.done()
	o := r.options(opts, "dim", "descending")
	v0, v1 := ops.Sort.Body(r.read(t), intOption(o, "dim", -1), option[bool](o, "descending", false))
	return r.handle(v0), r.handle(v1)
}

// SpecialBesselJ0 is the Bessel function of the first kind of order 0. It is PyTorch's special_bessel_j0.
func (t *Tensor) SpecialBesselJ0() *Tensor {
	r := record("special_bessel_j0")
	defer r.done()
	return r.handle(ops.SpecialBesselJ0.Body(r.read(t)))
}

// SpecialBesselJ1 is the Bessel function of the first kind of order 1. It is PyTorch's special_bessel_j1.
func (t *Tensor) SpecialBesselJ1() *Tensor {
	r := record("special_bessel_j1")
	defer r.done()
	return r.handle(ops.SpecialBesselJ1.Body(r.read(t)))
}

// SpecialBesselY0 is the Bessel function of the second kind of order 0. It is PyTorch's special_bessel_y0.
func (t *Tensor) SpecialBesselY0() *Tensor {
	r := record("special_bessel_y0")
	defer r.done()
	return r.handle(ops.SpecialBesselY0.Body(r.read(t)))
}

// SpecialBesselY1 is the Bessel function of the second kind of order 1. It is PyTorch's special_bessel_y1.
func (t *Tensor) SpecialBesselY1() *Tensor {
	r := record("special_bessel_y1")
	defer r.done()
	return r.handle(ops.SpecialBesselY1.Body(r.read(t)))
}

// SpecialEntr is minus each element times its logarithm: 0 at 0, −∞ below. It is PyTorch's special_entr.
func (t *Tensor) SpecialEntr() *Tensor {
	r := record("special_entr")
	defer r.done()
	return r.handle(ops.SpecialEntr.Body(r.read(t)))
}

// SpecialErfcx is 1 less the Gauss error function, times exp(x²). It is PyTorch's special_erfcx.
func (t *Tensor) SpecialErfcx() *Tensor {
	r := record("special_erfcx")
	defer r.done()
	return r.handle(ops.SpecialErfcx.Body(r.read(t)))
}

// SpecialI0e is the modified Bessel function of the first kind of order 0 times exp(−|x|). It is PyTorch's
// special_i0e.
func (t *Tensor) SpecialI0e() *Tensor {
	r := record("special_i0e")
	defer r.done()
	return r.handle(ops.SpecialI0e.Body(r.read(t)))
}

// SpecialI1 is the modified Bessel function of the first kind of order 1. It is PyTorch's special_i1.
func (t *Tensor) SpecialI1() *Tensor {
	r := record("special_i1")
	defer r.done()
	return r.handle(ops.SpecialI1.Body(r.read(t)))
}

// SpecialI1e is the modified Bessel function of the first kind of order 1 times exp(−|x|). It is PyTorch's
// special_i1e.
func (t *Tensor) SpecialI1e() *Tensor {
	r := record("special_i1e")
	defer r.done()
	return r.handle(ops.SpecialI1e.Body(r.read(t)))
}

// SpecialLogNdtr is the logarithm of the probability that a standard normal number is at most each element. It is
// PyTorch's special_log_ndtr.
func (t *Tensor) SpecialLogNdtr() *Tensor {
	r := record("special_log_ndtr")
	defer r.done()
	return r.handle(ops.SpecialLogNdtr.Body(r.read(t)))
}

// SpecialModifiedBesselI0 is the modified Bessel function of the first kind of order 0. It is PyTorch's
// special_modified_bessel_i0.
func (t *Tensor) SpecialModifiedBesselI0() *Tensor {
	r := record("special_modified_bessel_i0")
	defer r.done()
	return r.handle(ops.SpecialModifiedBesselI0.Body(r.read(t)))
}

// SpecialModifiedBesselI1 is the modified Bessel function of the first kind of order 1. It is PyTorch's
// special_modified_bessel_i1.
func (t *Tensor) SpecialModifiedBesselI1() *Tensor {
	r := record("special_modified_bessel_i1")
	defer r.done()
	return r.handle(ops.SpecialModifiedBesselI1.Body(r.read(t)))
}

// SpecialModifiedBesselK0 is the modified Bessel function of the second kind of order 0. It is PyTorch's
// special_modified_bessel_k0.
func (t *Tensor) SpecialModifiedBesselK0() *Tensor {
	r := record("special_modified_bessel_k0")
	defer r.done()
	return r.handle(ops.SpecialModifiedBesselK0.Body(r.read(t)))
}

// SpecialModifiedBesselK1 is the modified Bessel function of the second kind of order 1. It is PyTorch's
// special_modified_bessel_k1.
func (t *Tensor) SpecialModifiedBesselK1() *Tensor {
	r := record("special_modified_bessel_k1")
	defer r.done()
	return r.handle(ops.SpecialModifiedBesselK1.Body(r.read(t)))
}

// SpecialNdtr is the probability that a standard normal number is at most each element. It is PyTorch's special_ndtr.
func (t *Tensor) SpecialNdtr() *Tensor {
	r := record("special_ndtr")
	defer r.done()
	return r.handle(ops.SpecialNdtr.Body(r.read(t)))
}

// SpecialNdtri is what a standard normal number stays below with the probability of each element. It is PyTorch's
// special_ndtri.
func (t *Tensor) SpecialNdtri() *Tensor {
	r := record("special_ndtri")
	defer r.done()
	return r.handle(ops.SpecialNdtri.Body(r.read(t)))
}

// SpecialXlog1py is self times the logarithm of 1 + other, 0 where self is 0. It is PyTorch's special_xlog1py.
func (t *Tensor) SpecialXlog1py(other *Tensor) *Tensor {
	r := record("special_xlog1py")
	defer r.done()
	return r.handle(ops.SpecialXlog1py.Body(r.read(t), r.read(other)))
}

// SpecialZeta is the zeta function of Hurwitz: the sum of (other + k) to the power of −self over all k from 0 on. It
// is PyTorch's special_zeta.
func (t *Tensor) SpecialZeta(other *Tensor) *Tensor {
	r := record("special_zeta")
	defer r.done()
	return r.handle(ops.SpecialZeta.Body(r.read(t), r.read(other)))
}

// Split is pieces of one length along a dimension; the last may be shorter. It is PyTorch's split.Tensor.
func (t *Tensor) Split(splitSize any, dims ...int) []*Tensor {
	r := record("split")
	defer r.done()
	r.atMost(dims, 1)
	splitSizeAt := r.size(splitSize)
	dimAt := dimAt(dims, 0, 0)
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.Split.Body(x, splitSizeAt, dimAt) })
}

// SplitWith is pieces of one length along a dimension; the last may be shorter. It is PyTorch's split.Tensor.
func (t *Tensor) SplitWith(splitSize any, opts ...Option) []*Tensor {
	r := record("split")
	defer r.done()
	o := r.options(opts, "dim")
	splitSizeAt := r.size(splitSize)
	dimAt := intOption(o, "dim", 0)
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.Split.Body(x, splitSizeAt, dimAt) })
}

// SplitWithSizes is pieces of the given lengths along a dimension. It is PyTorch's split_with_sizes.
func (t *Tensor) SplitWithSizes(splitSizes ...any) []*Tensor {
	r := record("split_with_sizes")
	defer r.done()
	splitSizesAt := r.sizes(splitSizes)
	dimAt := 0
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.SplitWithSizes.Body(x, splitSizesAt, dimAt) })
}

// SplitWithSizesWith is pieces of the given lengths along a dimension. It is PyTorch's split_with_sizes.
func (t *Tensor) SplitWithSizesWith(splitSizes []any, opts ...Option) []*Tensor {
	r := record("split_with_sizes")
	defer r.done()
	o := r.options(opts, "dim")
	splitSizesAt := r.sizes(splitSizes)
	dimAt := intOption(o, "dim", 0)
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.SplitWithSizes.Body(x, splitSizesAt, dimAt) })
}

// Sqrt is the square root of each element. It is PyTorch's sqrt.
func (t *Tensor) Sqrt() *Tensor {
	r := record("sqrt")
	defer r.done()
	return r.handle(ops.Sqrt.Body(r.read(t)))
}

// Sqrt_ replaces t by the square root of each element. It is PyTorch's sqrt.
func (t *Tensor) Sqrt_() *Tensor {
	r := record("sqrt")
	defer r.done()
	r.write(t, ops.Sqrt.Body(r.read(t)))
	return t
}

// Square is the square of each element. It is PyTorch's square.
func (t *Tensor) Square() *Tensor {
	r := record("square")
	defer r.done()
	return r.handle(ops.Square.Body(r.read(t)))
}

// Square_ replaces t by the square of each element. It is PyTorch's square.
func (t *Tensor) Square_() *Tensor {
	r := record("square")
	defer r.done()
	r.write(t, ops.Square.Body(r.read(t)))
	return t
}

// Squeeze is the same elements without those of the dimensions that have size 1, in Go all where none are named. It
// is PyTorch's squeeze.dims.
func (t *Tensor) Squeeze(dim ...int) *Tensor {
	r := record("squeeze")
	defer r.done()
	dimAt := dim
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Squeeze.Body(x, dimAt) })
}

// Std is the standard deviation over some dimensions, or all, of which correction (1) counts off. It is PyTorch's
// std.correction.
func (t *Tensor) Std(correction any, dims ...int) *Tensor {
	r := record("std")
	defer r.done()
	return r.handle(ops.Std.Body(r.read(t), dims, r.maybeScalar(correction), false))
}

// StdWith is the standard deviation over some dimensions, or all, of which correction (1) counts off. It is PyTorch's
// std.correction.
func (t *Tensor) StdWith(correction any, opts ...Option) *Tensor {
	r := record("std")
	defer r.done()
	o := r.options(opts, "dim", "keepdim")
	return r.handle(ops.Std.Body(r.read(t), option[[]int](o, "dim", nil), r.maybeScalar(correction), option[bool](o, "keepdim", false)))
}

// StdMean is the standard deviation and mean over some dimensions, or all. It is PyTorch's std_mean.correction.
func (t *Tensor) StdMean(correction any, dims ...int) (*Tensor, *Tensor) {
	r := record("std_mean")
	defer r.done()
	v0, v1 := ops.StdMean.Body(r.read(t), dims, r.maybeScalar(correction), false)
	return r.handle(v0), r.handle(v1)
}

// StdMeanWith is the standard deviation and mean over some dimensions, or all. It is PyTorch's std_mean.correction.
func (t *Tensor) StdMeanWith(correction any, opts ...Option) (*Tensor, *Tensor) {
	r := record("std_mean")
	defer r.done()
	o := r.options(opts, "dim", "keepdim")
	v0, v1 := ops.StdMean.Body(r.read(t), option[[]int](o, "dim", nil), r.maybeScalar(correction), option[bool](o, "keepdim", false))
	return r.handle(v0), r.handle(v1)
}

// STFT is the Fourier transforms of overlapping windows of signals. It is PyTorch's stft.center.
func (t *Tensor) STFT(nFft int, window *Tensor) *Tensor {
	r := record("stft")
	defer r.done()
	return r.handle(ops.STFT.Body(r.read(t), nFft, nil, nil, r.readOpt(window), true, "reflect", false, nil, nil, nil))
}

// STFTWith is the Fourier transforms of overlapping windows of signals. It is PyTorch's stft.center.
func (t *Tensor) STFTWith(nFft int, window *Tensor, opts ...Option) *Tensor {
	r := record("stft")
	defer r.done()
	o := r.options(opts, "hop_length", "win_length", "center", "pad_mode", "normalized", "onesided", "return_complex", "align_to_window")
	return r.handle(ops.STFT.Body(r.read(t), nFft, maybeIntOption(o, "hop_length", nil), maybeIntOption(o, "win_length", nil), r.readOpt(window), option[bool](o, "center", true), option[string](o, "pad_mode", "reflect"), option[bool](o, "normalized", false), maybeBoolOption(o, "onesided", nil), maybeBoolOption(o, "return_complex", nil), maybeBoolOption(o, "align_to_window", nil)))
}

// SubScalar is self less alpha times a number. It is PyTorch's sub.Scalar.
func (t *Tensor) SubScalar(other any) *Tensor {
	r := record("sub")
	defer r.done()
	return r.handle(ops.SubScalar.Body(r.read(t), r.scalar(other), r.scalar(1)))
}

// SubScalarWith is self less alpha times a number. It is PyTorch's sub.Scalar.
func (t *Tensor) SubScalarWith(other any, opts ...Option) *Tensor {
	r := record("sub")
	defer r.done()
	o := r.options(opts, "alpha")
	return r.handle(ops.SubScalar.Body(r.read(t), r.scalar(other), r.scalarOption(o, "alpha", r.scalar(1))))
}

// SubScalar_ replaces t by self less alpha times a number. It is PyTorch's sub.Scalar.
func (t *Tensor) SubScalar_(other any) *Tensor {
	r := record("sub")
	defer r.done()
	r.write(t, ops.SubScalar.Body(r.read(t), r.scalar(other), r.scalar(1)))
	return t
}

// SubScalarWith_ replaces t by self less alpha times a number. It is PyTorch's sub.Scalar.
func (t *Tensor) SubScalarWith_(other any, opts ...Option) *Tensor {
	r := record("sub")
	defer r.done()
	o := r.options(opts, "alpha")
	r.write(t, ops.SubScalar.Body(r.read(t), r.scalar(other), r.scalarOption(o, "alpha", r.scalar(1))))
	return t
}

// Sub is self less alpha times other. It is PyTorch's sub.Tensor.
func (t *Tensor) Sub(other *Tensor) *Tensor {
	r := record("sub")
	defer r.done()
	return r.handle(ops.Sub.Body(r.read(t), r.read(other), r.scalar(1)))
}

// SubWith is self less alpha times other. It is PyTorch's sub.Tensor.
func (t *Tensor) SubWith(other *Tensor, opts ...Option) *Tensor {
	r := record("sub")
	defer r.done()
	o := r.options(opts, "alpha")
	return r.handle(ops.Sub.Body(r.read(t), r.read(other), r.scalarOption(o, "alpha", r.scalar(1))))
}

// Sub_ replaces t by self less alpha times other. It is PyTorch's sub.Tensor.
func (t *Tensor) Sub_(other *Tensor) *Tensor {
	r := record("sub")
	defer r.done()
	r.write(t, ops.Sub.Body(r.read(t), r.read(other), r.scalar(1)))
	return t
}

// SubWith_ replaces t by self less alpha times other. It is PyTorch's sub.Tensor.
func (t *Tensor) SubWith_(other *Tensor, opts ...Option) *Tensor {
	r := record("sub")
	defer r.done()
	o := r.options(opts, "alpha")
	r.write(t, ops.Sub.Body(r.read(t), r.read(other), r.scalarOption(o, "alpha", r.scalar(1))))
	return t
}

// Sum is the sum over some dimensions, or all. It is PyTorch's sum.dim_IntList.
func (t *Tensor) Sum(dims ...int) *Tensor {
	r := record("sum")
	defer r.done()
	return r.handle(ops.Sum.Body(r.read(t), dims, false, graph.NoDType))
}

// SumWith is the sum over some dimensions, or all. It is PyTorch's sum.dim_IntList.
func (t *Tensor) SumWith(opts ...Option) *Tensor {
	r := record("sum")
	defer r.done()
	o := r.options(opts, "dim", "keepdim", "dtype")
	return r.handle(ops.Sum.Body(r.read(t), option[[]int](o, "dim", nil), option[bool](o, "keepdim", false), option[graph.DType](o, "dtype", graph.NoDType)))
}

// SumToSize is the sum over the dimensions that the given sizes, which broadcast to self's, do not have. It is
// PyTorch's sum_to_size.
func (t *Tensor) SumToSize(size ...any) *Tensor {
	r := record("sum_to_size")
	defer r.done()
	return r.handle(ops.SumToSize.Body(r.read(t), r.sizes(size)))
}

// T is the transpose of a matrix; vectors stay. It is PyTorch's t.
func (t *Tensor) T() *Tensor {
	r := record("t")
	defer r.done()
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.T.Body(x) })
}

// Take is the elements of the flattened tensor that index names. It is PyTorch's take.
func (t *Tensor) Take(index *Tensor) *Tensor {
	r := record("take")
	defer r.done()
	return r.handle(ops.Take.Body(r.read(t), r.read(index)))
}

// TakeAlongDim is the elements along a dimension at the places that indices say; the other dimensions broadcast. It
// is PyTorch's take_along_dim.
func (t *Tensor) TakeAlongDim(indices *Tensor, dims ...int) *Tensor {
	r := record("take_along_dim")
	defer r.done()
	r.atMost(dims, 1)
	return r.handle(ops.TakeAlongDim.Body(r.read(t), r.read(indices), dimAtOrNil(dims, 0)))
}

// TakeAlongDimWith is the elements along a dimension at the places that indices say; the other dimensions broadcast.
// It is PyTorch's take_along_dim.
func (t *Tensor) TakeAlongDimWith(indices *Tensor, opts ...Option) *Tensor {
	r := record("take_along_dim")
	defer r.done()
	o := r.options(opts, "dim")
	return r.handle(ops.TakeAlongDim.Body(r.read(t), r.read(indices), maybeIntOption(o, "dim", nil)))
}

// Tan is the tangent of each element. It is PyTorch's tan.
func (t *Tensor) Tan() *Tensor {
	r := record("tan")
	defer r.done()
	return r.handle(ops.Tan.Body(r.read(t)))
}

// Tan_ replaces t by the tangent of each element. It is PyTorch's tan.
func (t *Tensor) Tan_() *Tensor {
	r := record("tan")
	defer r.done()
	r.write(t, ops.Tan.Body(r.read(t)))
	return t
}

// Tanh is the hyperbolic tangent of each element. It is PyTorch's tanh.
func (t *Tensor) Tanh() *Tensor {
	r := record("tanh")
	defer r.done()
	return r.handle(ops.Tanh.Body(r.read(t)))
}

// Tanh_ replaces t by the hyperbolic tangent of each element. It is PyTorch's tanh.
func (t *Tensor) Tanh_() *Tensor {
	r := record("tanh")
	defer r.done()
	r.write(t, ops.Tanh.Body(r.read(t)))
	return t
}

// Tanhshrink is each element less its tanh. It is PyTorch's tanhshrink.
func (t *Tensor) Tanhshrink() *Tensor {
	r := record("tanhshrink")
	defer r.done()
	return r.handle(ops.Tanhshrink.Body(r.read(t)))
}

// Tanhshrink_ replaces t by each element less its tanh. It is PyTorch's tanhshrink.
func (t *Tensor) Tanhshrink_() *Tensor {
	r := record("tanhshrink")
	defer r.done()
	r.write(t, ops.Tanhshrink.Body(r.read(t)))
	return t
}

// TensorSplitAt is the pieces of a dimension between the given places. It is PyTorch's tensor_split.indices.
func (t *Tensor) TensorSplitAt(indices ...int) []*Tensor {
	r := record("tensor_split")
	defer r.done()
	indicesAt := indices
	dimAt := 0
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.TensorSplitAt.Body(x, indicesAt, dimAt) })
}

// TensorSplitAtWith is the pieces of a dimension between the given places. It is PyTorch's tensor_split.indices.
func (t *Tensor) TensorSplitAtWith(indices []int, opts ...Option) []*Tensor {
	r := record("tensor_split")
	defer r.done()
	o := r.options(opts, "dim")
	indicesAt := indices
	dimAt := intOption(o, "dim", 0)
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.TensorSplitAt.Body(x, indicesAt, dimAt) })
}

// TensorSplit is so many pieces along a dimension, of lengths as equal as they can be. It is PyTorch's
// tensor_split.sections.
func (t *Tensor) TensorSplit(sections int, dims ...int) []*Tensor {
	r := record("tensor_split")
	defer r.done()
	r.atMost(dims, 1)
	sectionsAt := sections
	dimAt := dimAt(dims, 0, 0)
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.TensorSplit.Body(x, sectionsAt, dimAt) })
}

// TensorSplitWith is so many pieces along a dimension, of lengths as equal as they can be. It is PyTorch's
// tensor_split.sections.
func (t *Tensor) TensorSplitWith(sections int, opts ...Option) []*Tensor {
	r := record("tensor_split")
	defer r.done()
	o := r.options(opts, "dim")
	sectionsAt := sections
	dimAt := intOption(o, "dim", 0)
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.TensorSplit.Body(x, sectionsAt, dimAt) })
}

// Tensordot is the contraction of pairs of dimensions. It is PyTorch's tensordot.
func (t *Tensor) Tensordot(other *Tensor, dimsSelf []int, dimsOther ...int) *Tensor {
	r := record("tensordot")
	defer r.done()
	return r.handle(ops.Tensordot.Body(r.read(t), r.read(other), dimsSelf, dimsOther))
}

// Threshold is each element, or value where it is not above threshold. It is PyTorch's threshold.
func (t *Tensor) Threshold(threshold any, value any) *Tensor {
	r := record("threshold")
	defer r.done()
	return r.handle(ops.Threshold.Body(r.read(t), r.scalar(threshold), r.scalar(value)))
}

// Threshold_ replaces t by each element, or value where it is not above threshold. It is PyTorch's threshold.
func (t *Tensor) Threshold_(threshold any, value any) *Tensor {
	r := record("threshold")
	defer r.done()
	r.write(t, ops.Threshold.Body(r.read(t), r.scalar(threshold), r.scalar(value)))
	return t
}

// Tile is copies side by side, so many along each dimension; leading ones may be left out. It is PyTorch's tile.
func (t *Tensor) Tile(dims ...any) *Tensor {
	r := record("tile")
	defer r.done()
	return r.handle(ops.Tile.Body(r.read(t), r.sizes(dims)))
}

// To is the elements converted to a dtype. It is PyTorch's to.dtype.
func (t *Tensor) To(dtype graph.DType) *Tensor {
	r := record("to")
	defer r.done()
	return r.handle(ops.To.Body(r.read(t), dtype))
}

// TopK is the k largest or smallest elements along a dimension in order, and their indices. It is PyTorch's topk.
func (t *Tensor) TopK(k any, dims ...int) (*Tensor, *Tensor) {
	r := record("topk")
	defer r.done()
	r.atMost(dims, 1)
	v0, v1 := ops.TopK.Body(r.read(t), r.size(k), dimAt(dims, 0, -1), true, true)
	return r.handle(v0), r.handle(v1)
}

// TopKWith is the k largest or smallest elements along a dimension in order, and their indices. It is PyTorch's topk.
func (t *Tensor) TopKWith(k any, opts ...Option) (*Tensor, *Tensor) {
	r := record("topk")
	defer r.done()
	o := r.options(opts, "dim", "largest", "sorted")
	v0, v1 := ops.TopK.Body(r.read(t), r.size(k), intOption(o, "dim", -1), option[bool](o, "largest", true), option[bool](o, "sorted", true))
	return r.handle(v0), r.handle(v1)
}

// Trace is the sum of the diagonal. It is PyTorch's trace.
func (t *Tensor) Trace() *Tensor {
	r := record("trace")
	defer r.done()
	return r.handle(ops.Trace.Body(r.read(t)))
}

// Transpose is the same elements with two dimensions exchanged. It is PyTorch's transpose.int.
func (t *Tensor) Transpose(dim0 int, dim1 int) *Tensor {
	r := record("transpose")
	defer r.done()
	dim0At := dim0
	dim1At := dim1
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Transpose.Body(x, dim0At, dim1At) })
}

// Tril is the lower triangle of each matrix, up to a diagonal; zeros above. It is PyTorch's tril.
func (t *Tensor) Tril(diagonal int) *Tensor {
	r := record("tril")
	defer r.done()
	return r.handle(ops.Tril.Body(r.read(t), diagonal))
}

// Tril_ replaces t by the lower triangle of each matrix, up to a diagonal; zeros above. It is PyTorch's tril.
func (t *Tensor) Tril_(diagonal int) *Tensor {
	r := record("tril")
	defer r.done()
	r.write(t, ops.Tril.Body(r.read(t), diagonal))
	return t
}

// Triu is the upper triangle of each matrix, from a diagonal on; zeros below. It is PyTorch's triu.
func (t *Tensor) Triu(diagonal int) *Tensor {
	r := record("triu")
	defer r.done()
	return r.handle(ops.Triu.Body(r.read(t), diagonal))
}

// Triu_ replaces t by the upper triangle of each matrix, from a diagonal on; zeros below. It is PyTorch's triu.
func (t *Tensor) Triu_(diagonal int) *Tensor {
	r := record("triu")
	defer r.done()
	r.write(t, ops.Triu.Body(r.read(t), diagonal))
	return t
}

// Trunc is each element cut off towards zero. It is PyTorch's trunc.
func (t *Tensor) Trunc() *Tensor {
	r := record("trunc")
	defer r.done()
	return r.handle(ops.Trunc.Body(r.read(t)))
}

// Trunc_ replaces t by each element cut off towards zero. It is PyTorch's trunc.
func (t *Tensor) Trunc_() *Tensor {
	r := record("trunc")
	defer r.done()
	r.write(t, ops.Trunc.Body(r.read(t)))
	return t
}

// TypeAs is the elements converted to the dtype of other. It is PyTorch's type_as.
func (t *Tensor) TypeAs(other *Tensor) *Tensor {
	r := record("type_as")
	defer r.done()
	return r.handle(ops.TypeAs.Body(r.read(t), r.read(other)))
}

// Unbind is the slices of a dimension, which goes away. It is PyTorch's unbind.int.
func (t *Tensor) Unbind(dims ...int) []*Tensor {
	r := record("unbind")
	defer r.done()
	r.atMost(dims, 1)
	dimAt := dimAt(dims, 0, 0)
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.Unbind.Body(x, dimAt) })
}

// UnbindWith is the slices of a dimension, which goes away. It is PyTorch's unbind.int.
func (t *Tensor) UnbindWith(opts ...Option) []*Tensor {
	r := record("unbind")
	defer r.done()
	o := r.options(opts, "dim")
	dimAt := intOption(o, "dim", 0)
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.Unbind.Body(x, dimAt) })
}

// Unflatten is the same elements with one dimension made several. It is PyTorch's unflatten.int.
func (t *Tensor) Unflatten(dim int, sizes ...any) *Tensor {
	r := record("unflatten")
	defer r.done()
	dimAt := dim
	sizesAt := r.sizes(sizes)
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Unflatten.Body(x, dimAt, sizesAt) })
}

// Unfold is the runs of some elements along a dimension, in equal distances, as a last dimension; a tensor of its
// own. It is PyTorch's unfold.
func (t *Tensor) Unfold(dimension int, size int, step int) *Tensor {
	r := record("unfold")
	defer r.done()
	return r.handle(ops.Unfold.Body(r.read(t), dimension, size, step))
}

// Uniform is numbers drawn evenly from one number to below another, with the sizes and dtype of self. It is PyTorch's
// uniform.
func (t *Tensor) Uniform(g *Generator, from float64, to float64) *Tensor {
	r := record("uniform")
	defer r.done()
	v0, generatorNext := ops.Uniform.Body(r.read(t), from, to, r.generator(g))
	r.advance(g, generatorNext)
	return r.handle(v0)
}

// Uniform_ replaces t by numbers drawn evenly from one number to below another, with the sizes and dtype of self. It
// is PyTorch's uniform.
func (t *Tensor) Uniform_(g *Generator, from float64, to float64) *Tensor {
	r := record("uniform")
	defer r.done()
	v0, generatorNext := ops.Uniform.Body(r.read(t), from, to, r.generator(g))
	r.advance(g, generatorNext)
	r.write(t, v0)
	return t
}

// UniqueConsecutive is the elements, or slices of a dimension, that differ from the one before them; where asked for,
// also which of them each one is, and how long each run is. It is PyTorch's unique_consecutive.
func (t *Tensor) UniqueConsecutive() (*Tensor, *Tensor, *Tensor) {
	r := record("unique_consecutive")
	defer r.done()
	v0, v1, v2 := ops.UniqueConsecutive.Body(r.read(t), false, false, nil)
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// UniqueConsecutiveWith is the elements, or slices of a dimension, that differ from the one before them; where asked
// for, also which of them each one is, and how long each run is. It is PyTorch's unique_consecutive.
func (t *Tensor) UniqueConsecutiveWith(opts ...Option) (*Tensor, *Tensor, *Tensor) {
	r := record("unique_consecutive")
	defer r.done()
	o := r.options(opts, "return_inverse", "return_counts", "dim")
	v0, v1, v2 := ops.UniqueConsecutive.Body(r.read(t), option[bool](o, "return_inverse", false), option[bool](o, "return_counts", false), maybeIntOption(o, "dim", nil))
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// UniqueDim is the different slices of a dimension in lexical order; where asked for, also which of them each slice
// is, and how often each appears. It is PyTorch's unique_dim.
func (t *Tensor) UniqueDim(dim int) (*Tensor, *Tensor, *Tensor) {
	r := record("unique_dim")
	defer r.done()
	v0, v1, v2 := ops.UniqueDim.Body(r.read(t), dim, true, false, false)
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// UniqueDimWith is the different slices of a dimension in lexical order; where asked for, also which of them each
// slice is, and how often each appears. It is PyTorch's unique_dim.
func (t *Tensor) UniqueDimWith(dim int, opts ...Option) (*Tensor, *Tensor, *Tensor) {
	r := record("unique_dim")
	defer r.done()
	o := r.options(opts, "sorted", "return_inverse", "return_counts")
	v0, v1, v2 := ops.UniqueDim.Body(r.read(t), dim, option[bool](o, "sorted", true), option[bool](o, "return_inverse", false), option[bool](o, "return_counts", false))
	return r.handle(v0), r.handle(v1), r.handle(v2)
}

// Unsqueeze is the same elements with a dimension of size 1 more. It is PyTorch's unsqueeze.
func (t *Tensor) Unsqueeze(dim int) *Tensor {
	r := record("unsqueeze")
	defer r.done()
	dimAt := dim
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.Unsqueeze.Body(x, dimAt) })
}

// Var is the variance over some dimensions, or all, of which correction (1) counts off. It is PyTorch's
// var.correction.
func (t *Tensor) Var(correction any, dims ...int) *Tensor {
	r := record("var")
	defer r.done()
	return r.handle(ops.Var.Body(r.read(t), dims, r.maybeScalar(correction), false))
}

// VarWith is the variance over some dimensions, or all, of which correction (1) counts off. It is PyTorch's
// var.correction.
func (t *Tensor) VarWith(correction any, opts ...Option) *Tensor {
	r := record("var")
	defer r.done()
	o := r.options(opts, "dim", "keepdim")
	return r.handle(ops.Var.Body(r.read(t), option[[]int](o, "dim", nil), r.maybeScalar(correction), option[bool](o, "keepdim", false)))
}

// VarMean is the variance and mean over some dimensions, or all. It is PyTorch's var_mean.correction.
func (t *Tensor) VarMean(correction any, dims ...int) (*Tensor, *Tensor) {
	r := record("var_mean")
	defer r.done()
	v0, v1 := ops.VarMean.Body(r.read(t), dims, r.maybeScalar(correction), false)
	return r.handle(v0), r.handle(v1)
}

// VarMeanWith is the variance and mean over some dimensions, or all. It is PyTorch's var_mean.correction.
func (t *Tensor) VarMeanWith(correction any, opts ...Option) (*Tensor, *Tensor) {
	r := record("var_mean")
	defer r.done()
	o := r.options(opts, "dim", "keepdim")
	v0, v1 := ops.VarMean.Body(r.read(t), option[[]int](o, "dim", nil), r.maybeScalar(correction), option[bool](o, "keepdim", false))
	return r.handle(v0), r.handle(v1)
}

// Vdot is the inner product of two vectors, of which the first is conjugated. It is PyTorch's vdot.
func (t *Tensor) Vdot(other *Tensor) *Tensor {
	r := record("vdot")
	defer r.done()
	return r.handle(ops.Vdot.Body(r.read(t), r.read(other)))
}

// View is the same elements with other sizes, one of which may be −1, always in the same memory. It is PyTorch's
// view.
func (t *Tensor) View(size ...any) *Tensor {
	r := record("view")
	defer r.done()
	sizeAt := r.sizes(size)
	return r.view(t, func(x *graph.Value) *graph.Value { return ops.View.Body(x, sizeAt) })
}

// Bitcast is the bits of the elements read as another dtype of the same size, as a tensor of its own. It is PyTorch's
// view.dtype.
func (t *Tensor) Bitcast(dtype graph.DType) *Tensor {
	r := record("view")
	defer r.done()
	return r.handle(ops.Bitcast.Body(r.read(t), dtype))
}

// ViewAsComplex is pairs along the last dimension as complex numbers: a copy, other than PyTorch's. It is PyTorch's
// view_as_complex.
func (t *Tensor) ViewAsComplex() *Tensor {
	r := record("view_as_complex")
	defer r.done()
	return r.handle(ops.ViewAsComplex.Body(r.read(t)))
}

// ViewAsReal is real and imaginary parts along a new last dimension: a copy, other than PyTorch's. It is PyTorch's
// view_as_real.
func (t *Tensor) ViewAsReal() *Tensor {
	r := record("view_as_real")
	defer r.done()
	return r.handle(ops.ViewAsReal.Body(r.read(t)))
}

// VSplitAt is the pieces of the rows between the given places. It is PyTorch's vsplit.array.
func (t *Tensor) VSplitAt(indices ...int) []*Tensor {
	r := record("vsplit")
	defer r.done()
	indicesAt := indices
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.VSplitAt.Body(x, indicesAt) })
}

// VSplit is so many equal pieces along the rows. It is PyTorch's vsplit.int.
func (t *Tensor) VSplit(sections int) []*Tensor {
	r := record("vsplit")
	defer r.done()
	sectionsAt := sections
	return r.views(t, func(x *graph.Value) []*graph.Value { return ops.VSplit.Body(x, sectionsAt) })
}

// XlogyScalar is self times the logarithm of a number, 0 where self is 0. It is PyTorch's xlogy.Scalar_Other.
func (t *Tensor) XlogyScalar(other any) *Tensor {
	r := record("xlogy")
	defer r.done()
	return r.handle(ops.XlogyScalar.Body(r.read(t), r.scalar(other)))
}

// Xlogy is self times the logarithm of other, 0 where self is 0. It is PyTorch's xlogy.Tensor.
func (t *Tensor) Xlogy(other *Tensor) *Tensor {
	r := record("xlogy")
	defer r.done()
	return r.handle(ops.Xlogy.Body(r.read(t), r.read(other)))
}

// Xlogy_ replaces t by self times the logarithm of other, 0 where self is 0. It is PyTorch's xlogy.Tensor.
func (t *Tensor) Xlogy_(other *Tensor) *Tensor {
	r := record("xlogy")
	defer r.done()
	r.write(t, ops.Xlogy.Body(r.read(t), r.read(other)))
	return t
}

// Zero is zeros in the place of every element. It is PyTorch's zero.
func (t *Tensor) Zero() *Tensor {
	r := record("zero")
	defer r.done()
	return r.handle(ops.Zero.Body(r.read(t)))
}

// Zero_ replaces t by zeros in the place of every element. It is PyTorch's zero.
func (t *Tensor) Zero_() *Tensor {
	r := record("zero")
	defer r.done()
	r.write(t, ops.Zero.Body(r.read(t)))
	return t
}

// ZerosLike is zeros with the sizes and dtype of self. It is PyTorch's zeros_like.
func (t *Tensor) ZerosLike() *Tensor {
	r := record("zeros_like")
	defer r.done()
	return r.handle(ops.ZerosLike.Body(r.read(t), graph.NoDType))
}

// ZerosLikeWith is zeros with the sizes and dtype of self. It is PyTorch's zeros_like.
func (t *Tensor) ZerosLikeWith(opts ...Option) *Tensor {
	r := record("zeros_like")
	defer r.done()
	o := r.options(opts, "dtype")
	return r.handle(ops.ZerosLike.Body(r.read(t), option[graph.DType](o, "dtype", graph.NoDType)))
}
