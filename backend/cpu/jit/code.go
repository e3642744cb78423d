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
	g := &gen{a: a, k: k, regions: regions(k)}
	switch {
	case f.Has(asm.LevelAVX512):
		g.width, g.file, g.writer = 64, 30, &gen512{g}
	case f.Has(asm.LevelAVX2):
		g.width, g.file, g.writer = 32, 14, &gen256{gen: g}
	default:
		unsupported("processors without AVX2")
	}
	a.Reset()
	a.Target = f
	g.lanes = g.mostLanes()
	g.write()
	if code, err = a.Finish(); err != nil {
		return nil, fmt.Errorf("jit: %s: %w", k.Name, err)
	}
	return code, nil
}

func unsupported(format string, args ...any) {
	panic(&Unsupported{fmt.Sprintf(format, args...)})
}
