package cpu

import "slices"

// order puts the kernels in the order in which they run. As the graph has them, all of backward comes before the first
// gradient of a parameter, and whatever these gradients are made of waits meanwhile. Here what ends the life of more memory
// than it begins comes as soon as it can, and what depends on parameters alone, as a mask of random bits does, as late as
// it can. Sequences of loops stay together, since they may go through the same rows.
func (s *scheduler) order() {
	if slices.ContainsFunc(s.kernels, func(k *stage) bool { return k.kind == kindBodies }) {
		return // these find memory while they run, and may only be short of it before inputs are overwritten
	}
	o := s.newOrdering()
	for at := 0; at < len(s.kernels); {
		end := at + 1
		for end < len(s.kernels) && s.kernels[end].kind == kindLoop {
			end++
		}
		for i := at; i < end; i++ {
			if !o.lazy[i] {
				for _, x := range o.after[i] {
					o.pull(x)
				}
			}
		}
		for i := at; i < end; i++ {
			if !o.lazy[i] {
				o.emit(i)
			}
		}
		for o.hoist() {
		}
		at = end
	}
	for i := range s.kernels {
		o.pull(i)
	}
	s.kernels = o.out
}

// ordering is an order that is being made. Kernels have the numbers that they had before.
type ordering struct {
	*scheduler
	reads, writes [][]int // buffers of each kernel
	after, before [][]int // what each kernel must come after, and before
	waits         []int   // how many of after have not come yet
	lazy          []bool  // it comes when it is needed
	left          []int   // of each buffer, how many kernels that read it have not come yet
	ready         []int   // kernels that may come, and have not
	done          []bool
	out           []*stage
}

func (s *scheduler) newOrdering() *ordering {
	n := len(s.kernels)
	o := &ordering{scheduler: s, reads: make([][]int, n), writes: make([][]int, n), after: make([][]int, n), before: make([][]int, n),
		waits: make([]int, n), lazy: make([]bool, n), left: make([]int, len(s.buffers)), done: make([]bool, n)}
	writers, readers := make([][]int, len(s.buffers)), make([][]int, len(s.buffers))
	for i, k := range s.kernels {
		o.reads[i], o.writes[i] = k.touched()
		for _, b := range o.reads[i] {
			o.follow(i, writers[b])
			readers[b] = append(readers[b], i)
			o.left[b]++
		}
		for _, b := range o.writes[i] {
			o.follow(i, writers[b])
			o.follow(i, readers[b])
			writers[b] = append(writers[b], i)
		}
		o.lazy[i] = k.kind != kindTiled && !slices.ContainsFunc(o.after[i], func(x int) bool { return !o.lazy[x] })
		if o.waits[i] = len(o.after[i]); o.waits[i] == 0 {
			o.ready = append(o.ready, i)
		}
	}
	return o
}

// follow lets kernel i come after others.
func (o *ordering) follow(i int, others []int) {
	for _, x := range others {
		if x != i && !slices.Contains(o.after[i], x) {
			o.after[i], o.before[x] = append(o.after[i], x), append(o.before[x], i)
		}
	}
}

// touched are the buffers that a kernel reads and writes.
func (k *stage) touched() (reads, writes []int) {
	for _, x := range k.in {
		reads = append(reads, x.buf)
	}
	switch {
	case len(k.outs) > 0:
		writes = append(writes, k.outs...)
	case k.loop == nil:
		writes = append(writes, k.out)
	default:
		for i := range k.loop.instrs {
			switch in := &k.loop.instrs[i]; in.op {
			case opLoad:
				reads = append(reads, in.buf)
			case opStore:
				writes = append(writes, in.buf)
			}
		}
	}
	slices.Sort(reads)
	slices.Sort(writes)
	return slices.Compact(reads), slices.Compact(writes)
}

// pull lets kernel i come now, after what it needs.
func (o *ordering) pull(i int) {
	if o.done[i] {
		return
	}
	for _, x := range o.after[i] {
		o.pull(x)
	}
	o.emit(i)
}

// emit lets kernel i come now, unless it has come.
func (o *ordering) emit(i int) {
	if o.done[i] {
		return
	}
	o.done[i] = true
	o.out = append(o.out, o.kernels[i])
	if at := slices.Index(o.ready, i); at >= 0 {
		o.ready = slices.Delete(o.ready, at, at+1)
	}
	for _, b := range o.reads[i] {
		o.left[b]--
	}
	for _, x := range o.before[i] {
		if o.waits[x]--; o.waits[x] == 0 {
			o.ready = append(o.ready, x)
		}
	}
}

// hoist lets the first kernel come that makes memory free, if there is one.
func (o *ordering) hoist() bool {
	for _, i := range o.ready {
		if !o.lazy[i] && o.frees(i) {
			o.emit(i)
			return true
		}
	}
	return false
}

// frees reports whether kernel i, a contraction or one that computes nothing but results, ends the life of as much memory
// as it begins. One that updates a parameter must be the last to read it.
func (o *ordering) frees(i int) bool {
	grows, final := 0.0, true
	for _, b := range o.writes[i] {
		if x := &o.buffers[b]; x.output < 0 {
			grows += o.bytes(x)
			final = false
		}
	}
	if !final && o.kernels[i].kind != kindTiled {
		return false
	}
	for _, b := range o.reads[i] {
		switch x := &o.buffers[b]; {
		case x.param >= 0:
			if o.left[b] > 1 && o.updates(i, x) {
				return false
			}
		case x.output < 0 && o.left[b] == 1:
			grows -= o.bytes(x)
		}
	}
	return grows <= 0
}

// updates reports whether kernel i computes a result of the type of parameter x.
func (o *ordering) updates(i int, x *buffer) bool {
	return slices.ContainsFunc(o.writes[i], func(b int) bool {
		y := &o.buffers[b]
		return y.output >= 0 && y.typ.Equal(x.typ)
	})
}

func (o *ordering) bytes(x *buffer) float64 {
	return o.elements(x.value) * float64(x.typ.DType.Bytes())
}
