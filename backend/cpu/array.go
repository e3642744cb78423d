package cpu

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/workpool"
)

// array is a contiguous row-major buffer as a kernel sees it. Its memory is 64-byte aligned or a part of such.
type array struct {
	dtype graph.DType
	dims  []int
	data  []byte
}

// elements is the array's memory as a slice of its element type.
func elements[T any](a array) []T {
	if len(a.data) == 0 {
		return nil
	}
	var t T
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(a.data))), len(a.data)/int(unsafe.Sizeof(t)))
}

func (a array) len() int {
	n := 1
	for _, d := range a.dims {
		n *= d
	}
	return n
}

// env is what kernels run in.
type env struct {
	pool   *workpool.Pool
	engine *engine // nil: Go
	rows   *rowCode
	loops  *loopCompiler // nil: Go
}

// special is a kernel for one primitive that is no loop nest: it computes out from in; an error depends on values and
// poisons out. The result's bits do not depend on the number of threads.
type special func(e *env, a *graph.Attrs, in []array, out array) error
