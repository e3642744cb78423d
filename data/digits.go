package data

import (
	"fmt"
	"io"

	"github.com/flambeau-ml/flambeau/internal/csvfile"
	"github.com/flambeau-ml/flambeau/internal/digits"
)

// Digits is the handwritten digits of the UCI repository, which are part of every program: 1,797 images, X [N, 1, 8, 8]
// from 0 (paper) to 1, and the digit that each shows, Y [N] from 0 to 9.
func Digits() (*Arrays[float32, int64], error) {
	r, err := digits.Open()
	if err != nil {
		return nil, fmt.Errorf("opening the digits: %w", err)
	}
	defer r.Close()
	x, y, _, err := readTable(r, "class", (*csvfile.Reader).Int)
	if err != nil {
		return nil, fmt.Errorf("reading the digits: %w", err)
	}
	for i := range x {
		x[i] /= digits.MaxPixel
	}
	return NewArrays(x, []int{1, digits.Side, digits.Side}, y, nil)
}

// Target is what a column of a table can be learned as: a class, or a number.
type Target interface{ int64 | float32 }

// Table is a numeric table in memory: X [N, features] and Y [N].
type Table[Y Target] struct {
	*Arrays[float32, Y]
	Features []string // the names of the columns of X
	Target   string   // and of the one that is Y
}

// ReadCSV reads the CSV file at path, compressed where it ends in .gz: a row of column names, then numbers. The column
// target becomes Y, as classes (int64) or numbers (float32), and the others X, in their order. Errors name file, line
// and column.
func ReadCSV[Y Target](path, target string) (*Table[Y], error) {
	r, err := csvfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readCSV[Y](r, target)
}

func readCSV[Y Target](r *csvfile.Reader, target string) (*Table[Y], error) {
	parse := func(r *csvfile.Reader, i int) (y Y, err error) {
		switch p := any(&y).(type) {
		case *int64:
			*p, err = r.Int(i)
		case *float32:
			var f float64
			f, err = r.Float(i)
			*p = float32(f)
		}
		return y, err
	}
	x, y, features, err := readTable(r, target, parse)
	if err != nil {
		return nil, err
	}
	if len(features) == 0 {
		return nil, fmt.Errorf("data: no columns besides %q", target)
	}
	a, err := NewArrays(x, []int{len(features)}, y, nil)
	if err != nil {
		return nil, err
	}
	return &Table[Y]{a, features, target}, nil
}

func readTable[Y any](r *csvfile.Reader, target string, parse func(*csvfile.Reader, int) (Y, error)) (x []float32, y []Y, features []string, err error) {
	at, err := r.Index(target)
	if err != nil {
		return nil, nil, nil, err
	}
	for i, c := range r.Columns() {
		if i != at {
			features = append(features, c)
		}
	}
	for {
		row, err := r.Read()
		if err == io.EOF {
			return x, y, features, nil
		}
		if err != nil {
			return nil, nil, nil, err
		}
		for i := range row {
			if i == at {
				v, err := parse(r, i)
				if err != nil {
					return nil, nil, nil, err
				}
				y = append(y, v)
				continue
			}
			f, err := r.Float(i)
			if err != nil {
				return nil, nil, nil, err
			}
			x = append(x, float32(f))
		}
	}
}
