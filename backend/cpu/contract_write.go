package cpu

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
)

// sink is where the elements of a contraction go: to write, or where mem is not nil there, in row-major order, which
// is what write then does.
type sink[T number] struct {
	write func(worker, at int, acc []T)
	rows  func(worker int, r runs, acc []float32) bool // of an epilogue; may be nil
	mem   []T
}

// writeRows hands on several runs.
func (s *sink[T]) writeRows(worker int, r runs, acc []T) {
	if f, ok := any(acc).([]float32); ok && s.rows != nil && r.n > 0 && s.rows(worker, r, f) {
		return
	}
	for i := range r.count {
		for lo := 0; lo < r.n; lo += thinMax {
			s.write(worker, r.at+i*r.step+lo, acc[i*r.ld+lo:i*r.ld+min(lo+thinMax, r.n)])
		}
	}
}

// sinkOf is the sink that hands the elements of a product to ep, or where that is nil stores them in out.
func sinkOf[T number](out array, ep *epilogue) sink[T] {
	s := sink[T]{write: writer[T](out, ep)}
	if ep != nil {
		s.rows = ep.rows
	} else if computesIn[T](out.dtype) {
		s.mem = elements[T](out)
	}
	return s
}

// writer is the hook that takes the elements of a product for ep, or where that is nil stores them in out.
func writer[T number](out array, ep *epilogue) func(worker, at int, acc []T) {
	if ep == nil {
		size := out.dtype.Bytes()
		return func(_, at int, acc []T) { copy(out.data[at*size:], narrow(out.dtype, acc)) }
	}
	return hookOf[T](ep)
}

// hookOf is the hook of an epilogue that takes elements of type T.
func hookOf[T number](ep *epilogue) func(worker, at int, acc []T) {
	var f func(worker, at int, acc []T)
	switch f := any(&f).(type) {
	case *func(worker, at int, acc []float32):
		*f = ep.f32
	case *func(worker, at int, acc []float64):
		*f = ep.f64
	case *func(worker, at int, acc []int64):
		*f = ep.i64
	}
	return f
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
