package cpu

import (
	"math"

	"github.com/flambeau-ml/flambeau/graph"
)

// Elementary functions are straight-line formulas in loop IR, of operations that are one instruction of a processor or
// a few: so that every engine computes the same bits. An engine either writes a formula out (expand) and works on its
// operations, as one that makes machine code does, or has loops that compute the same formula, as the evaluator has:
// these are generated from the formulas (fused_gen.go).

//go:generate go test -run ^TestFusedIsCurrent$ -update

// formulas are the elementary functions of floats. Each writes the formula for the dtype of the writer.
var formulas = map[*graph.Primitive]func(w *formula, x, y val) val{
	graph.Rsqrt: (*formula).rsqrt,
	graph.Exp:   (*formula).exp,
	graph.Expm1: (*formula).expm1,
	graph.Log:   (*formula).log,
	graph.Log1p: (*formula).log1p,
	graph.Sin:   (*formula).sin,
	graph.Cos:   (*formula).cos,
	graph.Tanh:  (*formula).tanh,
	graph.Erf:   (*formula).erf,
	graph.Pow:   (*formula).pow,
	graph.Atan2: (*formula).atan2,
	graph.Exp2:  (*formula).exp2,
	graph.Log2:  (*formula).log2,
	graph.Log10: (*formula).log10,
	graph.Tan:   (*formula).tan,
	graph.Asin:  (*formula).asin,
	graph.Acos:  (*formula).acos,
	graph.Atan:  (*formula).atan,
	graph.Sinh:  (*formula).sinh,
	graph.Cosh:  (*formula).cosh,
	graph.Asinh: (*formula).asinh,
	graph.Acosh: (*formula).acosh,
	graph.Atanh: (*formula).atanh,
	graph.Erfc:  (*formula).erfc,
	graph.Ndtr:  (*formula).ndtr,

	graph.Sigmoid: (*formula).sigmoid,
}

// elementary reports whether the instruction is a formula.
func (in *instr) elementary() bool {
	return in.op == opCompute && in.dtype.IsFloat() && formulas[in.prim] != nil
}

// expand writes out the formulas in a loop. What it computes stays the same, bit for bit.
func (l *loop) expand() {
	number := make([]int, len(l.instrs))
	w := &formula{code: &writing{consts: map[constKey]val{}}}
	for i, in := range l.instrs {
		in.renumber(number)
		if !in.elementary() {
			number[i] = int(w.emit(in))
			continue
		}
		w.level, w.src, w.d = in.level, in.src, in.dtype
		var args [2]val
		for k, x := range in.args {
			args[k] = val(x)
		}
		number[i] = int(w.apply(in.prim, args[0], args[1]))
	}
	l.instrs = w.code.instrs
}

// apply writes p of x and y in the type in which registers hold w's dtype, and rounds.
func (w *formula) apply(p *graph.Primitive, x, y val) val {
	d := w.d
	if held(d) == d {
		return formulas[p](w, x, y)
	}
	w = w.as(held(d))
	x = w.cast(x, w.d)
	if p.Kind == graph.Binary {
		y = w.cast(y, w.d)
	}
	return w.cast(formulas[p](w, x, y), d)
}

// val is the number of an instruction.
type val int

// formula writes instructions, of dtype d where nothing else is said.
type formula struct {
	code  *writing
	d     graph.DType // Float32 or Float64
	level level
	src   *graph.Value
	rare  int
}

// writing is what is written.
type writing struct {
	instrs []instr
	consts map[constKey]val
}

type constKey struct {
	d    graph.DType
	bits uint64
}

func (w *formula) emit(in instr) val {
	w.code.instrs = append(w.code.instrs, in)
	return val(len(w.code.instrs) - 1)
}

// as is w with another dtype.
func (w *formula) as(d graph.DType) *formula {
	v := *w
	v.d = d
	return &v
}

// rarely is w for instructions whose results matter only where cond holds.
func (w *formula) rarely(cond val) *formula {
	v := *w
	v.rare = int(cond) + 1
	return &v
}

func (w *formula) wide() bool { return w.d == graph.Float64 }

// of is the number for the dtype of the formula.
func of[T any](w *formula, single, double T) T {
	if w.wide() {
		return double
	}
	return single
}

func (w *formula) typ(x val) graph.DType { return w.code.instrs[x].dtype }

func (w *formula) op(op opcode, d graph.DType, args ...val) val {
	in := instr{op: op, level: levelUniform, dtype: d, src: w.src, rare: w.rare}
	for _, x := range args {
		in.args = append(in.args, int(x))
		if w.code.instrs[x].level != levelUniform {
			in.level = w.level
		}
	}
	return w.emit(in)
}

func (w *formula) prim(p *graph.Primitive, d graph.DType, args ...val) val {
	x := w.op(opCompute, d, args...)
	w.code.instrs[x].prim = p
	return x
}

func (w *formula) constant(d graph.DType, s graph.Scalar) val {
	a, b := s.Bits()
	key := constKey{d, a ^ b<<1}
	if d.IsFloat() {
		key.bits = math.Float64bits(s.Float())
	}
	i, ok := w.code.consts[key]
	if !ok {
		i = w.emit(instr{op: opConst, level: levelUniform, dtype: d, value: s})
		w.code.consts[key] = i
	}
	return i
}

// unsigned and signed are the integers as wide as the dtype of the formula.
func (w *formula) unsigned() graph.DType { return of(w, graph.Uint32, graph.Uint64) }
func (w *formula) signed() graph.DType   { return of(w, graph.Int32, graph.Int64) }

func (w *formula) c(x float64) val               { return w.constant(w.d, graph.FloatOf(x)) }
func (w *formula) ci(like val, n uint64) val     { return w.constant(w.typ(like), graph.IntOf(int64(n))) }
func (w *formula) add(x, y val) val              { return w.prim(graph.Add, w.typ(x), x, y) }
func (w *formula) sub(x, y val) val              { return w.prim(graph.Sub, w.typ(x), x, y) }
func (w *formula) mul(x, y val) val              { return w.prim(graph.Mul, w.typ(x), x, y) }
func (w *formula) div(x, y val) val              { return w.prim(graph.Div, w.typ(x), x, y) }
func (w *formula) sqrt(x val) val                { return w.prim(graph.Sqrt, w.typ(x), x) }
func (w *formula) round(x val) val               { return w.prim(graph.Round, w.typ(x), x) }
func (w *formula) floor(x val) val               { return w.prim(graph.Floor, w.typ(x), x) }
func (w *formula) neg(x val) val                 { return w.prim(graph.Neg, w.typ(x), x) }
func (w *formula) abs(x val) val                 { return w.prim(graph.Abs, w.typ(x), x) }
func (w *formula) and(x, y val) val              { return w.prim(graph.And, w.typ(x), x, y) }
func (w *formula) or(x, y val) val               { return w.prim(graph.Or, w.typ(x), x, y) }
func (w *formula) xor(x, y val) val              { return w.prim(graph.Xor, w.typ(x), x, y) }
func (w *formula) shl(x val, n uint64) val       { return w.prim(graph.ShiftLeft, w.typ(x), x, w.ci(x, n)) }
func (w *formula) shr(x val, n uint64) val       { return w.prim(graph.ShiftRight, w.typ(x), x, w.ci(x, n)) }
func (w *formula) lt(x, y val) val               { return w.prim(graph.Lt, graph.Bool, x, y) }
func (w *formula) le(x, y val) val               { return w.prim(graph.Le, graph.Bool, x, y) }
func (w *formula) eq(x, y val) val               { return w.prim(graph.Eq, graph.Bool, x, y) }
func (w *formula) sel(cond, x, y val) val        { return w.prim(graph.Select, w.typ(x), cond, x, y) }
func (w *formula) cast(x val, d graph.DType) val { return w.prim(graph.Cast, d, x) }
func (w *formula) fma(x, y, z val) val           { return w.op(opFMA, w.typ(x), x, y, z) }
func (w *formula) greater(x, y val) val          { return w.op(opGreater, w.typ(x), x, y) }
func (w *formula) lesser(x, y val) val           { return w.op(opLesser, w.typ(x), x, y) }
func (w *formula) scale(x, n val) val            { return w.op(opScale, w.typ(x), x, n) }
func (w *formula) as1(d graph.DType, x val) val  { return w.op(opBits, d, x) }

// bits are the bits of a float, as an unsigned integer; float is a float of these bits.
func (w *formula) bits(x val) val  { return w.as1(w.unsigned(), x) }
func (w *formula) float(x val) val { return w.as1(w.d, x) }

func (w *formula) lookup(t *lookup, part int, at val) val {
	x := w.op(opLookup, graph.Float64, at)
	w.code.instrs[x].table, w.code.instrs[x].index = t, part
	return x
}

// The format of the dtype: bits of the mantissa, bias of the exponent, and the number that, added, rounds to an integer
// which then stands in the lowest bits.
func (w *formula) mantissa() uint64 { return of[uint64](w, 23, 52) }
func (w *formula) bias() uint64     { return of[uint64](w, 127, 1023) }
func (w *formula) shifter() val     { return w.c(of(w, 0x1.8p23, 0x1.8p52)) }
func (w *formula) signBit() uint64  { return of[uint64](w, 1<<31, 1<<63) }

// sign is the sign bit of x; signed is x with a sign bit added to it.
func (w *formula) sign(x val) val {
	b := w.bits(x)
	return w.and(b, w.ci(b, w.signBit()))
}

func (w *formula) withSign(x, sign val) val { return w.float(w.xor(w.bits(x), sign)) }

// poly is c[0] + c[1]·x + c[2]·x² + …, where x2 is x²: even and odd powers apart, so that they need not wait for each
// other.
func (w *formula) poly(x, x2 val, c ...float64) val {
	n := len(c)
	if n < 4 {
		return w.horner(x, c...)
	}
	part := func(k int) val { // c[k] + c[k+2]·x² + …
		last := k + (n-1-k)/2*2
		p := w.c(c[last])
		for i := last - 2; i >= k; i -= 2 {
			p = w.fma(p, x2, w.c(c[i]))
		}
		return p
	}
	return w.fma(part(1), x, part(0))
}

func (w *formula) horner(x val, c ...float64) val {
	return w.hornerOn(w.c(c[len(c)-1]), x, c[:len(c)-1])
}

// hornerOn is c[0] + c[1]·x + … + p·xⁿ. Where terms nearly cancel each other it loses less than poly.
func (w *formula) hornerOn(p, x val, c []float64) val {
	for i := len(c) - 1; i >= 0; i-- {
		p = w.fma(p, x, w.c(c[i]))
	}
	return p
}

// alternating is poly for terms that nearly cancel each other: the first n by themselves.
func (w *formula) alternating(x val, n int, c ...float64) val {
	return w.hornerOn(w.poly(x, w.mul(x, x), c[n:]...), x, c[:n])
}

// hornerSum is c + cl + (x + xl)·(p + pl) as a sum, where |x·p| is not above half of |c|. What is −1 is left out.
func (w *formula) hornerSum(c, cl float64, x, xl, p, pl val) (sum, l val) {
	var low val = -1
	if cl != 0 {
		low = w.c(cl)
	}
	return w.hornerSumOn(w.c(c), low, x, xl, p, pl)
}

func (w *formula) hornerSumOn(c, cl, x, xl, p, pl val) (sum, l val) {
	sum = w.fma(x, p, c)
	l = w.fma(x, p, w.sub(c, sum))
	if xl >= 0 {
		l = w.fma(xl, p, l)
	}
	if pl >= 0 {
		l = w.fma(x, pl, l)
	}
	if cl >= 0 {
		l = w.add(l, cl)
	}
	return sum, l
}

// productSum is (x + xl)·(y + yl) as a sum.
func (w *formula) productSum(x, xl, y, yl val) (product, l val) {
	product = w.mul(x, y)
	return product, w.fma(x, yl, w.fma(xl, y, w.fma(x, y, w.neg(product))))
}

func (w *formula) rsqrt(x, _ val) val { return w.div(w.c(1), w.sqrt(x)) }
