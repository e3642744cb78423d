package cpu

import (
	"slices"
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
)

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

// at are the axes of v of the given numbers.
func (v *view) at(numbers ...int) axes {
	x := make(axes, len(numbers))
	for i, k := range numbers {
		x[i] = axis{v.dims[k], v.strides[k]}
	}
	return x
}

// viewOf is an array seen as a view.
func viewOf(a array) view {
	v := view{dtype: a.dtype, dims: a.dims, strides: make([]int, len(a.dims)), data: a.data}
	n := 1
	for i := len(a.dims) - 1; i >= 0; i-- {
		v.strides[i] = n
		n *= a.dims[i]
	}
	return v
}

// operand is a view as a batch of matrices of rows by K.
type operand struct {
	*view
	batch, rows, k axes
}

// linesOf hands out the elements of o as numbers of type T: float32 for half precision, int64 for integers.
func linesOf[T number](o operand) lines[T] {
	var l any
	a := array{data: o.data}
	switch o.dtype {
	case graph.Float32:
		l = strided(o, elements[float32](a), load[float32, float32])
	case graph.Float64:
		l = strided(o, elements[float64](a), load[float64, float64])
	case graph.Float16:
		l = strided(o, elements[float16](a), loadFloat16)
	case graph.BFloat16:
		l = strided(o, elements[bfloat16](a), loadBFloat16)
	case graph.Int64, graph.Uint64: // products and sums wrap around alike
		l = strided(o, elements[int64](a), load[int64, int64])
	case graph.Int32:
		l = strided(o, elements[int32](a), load[int64, int32])
	case graph.Int16:
		l = strided(o, elements[int16](a), load[int64, int16])
	case graph.Int8:
		l = strided(o, elements[int8](a), load[int64, int8])
	case graph.Uint32:
		l = strided(o, elements[uint32](a), load[int64, uint32])
	case graph.Uint16:
		l = strided(o, elements[uint16](a), load[int64, uint16])
	case graph.Uint8:
		l = strided(o, elements[uint8](a), load[int64, uint8])
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

// strided hands out lines of o, whose elements are in mem, in the direction in which they lie together.
func strided[T number, S any](o operand, mem []S, load func(dst []T, src []S, at, stride int)) lines[T] {
	batch, rows, k := collapse(o.batch), collapse(o.rows), collapse(o.k)
	alongK := rows.len() == 1 || k[len(k)-1].stride == 1 || rows[len(rows)-1].stride != 1
	across, along := rows, k
	if !alongK {
		across, along = k, rows
	}
	inner := along[len(along)-1]
	same, direct := any(mem).([]T)
	return lines[T]{alongK, func(_, b, line, lo, n int, buf []T) []T {
		base := o.offset + batch.offset(b) + across.offset(line)
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
	}}
}

// productOf is the product of two operands whose sizes fit. Its write is not set.
func productOf[T number](a, b operand) *product[T] {
	return &product[T]{batch: a.batch.len(), m: a.rows.len(), n: b.rows.len(), k: a.k.len(), a: linesOf[T](a), b: linesOf[T](b)}
}

// narrow is acc rounded or wrapped to type d, in the same memory.
func narrow[T number](d graph.DType, acc []T) []byte {
	n := len(acc) * d.Bytes()
	mem := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(acc))), len(acc)*int(unsafe.Sizeof(T(0))))
	to := array{data: mem[:n]}
	switch acc := any(acc).(type) {
	case []float32:
		switch d {
		case graph.Float16:
			h := elements[float16](to)
			for i, x := range acc {
				h[i] = toFloat16(x)
			}
		case graph.BFloat16:
			h := elements[bfloat16](to)
			for i, x := range acc {
				h[i] = toBFloat16(x)
			}
		}
	case []int64:
		switch d.Bytes() {
		case 1:
			wrap(elements[uint8](to), acc)
		case 2:
			wrap(elements[uint16](to), acc)
		case 4:
			wrap(elements[uint32](to), acc)
		}
	}
	return mem[:n]
}

func wrap[S uint8 | uint16 | uint32](to []S, acc []int64) {
	for i, x := range acc {
		to[i] = S(x)
	}
}

// writer is the write hook of a product that computes c.
func writer[T number](c *contraction) func(worker, at int, acc []T) {
	d, size := c.out.dtype, c.out.dtype.Bytes()
	if c.store != nil {
		return func(worker, at int, acc []T) { c.store(worker, at, narrow(d, acc)) }
	}
	return func(_, at int, acc []T) { copy(c.out.data[at*size:], narrow(d, acc)) }
}

// operands are those of a dot.
func (c *contraction) operands() (a, b operand) {
	d, x, y := c.attrs.Dot, &c.in[0], &c.in[1]
	free := func(v *view, batch, contract []int) axes {
		var at []int
		for i := range v.dims {
			if !slices.Contains(batch, i) && !slices.Contains(contract, i) {
				at = append(at, i)
			}
		}
		return v.at(at...)
	}
	return operand{x, x.at(d.LBatch...), free(x, d.LBatch, d.LContract), x.at(d.LContract...)},
		operand{y, y.at(d.RBatch...), free(y, d.RBatch, d.RContract), y.at(d.RContract...)}
}

func dot[T number](c *contraction) *product[T] { return productOf[T](c.operands()) }
