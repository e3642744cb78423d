package declare

import (
	"math"
	"strings"

	"github.com/flambeau-ml/flambeau/tensor"
)

var numberOutput = outputKind{
	name:          "number",
	doc:           "A number.",
	preprocessing: numberKeys(dropRow, nil),
	decoder: form{name: "regressor", doc: "A linear layer with one output.", keys: append([]key{
		{name: "use_bias", kind: kindBool, def: true, doc: "Whether the last layer has a bias."}},
		fcKeys("fc_", "fc_output_size", 256, "num_fc_layers", 0)...)},
	losses: []form{
		{name: "mean_squared_error", doc: "The mean of the squared differences."},
		{name: "mean_absolute_error", doc: "The mean of the differences' sizes."},
	},
	codec: func(f *OutputFeature) (outputCodec, error) {
		c := &targetCodec{numberCodec: numberCodec{column: f.Column}}
		return c, f.Preprocessing.Decode(&c.opts)
	},
}

// targetCodec reads the numbers that a model learns to predict.
type targetCodec struct {
	numberCodec
	lenient bool
}

func (c *targetCodec) allowMissing() { c.lenient = true }
func (c *targetCodec) width() int    { return 1 }

func (c *targetCodec) bind(columns []string) error {
	err := c.numberCodec.bind(columns)
	if err != nil && c.lenient {
		c.at, err = -1, nil
	}
	return err
}

func (c *targetCodec) read(r rowReader, row []string) (bool, error) {
	if c.lenient && (c.at < 0 || strings.TrimSpace(row[c.at]) == "") {
		c.pending = math.NaN()
		return true, nil
	}
	return c.numberCodec.read(r, row)
}

// encode keeps the numbers as they were read beside those for the model: NaN where there is none.
func (c *targetCodec) encode() (*column, error) {
	raw := c.raw
	if !c.lenient {
		for i, x := range raw {
			if math.IsNaN(x) {
				raw[i] = c.state.Fill
			}
		}
	}
	out, err := c.numberCodec.encode()
	if err == nil {
		out.numbers = raw
	}
	return out, err
}

func (c *targetCodec) loss(o *Loss, out, want *tensor.Tensor) *tensor.Tensor {
	diff := out.Squeeze(1).Sub(want)
	if o.Type == "mean_absolute_error" {
		return diff.Abs().Mean()
	}
	return diff.Mul(diff).Mean()
}

func (c *targetCodec) final(out *tensor.Tensor) *tensor.Tensor { return out }

// metrics are of the numbers as the data has them: the squared error of a normalised number is scaled back.
func (c *targetCodec) metrics() []metric {
	scale := c.state.Scale
	return []metric{
		{"mean_squared_error", false, func(out, want *tensor.Tensor) *tensor.Tensor {
			diff := out.Squeeze(1).Sub(want).MulScalar(scale)
			return diff.Mul(diff).Sum()
		}},
		{"mean_absolute_error", false, func(out, want *tensor.Tensor) *tensor.Tensor {
			return out.Squeeze(1).Sub(want).MulScalar(scale).Abs().Sum()
		}},
	}
}

// answer takes the normalisation back.
func (c *targetCodec) answer(pred []float32, want *column, rows []int) *Answers {
	a := &Answers{}
	var squares, sizes, mean, spread float64
	for i, row := range rows {
		x, y := c.restore(float64(pred[i])), want.numbers[row]
		a.Numbers = append(a.Numbers, x)
		a.WantNumbers = append(a.WantNumbers, y)
		if !math.IsNaN(y) {
			a.Known++
			squares += (x - y) * (x - y)
			sizes += math.Abs(x - y)
			mean += y
		}
	}
	if a.Known == 0 {
		return a
	}
	n := float64(a.Known)
	mean /= n
	for _, y := range a.WantNumbers {
		if !math.IsNaN(y) {
			spread += (y - mean) * (y - mean)
		}
	}
	a.Metrics = map[string]float64{"mean_squared_error": squares / n, "mean_absolute_error": sizes / n}
	if spread > 0 {
		a.Metrics["r2"] = 1 - squares/spread
	}
	return a
}
