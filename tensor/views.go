package tensor

import "github.com/flambeau-ml/flambeau/graph"

// views are the handles that an operator with several views as results gives: the pieces of split.
func (r *recorder) views(t *Tensor, body func(*graph.Value) []*graph.Value) []*Tensor {
	pieces := body(&graph.Value{Type: *t.typ, Home: &steps{}, Tag: t.via})
	out := make([]*Tensor, len(pieces))
	for i := range pieces {
		out[i] = r.view(t, func(x *graph.Value) *graph.Value {
			v := body(x)[i]
			if s, ok := x.Home.(*steps); ok { // the last movement made is that of another piece
				s.chain, _ = v.Tag.(*view)
			}
			return v
		})
	}
	return out
}

// sizesOf are the sizes of t as operators take them.
func sizesOf(t *Tensor) []any {
	sizes := make([]any, t.Dim())
	for i := range sizes {
		sizes[i] = t.Sym(i)
	}
	return sizes
}

// ReshapeAs is the same elements with the sizes of other. It is PyTorch's reshape_as.
func (t *Tensor) ReshapeAs(other *Tensor) *Tensor { return t.Reshape(sizesOf(other)...) }

// ViewAs is the same elements with the sizes of other, always in the same memory. It is PyTorch's view_as.
func (t *Tensor) ViewAs(other *Tensor) *Tensor { return t.View(sizesOf(other)...) }

// ExpandAs is the elements repeated to the sizes of other. It is PyTorch's expand_as.
func (t *Tensor) ExpandAs(other *Tensor) *Tensor { return t.Expand(sizesOf(other)...) }
