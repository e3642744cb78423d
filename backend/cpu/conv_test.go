package cpu

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/workpool"
)

// convCase is a convolution of random geometry: the sizes of x [N, C, …], of the filters and of y [N, O, …].
type convCase struct {
	w       graph.Window
	x, f, y []int
}

func randomConv(r *rand.Rand) convCase {
	rank := 1 + r.IntN(3)
	g := 1 + r.IntN(3)
	cg, og := 1+r.IntN(3), 1+r.IntN(3)
	n, most := r.IntN(4), 7
	if r.IntN(4) == 0 { // depthwise
		g, cg, og = 1+r.IntN(7), 1, 1
		if rank == 2 {
			most = 30
		}
	}
	c := convCase{w: graph.Window{Groups: g}, x: []int{n, g * cg}, f: []int{g * og, cg}, y: []int{n, g * og}}
	for range rank {
		size, stride, dilation := 1+r.IntN(3), 1+r.IntN(3), 1+r.IntN(2)
		low, high := r.IntN(3), r.IntN(3)
		span := dilation*(size-1) + 1
		in := max(1, span-low-high) + r.IntN(most)
		c.w.Size, c.w.Stride, c.w.Dilation = append(c.w.Size, size), append(c.w.Stride, stride), append(c.w.Dilation, dilation)
		c.w.Low, c.w.High = append(c.w.Low, low), append(c.w.High, high)
		c.x, c.f, c.y = append(c.x, in), append(c.f, size), append(c.y, (in+low+high-span)/stride+1)
	}
	return c
}

func (c *convCase) each(f func(op *graph.Primitive, a *graph.Attrs, in [2][]int, out []int)) {
	f(graph.Conv, &graph.Attrs{Window: &c.w}, [2][]int{c.x, c.f}, c.y)
	f(graph.ConvInput, &graph.Attrs{Window: &c.w, Shape: graph.Ns(c.x[2:]...)}, [2][]int{c.y, c.f}, c.x)
	f(graph.ConvFilter, &graph.Attrs{Window: &c.w}, [2][]int{c.x, c.y}, c.f)
}

func TestConvReference(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for i := range 800 {
		c := randomConv(r)
		d := []graph.DType{graph.Float32, graph.Float64, graph.Float16, graph.BFloat16}[i%4]
		c.each(func(op *graph.Primitive, a *graph.Attrs, in [2][]int, out []int) {
			againstReference(t, op, a, []*graph.Array{graph.Uniform(r, d, -2, 2, in[0]...), graph.Uniform(r, d, -2, 2, in[1]...)}, 100)
		})
	}
}

func unravel(i int, dims []int) []int {
	at := make([]int, len(dims))
	for k := len(dims) - 1; k >= 0; k-- {
		at[k], i = i%dims[k], i/dims[k]
	}
	return at
}

func ravel(at, dims []int) int {
	i := 0
	for k, n := range dims {
		i = i*n + at[k]
	}
	return i
}

// reads is the position in a plane of sizes in that element k of a window at position p sees; ok is false in the
// padding.
func reads(w *graph.Window, in, out []int, p, k int) (s int, ok bool) {
	pi, ki, si := unravel(p, out), unravel(k, w.Size), make([]int, len(in))
	for d := range in {
		si[d] = pi[d]*w.Stride[d] + ki[d]*w.Dilation[d] - w.Low[d]
		if si[d] < 0 || si[d] >= in[d] {
			return 0, false
		}
	}
	return ravel(si, in), true
}

// meets is the position at which element k of the window is at place s, −1 where that is outside; ok is false where
// the stride never brings it there.
func (c *convCase) meets(s, k int) (p int, ok bool) {
	si, ki, pi := unravel(s, c.x[2:]), unravel(k, c.w.Size), make([]int, len(c.x)-2)
	inside := true
	for d := range pi {
		at := si[d] + c.w.Low[d] - ki[d]*c.w.Dilation[d]
		if at%c.w.Stride[d] != 0 {
			return 0, false
		}
		pi[d] = at / c.w.Stride[d]
		inside = inside && pi[d] >= 0 && pi[d] < c.y[2+d]
	}
	if !inside {
		return -1, true
	}
	return ravel(pi, c.y[2:]), true
}

// writtenConv is the definition: the terms of each element of the result in the order of K, with zeros for the places
// where there is nothing.
func writtenConv(machine *engine, op *graph.Primitive, c *convCase, in [2]*graph.Array) []float32 {
	g := c.w.Groups
	cg, og := c.f[1], c.f[0]/g
	win, xs, ys := count(c.w.Size), count(c.x[2:]), count(c.y[2:])
	at := func(a int, i int) float32 { return float32(in[a].F[i]) }
	var out []float32
	switch op {
	case graph.Conv:
		for i := range count(c.y) {
			n, o, p := i/ys/c.y[1], i/ys%c.y[1], i%ys
			out = append(out, writtenOrder(machine, cg*win, func(k int) float32 { return at(1, o*cg*win+k) }, func(k int) float32 {
				if s, ok := reads(&c.w, c.x[2:], c.y[2:], p, k%win); ok {
					return at(0, (n*c.x[1]+o/og*cg+k/win)*xs+s)
				}
				return 0
			}))
		}
	case graph.ConvInput:
		for i := range count(c.x) {
			n, ch, s := i/xs/c.x[1], i/xs%c.x[1], i%xs
			var taps, reads []int // the elements of the window that can meet s, and the positions at which they do; or -1
			for k := range win {
				if p, meets := c.meets(s, k); meets {
					taps, reads = append(taps, k), append(reads, p)
				}
			}
			out = append(out, writtenOrder(machine, og*len(taps), func(k int) float32 {
				return at(1, ((ch/cg*og+k/len(taps))*cg+ch%cg)*win+taps[k%len(taps)])
			}, func(k int) float32 {
				if p := reads[k%len(taps)]; p >= 0 {
					return at(0, (n*c.y[1]+ch/cg*og+k/len(taps))*ys+p)
				}
				return 0
			}))
		}
	case graph.ConvFilter:
		for i := range count(c.f) {
			o, ch, k := i/win/cg, i/win%cg, i%win
			y := func(q int) float32 { return at(1, (q/ys*c.y[1]+o)*ys+q%ys) }
			x := func(q int) float32 {
				if s, ok := reads(&c.w, c.x[2:], c.y[2:], q%ys, k); ok {
					return at(0, (q/ys*c.x[1]+o/og*cg+ch)*xs+s)
				}
				return 0
			}
			if machine == portable || ys < 16 || c.y[len(c.y)-1] < 4 || c.x[0] == 0 {
				out = append(out, writtenOrder(machine, c.x[0]*ys, y, x))
			} else if og < 8 {
				out = append(out, lanesOrder(c.x[0], ys, c.y[len(c.y)-1], y, x))
			} else {
				out = append(out, chunkedOrder(c.x[0], ys, count(c.f), y, x))
			}
		}
	}
	return out
}

// chunkedOrder sums the products of the positions of images as conv_filter's blocks and chunks say, for a result of so many
// elements.
func chunkedOrder(images, positions, elements int, y, x func(q int) float32) float32 {
	together := max(1, 256/positions) // images of a block
	parts := (positions + 255) / 256  // blocks of an image
	begin := func(b int) int {
		image, i := b/parts*together, b%parts
		if image >= images {
			return images * positions
		}
		return image*positions + positions/parts*i + min(i, positions%parts)
	}
	blocks := (images + together - 1) / together * parts
	chunks := min(16, blocks, max(1, 1<<18/elements))
	var all float32
	for q, b := 0, 0; q < chunks; q++ {
		var chunk float32
		n := blocks / chunks
		if q < blocks%chunks {
			n++
		}
		for ; n > 0; n-- {
			var s float32
			for i := begin(b); i < begin(b+1); i++ {
				s = roundedOnce(y(i), x(i), s)
			}
			chunk += s
			b++
		}
		all += chunk
	}
	return all
}

// lanesOrder sums them as conv_filter does for few filters, whose rows of so many positions are summed side by side.
func lanesOrder(images, positions, width int, y, x func(q int) float32) float32 {
	chunks := (images + (images+15)/16 - 1) / ((images + 15) / 16)
	var all float32
	for q, image := 0, 0; q < chunks; q++ {
		n := images / chunks
		if q < images%chunks {
			n++
		}
		var lanes [16]float32
		for i := image * positions; i < (image+n)*positions; i++ {
			l := i % positions % width % 16
			lanes[l] = roundedOnce(y(i), x(i), lanes[l])
		}
		image += n
		for n := 8; n > 0; n /= 2 {
			for l := range n {
				lanes[l] += lanes[n+l]
			}
		}
		if q == 0 {
			all = lanes[0]
		} else {
			all += lanes[0]
		}
	}
	return all
}

func TestConvWrittenOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	cases := []convCase{
		{graph.Window{Size: []int{3, 3}, Stride: []int{1, 1}, Low: []int{1, 1}, High: []int{1, 1}, Dilation: []int{1, 1}, Groups: 1}, []int{9, 33, 6, 6}, []int{30, 33, 3, 3}, []int{9, 30, 6, 6}},
		{graph.Window{Size: []int{1}, Stride: []int{1}, Low: []int{0}, High: []int{0}, Dilation: []int{1}, Groups: 1}, []int{5, 300, 70}, []int{3, 300, 1}, []int{5, 3, 70}},
		{graph.Window{Size: []int{4, 4}, Stride: []int{1, 1}, Low: []int{0, 0}, High: []int{0, 0}, Dilation: []int{1, 1}, Groups: 2}, []int{3, 40, 4, 4}, []int{6, 20, 4, 4}, []int{3, 6, 1, 1}},
		{graph.Window{Size: []int{3, 2}, Stride: []int{2, 2}, Low: []int{1, 0}, High: []int{1, 0}, Dilation: []int{1, 2}, Groups: 4}, []int{40, 4, 9, 8}, []int{4, 1, 3, 2}, []int{40, 4, 5, 3}},
		{graph.Window{Size: []int{3, 3}, Stride: []int{2, 3}, Low: []int{1, 1}, High: []int{1, 1}, Dilation: []int{1, 2}, Groups: 1}, []int{2, 3, 9, 9}, []int{300, 3, 3, 3}, []int{2, 300, 5, 3}},
		{graph.Window{Size: []int{5, 5}, Stride: []int{1, 1}, Low: []int{2, 2}, High: []int{2, 2}, Dilation: []int{1, 1}, Groups: 1}, []int{5, 1, 18, 18}, []int{16, 1, 5, 5}, []int{5, 16, 18, 18}},
		{graph.Window{Size: []int{3, 3}, Stride: []int{1, 1}, Low: []int{1, 1}, High: []int{1, 1}, Dilation: []int{1, 1}, Groups: 1}, []int{18, 3, 6, 6}, []int{40, 3, 3, 3}, []int{18, 40, 6, 6}},
		{graph.Window{Size: []int{3, 3}, Stride: []int{1, 1}, Low: []int{1, 1}, High: []int{1, 1}, Dilation: []int{1, 1}, Groups: 2}, []int{18, 4, 6, 6}, []int{20, 2, 3, 3}, []int{18, 20, 6, 6}},
		{graph.Window{Size: []int{5, 5}, Stride: []int{1, 1}, Low: []int{2, 2}, High: []int{2, 2}, Dilation: []int{1, 1}, Groups: 3}, []int{19, 3, 9, 41}, []int{3, 1, 5, 5}, []int{19, 3, 9, 41}},
		{graph.Window{Size: []int{3, 3}, Stride: []int{2, 2}, Low: []int{1, 1}, High: []int{1, 1}, Dilation: []int{1, 1}, Groups: 2}, []int{2, 4, 12, 52}, []int{6, 2, 3, 3}, []int{2, 6, 6, 26}},
		{graph.Window{Size: []int{3}, Stride: []int{1}, Low: []int{1}, High: []int{1}, Dilation: []int{1}, Groups: 1}, []int{1, 1, 100003}, []int{1, 1, 3}, []int{1, 1, 100003}},
		{graph.Window{Size: []int{5, 4}, Stride: []int{2, 2}, Low: []int{2, 1}, High: []int{2, 1}, Dilation: []int{1, 3}, Groups: 1}, []int{2, 2, 20, 30}, []int{9, 2, 5, 4}, []int{2, 9, 10, 12}},
	}
	for i := range 18 { // depthwise, with windows for which there is code
		size, step, g, og := 3+i%2*2, 1+i/2%2, 1+i%4, 1+i/4%2
		n, low, high := 1+i%3, r.IntN(size), r.IntN(size)
		h, w := size+r.IntN(20), size+r.IntN(60)
		c := convCase{w: graph.Window{Groups: g}, x: []int{n, g, h, w}, f: []int{g * og, 1, size, size}, y: []int{n, g * og}}
		for _, in := range []int{h, w} {
			c.w.Size, c.w.Stride, c.w.Dilation = append(c.w.Size, size), append(c.w.Stride, step), append(c.w.Dilation, 1)
			c.w.Low, c.w.High = append(c.w.Low, low), append(c.w.High, high)
			c.y = append(c.y, (in+low+high-size)/step+1)
		}
		cases = append(cases, c)
	}
	for i := range 150 {
		c := randomConv(r)
		if i%3 == 0 { // many filters, and more positions
			c.f[0], c.y[1] = c.f[0]*9, c.y[1]*9
			for d := range c.y[2:] {
				c.x[2+d] += 11 * c.w.Stride[d]
				c.y[2+d] += 11
				if d == 1 {
					break
				}
			}
		}
		cases = append(cases, c)
	}
	for _, c := range cases {
		c.each(func(op *graph.Primitive, a *graph.Attrs, dims [2][]int, out []int) {
			in := [2]*graph.Array{graph.Uniform(r, graph.Float32, -2, 2, dims[0]...), graph.Uniform(r, graph.Float32, -2, 2, dims[1]...)}
			for _, machine := range testEngines() {
				got, _ := runOn(t, machine, op, a, []array{arrayOf(in[0]), arrayOf(in[1])})
				want := writtenConv(machine, op, &c, in)
				for i, x := range elements[float32](got) {
					if x != want[i] {
						t.Fatalf("%s: %s %+v %v %v: element %d is %g, want %g", machine.name, op, c.w, dims[0], dims[1], i, x, want[i])
					}
				}
			}
		})
	}
}

// Operands may lie in any order in memory, and the elements may go to an epilogue: the bits are the same.
func TestConvViewsAndEpilogue(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for range 100 {
		c := randomConv(r)
		c.each(func(op *graph.Primitive, a *graph.Attrs, dims [2][]int, out []int) {
			plain, moved := make([]array, 2), make([]operand, 2)
			for i, d := range dims {
				h := graph.Uniform(r, graph.Float32, -2, 2, d...)
				plain[i] = arrayOf(h)
				moved[i] = transposed(r, h)
			}
			for _, machine := range testEngines() {
				want, _ := runOn(t, machine, op, a, plain)
				for _, pool := range testPools() {
					got, seen := make([]float32, want.len()), make([]int, want.len())
					ep := &epilogue{f32: func(_, at int, acc []float32) {
						for i, x := range acc {
							got[at+i] = x
							seen[at+i]++
						}
					}}
					if c.x[0]%2 == 1 { // several runs at once
						ep.rows = func(worker int, r runs, acc []float32) bool {
							for i := range r.count {
								ep.f32(worker, r.at+i*r.step, acc[i*r.ld:][:r.n])
							}
							return true
						}
					}
					contractions[op](&env{pool: pool, engine: machine}, a, moved, array{dtype: graph.Float32, dims: out}, ep)
					for i, x := range elements[float32](want) {
						if seen[i] != 1 || got[i] != x {
							t.Fatalf("%s: %s %+v: element %d came %d times, %g for %g", machine.name, op, c.w, i, seen[i], got[i], x)
						}
					}
				}
			}
		})
	}
}

// transposed is h as an operand that lies in memory with its axes in another order.
func transposed(r *rand.Rand, h *graph.Array) operand {
	order := r.Perm(len(h.Dims))
	dims := make([]int, len(order))
	for i, k := range order {
		dims[i] = h.Dims[k]
	}
	x := axes(rowMajor(dims))
	op := operand{newArray(h.DType, h.Dims), make(axes, len(order))}
	for i, k := range order {
		op.axes[k] = x[i]
	}
	to := elements[float32](op.array)
	for i, v := range h.F {
		at := 0
		for k, q := range unravel(i, h.Dims) {
			at += q * op.axes[k].stride
		}
		to[at] = float32(v)
	}
	return op
}

func BenchmarkConv(b *testing.B) {
	big := convCase{graph.Window{Size: []int{3, 3}, Stride: []int{1, 1}, Low: []int{1, 1}, High: []int{1, 1}, Dilation: []int{1, 1}, Groups: 1}, []int{64, 16, 8, 8}, []int{32, 16, 3, 3}, []int{64, 32, 8, 8}}
	strided := big
	strided.w.Stride = []int{2, 2}
	strided.y = []int{64, 32, 4, 4}
	deep := big
	deep.w.Groups = 64
	deep.x, deep.f, deep.y = []int{1, 64, 56, 56}, []int{64, 1, 3, 3}, []int{1, 64, 56, 56}
	wide := big
	wide.x, wide.f, wide.y = []int{8, 64, 56, 56}, []int{64, 64, 3, 3}, []int{8, 64, 56, 56}
	first, second := big, big
	first.w.Size, first.w.Low, first.w.High = []int{5, 5}, []int{2, 2}, []int{2, 2}
	second.w = first.w
	first.x, first.f, first.y = []int{64, 1, 28, 28}, []int{16, 1, 5, 5}, []int{64, 16, 28, 28}
	second.x, second.f, second.y = []int{64, 16, 14, 14}, []int{32, 16, 5, 5}, []int{64, 32, 14, 14}
	for name, c := range map[string]convCase{"64x1x28x28": first, "64x16x14x14": second, "64x16x8x8": big, "strided": strided, "depthwise": deep, "8x64x56x56": wide} {
		c.each(func(op *graph.Primitive, a *graph.Attrs, dims [2][]int, out []int) {
			r := rand.New(rand.NewPCG(1, 2))
			in := []array{arrayOf(graph.Uniform(r, graph.Float32, -2, 2, dims[0]...)), arrayOf(graph.Uniform(r, graph.Float32, -2, 2, dims[1]...))}
			to := newArray(graph.Float32, out)
			for _, e := range testEngines() {
				for _, threads := range []int{1, 2} {
					b.Run(fmt.Sprintf("%s/threads=%d/%s/%s", e.name, threads, name, op), func(b *testing.B) {
						pool := workpool.New(threads)
						defer pool.Close()
						b.ReportAllocs()
						for b.Loop() {
							if err := compute(&env{pool: pool, engine: e}, op, a, in, to); err != nil {
								b.Fatal(err)
							}
						}
						reportFLOPS(b, 2*count(c.y)*count(c.f[1:]))
					})
				}
			}
		})
	}
}
