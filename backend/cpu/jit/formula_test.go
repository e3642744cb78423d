//go:build amd64 && unix

package jit

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// operation is a kernel of one operation on two streams of type t, or on one, that stores the result.
func operation(op Op, t, from Type, operands int) *Kernel {
	k := &Kernel{Name: op.String()}
	none := [3]int{NoArg, NoArg, NoArg}
	in := Instr{Op: op, Type: t, From: from, Args: none, Mask: NoArg}
	for i := range operands {
		k.Streams = append(k.Streams, Stream{Type: from})
		k.Instrs = append(k.Instrs, Instr{Op: Load, Type: from, N: i, Args: none, Mask: NoArg})
		in.Args[i] = i
	}
	k.Streams = append(k.Streams, Stream{Type: t})
	k.Instrs = append(k.Instrs, in, Instr{Op: Store, Type: t, N: operands, Args: [3]int{operands, NoArg, NoArg}, Mask: NoArg})
	return k
}

// TestScale compares with math.Ldexp, which rounds once, where results are denormal, 0 and infinite too.
func TestScale(t *testing.T) {
	perLevel(t, func(t *testing.T, features asm.Features) {
		r := rand.New(rand.NewPCG(1, 2))
		const n = 20000
		single := operation(Scale, F32, F32, 2)
		x, e, y := make([]float32, n), make([]float32, n), make([]float32, n)
		for i := range x {
			x[i] = float32(math.Ldexp(1+r.Float64(), r.IntN(3)-2) * float64(1-2*r.IntN(2)))
			e[i] = float32(r.IntN(290) - 155)
		}
		call(t, single, features, n, nil, unsafe.Pointer(&x[0]), unsafe.Pointer(&e[0]), unsafe.Pointer(&y[0]))
		for i := range y {
			if want := float32(math.Ldexp(float64(x[i]), int(e[i]))); y[i] != want {
				t.Fatalf("%v·2^%v is %v, want %v", x[i], e[i], y[i], want)
			}
		}
		double := operation(Scale, F64, F64, 2)
		x2, e2, y2 := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range x2 {
			x2[i] = math.Ldexp(1+r.Float64(), r.IntN(3)-2) * float64(1-2*r.IntN(2))
			e2[i] = float64(r.IntN(2110) - 1080)
		}
		call(t, double, features, n, nil, unsafe.Pointer(&x2[0]), unsafe.Pointer(&e2[0]), unsafe.Pointer(&y2[0]))
		for i := range y2 {
			if want := ldexpOnce(x2[i], int(e2[i])); y2[i] != want {
				t.Fatalf("%v·2^%v is %v, want %v", x2[i], e2[i], y2[i], want)
			}
		}
	})
}

// ldexpOnce is x·2ⁿ by one product that rounds, after one that does not.
func ldexpOnce(x float64, n int) float64 {
	if n < -1000 {
		return math.Ldexp(x, -900) * math.Ldexp(1, n+900)
	}
	return math.Ldexp(x, n)
}

// TestLookup gathers from a table, by indices of 32 and of 64 bits.
func TestLookup(t *testing.T) {
	table := make([]float64, 1000)
	for i := range table {
		table[i] = float64(i) * 1.25
	}
	perLevel(t, func(t *testing.T, features asm.Features) {
		for _, n := range []int{1, 7, 8, 9, 100} {
			narrow, wide := make([]uint32, n), make([]uint64, n)
			for i := range narrow {
				narrow[i], wide[i] = uint32(i*7%1000), uint64(999-i*3)
			}
			y, z := make([]float64, n), make([]float64, n)
			k := operation(Lookup, F64, U32, 1)
			k.Tables = 1
			call(t, k, features, n, table, unsafe.Pointer(&narrow[0]), unsafe.Pointer(&y[0]))
			k = operation(Lookup, F64, U64, 1)
			k.Tables = 1
			call(t, k, features, n, table, unsafe.Pointer(&wide[0]), unsafe.Pointer(&z[0]))
			for i := range y {
				if y[i] != table[narrow[i]] || z[i] != table[wide[i]] {
					t.Fatalf("of %d: element %d is %v and %v, want %v and %v", n, i, y[i], z[i], table[narrow[i]], table[wide[i]])
				}
			}
		}
	})
}

// call runs k on one row of n elements.
func call(t *testing.T, k *Kernel, features asm.Features, n int, table []float64, streams ...unsafe.Pointer) {
	t.Helper()
	code := compiled(t, k, features)
	defer code.Release()
	args := make(Args, k.Words())
	args.SetRows(1, n)
	for s, p := range streams {
		args.SetStream(k, s, uintptr(p), 0, k.Streams[s].Type.Bytes())
	}
	if table != nil {
		args.SetTable(k, 0, uintptr(unsafe.Pointer(&table[0])))
	}
	code.Call(unsafe.Pointer(unsafe.SliceData(args)), 0, 0)
}

// TestRareIsSkipped checks that what matters nowhere is not computed, by a lookup that would fault.
func TestRareIsSkipped(t *testing.T) {
	none := [3]int{NoArg, NoArg, NoArg}
	k := &Kernel{Name: "rare", Tables: 1, Streams: []Stream{{Type: U64}, {Type: F64}}, Instrs: []Instr{
		{Op: Load, Type: U64, Args: none, Mask: NoArg},
		{Op: Const, Type: U64, Bits: 100, Args: none, Mask: NoArg},
		{Op: Lt, Type: Bool, From: U64, Args: [3]int{0, 1, NoArg}, Mask: NoArg},
		{Op: Lookup, Type: F64, From: U64, Args: [3]int{0, NoArg, NoArg}, Rare: 3, Mask: NoArg},
		{Op: Const, Type: F64, Bits: math.Float64bits(-1), Args: none, Mask: NoArg},
		{Op: Select, Type: F64, Args: [3]int{2, 3, 4}, Mask: NoArg},
		{Op: Store, Type: F64, N: 1, Args: [3]int{5, NoArg, NoArg}, Mask: NoArg},
	}}
	table := make([]float64, 100)
	for i := range table {
		table[i] = float64(i)
	}
	perLevel(t, func(t *testing.T, features asm.Features) {
		x, y := make([]uint64, 24), make([]float64, 24)
		for i := range x {
			x[i] = 1 << 50 // nothing is there
		}
		for i := range 8 {
			x[8+i] = uint64(3 * i)
		}
		call(t, k, features, 24, table, unsafe.Pointer(&x[0]), unsafe.Pointer(&y[0]))
		for i := range y {
			want := -1.0
			if 8 <= i && i < 16 {
				want = float64(3 * (i - 8))
			}
			if y[i] != want {
				t.Errorf("element %d is %v, want %v", i, y[i], want)
			}
		}
	})
}
