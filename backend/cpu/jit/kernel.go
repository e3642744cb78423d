package jit

import (
	"fmt"
	"strconv"
	"strings"
)

// Type is the type of a value, or of elements in memory.
type Type uint8

// The types. Bool is a byte of 0 or 1 in memory; F16 and BF16 are only in memory, and are F32 in registers.
const (
	None Type = iota
	Bool
	I8
	U8
	I16
	U16
	I32
	U32
	I64
	U64
	F32
	F64
	F16
	BF16
)

var typeNames = [...]string{"none", "bool", "i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "f32", "f64", "f16", "bf16"}

func (t Type) String() string { return typeNames[t] }

// Bytes is the size of an element in memory.
func (t Type) Bytes() int { return [...]int{0, 1, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 2, 2}[t] }

// Held is the type in which registers hold elements of type t.
func (t Type) Held() Type {
	if t == F16 || t == BF16 {
		return F32
	}
	return t
}

// Float reports whether t is a floating type.
func (t Type) Float() bool { return t >= F32 }

// Signed reports whether t is a signed integer type.
func (t Type) Signed() bool { return t == I8 || t == I16 || t == I32 || t == I64 }

// Op is what an instruction does. Operands are of the result's type where nothing else is said.
type Op uint8

// The operations.
const (
	Const   Op = iota // the number whose bits are Bits
	Uniform           // argument number N
	Load              // the element of stream N; 0 where Mask, a Bool, is false
	Store             // the element of stream N becomes Args[0]
	Index             // the place of position N
	Inside            // whether 0 ≤ the place of position N < its size
	Add               // Args[0] + Args[1]
	Sub               // …
	Mul               //
	Div               // of floats
	FMA               // Args[0]·Args[1] + Args[2], rounded once
	Max               // the greater; NaN where one is NaN, and +0 is greater than −0
	Min               // the less
	Lesser            // Args[0] where it is less than Args[1], else Args[1]
	Greater           // Args[0] where it is greater, else Args[1]
	Scale             // Args[0]·2ⁿ, n = Args[1], an integer as a float; rounded once
	And               // bits, or of Bool
	Or                //
	Xor               //
	Not               //
	Shl               // by N
	Shr               // by N; of signed integers, with copies of the sign
	Neg               //
	Abs               //
	Sign              // −1, 0, 1; NaN stays, and so does −0 as 0
	Sqrt              //
	Floor             //
	Ceil              //
	Round             // to the nearest integer, halves to even
	Eq                // Bool, of operands of type From
	Lt                //
	Le                //
	Select            // Args[1] where Args[0], a Bool, is true, else Args[2]
	Cast              // from type From
	Half              // F32 rounded to From, F16 or BF16
	Bits              // the bits of Args[0], as another type of the same size
	Lookup            // element Args[0], an integer of type From, of table N, of F64
	recall            // within a region: value N that it needs
	retain            // within a region: its result N is Args[0]
	Sum               // the reduction of Args[0] to output N; the result is no operand of anything
	Product           //
	Maximum           //
	Minimum           //
)

var opNames = [...]string{"const", "uniform", "load", "store", "index", "inside", "add", "sub", "mul", "div", "fma", "max", "min", "lesser", "greater", "scale",
	"and", "or", "xor", "not", "shl", "shr", "neg", "abs", "sign", "sqrt", "floor", "ceil", "round", "eq", "lt", "le", "select", "cast", "half", "bits", "lookup", "recall", "retain",
	"sum", "product", "maximum", "minimum"}

func (o Op) String() string { return opNames[o] }

func (o Op) reduces() bool { return o >= Sum }

// NoArg stands for an operand that is not there, and for no mask.
const NoArg = -1

// Instr is an instruction. Operands are numbers of earlier ones.
type Instr struct {
	Op   Op
	Type Type // of the result; of a Store, Held of what is in memory
	From Type // of operands, where they are of another type
	Args [3]int
	N    int
	Bits uint64
	Mask int // of a Load

	// Rare is 0, or 1 more than the number of a Bool: the result matters only where that holds. Code skips such
	// instructions, one after the other with the same condition, where it holds in no lane.
	Rare int
}

// Step says how the elements of a stream lie along the inner level.
type Step uint8

// The steps.
const (
	Next    Step = iota // one after the other
	Same                // all the same
	Strided             // at a distance that is an argument
)

// Stream is memory that a kernel reads or writes.
type Stream struct {
	Type Type
	Step Step
	Past bool // stores go past the caches

	// Ahead is 0, or how many bytes beyond what is loaded memory is asked for, of step Next: what a later call reads is on
	// its way to the caches then.
	Ahead int
}

// Form says what a kernel does with its two levels.
type Form uint8

// The forms.
const (
	// Map executes the body for each element of each row.
	Map Form = iota
	// Rows reduces each row: element i goes to partial result i mod 32, and the partial results are combined as a tree (i
	// and i+16, then i and i+8, …). The results of rows lie one after the other.
	Rows
	// Runs reduces over rows: for each element, the rows one after the other are added to what is there. The results lie
	// one after the other.
	Runs
)

// Kernel is a loop nest.
type Kernel struct {
	Name      string
	Form      Form
	Instrs    []Instr
	Streams   []Stream
	Uniforms  int // how many
	Positions int
	Outputs   int // of reductions
	Tables    int
}

// The words of an argument block, in its order: rows, n; for each stream its address, the bytes from row to row, the
// bytes from element to element (read where it is Strided); for each position its place at the first element, what it
// grows by from row to row and from element to element, and its size; the uniforms; the address of each output; the
// address of each table.
const (
	argRows = iota
	argN
	argStreams

	streamWords   = 3
	positionWords = 4
)

func (k *Kernel) stream(s int) int   { return argStreams + streamWords*s }
func (k *Kernel) position(p int) int { return k.stream(len(k.Streams)) + positionWords*p }
func (k *Kernel) uniform(u int) int  { return k.position(k.Positions) + u }
func (k *Kernel) output(o int) int   { return k.uniform(k.Uniforms) + o }
func (k *Kernel) table(t int) int    { return k.output(k.Outputs) + t }

// Words is how many words an argument block has.
func (k *Kernel) Words() int { return k.table(k.Tables) }

// Args is the argument block of a call. A call uses it up: addresses and places are those after the last row.
type Args []uint64

// SetRows sets how many rows there are, and how many elements in each.
func (a Args) SetRows(rows, n int) { a[argRows], a[argN] = uint64(rows), uint64(n) }

// SetStream sets a stream's address, and its steps in bytes.
func (a Args) SetStream(k *Kernel, s int, addr uintptr, row, step int) {
	at := k.stream(s)
	a[at], a[at+1], a[at+2] = uint64(addr), uint64(row), uint64(step)
}

// SetPosition sets a position's place at the first element, its steps, and its size.
func (a Args) SetPosition(k *Kernel, p, at, row, step, size int) {
	i := k.position(p)
	a[i], a[i+1], a[i+2], a[i+3] = uint64(at), uint64(row), uint64(step), uint64(size)
}

// SetUniform sets the bits of a uniform.
func (a Args) SetUniform(k *Kernel, u int, bits uint64) { a[k.uniform(u)] = bits }

// SetOutput sets where the results of a reduction go.
func (a Args) SetOutput(k *Kernel, o int, addr uintptr) { a[k.output(o)] = uint64(addr) }

// SetTable sets where a table lies.
func (a Args) SetTable(k *Kernel, t int, addr uintptr) { a[k.table(t)] = uint64(addr) }

// Key tells kernels apart: those with one key have the same code.
func (k *Kernel) Key() string {
	b := make([]byte, 0, 32+32*len(k.Instrs))
	number := func(n int) { b = append(strconv.AppendInt(b, int64(n), 36), ' ') }
	for _, n := range [...]int{int(k.Form), k.Uniforms, k.Positions, k.Outputs, k.Tables} {
		number(n)
	}
	for _, s := range k.Streams {
		b = append(b, ' ')
		number(int(s.Type))
		number(int(s.Step))
		number(s.Ahead)
		b = strconv.AppendBool(b, s.Past)
	}
	for i := range k.Instrs {
		in := &k.Instrs[i]
		b = append(b, ';')
		for _, n := range [...]int{int(in.Op), int(in.Type), int(in.From), in.Args[0], in.Args[1], in.Args[2], in.N, in.Mask, in.Rare} {
			number(n)
		}
		b = strconv.AppendUint(b, in.Bits, 36)
	}
	return string(b)
}

// String is the text form.
func (k *Kernel) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", [...]string{"map", "rows", "runs"}[k.Form], k.Name)
	for i, s := range k.Streams {
		fmt.Fprintf(&b, "  stream %d: %s %s\n", i, s.Type, [...]string{"next", "same", "strided"}[s.Step])
	}
	for i := range k.Instrs {
		in := &k.Instrs[i]
		fmt.Fprintf(&b, "  v%d: %s = %s", i, in.Type, in.Op)
		for _, x := range in.Args {
			if x != NoArg {
				fmt.Fprintf(&b, " v%d", x)
			}
		}
		switch in.Op {
		case Const:
			fmt.Fprintf(&b, " %#x", in.Bits)
		case Uniform, Load, Store, Index, Inside, Shl, Shr, Lookup, Sum, Product, Maximum, Minimum:
			fmt.Fprintf(&b, " #%d", in.N)
		}
		if in.Op == Load && in.Mask != NoArg {
			fmt.Fprintf(&b, " if v%d", in.Mask)
		}
		if in.Rare > 0 {
			fmt.Fprintf(&b, " where v%d", in.Rare-1)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Unsupported says that a kernel has something that the code generator cannot express.
type Unsupported struct{ What string }

func (e *Unsupported) Error() string { return "jit: no machine code for " + e.What }

// Prune leaves out instructions whose results nothing uses.
func (k *Kernel) Prune() {
	used := make([]bool, len(k.Instrs))
	for i := len(k.Instrs) - 1; i >= 0; i-- {
		in := &k.Instrs[i]
		if used[i] = used[i] || in.Op == Store || in.Op.reduces(); !used[i] {
			continue
		}
		for _, x := range in.Args {
			if x != NoArg {
				used[x] = true
			}
		}
		if in.Op == Load && in.Mask != NoArg {
			used[in.Mask] = true
		}
		if in.Rare > 0 {
			used[in.Rare-1] = true
		}
	}
	number := make([]int, len(k.Instrs))
	out := k.Instrs[:0]
	for i, in := range k.Instrs {
		if !used[i] {
			continue
		}
		for a, x := range in.Args {
			if x != NoArg {
				in.Args[a] = number[x]
			}
		}
		if in.Op == Load && in.Mask != NoArg {
			in.Mask = number[in.Mask]
		}
		if in.Rare > 0 {
			in.Rare = number[in.Rare-1] + 1
		}
		number[i] = len(out)
		out = append(out, in)
	}
	k.Instrs = out
}
