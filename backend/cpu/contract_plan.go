package cpu

import (
	"sync"
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
)

// laidOut is a product laid out for particular sizes: a run gives it the addresses of its operands and of its result, or
// the hook that takes its elements.
type laidOut interface {
	run(e *env, a, b, out unsafe.Pointer, ep *epilogue)
}

// layOutDot lays out the dot of a stage, if its operands need no more than their addresses; the bits are those of dot.
func layOutDot(c *compiled, buffers []bufferID, sizes bound, engine *engine) laidOut {
	if engine == nil || c.kind != kindTiled || c.value.Op != graph.DotGeneral {
		return nil
	}
	in := make([]operand, len(c.in))
	for i, x := range c.in {
		if in[i] = x.operand(buffers, sizes); in[i].dtype != c.value.DType || in[i].len() == 0 {
			return nil
		}
	}
	a, b := dotMatrices(c.value.Attrs.Dot, in[0], in[1])
	offsets := [2]int{sizes[c.in[0].at.off], sizes[c.in[1].at.off]}
	switch c.value.DType {
	case graph.Float32:
		return layOut[float32](a, b, offsets, engine)
	case graph.Float64:
		return layOut[float64](a, b, offsets, engine)
	}
	return nil
}

// operand is an operand of a stage, without its memory.
func (x *sourceID) operand(buffers []bufferID, sizes bound) operand {
	out := operand{array: array{dtype: buffers[x.buf].typ.DType, dims: sizes.all(x.dims)}, axes: make(axes, len(x.dims))}
	for k, n := range out.dims {
		out.axes[k].size = n
		if j := x.axes[k]; j >= 0 {
			out.axes[k].stride = sizes[x.at.coef[j]]
		}
	}
	return out
}

// productLayout is a product of plain operands that machine code computes.
type productLayout[T number] struct {
	product[T]  // without memory
	left, right plain[T]
	extent      [2]int // elements from the first of an operand to the last
	offset      [2]int // of the first, in bytes
	runs        sync.Pool
}

// productRun is one run of it.
type productRun[T number] struct {
	product[T]
	left, right plain[T]
	store       func(worker, at int, acc []T) // to out
}

func layOut[T number](a, b matrix, offset [2]int, engine *engine) laidOut {
	if kernelsOf[T](engine) == nil || a.k.len()*a.batch.len()*a.rows.len()*b.rows.len() == 0 {
		return nil
	}
	l := &productLayout[T]{}
	l.batch, l.m, l.n, l.k = a.batch.len(), a.rows.len(), b.rows.len(), a.k.len()
	for i, m := range []matrix{a, b} {
		s := shapeOf(m)
		if !s.plain() {
			return nil
		}
		l.extent[i] = 1
		for _, x := range [][]axis{m.batch, m.rows, m.k} {
			for _, y := range x {
				l.extent[i] += (y.size - 1) * y.stride
			}
		}
		l.offset[i] = offset[i] * int(unsafe.Sizeof(T(0)))
		side, at := &l.a, &l.left
		if i == 1 {
			side, at = &l.b, &l.right
		}
		side.alongK = s.alongK
		at.batch, at.stride = s.batch, s.across[0].stride
	}
	l.runs.New = func() any {
		r := &productRun[T]{}
		r.store = func(_, at int, acc []T) { copy(r.out[at:], acc) }
		return r
	}
	return l
}

func (l *productLayout[T]) run(e *env, a, b, out unsafe.Pointer, ep *epilogue) {
	r := l.runs.Get().(*productRun[T])
	r.product, r.left, r.right = l.product, l.left, l.right
	r.left.mem = unsafe.Slice((*T)(unsafe.Add(a, l.offset[0])), l.extent[0])
	r.right.mem = unsafe.Slice((*T)(unsafe.Add(b, l.offset[1])), l.extent[1])
	r.a.plain, r.b.plain = &r.left, &r.right
	r.write = r.store
	if ep == nil {
		r.out = unsafe.Slice((*T)(out), l.batch*l.m*l.n)
	} else {
		r.write = hookOf[T](ep)
	}
	r.product.run(e)
	*r = productRun[T]{store: r.store}
	l.runs.Put(r)
}
