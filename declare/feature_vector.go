package declare

import (
	"fmt"
)

var vectorInput = inputKind{
	name: "vector",
	doc:  "A list of numbers of one length: separated by white space in one field, or spread over several columns.",
	preprocessing: []key{
		{name: "vector_size", kind: kindInt, null: true, in: between(1, 1<<24),
			doc: "How many numbers there are; the first row says it when this does not."},
	},
	encoders: []*encoderKind{&denseEncoder, &passthroughEncoder},
	codec: func(f *InputFeature) (inputCodec, error) {
		c := &vectorCodec{spread: spread{column: f.Column, pattern: f.Columns}}
		if err := f.Preprocessing.Decode(&c.opts); err != nil {
			return nil, err
		}
		if c.opts.Size != nil {
			c.state.Size = *c.opts.Size
		}
		return c, nil
	},
}

// vectorCodec reads lists of numbers; the model takes them as they are.
type vectorCodec struct {
	spread
	opts struct {
		Size *int `yaml:"vector_size"`
	}
	pending []float32
	raw     []float32
	state   struct {
		Size int `json:"size"`
	}
}

func (c *vectorCodec) read(r rowReader, row []string) (bool, error) {
	var err error
	if c.pending, err = c.spread.read(r, row, c.pending[:0]); err != nil {
		return false, err
	}
	if c.state.Size == 0 {
		c.state.Size = len(c.pending)
	}
	if n := len(c.pending); n != c.state.Size || n == 0 {
		return false, r.FieldError(c.at[0], fmt.Errorf("a vector of %d numbers, and %d are wanted", n, c.state.Size))
	}
	return true, nil
}

func (c *vectorCodec) push()           { c.raw = append(c.raw, c.pending...) }
func (c *vectorCodec) fit([]int) error { return nil }
func (c *vectorCodec) learned() any    { return &c.state }
func (c *vectorCodec) size() []int     { return []int{c.state.Size} }

func (c *vectorCodec) encode() (*column, error) {
	out := &column{shape: c.size(), floats: c.raw}
	c.raw = nil
	return out, nil
}
