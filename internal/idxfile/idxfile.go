// Package idxfile reads IDX files, the format of MNIST and of the data sets that took its place: an array of numbers
// behind a header that says their type and the array's sizes. A file may be compressed by gzip, whatever its name.
//
// A file is read row by row, along the first dimension, so that an array need not be in memory as a whole. What the
// header promises is never trusted with more memory than one row takes, and a file that holds less or more than it
// promises is an error.
package idxfile

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
)

// Type is the type of the numbers of an array, as a file's third byte has it.
type Type byte

// The types.
const (
	Uint8   Type = 0x08
	Int8    Type = 0x09
	Int16   Type = 0x0B
	Int32   Type = 0x0C
	Float32 Type = 0x0D
	Float64 Type = 0x0E
)

var types = map[Type]struct {
	name string
	size int
}{
	Uint8: {"uint8", 1}, Int8: {"int8", 1}, Int16: {"int16", 2}, Int32: {"int32", 4},
	Float32: {"float32", 4}, Float64: {"float64", 8},
}

// String is the type's name in Go.
func (t Type) String() string {
	if k, ok := types[t]; ok {
		return k.name
	}
	return fmt.Sprintf("type 0x%02x", byte(t))
}

// Size is how many bytes a number has.
func (t Type) Size() int { return types[t].size }

const (
	maxRank  = 8       // dimensions that an array may have
	maxRow   = 1 << 26 // bytes of a row
	maxBytes = 1 << 40 // bytes of all rows
)

// Reader reads one file.
type Reader struct {
	name    string
	src     *bufio.Reader
	closers []io.Closer
	typ     Type
	shape   []int
	row     []byte // the last one read
	next    int    // how many were read
	err     error  // the end, or what went wrong; it stays
}

// Open opens the file at path and reads its header.
func Open(path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := NewReader(path, f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	r.closers = append(r.closers, f)
	return r, nil
}

// NewReader reads the header of the file that src has; name is the file's, for errors.
func NewReader(name string, src io.Reader) (*Reader, error) {
	r := &Reader{name: name, src: bufio.NewReaderSize(src, 1<<16)}
	// An IDX file begins with two zeroes, so the first bytes say whether this is one or a compressed one. Names do not:
	// browsers and archives take the compression away and leave the .gz.
	if mark, _ := r.src.Peek(2); string(mark) == "\x1f\x8b" { // a read error comes back from the next read
		z, err := gzip.NewReader(r.src)
		if err != nil {
			return nil, r.fail(short(err))
		}
		r.closers = append(r.closers, z)
		r.src = bufio.NewReaderSize(z, 1<<16)
	}
	if err := r.header(); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Reader) header() error {
	var head [4]byte
	if _, err := io.ReadFull(r.src, head[:]); err != nil {
		return r.fail(fmt.Errorf("no IDX header: %w", short(err)))
	}
	r.typ = Type(head[2])
	rank := int(head[3])
	switch {
	case head[0] != 0 || head[1] != 0:
		return r.fail(fmt.Errorf("not an IDX file: it begins with % x and not with two zeroes", head))
	case r.typ.Size() == 0:
		return r.fail(fmt.Errorf("not an IDX file: no element type 0x%02x is known", head[2]))
	case rank == 0 || rank > maxRank:
		return r.fail(fmt.Errorf("an array of %d dimensions, and 1 to %d can be read", rank, maxRank))
	}
	sizes := make([]byte, 4*rank)
	if _, err := io.ReadFull(r.src, sizes); err != nil {
		return r.fail(fmt.Errorf("no sizes of the %d dimensions: %w", rank, short(err)))
	}
	row := r.typ.Size()
	for i := range rank {
		n := int(binary.BigEndian.Uint32(sizes[4*i:]))
		r.shape = append(r.shape, n)
		if i == 0 {
			continue
		}
		if n == 0 || n > maxRow/row {
			return r.fail(fmt.Errorf("an array of %s %s: a row must have 1 to %d bytes", times(r.shape), r.typ, maxRow))
		}
		row *= n
	}
	if r.shape[0] > maxBytes/row {
		return r.fail(fmt.Errorf("an array of %s %s: more than %d bytes", times(r.shape), r.typ, maxBytes))
	}
	r.row = make([]byte, row)
	return nil
}

// Type is the type of the numbers.
func (r *Reader) Type() Type { return r.typ }

// Shape is the array's sizes; the first is the number of rows.
func (r *Reader) Shape() []int { return slices.Clone(r.shape) }

// Row reads the next row: its numbers one after the other, big-endian, valid until the next call. The error is io.EOF
// after the last one; then the file has been checked to its end. Other errors name the file, and stay.
func (r *Reader) Row() ([]byte, error) {
	if r.err != nil {
		return nil, r.err
	}
	if r.next == r.shape[0] {
		r.err = r.end()
		return nil, r.err
	}
	if _, err := io.ReadFull(r.src, r.row); err != nil {
		return nil, r.fail(fmt.Errorf("row %d of %d (%s %s): %w", r.next, r.shape[0], times(r.shape), r.typ, short(err)))
	}
	r.next++
	return r.row, nil
}

// end checks that nothing follows. Of a compressed file it reads the checksum.
func (r *Reader) end() error {
	_, err := r.src.ReadByte()
	switch err {
	case io.EOF:
		return io.EOF
	case nil:
		return r.fail(fmt.Errorf("more bytes than the %s %s that its header promises", times(r.shape), r.typ))
	}
	return r.fail(err)
}

// fail makes err, with the file's name, the error of all later calls.
func (r *Reader) fail(err error) error {
	r.err = fmt.Errorf("%s: %w", r.name, err)
	return r.err
}

// RowError is what is wrong with the row that Row returned last, naming file and row.
func (r *Reader) RowError(err error) error {
	return fmt.Errorf("%s: row %d: %w", r.name, r.next-1, err)
}

// Floats appends the numbers of a row, rounded to float32, to out.
func (r *Reader) Floats(row []byte, out []float32) []float32 {
	size := r.typ.Size()
	out = slices.Grow(out, len(row)/size)
	if r.typ == Uint8 {
		for _, b := range row {
			out = append(out, float32(b))
		}
		return out
	}
	for ; len(row) >= size; row = row[size:] {
		out = append(out, float32(r.number(row)))
	}
	return out
}

// number is the first number of row. A float64 holds each of every type.
func (r *Reader) number(row []byte) float64 {
	switch r.typ {
	case Uint8:
		return float64(row[0])
	case Int8:
		return float64(int8(row[0]))
	case Int16:
		return float64(int16(binary.BigEndian.Uint16(row)))
	case Int32:
		return float64(int32(binary.BigEndian.Uint32(row)))
	case Float32:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(row)))
	}
	return math.Float64frombits(binary.BigEndian.Uint64(row))
}

// Class is the number of a row that has only one, which must be whole.
func (r *Reader) Class(row []byte) (int64, error) {
	if len(row) != r.typ.Size() {
		return 0, r.RowError(fmt.Errorf("%d numbers, and a label is one", len(row)/r.typ.Size()))
	}
	x := r.number(row)
	if x != math.Trunc(x) || math.Abs(x) > 1<<53 {
		return 0, r.RowError(fmt.Errorf("a label must be a whole number, not %v", x))
	}
	return int64(x), nil
}

// Close closes the file that Open opened.
func (r *Reader) Close() error {
	var errs []error
	for _, c := range r.closers {
		errs = append(errs, c.Close())
	}
	r.closers = nil
	if r.err == nil {
		r.fail(os.ErrClosed)
	}
	return errors.Join(errs...)
}

// short makes an end of the file where more must follow an unexpected one.
func short(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// times writes sizes as people do: 60000 × 28 × 28.
func times(shape []int) string {
	parts := make([]string, len(shape))
	for i, n := range shape {
		parts[i] = fmt.Sprint(n)
	}
	return strings.Join(parts, " × ")
}
