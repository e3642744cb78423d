package graph

import "sync/atomic"

// Attributes are never changed, so those of the most common applications are made once and shared.
var (
	leading [9]Attrs     // Axes: 0 … n−1
	lone    [8]Attrs     // Axes: k
	matrix  [8][2]*Attrs // Dot: the left's axis i with the right's axis j
	ordinal = [8]int{0, 1, 2, 3, 4, 5, 6, 7}
)

func init() {
	for n := range leading {
		leading[n].Axes = ordinal[:n:n]
	}
	for k := range lone {
		lone[k].Axes = ordinal[k : k+1 : k+1]
		for j := range matrix[k] {
			matrix[k][j] = &Attrs{Dot: &Dot{LContract: ordinal[k : k+1 : k+1], RContract: ordinal[j : j+1 : j+1]}}
		}
	}
}

// axesAttrs is attributes with axes, which need not be sorted.
func axesAttrs(axes []int) *Attrs {
	if len(axes) == 1 && axes[0] >= 0 && axes[0] < len(lone) {
		return &lone[axes[0]]
	}
	if len(axes) < len(leading) {
		first := true
		for i, x := range axes {
			first = first && i == x
		}
		if first {
			return &leading[len(axes)]
		}
	}
	return &Attrs{Axes: sorted(axes)}
}

// Contract is the contraction of axis i of v with axis j of w: the other axes of v, then those of w.
func (v *Value) Contract(w *Value, i, j int) *Value {
	if i >= 0 && i < len(matrix) && j >= 0 && j < len(matrix[0]) {
		return apply2(DotGeneral, matrix[i][j], v, w)
	}
	return v.Dot(w, Dot{LContract: []int{i}, RContract: []int{j}})
}

// stretched are the attributes of the last broadcast by stretch, which programs on scalars ask for again and again.
var stretched atomic.Pointer[Attrs]

// stretch is v, which has no axes, repeated to shape, which is nobody's to change.
func (v *Value) stretch(shape Shape) *Value {
	if len(shape) == 0 {
		return v
	}
	if a := stretched.Load(); a != nil && Shape(a.Shape).Equal(shape) {
		return apply1(Broadcast, a, v)
	}
	a := &Attrs{Shape: shape}
	if n := len(shape); n < len(leading) {
		a.Axes = leading[n].Axes
	} else {
		a.Axes = make([]int, n)
		for i := range a.Axes {
			a.Axes[i] = i
		}
	}
	if len(shape) < len(leading) {
		stretched.Store(a)
	}
	return apply1(Broadcast, a, v)
}
