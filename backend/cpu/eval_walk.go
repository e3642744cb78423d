package cpu

import "unsafe"

// walk is where a load or a store finds its elements while a loop counts through its index space in one flat count:
// element lo of the count, taken apart into indices of dims, lies at off + Σ index·step. Axes that a walk passes
// through as if they were one are joined.
type walk struct {
	off   int
	dims  []int // outermost first, at least one
	step  []int
	masks []maskWalk
}

// maskWalk holds for the indices of a walk where 0 ≤ off + Σ index·step < size.
type maskWalk struct {
	off, size int
	step      []int
}

// newWalk joins the axes of sizes that at and all masks pass through as one.
func newWalk(sizes []int, at boundAffine, masks []boundMask) walk {
	w := walk{off: at.off, masks: make([]maskWalk, len(masks))}
	for i, m := range masks {
		w.masks[i] = maskWalk{off: m.off, size: m.size}
	}
	for j, n := range sizes {
		if n == 1 {
			continue
		}
		k := len(w.dims) - 1
		joined := k >= 0 && w.step[k] == at.coef[j]*n
		for i, m := range masks {
			joined = joined && w.masks[i].step[k] == m.coef[j]*n
		}
		if !joined {
			w.dims, w.step = append(w.dims, 1), append(w.step, 0)
			for i := range w.masks {
				w.masks[i].step = append(w.masks[i].step, 0)
			}
			k++
		}
		w.dims[k] *= n
		w.step[k] = at.coef[j]
		for i, m := range masks {
			w.masks[i].step[k] = m.coef[j]
		}
	}
	if len(w.dims) == 0 {
		w.dims, w.step = []int{1}, []int{1}
		for i := range w.masks {
			w.masks[i].step = []int{0}
		}
	}
	return w
}

// flat reports whether the elements of the whole count lie one after the other.
func (w *walk) flat() bool { return len(w.dims) == 1 && w.step[0] == 1 && len(w.masks) == 0 }

// maxAxes is the most axes a walk may have without allocating.
const maxAxes = 16

// rows calls f for each stretch of the count from lo to lo+n along the innermost axis: done elements came before,
// m follow, and the first lies at. Those from first to end are where all masks hold.
func (w *walk) rows(lo, n int, f func(done, m, at, first, end int)) {
	var buf [maxAxes]int
	idx := buf[:0]
	if len(w.dims) > maxAxes {
		idx = make([]int, 0, len(w.dims))
	}
	idx = idx[:len(w.dims)]
	for k := len(idx) - 1; k >= 0; k-- {
		idx[k] = lo % w.dims[k]
		lo /= w.dims[k]
	}
	inner := len(idx) - 1
	for done := 0; done < n; {
		m := min(n-done, w.dims[inner]-idx[inner])
		at := w.off
		for k, i := range idx {
			at += i * w.step[k]
		}
		first, end := 0, m
		for i := range w.masks {
			first, end = w.masks[i].holds(idx, first, end)
		}
		f(done, m, at, first, end)
		done += m
		idx[inner] = 0
		for k := inner - 1; k >= 0; k-- {
			if idx[k]++; idx[k] < w.dims[k] {
				break
			}
			idx[k] = 0
		}
	}
}

// holds narrows the stretch from first to end, counted from idx along the innermost axis, to where m holds.
func (m *maskWalk) holds(idx []int, first, end int) (int, int) {
	at := m.off
	for k, i := range idx {
		at += i * m.step[k]
	}
	switch s := m.step[len(idx)-1]; {
	case s == 0:
		if at < 0 || at >= m.size {
			return 0, 0
		}
	case s > 0: // −at ≤ i·s < size−at
		first = max(first, ceilDivInt(-at, s))
		end = min(end, ceilDivInt(m.size-at, s))
	default: // at ≥ i·|s| > at−size
		first = max(first, floorDivInt(at-m.size, -s)+1)
		end = min(end, floorDivInt(at, -s)+1)
	}
	if first >= end {
		return 0, 0
	}
	return first, end
}

func floorDivInt(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func ceilDivInt(a, b int) int { return -floorDivInt(-a, b) }

// direct is the place of element lo where the n elements from there on lie one after the other.
func (w *walk) direct(lo, n int) (at int, ok bool) {
	if len(w.masks) > 0 {
		return 0, false
	}
	inner := len(w.dims) - 1
	if w.step[inner] != 1 && n > 1 {
		return 0, false
	}
	if inner == 0 {
		return w.off + lo*w.step[0], true
	}
	i := lo % w.dims[inner]
	if i+n > w.dims[inner] {
		return 0, false
	}
	at = w.off + i*w.step[inner]
	lo /= w.dims[inner]
	for k := inner - 1; k >= 0; k-- {
		at += lo % w.dims[k] * w.step[k]
		lo /= w.dims[k]
	}
	return at, true
}

// load copies elements lo to lo+n of the count, of width bytes each, to dst. Where a mask does not hold there are
// zeros.
func (w *walk) load(dst, src unsafe.Pointer, width, lo, n int) {
	switch width {
	case 1:
		loadWalk[uint8](w, dst, src, lo, n)
	case 2:
		loadWalk[uint16](w, dst, src, lo, n)
	case 4:
		loadWalk[uint32](w, dst, src, lo, n)
	case 8:
		loadWalk[uint64](w, dst, src, lo, n)
	default:
		loadWalk[[2]uint64](w, dst, src, lo, n)
	}
}

func loadWalk[T comparable](w *walk, dst, src unsafe.Pointer, lo, n int) {
	to := vec[T](dst, n)
	s := w.step[len(w.step)-1]
	size := int(unsafe.Sizeof(to[0]))
	w.rows(lo, n, func(done, m, at, first, end int) {
		row := to[done : done+m]
		if first > 0 || end < m {
			clear(row[:first])
			clear(row[end:])
			row = row[first:end]
			at += first * s
		}
		if len(row) == 0 {
			return
		}
		p := unsafe.Add(src, at*size)
		switch s {
		case 1:
			copy(row, vec[T](p, len(row)))
		case 0:
			fillWith(row, *(*T)(p))
		default:
			for i := range row {
				row[i] = *(*T)(unsafe.Add(p, i*s*size))
			}
		}
	})
}

func fillWith[T any](row []T, x T) {
	for i := range row {
		row[i] = x
	}
}

// store copies n elements at src, of width bytes each, to elements lo to lo+n of the count.
func (w *walk) store(dst, src unsafe.Pointer, width, lo, n int) {
	switch width {
	case 1:
		storeWalk[uint8](w, dst, src, lo, n)
	case 2:
		storeWalk[uint16](w, dst, src, lo, n)
	case 4:
		storeWalk[uint32](w, dst, src, lo, n)
	case 8:
		storeWalk[uint64](w, dst, src, lo, n)
	default:
		storeWalk[[2]uint64](w, dst, src, lo, n)
	}
}

func storeWalk[T any](w *walk, dst, src unsafe.Pointer, lo, n int) {
	from := vec[T](src, n)
	s := w.step[len(w.step)-1]
	size := int(unsafe.Sizeof(from[0]))
	w.rows(lo, n, func(done, m, at, _, _ int) {
		row, p := from[done:done+m], unsafe.Add(dst, at*size)
		if s == 1 {
			copy(vec[T](p, m), row)
			return
		}
		for i, x := range row {
			*(*T)(unsafe.Add(p, i*s*size)) = x
		}
	})
}

// mask writes whether the masks hold at elements lo to lo+n of the count.
func (w *walk) mask(dst unsafe.Pointer, lo, n int) {
	to := vec[uint8](dst, n)
	w.rows(lo, n, func(done, m, _, first, end int) {
		clear(to[done : done+m])
		fillWith(to[done+first:done+end], 1)
	})
}

// index writes the places of elements lo to lo+n of the count themselves.
func (w *walk) index(dst []int64, lo, n int) {
	s := w.step[len(w.step)-1]
	w.rows(lo, n, func(done, m, at, _, _ int) {
		for i := range m {
			dst[done+i] = int64(at + i*s)
		}
	})
}

// fill repeats the element at src, of width bytes, n times.
func fill(dst, src unsafe.Pointer, width, n int) {
	switch width {
	case 1:
		fillWith(vec[uint8](dst, n), *(*uint8)(src))
	case 2:
		fillWith(vec[uint16](dst, n), *(*uint16)(src))
	case 4:
		fillWith(vec[uint32](dst, n), *(*uint32)(src))
	case 8:
		fillWith(vec[uint64](dst, n), *(*uint64)(src))
	default:
		fillWith(vec[[2]uint64](dst, n), *(*[2]uint64)(src))
	}
}

// move copies n elements of width bytes.
func move(dst, src unsafe.Pointer, width, n int) {
	copy(unsafe.Slice((*byte)(dst), n*width), unsafe.Slice((*byte)(src), n*width))
}
