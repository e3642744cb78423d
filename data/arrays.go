package data

import (
	"context"
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Arrays is a data set in memory: one Go slice with the inputs of all samples, one with what they should give.
type Arrays[X, Y tensor.Element] struct {
	X      []X
	Y      []Y
	XShape []int // of one sample; nothing where it is one number
	YShape []int

	n int
}

// NewArrays makes a data set of slices, which it keeps. Each sample is a row-major array of xShape and one of yShape.
func NewArrays[X, Y tensor.Element](x []X, xShape []int, y []Y, yShape []int) (*Arrays[X, Y], error) {
	nx, err := rows(len(x), xShape)
	if err != nil {
		return nil, fmt.Errorf("data: inputs: %w", err)
	}
	ny, err := rows(len(y), yShape)
	if err != nil {
		return nil, fmt.Errorf("data: targets: %w", err)
	}
	if nx != ny {
		return nil, fmt.Errorf("data: %d inputs and %d targets", nx, ny)
	}
	return &Arrays[X, Y]{x, y, xShape, yShape, nx}, nil
}

// rows is how many samples of a shape n elements are.
func rows(n int, shape []int) (int, error) {
	size := volume(shape)
	if size <= 0 {
		return 0, fmt.Errorf("samples of shape %v have no elements", shape)
	}
	if n%size != 0 {
		return 0, fmt.Errorf("%d elements are no whole number of samples of shape %v", n, shape)
	}
	return n / size, nil
}

func volume(shape []int) int {
	n := 1
	for _, s := range shape {
		n *= s
	}
	return n
}

// Len is the number of samples.
func (a *Arrays[X, Y]) Len() int { return a.n }

// Batch stacks samples: X is [N, XShape…] and Y [N, YShape…].
func (a *Arrays[X, Y]) Batch(_ context.Context, pick Pick) (b Batch, err error) {
	if err := pick.check(a.n); err != nil {
		return b, err
	}
	err = tensor.Try(func() {
		b.X = stack(a.X, a.XShape, pick.Indices)
		b.Y = stack(a.Y, a.YShape, pick.Indices)
	})
	return b, err
}

func stack[T tensor.Element](data []T, shape, indices []int) *tensor.Tensor {
	size := volume(shape)
	out := make([]T, 0, size*len(indices))
	for _, i := range indices {
		out = append(out, data[i*size:(i+1)*size]...)
	}
	return tensor.New(out, append([]int{len(indices)}, shape...)...)
}
