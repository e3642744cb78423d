//go:build amd64 && unix

package jit

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

var heap = exec.NewHeap(exec.Options{})

// levels are the processor levels that there is code for and that this machine has, by name.
func levels(t testing.TB) map[string]asm.Features {
	t.Helper()
	if err := exec.Available(); err != nil {
		t.Skip(err)
	}
	out := map[string]asm.Features{}
	for name, need := range map[string]asm.Features{"avx512": asm.LevelAVX512, "avx2": asm.LevelAVX2} {
		f, err := asm.Detect().Restrict(name)
		if err != nil {
			t.Fatal(err)
		}
		if f.Has(need) {
			out[name] = f
		}
	}
	if len(out) == 0 {
		t.Skip("the processor has neither AVX2 nor AVX-512")
	}
	return out
}

// perLevel runs a test for each level.
func perLevel(t *testing.T, f func(t *testing.T, features asm.Features)) {
	for name, features := range levels(t) {
		t.Run(name, func(t *testing.T) { f(t, features) })
	}
}

// compiled is the code of k, for the caller to release.
func compiled(t *testing.T, k *Kernel, features asm.Features) *exec.Code {
	t.Helper()
	code, err := Compile(&asm.Assembler{}, k, features)
	if err != nil {
		t.Fatalf("%v\n%s", err, k)
	}
	c, err := heap.Add(k.Name, code)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// val is a value of any type, by its bits.
type val uint64

func fromFloat(t Type, f float64) val {
	if t == F32 {
		return val(math.Float32bits(float32(f)))
	}
	return val(math.Float64bits(f))
}

func (v val) float(t Type) float64 {
	if t == F32 {
		return float64(math.Float32frombits(uint32(v)))
	}
	return math.Float64frombits(uint64(v))
}

// fit cuts an integer off to t.
func fit(t Type, i int64) val {
	return val(uint64(i) & (math.MaxUint64 >> (64 - 8*t.Bytes())))
}

// int is an integer with its sign.
func (v val) int(t Type) int64 {
	n := 64 - 8*t.Bytes()
	if t.Signed() {
		return int64(v) << n >> n
	}
	return int64(v)
}

// machine interprets a kernel, element by element.
type machine struct {
	k      *Kernel
	memory [][]byte // of each stream, from its address on
	row    []int
	step   []int
	unif   []uint64
	table  []float64
}

func (m *machine) place(s, r, i int) int {
	b := m.k.Streams[s].Type.Bytes()
	switch m.k.Streams[s].Step {
	case Next:
		return r*m.row[s] + i*b
	case Same:
		return r * m.row[s]
	}
	return r*m.row[s] + i*m.step[s]
}

func (m *machine) load(s, r, i int) val {
	t := m.k.Streams[s].Type
	p := m.memory[s][m.place(s, r, i):]
	var v uint64
	for k := t.Bytes() - 1; k >= 0; k-- {
		v = v<<8 | uint64(p[k])
	}
	switch t {
	case BF16:
		return val(v << 16)
	case F16:
		panic("no f16 here")
	}
	return val(v)
}

func (m *machine) store(s, r, i int, v val) {
	t := m.k.Streams[s].Type
	if t == BF16 {
		v >>= 16
	}
	p := m.memory[s][m.place(s, r, i):]
	for k := range t.Bytes() {
		p[k] = byte(v >> (8 * k))
	}
}

// element executes the body; reduce gets the operands of reductions.
func (m *machine) element(r, i int, reduce func(in *Instr, v val)) {
	vs := make([]val, len(m.k.Instrs))
	for n := range m.k.Instrs {
		in := &m.k.Instrs[n]
		t := in.Type
		var a [3]val
		for k, x := range in.Args {
			if x != NoArg {
				a[k] = vs[x]
			}
		}
		truth := func(b bool) val {
			if b {
				return 1
			}
			return 0
		}
		float := func(f func(x, y float64) float64) val {
			if t == F32 {
				return fromFloat(F32, float64(float32(f(a[0].float(t), a[1].float(t)))))
			}
			return fromFloat(t, f(a[0].float(t), a[1].float(t)))
		}
		arith := func(f func(x, y float64) float64, g func(x, y int64) int64) val {
			if t.Float() {
				return float(f)
			}
			return fit(t, g(a[0].int(t), a[1].int(t)))
		}
		less := func(t Type, x, y val) bool {
			switch {
			case t.Float():
				return x.float(t) < y.float(t)
			case t == U64:
				return x < y
			}
			return x.int(t) < y.int(t)
		}
		switch in.Op {
		case Const:
			vs[n] = fit(t, int64(in.Bits))
		case Uniform:
			vs[n] = fit(t, int64(m.unif[in.N]))
		case Load:
			if in.Mask == NoArg || vs[in.Mask] != 0 {
				vs[n] = m.load(in.N, r, i)
			}
		case Store:
			m.store(in.N, r, i, a[0])
		case Add:
			vs[n] = arith(func(x, y float64) float64 { return x + y }, func(x, y int64) int64 { return x + y })
		case Sub:
			vs[n] = arith(func(x, y float64) float64 { return x - y }, func(x, y int64) int64 { return x - y })
		case Mul:
			vs[n] = arith(func(x, y float64) float64 { return x * y }, func(x, y int64) int64 { return x * y })
		case Div:
			vs[n] = float(func(x, y float64) float64 { return x / y })
		case FMA:
			if t == F64 {
				vs[n] = fromFloat(t, math.FMA(a[0].float(t), a[1].float(t), a[2].float(t)))
			} else { // operands of the test are short: exact in float64
				vs[n] = fromFloat(t, a[0].float(t)*a[1].float(t)+a[2].float(t))
			}
		case Max, Min:
			switch {
			case t.Float():
				vs[n] = float(map[Op]func(x, y float64) float64{Max: greater, Min: lesser}[in.Op])
			case less(t, a[0], a[1]) == (in.Op == Max):
				vs[n] = a[1]
			default:
				vs[n] = a[0]
			}
		case Lesser:
			if vs[n] = a[1]; a[0].float(t) < a[1].float(t) {
				vs[n] = a[0]
			}
		case Greater:
			if vs[n] = a[1]; a[0].float(t) > a[1].float(t) {
				vs[n] = a[0]
			}
		case And:
			vs[n] = a[0] & a[1]
		case Or:
			vs[n] = a[0] | a[1]
		case Xor:
			vs[n] = a[0] ^ a[1]
		case Not:
			if vs[n] = fit(t, int64(^a[0])); t == Bool {
				vs[n] = 1 - a[0]
			}
		case Shl:
			vs[n] = fit(t, a[0].int(t)<<in.N)
		case Shr:
			vs[n] = fit(t, a[0].int(t)>>in.N)
			if t == U64 {
				vs[n] = a[0] >> in.N
			}
		case Neg:
			if vs[n] = fit(t, -a[0].int(t)); t.Float() {
				vs[n] = a[0] ^ 1<<(8*t.Bytes()-1)
			}
		case Abs:
			switch {
			case t.Float():
				vs[n] = a[0] &^ (1 << (8*t.Bytes() - 1))
			case a[0].int(t) < 0:
				vs[n] = fit(t, -a[0].int(t))
			default:
				vs[n] = a[0]
			}
		case Sign:
			switch x := a[0].float(t); {
			case x > 0:
				vs[n] = fromFloat(t, 1)
			case x < 0:
				vs[n] = fromFloat(t, -1)
			case x == 0:
				vs[n] = 0
			default:
				vs[n] = a[0]
			}
		case Sqrt:
			vs[n] = float(func(x, _ float64) float64 { return math.Sqrt(x) })
		case Floor:
			vs[n] = float(func(x, _ float64) float64 { return math.Floor(x) })
		case Ceil:
			vs[n] = float(func(x, _ float64) float64 { return math.Ceil(x) })
		case Round:
			vs[n] = float(func(x, _ float64) float64 { return math.RoundToEven(x) })
		case Eq:
			if vs[n] = truth(a[0] == a[1]); in.From.Float() {
				vs[n] = truth(a[0].float(in.From) == a[1].float(in.From))
			}
		case Lt:
			vs[n] = truth(less(in.From, a[0], a[1]))
		case Le:
			vs[n] = truth(!less(in.From, a[1], a[0]))
			if in.From.Float() {
				vs[n] = truth(a[0].float(in.From) <= a[1].float(in.From))
			}
		case Select:
			if vs[n] = a[2]; a[0] != 0 {
				vs[n] = a[1]
			}
		case Cast:
			vs[n] = castOf(in.From, t, a[0])
		case Bits:
			vs[n] = a[0]
		case Sum, Product, Maximum, Minimum:
			reduce(in, a[0])
		default:
			panic(in.Op.String())
		}
	}
}

func castOf(from, to Type, x val) val {
	switch {
	case to == Bool && from.Float():
		return val(b2i(x.float(from) != 0))
	case to == Bool:
		return val(b2i(x != 0))
	case from.Float() && to.Float():
		return fromFloat(to, x.float(from))
	case from.Float():
		f := x.float(from)
		if !(math.Abs(f) < 1<<63) {
			return fit(to, math.MinInt64)
		}
		return fit(to, int64(f))
	case to == F32 && from == U64:
		return val(math.Float32bits(float32(uint64(x))))
	case to == F32:
		return val(math.Float32bits(float32(x.int(from))))
	case to == F64 && from == U64:
		return fromFloat(to, float64(uint64(x)))
	case to == F64:
		return fromFloat(to, float64(x.int(from)))
	}
	return fit(to, x.int(from))
}

// greater and lesser are NaN where one is, as Go's own max and min; math.Max is not.
func greater(x, y float64) float64 { return max(x, y) }
func lesser(x, y float64) float64  { return min(x, y) }

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// randomKernel draws a kernel of operations that the machine knows.
func randomKernel(r *rand.Rand, form Form) *Kernel {
	k := &Kernel{Name: "random", Form: form}
	types := []Type{F32, F32, F32, F64, I32, U8, I64, Bool, I16, U32, BF16}
	if r.IntN(2) == 0 {
		types = []Type{F32, Bool, I32, BF16} // lanes of 32 bits
	}
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
		if s.Type.Bytes() < 4 && s.Step == Strided {
			s.Step = Next
		}
		if s.Type == Bool && mask != NoArg {
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
			if op == Mul && t.Bytes() == 1 {
				op = Add
			}
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
			if op := k.Instrs[n].Op; op != Store && !op.reduces() {
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
			if k.Instrs[n].Type.Bytes() > 1 && r.IntN(4) == 0 {
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
			k.Streams = append(k.Streams, Stream{Type: t, Step: Next})
			k.Instrs = append(k.Instrs, Instr{Op: Store, Type: t, Args: [3]int{n, NoArg, NoArg}, N: len(k.Streams) - 1, Mask: NoArg})
		}
	}
	return k
}

// interesting draws the bits of an element.
func interesting(r *rand.Rand, t Type) uint64 {
	special := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1, -1.5, 1e-40, 3e38, 1e10, -7}
	f := r.NormFloat64() * 4
	if r.IntN(4) == 0 {
		f = special[r.IntN(len(special))]
	}
	switch t {
	case F32:
		return uint64(math.Float32bits(float32(f)))
	case BF16:
		return uint64(math.Float32bits(float32(f)) >> 16)
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

func nan(t Type, v val) bool { return t.Float() && v.float(t) != v.float(t) }

var soak = flag.Int("soak", 0, "compare machine code and interpretation of so many random kernels, instead of the usual number")

// TestRandomKernels compares machine code with an interpretation of the same kernel, for random kernels, sizes and steps.
func TestRandomKernels(t *testing.T) {
	n := 4000
	if testing.Short() {
		n = 300
	}
	if *soak > 0 {
		n = *soak
	}
	perLevel(t, func(t *testing.T, features asm.Features) {
		refused := map[string]int{}
		share := 0
		for seed := range uint64(n) {
			r := rand.New(rand.NewPCG(seed, 1))
			k := randomKernel(r, Form(seed%3))
			if _, err := Compile(&asm.Assembler{}, k, features); err != nil {
				if _, ok := err.(*Unsupported); !ok {
					t.Fatalf("seed %d: %v\n%s", seed, err, k)
				}
				refused[err.Error()]++
				share++
				continue
			}
			if !checkKernel(t, r, k, features) {
				t.Fatalf("seed %d\n%s", seed, k)
			}
		}
		if share > n/20 {
			t.Errorf("%d of %d kernels are refused: %v", share, n, refused)
		}
		t.Logf("%d kernels, %d refused: %v", n, share, refused)
	})
}

func checkKernel(t *testing.T, r *rand.Rand, k *Kernel, features asm.Features) bool {
	t.Helper()
	code := compiled(t, k, features)
	defer code.Release()
	sizes := []int{0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 100, 129}
	for range 3 {
		rows, n := r.IntN(5), sizes[r.IntN(len(sizes))]
		m := &machine{k: k, row: make([]int, len(k.Streams)), step: make([]int, len(k.Streams))}
		args := make(Args, k.Words())
		args.SetRows(rows, n)
		var mine [][]byte
		for s, x := range k.Streams {
			b := x.Type.Bytes()
			gap := 1 + r.IntN(3)
			m.step[s] = b * gap
			length := n * b
			switch x.Step {
			case Same:
				length = b
			case Strided:
				length = n * m.step[s]
			}
			m.row[s] = length + b*r.IntN(3)
			if r.IntN(4) == 0 && k.Form == Map && x.Step != Next { // a row that does not move
				m.row[s] = 0
			}
			data := make([]byte, max(rows, 1)*m.row[s]+length+8)
			for at := 0; at+b <= len(data); at += b {
				v := interesting(r, x.Type)
				for q := range b {
					data[at+q] = byte(v >> (8 * q))
				}
			}
			own := append(make([]byte, 0, len(data)+64), data...)
			m.memory, mine = append(m.memory, data), append(mine, own)
			args.SetStream(k, s, uintptr(unsafe.Pointer(&own[0])), m.row[s], m.step[s])
		}
		for u := range k.Uniforms {
			typ := None
			for i := range k.Instrs {
				if in := &k.Instrs[i]; in.Op == Uniform && in.N == u {
					typ = in.Type
				}
			}
			m.unif = append(m.unif, interesting(r, typ))
			args.SetUniform(k, u, m.unif[u])
		}
		outs := make([][]uint64, k.Outputs)
		for o := range outs {
			outs[o] = make([]uint64, max(rows, n)+16)
			fillIdentity(k, o, outs[o])
			args.SetOutput(k, o, uintptr(unsafe.Pointer(&outs[o][0])))
		}
		want := m.run(rows, n)
		code.Call(unsafe.Pointer(unsafe.SliceData(args)), 0, 0)
		for s, x := range k.Streams {
			b := x.Type.Bytes()
			for at := 0; at+b <= len(mine[s]); at += b {
				var got, exp uint64
				for q := b - 1; q >= 0; q-- {
					got, exp = got<<8|uint64(mine[s][at+q]), exp<<8|uint64(m.memory[s][at+q])
				}
				held := x.Type
				if held == BF16 {
					held, got, exp = F32, got<<16, exp<<16
				}
				if got != exp && !(nan(held, val(got)) && nan(held, val(exp))) {
					t.Errorf("%d rows of %d: byte %d of stream %d, %s, is %#x, want %#x", rows, n, at, s, x.Type, got, exp)
					return false
				}
			}
		}
		for o, list := range want {
			var typ Type
			for i := range k.Instrs {
				if in := &k.Instrs[i]; in.Op.reduces() && in.N == o {
					typ = in.Type
				}
			}
			p := unsafe.Slice((*byte)(unsafe.Pointer(&outs[o][0])), len(outs[o])*8)
			for i, w := range list {
				var got uint64
				for q := typ.Bytes() - 1; q >= 0; q-- {
					got = got<<8 | uint64(p[i*typ.Bytes()+q])
				}
				if val(got) != w && !(nan(typ, val(got)) && nan(typ, w)) {
					t.Errorf("%d rows of %d: result %d of output %d, %s, is %#x, want %#x", rows, n, i, o, typ, got, w)
					return false
				}
			}
		}
	}
	return true
}

// fillIdentity makes partial results those of nothing.
func fillIdentity(k *Kernel, o int, out []uint64) {
	for i := range k.Instrs {
		if in := &k.Instrs[i]; in.Op.reduces() && in.N == o {
			id, b := identity(in.Op, in.Type), in.Type.Bytes()
			p := unsafe.Slice((*byte)(unsafe.Pointer(&out[0])), len(out)*8)
			for at := range len(p) / b {
				for q := range b {
					p[at*b+q] = byte(id >> (8 * q))
				}
			}
		}
	}
}

// run interprets the kernel, and returns the results of its reductions.
func (m *machine) run(rows, n int) [][]val {
	out := make([][]val, m.k.Outputs)
	combine := func(in *Instr, x, y val) val {
		t := in.Type
		switch {
		case t.Float():
			f := map[Op]func(x, y float64) float64{
				Sum: func(x, y float64) float64 { return x + y }, Product: func(x, y float64) float64 { return x * y }, Maximum: greater, Minimum: lesser}[in.Op]
			z := f(x.float(t), y.float(t))
			if t == F32 {
				z = float64(float32(z))
			}
			return fromFloat(t, z)
		case in.Op == Sum:
			return fit(t, x.int(t)+y.int(t))
		case in.Op == Product:
			return fit(t, x.int(t)*y.int(t))
		}
		less := x.int(t) < y.int(t)
		if t == U64 {
			less = x < y
		}
		if less == (in.Op == Maximum) {
			return y
		}
		return x
	}
	first := func(o int) (*Instr, val) {
		for i := range m.k.Instrs {
			if in := &m.k.Instrs[i]; in.Op.reduces() && in.N == o {
				return in, val(identity(in.Op, in.Type))
			}
		}
		panic("no reduction")
	}
	switch m.k.Form {
	case Map:
		for r := range rows {
			for i := range n {
				m.element(r, i, nil)
			}
		}
	case Rows:
		for r := range rows {
			parts := make([][32]val, m.k.Outputs)
			for o := range parts {
				_, v := first(o)
				for p := range parts[o] {
					parts[o][p] = v
				}
			}
			for i := range n {
				m.element(r, i, func(in *Instr, v val) { parts[in.N][i%32] = combine(in, parts[in.N][i%32], v) })
			}
			for o := range parts {
				in, _ := first(o)
				for half := 16; half > 0; half /= 2 {
					for p := range half {
						parts[o][p] = combine(in, parts[o][p], parts[o][p+half])
					}
				}
				out[o] = append(out[o], parts[o][0])
			}
		}
	case Runs:
		for o := range out {
			_, v := first(o)
			for range n {
				out[o] = append(out[o], v)
			}
		}
		for r := range rows {
			for i := range n {
				m.element(r, i, func(in *Instr, v val) { out[in.N][i] = combine(in, out[in.N][i], v) })
			}
		}
	}
	return out
}

// chain is gelu(x·a + b) + x by the tanh form, without its exponential: enough operations to be like it.
func chain() *Kernel {
	k := &Kernel{Name: "chain", Uniforms: 2, Streams: []Stream{{F32, Next}, {F32, Next}}}
	add := func(op Op, args ...int) int {
		in := Instr{Op: op, Type: F32, Args: [3]int{NoArg, NoArg, NoArg}, Mask: NoArg}
		copy(in.Args[:], args)
		k.Instrs = append(k.Instrs, in)
		return len(k.Instrs) - 1
	}
	x := add(Load)
	a, b := add(Uniform), add(Uniform)
	k.Instrs[b].N = 1
	y := add(FMA, x, a, b)
	for range 12 {
		y = add(FMA, y, x, a)
	}
	z := add(Add, y, x)
	add(Store, z)
	k.Instrs[len(k.Instrs)-1].N = 1
	return k
}

func BenchmarkCompile(b *testing.B) {
	for name, features := range levels(b) {
		b.Run(name, func(b *testing.B) {
			a, k := &asm.Assembler{}, chain()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Compile(a, k, features); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkChain(b *testing.B) {
	for name, features := range levels(b) {
		b.Run(name, func(b *testing.B) {
			k := chain()
			code, err := Compile(&asm.Assembler{}, k, features)
			if err != nil {
				b.Fatal(err)
			}
			c, err := heap.Add("chain", code)
			if err != nil {
				b.Fatal(err)
			}
			const n = 4096
			x, y := make([]float32, n), make([]float32, n)
			args := make(Args, k.Words())
			for b.Loop() {
				args.SetRows(1, n)
				args.SetStream(k, 0, uintptr(unsafe.Pointer(&x[0])), 0, 4)
				args.SetStream(k, 1, uintptr(unsafe.Pointer(&y[0])), 0, 4)
				c.Call(unsafe.Pointer(&args[0]), 0, 0)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n*1000, "ps/element")
		})
	}
}
