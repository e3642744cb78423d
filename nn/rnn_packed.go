package nn

import (
	"cmp"
	"slices"

	"github.com/flambeau-ml/flambeau/tensor"
)

// PackedSequence is sequences of several lengths without padding: PyTorch's PackedSequence. The longest is first.
type PackedSequence struct {
	Data       *tensor.Tensor // [sum of BatchSizes, …]: the first elements of all sequences, then the second ones …
	BatchSizes []int          // of each step, how many sequences have one; they never grow
	// SortedIndices are the places that the sequences had before they were sorted, and UnsortedIndices those that they
	// have now; nil where they were in order.
	SortedIndices, UnsortedIndices []int
}

// batch is how many sequences there are.
func (p *PackedSequence) batch() int {
	if len(p.BatchSizes) == 0 {
		return 0
	}
	return p.BatchSizes[0]
}

// at is the place among the sorted sequences of the one that was number i.
func (p *PackedSequence) at(i int) int {
	if p.UnsortedIndices == nil {
		return i
	}
	return p.UnsortedIndices[i]
}

// PackPaddedSequence packs padded sequences x [L, N, …] of the given lengths, in any order: PyTorch's
// pack_padded_sequence. It takes the option BatchFirst, for [N, L, …].
func PackPaddedSequence(x *tensor.Tensor, lengths []int, opts ...Option) *PackedSequence {
	s := settle("nn.PackPaddedSequence", opts, "batch_first")
	if x.Dim() < 2 {
		s.fail("takes sequences [L, N, …], not of shape %s", shapeString(x.Shape()))
	}
	if !get(s, "batch_first", false) {
		x = x.Transpose(0, 1)
	}
	batch, steps := x.Size(0), x.Size(1)
	if len(lengths) != batch || batch == 0 {
		s.fail("%d lengths for %d sequences", len(lengths), batch)
	}
	order := make([]int, batch)
	for i, n := range lengths {
		if n < 1 || n > steps {
			s.fail("the length %d: it must lie from 1 to %d", n, steps)
		}
		order[i] = i
	}
	p := &PackedSequence{}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(lengths[j], lengths[i]) })
	if !slices.IsSorted(order) {
		p.SortedIndices, p.UnsortedIndices = order, make([]int, batch)
		for k, i := range order {
			p.UnsortedIndices[i] = k
		}
	}
	var from []int
	for t := range lengths[order[0]] {
		n := 0
		for ; n < batch && lengths[order[n]] > t; n++ {
			from = append(from, order[n]*steps+t)
		}
		p.BatchSizes = append(p.BatchSizes, n)
	}
	p.Data = x.Flatten(0, 1).IndexSelect(0, indices(from))
	return p
}

// PadPackedSequence pads packed sequences to [L, N, …], in the order that they had before they were packed, and returns
// their lengths: PyTorch's pad_packed_sequence. It takes the options BatchFirst, for [N, L, …], PaddingValue (0 without
// it) and TotalLength, which is at least that of the longest.
func PadPackedSequence(p *PackedSequence, opts ...Option) (x *tensor.Tensor, lengths []int) {
	s := settle("nn.PadPackedSequence", opts, "batch_first", "padding_value", "total_length")
	longest, total := len(p.BatchSizes), 0
	steps := get(s, "total_length", longest)
	if longest == 0 || steps < longest {
		s.fail("a total length of %d for sequences of up to %d elements", steps, longest)
	}
	batch := p.batch()
	sorted := make([]int, batch) // lengths in the order in which they are packed
	place := slices.Repeat([]int{p.Data.Size(0)}, batch*steps)
	for t, n := range p.BatchSizes {
		if n < 1 || n > p.BatchSizes[max(t-1, 0)] {
			s.fail("the batch sizes %v: they must be positive and not grow", p.BatchSizes)
		}
		for k := range n {
			sorted[k] = t + 1
			place[k*steps+t] = total + k
		}
		total += n
	}
	if total != p.Data.Size(0) || p.UnsortedIndices != nil && len(p.UnsortedIndices) != batch {
		s.fail("%d elements and %d places for the batch sizes %v", p.Data.Size(0), len(p.UnsortedIndices), p.BatchSizes)
	}
	var from []int
	for i := range batch {
		lengths = append(lengths, sorted[p.at(i)])
		from = append(from, place[p.at(i)*steps:][:steps]...)
	}
	rest := anys(p.Data.Shape()[1:])
	padding := tensor.FullWith(append([]any{1}, rest...), get(s, "padding_value", 0.0), tensor.As(p.Data.DType()))
	x = tensor.Cat([]*tensor.Tensor{p.Data, padding}).IndexSelect(0, indices(from)).Reshape(append([]any{batch, steps}, rest...)...)
	if !get(s, "batch_first", false) {
		x = x.Transpose(0, 1)
	}
	return x, lengths
}

// indices are integers as a tensor.
func indices(ns []int) *tensor.Tensor {
	out := make([]int64, len(ns))
	for i, n := range ns {
		out[i] = int64(n)
	}
	return tensor.New(out)
}
