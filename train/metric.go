package train

import (
	"context"
	"errors"

	"github.com/flambeau-ml/flambeau/data"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// Metric is a figure of validation: a mean over samples.
type Metric[B any] struct {
	Name   string
	Larger bool // larger is better
	// Of is the sum of the figure over the samples of a batch, a tensor of one element, and how many samples there are.
	Of func(out *tensor.Tensor, b B) (sum *tensor.Tensor, samples int)
}

const lossName = "loss"

// Accuracy is how often the largest of the logits [N, classes] is that of the label.
var Accuracy = Metric[data.Batch]{Name: "accuracy", Larger: true, Of: func(out *tensor.Tensor, b data.Batch) (*tensor.Tensor, int) {
	return out.ArgMax(1).Eq(b.Y).Sum(), b.Y.Numel()
}}

// Supervised is the Forward of a layer that makes outputs of inputs, and a loss of outputs and targets.
func Supervised[M nn.Layer](loss func(out, y *tensor.Tensor) *tensor.Tensor) func(M, data.Batch) (l, out *tensor.Tensor) {
	return func(m M, b data.Batch) (l, out *tensor.Tensor) {
		out = m.Forward(b.X)
		return loss(out, b.Y), out
	}
}

// Validate goes through Valid once in evaluation mode and returns "loss" and each metric. The model keeps its mode. With
// an EMA, its averages are what is evaluated. The loss of each batch counts as often as the batch has samples, where a
// metric says how many these are, else once.
func (t *Trainer[M, B]) Validate(ctx context.Context) (map[string]float64, error) {
	if t.Valid == nil {
		return nil, errors.New("there is nothing to validate on")
	}
	model := nn.Eval(nn.NoGrad(t.Averaged()))
	if err := t.Valid.Restore(data.State{}); err != nil {
		return nil, err
	}
	sums, counts := map[string]float64{}, map[string]float64{}
	for b, err := range t.Valid.Epoch(ctx) {
		if err != nil {
			return nil, err
		}
		if err := t.measure(ctx, model, b, sums, counts); err != nil {
			return nil, err
		}
	}
	if len(counts) == 0 {
		return nil, errors.New("there are no batches to validate on")
	}
	for name := range sums {
		sums[name] /= counts[name]
	}
	return sums, nil
}

// measure adds the figures of one batch.
func (t *Trainer[M, B]) measure(ctx context.Context, model M, b B, sums, counts map[string]float64) error {
	var all []*tensor.Tensor
	var samples []int
	err := tensor.Try(func() {
		loss, out := t.Forward(model, b)
		all, samples = append(all, loss), append(samples, 1)
		for _, m := range t.Metrics {
			sum, n := m.Of(out, b)
			all, samples = append(all, sum), append(samples, n)
			samples[0] = n
		}
	})
	if err == nil {
		err = tensor.Eval(ctx, all...)
	}
	if err != nil {
		return err
	}
	return tensor.Try(func() {
		n := float64(samples[0])
		sums[lossName] += all[0].Item() * n
		counts[lossName] += n
		for i, m := range t.Metrics {
			sums[m.Name] += all[i+1].Item()
			counts[m.Name] += float64(samples[i+1])
		}
	})
}
