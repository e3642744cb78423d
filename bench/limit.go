package bench

import (
	"fmt"
	"math/bits"
	"time"

	"github.com/flambeau-ml/flambeau/backend/cpu"
	"github.com/flambeau-ml/flambeau/internal/workpool"
)

// Limit is the shortest time in which the machine could do a case's work: as long as its arithmetic takes at the peak of
// the processor, or as long as its memory traffic takes at the speed of a copy of arrays of the same sizes, whichever is
// more. Both are measured in the same run.
type Limit struct {
	MS     float64 `json:"ms"`
	By     string  `json:"by"`               // "flops" or "bytes"
	GFLOPS float64 `json:"gflops,omitempty"` // the peak of fused multiply-adds of float32
	GBPS   float64 `json:"gbps,omitempty"`   // what memory gave, for arrays of these sizes
	Copy   string  `json:"copy,omitempty"`   // the kind of copy that was faster: "plain" or "non-temporal"
	Noisy  bool    `json:"noisy,omitempty"`  // fewer than three passes over memory were clean: it may be too long
}

// peaks measures what the machine can do with a number of threads. Buffers come from the device.
type peaks struct {
	device *cpu.Device
	pool   *workpool.Pool
	code   *streams // nil where no machine code can be made
	gflops float64
	known  map[[2]int64]traffic
	span   time.Duration // how long one measurement may take
	src    []byte        // what pace copies, and
	dst    []byte        // where to
}

// Pace is what the machine gave right beside a case, with all threads: other tenants of a virtual machine's host slow down
// what no account of this system shows.
type Pace struct {
	GFLOPS float64 `json:"gflops,omitempty"` // fused multiply-adds
	GBPS   float64 `json:"gbps"`             // copying eight megabytes, both ways counted
}

// slower is the worse of two.
func (p Pace) slower(q Pace) Pace { return Pace{min(p.GFLOPS, q.GFLOPS), min(p.GBPS, q.GBPS)} }

// than is how many times slower p is than q in what suffers most; 1 where it is no slower.
func (p Pace) than(q Pace) float64 {
	times := 1.0
	for _, x := range [][2]float64{{q.GFLOPS, p.GFLOPS}, {q.GBPS, p.GBPS}} {
		if x[0] > 0 && x[1] > 0 {
			times = max(times, x[0]/x[1])
		}
	}
	return times
}

// traffic is how long reading and writing some bytes takes.
type traffic struct {
	took  time.Duration
	kind  string
	noisy bool
}

func newPeaks(d *cpu.Device, span time.Duration) *peaks {
	p := &peaks{device: d, pool: workpool.New(d.Threads()), known: map[[2]int64]traffic{}, span: span}
	if s, err := newStreams(); err == nil {
		p.code = s
		p.gflops = p.arithmetic()
	}
	return p
}

func (p *peaks) close() {
	p.pool.Close()
	if p.code != nil {
		p.code.close()
	}
}

// limit is that of so much work; nil where it has none that is known.
func (p *peaks) limit(w Work) (*Limit, error) {
	l := &Limit{}
	if w.Flops > 0 && p.gflops > 0 {
		l.GFLOPS = round(p.gflops)
		l.MS, l.By = w.Flops/p.gflops/1e6, "flops"
	}
	if w.Read+w.Write > 0 {
		t, err := p.memory(w.Read, w.Write)
		if err != nil {
			return nil, fmt.Errorf("measuring memory: %w", err)
		}
		l.GBPS, l.Copy = round(float64(w.Read+w.Write)/float64(t.took)), t.kind
		if ms := float64(t.took) / 1e6; ms > l.MS {
			l.MS, l.By, l.Noisy = ms, "bytes", t.noisy
		}
	}
	if l.MS == 0 {
		return nil, nil
	}
	l.MS = round(l.MS)
	return l, nil
}

// best is the shortest of several passes: as many as the span allows, and for up to five spans more until three were
// clean. Of passes on a machine that others use only the shortest says what the machine can do.
func (p *peaks) best(pass func()) (best time.Duration, clean bool) {
	pass() // warms up
	m := newMeter()
	for n := 0; ; n++ {
		spent := time.Since(m.from)
		if n >= 3 && (spent > p.span && len(m.clean) >= 3 || spent > 6*p.span || n == 1000) {
			break
		}
		if err := m.rep(func() error { pass(); return nil }, 1); err != nil {
			break // there is none
		}
	}
	f := m.figures()
	return max(f.min, 1), !f.noisy
}

// pace measures what the machine gives now: the best of a few passes, each of which is long enough for all threads to join.
func (p *peaks) pace() Pace {
	const size, passes, steps = 8 << 20, 20, 4000
	if p.src == nil {
		p.src, p.dst = make([]byte, size), make([]byte, size)
	}
	best := func(f func()) float64 {
		shortest := time.Hour
		for range passes {
			start := time.Now()
			f()
			shortest = min(shortest, max(time.Since(start), 1))
		}
		return float64(shortest)
	}
	var now Pace
	if p.code != nil {
		n := 4 * p.pool.Threads()
		took := best(func() { p.pool.For(n, 1, func(_, _, _ int) { p.code.fma(steps) }) })
		now.GFLOPS = round(steps * float64(n*p.code.flops) / took)
	}
	took := best(func() { p.each(size, func(lo, hi int) { p.copyPlain(p.dst[lo:hi], p.src[lo:hi]) }) })
	now.GBPS = round(2 * size / took)
	return now
}

// arithmetic is the peak of fused multiply-adds, in GFLOP/s: that of one thread, as the shortest of many short calls shows
// it, times the number of threads.
func (p *peaks) arithmetic() float64 {
	const steps = 2000 // of one call: some 20 µs, as Go cannot interrupt machine code
	shortest := time.Hour
	for from := time.Now(); time.Since(from) < p.span; {
		start := time.Now()
		p.code.fma(steps)
		shortest = min(shortest, max(time.Since(start), 1))
	}
	return steps * float64(p.code.flops) / float64(shortest) * float64(p.pool.Threads())
}

// memory is how long reading and writing so many bytes takes: a copy as far as both go, by plain or by non-temporal
// stores, and reading or filling for the rest.
func (p *peaks) memory(read, write int64) (traffic, error) {
	key := [2]int64{roughly(read), roughly(write)}
	if t, ok := p.known[key]; ok {
		t.took = time.Duration(float64(t.took) * float64(read+write) / float64(key[0]+key[1]))
		return t, nil
	}
	asked := [2]int64{read, write}
	read, write = key[0], key[1]
	n := max(read, write)
	from, err := p.device.Alloc(n)
	if err != nil {
		return traffic{}, err
	}
	defer from.Free()
	to, err := p.device.Alloc(n)
	if err != nil {
		return traffic{}, err
	}
	defer to.Free()
	src, dst := from.Host(), to.Host()
	clear(src) // pages that were never written are all one
	clear(dst)
	both := int(min(read, write))
	pass := func(copying func(dst, src []byte)) (time.Duration, bool) {
		return p.best(func() {
			p.each(both, func(lo, hi int) { copying(dst[lo:hi], src[lo:hi]) })
			p.each(int(read)-both, func(lo, hi int) { p.read(src[both+lo : both+hi]) })
			p.each(int(write)-both, func(lo, hi int) { p.fill(dst[both+lo : both+hi]) })
		})
	}
	t := traffic{kind: "plain"}
	var clean bool
	t.took, clean = pass(p.copyPlain)
	if p.code != nil && both > 0 {
		if u, ok := pass(p.code.copyStreaming); u < t.took {
			t.took, clean, t.kind = u, ok, "non-temporal"
		}
	}
	if both == 0 {
		t.kind = ""
	}
	t.noisy = !clean
	p.known[key] = t
	return p.memory(asked[0], asked[1])
}

// roughly is a number of bytes with its three upper bits, so that arrays of almost the same size are measured once.
func roughly(n int64) int64 {
	shift := max(0, bits.Len64(uint64(n))-3)
	return n >> shift << shift
}

// each divides n bytes among threads, in pieces of a few microseconds.
func (p *peaks) each(n int, f func(lo, hi int)) {
	const piece = 128 << 10
	p.pool.For(n, piece, func(_, lo, hi int) { f(lo, hi) })
}

func (p *peaks) copyPlain(dst, src []byte) {
	if p.code != nil {
		p.code.copyPlain(dst, src)
		return
	}
	copy(dst, src)
}

func (p *peaks) fill(dst []byte) { clear(dst) }

func (p *peaks) read(src []byte) {
	if p.code != nil {
		p.code.read(src)
		return
	}
	var all byte
	for i := 0; i < len(src); i += 64 { // a line of the cache each
		all |= src[i]
	}
	sink.Store(int32(all))
}
