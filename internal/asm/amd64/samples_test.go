package amd64

import (
	"hash/fnv"
	"iter"
	"math/rand/v2"
)

// A sample is an instruction with operands for one form.
type sample struct {
	op   Op
	form *form
	args []Arg
}

const (
	legacyEncoding = iota
	vexEncoding
	evexEncoding
)

// samples returns random operands for every form, in every variant and encoding, n of each. What is drawn for a form
// depends on that form and the seed only.
func samples(seed uint64, n int) iter.Seq[sample] {
	return func(yield func(sample) bool) {
		for op := Op(1); int(op) < len(opNames); op++ {
			for i := opForms[op]; i < opForms[op+1]; i++ {
				f := &forms[i]
				if f.digit == toLabel {
					continue
				}
				h := fnv.New64a()
				h.Write([]byte(opNames[op]))
				h.Write([]byte{byte(i - opForms[op])})
				rng := rand.New(rand.NewPCG(seed, h.Sum64()))
				for encoding := range 3 {
					if !f.encodes(encoding) {
						continue
					}
					for _, variant := range f.variants(encoding) {
						for k := range n {
							g := generator{rng, f, variant, encoding, k}
							if !yield(sample{op, f, g.operands()}) {
								return
							}
						}
					}
				}
			}
		}
	}
}

func (f *form) encodes(encoding int) bool {
	switch encoding {
	case vexEncoding:
		return f.w == 0 && f.vexW != '-'
	case evexEncoding:
		return f.w == 0 && f.evexW != '-'
	}
	return f.w != 0
}

// variants returns those that a form has under an encoding.
func (f *form) variants(encoding int) []uint8 {
	all := f.lens
	if all == 0 {
		all = 1
	}
	for _, s := range f.args[:f.nargs] {
		if s.kind == 'G' || s.kind == 'E' || s.kind == 'A' || s.kind == 'B' {
			switch s.size {
			case 'v':
				all = 7
			case 'y':
				all = 6
			}
		}
	}
	var list []uint8
	for _, v := range []uint8{1, 2, 4} {
		if all&v != 0 && !(encoding == vexEncoding && f.lens != 0 && v == length512) {
			list = append(list, v)
		}
	}
	return list
}

// A generator draws operands for one form. Sample 0 has a register where there is a choice, sample 1 memory.
type generator struct {
	*rand.Rand
	form     *form
	variant  uint8
	encoding int
	sample   int
}

func (g *generator) operands() []Arg {
	f := g.form
	var args []Arg
	memory := g.sample == 1 || g.sample > 1 && g.IntN(2) == 0
	used := map[int]bool{}
	hasMemory := false
	for _, s := range f.args[:f.nargs] {
		switch s.kind {
		case 'V', 'H', 'U', 'L':
			args = append(args, g.vector(s, used))
		case 'W':
			if memory {
				args = append(args, g.memory(s))
				hasMemory = true
			} else {
				args = append(args, g.vector(s, used))
			}
		case 'G', 'B', 'R':
			args = append(args, g.general(s))
		case 'E', 'X':
			if memory {
				args = append(args, g.memory(s))
			} else {
				if s.kind == 'X' {
					s.size = 'd'
				}
				args = append(args, g.general(s))
			}
			hasMemory = hasMemory || memory
		case 'A':
			args = append(args, g.general(s)&^31)
		case 'C':
			args = append(args, CL)
		case 'K':
			args = append(args, K(g.IntN(8)))
		case 'Q':
			if memory {
				args = append(args, g.memory(s))
			} else {
				args = append(args, K(g.IntN(8)))
			}
		case 'M':
			args = append(args, g.memory(s))
			hasMemory = true
		case 'S':
			m := g.memory(s)
			if m.Base == RIP {
				m.Base = 0
			}
			m.Index = g.vector(s, used)
			m.Scale = uint8(1) << g.IntN(4)
			args = append(args, m)
			hasMemory = true
		case 'I':
			args = append(args, g.immediate(s))
		}
	}
	if g.encoding != evexEncoding || f.nargs == 0 {
		return args
	}
	masked := f.flags&mustMask != 0 || f.flags&noMask == 0 && g.IntN(2) == 0
	if masked {
		k := K(1 + g.IntN(7))
		switch dst := args[0].(type) {
		case Reg:
			dst = dst.Mask(k)
			if f.flags&mustMask == 0 && dst.isVector() && g.IntN(2) == 0 {
				dst = dst.Zero()
			}
			args[0] = dst
		case Mem:
			args[0] = dst.Mask(k)
		}
	}
	for i, arg := range args {
		if m, ok := arg.(Mem); ok && f.repeat != 0 && g.IntN(2) == 0 {
			args[i] = m.Broadcast()
		}
	}
	if !hasMemory && (f.lens == 0 || g.variant == length512) && g.IntN(2) == 0 {
		if f.flags&takesRounding != 0 {
			args = append(args, Rounding(1+g.IntN(4)))
		} else if f.flags&takesSAE != 0 {
			args = append(args, SuppressExceptions)
		}
	}
	return args
}

// vector returns a register that is not yet used: gathers need distinct ones.
func (g *generator) vector(s spec, used map[int]bool) Reg {
	for class, variants := range vectorOf[s.size] {
		if variants&g.variant == 0 {
			continue
		}
		n := 0
		for used[n] || n == 0 {
			n = g.IntN(16)
			if g.encoding == evexEncoding {
				n = g.IntN(32)
			}
		}
		used[n] = true
		return makeReg(classX+class, n, 32)
	}
	panic("no class of registers")
}

func (g *generator) general(s spec) Reg {
	for class, variants := range generalOf[s.size] {
		if variants&g.variant != 0 {
			return makeReg(class8+class, g.IntN(16), 16)
		}
	}
	panic("no class of registers")
}

// memory returns an address of any kind, with displacements around the places where the encoding changes.
func (g *generator) memory(s spec) Mem {
	unit := max(g.form.bytes(s, g.variant), 1)
	if g.form.repeat != 0 && g.IntN(2) == 0 {
		unit = int(g.form.repeat)
	}
	disps := []int{0, 1, -1, 127, 128, -128, -129, unit, -unit, 127 * unit, 128 * unit, -128 * unit, -129 * unit, 64*unit + 1,
		1<<31 - 1, -1 << 31, g.IntN(1 << 20)}
	m := Mem{Disp: disps[g.IntN(len(disps))], Bytes: int32(g.form.bytes(s, g.variant))}
	if s.kind == 'S' {
		m.Bytes = 0
	}
	awkward := []Reg{RSP, R12, RBP, R13}
	kind := g.IntN(8)
	switch kind {
	case 0:
		m.Base = RIP
		return m
	case 1:
		m.Base = 0
	case 2, 3, 4:
		m.Base = awkward[g.IntN(4)]
	default:
		m.Base = R(g.IntN(16))
	}
	if g.IntN(2) == 0 || kind == 1 && g.IntN(2) == 0 {
		m.Index = R(g.IntN(16))
		if m.Index == RSP {
			m.Index = R13
		}
		m.Scale = uint8(1) << g.IntN(4)
	}
	return m
}

func (g *generator) immediate(s spec) Imm {
	pick := func(values ...int64) Imm { return Imm(values[g.IntN(len(values))]) }
	switch s.size {
	case '1':
		return 1
	case 'b':
		return Imm(2 + g.IntN(126)) // 1 is a form of its own in shifts
	case 's':
		return Imm(g.IntN(256) - 128)
	case 'w':
		return Imm(300 + g.IntN(30000))
	case 'd':
		return pick(0, 1, -1, 1<<31-1, -1<<31, 1<<32-1, int64(g.Uint32()))
	case 'z':
		if g.variant == size16 {
			return Imm(300 + g.IntN(30000))
		}
		return pick(128, -129, 1<<31-1, -1<<31, int64(300+g.IntN(1<<20)))
	}
	return pick(1<<31, -1<<31-1, 1<<63-1, -1<<63, int64(g.Uint64()|1<<62))
}
