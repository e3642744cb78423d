package cpu

import (
	"fmt"
	"sync"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// engine is the machine code that contractions run on. Every contraction of a device takes the same one, so that an
// element does not depend on which kernel computed it.
type engine struct {
	name     string // avx512, avx2 or portable
	f32, f64 *micro.Kernels
}

var portable = &engine{name: "portable"}

// engines are the ones of each level by name, made when they are first asked for. Code is never changed, so that devices
// may share it.
var engines = map[string]func() (*engine, error){
	"avx512": sync.OnceValues(func() (*engine, error) { return makeEngine("avx512", amd64.LevelAVX512) }),
	"avx2":   sync.OnceValues(func() (*engine, error) { return makeEngine("avx2", amd64.LevelAVX2) }),
	"none":   func() (*engine, error) { return portable, nil },
}

// makeEngine makes the code for a level that the processor has.
func makeEngine(name string, level amd64.Features) (*engine, error) {
	if raceEnabled {
		return nil, fmt.Errorf("%s: the race detector does not see what machine code does", name)
	}
	features := amd64.Detect()
	if !features.Has(level) {
		return nil, fmt.Errorf("%s: the processor has %v", name, features)
	}
	heap := exec.NewHeap(exec.Options{})
	e := &engine{name: name}
	var err error
	if e.f32, err = micro.New(heap, level, 4); err != nil {
		return nil, err
	}
	if e.f64, err = micro.New(heap, level, 8); err != nil {
		return nil, err
	}
	return e, nil
}

// engineFor is the best engine up to a level; up to the best there is where that is empty. It panics for a level that it
// does not know.
func engineFor(level string) *engine {
	names := []string{"avx512", "avx2"}
	switch level {
	case "", "avx512":
	case "avx2":
		names = names[1:]
	case "none":
		names = nil
	default:
		panic(fmt.Sprintf("cpu: the level of machine code, Options.CPU or FLAMBEAU_CPU, is %q: want avx512, avx2 or none", level))
	}
	for _, name := range names {
		if e, err := engines[name](); err == nil {
			return e
		}
	}
	return portable
}

// kernelsOf are the engine's micro-kernels that compute in T, or nil where Go does.
func kernelsOf[T number](e *engine) *micro.Kernels {
	switch any(T(0)).(type) {
	case float32:
		return e.f32
	case float64:
		return e.f64
	}
	return nil
}
