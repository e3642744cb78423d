package tensor

import (
	"context"
	"encoding/binary"
	"runtime"
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
)

// lend computes t and calls f with its elements in memory, row-major; the memory is f's until it returns.
func (t *Tensor) lend(ctx context.Context, op string, f func(data []byte)) error {
	r := record(op)
	defer r.done()
	n := nodeOf(r.read(t))
	r.wantValue(n)
	r.reads(n)
	v, err := n.dev.value(ctx, n)
	if err != nil {
		return err
	}
	defer v.release()
	bytes := t.Numel() * t.typ.DType.Bytes()
	if host := v.buf.Host(); host != nil || bytes == 0 {
		f(host[:bytes])
	} else {
		data := make([]byte, bytes)
		if err := n.dev.backend.Read(data, v.buf); err != nil {
			return err
		}
		f(data)
	}
	runtime.KeepAlive(v)
	return nil
}

func (t *Tensor) mustLend(op string, f func(data []byte)) {
	if err := t.lend(context.Background(), op, f); err != nil {
		panic(asError(err))
	}
}

// Bytes computes t and returns a copy of its elements, little-endian and row-major.
func (t *Tensor) Bytes(ctx context.Context) (data []byte, err error) {
	if e := Try(func() { err = t.lend(ctx, "bytes", func(b []byte) { data = append([]byte{}, b...) }) }); e != nil {
		return nil, e
	}
	return data, err
}

// Data computes t and returns a copy of its elements, row-major. T must be the Go type of t's dtype (int64 may be read
// as int). It panics with *Error where the value cannot be computed, as with an index out of range.
func Data[T Element](t *Tensor) []T {
	out := make([]T, 0, t.Numel())
	Read(t, func(data []T) { out = append(out, data...) })
	return out
}

// Read computes t and lends its elements to f, without a copy where the host can address them; they are f's until it
// returns, and not to be written.
func Read[T Element](t *Tensor, f func(data []T)) {
	checkElement[T]("read", t.typ.DType)
	t.mustLend("read", func(data []byte) {
		var x T
		if int(unsafe.Sizeof(x)) != t.typ.DType.Bytes() { // int of 4 bytes
			ns := make([]T, t.Numel())
			for i := range ns {
				*(*int)(unsafe.Pointer(&ns[i])) = int(int64(binary.LittleEndian.Uint64(data[8*i:])))
			}
			f(ns)
			return
		}
		if len(data) == 0 {
			f(nil)
			return
		}
		f(unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(data))), t.Numel()))
	})
}

// Float32s computes t and returns a copy of its elements as float32, converting from any real dtype.
func (t *Tensor) Float32s() []float32 { return Data[float32](t.to(graph.Float32)) }

// Float64s computes t and returns a copy of its elements as float64, converting from any real dtype.
func (t *Tensor) Float64s() []float64 { return Data[float64](t.to(graph.Float64)) }

// Int64s computes t and returns a copy of its elements as int64, converting from any real dtype.
func (t *Tensor) Int64s() []int64 { return Data[int64](t.to(graph.Int64)) }

// Complex128s computes t and returns a copy of its elements as complex128, converting from any dtype.
func (t *Tensor) Complex128s() []complex128 { return Data[complex128](t.to(graph.Complex128)) }

func (t *Tensor) to(d graph.DType) *Tensor {
	if t.typ.DType == d {
		return t
	}
	r := record("to")
	defer r.done()
	if t.typ.DType.IsComplex() && !d.IsComplex() {
		graph.Fail(r.op, "elements of %s are not real: read them as complex numbers, or take Real or Abs", t.typ)
	}
	return r.handle(r.read(t).Cast(d))
}

// ItemComplex computes t, which has one element, and returns it as a complex128.
func (t *Tensor) ItemComplex() complex128 {
	if t.Numel() != 1 {
		fail("item", "a tensor of %d elements %s has no single one", t.Numel(), t.typ.Shape)
	}
	return t.Complex128s()[0]
}

// Item computes t, which has one element, a real one, and returns it as a float64.
func (t *Tensor) Item() float64 {
	if t.Numel() != 1 {
		fail("item", "a tensor of %d elements %s has no single one", t.Numel(), t.typ.Shape)
	}
	a, err := t.Array(context.Background()) // converted here: a program of one cast for each loss would cost more
	Must(err)
	switch {
	case a.DType.IsFloat():
		return a.F[0]
	case a.DType == graph.Uint64:
		return float64(uint64(a.I[0]))
	case a.DType.IsComplex():
		return t.Float64s()[0]
	}
	return float64(a.I[0])
}

// Array computes t and returns it as a host array.
func (t *Tensor) Array(ctx context.Context) (*graph.Array, error) {
	data, err := t.Bytes(ctx)
	if err != nil {
		return nil, err
	}
	return graph.FromBytes(t.typ.DType, t.Shape(), data)
}
