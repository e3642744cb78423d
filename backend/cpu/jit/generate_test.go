//go:build amd64 && unix

package jit

import (
	"math"
	"math/rand/v2"
)

// randomKernel draws a kernel of operations that the machine knows.
func randomKernel(r *rand.Rand, form Form) *Kernel {
	k := &Kernel{Name: "random", Form: form}
	types := []Type{F32, F32, F32, F64, I32, U8, I64, Bool, I16, U32, BF16, F16, U64, I8, U16}
	switch r.IntN(6) {
	case 0, 1:
		types = []Type{F32, Bool, I32, BF16, F16} // lanes of 32 bits
	case 2:
		types = []Type{U8, I8, Bool} // of 8
	case 3:
		types = []Type{I16, Bool, U16, U8} // of 16
	}
	narrow := types[0] != F32
	pickType := func() Type { return types[r.IntN(len(types))] }
	of := map[Type][]int{}
	add := func(in Instr) int {
		k.Instrs = append(k.Instrs, in)
		n := len(k.Instrs) - 1
		if in.Op != Store && !in.Op.reduces() {
			of[in.Type] = append(of[in.Type], n)
		}
		return n
	}
	crowded := r.IntN(3) == 0 // values live long: more than there are registers
	none := [3]int{NoArg, NoArg, NoArg}
	load := func(mask int) int {
		s := Stream{Type: pickType(), Step: Step([]int{0, 0, 0, 1, 2}[r.IntN(5)])}
		if s.Type == Bool && mask != NoArg {
			s.Step = Next
		}
		if narrow && s.Step == Strided && r.IntN(4) > 0 {
			s.Step = Next
		}
		k.Streams = append(k.Streams, s)
		return add(Instr{Op: Load, Type: s.Type.Held(), N: len(k.Streams) - 1, Args: none, Mask: mask})
	}
	get := func(t Type) int {
		list := of[t]
		if len(list) == 0 || r.IntN(6) == 0 {
			if r.IntN(2) == 0 && t != Bool {
				k.Uniforms++
				return add(Instr{Op: Uniform, Type: t, N: k.Uniforms - 1, Args: none})
			}
			bits := uint64(r.IntN(7))
			if t.Float() {
				bits = uint64(fromFloat(t, float64(r.IntN(9)-4)/2))
			}
			if t == Bool {
				bits &= 1
			}
			return add(Instr{Op: Const, Type: t, Bits: bits, Args: none})
		}
		if crowded {
			return list[r.IntN(len(list))]
		}
		return list[max(0, len(list)-1-r.IntN(4))]
	}
	for range 1 + r.IntN(4) {
		load(NoArg)
	}
	length := 3 + r.IntN(40)
	if crowded {
		length += 80
	}
	for range length {
		t := pickType().Held()
		args := none
		switch n := r.IntN(12); {
		case !narrow && r.IntN(25) == 0: // a place
			k.Positions++
			if r.IntN(2) == 0 {
				add(Instr{Op: Inside, Type: Bool, N: k.Positions - 1, Args: none})
			} else if t != Bool {
				add(Instr{Op: Index, Type: t, N: k.Positions - 1, Args: none})
			}
		case t == F32 && r.IntN(12) == 0:
			args[0] = get(t)
			from := []Type{F16, BF16}[r.IntN(2)]
			add(Instr{Op: Half, Type: t, From: from, Args: args})
		case (t == F32 || t == F64) && r.IntN(20) == 0: // what matters only where a Bool holds
			skipped(r, k, add, get(Bool), get(t), get(t), t)
		case n == 0:
			mask := NoArg
			if len(of[Bool]) > 0 {
				mask = get(Bool)
			}
			load(mask)
		case n == 1 || t == Bool && n < 6:
			from := pickType().Held()
			op := []Op{Eq, Lt, Le}[r.IntN(3)]
			args[0], args[1] = get(from), get(from)
			add(Instr{Op: op, Type: Bool, From: from, Args: args, Mask: NoArg})
		case t == Bool:
			args[0], args[1] = get(Bool), get(Bool)
			op := []Op{And, Or, Xor, Not}[r.IntN(4)]
			if op == Not {
				args[1] = NoArg
			}
			add(Instr{Op: op, Type: Bool, Args: args})
		case n == 2:
			args[0], args[1], args[2] = get(Bool), get(t), get(t)
			add(Instr{Op: Select, Type: t, Args: args})
		case n == 3:
			from := pickType().Held()
			args[0] = get(from)
			add(Instr{Op: Cast, Type: t, From: from, Args: args})
		case t.Float() && n < 9:
			op := []Op{Add, Sub, Mul, Div, Max, Min, Lesser, Greater}[r.IntN(8)]
			args[0], args[1] = get(t), get(t)
			add(Instr{Op: op, Type: t, Args: args})
		case t == F64 && n == 9:
			args[0], args[1], args[2] = get(t), get(t), get(t)
			add(Instr{Op: FMA, Type: t, Args: args})
		case t.Float():
			op := []Op{Neg, Abs, Sqrt, Floor, Ceil, Round, Sign}[r.IntN(7)]
			args[0] = get(t)
			add(Instr{Op: op, Type: t, Args: args})
		case n < 9:
			op := []Op{Add, Sub, Max, Min, And, Or, Xor, Mul}[r.IntN(8)]
			args[0], args[1] = get(t), get(t)
			add(Instr{Op: op, Type: t, Args: args})
		case t.Bytes() > 1 && n == 9:
			args[0] = get(t)
			add(Instr{Op: []Op{Shl, Shr}[r.IntN(2)], Type: t, Args: args, N: r.IntN(8 * t.Bytes())})
		default:
			args[0] = get(t)
			add(Instr{Op: []Op{Neg, Not}[r.IntN(2)], Type: t, Args: args})
		}
	}
	for i := range k.Instrs {
		if k.Instrs[i].Op != Load {
			k.Instrs[i].Mask = NoArg
		}
	}
	last := func() int { // late values, so that much is needed
		for {
			n := len(k.Instrs) - 1 - r.IntN(min(8, len(k.Instrs)))
			if crowded {
				n = r.IntN(len(k.Instrs))
			}
			if op := k.Instrs[n].Op; op != Store && !op.reduces() && k.Instrs[n].Rare == 0 {
				return n
			}
		}
	}
	if form != Map {
		for range 1 + r.IntN(4) {
			n := last()
			if k.Instrs[n].Type == Bool {
				continue
			}
			op := []Op{Sum, Maximum, Minimum}[r.IntN(3)]
			if r.IntN(4) == 0 {
				op = Product
			}
			k.Instrs = append(k.Instrs, Instr{Op: op, Type: k.Instrs[n].Type, Args: [3]int{n, NoArg, NoArg}, N: k.Outputs, Mask: NoArg})
			k.Outputs++
		}
	}
	if form == Map || r.IntN(3) == 0 {
		stores := 1 + r.IntN(2)
		if crowded {
			stores = 20
		}
		for range stores {
			n := last()
			t := k.Instrs[n].Type
			step, memory := Next, t
			if !narrow && r.IntN(8) == 0 {
				step = Strided
			}
			if t == F32 && r.IntN(3) == 0 {
				memory = []Type{F16, BF16}[r.IntN(2)]
				k.Instrs = append(k.Instrs, Instr{Op: Half, Type: t, From: memory, Args: [3]int{n, NoArg, NoArg}, Mask: NoArg})
				n = len(k.Instrs) - 1
			}
			k.Streams = append(k.Streams, Stream{Type: memory, Step: step})
			k.Instrs = append(k.Instrs, Instr{Op: Store, Type: t, Args: [3]int{n, NoArg, NoArg}, N: len(k.Streams) - 1, Mask: NoArg})
		}
	}
	return k
}

// skipped adds instructions of type t and of f64 that matter only where cond holds, and what of x and them it chooses.
func skipped(r *rand.Rand, k *Kernel, add func(Instr) int, cond, x, y int, t Type) {
	rare := func(op Op, t, from Type, args ...int) int {
		in := Instr{Op: op, Type: t, From: from, Args: [3]int{NoArg, NoArg, NoArg}, Rare: cond + 1}
		copy(in.Args[:], args)
		k.Instrs = append(k.Instrs, in)
		return len(k.Instrs) - 1
	}
	a := rare(Add, t, None, x, y)
	wide := rare(Cast, F64, t, a)
	b := rare(Cast, F64, t, y)
	for range r.IntN(12) {
		op := []Op{Add, Sub, Mul, Div}[r.IntN(4)]
		wide, b = rare(op, F64, None, wide, b), wide
	}
	back := rare(Cast, t, F64, wide)
	add(Instr{Op: Select, Type: t, Args: [3]int{cond, back, x}})
	if r.IntN(2) == 0 {
		add(Instr{Op: Select, Type: t, Args: [3]int{cond, a, y}})
	}
}

// interesting draws the bits of an element.
func interesting(r *rand.Rand, t Type) uint64 {
	special := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1, -1.5, 1e-40, 3e38, 1e10, -7, -1e19, 1e19, 3e9, 1 << 63, -1 << 63, 65519, 3e-6}
	f := r.NormFloat64() * 4
	if r.IntN(4) == 0 {
		f = special[r.IntN(len(special))]
	}
	switch t {
	case F32:
		return uint64(math.Float32bits(float32(f)))
	case BF16:
		return uint64(math.Float32bits(float32(f)) >> 16)
	case F16:
		return uint64(halfBits(float32(f)))
	case F64:
		return math.Float64bits(f)
	case Bool:
		return uint64(r.IntN(2))
	}
	if r.IntN(3) == 0 {
		return uint64(r.IntN(9) - 4)
	}
	return r.Uint64()
}
