package nn

import (
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/transform"
)

// CTC is minus the log-probability of sequences of labels under all alignments with longer sequences of inputs (Graves et
// al., 2006): PyTorch's ctc_loss. LogProbs is [T, N, classes], of which of sample n the first inputs[n] count; targets is
// [N, S], of which the first lengths[n] count, or all labels one after the other. Where there is one sample, logProbs may
// be [T, classes]. It takes the options Blank (class 0 without it), Reduction ("mean" is of the losses divided by the
// lengths of their targets) and ZeroInfinity.
//
// As in PyTorch the gradient is that with respect to scores of which logProbs is LogSoftmax.
func CTC(logProbs, targets *tensor.Tensor, inputs, lengths []int, opts ...Option) *tensor.Tensor {
	s := settle("nn.CTC", opts, "blank", "reduction", "zero_infinity")
	single := logProbs.Dim() == 2
	if single {
		logProbs = logProbs.Unsqueeze(1)
	}
	if logProbs.Dim() != 3 {
		s.fail("takes log-probabilities [T, N, classes], not of shape %s", shapeString(logProbs.Shape()))
	}
	steps, n := logProbs.Size(0), logProbs.Size(1)
	blank := get(s, "blank", 0)
	if blank < 0 || blank >= logProbs.Size(2) {
		s.fail("the blank is %d, of %d classes", blank, logProbs.Size(2))
	}
	if len(inputs) != n || len(lengths) != n {
		s.fail("%d lengths of inputs and %d of targets for %d samples", len(inputs), len(lengths), n)
	}
	for i := range n {
		if inputs[i] < 0 || inputs[i] > steps || lengths[i] < 0 {
			s.fail("sample %d of %d inputs, where %d are given, and %d labels", i, inputs[i], steps, lengths[i])
		}
	}
	loss := ctcLoss(logProbs, s.labels(targets, lengths, blank), inputs, lengths, blank)
	if get(s, "zero_infinity", false) {
		loss = loss.MaskedFillScalar(loss.EqScalar(math.Inf(1)), 0.0)
	}
	switch reduction := get(s, "reduction", "mean"); {
	case reduction == "mean":
		return loss.Div(ofInts(lengths).ClampMin(1).To(loss.DType())).Mean()
	case reduction == "sum":
		return loss.Sum()
	case reduction != "none":
		s.fail(`the reduction must be "mean", "sum" or "none", not %q`, reduction)
	case single:
		return loss.Squeeze(0)
	}
	return loss
}

func ofInts(v []int) *tensor.Tensor {
	out := make([]int64, len(v))
	for i, x := range v {
		out[i] = int64(x)
	}
	return tensor.New(out)
}

// labels are targets as [N, longest], blanks behind the end of each.
func (s settings) labels(targets *tensor.Tensor, lengths []int, blank int) *tensor.Tensor {
	most, total := 0, 0
	for _, n := range lengths {
		most = max(most, n)
		total += n
	}
	row := 0 // where a sample begins
	if targets.Dim() == 2 {
		if targets.Size(0) != len(lengths) || targets.Size(1) < most {
			s.fail("targets of shape %s for %d samples, of up to %d labels", shapeString(targets.Shape()), len(lengths), most)
		}
		row = targets.Size(1)
	} else if targets.Dim() != 1 || targets.Size(0) != total {
		s.fail("targets of shape %s for samples of %d labels together", shapeString(targets.Shape()), total)
	}
	var at []int64
	var there []bool
	begin := 0
	for i, n := range lengths {
		if row > 0 {
			begin = i * row
		}
		for j := range most {
			place := 0
			if j < n {
				place = begin + j
			}
			at, there = append(at, int64(place)), append(there, j < n)
		}
		begin += n
	}
	shape := []int{len(lengths), most}
	if most == 0 {
		return zeros(tensor.Int64, shape...)
	}
	found := targets.To(tensor.Int64).Flatten().IndexSelect(0, tensor.New(at)).Reshape(anys(shape)...)
	return found.MaskedFillScalar(tensor.New(there, shape...).LogicalNot(), blank)
}

// ctcLoss is the loss of each sample: labels is [N, most].
func ctcLoss(logProbs, labels *tensor.Tensor, inputs, lengths []int, blank int) *tensor.Tensor {
	steps, n, most := logProbs.Size(0), logProbs.Size(1), labels.Size(1)
	never := math.Inf(-1)
	states := 2*most + 1 // a blank before, between and behind labels
	path := tensor.Full([]any{n, states}, blank)
	repeat := tensor.New(make([]bool, n*states), n, states).LogicalNot() // where a blank must not be left out
	if most > 0 {
		odd := make([]int64, most)
		for i := range odd {
			odd[i] = int64(2*i + 1)
		}
		path = path.IndexCopy(1, tensor.New(odd), labels)
		if states > 2 {
			blanks := path.EqScalar(blank)
			same := path.Narrow(1, 2, states-2).Eq(path.Narrow(1, 0, states-2))
			repeat = tensor.Cat([]*tensor.Tensor{repeat.Narrow(1, 0, 2), same.LogicalOr(blanks.Narrow(1, 2, states-2))}, 1)
		}
	}
	scores := logProbs.Gather(2, path.Unsqueeze(0).Expand(steps, n, states))
	first := make([]bool, states)
	first[0] = true // before the first input, from where it is a blank or a label
	alpha := tensor.Zeros(n, states).To(logProbs.DType()).MaskedFillScalar(tensor.New(first).LogicalNot(), never)
	alive := ofInts(inputs).Gt(tensor.Arange(steps).Unsqueeze(-1)).Unsqueeze(-1) // [T, N, 1]
	last, _ := transform.Scan(func(carry, x []*tensor.Tensor) (next, ys []*tensor.Tensor) {
		all := []*tensor.Tensor{carry[0]}
		if states > 1 {
			one := carry[0].PadWith([]any{1, -1}, tensor.Value(never))
			two := carry[0].PadWith([]any{2, -2}, tensor.Value(never)).MaskedFillScalar(repeat, never)
			all = append(all, one, two)
		}
		return []*tensor.Tensor{tensor.Where(x[1], logSum(all...).Add(x[0]), carry[0])}, nil
	}, []*tensor.Tensor{alpha}, []*tensor.Tensor{scores, alive})
	alpha = last[0]
	end := ofInts(lengths).MulScalar(2).Unsqueeze(-1)
	at := alpha.Gather(1, end)
	before := alpha.Gather(1, end.SubScalar(1).ClampMin(0)).MaskedFillScalar(end.EqScalar(0), never)
	loss := logSum(at, before).Squeeze(-1).Neg()
	// What PyTorch adds to the gradient: the softmax that it takes logProbs to be of. Its value is 0.
	probs := logProbs.Exp().MaskedFillScalar(alive.LogicalNot(), 0.0)
	return loss.Add(probs.Sub(probs.Detach()).Sum(0, 2))
}

// logSum is log Σ exp, with no gradient of what is impossible.
func logSum(xs ...*tensor.Tensor) *tensor.Tensor {
	most := xs[0].Detach()
	for _, x := range xs[1:] {
		most = most.Maximum(x.Detach())
	}
	impossible := most.EqScalar(math.Inf(-1))
	most = most.MaskedFillScalar(impossible, 0.0)
	var sum *tensor.Tensor
	for _, x := range xs {
		e := x.Sub(most).Exp()
		if sum != nil {
			e = sum.Add(e)
		}
		sum = e
	}
	return sum.MaskedFillScalar(impossible, 1.0).Log().Add(most).MaskedFillScalar(impossible, math.Inf(-1))
}
