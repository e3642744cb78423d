package declare

import (
	"fmt"
	"slices"
	"strings"
)

var binaryInput = inputKind{
	name: "binary",
	doc:  "Yes or no.",
	preprocessing: []key{
		{name: "missing_value_strategy", kind: kindString, def: "fill_with_false",
			words: []string{"fill_with_false", "fill_with_true", dropRow}, doc: "What is done where the field is empty."},
		{name: "fallback_true_label", kind: kindString, null: true,
			doc: "The field that means yes; every other means no. Without it yes, y, true, t, 1 mean yes, " +
				"no, n, false, f, 0 no, in upper or lower case, and anything else is an error."},
	},
	encoders: []*encoderKind{&passthroughEncoder, &denseEncoder},
	codec: func(f *InputFeature) (inputCodec, error) {
		c := &binaryCodec{column: f.Column}
		return c, f.Preprocessing.Decode(&c.opts)
	},
}

var (
	yesWords = []string{"yes", "y", "true", "t", "1", "1.0"}
	noWords  = []string{"no", "n", "false", "f", "0", "0.0"}
)

// binaryCodec reads yes and no; the model takes 1 and 0.
type binaryCodec struct {
	opts struct {
		Missing string  `yaml:"missing_value_strategy"`
		True    *string `yaml:"fallback_true_label"`
	}
	column  string
	at      int
	pending float32
	raw     []float32
}

func (c *binaryCodec) bind(columns []string) (err error) {
	c.at, err = findColumn(columns, c.column)
	return err
}

func (c *binaryCodec) read(r rowReader, row []string) (bool, error) {
	word := strings.TrimSpace(row[c.at])
	yes := false
	switch {
	case word == "":
		yes = c.opts.Missing == "fill_with_true"
	case c.opts.True != nil:
		yes = word == *c.opts.True
	case slices.Contains(yesWords, strings.ToLower(word)):
		yes = true
	case !slices.Contains(noWords, strings.ToLower(word)):
		return false, r.FieldError(c.at, fmt.Errorf("%.40q is neither yes nor no (fallback_true_label may say what is)", word))
	}
	c.pending = 0
	if yes {
		c.pending = 1
	}
	return word != "" || c.opts.Missing != dropRow, nil
}

func (c *binaryCodec) push()           { c.raw = append(c.raw, c.pending) }
func (c *binaryCodec) fit([]int) error { return nil }
func (c *binaryCodec) learned() any    { return &struct{}{} }
func (c *binaryCodec) size() []int     { return nil }

func (c *binaryCodec) encode() (*column, error) {
	out := &column{floats: c.raw}
	c.raw = nil
	return out, nil
}
