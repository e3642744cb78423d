package cpu

import (
	"math"
	"runtime"
	"strings"
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
	"github.com/flambeau-ml/flambeau/graph"
)

// Attention, softmax(q·kᵀ·scale + mask)·v, without the matrix of scores: some rows of queries go through the keys in
// stretches, and what they have added up is brought to the new largest score whenever there is one. Backward computes the
// scores again, and the weights by the logarithms that forward left.
//
// Rows of queries are independent of each other, stretches of keys and blocks of queries are cut by the sizes alone, and
// what is added up over them is in their order: so no bit depends on threads.

const (
	attendKeys  = 512 // of a stretch, forwards
	attendBack  = 256 // and backwards
	attendRows  = 8   // panels of queries that go through the keys together
	attendSlack = 16  // elements between rows of scores, so that these are not a power of two apart
)

// attention is one application, laid out.
type attention struct {
	m                    *micro.Kernels
	causal               bool
	batch, heads, groups int // of queries; keys have no groups
	rows, keys           int // of one head
	width, wide          int // elements of a query or key, and of a value
	scale                float32
	q, k, v              attended
	mask                 *attended // nil: there is none
	noWidth, noValues    bool      // queries and keys, or values, have no elements

	done []func() // give back copies
}

// attended is an operand: rows that lie together, by batch, head, group and number.
type attended struct {
	mem    []float32
	stride [4]int
}

func zeroVectors() attended { return attended{mem: make([]float32, 1)} }

func (x *attended) row(b, h, g, i int) unsafe.Pointer {
	return unsafe.Pointer(&x.mem[b*x.stride[0]+h*x.stride[1]+g*x.stride[2]+i*x.stride[3]])
}

// newAttention lays out attention over in: queries [B, H, G, L, E], keys [B, H, S, E], values [B, H, S, V], the scale and,
// if there is one, a mask [B, H, G, L, S].
func newAttention(e *env, v *graph.Value, in []operand) *attention {
	name := strings.TrimRight(v.Attrs.Name, ")")
	a := &attention{m: e.engine.f32, causal: strings.HasSuffix(name, "_causal")}
	q, values := in[0].dims, in[2].dims
	a.batch, a.heads, a.groups, a.rows, a.width = q[0], q[1], q[2], q[3], q[4]
	a.keys, a.wide = values[2], values[3]
	a.q, a.k, a.v = a.operand(e, in[0]), a.operand(e, in[1]), a.operand(e, in[2])
	a.scale = elements[float32](in[3].array)[0]
	// Vectors of nothing are one zero each.
	if a.width == 0 {
		a.width, a.scale, a.noWidth, a.q, a.k = 1, 1, true, zeroVectors(), zeroVectors()
	}
	if a.wide == 0 {
		a.wide, a.noValues, a.v = 1, true, zeroVectors()
	}
	if strings.HasSuffix(name, "_masked") {
		mask := a.operand(e, in[4])
		a.mask = &mask
	}
	return a
}

// operand finds the rows of x: where they lie, or in a copy if their elements do not lie together.
func (a *attention) operand(e *env, x operand) attended {
	last := x.axes[len(x.axes)-1]
	y := attended{mem: elements[float32](x.array)}
	if last.stride != 1 && last.size != 1 && x.len() > 0 {
		mem, done := dense[float32](e, x)
		y.mem, x.axes = mem, rowMajor(x.dims)
		a.done = append(a.done, done)
	}
	y.stride[0], y.stride[1] = x.axes[0].stride, x.axes[1].stride
	if n := len(x.axes); n > 2 {
		y.stride[3] = x.axes[n-2].stride
	}
	if len(x.axes) == 5 {
		y.stride[2] = x.axes[2].stride
	}
	return y
}

func (a *attention) close() {
	for _, f := range a.done {
		f()
	}
}

// each is how many rows of queries meet the same keys: those of all groups, one after the other.
func (a *attention) each() int { return a.groups * a.rows }

// query is row i of x among those of a head.
func (a *attention) query(x *attended, head, i int) unsafe.Pointer {
	return x.row(head/a.heads, head%a.heads, i/a.rows, i%a.rows)
}

// last is the key after the last one that the queries from lo to hi may look at.
func (a *attention) last(lo, hi int) int {
	switch {
	case !a.causal:
		return a.keys
	case lo/a.rows != (hi-1)/a.rows:
		return min(a.keys, a.rows)
	}
	return min(a.keys, (hi-1)%a.rows+1)
}

// packKeys writes rows of a head from first on to dst in panels of as many rows as the micro-kernels have columns, the
// elements of the same number side by side.
func (a *attention) packKeys(x *attended, head, first, n, width int, dst []float32) {
	w := a.m.Width()
	for i := 0; i < n; i += w {
		for j := i; j < min(i+w, n); j += a.m.Vector {
			a.transpose(func(r int) unsafe.Pointer { return x.row(head/a.heads, head%a.heads, 0, first+j+r) }, min(a.m.Vector, n-j), width, dst[i*width+j-i:], w)
		}
	}
}

// transpose writes n lines of count elements, at most as many lines as a vector has elements, side by side to dst: pitch
// elements from one number to the next. It writes whole vectors.
func (a *attention) transpose(line func(i int) unsafe.Pointer, n, count int, dst []float32, pitch int) {
	y := micro.Layout{To: unsafe.Pointer(&dst[0]), Pitch: 4 * pitch, Count: count - count%a.m.Group()}
	for i := range a.m.Vector {
		if i < n {
			y.From[i] = line(i)
		} else {
			y.From[i] = y.From[0]
		}
	}
	a.m.Transpose(&y)
	for q := y.Count; q < count; q++ {
		for i := range n {
			dst[q*pitch+i] = *(*float32)(unsafe.Add(y.From[i], 4*q))
		}
	}
}

// packPanel writes n queries from first on, or what is one for each, to dst as a panel of the left operand.
func (a *attention) packPanel(x *attended, head, first, n, width int, dst []float32) {
	a.transpose(func(r int) unsafe.Pointer { return a.query(x, head, first+r) }, n, width, dst, n)
}

// packLines writes n rows at one distance to dst as panels of the right operand, whose rows are elements of K; panels have
// room for so many rows as of says.
func (a *attention) packLines(from unsafe.Pointer, distance, n int, columns *cut, dst []float32, of int) {
	packLines(a.m, from, 4*distance, columns, 0, columns.count, n, unsafe.Pointer(&dst[0]), 4*of*columns.width, 4)
}

// packQueries is packLines for queries lo to hi of a head, or what is one for each.
func (a *attention) packQueries(x *attended, head, lo, hi int, columns *cut, dst []float32) {
	for i := lo; i < hi; {
		n := min(hi, (i/a.rows+1)*a.rows) - i // of one group
		a.packLines(a.query(x, head, i), x.stride[3], n, columns, dst[(i-lo)*columns.width:], hi-lo)
		i += n
	}
}

// hide fills what row i of scores, the first of them being query lo, has after the last key that it may look at: from is
// the first key of the stretch, n how many there are in it, padded how many the scores have room for.
func (a *attention) hide(scores []float32, i, from, n, padded int, with float32) {
	if a.causal {
		n = min(n, max(0, i%a.rows+1-from))
	}
	for j := n; j < padded; j++ {
		scores[j] = with
	}
}

// addMask makes of n scores of each of some queries the exponents of two that they stand for: multiplied by the scale, and
// with the mask added.
func (a *attention) addMask(scores []float32, ld, head, first, count, from, n int) {
	m := a.m
	b := micro.Biasing{Row: 4 * ld, Scale: a.scale * math.Log2E, Vectors: ceilDiv(n, m.Vector)}
	b.Tail = n - (b.Vectors-1)*m.Vector
	for r := range count {
		b.Scores, b.Bias = unsafe.Pointer(&scores[r*ld]), unsafe.Add(a.query(a.mask, head, first+r), 4*from)
		m.Bias(&b, 1)
	}
	runtime.KeepAlive(a)
}

// exponents prepares the scores of some queries for what makes powers of two of them, and says what they are to be
// multiplied with, which is not negative.
func (a *attention) exponents(scores []float32, ld, head, first, count, from, n int) float32 {
	scale := a.scale * math.Log2E
	switch {
	case a.mask != nil:
		a.addMask(scores, ld, head, first, count, from, n)
	case !(scale > 0):
		for r := range count {
			for j := range n {
				scores[r*ld+j] *= scale
			}
		}
	default:
		return scale
	}
	return 1
}

// portion is memory of n elements that a worker needs.
type portion struct {
	to *[]float32
	n  int
}

// carve finds memory for parts, each of which may be written a vector beyond its end.
func carve(parts []portion) panels[float32] {
	const spare = 16
	total := 0
	for _, x := range parts {
		total += (ceilDiv(x.n, spare) + 1) * spare
	}
	mem := borrowPanels[float32](total)
	at := 0
	for _, x := range parts {
		*x.to = mem.mem[at:][: x.n : x.n+spare]
		at += (ceilDiv(x.n, spare) + 1) * spare
	}
	return mem
}
