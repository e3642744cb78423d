package cpu

import "github.com/flambeau-ml/flambeau/graph"

// specials are the kernels of the primitives that are no loop nests, by primitive.
var specials = map[*graph.Primitive]special{
	graph.DotGeneral: dotGeneral,
}
