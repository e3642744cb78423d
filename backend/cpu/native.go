package cpu

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"sync"
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/jit"
	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// loopCompiler makes and keeps machine code of loops. A device without one evaluates them portably.
type loopCompiler struct {
	features amd64.Features
	heap     *exec.Heap
	large    int // bytes of results that no cache holds until they are read
	far      int // bytes of an array whose rows are asked for before they are read

	mu    sync.Mutex
	asm   amd64.Assembler
	codes map[string]*exec.Code // by the kernel's key; nil: it cannot be expressed, or there is no room
}

// newLoopCompiler is the compiler for a processor level: "avx512", "avx2", "none", or "" for the best there is. It is nil
// where there is none.
func newLoopCompiler(level string) *loopCompiler {
	features, err := amd64.Detect().Restrict(level)
	if err != nil || raceEnabled || !features.Has(amd64.LevelAVX2) || exec.Available() != nil {
		return nil
	}
	large := max(amd64.DetectCaches().L3/2, 16<<20)
	far := 2 * max(amd64.DetectCaches().L2, 1<<20)
	return &loopCompiler{features: features, heap: exec.NewHeap(exec.Options{}), large: large, far: far, codes: map[string]*exec.Code{}}
}

// code is the machine code of k, held for the caller; nil where there is none.
func (e *loopCompiler) code(k *jit.Kernel) *exec.Code {
	return e.codeOf(k.Key(), k.Name, func(a *amd64.Assembler) ([]byte, error) {
		code, err := jit.Compile(a, k, e.features)
		if err != nil && os.Getenv("FLAMBEAU_DUMP") != "" {
			fmt.Fprintf(os.Stderr, "%v\n%s", err, k)
		}
		return code, err
	})
}

// codeOf is the code that write writes, or wrote for the same key, held for the caller; nil where there is none.
func (e *loopCompiler) codeOf(key, name string, write func(*amd64.Assembler) ([]byte, error)) *exec.Code {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, known := e.codes[key]
	if !known {
		c = e.compile(name, write)
		e.codes[key] = c
	}
	if c == nil || !c.Acquire() {
		return nil
	}
	return c
}

// compile writes code. Where the budget is used up, code that only the table holds goes.
func (e *loopCompiler) compile(name string, write func(*amd64.Assembler) ([]byte, error)) *exec.Code {
	code, err := write(&e.asm)
	if err != nil {
		return nil
	}
	c, err := e.heap.Add(name, code)
	if err != nil {
		for key, old := range e.codes {
			if old != nil {
				old.Release()
			}
			delete(e.codes, key)
		}
		if c, err = e.heap.Add(name, code); err != nil {
			return nil
		}
	}
	return c
}

// native is machine code for one level of a loop, laid out for its sizes.
type native struct {
	code      *exec.Code
	kernel    *jit.Kernel
	dims      []int // the index space of the level, outermost first; the last are the elements, the one before them the rows
	streams   []nativeStream
	positions []nativePosition
	uniforms  []int // instructions
	tables    []*float64
	chunk     int  // elements that are worth a worker, and not too many for a call
	reordered bool // dims are not in the loop's order
	turning   *turning
}

// nativeStream is where a stream lies: element 0 at base of its buffer, steps in bytes along dims.
type nativeStream struct {
	buf   int // a buffer of the program; ownReg: a register of the frame
	reg   int // the instruction whose register it is
	off   int
	steps []int
	last  int // bytes from element to element
}

// nativePosition is an affine function of the indices.
type nativePosition struct {
	off, size int
	steps     []int
	last      int
}

const ownReg = -1

// typeOf is the type of machine code for elements of type d, as registers hold them; ok is false where there is none.
func typeOf(d graph.DType) (t jit.Type, ok bool) {
	switch d {
	case graph.Bool:
		return jit.Bool, true
	case graph.Int8:
		return jit.I8, true
	case graph.Uint8:
		return jit.U8, true
	case graph.Int16:
		return jit.I16, true
	case graph.Uint16:
		return jit.U16, true
	case graph.Int32:
		return jit.I32, true
	case graph.Uint32:
		return jit.U32, true
	case graph.Int64:
		return jit.I64, true
	case graph.Uint64:
		return jit.U64, true
	case graph.Float32:
		return jit.F32, true
	case graph.Float64:
		return jit.F64, true
	case graph.Float16:
		return jit.F16, true
	case graph.BFloat16:
		return jit.BF16, true
	}
	return jit.None, false
}

// nativeOps are the primitives that are an operation of machine code.
var nativeOps = map[*graph.Primitive]jit.Op{
	graph.Add: jit.Add, graph.Sub: jit.Sub, graph.Mul: jit.Mul, graph.Max: jit.Max, graph.Min: jit.Min,
	graph.And: jit.And, graph.Or: jit.Or, graph.Xor: jit.Xor, graph.Not: jit.Not, graph.Neg: jit.Neg, graph.Abs: jit.Abs, graph.Sign: jit.Sign,
	graph.Sqrt: jit.Sqrt, graph.Floor: jit.Floor, graph.Ceil: jit.Ceil, graph.Round: jit.Round,
	graph.Eq: jit.Eq, graph.Lt: jit.Lt, graph.Le: jit.Le, graph.Select: jit.Select, graph.Cast: jit.Cast,
}

var nativeReductions = map[*graph.Primitive]jit.Op{
	graph.ReduceSum: jit.Sum, graph.ReduceProd: jit.Product, graph.ReduceMax: jit.Maximum, graph.ReduceMin: jit.Minimum,
}

var nativeFormula = map[opcode]jit.Op{opFMA: jit.FMA, opLesser: jit.Lesser, opGreater: jit.Greater, opScale: jit.Scale, opBits: jit.Bits}

// lowering makes a kernel of one level of a layout.
type lowering struct {
	y     *layout
	k     *jit.Kernel
	n     *native
	axes  []int // those that the level runs over, outermost first
	sizes []int
	to    map[int]int // instructions of the loop to those of the kernel
	rare  int         // that of the instruction at hand
	raw   [][]int     // of each stream: its steps along axes, in elements
	bad   bool
}

func (w *lowering) add(in jit.Instr) int {
	if in.Op != jit.Const && in.Op != jit.Uniform {
		in.Rare = w.rare
	}
	w.k.Instrs = append(w.k.Instrs, in)
	return len(w.k.Instrs) - 1
}

func instrOf(op jit.Op, t jit.Type, args ...int) jit.Instr {
	in := jit.Instr{Op: op, Type: t, Args: [3]int{jit.NoArg, jit.NoArg, jit.NoArg}, Mask: jit.NoArg}
	copy(in.Args[:], args)
	return in
}

// lower makes native code of level lv of y; nil where there is none. A level with reductions is reduced in the form that
// is given.
func (y *layout) lower(e *loopCompiler, lv level, form jit.Form, name string) *native {
	w := &lowering{y: y, k: &jit.Kernel{Name: name, Form: form}, n: &native{}, to: map[int]int{}}
	w.axes = y.order
	if lv == levelKept {
		w.axes = y.kept
	}
	for _, j := range w.axes {
		w.sizes = append(w.sizes, y.sizes[y.axes[j]])
	}
	stored := false
	for i := range y.instrs {
		in := &y.instrs[i]
		switch {
		case in.level == levelUniform:
		case in.level == lv && !(in.op == opReduce && lv == levelKept):
			w.instr(i)
			stored = stored || in.op == opStore
		}
		if in.op == opReduce && lv == levelFull {
			w.reduction(i)
			stored = true
		}
		if w.bad {
			return nil
		}
	}
	if !stored {
		return nil
	}
	if !w.shape() {
		return nil
	}
	w.k.Prune()
	w.n.kernel = w.k
	if t := w.n.turning; t != nil {
		t.lay(w, e.large)
		for past := range t.code {
			if t.code[past] = e.tiles(t.size, past == 1); t.code[past] == nil {
				return nil
			}
			runtime.AddCleanup(w.n, func(c *exec.Code) { c.Release() }, t.code[past])
		}
	}
	if w.n.turning == nil || !w.n.turning.copies {
		if w.n.code = e.code(w.k); w.n.code == nil {
			return nil
		}
		runtime.AddCleanup(w.n, func(c *exec.Code) { c.Release() }, w.n.code)
	}
	work := 0
	for i := range w.k.Instrs {
		if op := w.k.Instrs[i].Op; op != jit.Const && op != jit.Uniform {
			work++
		}
	}
	w.n.chunk = min(max(1<<20/max(work, 1), 4*block), 64*block) &^ (block - 1)
	return w.n
}

// arg is the kernel's instruction for instruction i of the loop.
func (w *lowering) arg(i int) int {
	if v, ok := w.to[i]; ok {
		return v
	}
	in := &w.y.instrs[i]
	t, ok := typeOf(held2(in.dtype))
	if !ok {
		w.bad = true
		return 0
	}
	switch {
	case in.op == opConst:
		var bits [16]byte
		setScalar(unsafe.Pointer(&bits), in.dtype, in.value)
		v := instrOf(jit.Const, t)
		for k := t.Bytes() - 1; k >= 0; k-- {
			v.Bits = v.Bits<<8 | uint64(bits[k])
		}
		w.to[i] = w.add(v)
	case in.level == levelUniform:
		v := instrOf(jit.Uniform, t)
		v.N = w.k.Uniforms
		w.k.Uniforms++
		w.n.uniforms = append(w.n.uniforms, i)
		w.to[i] = w.add(v)
	case in.op == opReduce: // at level kept: what was reduced, one result after the other
		w.to[i] = w.flat(i, t)
		w.halve(i)
	default:
		w.bad = true
	}
	return w.to[i]
}

// held2 is held, but bool stays.
func held2(d graph.DType) graph.DType {
	if d == graph.Bool {
		return d
	}
	return held(d)
}

// flat loads register i of the frame, whose elements lie one after the other as the level counts.
func (w *lowering) flat(i int, t jit.Type) int {
	steps := make([]int, len(w.sizes))
	n := 1
	for j := len(steps) - 1; j >= 0; j-- {
		steps[j] = n
		n *= w.sizes[j]
	}
	v := instrOf(jit.Load, t)
	v.N = w.stream(nativeStream{buf: ownReg, reg: i}, t, steps)
	return w.add(v)
}

// halve rounds what the loop's instruction i gives, if it is of half precision.
func (w *lowering) halve(i int) {
	switch w.y.instrs[i].dtype {
	case graph.Float16, graph.BFloat16:
		t, _ := typeOf(w.y.instrs[i].dtype)
		v := instrOf(jit.Half, jit.F32, w.to[i])
		v.From = t
		w.to[i] = w.add(v)
	}
}

// stream adds a stream with steps in elements along the axes.
func (w *lowering) stream(s nativeStream, t jit.Type, steps []int) int {
	w.n.streams = append(w.n.streams, s)
	w.k.Streams = append(w.k.Streams, jit.Stream{Type: t})
	w.raw = append(w.raw, steps)
	return len(w.n.streams) - 1
}

// steps are the coefficients of a along the level's axes.
func (w *lowering) steps(a affineID) (off int, steps []int) {
	b := w.y.sizes.affine(a, w.axes)
	return b.off, b.coef
}

// instr lowers instruction i of the loop.
func (w *lowering) instr(i int) {
	in := &w.y.instrs[i]
	t, ok := typeOf(held2(in.dtype))
	if !ok || in.check != nil {
		w.bad = true
		return
	}
	memory, _ := typeOf(in.dtype)
	if in.rare > 0 && w.y.instrs[in.rare-1].level == in.level {
		w.rare = w.arg(in.rare-1) + 1
		defer func() { w.rare = 0 }()
	}
	switch in.op {
	case opConst, opNumber, opSize:
		w.bad = true // they are uniform
	case opIndex:
		v := instrOf(jit.Index, t)
		v.N = w.position(in.at, math.MaxInt32)
		w.to[i] = w.add(v)
		w.halve(i)
	case opMask:
		w.to[i] = w.mask(in)
	case opLoad:
		mask := w.mask(in)
		off, steps := w.steps(in.at)
		v := instrOf(jit.Load, t)
		v.Mask = mask
		v.N = w.stream(nativeStream{buf: in.buf, off: off * memory.Bytes()}, memory, steps)
		w.to[i] = w.add(v)
	case opStore:
		x := w.arg(in.args[0])
		off, steps := w.steps(in.at)
		v := instrOf(jit.Store, t, x)
		v.N = w.stream(nativeStream{buf: in.buf, off: off * memory.Bytes()}, memory, steps)
		w.add(v)
	case opAcc:
		if !in.dtype.IsFloat() {
			w.bad = true
			return
		}
		w.to[i] = w.flat(i, t)
		w.halve(i)
	case opCompute:
		w.compute(i, t)
	case opLookup:
		w.lookup(i)
	default:
		op, ok := nativeFormula[in.op]
		if !ok {
			w.bad = true
			return
		}
		w.to[i] = w.add(instrOf(op, t, w.args(i)...))
		w.halve(i)
	}
}

func (w *lowering) args(i int) []int {
	var out []int
	for _, x := range w.y.instrs[i].instr.args {
		out = append(out, w.arg(x))
	}
	return out
}

func (w *lowering) compute(i int, t jit.Type) {
	in := &w.y.instrs[i]
	args := w.args(i)
	if w.bad {
		return
	}
	from := w.k.Instrs[args[0]].Type
	op, ok := nativeOps[in.prim]
	v := instrOf(op, t, args...)
	v.From = from
	switch {
	case in.prim == graph.Div && t.Float():
		v.Op = jit.Div
	case in.prim == graph.ShiftLeft, in.prim == graph.ShiftRight:
		by := &w.k.Instrs[args[1]]
		if by.Op != jit.Const || by.Bits > 64 {
			w.bad = true
			return
		}
		v.Op = jit.Shl
		if in.prim == graph.ShiftRight {
			v.Op = jit.Shr
		}
		v.N, v.Args[1] = int(by.Bits), jit.NoArg
	case in.prim == graph.Cast:
		half := in.dtype == graph.Float16 || in.dtype == graph.BFloat16
		if half && from != jit.F32 {
			w.bad = true // rounded once, and not by way of f32
			return
		}
		if half {
			w.to[i] = args[0]
			w.halve(i)
			return
		}
	case !ok:
		w.bad = true
		return
	}
	w.to[i] = w.add(v)
	w.halve(i)
}

// lookup reads an element of a table. Where the index is none of its rows the result does not matter.
func (w *lowering) lookup(i int) {
	in := &w.y.instrs[i]
	at := w.arg(in.args[0])
	t := w.k.Instrs[at].Type
	data := in.table.data()
	last := instrOf(jit.Const, t)
	last.Bits = uint64(in.table.rows - 1)
	at = w.add(instrOf(jit.Min, t, at, w.add(last)))
	parts := instrOf(jit.Const, t)
	parts.Bits = uint64(in.table.parts)
	at = w.add(instrOf(jit.Mul, t, at, w.add(parts)))
	v := instrOf(jit.Lookup, jit.F64, at)
	v.From, v.N = t, w.k.Tables
	w.k.Tables++
	w.n.tables = append(w.n.tables, &data[in.index])
	w.to[i] = w.add(v)
}

// reduction lowers the reduction i, of what its operand is at level full.
func (w *lowering) reduction(i int) {
	in := &w.y.instrs[i]
	t, ok := typeOf(held2(in.dtype))
	op, known := nativeReductions[in.prim]
	if !ok || !known {
		w.bad = true
		return
	}
	x := w.arg(in.args[0])
	if t == jit.Bool && !w.bad && w.k.Instrs[x].Type == t { // bytes of 0 and 1
		v := instrOf(jit.Cast, jit.U8, x)
		v.From, t = t, jit.U8
		x = w.add(v)
	}
	if w.bad || w.k.Instrs[x].Type != t {
		w.bad = true
		return
	}
	v := instrOf(op, t, x)
	v.N = w.k.Outputs
	w.k.Outputs++
	w.add(v)
}

// mask is whether all masks of in hold; NoArg where it has none.
func (w *lowering) mask(in *codeInstr) int {
	all := jit.NoArg
	for _, m := range in.masks {
		v := instrOf(jit.Inside, jit.Bool)
		v.N = w.position(m.at, w.y.sizes[m.size])
		x := w.add(v)
		if all != jit.NoArg {
			x = w.add(instrOf(jit.And, jit.Bool, all, x))
		}
		all = x
	}
	if all == jit.NoArg && in.op == opMask {
		v := instrOf(jit.Const, jit.Bool)
		v.Bits = 1
		all = w.add(v)
	}
	return all
}

// position adds a position. Places are of 32 bits in machine code.
func (w *lowering) position(a affineID, size int) int {
	off, steps := w.steps(a)
	lo, hi := off, off
	for j, s := range steps {
		if d := s * max(w.sizes[j]-1, 0); d < 0 {
			lo += d
		} else {
			hi += d
		}
	}
	if lo < math.MinInt32 || hi > math.MaxInt32 || size > math.MaxInt32 || size == 0 {
		w.bad = true
	}
	w.n.positions = append(w.n.positions, nativePosition{off: off, size: size, steps: steps})
	return len(w.n.positions) - 1
}
