package declare

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// What is done where a number is missing.
const (
	fillConst = "fill_with_const"
	fillMean  = "fill_with_mean"
	dropRow   = "drop_row"
)

func numberKeys(missing string, normalization any) []key {
	return []key{
		{name: "missing_value_strategy", kind: kindString, words: []string{fillConst, fillMean, dropRow}, def: missing,
			doc: "What is done where the field is empty."},
		{name: "fill_value", kind: kindNumber, def: 0.0, doc: "The number for `fill_with_const`."},
		{name: "normalization", kind: kindString, words: []string{"zscore", "minmax", "log1p", "iq"}, null: true,
			def: normalization, doc: "How numbers are brought to a common size, by what the training rows have: " +
				"`zscore` to mean 0 and deviation 1, `minmax` to 0 to 1, `iq` by median and quartiles, " +
				"`log1p` to the logarithm of 1 plus the number."},
	}
}

var numberInput = inputKind{
	name:          "number",
	doc:           "A number.",
	preprocessing: numberKeys(fillConst, "zscore"),
	encoders:      []*encoderKind{&passthroughEncoder, &denseEncoder},
	codec: func(f *InputFeature) (inputCodec, error) {
		c := &numberCodec{column: f.Column}
		return c, f.Preprocessing.Decode(&c.opts)
	},
}

type numberOptions struct {
	Missing       string  `yaml:"missing_value_strategy"`
	FillValue     float64 `yaml:"fill_value"`
	Normalization string  `yaml:"normalization"`
}

// numberCodec reads numbers. The model takes (x − Shift) / Scale, of log1p(x) where that is asked for.
type numberCodec struct {
	opts    numberOptions
	column  string
	at      int
	pending float64
	raw     []float64
	state   struct {
		Shift float64 `json:"shift"`
		Scale float64 `json:"scale"`
		Fill  float64 `json:"fill"`
	}
}

func (c *numberCodec) bind(columns []string) (err error) {
	c.at, err = findColumn(columns, c.column)
	return err
}

func (c *numberCodec) read(r rowReader, row []string) (bool, error) {
	c.pending = math.NaN()
	if strings.TrimSpace(row[c.at]) == "" {
		return c.opts.Missing != dropRow, nil
	}
	x, err := r.Float(c.at)
	switch {
	case err != nil:
		return false, err
	case math.IsInf(x, 0):
		return false, r.FieldError(c.at, fmt.Errorf("%.40q is not a finite number", row[c.at]))
	case math.IsNaN(x):
		return c.opts.Missing != dropRow, nil
	case c.opts.Normalization == "log1p" && x <= -1:
		return false, r.FieldError(c.at, fmt.Errorf("%.40q has no log1p", row[c.at]))
	}
	c.pending = x
	return true, nil
}

func (c *numberCodec) push()        { c.raw = append(c.raw, c.pending) }
func (c *numberCodec) learned() any { return &c.state }
func (c *numberCodec) size() []int  { return nil }

func (c *numberCodec) fit(rows []int) error {
	var xs []float64
	for _, i := range rows {
		if x := c.raw[i]; !math.IsNaN(x) {
			xs = append(xs, x)
		}
	}
	c.state.Fill, c.state.Shift, c.state.Scale = c.opts.FillValue, 0, 1
	if len(xs) == 0 {
		return nil
	}
	mean, deviation := moments(xs)
	if c.opts.Missing == fillMean {
		c.state.Fill = mean
	}
	switch c.opts.Normalization {
	case "zscore":
		c.state.Shift, c.state.Scale = mean, deviation
	case "minmax":
		lo, hi := slices.Min(xs), slices.Max(xs)
		c.state.Shift, c.state.Scale = lo, hi-lo
	case "iq":
		slices.Sort(xs)
		c.state.Shift, c.state.Scale = quantile(xs, 0.5), quantile(xs, 0.75)-quantile(xs, 0.25)
	}
	if c.state.Scale == 0 { // all the same: there is nothing to bring to a common size
		c.state.Scale = 1
	}
	return nil
}

func (c *numberCodec) encode() (*column, error) {
	out := &column{floats: make([]float32, len(c.raw))}
	for i, x := range c.raw {
		out.floats[i] = c.number(x)
	}
	c.raw = nil
	return out, nil
}

func (c *numberCodec) number(x float64) float32 {
	if math.IsNaN(x) {
		x = c.state.Fill
	}
	if c.opts.Normalization == "log1p" {
		x = math.Log1p(x)
	}
	return float32((x - c.state.Shift) / c.state.Scale)
}

// restore takes the normalisation back.
func (c *numberCodec) restore(y float64) float64 {
	x := float64(y*c.state.Scale) + c.state.Shift
	if c.opts.Normalization == "log1p" {
		return math.Expm1(x)
	}
	return x
}

// moments are the mean and the standard deviation of the population.
func moments(xs []float64) (mean, deviation float64) {
	for _, x := range xs {
		mean += x / float64(len(xs))
	}
	for _, x := range xs {
		deviation += (x - mean) * (x - mean) / float64(len(xs))
	}
	return mean, math.Sqrt(deviation)
}

// quantile is the value below which a share q of sorted xs lies, between neighbours in proportion.
func quantile(xs []float64, q float64) float64 {
	at := q * float64(len(xs)-1)
	i := int(at)
	if i+1 >= len(xs) {
		return xs[len(xs)-1]
	}
	return xs[i] + (at-float64(i))*(xs[i+1]-xs[i])
}
