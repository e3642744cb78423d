// Package tensor holds the handle that users hold: a multi-dimensional array whose operations are recorded and
// computed when a value is wanted. It has PyTorch's semantics: views alias, in-place operations write through them,
// Backward adds to gradients.
//
// A Tensor points at a storage, a storage at its current node. A node is an immutable header with a recipe (how to
// compute it) and a value (a buffer, once computed). Files: node.go, record.go (operators at work), eval.go,
// program.go and publish.go (what is computed together, and the cache of programs), cut.go, memory.go (buffers and
// collections), view.go and write.go (aliasing and mutation), autograd.go, tape.go and batch.go (what package transform is
// made of), and what users call.
package tensor
