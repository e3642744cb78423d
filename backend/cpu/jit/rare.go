package jit

import (
	"slices"

	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// region is instructions whose results matter only where a condition holds: code jumps over them where it holds in no
// lane. They may be of wider types than the rest of the kernel: the code of a region takes the lanes in several parts.
type region struct {
	cond     int
	from, to int
	ins      []int // values from before that the region needs, but for constants
	outs     []int // values of the region that are needed after it
	body     *Kernel
}

// within reports whether the region has instruction i to itself: one whose result nothing outside needs.
func (r *region) within(i int) bool { return r.from <= i && i < r.to && !slices.Contains(r.outs, i) }

// regions finds the regions of k.
func regions(k *Kernel) []region {
	var out []region
	for i := 0; i < len(k.Instrs); i++ {
		if k.Instrs[i].Rare == 0 {
			continue
		}
		r := region{cond: k.Instrs[i].Rare - 1, from: i, to: i + 1}
		for j := i; j < len(k.Instrs); j++ {
			in := &k.Instrs[j]
			if in.Rare-1 == r.cond {
				r.to = j + 1
			} else if in.Op != Const && in.Op != Uniform {
				break
			}
		}
		if r.find(k) {
			out = append(out, r)
			i = r.to - 1
		}
	}
	return out
}

// find fills in what goes into and comes out of the region, and its body. It reports whether the region can be skipped.
func (r *region) find(k *Kernel) bool {
	number := map[int]int{}
	body := *k
	body.Form, body.Outputs, body.Instrs = Map, k.Outputs, nil
	add := func(in Instr) int {
		in.Rare = 0
		body.Instrs = append(body.Instrs, in)
		return len(body.Instrs) - 1
	}
	for i := r.from; i < r.to; i++ {
		in := k.Instrs[i]
		switch in.Op {
		case Load, Store, Index, Inside:
			return false
		}
		if in.Op.reduces() {
			return false
		}
		for a, x := range in.Args {
			if x == NoArg {
				continue
			}
			n, ok := number[x]
			if !ok {
				from := k.Instrs[x]
				switch {
				case from.Op == Const || from.Op == Uniform:
					n = add(from)
				case from.Type == Bool:
					return false
				default:
					r.ins = append(r.ins, x)
					n = add(Instr{Op: recall, Type: from.Type, N: len(r.ins) - 1, Args: [3]int{NoArg, NoArg, NoArg}, Mask: NoArg})
				}
				number[x] = n
			}
			in.Args[a] = n
		}
		if _, ok := number[i]; !ok {
			number[i] = add(in)
		}
	}
	for i := r.to; i < len(k.Instrs); i++ {
		in := &k.Instrs[i]
		for _, x := range append(in.Args[:], in.Mask, in.Rare-1) {
			if x < r.from || x >= r.to || k.Instrs[x].Op == Const || k.Instrs[x].Op == Uniform || slices.Contains(r.outs, x) {
				continue
			}
			if k.Instrs[x].Type == Bool {
				return false
			}
			r.outs = append(r.outs, x)
		}
	}
	for o, x := range r.outs {
		add(Instr{Op: retain, Type: k.Instrs[x].Type, N: o, Args: [3]int{number[x], NoArg, NoArg}, Mask: NoArg})
	}
	r.body = &body
	return true
}

// skipped writes a region, and the jump over it. Its results are on the stack afterwards.
func (g *gen) skipped(r *region) {
	l := &g.alloc
	l.at = r.from - 1 // what the region needs is still needed
	skip := g.a.Label()
	g.writer.none(g.in(r.cond), skip)
	type register struct {
		slot int
		r    asm.Reg
	}
	var registers []register
	for c := range l.own {
		for n, v := range l.own[c] {
			if v < 0 {
				continue
			}
			x := register{l.stack(), g.whole(n, g.k.Instrs[v].Type)}
			registers = append(registers, x)
			g.writer.stash(g.onStack(g.stack+x.slot), x.r)
		}
	}
	frame := &frame{}
	for _, x := range r.ins {
		slot := l.slot[x]
		if n := l.reg[x]; n >= 0 {
			whole := g.whole(n, g.k.Instrs[x].Type)
			slot = registers[slices.IndexFunc(registers, func(s register) bool { return s.r == whole })].slot
		}
		frame.ins = append(frame.ins, g.stack+slot)
	}
	for _, x := range r.outs {
		l.slot[x] = l.stack()
		frame.outs = append(frame.outs, g.stack+l.slot[x])
	}
	sub := &gen{a: g.a, k: r.body, width: g.width, file: g.file, stack: g.stack + l.slots, nans: g.nans, frame: frame, most: 1, beside: 1}
	sub.writer = g.writer.of(sub)
	sub.lanes = min(g.lanes, sub.mostLanes())
	for frame.lane = 0; frame.lane < g.lanes; frame.lane += sub.lanes {
		sub.body(l.all)
	}
	for _, x := range registers {
		g.writer.fetch(x.r, g.onStack(g.stack+x.slot))
		l.freeSlots = append(l.freeSlots, x.slot)
	}
	g.a.Bind(skip)
	l.at = r.to - 1
	for _, x := range r.ins {
		l.pin(x)
	}
	l.done(g.class)
}

// frame is where the code of a region finds values, and puts them: slots of the stack, and the first of the lanes that
// it is for.
type frame struct {
	ins, outs []int
	lane      int
}

// framed is the memory of a recall or retain.
func (g *gen) framed(in *Instr) asm.Mem {
	slots := g.frame.ins
	if in.Op == retain {
		slots = g.frame.outs
	}
	return asm.At(scratch, g.width*slots[in.N]+g.frame.lane*in.Type.Bytes())
}
