package graph

import (
	"slices"
	"strings"
)

// Shape is the sizes of the axes of an array, outermost first. A scalar has none.
type Shape []Size

// Type is what is known of a value before it is computed: its element type and shape.
type Type struct {
	DType DType
	Shape Shape
}

// T makes a type of numbers: T(Float32, 2, 3).
func T(d DType, sizes ...int) Type { return Type{DType: d, Shape: Ns(sizes...)} }

// Rank is the number of axes.
func (t Type) Rank() int { return len(t.Shape) }

// Equal reports whether t and u are the same type.
func (t Type) Equal(u Type) bool {
	return t.DType == u.DType && t.Shape.Equal(u.Shape)
}

// String is the text form: "f32[B, 10]".
func (t Type) String() string { return t.DType.Short() + t.Shape.String() }

// String is the text form, "[B, 10]".
func (s Shape) String() string {
	t := make([]string, len(s))
	for i, n := range s {
		t[i] = n.String()
	}
	return "[" + strings.Join(t, ", ") + "]"
}

// Equal reports whether s and t have the same sizes.
func (s Shape) Equal(t Shape) bool { return slices.EqualFunc(s, t, Size.Equal) }

// Count is the number of elements: the product of the sizes.
func (s Shape) Count() Size {
	n := N(1)
	for _, x := range s {
		n = n.Mul(x)
	}
	return n
}

// Ints are the sizes as numbers; ok is false where one is symbolic.
func (s Shape) Ints() (ns []int, ok bool) {
	ns = make([]int, len(s))
	for i, x := range s {
		if ns[i], ok = x.Int(); !ok {
			return nil, false
		}
	}
	return ns, true
}

// SameShape reports whether a and b have the same rank and, as s has it, the same sizes.
func (s *Solver) SameShape(a, b Shape) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !s.Same(a[i], b[i]) {
			return false
		}
	}
	return true
}
