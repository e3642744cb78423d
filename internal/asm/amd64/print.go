package amd64

import (
	"fmt"
	"strings"
)

var sizeNames = map[int]string{
	1: "BYTE", 2: "WORD", 4: "DWORD", 8: "QWORD", 16: "XMMWORD", 32: "YMMWORD", 64: "ZMMWORD",
}

// intel returns an instruction in the Intel syntax of GNU as.
func (in *operands) intel(op Op, f *form, variant uint8) string {
	var b strings.Builder
	name := f.asm
	if name == "" {
		name = strings.ToLower(op.String())
	}
	b.WriteString(name)
	sep := " "
	for i := range in.n {
		b.WriteString(sep)
		sep = ", "
		switch in.kinds[i] {
		case 'r':
			b.WriteString(in.regs[i].String())
		case 'm':
			in.intelMemory(&b, f, f.args[i], variant)
		case 'i':
			if in.rounding != 0 {
				b.WriteString(in.rounding.String())
				b.WriteString(sep)
			}
			fmt.Fprint(&b, in.imm)
		case 'l':
			fmt.Fprintf(&b, "L%d", in.label)
		}
		if i == 0 && in.mask != 0 {
			fmt.Fprintf(&b, "{k%d}", in.mask)
			if in.zero {
				b.WriteString("{z}")
			}
		}
	}
	if in.rounding != 0 && (in.n == 0 || in.kinds[in.n-1] != 'i') {
		b.WriteString(sep)
		b.WriteString(in.rounding.String())
	}
	return b.String()
}

func (in *operands) intelMemory(b *strings.Builder, f *form, s spec, variant uint8) {
	bytes := f.bytes(s, variant)
	if in.mem.repeated {
		fmt.Fprintf(b, "%s PTR ", sizeNames[int(f.repeat)])
		in.mem.address(b)
		fmt.Fprintf(b, "{1to%d}", bytes/int(f.repeat))
		return
	}
	if bytes != 0 {
		fmt.Fprintf(b, "%s PTR ", sizeNames[bytes])
	}
	in.mem.address(b)
}
