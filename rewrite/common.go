package rewrite

import (
	"math/bits"

	"github.com/flambeau-ml/flambeau/graph"
)

// Common merges values that are the same primitive with the same attributes of the same operands. Draws merge as well:
// they are functions of their state. Numbers do not, as each is given by itself.
func Common(f *graph.Func) (*graph.Func, error) {
	seen := map[uint64][]*graph.Value{}
	return rebuild(f, func(v *graph.Value) *graph.Value {
		if v.Op == graph.Number {
			return v
		}
		h := structure(v)
		for _, w := range seen[h] {
			if alike(v, w) {
				return w
			}
		}
		seen[h] = append(seen[h], v)
		return v
	})
}

func alike(v, w *graph.Value) bool {
	if v.Op != w.Op || len(v.Args) != len(w.Args) || !v.Type.Equal(w.Type) || !v.Attrs.Equal(w.Attrs) {
		return false
	}
	for i, x := range v.Args {
		if x != w.Args[i] {
			return false
		}
	}
	return true
}

// structure is a hash of what alike compares; attributes that rarely tell values apart are left out.
func structure(v *graph.Value) uint64 {
	h := uint64(v.Op.ID())
	mix := func(x uint64) {
		hi, lo := bits.Mul64(h^x, 0x9E3779B97F4A7C15)
		h = hi ^ lo
	}
	for _, x := range v.Args {
		mix(uint64(x.ID) + 1)
	}
	a := v.Attr()
	mix(uint64(v.DType))
	for _, x := range a.Axes {
		mix(uint64(x) + 1)
	}
	for _, n := range v.Shape {
		k, _ := n.Int()
		mix(uint64(k) + 1)
	}
	for _, n := range a.Start {
		k, _ := n.Int()
		mix(uint64(k) + 1)
	}
	re, im := a.Value.Bits()
	mix(re)
	mix(im)
	return h
}
