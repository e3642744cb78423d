package amd64

import (
	"encoding/binary"
	"math"
)

// fields are the places of an instruction that name registers.
type fields struct {
	reg   uint8 // ModRM.reg, with bits 3 and 4
	vvvv  uint8
	rm    uint8 // ModRM.rm, where it is a register
	isMem bool
	is4   uint8 // a register in an immediate
	hasL  bool
	imm   byte // the size letter of the immediate, or zero
}

// assign says which operand goes where.
func (in *operands) assign(f *form) (p fields) {
	for i := range in.n {
		n := uint8(in.regs[i] & 31)
		switch f.args[i].kind {
		case 'V', 'G':
			p.reg = n
		case 'H', 'B':
			p.vvvv = n
		case 'W', 'U', 'E', 'R', 'X', 'Q', 'M', 'S':
			p.rm, p.isMem = n, in.kinds[i] == 'm'
		case 'L':
			p.is4, p.hasL = n, true
		case 'K':
			switch f.args[i].size {
			case 'g':
				p.reg = n
			case 'h':
				p.vvvv = n
			default:
				p.rm = n
			}
		case 'I':
			p.imm = f.args[i].size
		}
	}
	if f.digit >= 0 {
		p.reg = uint8(f.digit)
	}
	return p
}

// encode appends the instruction. Operands fit the form.
func (a *Assembler) encode(f *form, variant uint8, vex bool) reason {
	in := &a.in
	if f.digit == toLabel {
		return a.jump(f)
	}
	p := in.assign(f)
	scale := 1 // what a displacement of one byte counts in
	switch {
	case f.w != 0:
		a.legacy(f, &p, variant)
	case vex:
		a.vex(f, &p, variant)
	default:
		scale = a.evex(f, &p, variant)
	}
	switch {
	case f.digit == plusReg:
		a.code = append(a.code, f.op|p.rm&7)
	case f.digit == noModRM:
		a.code = append(a.code, f.op)
	case f.digit == fixedRM:
		a.code = append(a.code, f.op, f.fixed)
	case p.isMem:
		a.code = append(a.code, f.op)
		if why := a.address(p.reg, scale); why != fits {
			return why
		}
	default:
		a.code = append(a.code, f.op, 0xc0|p.reg&7<<3|p.rm&7)
	}
	if p.hasL {
		a.code = append(a.code, p.is4<<4)
	}
	a.immediate(p.imm, variant)
	if p.isMem && in.mem.Base == RIP && in.mem.label != 0 {
		a.fixups[len(a.fixups)-1].end = int32(len(a.code))
	}
	return fits
}

var prefixBytes = [4]byte{0, 0x66, 0xf3, 0xf2}

// wide says whether a W bit is set.
func wide(w byte, variant uint8) uint8 {
	if w == '1' || w == 'v' && variant == size64 {
		return 1
	}
	return 0
}

// extensions returns bits 3 of the index and of the base, or of the register, in ModRM.rm.
func (in *operands) extensions(p *fields) (x, b uint8) {
	if p.isMem {
		return uint8(in.mem.Index) >> 3 & 1, uint8(in.mem.Base) >> 3 & 1
	}
	return 0, p.rm >> 3 & 1
}

// legacy appends the prefixes and the opcode's escape bytes of an instruction without VEX.
func (a *Assembler) legacy(f *form, p *fields, variant uint8) {
	if f.w == 'v' && variant == size16 {
		a.code = append(a.code, 0x66)
	}
	if f.prefix != 0 {
		a.code = append(a.code, prefixBytes[f.prefix])
	}
	x, b := a.in.extensions(p)
	rex := wide(f.w, variant)<<3 | p.reg>>3&1<<2 | x<<1 | b
	if f.digit >= 0 {
		rex &^= 4
	}
	need := rex != 0
	for i, r := range a.in.regs[:a.in.n] {
		// SPL to DIL share their numbers with registers that only exist without REX.
		need = need || a.in.kinds[i] == 'r' && r >= SPL && r <= DIL
	}
	if need {
		a.code = append(a.code, 0x40|rex)
	}
	switch f.opmap {
	case 1:
		a.code = append(a.code, 0x0f)
	case 2:
		a.code = append(a.code, 0x0f, 0x38)
	case 3:
		a.code = append(a.code, 0x0f, 0x3a)
	}
}

// vexPrefix is how VEX and EVEX write the mandatory prefix.
var vexPrefix = [4]uint8{0, 1, 2, 3}

// length returns the vector length as VEX and EVEX write it.
func (f *form) length(variant uint8) uint8 {
	if f.lens == 0 {
		return 0
	}
	return variant >> 1
}

// vex appends a VEX prefix of two or three bytes.
func (a *Assembler) vex(f *form, p *fields, variant uint8) {
	x, b := a.in.extensions(p)
	w := wide(f.vexW, variant)
	r := p.reg >> 3 & 1
	last := (^p.vvvv&15)<<3 | f.length(variant)<<2 | vexPrefix[f.prefix]
	if f.opmap == 1 && w|x|b == 0 {
		a.code = append(a.code, 0xc5, (r^1)<<7|last)
		return
	}
	a.code = append(a.code, 0xc4, (r^1)<<7|(x^1)<<6|(b^1)<<5|f.opmap, w<<7|last)
}

// evex appends an EVEX prefix and returns what displacements count in.
func (a *Assembler) evex(f *form, p *fields, variant uint8) (scale int) {
	in := &a.in
	x, b := in.extensions(p)
	v := p.vvvv
	scale = 1
	if p.isMem {
		if in.mem.Index.isVector() {
			v = v&15 | uint8(in.mem.Index)&16
		}
		scale = f.memoryScale(in, variant)
	} else {
		x = p.rm >> 4 & 1
	}
	length, special := f.length(variant), uint8(0)
	if p.isMem && in.mem.repeated {
		special = 1
	}
	if in.rounding != 0 {
		special, length = 1, 0
		if in.rounding != SuppressExceptions {
			length = uint8(in.rounding - RoundNearest)
		}
	}
	zero := uint8(0)
	if in.zero {
		zero = 1
	}
	a.code = append(a.code, 0x62,
		(^p.reg>>3&1)<<7|(x^1)<<6|(b^1)<<5|(^p.reg>>4&1)<<4|f.opmap,
		wide(f.evexW, variant)<<7|(^v&15)<<3|4|vexPrefix[f.prefix],
		zero<<7|length<<5|special<<4|(^v>>4&1)<<3|in.mask)
	return scale
}

// memoryScale returns what a displacement of one byte counts in under EVEX.
func (f *form) memoryScale(in *operands, variant uint8) int {
	switch {
	case f.scale != 0:
		return int(f.scale)
	case in.mem.repeated:
		return int(f.repeat)
	}
	for _, s := range f.args[:f.nargs] {
		if n := f.bytes(s, variant); n != 0 {
			return n
		}
	}
	return 1
}

// address appends ModRM, SIB and displacement of a memory operand.
func (a *Assembler) address(reg uint8, scale int) reason {
	m := &a.in.mem
	reg = reg & 7 << 3
	base, disp := uint8(m.Base)&7, int32(m.Disp)
	if m.Base == RIP {
		a.code = append(a.code, reg|5)
		if m.label != 0 {
			if m.label > 0 && !a.known(m.label) {
				return badLabel
			}
			a.fixups = append(a.fixups, fixup{at: int32(len(a.code)), label: m.label})
		}
		a.code = binary.LittleEndian.AppendUint32(a.code, uint32(disp))
		return fits
	}
	var sib, mod uint8
	useSIB := m.Index != 0 || base == 4 || m.Base == 0
	if useSIB {
		index := uint8(4)
		if m.Index != 0 {
			index = uint8(m.Index) & 7
		}
		sib = [9]uint8{2: 1, 4: 2, 8: 3}[m.Scale]<<6 | index<<3 | base
	}
	short := int(disp) / scale
	switch {
	case m.Base == 0:
		sib = sib&^7 | 5 // with mod 0: no base, 32 bits of displacement
	case disp == 0 && base != 5:
	case short*scale == int(disp) && short == int(int8(short)):
		mod = 1
	default:
		mod = 2
	}
	if useSIB {
		a.code = append(a.code, mod<<6|reg|4, sib)
	} else {
		a.code = append(a.code, mod<<6|reg|base)
	}
	switch {
	case mod == 1:
		a.code = append(a.code, byte(short))
	case mod == 2 || m.Base == 0:
		a.code = binary.LittleEndian.AppendUint32(a.code, uint32(disp))
	}
	return fits
}

// immediate appends an immediate of the size that a letter says.
func (a *Assembler) immediate(size byte, variant uint8) {
	x := uint64(a.in.imm)
	switch size {
	case 'b', 's':
		a.code = append(a.code, byte(x))
	case 'w':
		a.code = binary.LittleEndian.AppendUint16(a.code, uint16(x))
	case 'd':
		a.code = binary.LittleEndian.AppendUint32(a.code, uint32(x))
	case 'z':
		if variant == size16 {
			a.code = binary.LittleEndian.AppendUint16(a.code, uint16(x))
		} else {
			a.code = binary.LittleEndian.AppendUint32(a.code, uint32(x))
		}
	case 'v':
		a.code = binary.LittleEndian.AppendUint64(a.code, x)
	}
}

// jump appends a jump or call to a label: a short jump where the label is bound and near, else one with 32 bits.
func (a *Assembler) jump(f *form) reason {
	l := a.in.label
	if !a.known(l) {
		return badLabel
	}
	const jmp, call, short = 0xe9, 0xe8, 0xeb
	if at := a.labels[l-1]; at != unbound && f.op != call {
		if d := int(at) - (len(a.code) + 2); d >= math.MinInt8 {
			op := byte(short)
			if f.op != jmp {
				op = f.op - 0x10 // 0F 80 to 8F have 70 to 7F
			}
			a.code = append(a.code, op, byte(d))
			return fits
		}
	}
	if f.opmap == 1 {
		a.code = append(a.code, 0x0f)
	}
	a.code = append(a.code, f.op)
	end := int32(len(a.code) + 4)
	a.fixups = append(a.fixups, fixup{at: int32(len(a.code)), end: end, label: l})
	a.code = append(a.code, 0, 0, 0, 0)
	return fits
}
