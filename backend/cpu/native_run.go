package cpu

import (
	"runtime"
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/jit"
)

// call is one worker's call of native code: where things are, and the argument block.
type call struct {
	*native
	e    *evaluation
	f    *frame
	base []uintptr // of each stream
	args jit.Args
	idx  [maxAxes]int

	staged []stagedStream // of which place sets another place
}

// begin prepares calls of n by the worker with frame f. at is the index of the first element of what lies in the
// frame's registers.
func (n *native) begin(e *evaluation, f *frame, at int) *call {
	c := &f.call
	c.native, c.e, c.f = n, e, f
	words := n.kernel.Words()
	if cap(c.args) < words {
		c.args = make(jit.Args, words)
	}
	c.args = c.args[:words]
	c.base = c.base[:0]
	for i := range n.streams {
		s := &n.streams[i]
		if s.buf == ownReg {
			bytes := n.kernel.Streams[i].Type.Bytes()
			c.base = append(c.base, uintptr(f.reg[s.reg])-uintptr(at*bytes))
			continue
		}
		base := uintptr(e.base[s.buf])
		for _, l := range f.local {
			if l.buf == s.buf {
				base = l.base
			}
		}
		c.base = append(c.base, base+uintptr(s.off))
	}
	for u, i := range n.uniforms {
		c.args.SetUniform(n.kernel, u, *(*uint64)(e.uniform.reg[i]))
	}
	for t, p := range n.tables {
		c.args.SetTable(n.kernel, t, uintptr(unsafe.Pointer(p)))
	}
	return c
}

// invoke calls the code for rows of elements from the indices idx on.
func (c *call) invoke(idx []int, rows, elements int) {
	c.place(idx, 0)
	c.enter(rows, elements)
}

// place sets where streams and positions are at the indices idx, and how far it is to the next row: that of the space,
// or, where inner is not 0, so many elements on.
func (c *call) place(idx []int, inner int) {
	last := len(c.dims) - 1
	for s := range c.streams {
		st := &c.streams[s]
		at := c.base[s]
		for d, i := range idx {
			at += uintptr(i * st.steps[d])
		}
		row := inner * st.last
		if inner == 0 && last > 0 {
			row = st.steps[last-1]
		}
		c.args.SetStream(c.kernel, s, at, row, st.last)
	}
	for _, x := range c.staged {
		c.args.SetStream(c.kernel, x.stream, x.at, x.row, 0)
	}
	for p := range c.positions {
		po := &c.positions[p]
		at, row := po.off, inner*po.last
		for d, i := range idx {
			at += i * po.steps[d]
		}
		if inner == 0 && last > 0 {
			row = po.steps[last-1]
		}
		c.args.SetPosition(c.kernel, p, at, row, po.last, po.size)
	}
}

// enter calls the code for rows of elements where place put it.
func (c *call) enter(rows, elements int) {
	c.args.SetRows(rows, elements)
	c.code.Call(unsafe.Pointer(unsafe.SliceData(c.args)), 0, 0)
	runtime.KeepAlive(c.f)
}

// flat executes a map for the indices lo to hi of its space.
func (c *call) flat(lo, hi int) {
	last := len(c.dims) - 1
	n := c.dims[last]
	idx := c.index(lo)
	for lo < hi {
		rows, elements := 1, min(n-idx[last], hi-lo)
		if last > 0 && idx[last] == 0 && hi-lo >= n {
			rows, elements = min((hi-lo)/n, c.dims[last-1]-idx[last-1]), n
		}
		c.invoke(idx, rows, elements)
		lo += rows * elements
		c.advance(idx, rows, elements)
	}
}

// runs executes a map for several runs of the indices, whose elements lie in the frame's registers as r says. It reports
// whether it could: where runs end within a row of the space, and begin at the same place of each.
func (c *call) runs(r runs) bool {
	last := len(c.dims) - 1
	if last > 0 && r.count > 1 && r.step != c.dims[last] || r.at%c.dims[last]+r.n > c.dims[last] {
		return false
	}
	for done := 0; done < r.count; {
		at := r.at + done*r.step
		idx := c.index(at)
		rows, inner := r.count-done, r.step
		if last > 0 {
			rows, inner = min(rows, c.dims[last-1]-idx[last-1]), 0
		}
		c.staged = c.staged[:0]
		for i := range c.streams {
			if c.streams[i].buf == ownReg {
				size := c.kernel.Streams[i].Type.Bytes()
				c.staged = append(c.staged, stagedStream{i, c.base[i] + uintptr((r.at+done*r.ld)*size), r.ld * size})
			}
		}
		c.place(idx, inner)
		c.enter(rows, r.n)
		done += rows
	}
	c.staged = c.staged[:0]
	return true
}

// index takes place at of the space apart into indices.
func (c *call) index(at int) []int {
	idx := c.idx[:0]
	if len(c.dims) > maxAxes {
		idx = make([]int, 0, len(c.dims))
	}
	idx = idx[:len(c.dims)]
	for d := len(idx) - 1; d >= 0; d-- {
		idx[d] = at % c.dims[d]
		at /= c.dims[d]
	}
	return idx
}

// advance moves the indices on by whole rows, or by elements of one.
func (c *call) advance(idx []int, rows, elements int) {
	last := len(idx) - 1
	if elements == c.dims[last] && last > 0 {
		idx[last-1] += rows
	} else if idx[last] += elements; idx[last] == c.dims[last] {
		idx[last] = 0
		if last > 0 {
			idx[last-1]++
		}
	}
	for d := last - 1; d > 0 && idx[d] == c.dims[d]; d-- {
		idx[d] = 0
		idx[d-1]++
	}
}

// rows reduces n rows from number row on; the results go to element at and following of dst.
func (c *call) rows(row, n int, dst []unsafe.Pointer, at int) {
	last := len(c.dims) - 1
	idx := c.index(row * c.dims[last])
	for done := 0; done < n; {
		rows := min(n-done, c.dims[last-1]-idx[last-1], max(1, c.chunk/c.dims[last]))
		c.outputs(dst, at+done)
		c.invoke(idx, rows, c.dims[last])
		done += rows
		c.advance(idx, rows, c.dims[last])
	}
}

// blocks reduces elements t0 to t1 of a row, one block after the other, to dst.
func (c *call) blocks(row, t0, t1 int, dst []unsafe.Pointer) {
	last := len(c.dims) - 1
	idx := c.index(row * c.dims[last])
	idx[last] = t0
	whole := (t1 - t0) / blockTerms
	c.outputs(dst, 0)
	if whole > 0 {
		c.place(idx, blockTerms)
		c.enter(whole, blockTerms)
	}
	if t0 += whole * blockTerms; t0 < t1 {
		idx[last] = t0
		c.outputs(dst, whole)
		c.invoke(idx, 1, t1-t0)
	}
}

// outputs sets where results go: element at of each of dst.
func (c *call) outputs(dst []unsafe.Pointer, at int) {
	for r := range dst {
		c.args.SetOutput(c.kernel, r, uintptr(dst[r])+uintptr(at*c.f.reductions[r].tree.width))
	}
}

// run reduces the rows u0 to u1 for the kept elements k0 to k0+n, to dst.
func (c *call) run(k0, n, u0, u1 int, dst []unsafe.Pointer) {
	last := len(c.dims) - 1
	idx := c.idx[:len(c.dims)]
	at := k0
	for d := last; d >= 0; d-- {
		if d == last-1 {
			continue
		}
		idx[d] = at % c.dims[d]
		at /= c.dims[d]
	}
	for done := 0; done < n; {
		idx[last-1] = u0
		elements := min(n-done, c.dims[last]-idx[last])
		c.outputs(dst, done)
		c.invoke(idx, u1-u0, elements)
		done += elements
		if idx[last] += elements; idx[last] < c.dims[last] {
			continue
		}
		idx[last] = 0
		for d := last - 2; d >= 0; d-- {
			if idx[d]++; idx[d] < c.dims[d] || d == 0 {
				break
			}
			idx[d] = 0
		}
	}
}
