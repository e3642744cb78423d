package micro

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

type real interface{ float32 | float64 }

// levels runs a test for each level that the processor has.
func levels(t *testing.T, f func(t *testing.T, heap *exec.Heap, features amd64.Features)) {
	if err := exec.Available(); err != nil {
		t.Skip(err)
	}
	for _, name := range []string{"avx512", "avx2"} {
		t.Run(name, func(t *testing.T) {
			features, err := amd64.Detect().Restrict(name)
			if err != nil {
				t.Fatal(err)
			}
			if need := map[string]amd64.Features{"avx512": amd64.LevelAVX512, "avx2": amd64.LevelAVX2}[name]; !features.Has(need) {
				t.Skip("the processor has", features)
			}
			f(t, exec.NewHeap(exec.Options{}), features)
		})
	}
}

func kernels(t testing.TB, heap *exec.Heap, features amd64.Features, size int) *Kernels {
	k, err := New(heap, features, size)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func random[T real](n int) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = T(rand.Float64()*4 - 2)
	}
	return out
}

// fma is the fused multiply-add of T. The product of two float32 is exact in float64; for their sum see the caller.
func fma[T real](x, y, z T) T {
	if unsafe.Sizeof(x) == 8 {
		return T(math.FMA(float64(x), float64(y), float64(z)))
	}
	return T(fma32(float32(x), float32(y), float32(z)))
}

// fma32 rounds once: the sum in float64 is made odd where it is not exact, so that rounding it again does no harm.
func fma32(x, y, z float32) float32 {
	p, c := float64(x)*float64(y), float64(z)
	s := p + c
	b := s - p
	if err := (p - (s - b)) + (c - b); err != 0 && math.Float64bits(s)&1 == 0 {
		if (err > 0) == (s > 0) {
			s = math.Float64frombits(math.Float64bits(s) + 1)
		} else {
			s = math.Float64frombits(math.Float64bits(s) - 1)
		}
	}
	return float32(s)
}

func ptr[T any](s []T, at int) unsafe.Pointer { return unsafe.Pointer(&s[at]) }

func testTile[T real](t *testing.T, k *Kernels) {
	size := int(unsafe.Sizeof(T(0)))
	for r := 1; r <= k.Rows; r++ {
		for v := 1; v < len(k.tiles[r]); v++ {
			for range 6 {
				depth, panels := 1+rand.IntN(40), 1+rand.IntN(3)
				tail := 1 + rand.IntN(k.Vector)
				width := v * k.Vector
				cols := width - k.Vector + tail
				// The operands end where they may be read no further, and stand with gaps.
				as, bs, cs := depth+rand.IntN(5), panels*width+rand.IntN(9), panels*width+rand.IntN(9)
				x, y := random[T](r*as), random[T](depth*bs)
				got := random[T](r * cs)
				want := append([]T(nil), got...)
				add := rand.IntN(2)
				for i := range r {
					for p := range panels {
						for j := range cols {
							var s T
							for q := range depth {
								s = fma(x[i*as+q], y[q*bs+p*width+j], s)
							}
							if add == 1 {
								s += want[i*cs+p*width+j]
							}
							want[i*cs+p*width+j] = s
						}
					}
				}
				tile := Tile{A: ptr(x, 0), B: ptr(y, 0), C: ptr(got, 0), ARow: as * size, AK: size, BK: bs * size, BPanel: width * size,
					CRow: cs * size, CPanel: width * size, Depth: depth, Tail: tail, Add: add}
				if scattered := rand.IntN(2) == 0; scattered {
					at := make([]int, depth)
					for q := range at {
						at[q] = q * bs * size
					}
					tile.Rows, tile.BK = ptr(at, 0), 0
				}
				k.Multiply(&tile, r, v, panels)
				for i := range got {
					if got[i] != want[i] {
						t.Fatalf("%dx%d, depth %d, tail %d, %d panels: element %d is %v, want %v", r, v, depth, tail, panels, i, got[i], want[i])
					}
				}
			}
		}
	}
}

func testTranspose[T real](t *testing.T, k *Kernels) {
	size := int(unsafe.Sizeof(T(0)))
	for n := 0; n <= 70; n += k.Group() {
		pitch := k.Vector + rand.IntN(3)
		x := random[T](k.Vector * max(n, 1))
		got := make([]T, n*pitch+k.Vector)
		l := Layout{To: ptr(got, 0), Pitch: pitch * size, Count: n}
		for i := range k.Vector {
			l.From[i] = ptr(x, i*n)
		}
		k.Transpose(&l)
		for q := range n {
			for i := range k.Vector {
				if got[q*pitch+i] != x[i*n+q] {
					t.Fatalf("%d elements: element %d of line %d is %v, want %v", n, q, i, got[q*pitch+i], x[i*n+q])
				}
			}
		}
	}
}

func testCopy[T real](t *testing.T, k *Kernels) {
	size := int(unsafe.Sizeof(T(0)))
	for vectors := 1; vectors <= 2; vectors++ {
		for range 20 {
			lines, panels, tail := 1+rand.IntN(Lines), 1+rand.IntN(3), 1+rand.IntN(k.Vector)
			cols := (vectors-1)*k.Vector + tail
			width := vectors * k.Vector
			x := random[T](lines * panels * cols)
			got := make([]T, panels*(lines*cols+k.Vector))
			l := Layout{To: ptr(got, 0), Pitch: cols * size, Panel: (lines*cols + k.Vector) * size, Step: cols * size, Count: lines, Tail: tail}
			for i := range lines {
				l.From[i] = ptr(x, i*panels*cols)
			}
			k.Copy(&l, vectors, panels)
			for p := range panels {
				for i := range lines {
					for j := range cols {
						if g, w := got[p*(lines*cols+k.Vector)+i*cols+j], x[(i*panels+p)*cols+j]; g != w {
							t.Fatalf("%d lines, %d panels of %d in %d: element %d %d %d is %v, want %v", lines, panels, cols, width, p, i, j, g, w)
						}
					}
				}
			}
		}
	}
}

func testDots[T real](t *testing.T, k *Kernels) {
	if k.DotGroups(1) == 0 {
		return
	}
	size := int(unsafe.Sizeof(T(0)))
	for n := 1; n < 70; n++ {
		rows := 1 + rand.IntN(DotRows)
		groups := 1 + rand.IntN(k.DotGroups(rows))
		tail := 1 + rand.IntN(k.Vector)
		lines, before := (groups-1)*k.Vector+tail, rand.IntN(3)
		length, cs := before+n, lines+rand.IntN(3)
		x, y, got := random[T](lines*length), random[T](rows*n), random[T](rows*cs)
		want := append([]T(nil), got...)
		d := Dots{At: before * size, X: ptr(y, 0), XRow: n * size, C: ptr(got, 0), CRow: cs * size, Count: n, Tail: tail, Add: rand.IntN(2)}
		for i := range groups * k.Vector {
			d.From[i] = ptr(x, min(i, lines-1)*length)
		}
		for r := range rows {
			for i := range lines {
				var s T
				for q := range n {
					s = fma(x[i*length+before+q], y[r*n+q], s)
				}
				want[r*cs+i] = T(d.Add)*want[r*cs+i] + s
			}
		}
		k.Dots(&d, rows, groups)
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("%d rows, %d lines of %d: %d is %v, want %v", rows, lines, n, i, got[i], want[i])
			}
		}
	}
}

// Blocks of K side by side are added one after the other.
func testDeepDots[T real](t *testing.T, k *Kernels) {
	if k.DotGroups(1) == 0 {
		return
	}
	size := int(unsafe.Sizeof(T(0)))
	for rows := 1; rows <= DotRows; rows++ {
		for groups := 1; groups <= k.DotGroups(rows); groups++ {
			n := DotBlock
			if groups == 1 {
				n = 1 + rand.IntN(DotBlock)
			}
			length, lines := groups*n, 1+rand.IntN(k.Vector)
			x, y, got := random[T](lines*length), random[T](rows*length), random[T](rows*lines)
			want := append([]T(nil), got...)
			d := Dots{X: ptr(y, 0), XRow: length * size, C: ptr(got, 0), CRow: lines * size, Count: n, Tail: lines, Add: rand.IntN(2)}
			for i := range k.Vector {
				d.From[i] = ptr(x, min(i, lines-1)*length)
			}
			for r := range rows {
				for i := range lines {
					total := T(d.Add) * want[r*lines+i]
					for block := range groups {
						var s T
						for q := block * n; q < (block+1)*n; q++ {
							s = fma(x[i*length+q], y[r*length+q], s)
						}
						total += s
					}
					want[r*lines+i] = total
				}
			}
			k.DeepDots(&d, rows, groups)
			for i := range got {
				if got[i] != want[i] {
					t.Fatalf("%d rows, %d lines of %d blocks: %d is %v, want %v", rows, lines, groups, i, got[i], want[i])
				}
			}
		}
	}
}

func TestKernels(t *testing.T) {
	levels(t, func(t *testing.T, heap *exec.Heap, features amd64.Features) {
		k32, k64 := kernels(t, heap, features, 4), kernels(t, heap, features, 8)
		testTile[float32](t, k32)
		testTile[float64](t, k64)
		testTranspose[float32](t, k32)
		testTranspose[float64](t, k64)
		testCopy[float32](t, k32)
		testDots[float32](t, k32)
		testDots[float64](t, k64)
		testDeepDots[float32](t, k32)
		testDeepDots[float64](t, k64)
		testCopy[float64](t, k64)
		t.Logf("%d bytes of code", heap.Stats().Code)
	})
}

func TestNewErrors(t *testing.T) {
	heap := exec.NewHeap(exec.Options{})
	if _, err := New(heap, amd64.LevelAVX2, 2); err == nil {
		t.Error("no error for elements of 2 bytes")
	}
	if _, err := New(heap, amd64.AVX2, 4); err == nil {
		t.Error("no error without FMA")
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		kernels(b, exec.NewHeap(exec.Options{}), amd64.Detect(), 4)
	}
}

func BenchmarkTile(b *testing.B) {
	for _, level := range []string{"avx512", "avx2"} {
		features, _ := amd64.Detect().Restrict(level)
		for _, size := range []int{4, 8} {
			k := kernels(b, exec.NewHeap(exec.Options{}), features, size)
			b.Run(fmt.Sprintf("%s/f%d/peak", level, 8*size), func(b *testing.B) {
				flops := 0
				for b.Loop() {
					flops += 2 * 1000 * k.Peak(1000)
				}
				b.ReportMetric(float64(flops)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
			const depth = 256
			for _, panels := range []int{1, 8} {
				b.Run(fmt.Sprintf("%s/f%d/panels=%d", level, 8*size, panels), func(b *testing.B) {
					mem := make([]float64, depth*(k.Rows+k.Width()*panels)+k.Rows*k.Width()*panels)
					p := unsafe.Pointer(&mem[0])
					a, c := depth*k.Rows*size, depth*(k.Rows+k.Width()*panels)*size
					tile := Tile{A: p, B: unsafe.Add(p, a), C: unsafe.Add(p, c), ARow: size, AK: k.Rows * size, BK: k.Width() * size, BPanel: depth * k.Width() * size,
						CRow: k.Width() * panels * size, CPanel: k.Width() * size, Depth: depth, Tail: k.Vector}
					for b.Loop() {
						k.Multiply(&tile, k.Rows, 2, panels)
					}
					b.ReportMetric(2*float64(b.N*k.Rows*k.Width()*panels*depth)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
				})
			}
		}
	}
}
