//go:build amd64 && unix

package jit

import (
	"math/rand/v2"
	"testing"

	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// plain is a reduction of what is in memory, and of nothing else.
func plain(form Form, op Op, t Type) *Kernel {
	none := [3]int{NoArg, NoArg, NoArg}
	return &Kernel{Name: "plain", Form: form, Outputs: 1, Streams: []Stream{{Type: t}}, Instrs: []Instr{
		{Op: Load, Type: t, Args: none, Mask: NoArg},
		{Op: op, Type: t, Args: [3]int{0, NoArg, NoArg}, Mask: NoArg},
	}}
}

// TestPlainReductions compares machine code with an interpretation for reductions whose operand is memory.
func TestPlainReductions(t *testing.T) {
	perLevel(t, func(t *testing.T, features asm.Features) {
		r := rand.New(rand.NewPCG(3, 5))
		for _, form := range []Form{Rows, Runs} {
			for op := Sum; op <= Minimum; op++ {
				for typ := I8; typ <= F64; typ++ {
					for range 30 {
						if k := plain(form, op, typ); !checkKernel(t, r, k, features) {
							t.Fatalf("%s", k)
						}
					}
				}
			}
		}
	})
}
