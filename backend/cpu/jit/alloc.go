package jit

import (
	"slices"
)

// class is a kind of register.
type class uint8

const (
	vectors class = iota
	masks
)

// allocator gives the values of a body registers, while its instructions are written one after the other. A value for
// which there is no register any more goes to the stack; one that can be made again (a constant) is forgotten.
type allocator struct {
	uses [][]int // of each value: the instructions that need it, growing
	at   int     // the instruction being written
	free [2][]int
	own  [2][32]int // the value in each register, −1: none
	reg  []int      // of each value, −1: none
	slot []int      // of each value on the stack, −1: none
	lent []int      // registers that the instruction at hand has borrowed
	pins []int      // values that the instruction at hand needs in their registers
	most int        // vector registers in use at a time
	all  []int      // vector registers that there are

	slots     int // of the stack in use
	freeSlots []int

	remade func(v int) bool // v is made again rather than kept on the stack
	spill  func(v, reg, slot int)
}

// begin prepares for a body, with the registers that it may use.
func (l *allocator) begin(k *Kernel, vecs, ks []int) {
	n := len(k.Instrs)
	if l.uses == nil {
		l.uses = make([][]int, n)
		for i := range k.Instrs {
			in := &k.Instrs[i]
			for _, x := range in.Args {
				if x != NoArg {
					l.uses[x] = append(l.uses[x], i)
				}
			}
			if in.Op == Load && in.Mask != NoArg {
				l.uses[in.Mask] = append(l.uses[in.Mask], i)
			}
			if in.Rare > 0 {
				l.uses[in.Rare-1] = append(l.uses[in.Rare-1], i)
			}
		}
		l.reg, l.slot = make([]int, n), make([]int, n)
	}
	l.all = vecs
	l.free[vectors], l.free[masks] = slices.Clone(vecs), slices.Clone(ks)
	for c := range l.own {
		for r := range l.own[c] {
			l.own[c][r] = -1
		}
	}
	for i := range l.reg {
		l.reg[i], l.slot[i] = -1, -1
	}
	l.slots, l.freeSlots, l.pins = 0, l.freeSlots[:0], l.pins[:0]
	l.lent = l.lent[:0]
}

// next is the next instruction after the one at hand that needs v; a large number where none does.
func (l *allocator) next(v int) int {
	for _, i := range l.uses[v] {
		if i > l.at {
			return i
		}
	}
	return 1 << 30
}

// dies reports whether nothing after the instruction at hand needs v.
func (l *allocator) dies(v int) bool { return l.next(v) == 1<<30 }

// take finds a register of class c for v.
func (l *allocator) take(c class, v int) int {
	if len(l.free[c]) == 0 {
		l.evict(c)
	}
	f := l.free[c]
	r := f[len(f)-1]
	l.free[c] = f[:len(f)-1]
	l.own[c][r], l.reg[v] = v, r
	if c == vectors {
		l.count()
	}
	return r
}

// borrow finds a vector register that the instruction at hand needs beside those of its values. It must not be asked for
// after a register for the result, which may be an operand's.
func (l *allocator) borrow() int {
	if len(l.free[vectors]) == 0 {
		l.evict(vectors)
	}
	f := l.free[vectors]
	r := f[len(f)-1]
	l.free[vectors] = f[:len(f)-1]
	l.lent = append(l.lent, r)
	l.count()
	return r
}

// count notes how many vector registers are in use.
func (l *allocator) count() {
	used := len(l.lent)
	for _, x := range l.own[vectors] {
		if x >= 0 {
			used++
		}
	}
	l.most = max(l.most, used)
}

// evict frees the register of class c whose value is needed last.
func (l *allocator) evict(c class) {
	victim, last := -1, -1
	for _, v := range l.own[c] {
		if v >= 0 && !slices.Contains(l.pins, v) {
			if n := l.next(v); n > last {
				victim, last = v, n
			}
		}
	}
	if victim < 0 {
		panic("jit: an instruction needs more registers than there are")
	}
	if !l.dies(victim) && l.slot[victim] < 0 && !l.remade(victim) {
		l.slot[victim] = l.stack()
		l.spill(victim, l.reg[victim], l.slot[victim])
	}
	l.drop(c, victim)
}

func (l *allocator) stack() int {
	if n := len(l.freeSlots); n > 0 {
		s := l.freeSlots[n-1]
		l.freeSlots = l.freeSlots[:n-1]
		return s
	}
	l.slots++
	return l.slots - 1
}

// drop takes v's register away.
func (l *allocator) drop(c class, v int) {
	r := l.reg[v]
	l.own[c][r], l.reg[v] = -1, -1
	l.free[c] = append(l.free[c], r)
}

// pin keeps v in its register until the instruction is written.
func (l *allocator) pin(v int) { l.pins = append(l.pins, v) }

// done ends an instruction: registers and stack of what is not needed any more are free.
func (l *allocator) done(classOf func(v int) class) {
	for _, v := range l.pins { // a value may be there twice
		if l.reg[v] >= 0 && l.dies(v) {
			l.drop(classOf(v), v)
		}
		if l.slot[v] >= 0 && l.dies(v) {
			l.freeSlots, l.slot[v] = append(l.freeSlots, l.slot[v]), -1
		}
	}
	l.pins = l.pins[:0]
	l.free[vectors] = append(l.free[vectors], l.lent...)
	l.lent = l.lent[:0]
}

// release lets go of v's register before the result of the instruction at hand gets one, if v dies there.
func (l *allocator) release(c class, v int) {
	if l.reg[v] >= 0 && l.dies(v) {
		l.drop(c, v)
	}
}
