package declare

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/flambeau-ml/flambeau/data"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// learner is a model with what it takes to read its data.
type learner struct {
	config *Config
	codecs *codecs
	model  *Model
}

// forward computes the loss of a batch, the sum over all output features, and what the decoders gave, side by side.
func (l *learner) forward(m *Model, b Batch) (loss, out *tensor.Tensor) {
	outs := m.Forward(b.In)
	for i, x := range outs {
		o := &l.config.OutputFeatures[i].Loss
		one := l.codecs.out[i].loss(o, x, b.Out[i])
		if o.Weight != 1 {
			one = one.MulScalar(o.Weight)
		}
		if loss == nil {
			loss = one
		} else {
			loss = loss.Add(one)
		}
	}
	if len(outs) == 1 {
		return loss, outs[0]
	}
	return loss, tensor.Cat(outs, 1)
}

// output is the part of what forward gave that belongs to output feature i.
func (l *learner) output(out *tensor.Tensor, i int) *tensor.Tensor {
	if len(l.codecs.out) == 1 {
		return out
	}
	from := 0
	for _, c := range l.codecs.out[:i] {
		from += c.width()
	}
	return out.Narrow(1, from, l.codecs.out[i].width())
}

// predict computes predictions for some rows of a table, so many at once, whose numbers are those of src.
func (l *learner) predict(ctx context.Context, t *table, src *source, rows []int, batch int) (*Predictions, error) {
	model := nn.Eval(nn.NoGrad(l.model))
	preds := make([][]float32, len(l.codecs.out))
	p := &Predictions{}
	losses, counted := 0.0, 0
	loader := data.NewLoader(data.Subset[Batch](t, rows), data.BatchSize(batch))
	for b, err := range loader.Epoch(ctx) {
		if err != nil {
			return nil, err
		}
		known := t.known(b.rows)
		err := tensor.Try(func() {
			loss, out := l.forward(model, b)
			for i, c := range l.codecs.out {
				preds[i] = append(preds[i], c.final(l.output(out, i)).Float32s()...)
			}
			if known == len(b.rows) {
				losses += loss.Item() * float64(known)
				counted += known
			}
		})
		if err != nil {
			return nil, err
		}
	}
	for _, i := range rows {
		p.Rows = append(p.Rows, src.rows[i])
	}
	for i, c := range l.codecs.out {
		a := c.answer(preds[i], t.out[i], rows)
		a.Feature = l.config.OutputFeatures[i].Name
		p.Features = append(p.Features, a)
	}
	p.Loss = losses / float64(counted) // NaN where nothing is known
	return p, nil
}

// known is for how many of the rows every output feature has a target.
func (t *table) known(rows []int) int {
	n := 0
	for _, row := range rows {
		all := true
		for _, c := range t.out {
			all = all && c.has(row)
		}
		if all {
			n++
		}
	}
	return n
}

// preprocessing is what the codecs learned, as it is saved with a model.
func (l *learner) preprocessing() ([]byte, error) {
	features := map[string]any{}
	for i, c := range l.codecs.in {
		features[l.config.InputFeatures[i].Name] = c.learned()
	}
	for i, c := range l.codecs.out {
		features[l.config.OutputFeatures[i].Name] = c.learned()
	}
	text, err := json.MarshalIndent(features, "", "\t")
	return append(text, '\n'), err
}

// setPreprocessing gives the codecs what preprocessing saved.
func (l *learner) setPreprocessing(text []byte) error {
	var features map[string]json.RawMessage
	if err := json.Unmarshal(text, &features); err != nil {
		return err
	}
	set := func(name string, c codec) error {
		raw, ok := features[name]
		if !ok {
			return fmt.Errorf("feature %q is missing", name)
		}
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(c.learned()); err != nil {
			return fmt.Errorf("feature %q: %w", name, err)
		}
		return nil
	}
	for i, c := range l.codecs.in {
		if err := set(l.config.InputFeatures[i].Name, c); err != nil {
			return err
		}
	}
	for i, c := range l.codecs.out {
		if err := set(l.config.OutputFeatures[i].Name, c); err != nil {
			return err
		}
	}
	return nil
}
