package declare

import (
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"

	"github.com/flambeau-ml/flambeau/tensor"
)

// codec reads one feature's fields, row by row, learns from the rows that train what it has to know (means,
// vocabularies), and turns fields into what the model takes. What it learned is saved with the model, so that
// prediction reads rows as training did.
type codec interface {
	// bind finds the feature's columns among those of a table.
	bind(columns []string) error
	// read parses the row that r read last. It reports false when the row is to be left out.
	read(r rowReader, row []string) (bool, error)
	// push keeps what read parsed.
	push()
	// fit learns from these of the rows.
	fit(rows []int) error
	// learned points at what fit learned, as JSON has it.
	learned() any
	// encode returns the rows pushed so far, and forgets them.
	encode() (*column, error)
}

// inputCodec is the codec of an input feature.
type inputCodec interface {
	codec
	// size is the shape of one row: none for a number of its own, [C, H, W] for an image.
	size() []int
}

// outputCodec is the codec of an output feature.
type outputCodec interface {
	codec
	// allowMissing makes the codec read tables without labels, for prediction.
	allowMissing()
	// width is how many numbers the decoder gives.
	width() int
	// loss is the mean loss of what the decoder gave, [N, width], for these targets. Targets that are not known count
	// for nothing.
	loss(o *Loss, out, want *tensor.Tensor) *tensor.Tensor
	// final makes predictions [N, width] of what the decoder gave.
	final(out *tensor.Tensor) *tensor.Tensor
	// metrics are what validation looks at, by name.
	metrics() []metric
	// answer makes an answer of each row of predictions, and of the targets, where they are known.
	answer(pred []float32, want *column, rows []int) *Answers
}

// metric is a figure of validation: a mean over samples.
type metric struct {
	name   string
	larger bool // larger is better
	// sum is the sum of the figure over a batch.
	sum func(out, want *tensor.Tensor) *tensor.Tensor
}

// column is a feature of all rows: whole numbers (classes), floats, or bytes that stand for floats.
type column struct {
	shape  []int // of one row
	floats []float32
	ints   []int64
	bytes  []uint8 // floats times the scale, where this is all that they can be: a quarter of the memory
	scale  float32

	labels  []string  // of an output feature, as they were read
	numbers []float64 // likewise
}

// columnError says that a table has no such column.
type columnError struct {
	key string // of the configuration, that named it
	msg string
}

func (e *columnError) Error() string { return e.msg }

// has reports whether an output feature has a target in a row.
func (c *column) has(row int) bool {
	if c.ints != nil {
		return c.ints[row] >= 0
	}
	return !math.IsNaN(c.numbers[row])
}

func findColumn(columns []string, name string) (int, error) {
	for i, c := range columns {
		if c == name {
			return i, nil
		}
	}
	return 0, &columnError{"column", fmt.Sprintf("the data has no column %q%s", name, suggest(name, columns))}
}

// findColumns finds the columns whose names match a pattern, in the order of the table.
func findColumns(columns []string, pattern string) ([]int, error) {
	var at []int
	for i, c := range columns {
		ok, err := path.Match(pattern, c)
		if err != nil {
			return nil, &columnError{"columns", fmt.Sprintf("%q is not a pattern: %v", pattern, err)}
		}
		if ok {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return nil, &columnError{"columns", fmt.Sprintf("the data has no column that matches %q%s",
			pattern, suggest(pattern, columns))}
	}
	return at, nil
}

// spread is where a list of numbers stands in a table: in one column, separated by white space, or in several.
type spread struct {
	column, pattern string
	at              []int
}

func (s *spread) bind(columns []string) (err error) {
	if s.pattern != "" {
		s.at, err = findColumns(columns, s.pattern)
		return err
	}
	i, err := findColumn(columns, s.column)
	s.at = []int{i}
	return err
}

// read appends the numbers of a row to out.
func (s *spread) read(r rowReader, row []string, out []float32) ([]float32, error) {
	if s.pattern == "" {
		if numbers, _ := arrayOf(r, s.at[0]); numbers != nil {
			return append(out, numbers...), nil
		}
		for field := range strings.FieldsSeq(row[s.at[0]]) {
			x, err := strconv.ParseFloat(field, 32)
			if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, r.FieldError(s.at[0], fmt.Errorf("%.40q is not a finite number", field))
			}
			out = append(out, float32(x))
		}
		return out, nil
	}
	for _, i := range s.at {
		if numbers, _ := arrayOf(r, i); numbers != nil {
			out = append(out, numbers...)
			continue
		}
		x, err := r.Float(i)
		if err != nil {
			return nil, err
		}
		if f := float32(x); f-f != 0 { // infinite or NaN, as a float32 too
			return nil, r.FieldError(i, fmt.Errorf("%.40q is not a finite number", row[i]))
		}
		out = append(out, float32(x))
	}
	return out, nil
}
