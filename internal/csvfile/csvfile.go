// Package csvfile reads tables from CSV files, row by row, with errors that say where in the file they are.
//
// A table begins with a row of column names, and every row has as many fields as that one; fields may be quoted, as RFC 4180 says. A file
// whose name ends in .gz is decompressed. As in package encoding/csv, empty lines are passed over.
package csvfile

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxRow is the longest row accepted, in bytes. A quote that is never closed would otherwise make one row of the rest of the file.
const maxRow = 1 << 20

// A Reader reads one table.
type Reader struct {
	name    string
	src     *source
	csv     *csv.Reader
	closers []io.Closer
	columns []string
	row     []string
	err     error // the end of the table, or what went wrong; it stays
}

// Open opens the table in the file at path.
func Open(path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := NewReader(path, f)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.closers = append(r.closers, f)
	return r, nil
}

// NewReader reads a table from r. The name is the file's, for errors, and says by its extension whether the content is compressed.
func NewReader(name string, r io.Reader) (*Reader, error) {
	t := &Reader{name: name}
	if strings.EqualFold(filepath.Ext(name), ".gz") {
		z, err := gzip.NewReader(r)
		if err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF // an empty file is no end of a table
			}
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		t.closers = append(t.closers, z)
		r = z
	}
	b := bufio.NewReader(r)
	if mark, _ := b.Peek(3); string(mark) == "\ufeff" { // a read error comes back from the next read
		b.Discard(len(mark))
	}
	t.src = &source{r: b}
	t.csv = csv.NewReader(t.src)
	t.csv.FieldsPerRecord = -1 // counted here, for a better error
	t.csv.ReuseRecord = true   // Read copies
	if err := t.readColumns(); err != nil {
		return nil, err
	}
	return t, nil
}

func (r *Reader) readColumns() error {
	row, err := r.next()
	if err == io.EOF {
		return fmt.Errorf("%s: no row of column names: %w", r.name, io.ErrUnexpectedEOF)
	}
	if err != nil {
		return err
	}
	seen := make(map[string]bool, len(row))
	for i, c := range row {
		c = strings.TrimSpace(c)
		if !utf8.ValidString(c) {
			return r.at(i, errors.New("the column's name is not UTF-8 text"))
		}
		if seen[c] {
			return r.at(i, fmt.Errorf("there are two columns %q", c))
		}
		seen[c] = true
		row[i] = c
	}
	r.columns = slices.Clone(row)
	return nil
}

// Columns are the names of the columns, without white space around them.
func (r *Reader) Columns() []string { return slices.Clone(r.columns) }

// Index is the place of a column among Columns.
func (r *Reader) Index(column string) (int, error) {
	i := slices.Index(r.columns, column)
	if i < 0 {
		return 0, fmt.Errorf("%s: no column %q among %q", r.name, column, r.columns)
	}
	return i, nil
}

// Read returns the next row, which has one field a column. The error is io.EOF when there is none; the errors of Read, Float and Int otherwise
// name file and line. After an error Read returns the same one again.
func (r *Reader) Read() ([]string, error) {
	if r.err != nil {
		return nil, r.err
	}
	row, err := r.next()
	if err == nil && len(row) != len(r.columns) {
		line, _ := r.csv.FieldPos(0)
		err = fmt.Errorf("%s:%d: %d fields in a table of %d columns", r.name, line, len(row), len(r.columns))
	}
	if err != nil {
		r.row, r.err = nil, err
		return nil, err
	}
	r.row = row
	return slices.Clone(row), nil
}

// next reads a row of any length.
func (r *Reader) next() ([]string, error) {
	r.src.left = maxRow + 1 // one more, to see the end of a file that ends with the longest of rows
	row, err := r.csv.Read()
	if err == nil {
		return row, nil
	}
	// When the source fails, package csv parses what it got of the line, and may complain about that.
	if r.src.err != nil && r.src.err != io.EOF {
		return nil, fmt.Errorf("%s:%d: %w", r.name, r.src.lines+1, r.src.err)
	}
	if parse, ok := errors.AsType[*csv.ParseError](err); ok {
		return nil, fmt.Errorf("%s:%d:%d: %w", r.name, parse.Line, parse.Column, parse.Err)
	}
	return nil, err // io.EOF
}

// Float is field i of the row that Read returned last, as a number. An empty field is an error.
func (r *Reader) Float(i int) (float64, error) {
	x, err := strconv.ParseFloat(strings.TrimSpace(r.row[i]), 64)
	if err != nil {
		return math.NaN(), r.numError(i, "a number", err)
	}
	return x, nil
}

// Int is field i of the row that Read returned last, as a whole number. An empty field is an error.
func (r *Reader) Int(i int) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(r.row[i]), 10, 64)
	if err != nil {
		return 0, r.numError(i, "a whole number", err)
	}
	return n, nil
}

func (r *Reader) numError(i int, want string, err error) error {
	if errors.Is(err, strconv.ErrRange) {
		return r.FieldError(i, fmt.Errorf("%.40q: %w", r.row[i], strconv.ErrRange))
	}
	return r.FieldError(i, fmt.Errorf("%.40q is not %s", r.row[i], want))
}

// FieldError wraps what is wrong with field i of the row that Read returned last, naming file, line and column.
func (r *Reader) FieldError(i int, err error) error {
	return r.at(i, fmt.Errorf("column %q: %w", r.columns[i], err))
}

// at puts the position of field i of the last row before err.
func (r *Reader) at(i int, err error) error {
	line, column := r.csv.FieldPos(i)
	return fmt.Errorf("%s:%d:%d: %w", r.name, line, column, err)
}

// Close closes the file that Open opened.
func (r *Reader) Close() error {
	var errs []error
	for _, c := range r.closers {
		errs = append(errs, c.Close())
	}
	r.closers = nil
	if r.err == nil {
		r.err = fmt.Errorf("%s: %w", r.name, os.ErrClosed)
	}
	return errors.Join(errs...)
}
