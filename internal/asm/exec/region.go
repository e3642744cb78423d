package exec

import "slices"

// take finds room for size bytes, where there is most of it least.
func (r *region) take(size int) (at int, ok bool) {
	best := -1
	for i, s := range r.free {
		if s.size >= size && (best < 0 || s.size < r.free[best].size) {
			best = i
		}
	}
	if best < 0 {
		return 0, false
	}
	s := &r.free[best]
	at = s.at
	s.at, s.size = s.at+size, s.size-size
	if s.size == 0 {
		r.free = slices.Delete(r.free, best, best+1)
	}
	return at, true
}

// fill writes code to a place that nobody runs. Its neighbours may be running meanwhile.
func (r *region) fill(at, size int, code []byte) {
	n := copy(r.write[at:at+size], code)
	for i := n; i < size; i++ {
		r.write[at+i] = breakpoint
	}
	if r.dirty {
		// A processor may have read ahead into code that was here before.
		serialize()
	}
}

// give takes back a place that no code is held in.
func (r *region) give(s span) {
	if r.write != nil {
		for i := range s.size {
			r.write[s.at+i] = breakpoint
		}
	}
	r.dirty = true
	i, _ := slices.BinarySearchFunc(r.free, s.at, func(s span, at int) int { return s.at - at })
	r.free = slices.Insert(r.free, i, s)
	if i+1 < len(r.free) && s.at+s.size == r.free[i+1].at {
		r.free[i].size += r.free[i+1].size
		r.free = slices.Delete(r.free, i+1, i+2)
	}
	if i > 0 && r.free[i-1].at+r.free[i-1].size == s.at {
		r.free[i-1].size += r.free[i].size
		r.free = slices.Delete(r.free, i, i+1)
	}
}
