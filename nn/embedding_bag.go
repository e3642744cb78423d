package nn

import (
	"fmt"
	"math"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/tensor"
)

// EmbeddingBag is rows of a table, looked up by their numbers and brought together bag by bag: PyTorch's
// nn.EmbeddingBag.
type EmbeddingBag struct {
	Weight *Parameter // [rows, dim]

	lookup
	mode       string
	lastOffset bool
}

// Bags says how the indices of an EmbeddingBag are divided into bags, and weighs them.
type Bags struct {
	Offsets *tensor.Tensor // where bags begin, of indices with one dimension; without it, each row of [N, L] is a bag
	Weights *tensor.Tensor // one for each index, where bags are summed: PyTorch's per_sample_weights
}

// NewEmbeddingBag makes a table of rows vectors of dim numbers, drawn from a normal distribution. It takes the options
// BagMode ("mean" without it), PaddingIdx, IncludeLastOffset, MaxNorm, NormType, ScaleGradByFreq and
// Sparse.
func NewEmbeddingBag(rows, dim int, opts ...Option) *EmbeddingBag {
	s := settle("nn.EmbeddingBag", opts, append([]string{"bag_mode", "include_last_offset"}, lookupOptions...)...)
	e := &EmbeddingBag{mode: get(s, "bag_mode", "mean"), lookup: s.lookup(rows, dim), lastOffset: get(s, "include_last_offset", false)}
	if e.byFreq && e.mode == "max" {
		s.fail("gradients of the mode max cannot be scaled by frequency")
	}
	if e.sparse && e.mode == "max" {
		s.fail("gradients of the mode max are not sparse")
	}
	if e.mode != "sum" && e.mode != "mean" && e.mode != "max" {
		s.fail(`the mode must be "sum", "mean" or "max", not %q`, e.mode)
	}
	e.Weight = NewParameter(tableInit(rows, e.padding), rows, dim)
	return e
}

// Forward makes indices [N, L] into [N, dim]. An index that is no row's is an error when the result is computed.
func (e *EmbeddingBag) Forward(indices *tensor.Tensor) *tensor.Tensor {
	return e.ForwardBags(indices, Bags{})
}

// ForwardBags is Forward with bags that begin at offsets, or weights. An empty bag gives zeros.
func (e *EmbeddingBag) ForwardBags(indices *tensor.Tensor, bags Bags) *tensor.Tensor {
	switch {
	case bags.Weights != nil && e.mode != "sum":
		panic(tensor.Errorf("nn.EmbeddingBag", "weights are for the mode sum, not %s", e.mode))
	case bags.Weights != nil && bags.Weights.Dim() != indices.Dim():
		panic(tensor.Errorf("nn.EmbeddingBag", "weights of shape %s for indices of shape %s", shapeString(bags.Weights.Shape()), shapeString(indices.Shape())))
	case indices.Dim() == 2 && bags.Offsets != nil:
		panic(tensor.Errorf("nn.EmbeddingBag", "offsets are for indices of one dimension, not of shape %s", shapeString(indices.Shape())))
	case indices.Dim() != 2 && (indices.Dim() != 1 || bags.Offsets == nil):
		panic(tensor.Errorf("nn.EmbeddingBag", "takes indices [N, L], or [L] with offsets, not of shape %s", shapeString(indices.Shape())))
	}
	x := e.of(e.Weight, indices)
	if w := bags.Weights; w != nil {
		x = x.Mul(w.Unsqueeze(-1))
	}
	if e.padding < 0 && e.mode == "sum" && bags.Offsets == nil {
		return x.Sum(1) // every index counts
	}
	counts := tensor.OnesWith([]any{indices.Sym(0)}, tensor.As(tensor.Bool))
	if indices.Dim() == 2 {
		counts = counts.Unsqueeze(1).Expand(indices.Sym(0), indices.Sym(1))
	}
	if e.padding >= 0 {
		counts = indices.NeScalar(e.padding)
	}
	if bags.Offsets == nil {
		return e.rows(x, counts)
	}
	return e.bags(x, counts, bags.Offsets)
}

// rows brings x [N, L, dim] together along L, where counts [N, L] says so.
func (e *EmbeddingBag) rows(x, counts *tensor.Tensor) *tensor.Tensor {
	if e.mode == "max" {
		most, _ := x.MaskedFillScalar(counts.LogicalNot().Unsqueeze(-1), math.Inf(-1)).MaxDim(1)
		return most.MaskedFillScalar(counts.Any(1).LogicalNot().Unsqueeze(-1), 0.0)
	}
	sum := x.MaskedFillScalar(counts.LogicalNot().Unsqueeze(-1), 0.0).Sum(1)
	if e.mode == "mean" {
		sum = sum.Div(counts.Sum(1).ClampMin(1).Unsqueeze(-1))
	}
	return sum
}

// bags brings x [L, dim] together in bags that begin at offsets, where counts [L] says so.
func (e *EmbeddingBag) bags(x, counts, offsets *tensor.Tensor) *tensor.Tensor {
	n, length := offsets.Sym(0), x.Sym(0)
	if e.lastOffset {
		n = n.Sub(graph.N(1))
		offsets = offsets.Narrow(0, 0, n)
	}
	// Which bag an index is in: how many have begun, less one. What begins at the end has no index.
	begun := tensor.ZerosWith([]any{length.Add(graph.N(1))}, tensor.As(tensor.Int64)).
		IndexAdd(0, offsets.To(tensor.Int64), offsets.OnesLikeWith(tensor.As(tensor.Int64)))
	bag := begun.CumSum(0).SubScalar(1).Narrow(0, 0, length)
	if e.mode == "max" {
		numbers := tensor.OnesWith([]any{n}, tensor.As(tensor.Int64)).CumSum(0).SubScalar(1)
		mine := bag.Eq(numbers.Unsqueeze(1)).LogicalAnd(counts)
		return e.rows(x.Unsqueeze(0).Expand(n, length, x.Sym(1)), mine)
	}
	x = x.MaskedFillScalar(counts.LogicalNot().Unsqueeze(-1), 0.0)
	sum := tensor.ZerosWith([]any{n, x.Sym(1)}, tensor.As(x.DType())).IndexAdd(0, bag, x)
	if e.mode == "mean" {
		each := tensor.ZerosWith([]any{n}, tensor.As(x.DType())).IndexAdd(0, bag, counts.To(x.DType()))
		sum = sum.Div(each.ClampMin(1.0).Unsqueeze(-1))
	}
	return sum
}

// String describes the layer.
func (e *EmbeddingBag) String() string {
	return fmt.Sprintf("EmbeddingBag(%d, %d, %s)", e.Weight.Size(0), e.Weight.Size(1), e.mode)
}
