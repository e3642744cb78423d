package cpu

import (
	"cmp"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/jit"
	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

func argMax(e *env, a *graph.Attrs, in []array, out array) error {
	return argExtremum(e, a, in[0], out, false)
}

func argMin(e *env, a *graph.Attrs, in []array, out array) error {
	return argExtremum(e, a, in[0], out, true)
}

// argExtremum finds the first largest or least element along an axis; the first NaN wins.
func argExtremum(e *env, a *graph.Attrs, x array, out array, least bool) error {
	axis := a.Axes[0]
	s := search{count(x.dims[:axis]), x.dims[axis], count(x.dims[axis+1:]), least, elements[int64](out)}
	if s.n == 0 && s.outer*s.inner > 0 {
		return fmt.Errorf("no elements along an axis of %d", s.n)
	}
	switch x.dtype {
	case graph.Float16, graph.BFloat16:
		mem, done := dense[float32](e, operand{x, rowMajor(x.dims)})
		defer done()
		searchAxis(e, &s, mem, jit.F32)
	case graph.Float32:
		searchAxis(e, &s, elements[float32](x), jit.F32)
	case graph.Float64:
		searchAxis(e, &s, elements[float64](x), jit.F64)
	case graph.Bool, graph.Uint8:
		searchAxis(e, &s, elements[uint8](x), jit.U8)
	case graph.Uint16:
		searchAxis(e, &s, elements[uint16](x), jit.U16)
	case graph.Uint32:
		searchAxis(e, &s, elements[uint32](x), jit.U32)
	case graph.Uint64:
		searchAxis(e, &s, elements[uint64](x), jit.U64)
	case graph.Int8:
		searchAxis(e, &s, elements[int8](x), jit.I8)
	case graph.Int16:
		searchAxis(e, &s, elements[int16](x), jit.I16)
	case graph.Int32:
		searchAxis(e, &s, elements[int32](x), jit.I32)
	case graph.Int64:
		searchAxis(e, &s, elements[int64](x), jit.I64)
	}
	return nil
}

// search is the code of a search for elements of type t, held for the caller; nil where there is none.
func (l *loopCompiler) search(t jit.Type, least, across bool) *exec.Code {
	if l == nil {
		return nil
	}
	name := fmt.Sprintf("search %s %t %t", t, least, across)
	return l.codeOf(name, name, func(a *amd64.Assembler) ([]byte, error) { return jit.CompileSearch(a, t, least, across, l.features) })
}

// search is a search along the middle axis of [outer, n, inner].
type search struct {
	outer, n, inner int
	least           bool
	out             []int64 // [outer, inner]
}

// searchVector is the bytes of the longest vector. What is shorter has no machine code.
const searchVector = 64

// byMachine reports whether machine code may search elements of so many bytes.
func (s *search) byMachine(size int) bool {
	if s.inner == 1 {
		return s.n*size >= searchVector
	}
	return s.inner*size >= searchVector
}

// searchLines searches lines, in parts where they are long: then the best elements of the parts are a line to search.
func searchLines[T cmp.Ordered](e *env, s *search, x []T, code *exec.Code) {
	size := int(unsafe.Sizeof(x[0]))
	run := func(lines, n, pitch int, x []T, out []int64) {
		code.Call(unsafe.Pointer(&jit.Search{
			From: uintptr(unsafe.Pointer(&x[0])), Pitch: pitch * size, Bytes: n * size, Count: lines, Out: uintptr(unsafe.Pointer(&out[0])),
		}), 0, 0)
	}
	each := callBytes / size
	parts := max(1, s.n/each) // the last has the rest, too
	if parts == 1 {
		e.pool.For(s.outer, max(1, 4*each/s.n), func(_, lo, hi int) {
			for per := max(1, each/s.n); lo < hi; lo += per {
				run(min(per, hi-lo), s.n, s.n, x[lo*s.n:], s.out[lo:])
			}
		})
		return
	}
	mem := borrowSlice[int64](s.outer * parts)
	defer giveBackSlice(mem)
	at := *mem
	e.pool.For(len(at), 4, func(_, lo, hi int) {
		for u := lo; u < hi; u++ {
			first, n := u%parts*each, each
			if u%parts == parts-1 {
				n = s.n - first
			}
			run(1, n, 0, x[u/parts*s.n+first:], at[u:])
			at[u] += int64(first)
		}
	})
	best := make([]T, parts)
	for o := range s.out {
		for u, i := range at[o*parts:][:parts] {
			best[u] = x[o*s.n+int(i)]
		}
		s.out[o] = at[o*parts+searchLine(best, s.least)]
	}
}

// searchColumns searches along lines that lie side by side, row after row.
func searchColumns[T cmp.Ordered](e *env, s *search, x []T, code *exec.Code) {
	size := int(unsafe.Sizeof(x[0]))
	vector := searchVector / size
	width := min(s.inner, 1<<14/size) // whose best elements have room in a cache
	if threads := e.pool.Threads(); s.outer < 4*threads && len(x) > 1<<16 {
		width = min(width, ceilDiv(s.inner*s.outer, 2*threads))
	}
	width = max(width/vector*vector, vector)
	parts := s.inner / width // the last has the rest, too
	e.pool.For(s.outer*parts, max(1, (1<<17)/(s.n*width)), func(_, lo, hi int) {
		best := make([]T, 2*width)
		for u := lo; u < hi; u++ {
			o, q := u/parts, u%parts*width
			n := width
			if u%parts == parts-1 {
				n = s.inner - q
			}
			out := s.out[o*s.inner+q:][:n]
			clear(out)
			at := o*s.n*s.inner + q
			copy(best[:n], x[at:])
			for k, per := 1, max(1, callBytes/(n*size)); k < s.n; k += per {
				code.Call(unsafe.Pointer(&jit.Search{
					From: uintptr(unsafe.Pointer(&x[at+k*s.inner])), Pitch: s.inner * size, Bytes: n * size, Count: min(per, s.n-k),
					Out: uintptr(unsafe.Pointer(&out[0])), Best: uintptr(unsafe.Pointer(&best[0])), First: k,
				}), 0, 0)
			}
			runtime.KeepAlive(best)
		}
	})
}

func searchAxis[T cmp.Ordered](e *env, s *search, x []T, t jit.Type) {
	if s.byMachine(t.Bytes()) {
		if code := e.loops.search(t, s.least, s.inner > 1); code != nil {
			defer code.Release()
			if s.inner == 1 {
				searchLines(e, s, x, code)
			} else {
				searchColumns(e, s, x, code)
			}
			return
		}
	}
	if s.inner == 1 {
		e.pool.For(s.outer, grainOf(s.n), func(_, lo, hi int) {
			for o := lo; o < hi; o++ {
				s.out[o] = int64(searchLine(x[o*s.n:][:s.n], s.least))
			}
		})
		return
	}
	const width = 128 // columns searched side by side
	across := ceilDiv(s.inner, width)
	e.pool.For(s.outer*across, grainOf(s.n*min(s.inner, width)), func(_, lo, hi int) {
		var buf [width]T
		for u := lo; u < hi; u++ {
			o, q := u/across, u%across*width
			best := buf[:min(width, s.inner-q)]
			out := s.out[o*s.inner+q:][:len(best)]
			clear(out)
			copy(best, x[o*s.n*s.inner+q:])
			for k := 1; k < s.n; k++ {
				row := x[(o*s.n+k)*s.inner+q:][:len(best)]
				if s.least {
					for i, v := range row {
						if b := best[i]; v < b || v != v && b == b {
							best[i], out[i] = v, int64(k)
						}
					}
					continue
				}
				for i, v := range row {
					if b := best[i]; v > b || v != v && b == b {
						best[i], out[i] = v, int64(k)
					}
				}
			}
		}
	})
}

func searchLine[T cmp.Ordered](x []T, least bool) int {
	at, best := 0, x[0]
	for i, v := range x {
		switch {
		case best != best:
			return at
		case v != v, least && v < best, !least && v > best:
			at, best = i, v
		}
	}
	return at
}
