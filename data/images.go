package data

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/flambeau-ml/flambeau/internal/idxfile"
	"github.com/flambeau-ml/flambeau/tensor"
)

// Images is a data set of pictures in memory. Their pixels stay bytes until a batch is made of them, so that it takes a
// quarter of what tensors would.
type Images struct {
	Pixels []uint8 // of all images, one after the other
	Shape  []int   // of one image: [C, H, W]
	Labels []int64
}

// MNIST reads the four files of MNIST, or of a data set in its form (Fashion-MNIST, KMNIST), from a folder: the images
// that train and those that test. Files are found by their usual names, compressed or not.
func MNIST(folder string) (train, test *Images, err error) {
	trainFiles, testFiles, err := idxfile.Find(folder, "")
	if err != nil {
		return nil, nil, fmt.Errorf("data: finding the files of a data set: %w", err)
	}
	if train, err = ReadIDX(trainFiles.Images, trainFiles.Labels); err != nil {
		return nil, nil, err
	}
	if test, err = ReadIDX(testFiles.Images, testFiles.Labels); err != nil {
		return nil, nil, err
	}
	return train, test, nil
}

// ReadIDX reads a file of images and one of a label for each, both in the IDX format of MNIST, compressed or not.
// Images are arrays of bytes [N, H, W] or [N, C, H, W].
func ReadIDX(images, labels string) (*Images, error) {
	d := &Images{}
	err := readRows(images, func(r *idxfile.Reader) error {
		shape := r.Shape()[1:]
		switch {
		case r.Type() != idxfile.Uint8:
			return fmt.Errorf("%s: pixels are %s, and must be uint8", images, r.Type())
		case len(shape) == 2:
			shape = append([]int{1}, shape...)
		case len(shape) != 3:
			return fmt.Errorf("%s: an array of shape %v: images are [N, H, W] or [N, C, H, W]", images, r.Shape())
		}
		d.Shape = shape
		d.Pixels = make([]uint8, 0, min(r.Shape()[0]*volume(shape), 1<<26)) // a header may promise more than there is
		return nil
	}, func(_ *idxfile.Reader, row []byte) error {
		d.Pixels = append(d.Pixels, row...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = readRows(labels, nil, func(r *idxfile.Reader, row []byte) error {
		n, err := r.Class(row)
		d.Labels = append(d.Labels, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	if n := len(d.Pixels) / volume(d.Shape); n != len(d.Labels) {
		return nil, fmt.Errorf("%s has %d images, and %s %d labels", images, n, labels, len(d.Labels))
	}
	return d, nil
}

// readRows hands the rows of an IDX file to each, after head has seen what they are.
func readRows(path string, head func(*idxfile.Reader) error, each func(*idxfile.Reader, []byte) error) (err error) {
	r, err := idxfile.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if head != nil {
		if err := head(r); err != nil {
			return err
		}
	}
	for {
		row, err := r.Row()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := each(r, row); err != nil {
			return err
		}
	}
}

// Len is the number of images.
func (d *Images) Len() int { return len(d.Labels) }

// Batch stacks images: X is [N, C, H, W] from 0 to 1, and Y [N] their labels.
func (d *Images) Batch(_ context.Context, pick Pick) (b Batch, err error) {
	if err := pick.check(d.Len()); err != nil {
		return b, err
	}
	size := volume(d.Shape)
	x := make([]float32, 0, size*len(pick.Indices))
	for _, i := range pick.Indices {
		for _, p := range d.Pixels[i*size : (i+1)*size] {
			x = append(x, float32(p)/255)
		}
	}
	err = tensor.Try(func() {
		b.X = tensor.New(x, append([]int{len(pick.Indices)}, d.Shape...)...)
		b.Y = stack(d.Labels, nil, pick.Indices)
	})
	return b, err
}
