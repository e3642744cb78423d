package amd64

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
)

// An Assembler collects instructions. The first mistake is kept and what follows it is ignored, so that only Finish
// need be asked. The zero value is ready for use and takes instructions of every processor. It may be used again after
// Reset, and is for one goroutine at a time.
type Assembler struct {
	// Target, where it is not zero, is what the processor that the code is for has. An instruction that needs more is
	// an error.
	Target Features

	// Trace, where it is not nil, gets every instruction with its offset, as text that other assemblers take in their
	// Intel syntax.
	Trace func(offset int, text string)

	code   []byte
	err    error
	labels []int32 // offsets, or unbound
	fixups []fixup
	pool   pool

	in operands // of the instruction at hand
}

// A fixup is a 32-bit field that will hold the distance from end, an offset in the code, to a label.
type fixup struct {
	at, end int32
	label   Label // as in Mem
}

const unbound = math.MinInt32

// New returns an assembler of code for a processor.
func New(target Features) *Assembler { return &Assembler{Target: target} }

// Reset empties the assembler and keeps its memory. What Finish returned is overwritten.
func (a *Assembler) Reset() {
	a.code, a.labels, a.fixups, a.err = a.code[:0], a.labels[:0], a.fixups[:0], nil
	a.pool.reset()
}

// Err returns the first mistake.
func (a *Assembler) Err() error { return a.err }

// Size returns how many bytes the code has so far, without the constants.
func (a *Assembler) Size() int { return len(a.code) }

// Label makes a label, to be bound to one place by Bind before or after it is used.
func (a *Assembler) Label() Label {
	a.labels = append(a.labels, unbound)
	return Label(len(a.labels))
}

// Bind puts a label where the next instruction will be.
func (a *Assembler) Bind(l Label) {
	if !a.known(l) {
		a.fail(errors.New("binding a label of another assembler"))
		return
	}
	if a.labels[l-1] != unbound {
		a.fail(fmt.Errorf("label L%d is bound twice", l))
		return
	}
	a.labels[l-1] = int32(len(a.code))
}

func (a *Assembler) known(l Label) bool { return l >= 1 && int(l) <= len(a.labels) }

// Emit appends an instruction. Operands are in Intel's order, the destination first.
func (a *Assembler) Emit(op Op, args ...Arg) {
	if a.err != nil {
		return
	}
	in := &a.in
	why := in.read(args)
	if why == fits && (op == 0 || int(op) >= len(opNames)) {
		why = noSuchOp
	}
	if why == fits {
		why = noForm
		for i := opForms[op]; i < opForms[op+1]; i++ {
			f := &forms[i]
			variant, reason := in.match(f)
			if reason == fits {
				var vex bool
				if vex, reason = in.choose(f, variant, a.Target); reason == fits {
					start := len(a.code)
					if reason = a.encode(f, variant, vex); reason == fits {
						if a.Trace != nil {
							a.Trace(start, in.intel(op, f, variant))
						}
						return
					}
					a.code = a.code[:start]
				}
			}
			why = max(why, reason)
		}
	}
	a.fail(mistake(op, args, why))
}

// mistake describes an instruction that cannot be assembled.
func mistake(op Op, args []Arg, why reason) error {
	var b strings.Builder
	b.WriteString(op.String())
	for i, arg := range args {
		b.WriteString([]string{" ", ", "}[min(i, 1)])
		b.WriteString(argText(arg))
	}
	return fmt.Errorf("%s: %s", b.String(), why)
}

func (a *Assembler) fail(err error) {
	if a.err == nil {
		a.err = fmt.Errorf("assembling for amd64: at byte %d: %w", len(a.code), err)
	}
}

// nops[n-1] is the recommended instruction of n bytes that does nothing.
var nops = [...]string{
	"\x90", "\x66\x90", "\x0f\x1f\x00", "\x0f\x1f\x40\x00", "\x0f\x1f\x44\x00\x00", "\x66\x0f\x1f\x44\x00\x00",
	"\x0f\x1f\x80\x00\x00\x00\x00", "\x0f\x1f\x84\x00\x00\x00\x00\x00", "\x66\x0f\x1f\x84\x00\x00\x00\x00\x00",
}

// Align fills up with instructions that do nothing until the offset is a multiple of n, a power of two up to 64.
func (a *Assembler) Align(n int) {
	if n < 1 || n > codeAlign || n&(n-1) != 0 {
		a.fail(fmt.Errorf("cannot align to %d bytes", n))
		return
	}
	for gap := -len(a.code) & (n - 1); gap > 0; {
		k := min(gap, len(nops))
		a.code = append(a.code, nops[k-1]...)
		gap -= k
	}
}

// codeAlign is what the start of the code must be aligned to, in bytes, where it runs.
const codeAlign = 64

// Finish resolves labels, appends the constants, and returns the code or the first mistake. The code works at any
// address that is a multiple of 64. It is overwritten after Reset.
func (a *Assembler) Finish() ([]byte, error) {
	constants := int32(len(a.code)+codeAlign-1) &^ (codeAlign - 1)
	for _, f := range a.fixups {
		var target int32
		switch {
		case f.label < 0:
			target = constants + int32(-f.label-1)
		case a.known(f.label) && a.labels[f.label-1] != unbound:
			target = a.labels[f.label-1]
		default:
			a.fail(fmt.Errorf("label L%d is used and not bound", f.label))
			continue
		}
		// The field already holds the displacement that the program gave.
		field := a.code[f.at:]
		binary.LittleEndian.PutUint32(field, binary.LittleEndian.Uint32(field)+uint32(target-f.end))
	}
	if a.err != nil {
		return nil, a.err
	}
	a.fixups = a.fixups[:0]
	if len(a.pool.data) == 0 {
		return a.code, nil
	}
	const int3 = 0xcc
	for len(a.code) < int(constants) {
		a.code = append(a.code, int3)
	}
	a.code = append(a.code, a.pool.data...)
	a.pool.reset()
	return a.code, nil
}
