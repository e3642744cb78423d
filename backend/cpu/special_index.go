package cpu

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/graph"
)

// indexing is the geometry of gather and scatter_add: an array [batch, pre, axis, post] is read or written at
// per indices for each element of the batch; what is there is [batch, pre, per, post].
type indexing struct {
	batch, pre, per, axis, post int
	at                          []int64 // [batch, per]
}

// indexingOf is the geometry of x indexed by idx. Its indices have been checked; done gives their copy back.
func indexingOf(e *env, a *graph.Attrs, x, idx array) (ix indexing, done func(), err error) {
	axis, nb := a.Axes[0], a.Batch
	ix = indexing{count(x.dims[:nb]), count(x.dims[nb:axis]), count(idx.dims[nb:]), x.dims[axis], count(x.dims[axis+1:]), nil}
	ix.at, done = dense[int64](e, operand{idx, rowMajor(idx.dims)})
	if i, bad := firstOutside(e, ix.at, ix.axis); bad && ix.pre > 0 {
		done()
		return ix, nil, fmt.Errorf("index %d is out of range for an axis of %d", i, ix.axis)
	}
	return ix, done, nil
}

// gather moves elements by their size alone.
func gather(e *env, a *graph.Attrs, in []array, out array) error {
	ix, done, err := indexingOf(e, a, in[0], in[1])
	if err != nil {
		return err
	}
	defer done()
	ix.gather(e, in[0], out)
	return nil
}

func (ix *indexing) gather(e *env, x, out array) {
	switch x.dtype.Bytes() {
	case 1:
		gatherElements[uint8](e, ix, x, out)
	case 2:
		gatherElements[uint16](e, ix, x, out)
	case 4:
		gatherElements[uint32](e, ix, x, out)
	case 8:
		gatherElements[uint64](e, ix, x, out)
	case 16:
		gatherElements[[2]uint64](e, ix, x, out)
	}
}

func gatherElements[T any](e *env, ix *indexing, from, to array) {
	src, dst, post := elements[T](from), elements[T](to), ix.post
	if len(dst) == 0 {
		return
	}
	e.pool.For(ix.batch*ix.pre*ix.per, grainOf(post), func(_, lo, hi int) {
		for lo < hi { // as far as one list of indices goes
			outer, k := lo/ix.per, lo%ix.per
			at := ix.at[outer/ix.pre*ix.per:][k:min(ix.per, k+hi-lo)]
			x, y := src[outer*ix.axis*post:][:ix.axis*post], dst[lo*post:][:len(at)*post]
			if post == 1 {
				for i, j := range at {
					y[i] = x[j]
				}
			} else {
				for i, j := range at {
					copy(y[i*post:][:post], x[int(j)*post:])
				}
			}
			lo += len(at)
		}
	})
}

// scatterAdd adds the updates in the order of their indices, those of half precision to float32 that is rounded once.
// It is parallel over what is independent: the axes before the indexed one, and stretches of those after it.
func scatterAdd(e *env, a *graph.Attrs, in []array, out array) error {
	ix, done, err := indexingOf(e, a, in[0], in[1])
	if err != nil {
		return err
	}
	defer done()
	base, upd := in[0], in[2]
	switch out.dtype {
	case graph.Float32:
		scatterElements(e, &ix, base, upd, out, add[float32])
	case graph.Float64:
		scatterElements(e, &ix, base, upd, out, add[float64])
	case graph.Complex64:
		scatterElements(e, &ix, base, upd, out, add[complex64])
	case graph.Complex128:
		scatterElements(e, &ix, base, upd, out, add[complex128])
	case graph.Float16, graph.BFloat16:
		scatterHalf(e, &ix, base, upd, out, add[float32])
	case graph.Bool:
		scatterElements(e, &ix, base, upd, out, or)
	default:
		switch out.dtype.Bytes() {
		case 1:
			scatterElements(e, &ix, base, upd, out, add[uint8])
		case 2:
			scatterElements(e, &ix, base, upd, out, add[uint16])
		case 4:
			scatterElements(e, &ix, base, upd, out, add[uint32])
		case 8:
			scatterElements(e, &ix, base, upd, out, add[uint64])
		}
	}
	return nil
}

// parts calls body for each independent part of a scatter: an index of the outer axes, and n elements of the inner
// ones from q on.
func (ix *indexing) parts(e *env, body func(outer, q, n int)) {
	outer, width := ix.batch*ix.pre, ix.post
	const line = 16 // elements that threads should not share
	if threads := e.pool.Threads(); outer > 0 && outer < threads {
		width = max(line, ceilDiv(ceilDiv(ix.post, ceilDiv(threads, outer)), line)*line)
	}
	if outer*width == 0 {
		return
	}
	across := ceilDiv(ix.post, width)
	e.pool.For(outer*across, grainOf((ix.axis+ix.per)*width), func(_, lo, hi int) {
		for u := lo; u < hi; u++ {
			q := u % across * width
			body(u/across, q, min(width, ix.post-q))
		}
	})
}

type addable interface {
	float32 | float64 | complex64 | complex128 | uint8 | uint16 | uint32 | uint64
}

func add[T addable](y, x []T) {
	x = x[:len(y)]
	for i := range y {
		y[i] += x[i]
	}
}

func or(y, x []bool) {
	for i := range y {
		y[i] = y[i] || x[i]
	}
}

func scatterElements[T any](e *env, ix *indexing, base, upd, out array, add func(y, x []T)) {
	b, u, to, post := elements[T](base), elements[T](upd), elements[T](out), ix.post
	ix.parts(e, func(outer, q, n int) {
		first := outer * ix.axis * post
		for r := range ix.axis {
			copy(to[first+r*post+q:][:n], b[first+r*post+q:])
		}
		for k, at := range ix.at[outer/ix.pre*ix.per:][:ix.per] {
			add(to[first+int(at)*post+q:][:n], u[(outer*ix.per+k)*post+q:][:n])
		}
	})
}

func scatterHalf(e *env, ix *indexing, base, upd, out array, add func(y, x []float32)) {
	b, u := linesOf[float32](flat(base)), linesOf[float32](flat(upd))
	write, post := writer[float32](out, nil), ix.post
	ix.parts(e, func(outer, q, n int) {
		mem := borrowSlice[float32]((ix.axis + 1) * n)
		sums, x := (*mem)[:ix.axis*n], (*mem)[ix.axis*n:]
		first := outer * ix.axis * post
		for r := range ix.axis {
			b.get(0, 0, 0, first+r*post+q, n, sums[r*n:])
		}
		for k, at := range ix.at[outer/ix.pre*ix.per:][:ix.per] {
			u.get(0, 0, 0, (outer*ix.per+k)*post+q, n, x)
			add(sums[int(at)*n:][:n], x)
		}
		for r := range ix.axis {
			write(0, first+r*post+q, sums[r*n:][:n])
		}
		giveBackSlice(mem)
	})
}

// flat is an array as one row.
func flat(a array) matrix { return matrix{a, nil, nil, axes{{a.len(), 1}}} }
