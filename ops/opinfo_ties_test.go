package ops_test

import (
	"cmp"
	"context"
	"slices"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/goldens"
	"github.com/flambeau-ml/flambeau/tensor"
)

// ordering are the operators that put elements in order, or choose among them: where values tie, which of them it is may
// differ. With each is the place of dim among its arguments.
var ordering = map[string]int{"sort": 1, "argsort": 1, "msort": 0, "topk": 2, "kthvalue": 2, "median": 1, "nanmedian": 1, "mode": 1,
	"max": 1, "min": 1, "argmax": 1, "argmin": 1, "cummax": 1, "cummin": 1}

// lines are the elements of an operator's input x along the dimension that it works along.
type lines struct {
	x             *graph.Array
	along, inner  int // elements of a line, and how far apart they are
	outer         int // how many lines there are, but for inner
	accumulations bool
}

// lines are those of the sample's first argument; nil where ties do not matter.
func (p *python) lines(r *trial) *lines {
	place, ok := ordering[p.f.Op]
	if !ok {
		return nil
	}
	args, kwargs, err := r.arguments()
	if err != nil || len(args) == 0 {
		return nil
	}
	t, ok := args[0].(*tensor.Tensor)
	if !ok {
		return nil
	}
	x, err := t.Array(context.Background())
	if err != nil {
		return nil
	}
	dims := x.Dims
	dim, given := kwargs["dim"].(int)
	if !given && place > 0 && place < len(args) {
		dim, given = args[place].(int)
	}
	switch {
	case given:
	case p.f.Op == "msort":
		dim = 0
	case slices.Contains([]string{"argmax", "argmin", "max", "min", "median", "nanmedian"}, p.f.Op): // over all elements
		dims, dim = []int{x.Len()}, 0
	default:
		dim = len(dims) - 1
	}
	if len(dims) == 0 {
		dims, dim = []int{1}, 0
	}
	if dim < 0 {
		dim += len(dims)
	}
	if dim < 0 || dim >= len(dims) || x.Len() == 0 {
		return nil
	}
	l := &lines{x: x, along: dims[dim], inner: 1, accumulations: p.f.Op == "cummax" || p.f.Op == "cummin"}
	for _, n := range dims[dim+1:] {
		l.inner *= n
	}
	l.outer = x.Len() / (l.along * l.inner)
	return l
}

// compare is how elements i and j of x compare.
func (l *lines) compare(i, j int) int {
	if l.x.F != nil {
		return cmp.Compare(l.x.F[i], l.x.F[j])
	}
	return cmp.Compare(l.x.I[i], l.x.I[j])
}

// tied says whether got is indices that differ from those wanted only where the values that they point at are the same.
func (l *lines) tied(got, want any) bool {
	w, ok := want.(*goldens.Tensor)
	g, ok2 := got.(*tensor.Tensor)
	if l == nil || !ok || !ok2 || w.Array == nil || w.Array.I == nil || g.DType() != w.DType || !slices.Equal(g.Shape(), w.Dims) {
		return false
	}
	at, err := g.Array(context.Background())
	if err != nil || at.Len()%(l.outer*l.inner) != 0 {
		return false
	}
	kept := at.Len() / (l.outer * l.inner)
	for i, a := range at.I {
		from, b := i/(kept*l.inner)*(l.along*l.inner)+i%l.inner, int(w.Array.I[i])
		if a < 0 || int(a) >= l.along || b < 0 || b >= l.along || l.compare(from+int(a)*l.inner, from+b*l.inner) != 0 {
			return false
		}
	}
	return true
}

// canonical is a gradient with the numbers of elements that tie in order: which of them gets which is a choice.
func (l *lines) canonical(g *graph.Array) *graph.Array {
	out := &graph.Array{DType: g.DType, Dims: g.Dims, F: slices.Clone(g.F)}
	line := make([]int, l.along)
	for k := range l.outer * l.inner {
		from := k/l.inner*(l.along*l.inner) + k%l.inner
		for i := range line {
			line[i] = from + i*l.inner
		}
		slices.SortFunc(line, func(i, j int) int { return cmp.Or(l.compare(i, j), cmp.Compare(g.F[i], g.F[j])) })
		for i, j := range line {
			out.F[from+i*l.inner] = g.F[j]
		}
	}
	return out
}

// compareTied is compare for the gradient of x, up to the choice among ties.
func (r *trial) compareTied(got *tensor.Tensor, want *goldens.Tensor) error {
	before := r.worst
	err := r.compare(got, want)
	l := r.lines
	if err == nil || l == nil || l.accumulations || got == nil || want.Array == nil || want.Array.Len() != l.x.Len() || want.Array.F == nil ||
		got.DType() != want.DType || !slices.Equal(got.Shape(), want.Dims) {
		return err
	}
	a, e := got.Array(context.Background())
	if e != nil {
		return e
	}
	sorted := *want
	sorted.Array = l.canonical(want.Array)
	worst, e := goldens.Compare(l.canonical(a), &sorted, r.s.Err64[want.Name])
	if e != nil {
		return err
	}
	r.worst = max(before, worst)
	return nil
}

// TestTies checks that indices and gradients may differ where values tie, and nowhere else.
func TestTies(t *testing.T) {
	x := &graph.Array{DType: graph.Float32, Dims: []int{2, 3}, F: []float64{5, 5, 1, 2, 3, 3}}
	l := &lines{x: x, along: 3, inner: 1, outer: 2}
	want := &goldens.Tensor{Name: "indices", DType: graph.Int64, Dims: []int{2}, Array: &graph.Array{DType: graph.Int64, Dims: []int{2}, I: []int64{0, 2}}}
	for _, c := range []struct {
		at   []int64
		tied bool
	}{{[]int64{1, 1}, true}, {[]int64{0, 2}, true}, {[]int64{2, 2}, false}, {[]int64{0, 0}, false}, {[]int64{3, 2}, false}} {
		if got := l.tied(tensor.New(c.at, 2), want); got != c.tied {
			t.Errorf("indices %v: tied is %v", c.at, got)
		}
	}
	grad := &goldens.Tensor{Name: "grad", DType: graph.Float32, Dims: x.Dims, Array: &graph.Array{DType: graph.Float32, Dims: x.Dims, F: []float64{1, 0, 0, 0, 0, 2}}}
	r := &trial{s: &goldens.Sample{}, lines: l}
	for _, c := range []struct {
		grad []float32
		ok   bool
	}{{[]float32{0, 1, 0, 0, 2, 0}, true}, {[]float32{0, 0, 1, 0, 0, 2}, false}, {[]float32{0, 2, 0, 0, 1, 0}, false}} {
		if err := r.compareTied(tensor.New(c.grad, 2, 3), grad); (err == nil) != c.ok {
			t.Errorf("gradient %v: %v", c.grad, err)
		}
	}
}
