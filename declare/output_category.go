package declare

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

var categoryOutput = outputKind{
	name: "category",
	doc:  "One of a number of names, the classes.",
	preprocessing: []key{
		{name: "missing_value_strategy", kind: kindString, words: []string{dropRow}, def: dropRow,
			doc: "What is done in training where the label is empty."},
		{name: "lowercase", kind: kindBool, def: false, doc: "Whether upper and lower case are the same."},
	},
	decoder: form{name: "classifier", doc: "A linear layer with one output for each class.", keys: append([]key{
		{name: "num_classes", kind: kindInt, null: true, in: between(2, 1<<20),
			doc: "How many classes there are. With it, labels that are whole numbers must be from 0 to one less, and a " +
				"label beyond that is an error; without it the classes are the labels that the data has."},
		{name: "use_bias", kind: kindBool, def: true, doc: "Whether the last layer has a bias."}},
		fcKeys("fc_", "fc_output_size", 256, "num_fc_layers", 0)...)},
	losses: []form{{name: "softmax_cross_entropy", doc: "Cross entropy of the softmax.", keys: []key{
		{name: "label_smoothing", kind: kindNumber, def: 0.0, in: between(0, 0.999),
			doc: "Share of each label that is spread evenly over all classes."},
	}}},
	codec: func(f *OutputFeature) (outputCodec, error) {
		c := &labelCodec{column: f.Column}
		if err := f.Preprocessing.Decode(&c.opts); err != nil {
			return nil, err
		}
		if n := f.Decoder.NumClasses; n != nil {
			c.classes = *n
		}
		return c, nil
	},
}

// labelCodec reads classes. The model is trained with the place of each among the classes.
type labelCodec struct {
	opts struct {
		Lowercase bool `yaml:"lowercase"`
	}
	column  string
	at      int // −1: the table has no labels
	lenient bool
	classes int // that the configuration allows, 0 for any number
	names   map[string]bool
	words   bool // a label was seen that is no whole number
	pending string
	raw     []string
	state   struct {
		Classes []string `json:"classes"`
	}
}

func (c *labelCodec) allowMissing() { c.lenient = true }

func (c *labelCodec) bind(columns []string) (err error) {
	c.names = map[string]bool{}
	c.at, err = findColumn(columns, c.column)
	if err != nil && c.lenient {
		c.at, err = -1, nil
	}
	return err
}

func (c *labelCodec) read(r rowReader, row []string) (bool, error) {
	c.pending = ""
	if c.at < 0 {
		return true, nil
	}
	c.pending = strings.TrimSpace(row[c.at])
	if c.opts.Lowercase {
		c.pending = strings.ToLower(c.pending)
	}
	if c.pending == "" || c.lenient {
		return c.lenient, nil
	}
	if err := c.inRange(c.pending); err != nil {
		return false, r.FieldError(c.at, err)
	}
	return true, nil
}

// inRange checks a label against the number of classes that the configuration gives.
func (c *labelCodec) inRange(label string) error {
	c.names[label] = true
	if c.classes == 0 {
		return nil
	}
	n, err := strconv.Atoi(label)
	switch {
	case err == nil && !c.words && (n < 0 || n >= c.classes):
		return fmt.Errorf("label %d is out of range: num_classes is %d, so labels are 0 to %d", n, c.classes, c.classes-1)
	case err != nil:
		c.words = true
	}
	if len(c.names) > c.classes {
		return fmt.Errorf("label %.40q is one too many: num_classes is %d, and as many others came before", label, c.classes)
	}
	return nil
}

func (c *labelCodec) push()        { c.raw = append(c.raw, c.pending) }
func (c *labelCodec) learned() any { return &c.state }
func (c *labelCodec) width() int   { return len(c.state.Classes) }

// fit takes the classes from all rows: what may be answered is a matter of the question, not of the rows that train.
func (c *labelCodec) fit([]int) error {
	if c.classes > 0 && !c.words {
		for i := range c.classes {
			c.names[strconv.Itoa(i)] = true
		}
	}
	c.state.Classes = slices.SortedFunc(maps.Keys(c.names), func(a, b string) int {
		x, xErr := strconv.ParseFloat(a, 64)
		y, yErr := strconv.ParseFloat(b, 64)
		if xErr == nil && yErr == nil {
			return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
		}
		return cmp.Compare(a, b)
	})
	if len(c.state.Classes) < 2 {
		return errors.New("fewer than two different labels: there is nothing to tell apart")
	}
	return nil
}

// encode gives −1 for a label that is missing or not among the classes.
func (c *labelCodec) encode() (*column, error) {
	index := make(map[string]int64, len(c.state.Classes))
	for i, name := range c.state.Classes {
		index[name] = int64(i)
	}
	out := &column{ints: make([]int64, len(c.raw)), labels: c.raw}
	for i, name := range c.raw {
		n, ok := index[name]
		if !ok {
			n = -1
		}
		out.ints[i] = n
	}
	c.raw = nil
	return out, nil
}

func (c *labelCodec) loss(o *Loss, out, want *tensor.Tensor) *tensor.Tensor {
	return nn.CrossEntropy(out, want, nn.LabelSmoothing(o.LabelSmoothing), nn.IgnoreIndex(-1))
}

func (c *labelCodec) final(out *tensor.Tensor) *tensor.Tensor { return out.Softmax(1) }

func (c *labelCodec) metrics() []metric {
	return []metric{{"accuracy", true, func(out, want *tensor.Tensor) *tensor.Tensor {
		return out.ArgMax(1).Eq(want).Sum()
	}}}
}

// answer takes the most probable class.
func (c *labelCodec) answer(pred []float32, want *column, rows []int) *Answers {
	classes := c.state.Classes
	a := &Answers{Classes: classes}
	right, known := 0, 0
	for i, row := range rows {
		p := pred[i*len(classes) : (i+1)*len(classes)]
		best := 0
		for j := range p {
			if p[j] > p[best] {
				best = j
			}
		}
		a.Labels = append(a.Labels, classes[best])
		a.Probabilities = append(a.Probabilities, p)
		a.WantLabels = append(a.WantLabels, want.labels[row])
		if want.labels[row] != "" {
			known++
		}
		if want.ints[row] == int64(best) {
			right++
		}
	}
	if a.Known = known; known > 0 {
		a.Right = right
		a.Metrics = map[string]float64{"accuracy": float64(right) / float64(known)}
	}
	return a
}
