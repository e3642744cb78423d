package tensor

import (
	"fmt"
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
)

// The element types, by PyTorch's names.
const (
	Bool       = graph.Bool
	Uint8      = graph.Uint8
	Int8       = graph.Int8
	Int16      = graph.Int16
	Int32      = graph.Int32
	Int64      = graph.Int64
	Float16    = graph.Float16
	BFloat16   = graph.BFloat16
	Float32    = graph.Float32
	Float64    = graph.Float64
	Complex64  = graph.Complex64
	Complex128 = graph.Complex128
)

// Element is a Go type that elements of a tensor can be read and written as.
type Element interface {
	bool | uint8 | uint16 | uint32 | uint64 | int8 | int16 | int32 | int64 | int | float32 | float64 | complex64 | complex128
}

// dtypeOf is the dtype of a Go element type. int is int64.
func dtypeOf[T Element]() graph.DType {
	var x T
	switch any(x).(type) {
	case bool:
		return graph.Bool
	case uint8:
		return graph.Uint8
	case uint16:
		return graph.Uint16
	case uint32:
		return graph.Uint32
	case uint64:
		return graph.Uint64
	case int8:
		return graph.Int8
	case int16:
		return graph.Int16
	case int32:
		return graph.Int32
	case float32:
		return graph.Float32
	case float64:
		return graph.Float64
	case complex64:
		return graph.Complex64
	case complex128:
		return graph.Complex128
	}
	return graph.Int64
}

// rawBytes is the memory of a slice of elements; int has 8 bytes on every system that tensors are used on with int.
func rawBytes[T Element](data []T) []byte {
	if len(data) == 0 {
		return nil
	}
	var x T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(data))), len(data)*int(unsafe.Sizeof(x)))
}

// widen makes []int64 of []int where int has 4 bytes.
func widen[T Element](data []T) []byte {
	ns, ok := any(data).([]int)
	if !ok || unsafe.Sizeof(int(0)) == 8 {
		return rawBytes(data)
	}
	out := make([]int64, len(ns))
	for i, n := range ns {
		out[i] = int64(n)
	}
	return rawBytes(out)
}

// New makes a tensor of a copy of data, row-major, on the default device. Without sizes it has one axis. The element
// type is that of data; int becomes int64.
//
//	x := tensor.New([]float32{1, 2, 3, 4}, 2, 2)
func New[T Element](data []T, sizes ...int) *Tensor {
	if len(sizes) == 0 {
		sizes = []int{len(data)}
	}
	return fromBytes(Default(), "tensor", dtypeOf[T](), sizes, widen(data))
}

// Of makes a scalar tensor.
func Of[T Element](x T) *Tensor {
	return fromBytes(Default(), "tensor", dtypeOf[T](), nil, widen([]T{x}))
}

// FromBytes makes a tensor of dtype d from little-endian row-major elements. An error says that the number of bytes
// does not fit, or that there is no memory for them.
func FromBytes(d graph.DType, sizes []int, data []byte) (t *Tensor, err error) {
	err = Try(func() { t = fromBytes(Default(), "from_bytes", d, sizes, data) })
	return t, err
}

func fromBytes(dev *Device, op string, d graph.DType, sizes []int, data []byte) *Tensor {
	n := 1
	for _, s := range sizes {
		if s < 0 {
			fail(op, "a negative size in %v", sizes)
		}
		n *= s
	}
	if n*d.Bytes() != len(data) {
		fail(op, "%d elements do not fill the sizes %v", len(data)/max(d.Bytes(), 1), sizes)
	}
	r := record(op)
	defer r.done()
	r.on(dev)
	buf, err := dev.backend.Alloc(int64(len(data)))
	if err != nil {
		dev.collect()
		if buf, err = dev.backend.Alloc(int64(len(data))); err != nil {
			graph.Fail(op, "%v", err)
		}
	}
	if err := dev.backend.Write(buf, data); err != nil {
		buf.Free()
		graph.Fail(op, "%v", err)
	}
	return r.handle(r.computed(graph.T(d, sizes...), dev.newValue(buf)))
}

// computed is a node that has its value.
func (r *recorder) computed(typ graph.Type, v *value) *graph.Value {
	n := &node{dev: r.dev, id: r.dev.ids.Add(1), typ: &typ, op: r.op, where: r.where}
	n.val.Store(v)
	n.refs.Store(1)
	n.marks.Store(given)
	r.held = append(r.held, n)
	return r.wrapNode(n)
}

// FromArray makes a tensor of a host array.
func FromArray(a *graph.Array) *Tensor {
	return fromBytes(Default(), "tensor", a.DType, a.Dims, a.Bytes())
}

func checkElement[T Element](op string, d graph.DType) {
	if dtypeOf[T]() != d {
		var x T
		fail(op, "elements of %s are not read as %s: convert the tensor, or read it as what it is", d, fmt.Sprintf("%T", x))
	}
}
