package cpu

import "github.com/flambeau-ml/flambeau/graph"

// axis is one axis of a strided operand: its size, and the distance of its elements.
type axis struct{ size, stride int }

// axes are several axes that are counted through as one, the last one fastest.
type axes []axis

func (x axes) len() int {
	n := 1
	for _, a := range x {
		n *= a.size
	}
	return n
}

// at are the axes of the given numbers.
func (x axes) at(numbers []int) axes {
	out := make(axes, len(numbers))
	for i, k := range numbers {
		out[i] = x[k]
	}
	return out
}

// rowMajor are the axes of a contiguous array.
func rowMajor(dims []int) axes {
	x, n := make(axes, len(dims)), 1
	for i := len(dims) - 1; i >= 0; i-- {
		x[i] = axis{dims[i], n}
		n *= dims[i]
	}
	return x
}

// offset is the place of element i.
func (x axes) offset(i int) int {
	at := 0
	for k := len(x) - 1; k > 0; k-- {
		n := x[k].size
		at += i % n * x[k].stride
		i /= n
	}
	return at + i*x[0].stride
}

// collapse drops axes of size 1 and joins neighbours that are one axis in memory. There is always at least one left.
func collapse(x axes) axes {
	out := make(axes, 0, len(x)+1)
	for _, a := range x {
		if a.size == 1 {
			continue
		}
		if k := len(out) - 1; k >= 0 && out[k].stride == a.stride*a.size {
			out[k] = axis{out[k].size * a.size, a.stride}
		} else {
			out = append(out, a)
		}
	}
	if len(out) == 0 {
		out = append(out, axis{1, 1})
	}
	return out
}

// matrix is an operand as a batch of matrices of rows by K.
type matrix struct {
	array
	batch, rows, k axes
}

// linesOf hands out the elements of m as numbers of type T: float32 for half precision, int64 for integers.
func linesOf[T number](m matrix) lines[T] {
	var l any
	a := m.array
	switch m.dtype {
	case graph.Float32:
		l = strided(m, elements[float32](a), load[float32, float32])
	case graph.Float64:
		l = strided(m, elements[float64](a), load[float64, float64])
	case graph.Float16:
		l = strided(m, elements[float16](a), loadFloat16)
	case graph.BFloat16:
		l = strided(m, elements[bfloat16](a), loadBFloat16)
	case graph.Int64, graph.Uint64: // products and sums wrap around alike
		l = strided(m, elements[int64](a), load[int64, int64])
	case graph.Int32:
		l = strided(m, elements[int32](a), load[int64, int32])
	case graph.Int16:
		l = strided(m, elements[int16](a), load[int64, int16])
	case graph.Int8:
		l = strided(m, elements[int8](a), load[int64, int8])
	case graph.Uint32:
		l = strided(m, elements[uint32](a), load[int64, uint32])
	case graph.Uint16:
		l = strided(m, elements[uint16](a), load[int64, uint16])
	case graph.Uint8:
		l = strided(m, elements[uint8](a), load[int64, uint8])
	}
	return l.(lines[T])
}

type element interface {
	float32 | float64 | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64
}

// load converts elements of src, the first at index at and stride apart, to fill dst.
func load[T number, S element](dst []T, src []S, at, stride int) {
	if stride == 1 {
		for i, x := range src[at:][:len(dst)] {
			dst[i] = T(x)
		}
		return
	}
	for i := range dst {
		dst[i] = T(src[at])
		at += stride
	}
}

// loadFloat16 and loadBFloat16 are load for half precision. A generic function would call the conversion through a
// table.
func loadFloat16(dst []float32, src []float16, at, stride int) {
	for i := range dst {
		dst[i] = src[at].float32()
		at += stride
	}
}

func loadBFloat16(dst []float32, src []bfloat16, at, stride int) {
	for i := range dst {
		dst[i] = src[at].float32()
		at += stride
	}
}

// shape is how the elements of a matrix lie: lines are counted through by across, their elements by along.
type shape struct {
	alongK               bool
	batch, across, along axes
}

func shapeOf(m matrix) shape {
	batch, rows, k := collapse(m.batch), collapse(m.rows), collapse(m.k)
	if rows.len() == 1 || k[len(k)-1].stride == 1 && k.len() > 1 || rows[len(rows)-1].stride != 1 {
		return shape{true, batch, rows, k}
	}
	return shape{false, batch, k, rows}
}

// plain reports whether all lines lie in memory at one distance, each in one piece.
func (s *shape) plain() bool {
	return len(s.along) == 1 && len(s.across) == 1 && (s.along[0].stride == 1 || s.along[0].size == 1)
}

// strided hands out lines of m, whose elements are in mem, in the direction in which they lie together.
func strided[T number, S any](m matrix, mem []S, load func(dst []T, src []S, at, stride int)) lines[T] {
	s := shapeOf(m)
	batch, across, along := s.batch, s.across, s.along
	inner := along[len(along)-1]
	same, direct := any(mem).([]T)
	var whole *plain[T]
	if direct && s.plain() {
		whole = &plain[T]{same, batch, across[0].stride}
	}
	return lines[T]{s.alongK, func(_, b, line, lo, n int, buf []T) []T {
		base := batch.offset(b) + across.offset(line)
		if lo%inner.size+n <= inner.size {
			at := base + along.offset(lo)
			if direct && inner.stride == 1 {
				return same[at:][:n]
			}
			load(buf[:n], mem, at, inner.stride)
			return buf[:n]
		}
		for done := 0; done < n; {
			part := min(n-done, inner.size-(lo+done)%inner.size)
			load(buf[done:done+part], mem, base+along.offset(lo+done), inner.stride)
			done += part
		}
		return buf[:n]
	}, whole}
}

// computesIn reports whether T is the type of the elements of d, and not only the one in which they are computed with.
func computesIn[T number](d graph.DType) bool {
	switch any(T(0)).(type) {
	case float32:
		return d == graph.Float32
	case float64:
		return d == graph.Float64
	}
	return d == graph.Int64 || d == graph.Uint64
}

// dense is x as contiguous row-major numbers of type T, where it lies or copied; done gives the copy back.
func dense[T number](e *env, x operand) (mem []T, done func()) {
	l, n, memory := linesOf[T](matrix{x.array, nil, nil, x.axes}), x.axes.len(), collapse(x.axes)
	if n > 0 && len(memory) == 1 && memory[0].stride == 1 && computesIn[T](x.dtype) {
		return l.get(0, 0, 0, 0, n, nil), func() {}
	}
	copied := borrowSlice[T](n)
	e.pool.For(n, 1<<12, func(worker, lo, hi int) {
		part := (*copied)[lo:hi]
		copy(part, l.get(worker, 0, 0, lo, hi-lo, part))
	})
	return *copied, func() { giveBackSlice(copied) }
}
