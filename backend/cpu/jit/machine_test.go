//go:build amd64 && unix

package jit

import (
	"math"
)

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
	at     [][4]int // of each position: its place, its steps, its size
	table  []float64
}

// position is the place of position p.
func (m *machine) position(p, r, i int) int { return m.at[p][0] + r*m.at[p][1] + i*m.at[p][2] }

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
		return val(math.Float32bits(halfValue(uint16(v))))
	}
	return val(v)
}

func (m *machine) store(s, r, i int, v val) {
	t := m.k.Streams[s].Type
	switch t {
	case BF16:
		v >>= 16
	case F16:
		v = val(halfBits(math.Float32frombits(uint32(v))))
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
		case Index:
			vs[n] = castOf(I64, t, val(m.position(in.N, r, i)))
		case Inside:
			at := m.position(in.N, r, i)
			vs[n] = truth(0 <= at && at < m.at[in.N][3])
		case Half:
			if in.From == BF16 {
				vs[n] = val(roundBF16(uint32(a[0])))
			} else {
				vs[n] = val(math.Float32bits(halfValue(halfBits(math.Float32frombits(uint32(a[0]))))))
			}
		case Scale:
			vs[n] = float(func(x, y float64) float64 { return math.Ldexp(x, int(y)) })
		case Lookup:
			vs[n] = fromFloat(F64, m.table[a[0]])
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
		if to == U64 && f >= 1<<63 && f < 1<<64 {
			return val(uint64(f))
		}
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

// roundBF16 is the bits of a float32 rounded to bf16.
func roundBF16(b uint32) uint32 {
	if f := math.Float32frombits(b); f != f {
		return b | 0x400000
	}
	return (b + 0x7fff + b>>16&1) &^ 0xffff
}

// halfBits rounds to f16, halfValue is its value.
func halfBits(f float32) uint16 {
	x := float64(f)
	sign := uint16(math.Float32bits(f) >> 16 & 0x8000)
	switch a := math.Abs(x); {
	case x != x:
		return 0x7e00
	case a >= 65520:
		return sign | 0x7c00
	case a == 0:
		return sign
	default:
		_, e := math.Frexp(a)
		e = max(e-1, -14)
		n := uint16(math.RoundToEven(math.Ldexp(a, 10-e))) // with the leading 1, but for denormals
		return sign | (uint16(e+14)<<10 + n)
	}
}

func halfValue(h uint16) float32 {
	e, n := int(h>>10&31), float64(h&0x3ff)
	x := math.Ldexp(n, -24)
	switch {
	case e == 31 && n != 0:
		return float32(math.NaN())
	case e == 31:
		x = math.Inf(1)
	case e > 0:
		x = math.Ldexp(n+1024, e-25)
	}
	return float32(math.Copysign(x, -float64(h>>15&1)+0.5))
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
