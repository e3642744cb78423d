package tensor

import (
	"sync/atomic"
	"unsafe"
)

// The fields that several goroutines change are set without a barrier while their node is known to one alone, as it is
// until its operator is done: of what recording an operator costs, barriers would be a fifth. Apart from that these types
// are those of sync/atomic.

type atomicInt32 struct{ v int32 }

func (x *atomicInt32) init(v int32)      { x.v = v }
func (x *atomicInt32) Load() int32       { return atomic.LoadInt32(&x.v) }
func (x *atomicInt32) Store(v int32)     { atomic.StoreInt32(&x.v, v) }
func (x *atomicInt32) Add(d int32) int32 { return atomic.AddInt32(&x.v, d) }
func (x *atomicInt32) CompareAndSwap(old, change int32) bool {
	return atomic.CompareAndSwapInt32(&x.v, old, change)
}

type atomicUint32 struct{ v uint32 }

func (x *atomicUint32) init(v uint32)         { x.v = v }
func (x *atomicUint32) Load() uint32          { return atomic.LoadUint32(&x.v) }
func (x *atomicUint32) Store(v uint32)        { atomic.StoreUint32(&x.v, v) }
func (x *atomicUint32) Or(bits uint32) uint32 { return atomic.OrUint32(&x.v, bits) }

type atomicPointer[T any] struct{ p *T }

func (x *atomicPointer[T]) at() *unsafe.Pointer { return (*unsafe.Pointer)(unsafe.Pointer(&x.p)) }
func (x *atomicPointer[T]) init(p *T)           { x.p = p }
func (x *atomicPointer[T]) Load() *T            { return (*T)(atomic.LoadPointer(x.at())) }
func (x *atomicPointer[T]) Store(p *T)          { atomic.StorePointer(x.at(), unsafe.Pointer(p)) }
func (x *atomicPointer[T]) Swap(p *T) *T        { return (*T)(atomic.SwapPointer(x.at(), unsafe.Pointer(p))) }
func (x *atomicPointer[T]) CompareAndSwap(old, change *T) bool {
	return atomic.CompareAndSwapPointer(x.at(), unsafe.Pointer(old), unsafe.Pointer(change))
}
