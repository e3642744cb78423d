package randgraph

import "github.com/flambeau-ml/flambeau/graph"

// move applies a primitive that rearranges or reduces x, with random attributes.
func (g *generator) move(p *graph.Primitive, x *graph.Value) *graph.Value {
	dims, _ := x.Shape.Ints()
	switch p {
	case graph.Reshape:
		return g.apply(p, &graph.Attrs{Shape: graph.Ns(g.factors(count(x))...)}, x)
	case graph.Permute:
		return g.apply(p, &graph.Attrs{Axes: g.r.Perm(len(dims))}, x)
	case graph.Broadcast:
		var axes, sizes []int
		rank := len(dims) + g.r.IntN(3)
		for i := range rank {
			if len(axes) < rank-len(dims) && (g.r.IntN(2) == 0 || rank-i == rank-len(dims)-len(axes)) {
				axes, sizes = append(axes, i), append(sizes, 1+g.r.IntN(4))
			}
		}
		return g.apply(p, &graph.Attrs{Axes: axes, Shape: graph.Ns(sizes...)}, x)
	case graph.Slice:
		var start, n, step []int
		for _, d := range dims {
			s, by := 0, 1
			if d > 0 && g.r.IntN(2) == 0 {
				s, by = g.r.IntN(d), 1+g.r.IntN(2)
			}
			most := (d - s + by - 1) / by
			if g.r.IntN(3) == 0 {
				most = g.r.IntN(most + 1)
			}
			start, n, step = append(start, s), append(n, most), append(step, by)
		}
		return g.apply(p, &graph.Attrs{Start: graph.Ns(start...), Shape: graph.Ns(n...), Step: step}, x)
	case graph.Pad:
		var start, size, step []int
		for _, d := range dims {
			s, by := g.r.IntN(3), 1+g.r.IntN(2)
			start, step = append(start, s), append(step, by)
			size = append(size, s+max(d-1, 0)*by+min(d, 1)+g.r.IntN(2))
		}
		return g.apply(p, &graph.Attrs{Start: graph.Ns(start...), Shape: graph.Ns(size...), Step: step}, x)
	}
	return g.apply(p, &graph.Attrs{Axes: g.axes(len(dims))}, x) // reverse and reductions
}

// axes draws some of the axes of a rank.
func (g *generator) axes(rank int) []int {
	var out []int
	for i := range rank {
		if g.r.IntN(2) == 0 {
			out = append(out, i)
		}
	}
	return out
}

// factors draws sizes whose product is n.
func (g *generator) factors(n int) []int {
	if n == 0 {
		return []int{0}
	}
	out := []int{}
	for d := 2; n > 1; {
		if n%d != 0 {
			d++
			continue
		}
		n /= d
		if len(out) > 0 && g.r.IntN(2) == 0 {
			out[len(out)-1] *= d
		} else {
			out = append(out, d)
		}
	}
	if g.r.IntN(2) == 0 {
		out = append(out, 1)
	}
	g.r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}
