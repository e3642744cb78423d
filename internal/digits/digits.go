// Package digits holds the handwritten digits of the UCI repository: 1,797 images of 8 × 8 pixels, in a file small enough to be part of every
// program. NOTICE says whose they are and under which licence.
package digits

import (
	"bytes"
	_ "embed"
	"io"

	"github.com/flambeau-ml/flambeau/internal/csvfile"
)

const (
	// Name is the base name of the file.
	Name = "digits.csv.gz"
	// Rows is how many images there are.
	Rows = 1797
	// Side is the height and the width of an image.
	Side = 8
	// MaxPixel is the largest value of a pixel; 0 is the paper.
	MaxPixel = 16
	// Classes is how many digits there are.
	Classes = 10
)

//go:embed digits.csv.gz
var file []byte

// File is the file as it is embedded: compressed CSV.
func File() io.Reader { return bytes.NewReader(file) }

// Open opens the table. A row is an image: its pixels in columns p00, p01, …, p07, p10, …, p77 (row, column), whole numbers from 0 to
// MaxPixel, and the digit that it shows in the last column, class.
func Open() (*csvfile.Reader, error) { return csvfile.NewReader(Name, File()) }
