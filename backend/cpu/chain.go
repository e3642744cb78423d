package cpu

// chain is a run of buffers each of which may take the memory of the one before: what a sequence of updates makes.
// All live where its last one does, a result, so that the first may in turn take a donated parameter's memory.
type chain struct {
	out   int   // the result's buffer
	inner []int // the buffers before it, last first
	sound bool  // nothing on the way depends on a check, so that a parameter may be overwritten on its account
}

// gift says that a result may live in the memory of a donated parameter, which the buffer via takes.
type gift struct{ from, via, to int }

// findChains finds the chains of the program's results, and which parameters their memory may come from.
func (p *program) findChains() {
	before := map[int][]pair{} // by the buffer that takes memory
	for _, c := range p.stages {
		for _, pr := range c.pairs {
			before[pr.to] = append(before[pr.to], pr)
		}
	}
	p.unsound = p.depend()
	used := make([]bool, len(p.buffers))
	for _, out := range p.results {
		if p.buffers[out].param >= 0 || used[out] {
			continue
		}
		used[out] = true
		ch := chain{out: out, sound: !p.unsound[out]}
		for at := out; at >= 0; {
			next, given := -1, false
			for _, pr := range before[at] {
				switch {
				case used[pr.from]:
				case p.buffers[pr.from].param < 0:
					next = pr.from
				case at == out || ch.sound:
					p.gifts, given = append(p.gifts, gift{pr.from, at, out}), true
				}
			}
			if given {
				break // what came before may not lie where the parameter does
			}
			if at = next; at >= 0 {
				used[at] = true
				ch.inner = append(ch.inner, at)
			}
		}
		if len(ch.inner) > 0 {
			p.chains = append(p.chains, ch)
		}
	}
}

// depend says for each buffer whether what it holds depends on a check.
func (p *program) depend() []bool {
	out := make([]bool, len(p.buffers))
	for _, c := range p.stages {
		bad := c.check != nil || c.kind != kindLoop && c.kind != kindTiled
		for _, b := range c.reads {
			bad = bad || out[b]
		}
		for _, b := range c.writes() {
			out[b] = out[b] || bad
		}
	}
	return out
}

// host gives the buffers of each chain the memory of its result, where they turn out to be of its size.
func (p *program) host(b *binding) {
	b.host = make([]int, len(p.buffers))
	for i := range b.host {
		b.host[i] = i
	}
	for _, ch := range p.chains {
		for _, x := range ch.inner {
			if b.bytes[x] != b.bytes[ch.out] {
				break // this one and those before it live elsewhere
			}
			b.host[x] = ch.out
		}
	}
}

// mayTake reports whether a result may overwrite a donated input, as far as results are concerned that can be faulty.
func (r *run) mayTake(g gift) bool {
	if r.l.Needed == nil {
		return true
	}
	by := r.l.Needed[r.buffers[g.from].param]
	return by < 0 || r.results[by] == g.to || !r.unsound[r.results[by]]
}

// stays reports whether the stage copies memory to itself: an update whose base's memory it took.
func (r *run) stays(c *compiled) bool {
	if c.kind != kindLoop || len(c.loop.instrs) != 2 {
		return false
	}
	from, to := &c.loop.instrs[0], &c.loop.instrs[1]
	return from.op == opLoad && to.op == opStore && c.overwrites(1, 0) && r.base[from.buf] == r.base[to.buf]
}
