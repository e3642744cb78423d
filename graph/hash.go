package graph

import (
	"crypto/sha256"
	"strings"
)

// Hash is the same for functions that compute the same in the same way: it does not depend on the numbers of values,
// on values that no result needs, on the order in which independent values were made, on the names of the function,
// its parameters and its sizes, or on the present values of numbers. It differs for anything else, up to collisions
// of SHA-256.
func (f *Func) Hash() [32]byte {
	g := f.Canonical()
	var b strings.Builder
	g.printer().function(&b, g)
	return sha256.Sum256([]byte(b.String()))
}
