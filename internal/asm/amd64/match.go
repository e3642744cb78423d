package amd64

import (
	"math"
	"math/bits"
)

// A reason is why operands do not fit. Of several forms, the one that came furthest has the highest reason.
type reason uint8

const (
	fits reason = iota
	noForm
	wrongSize
	immediateRange
	sizeUnknown
	needsVector512
	notRepeatable
	roundingRefused
	maskRefused
	maskMissing
	zeroRefused
	gatherOverlap
	highRegister
	featureMissing
	// What is wrong whatever the form.
	noSuchOp
	tooMany
	badRegister
	badMask
	maskPlace
	badAddress
	stackIndex
	badScale
	badDisp
	highWithREX
	badLabel
)

// String says a reason in words.
func (r reason) String() string {
	return [...]string{
		fits:            "fits",
		noForm:          "no form of the instruction takes these operands",
		wrongSize:       "the sizes of the operands do not fit",
		immediateRange:  "the immediate is out of range",
		sizeUnknown:     "the size of the memory operand is not known: use Sized",
		needsVector512:  "rounding modes need 512-bit or scalar registers",
		notRepeatable:   "the instruction does not repeat memory",
		roundingRefused: "the instruction takes no such rounding mode here",
		maskRefused:     "the instruction takes no mask",
		maskMissing:     "the instruction needs a mask",
		zeroRefused:     "zeroing needs a mask and a vector register as the destination",
		gatherOverlap:   "the destination, index and mask of a gather must be different registers",
		highRegister:    "the instruction has no EVEX encoding, so neither registers above 15 nor masks nor 512 bits",
		featureMissing:  "the target processor lacks the instruction",
		noSuchOp:        "there is no such instruction",
		tooMany:         "too many operands of a kind",
		badRegister:     "a register that does not exist or does not belong here",
		badMask:         "a mask is one of k1 to k7",
		maskPlace:       "only the destination takes a mask",
		badAddress:      "an address needs 64-bit registers, or a vector register as the index",
		stackIndex:      "rsp cannot be an index",
		badScale:        "the scale of an index is 1, 2, 4 or 8",
		badDisp:         "the displacement does not fit in 32 bits",
		highWithREX:     "the register does not go with this operand",
		badLabel:        "a label of another assembler",
	}[r]
}

// operands are an instruction's operands, sorted.
type operands struct {
	n        int
	kinds    [4]byte // what each is: 'r', 'm', 'i', 'l'
	regs     [4]Reg  // without masks
	mem      Mem
	imm      int64
	label    Label
	rounding Rounding
	mask     uint8 // the number of the mask, or zero
	zero     bool
	high     bool // a vector register above 15, as operand or index
}

// read sorts the operands and checks what is wrong in any instruction.
func (in *operands) read(args []Arg) reason {
	in.n, in.rounding, in.mask, in.zero, in.high = 0, 0, 0, false, false
	var seen struct{ mem, imm, label bool }
	for i, arg := range args {
		if in.rounding != 0 {
			return roundingRefused // it stands last
		}
		n := in.n
		if n == len(in.kinds) {
			if _, ok := arg.(Rounding); !ok {
				return tooMany
			}
		} else {
			in.n++
			in.regs[n] = 0
		}
		switch arg := arg.(type) {
		case Reg:
			in.kinds[n], in.regs[n] = 'r', arg.bare()
			if !arg.exists() {
				return badRegister
			}
			in.high = in.high || arg.isVector() && arg&16 != 0
			if arg != in.regs[n] {
				if why := in.readMask(i, arg); why != fits {
					return why
				}
			}
		case Mem:
			if seen.mem {
				return tooMany
			}
			seen.mem = true
			in.kinds[n], in.mem = 'm', arg
			if why := in.mem.check(); why != fits {
				return why
			}
			in.high = in.high || arg.Index.isVector() && arg.Index&16 != 0
			if arg.mask != 0 {
				if why := in.readMask(i, arg.mask); why != fits {
					return why
				}
			}
		case Imm:
			if seen.imm {
				return tooMany
			}
			seen.imm = true
			in.kinds[n], in.imm = 'i', int64(arg)
		case Label:
			if seen.label {
				return tooMany
			}
			seen.label = true
			in.kinds[n], in.label = 'l', arg
		case Rounding:
			if arg < RoundNearest || arg > SuppressExceptions {
				return roundingRefused
			}
			in.n, in.rounding = n, arg
		default:
			return badRegister
		}
	}
	return fits
}

func (in *operands) readMask(place int, r Reg) reason {
	k := uint8(r >> maskShift & 7)
	switch {
	case r&zeroBit != 0 && r&maskedBit == 0:
		return zeroRefused
	case r&badMaskBit != 0 || k == 0:
		return badMask
	case place != 0:
		return maskPlace
	}
	in.mask, in.zero = k, r&zeroBit != 0
	return fits
}

// check returns what is wrong with an address.
func (m *Mem) check() reason {
	if m.Disp != int(int32(m.Disp)) {
		return badDisp
	}
	switch m.Base.class() {
	case class64:
	case classRIP:
		if m.Index != 0 {
			return badAddress
		}
	case 0:
		if m.Base != 0 {
			return badAddress
		}
	default:
		return badAddress
	}
	if m.Base != 0 && m.Base != RIP && !m.Base.exists() || m.Index != 0 && !m.Index.exists() {
		return badRegister
	}
	if m.Base != m.Base.bare() || m.Index != m.Index.bare() {
		return maskPlace
	}
	switch {
	case m.Index == 0:
		return fits
	case m.Index == RSP:
		return stackIndex
	case m.Index.class() != class64 && !m.Index.isVector():
		return badAddress
	case m.Scale > 8 || bits.OnesCount8(m.Scale) > 1:
		return badScale
	}
	return fits
}

// match says whether the operands fit a form, and in which variant.
func (in *operands) match(f *form) (variant uint8, why reason) {
	if in.n != int(f.nargs) {
		return 0, noForm
	}
	variants := uint8(7)
	if f.lens != 0 {
		variants = f.lens
	}
	immediate := -1
	wrong := fits // kinds are compared to the end before sizes count
	for i := range in.n {
		s := f.args[i]
		r := in.regs[i]
		switch s.kind {
		case 'V', 'H', 'U', 'L':
			if in.kinds[i] != 'r' || !r.isVector() {
				return 0, noForm
			}
			variants &= vectorOf[s.size][r.class()-classX]
		case 'W':
			if in.kinds[i] == 'm' {
				if in.mem.Index.isVector() {
					return 0, noForm
				}
				variants &= in.sized(&vectorBytes[s.size])
			} else if in.kinds[i] == 'r' && r.isVector() {
				variants &= vectorOf[s.size][r.class()-classX]
			} else {
				return 0, noForm
			}
		case 'M':
			if in.kinds[i] != 'm' || in.mem.Index.isVector() {
				return 0, noForm
			}
			if s.size != '-' {
				variants &= in.sized(&vectorBytes[s.size])
			}
		case 'S':
			if in.kinds[i] != 'm' || !in.mem.Index.isVector() {
				return 0, noForm
			}
			variants &= vectorOf[s.size][in.mem.Index.class()-classX]
		case 'G', 'R', 'B':
			if in.kinds[i] != 'r' || !r.isGeneral() {
				return 0, noForm
			}
			variants &= generalOf[s.size][r.class()-class8]
		case 'E', 'X':
			if in.kinds[i] == 'm' {
				if in.mem.Index.isVector() {
					return 0, noForm
				}
				variants &= in.sized(&generalBytes[s.size])
				if s.size == 'y' {
					variants &^= 1
				}
			} else if in.kinds[i] != 'r' || !r.isGeneral() {
				return 0, noForm
			} else if s.kind == 'E' {
				variants &= generalOf[s.size][r.class()-class8]
			} else if r.class() != class32 {
				wrong = wrongSize
			}
		case 'A', 'C':
			want := 0
			if s.kind == 'C' {
				want = 1
			}
			if in.kinds[i] != 'r' || !r.isGeneral() || r.Num() != want {
				return 0, noForm
			}
			variants &= generalOf[s.size][r.class()-class8]
		case 'K':
			if in.kinds[i] != 'r' || r.class() != classK {
				return 0, noForm
			}
		case 'Q':
			if in.kinds[i] == 'm' && !in.mem.Index.isVector() {
				variants &= in.sized(&generalBytes[s.size])
			} else if in.kinds[i] != 'r' || r.class() != classK {
				return 0, noForm
			}
		case 'I':
			if in.kinds[i] != 'i' {
				return 0, noForm
			}
			immediate = i
		case 'J':
			if in.kinds[i] != 'l' {
				return 0, noForm
			}
		}
	}
	if variants == 0 || wrong != fits {
		return 0, wrongSize
	}
	if variants&(variants-1) != 0 {
		if f.ambiguous() {
			return 0, sizeUnknown
		}
		variants &= -variants
	}
	if immediate >= 0 && !immediateFits(f.args[immediate].size, variants, in.imm) {
		return 0, immediateRange
	}
	return variants, fits
}

// sized returns the variants at which memory has the size that was given.
func (in *operands) sized(bytes *[3]uint8) uint8 {
	want := int(in.mem.Bytes)
	if want == 0 {
		return 7
	}
	var v uint8
	for i, b := range bytes {
		if int(b) == want {
			v |= 1 << i
		}
	}
	return v
}

// ambiguous says whether it matters which of several variants it is.
func (f *form) ambiguous() bool {
	if f.lens != 0 {
		return true
	}
	for _, s := range f.args[:f.nargs] {
		if s.kind != 'I' && (s.size == 'v' || s.size == 'y') {
			return true
		}
	}
	return false
}

// immediateFits says whether a number fits an immediate field.
func immediateFits(size byte, variant uint8, x int64) bool {
	switch size {
	case 'b':
		return x >= math.MinInt8 && x <= math.MaxUint8
	case 's':
		return x >= math.MinInt8 && x <= math.MaxInt8
	case 'w':
		return x >= math.MinInt16 && x <= math.MaxUint16
	case 'd':
		return x >= math.MinInt32 && x <= math.MaxUint32
	case 'z':
		switch variant {
		case size16:
			return x >= math.MinInt16 && x <= math.MaxUint16
		case size32:
			return x >= math.MinInt32 && x <= math.MaxUint32
		}
		return x == int64(int32(x))
	case '1':
		return x == 1
	}
	return true
}

// choose decides between VEX and EVEX and checks what only one of them can say. For other instructions the result means
// nothing.
func (in *operands) choose(f *form, variant uint8, target Features) (vex bool, why reason) {
	masked := in.mask != 0 || in.zero
	repeated := in.hasMem() && in.mem.repeated
	special := masked || repeated || in.rounding != 0
	if f.w != 0 {
		switch {
		case repeated:
			return false, notRepeatable
		case masked:
			return false, maskRefused
		case in.rounding != 0:
			return false, roundingRefused
		case !target.allows(f.needVEX):
			return false, featureMissing
		}
		return false, fits
	}
	if in.overlaps() {
		return false, gatherOverlap
	}
	scalar := f.lens == 0
	if f.vexW != '-' && !special && !in.high && (scalar || variant != length512) && f.flags&mustMask == 0 &&
		target.allows(f.needVEX) {
		return true, fits
	}
	if f.evexW == '-' {
		if special || in.high || variant == length512 && !scalar {
			return false, highRegister
		}
		return false, featureMissing
	}
	switch {
	case repeated && f.repeat == 0:
		return false, notRepeatable
	case masked && f.flags&noMask != 0:
		return false, maskRefused
	case in.mask == 0 && f.flags&mustMask != 0:
		return false, maskMissing
	case in.zero && (in.kinds[0] != 'r' || !in.regs[0].isVector() || f.flags&mustMask != 0):
		return false, zeroRefused
	case in.rounding != 0:
		allowed := uint8(takesRounding)
		if in.rounding == SuppressExceptions {
			allowed = takesSAE
		}
		if f.flags&allowed == 0 || in.hasMem() {
			return false, roundingRefused
		}
		if !scalar && variant != length512 {
			return false, needsVector512
		}
	}
	need := f.needEVEX
	if !scalar && variant != length512 && f.flags&anyLength == 0 {
		need |= AVX512VL
	}
	if !target.allows(need) {
		return false, featureMissing
	}
	return false, fits
}

// overlaps says whether a gather names a register twice. Processors refuse that.
func (in *operands) overlaps() bool {
	if in.n < 2 || in.kinds[1] != 'm' || !in.mem.Index.isVector() {
		return false
	}
	dst, index := in.regs[0].Num(), in.mem.Index.Num()
	if in.n == 2 {
		return dst == index
	}
	mask := in.regs[2].Num()
	return dst == index || dst == mask || index == mask
}

func (in *operands) hasMem() bool {
	for _, k := range in.kinds[:in.n] {
		if k == 'm' {
			return true
		}
	}
	return false
}
