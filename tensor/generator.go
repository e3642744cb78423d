package tensor

import (
	"hash/fnv"

	"github.com/flambeau-ml/flambeau/graph"
)

// Generator draws random numbers: a key and a counter in a storage of their own. Element i of a draw is word i mod 4
// of Philox4x32-10 with that key at counter + i/4; each draw moves the counter on. Draws are numbered when they are
// recorded, so computing them again draws the same. One Generator is for one goroutine at a time.
type Generator struct {
	State *Tensor // u64[2]: key, counter
}

// NewGenerator makes a generator from a seed, on the default device.
func NewGenerator(seed uint64) *Generator {
	return &Generator{New([]uint64{seed, 0}, 2)}
}

// Seed sets the key and starts counting at 0.
func (g *Generator) Seed(seed uint64) {
	r := record("manual_seed")
	defer r.done()
	r.write(g.State, r.read(New([]uint64{seed, 0}, 2)))
}

// SeedFor is the key of the generator called name under a seed: a hash of both, so that it does not depend on the
// order in which generators are made.
func SeedFor(seed uint64, name string) uint64 {
	h := fnv.New64a()
	var b [8]byte
	for i := range b {
		b[i] = byte(seed >> (8 * i))
	}
	h.Write(b[:])
	h.Write([]byte(name))
	k := h.Sum64() // FNV mixes its last bytes badly: finish as splitmix64 does
	k = (k ^ k>>30) * 0xbf58476d1ce4e5b9
	k = (k ^ k>>27) * 0x94d049bb133111eb
	return k ^ k>>31
}

// generator is the state that a draw begins at.
func (r *recorder) generator(g *Generator) *graph.Value {
	if g == nil {
		graph.Fail(r.op, "needs a Generator: there is no hidden one")
	}
	return r.read(g.State)
}

// advance gives g the state after a draw.
func (r *recorder) advance(g *Generator, state *graph.Value) { r.write(g.State, state) }
