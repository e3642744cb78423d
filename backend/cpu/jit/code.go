package jit

import (
	"fmt"

	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// Compile writes the code of k for a processor. The bytes are the assembler's and are overwritten when it is used
// again. The error is an *Unsupported where k has something that cannot be expressed.
func Compile(a *asm.Assembler, k *Kernel, f asm.Features) (code []byte, err error) {
	defer func() {
		if e := recover(); e != nil {
			u, ok := e.(*Unsupported)
			if !ok {
				panic(e)
			}
			err = u
		}
	}()
	if !f.Has(asm.LevelAVX512) {
		return nil, &Unsupported{"processors without AVX-512"}
	}
	a.Reset()
	a.Target = f
	g := &gen512{a: a, k: k}
	g.lanes = 64 / widest(k)
	g.write()
	if code, err = a.Finish(); err != nil {
		return nil, fmt.Errorf("jit: %s: %w", k.Name, err)
	}
	return code, nil
}

// widest is the bytes of the widest value that a vector of lanes must hold.
func widest(k *Kernel) int {
	w := 1
	for i := range k.Instrs {
		in := &k.Instrs[i]
		w = max(w, in.Type.Held().Bytes())
		switch {
		case in.Op == Index || in.Op == Inside:
			w = max(w, 4) // places are of 32 bits
		case in.Op == Cast && in.From.Float() && !in.Type.Float() && in.Type != Bool, in.Op == Cast && in.From == U32 && in.Type.Float():
			w = 8 // by way of 64 bits
		case in.Op == Load || in.Op == Store:
			w = max(w, k.Streams[in.N].Type.Held().Bytes())
		}
	}
	return w
}

func unsupported(format string, args ...any) {
	panic(&Unsupported{fmt.Sprintf(format, args...)})
}
