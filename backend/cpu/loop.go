package cpu

import (
	"fmt"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
)

// loop is a kernel as a nest of loops over an index space, in SSA form. Its instructions say what is computed for one
// index; an engine decides on blocks, order and threads, none of which changes a bit. A loop that reduces has two
// levels: instructions of level full are for each index, those of level kept for each index of the axes that are not
// reduced, once the reductions are done.
type loop struct {
	axes   []loopAxis
	instrs []instr
}

// loopAxis is one axis of a loop's index space.
type loopAxis struct {
	size graph.Size
	role role
}

// role says what a loop does with an axis. See reduce.go for the order of sums.
type role uint8

const (
	kept     role = iota
	folded        // reduced, and axes that are kept come after it: summed in runs
	trailing      // reduced, and only reduced axes come after it: summed in blocks
)

func (r role) String() string { return [...]string{"", " folded", " trailing"}[r] }

// level says how often an instruction is executed.
type level uint8

const (
	levelUniform level = iota // once
	levelFull                 // for each index
	levelKept                 // for each index of the kept axes, after the reductions
)

func (l level) String() string { return [...]string{"once", "full", "kept"}[l] }

// opcode is what an instruction does.
type opcode uint8

const (
	opConst   opcode = iota // value
	opNumber                // the run's number index
	opSize                  // size
	opIndex                 // at, as an element
	opMask                  // whether all masks hold
	opLoad                  // element at of buffer buf where all masks hold, else 0
	opAcc                   // the element that the contraction has finished
	opCompute               // the primitive of args
	opReduce                // the reduction of args[0] over the axes that are not kept
	opStore                 // element at of buffer buf becomes args[0]

	// What formulas need besides primitives of args.
	opFMA     // args[0]·args[1] + args[2], rounded once
	opLesser  // args[0] where it is less than args[1], else args[1]
	opGreater // args[0] where it is greater than args[1], else args[1]
	opScale   // args[0], of magnitude ¼ to 4, times 2 to the power of the integer args[1], rounded once
	opBits    // the bits of args[0], as another type of the same size
	opLookup  // part index of row args[0] of table
)

// instr is an instruction. Operands are numbers of earlier ones.
type instr struct {
	op    opcode
	level level
	prim  *graph.Primitive
	dtype graph.DType // of the result; of a store, what it writes
	args  []int
	buf   int
	at    affine
	masks []mask
	value graph.Scalar
	index int
	size  graph.Size
	table *lookup
	src   *graph.Value // the graph's value that this is, for messages; may be nil

	// rare is 0, or 1 more than the number of a condition: the result matters only where that holds, so that an engine
	// may skip the instruction for elements of which none fulfils it.
	rare int
}

// mask holds where 0 ≤ at < size.
type mask struct {
	at   affine
	size graph.Size
}

func (m mask) String() string { return fmt.Sprintf("0<=%s<%s", m.at, m.size) }

// newLoop is a loop over shape without instructions; axes of exactly 1 are left out.
func newLoop(shape graph.Shape) *loop {
	l := &loop{}
	for _, n := range shape {
		if !n.Is(1) {
			l.axes = append(l.axes, loopAxis{size: n})
		}
	}
	return l
}

// shape is the sizes of the axes, of the kept ones alone at level kept, and which axes they are.
func (l *loop) shape(lv level) (sizes graph.Shape, axes []int) {
	for j, a := range l.axes {
		if lv == levelFull || a.role == kept {
			sizes, axes = append(sizes, a.size), append(axes, j)
		}
	}
	return sizes, axes
}

// reduces reports whether the loop has reductions.
func (l *loop) reduces() bool {
	for i := range l.instrs {
		if l.instrs[i].op == opReduce {
			return true
		}
	}
	return false
}

// each calls f with each affine function in the loop.
func (l *loop) each(f func(a *affine)) {
	for i := range l.instrs {
		in := &l.instrs[i]
		switch in.op {
		case opIndex, opLoad, opStore:
			f(&in.at)
		}
		for k := range in.masks {
			f(&in.masks[k].at)
		}
	}
}

// prune drops instructions whose results nothing uses. Stores are kept.
func (l *loop) prune() {
	used := make([]bool, len(l.instrs))
	for i := len(l.instrs) - 1; i >= 0; i-- {
		if used[i] = used[i] || l.instrs[i].op == opStore; used[i] {
			for _, x := range l.instrs[i].args {
				used[x] = true
			}
			if r := l.instrs[i].rare; r > 0 {
				used[r-1] = true
			}
		}
	}
	number := make([]int, len(l.instrs))
	out := l.instrs[:0]
	for i, in := range l.instrs {
		if !used[i] {
			continue
		}
		number[i] = len(out)
		in.renumber(number)
		out = append(out, in)
	}
	l.instrs = out
}

// renumber changes the numbers of operands to those in number.
func (in *instr) renumber(number []int) {
	for k, x := range in.args {
		in.args[k] = number[x]
	}
	if in.rare > 0 {
		in.rare = number[in.rare-1] + 1
	}
}

// String is the text form.
func (l *loop) String() string {
	var b strings.Builder
	for j, a := range l.axes {
		fmt.Fprintf(&b, "  i%d < %s%s\n", j, a.size, a.role)
	}
	for i := range l.instrs {
		fmt.Fprintf(&b, "  %s\n", l.instrs[i].text(i))
	}
	return b.String()
}

func (in *instr) text(i int) string {
	var b strings.Builder
	if in.op != opStore {
		fmt.Fprintf(&b, "v%d: %s = ", i, in.dtype.Short())
	}
	switch in.op {
	case opConst:
		fmt.Fprintf(&b, "const %s", in.value)
	case opNumber:
		fmt.Fprintf(&b, "number %d", in.index)
	case opSize:
		fmt.Fprintf(&b, "size %s", in.size)
	case opIndex:
		fmt.Fprintf(&b, "index %s", in.at)
	case opMask:
		b.WriteString("mask")
	case opLoad:
		fmt.Fprintf(&b, "load b%d[%s]", in.buf, in.at)
	case opAcc:
		b.WriteString("accumulator")
	case opStore:
		fmt.Fprintf(&b, "store b%d[%s]", in.buf, in.at)
	case opFMA, opLesser, opGreater, opScale, opBits:
		b.WriteString([...]string{"fma", "lesser", "greater", "scale", "bits"}[in.op-opFMA])
	case opLookup:
		fmt.Fprintf(&b, "lookup %s.%d", in.table.name, in.index)
	default:
		b.WriteString(in.prim.Name)
	}
	for k, x := range in.args {
		fmt.Fprintf(&b, "%s v%d", [...]string{"", ","}[min(k, 1)], x)
	}
	for k, m := range in.masks {
		fmt.Fprintf(&b, "%s %s", [...]string{" if", " and"}[min(k, 1)], m)
	}
	if in.rare > 0 {
		fmt.Fprintf(&b, " where v%d", in.rare-1)
	}
	if in.level != levelFull {
		fmt.Fprintf(&b, "  (%s)", in.level)
	}
	return b.String()
}

// verify checks the form of a loop. A failure is a mistake of the scheduler.
func (l *loop) verify() error {
	for i := range l.instrs {
		in := &l.instrs[i]
		bad := func(format string, args ...any) error {
			return fmt.Errorf("cpu: instruction %q: %s", in.text(i), fmt.Sprintf(format, args...))
		}
		for _, x := range in.args {
			if x < 0 || x >= i {
				return bad("operand v%d is not an earlier instruction", x)
			}
			from := &l.instrs[x]
			switch {
			case from.op == opStore:
				return bad("operand v%d has no value", x)
			case in.op == opReduce && from.level == levelKept:
				return bad("reduces v%d of level %s", x, from.level)
			case in.op != opReduce && from.level > levelUniform && from.level != in.level:
				return bad("operand v%d is of level %s", x, from.level)
			}
		}
		if in.op == opReduce && (in.level != levelKept || len(in.args) != 1) {
			return bad("is no reduction")
		}
		if in.op == opStore && (len(in.args) != 1 || l.instrs[in.args[0]].dtype != in.dtype) {
			return bad("stores another type")
		}
		for _, a := range in.functions() {
			if len(a.coef) != len(l.axes) {
				return bad("a function of %d indices in a loop of %d axes", len(a.coef), len(l.axes))
			}
			for j, c := range a.coef {
				if !c.Is(0) && in.level != levelFull && (in.level == levelUniform || l.axes[j].role != kept) {
					return bad("depends on i%d", j)
				}
			}
		}
	}
	return nil
}

func (in *instr) functions() []affine {
	var out []affine
	switch in.op {
	case opIndex, opLoad, opStore:
		out = append(out, in.at)
	}
	for _, m := range in.masks {
		out = append(out, m.at)
	}
	return out
}
