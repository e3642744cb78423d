// Package transform makes functions of tensors out of functions of tensors: gradients, derivatives forwards and
// backwards, batches, Jacobians. Transforms compose in any order and to any depth.
//
//	perSample := transform.Vmap(transform.Grad(loss), transform.In(transform.None, 0, 0))
//	h := transform.Hessian(f)(x)
//
// A function that is differentiated runs on tensors with values: it may read them, and Go's control flow works. A
// function that is batched runs once, on tensors that stand for each member of the batch: reading one is an error that
// names the line. In both, what is done in place to an argument does not reach the caller's tensor. A tensor from
// outside may be written in place under differentiation; under Vmap only with what is the same for all members.
//
// Calls that cannot be right panic with a *tensor.Error, as those of package tensor do.
package transform
