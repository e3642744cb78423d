package declare

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/flambeau-ml/flambeau/internal/idxfile"
)

// The columns of a table of IDX files.
const (
	idxImage = iota
	idxLabel
	idxSplit // 0 trains, 2 tests, as a split of type fixed reads it
)

var idxColumns = []string{idxImage: "image", idxLabel: "label", idxSplit: "split"}

// idxTable shows the IDX files of a data set as one table: first the rows that train, then those that test.
type idxTable struct {
	parts          []idxfile.Files // still to be read, after the one at hand
	images, labels *idxfile.Reader
	row            []string
	pixels         []float32
	shape          []int // of an image
	err            error // the end, or what went wrong; it stays
}

// openIDX opens the files that train and those that test.
func openIDX(train, test idxfile.Files) (*idxTable, error) {
	t := &idxTable{parts: []idxfile.Files{train, test}, row: make([]string, len(idxColumns))}
	if err := t.open(); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// open opens the files of the next part.
func (t *idxTable) open() (err error) {
	f := t.parts[0]
	t.parts = t.parts[1:]
	t.row[idxSplit] = "0"
	if len(t.parts) == 0 {
		t.row[idxSplit] = "2"
	}
	if t.images, err = idxfile.Open(f.Images); err != nil {
		return err
	}
	if t.labels, err = idxfile.Open(f.Labels); err != nil {
		return err
	}
	images, labels := t.images.Shape(), t.labels.Shape()
	switch {
	case len(images) < 2:
		return fmt.Errorf("%s: a list of %d numbers, and not of images", f.Images, images[0])
	case images[0] != labels[0]:
		return fmt.Errorf("%s has %d images, and %s %d labels", f.Images, images[0], f.Labels, labels[0])
	case t.shape != nil && !slices.Equal(t.shape, images[1:]):
		return fmt.Errorf("%s: images of %s, and those that train are of %s", f.Images, by(images[1:]), by(t.shape))
	}
	t.shape = images[1:]
	t.row[idxImage] = by(t.shape) + " numbers" // what an error about the field says that it is
	return nil
}

// Columns are image, label and split.
func (t *idxTable) Columns() []string { return slices.Clone(idxColumns) }

// Read reads the next image and its label. The row is valid until the next call.
func (t *idxTable) Read() ([]string, error) {
	if t.err == nil {
		t.err = t.read()
	}
	if t.err != nil {
		return nil, t.err
	}
	return t.row, nil
}

func (t *idxTable) read() error {
	row, err := t.images.Row()
	for err == io.EOF {
		if _, err := t.labels.Row(); err != io.EOF { // it has as many rows, and is read to its end now
			return err
		}
		if len(t.parts) == 0 {
			return io.EOF
		}
		if err := errors.Join(t.images.Close(), t.labels.Close()); err != nil {
			return err
		}
		if err := t.open(); err != nil {
			return err
		}
		row, err = t.images.Row()
	}
	if err != nil {
		return err
	}
	t.pixels = t.images.Floats(row, t.pixels[:0])
	if typ := t.images.Type(); typ == idxfile.Float32 || typ == idxfile.Float64 {
		for _, x := range t.pixels {
			if x-x != 0 {
				return t.images.RowError(fmt.Errorf("%v is not a finite number", x))
			}
		}
	}
	if row, err = t.labels.Row(); err != nil {
		return err
	}
	label, err := t.labels.Class(row)
	t.row[idxLabel] = strconv.FormatInt(label, 10)
	return err
}

// array is the image of the row.
func (t *idxTable) array(i int) ([]float32, []int) {
	if i != idxImage {
		return nil, nil
	}
	return t.pixels, t.shape
}

// Float is a label, or the number of a part.
func (t *idxTable) Float(i int) (float64, error) {
	x, err := strconv.ParseFloat(t.row[i], 64)
	if err != nil {
		return 0, t.FieldError(i, fmt.Errorf("%s are not a number", t.row[i]))
	}
	return x, nil
}

// FieldError names the file of images or that of labels, and the row in it.
func (t *idxTable) FieldError(i int, err error) error {
	err = fmt.Errorf("column %q: %w", idxColumns[i], err)
	if i == idxLabel {
		return t.labels.RowError(err)
	}
	return t.images.RowError(err)
}

// Close closes the files.
func (t *idxTable) Close() error {
	var errs []error
	for _, r := range []*idxfile.Reader{t.images, t.labels} {
		if r != nil {
			errs = append(errs, r.Close())
		}
	}
	return errors.Join(errs...)
}

// by writes sizes as people do: 28 × 28.
func by(shape []int) string {
	parts := make([]string, len(shape))
	for i, n := range shape {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, " × ")
}
