package declare

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/flambeau-ml/flambeau/data"
	"github.com/flambeau-ml/flambeau/internal/csvfile"
	"github.com/flambeau-ml/flambeau/internal/digits"
	"github.com/flambeau-ml/flambeau/internal/idxfile"
	"github.com/flambeau-ml/flambeau/tensor"
)

// codecs are the codecs of all features, in the order of the configuration.
type codecs struct {
	in  []inputCodec
	out []outputCodec
}

func newCodecs(c *Config) (*codecs, error) {
	cs := &codecs{}
	for i := range c.InputFeatures {
		codec, err := c.InputFeatures[i].codec()
		if err != nil {
			return nil, fmt.Errorf("input feature %q: %w", c.InputFeatures[i].Name, err)
		}
		cs.in = append(cs.in, codec)
	}
	for i := range c.OutputFeatures {
		codec, err := c.OutputFeatures[i].codec()
		if err != nil {
			return nil, fmt.Errorf("output feature %q: %w", c.OutputFeatures[i].Name, err)
		}
		cs.out = append(cs.out, codec)
	}
	return cs, nil
}

// all are the codecs of input and of output features.
func (cs *codecs) all() []codec {
	var all []codec
	for _, c := range cs.in {
		all = append(all, c)
	}
	for _, c := range cs.out {
		all = append(all, c)
	}
	return all
}

// open opens the data set that the configuration names.
func (c *Config) open() (rowReader, error) {
	if c.Dataset == "digits" {
		return digits.Open()
	}
	set, ok, err := c.idx()
	if err != nil {
		return nil, err
	}
	if ok {
		train, test, err := idxfile.Find(set.folder, set.prefix)
		if err != nil {
			return nil, c.errorAt("dataset", "%v", err)
		}
		return openIDX(train, test)
	}
	r, err := csvfile.Open(c.dataPath())
	if errors.Is(err, os.ErrNotExist) {
		return nil, c.errorAt("dataset", "there is no file %s, and no data set of that name%s", c.dataPath(),
			suggest(c.Dataset, dataNames()))
	}
	return r, err
}

// dataPath is the path of the data set, which is relative to the folder of the data or of the configuration.
func (c *Config) dataPath() string {
	return under(under(filepath.Dir(c.file), c.DatasetFolder), c.Dataset)
}

// source is the rows of a table that codecs have read.
type source struct {
	rows []int    // their numbers in the table, from 0
	by   []string // what a column that divides them says
}

// readAll reads the rows of a table that every codec keeps, and of these the column splitBy, where that is not "".
func (cs *codecs) readAll(ctx context.Context, r rowReader, folder, splitBy string) (*source, error) {
	for _, c := range cs.all() {
		if m, ok := c.(*imageCodec); ok {
			m.folder = folder
		}
	}
	at := -1
	if splitBy != "" {
		var err error
		if at, err = findColumn(r.Columns(), splitBy); err != nil {
			return nil, err
		}
	}
	src := &source{}
	all := cs.all()
	for number := 0; ; number++ {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		row, err := r.Read()
		if err == io.EOF {
			return src, nil
		}
		if err != nil {
			return nil, err
		}
		keep := true
		for _, c := range all {
			ok, err := c.read(r, row)
			if err != nil {
				return nil, err
			}
			keep = keep && ok
		}
		if !keep {
			continue
		}
		for _, c := range all {
			c.push()
		}
		if at >= 0 {
			src.by = append(src.by, row[at])
		}
		src.rows = append(src.rows, number)
	}
}

// bind finds every feature's columns; an error of the configuration names its line.
func (c *Config) bind(cs *codecs, columns []string) error {
	for i, codec := range cs.in {
		if err := c.bindOne(codec, columns, fmt.Sprintf("input_features[%d]", i)); err != nil {
			return err
		}
	}
	for i, codec := range cs.out {
		if err := c.bindOne(codec, columns, fmt.Sprintf("output_features[%d]", i)); err != nil {
			return err
		}
	}
	for i, f := range c.InputFeatures {
		for _, out := range c.OutputFeatures {
			if ok, _ := filepath.Match(f.Columns, out.Column); ok && f.Columns != "" {
				return c.errorAt(fmt.Sprintf("input_features[%d].columns", i),
					"%q matches %q, which is what feature %q predicts", f.Columns, out.Column, out.Name)
			}
		}
	}
	return nil
}

func (c *Config) bindOne(codec codec, columns []string, path string) error {
	err := codec.bind(columns)
	var missing *columnError
	if errors.As(err, &missing) {
		key := join(path, missing.key)
		if c.source.at[key] == nil { // the column is that of the feature's name
			key = join(path, "name")
		}
		return c.errorAt(key, "%s", missing.msg)
	}
	return err
}

// table is a data set in memory, as the model takes it.
type table struct {
	in, out []*column
	n       int
}

func (cs *codecs) encode(n int) (*table, error) {
	t := &table{n: n}
	for _, c := range cs.in {
		col, err := c.encode()
		if err != nil {
			return nil, err
		}
		t.in = append(t.in, col)
	}
	for _, c := range cs.out {
		col, err := c.encode()
		if err != nil {
			return nil, err
		}
		t.out = append(t.out, col)
	}
	return t, nil
}

// Batch is some rows of a table: a tensor [N, …] for each input feature and one for each output feature.
type Batch struct {
	In, Out []*tensor.Tensor
	rows    []int
}

// Len is the number of rows.
func (t *table) Len() int { return t.n }

// Batch stacks rows.
func (t *table) Batch(_ context.Context, pick data.Pick) (b Batch, err error) {
	b.rows = pick.Indices
	err = tensor.Try(func() {
		for _, c := range t.in {
			b.In = append(b.In, c.stack(pick.Indices))
		}
		for _, c := range t.out {
			b.Out = append(b.Out, c.stack(pick.Indices))
		}
	})
	return b, err
}

// stack is the tensor [N, …] of some rows.
func (c *column) stack(rows []int) *tensor.Tensor {
	shape := append([]int{len(rows)}, c.shape...)
	switch {
	case c.ints != nil:
		return tensor.New(pick(c.ints, 1, rows), shape...)
	case c.bytes != nil:
		bytes := pick(c.bytes, volume(c.shape), rows)
		out := make([]float32, len(bytes))
		for i, b := range bytes {
			out[i] = float32(b) / c.scale
		}
		return tensor.New(out, shape...)
	}
	return tensor.New(pick(c.floats, volume(c.shape), rows), shape...)
}

func pick[T any](all []T, size int, rows []int) []T {
	out := make([]T, 0, size*len(rows))
	for _, i := range rows {
		out = append(out, all[i*size:(i+1)*size]...)
	}
	return out
}
