package declare

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// unknownCategory stands for every category that training did not see.
const unknownCategory = "<UNK>"

var categoryInput = inputKind{
	name: "category",
	doc:  "One of a number of names.",
	preprocessing: []key{
		{name: "missing_value_strategy", kind: kindString, words: []string{fillConst, dropRow}, def: fillConst,
			doc: "What is done where the field is empty."},
		{name: "fill_value", kind: kindString, def: unknownCategory, doc: "The category for `fill_with_const`."},
		{name: "lowercase", kind: kindBool, def: false, doc: "Whether upper and lower case are the same."},
		{name: "most_common", kind: kindInt, def: 10000, null: true, in: between(1, 1<<30),
			doc: "How many categories are told apart, the most common first; others are unknown."},
	},
	encoders: []*encoderKind{&embeddingEncoder, &onehotEncoder},
	codec: func(f *InputFeature) (inputCodec, error) {
		c := &categoryCodec{column: f.Column}
		return c, f.Preprocessing.Decode(&c.opts)
	},
}

// categoryCodec reads categories. The model takes the place of each in the vocabulary, 0 where it is not there.
type categoryCodec struct {
	opts struct {
		Missing    string `yaml:"missing_value_strategy"`
		FillValue  string `yaml:"fill_value"`
		Lowercase  bool   `yaml:"lowercase"`
		MostCommon *int   `yaml:"most_common"`
	}
	column  string
	at      int
	pending string
	raw     []string
	state   struct {
		Vocabulary []string `json:"vocabulary"` // the first is <UNK>
	}
}

func (c *categoryCodec) bind(columns []string) (err error) {
	c.at, err = findColumn(columns, c.column)
	return err
}

func (c *categoryCodec) read(_ rowReader, row []string) (bool, error) {
	c.pending = strings.TrimSpace(row[c.at])
	if c.pending == "" {
		c.pending = c.opts.FillValue
		return c.opts.Missing != dropRow, nil
	}
	if c.opts.Lowercase {
		c.pending = strings.ToLower(c.pending)
	}
	return true, nil
}

func (c *categoryCodec) push()        { c.raw = append(c.raw, c.pending) }
func (c *categoryCodec) learned() any { return &c.state }
func (c *categoryCodec) size() []int  { return nil }

func (c *categoryCodec) fit(rows []int) error {
	count := map[string]int{}
	for _, i := range rows {
		count[c.raw[i]]++
	}
	delete(count, unknownCategory)
	names := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	if most := c.opts.MostCommon; most != nil && len(names) > *most {
		names = names[:*most]
	}
	c.state.Vocabulary = append([]string{unknownCategory}, names...)
	return nil
}

func (c *categoryCodec) encode() (*column, error) {
	index := make(map[string]int64, len(c.state.Vocabulary))
	for i, name := range c.state.Vocabulary {
		index[name] = int64(i)
	}
	out := &column{ints: make([]int64, len(c.raw))}
	for i, name := range c.raw {
		out.ints[i] = index[name] // 0 where there is none
	}
	c.raw = nil
	return out, nil
}
