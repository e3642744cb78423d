package tensor

import (
	"math"
	"slices"
)

// strided is the plain model of a tensor: memory, and where in it the elements lie. Views share the memory.
type strided struct {
	mem            []float64
	shape, strides []int
	offset         int
}

func newStrided(values []float64, shape []int) *strided {
	return &strided{values, shape, rowMajor(shape), 0}
}

func (s *strided) numel() int {
	n := 1
	for _, k := range s.shape {
		n *= k
	}
	return n
}

// places are where the elements lie, in row-major order.
func (s *strided) places() []int {
	out := make([]int, 0, s.numel())
	var walk func(axis, at int)
	walk = func(axis, at int) {
		if axis == len(s.shape) {
			out = append(out, at)
			return
		}
		for k := range s.shape[axis] {
			walk(axis+1, at+k*s.strides[axis])
		}
	}
	walk(0, s.offset)
	return out
}

func (s *strided) values() []float64 {
	out := make([]float64, 0, s.numel())
	for _, p := range s.places() {
		out = append(out, s.mem[p])
	}
	return out
}

// overlaps reports whether several elements are one place in memory.
func (s *strided) overlaps() bool {
	seen := map[int]bool{}
	for _, p := range s.places() {
		if seen[p] {
			return true
		}
		seen[p] = true
	}
	return false
}

// write sets the elements to f of what they are; all of them are read before one is written.
func (s *strided) write(f func(i int, x float64) float64) {
	old := s.values()
	for i, p := range s.places() {
		s.mem[p] = f(i, old[i])
	}
}

// slice takes count elements of an axis.
func (s *strided) slice(axis, start, count, step int) *strided {
	v := *s
	v.shape, v.strides = slices.Clone(s.shape), slices.Clone(s.strides)
	v.offset += start * s.strides[axis]
	v.shape[axis], v.strides[axis] = count, s.strides[axis]*step
	return &v
}

func (s *strided) drop(axis int) *strided {
	v := *s
	v.shape, v.strides = slices.Delete(slices.Clone(s.shape), axis, axis+1), slices.Delete(slices.Clone(s.strides), axis, axis+1)
	return &v
}

func (s *strided) grow(axis, size int) *strided {
	v := *s
	v.shape, v.strides = slices.Insert(slices.Clone(s.shape), axis, size), slices.Insert(slices.Clone(s.strides), axis, 0)
	return &v
}

func (s *strided) permute(order []int) *strided {
	v := *s
	v.shape, v.strides = nil, nil
	for _, a := range order {
		v.shape, v.strides = append(v.shape, s.shape[a]), append(v.strides, s.strides[a])
	}
	return &v
}

func (s *strided) expand(shape []int) *strided {
	v := s
	for len(v.shape) < len(shape) {
		v = v.grow(0, 1)
	}
	w := *v
	w.shape, w.strides = slices.Clone(shape), slices.Clone(v.strides)
	for i := range shape {
		if v.shape[i] != shape[i] {
			w.strides[i] = 0
		}
	}
	return &w
}

// view has other sizes and the same memory. It can be had where the step from each element to its neighbour along an
// axis of the result is the same everywhere: that is found by looking.
func (s *strided) view(shape []int) (*strided, bool) {
	v := &strided{s.mem, slices.Clone(shape), make([]int, len(shape)), s.offset}
	at := s.places()
	if len(at) == 0 {
		return v, true
	}
	step := 1
	for i := len(shape) - 1; i >= 0; i-- {
		if shape[i] > 1 {
			v.strides[i] = at[step] - at[0]
		}
		step *= shape[i]
	}
	return v, slices.Equal(v.places(), at)
}

// reshape is a view where there is one, else a copy.
func (s *strided) reshape(shape []int) *strided {
	if v, ok := s.view(shape); ok {
		return v
	}
	return newStrided(s.values(), slices.Clone(shape))
}

// same reports whether x has the model's sizes, and the strides that make a difference.
func (s *strided) same(x *Tensor) bool {
	strides := x.Strides()
	for i, n := range s.shape {
		if n > 1 && s.numel() > 0 && i < len(strides) && strides[i] != s.strides[i] {
			return false
		}
	}
	return slices.Equal(x.Shape(), s.shape)
}

// sameBits reports whether a and b are equal, bit for bit.
func sameBits(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}
