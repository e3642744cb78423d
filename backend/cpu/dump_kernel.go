package cpu

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// effort is what the least that some stages have to do comes to.
type effort struct {
	bytes int64   // that go through memory
	flops float64 // of contractions: multiply-adds, times two
}

// effort is that of the stages from first to end: each buffer they touch is counted once, but for what a worker passes from
// one stage to the next.
func (r *run) effort(first, end int) (e effort) {
	all := map[int]int{}
	for at := first; at < end; at++ {
		for b, n := range r.traffic(at, r.stages[at]) {
			if !r.b.isLocal(at, b) {
				all[b] = max(all[b], n)
			}
		}
		if r.stages[at].kind == kindTiled {
			e.flops += contractionFlops(r.stages[at].value, r.b.env(r.program))
		}
	}
	for n := range maps.Values(all) {
		e.bytes += int64(n)
	}
	return e
}

// env gives the sizes that the program was laid out for, by name.
func (b *binding) env(p *program) func(name string) (int64, bool) {
	return func(name string) (int64, bool) {
		if i := slices.Index(p.symbols, name); i >= 0 {
			return b.key[i], true
		}
		return 0, false
	}
}

// contractionFlops is the multiply-adds of a product or a convolution, times two.
func contractionFlops(v *graph.Value, env func(name string) (int64, bool)) float64 {
	elements := func(v *graph.Value, axes ...int) float64 {
		n := 1.0
		for i, size := range v.Shape {
			if axes == nil || slices.Contains(axes, i) {
				n *= float64(size.Eval(env))
			}
		}
		return n
	}
	convolution := func(filter, to *graph.Value) float64 {
		return 2 * elements(to) * elements(filter) / max(elements(filter, 0), 1)
	}
	switch v.Op {
	case graph.DotGeneral:
		if len(v.Attr().Dot.LContract) == 0 {
			return 2 * elements(v)
		}
		return 2 * elements(v) * elements(v.Args[0], v.Attr().Dot.LContract...)
	case graph.Conv:
		return convolution(v.Args[1], v)
	case graph.ConvInput:
		return convolution(v.Args[1], v.Args[0])
	case graph.ConvFilter:
		return convolution(v, v.Args[1])
	}
	return 0
}

// roof is what the device can do at most: a nanosecond's multiply-adds times two, zero where that is unknown, and the bytes
// that a copy of more than the caches hold reads and writes.
type roof struct{ flops, bytes float64 }

// roof measures it, in some tens of milliseconds.
func (d *Device) roof() (top roof) {
	const rounds, passes, size, piece = 10_000, 20, 64 << 20, 256 << 10
	shortest := func(passes int, f func()) float64 {
		least := time.Hour
		for range passes {
			start := time.Now()
			f()
			least = min(least, max(time.Since(start), 1))
		}
		return float64(least)
	}
	if k := d.engine.f32; k != nil {
		took := shortest(passes, func() { d.pool.For(d.threads, 1, func(_, lo, hi int) { k.Peak(rounds * (hi - lo)) }) })
		top.flops = float64(2*d.threads*rounds*k.Peak(1)) / took
	}
	src, dst := make([]byte, size), make([]byte, size)
	clear(src) // pages that were never written are all one
	took := shortest(4, func() {
		d.pool.For(size, piece, func(_, lo, hi int) { copy(dst[lo:hi], src[lo:hi]) })
	})
	top.bytes = 2 * size / took
	return top
}

// share says how near to the roof something came that took so long, and what held it.
func (r roof) share(e effort, took time.Duration) string {
	least, by := float64(e.bytes)/r.bytes, "memory"
	if r.flops > 0 && e.flops/r.flops > least {
		least, by = e.flops/r.flops, "arithmetic"
	}
	text := fmt.Sprintf("%.3g GB/s", float64(e.bytes)/float64(max(took, 1)))
	if e.flops > 0 {
		text += fmt.Sprintf(", %.3g GFLOP/s", e.flops/float64(max(took, 1)))
	}
	return fmt.Sprintf("%s: %.0f%% of the roof, %s", text, 100*least/float64(max(took, 1)), by)
}

// codes are the pieces of machine code that the stage's loops were made into, by what they do.
func (y *layout) codes() map[string]*exec.Code {
	all := map[string]*exec.Code{}
	add := func(role string, c *exec.Code) {
		if c != nil {
			all[role] = c
		}
	}
	for role, n := range map[string]*native{"": y.whole, "-after": y.after} {
		if n == nil {
			continue
		}
		add("loop"+role, n.code)
		if n.turning != nil {
			add("tiles"+role, n.turning.code[0])
			add("tiles-past"+role, n.turning.code[1])
		}
	}
	return all
}

// machine writes the machine code of each stage, as it is laid out, to files of its own.
func (d *dump) machine(p *program, b *binding) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.code = make([]string, len(p.stages))
	for at, y := range b.layouts {
		var text strings.Builder
		if p.stages[at].kind == kindTiled {
			fmt.Fprintf(&text, "  machine code: micro-kernels of %s, which all contractions share\n", p.d.engine.name)
		}
		if y == nil {
			d.code[at] = text.String()
			continue
		}
		codes := y.codes()
		for _, role := range slices.Sorted(maps.Keys(codes)) {
			c := codes[role]
			name := fmt.Sprintf("%s-stage%d-%s.bin", strings.TrimSuffix(d.path, ".txt"), at, role)
			if err := os.WriteFile(name, c.Bytes(), 0o666); err != nil {
				fmt.Fprintln(os.Stderr, "flambeau: dump:", err)
				continue
			}
			fmt.Fprintf(&text, "  machine code of %s, %d bytes: objdump -D -b binary -m i386:x86-64 -M intel --adjust-vma=%#x %s\n",
				c.Name(), c.Size(), c.Entry(), filepath.Base(name))
		}
		d.code[at] = text.String()
	}
}
