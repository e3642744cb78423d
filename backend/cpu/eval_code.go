package cpu

import (
	"fmt"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// block is the most elements that an instruction computes at a time: few enough for the registers of a loop to stay
// in the first cache, enough for the cost of interpreting an instruction to vanish. No bit depends on it.
const block = 1024

// code is a loop prepared for the evaluator, for any sizes.
type code struct {
	instrs []codeInstr
	lists  [3][]int // the instructions of each level, in order

	axes []sizeID
	// order is the order in which the loop counts through its axes: kept, folded, trailing; where none is trailing,
	// folded before kept. kept, folded and trailing are those with that role.
	order, kept, folded, trailing []int

	reduces []int // the reductions
	acc     int   // the accumulator of a contraction, or −1
	slots   int   // bytes of a frame's registers
	filled  []int // uniform instructions that others need as blocks
	work    int   // instructions for each index, for splitting work
}

// codeInstr is an instruction with what the evaluator looks up once.
type codeInstr struct {
	*instr
	width, memory int // bytes of an element in a register and in memory
	fn            opFunc
	round         func(p unsafePointer, n int)
	check         func(y unsafePointer, n int) error
	reduce        reducer
	args          [3]int
	slot          int // where its register is in a frame
	at            affineID
	masks         []maskID
	size          sizeID
}

// half reports whether the register's type is not that in memory.
func (in *codeInstr) half() bool { return in.width != in.memory }

// newCode prepares l. Its error says that there is no code for an operation.
func newCode(l *loop, t *sizeTable) (*code, error) {
	c := &code{acc: -1, instrs: make([]codeInstr, len(l.instrs))}
	for j, a := range l.axes {
		c.axes = append(c.axes, t.id(a.size))
		switch a.role {
		case kept:
			c.kept = append(c.kept, j)
		case folded:
			c.folded = append(c.folded, j)
		default:
			c.trailing = append(c.trailing, j)
		}
	}
	if len(c.trailing) == 0 {
		c.order = slices.Concat(c.folded, c.kept)
	} else {
		c.order = slices.Concat(c.kept, c.folded, c.trailing)
	}
	for i := range l.instrs {
		in := &c.instrs[i]
		in.instr = &l.instrs[i]
		in.width, in.memory = held(in.dtype).Bytes(), in.dtype.Bytes()
		in.args = [3]int{-1, -1, -1}
		copy(in.args[:], in.instr.args)
		if err := c.prepare(i, t); err != nil {
			return nil, err
		}
		c.lists[in.level] = append(c.lists[in.level], i)
		if in.level == levelFull {
			c.work++
		}
	}
	c.allocate()
	return c, nil
}

func (c *code) prepare(i int, t *sizeTable) error {
	in := &c.instrs[i]
	from := func(k int) graph.DType { return c.instrs[in.args[k]].dtype }
	switch in.op {
	case opSize:
		in.size = t.id(in.instr.size)
	case opIndex:
		in.fn = casting(graph.Int64, in.dtype)
	case opAcc:
		c.acc = i
		if !in.dtype.IsFloat() {
			in.fn = casting(graph.Int64, in.dtype)
		}
		in.round = rounding(in.dtype)
	case opReduce:
		c.reduces = append(c.reduces, i)
		in.reduce = reducerOf(in.prim, in.dtype)
		in.round = rounding(in.dtype)
		if in.reduce == nil {
			return fmt.Errorf("cpu: no %s of %s", in.prim, in.dtype)
		}
	case opCompute:
		switch in.prim {
		case graph.Cast:
			in.fn = casting(from(0), in.dtype)
		case graph.Select:
			in.fn = selection(in.width)
		default:
			in.fn = operation(in.prim, from(0))
			in.check = checking(in.prim, in.dtype)
			in.round = rounding(in.dtype)
		}
		if in.fn == nil {
			return fmt.Errorf("cpu: no %s of %s", in.prim, from(0))
		}
	}
	if in.op >= opFMA {
		if in.fn = formulaOp(in.instr, from(0)); in.fn == nil {
			return fmt.Errorf("cpu: no %s", in.text(i))
		}
	}
	switch in.op {
	case opIndex, opLoad, opStore:
		in.at = t.affine(in.instr.at)
	case opMask:
		in.at = t.affine(zero(len(c.axes)))
	}
	in.masks = t.masks(in.instr.masks)
	return nil
}

// allocate gives each instruction a register. Those of level full that are not needed any more serve again.
func (c *code) allocate() {
	last := make([]int, len(c.instrs)) // the last instruction that needs it
	for i := range c.instrs {
		for _, x := range c.instrs[i].args {
			if x < 0 {
				continue
			}
			last[x] = max(last[x], i)
			if c.instrs[i].op == opReduce { // it is reduced after the whole block
				last[x] = len(c.instrs)
			}
			if c.instrs[x].level == levelUniform && c.instrs[i].level != levelUniform && !slices.Contains(c.filled, x) {
				c.filled = append(c.filled, x)
			}
		}
	}
	free := map[int][]int{}
	take := func(width int) int {
		if f := free[width]; len(f) > 0 {
			free[width] = f[:len(f)-1]
			return f[len(f)-1]
		}
		at := c.slots
		c.slots += (block*width + 63) &^ 63
		return at
	}
	for _, x := range c.filled {
		c.instrs[x].slot = take(c.instrs[x].width)
	}
	for _, lv := range []level{levelFull, levelKept} {
		for _, i := range c.lists[lv] { // sums are there before what is computed of them: none takes another's place
			if in := &c.instrs[i]; in.op == opReduce && lv == levelKept {
				in.slot = take(in.width)
			}
		}
		for _, i := range c.lists[lv] {
			in := &c.instrs[i]
			if in.op == opStore {
				continue
			}
			if in.op != opReduce || lv != levelKept {
				in.slot = take(in.width)
			}
			for k, x := range in.args {
				if x >= 0 && last[x] == i && c.instrs[x].level == lv && !slices.Contains(in.args[:k], x) {
					free[c.instrs[x].width] = append(free[c.instrs[x].width], c.instrs[x].slot)
				}
			}
		}
		clear(free) // the levels take turns
	}
}

// layout is code with its sizes bound.
type layout struct {
	*code
	n, k, u, t int    // indices of the whole space, of the kept, folded and trailing axes
	walks      []walk // of each instruction that has one
	// into is, for each instruction, a store that takes its elements where they are computed, or −1; stored tells for
	// each store whether it is done that way.
	into   []int
	stored []bool
	sizes  bound
	// whole and after are machine code for the levels full and kept; nil: there is none, or nothing to do.
	whole, after *native
	combiners    []*combiner // of the reductions of a whole that goes over runs
}

// layout binds sizes. overwrites says that storing into a buffer may change what another, whose elements are loaded
// at the same index, holds.
func (c *code) layout(b bound, overwrites func(store, load int) bool) *layout {
	y := &layout{code: c, walks: make([]walk, len(c.instrs)), into: make([]int, len(c.instrs)), stored: make([]bool, len(c.instrs)), sizes: b}
	product := func(axes []int) int {
		n := 1
		for _, j := range axes {
			n *= b[c.axes[j]]
		}
		return n
	}
	y.n, y.k, y.u, y.t = product(c.order), product(c.kept), product(c.folded), product(c.trailing)
	sizesOf := func(axes []int) []int {
		out := make([]int, len(axes))
		for i, j := range axes {
			out[i] = b[c.axes[j]]
		}
		return out
	}
	axes := [3][]int{nil, c.order, c.kept}
	sizes := [3][]int{nil, sizesOf(c.order), sizesOf(c.kept)}
	for i := range c.instrs {
		y.into[i] = -1
		in := &c.instrs[i]
		switch in.op {
		case opIndex, opLoad, opStore, opMask:
			at := axes[in.level]
			y.walks[i] = newWalk(sizes[in.level], b.affine(in.at, at), b.masks(in.masks, at))
		}
	}
	for i := range c.instrs {
		if in := &c.instrs[i]; in.op == opStore && y.walks[i].flat() && y.inPlace(i, overwrites) {
			y.into[in.args[0]], y.stored[i] = i, true
		}
	}
	return y
}

// indices is how many indices level lv has.
func (y *layout) indices(lv level) int {
	if lv == levelKept {
		return y.k
	}
	return y.n
}

// inPlace reports whether the instruction that store i stores can write to memory itself.
func (y *layout) inPlace(i int, overwrites func(store, load int) bool) bool {
	in := &y.instrs[i]
	from := &y.instrs[in.args[0]]
	if from.op != opCompute || from.level != in.level || from.half() || y.into[in.args[0]] >= 0 {
		return false
	}
	for j := range y.instrs {
		for _, x := range y.instrs[j].args { // who reads x after from was computed
			if x >= 0 && j > in.args[0] && y.instrs[x].op == opLoad && overwrites(i, x) {
				return false
			}
		}
	}
	return true
}
