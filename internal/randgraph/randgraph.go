// Package randgraph makes random graphs for tests: valid applications of all primitives to each other, with inputs on
// which they evaluate without error, and makes a graph on which a test fails smaller.
package randgraph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// Options say what graphs to make.
type Options struct {
	Values  int                         // about how many applications of primitives; 0 means 20
	DTypes  []graph.DType               // of data; indices and conditions come on top. Nil means float32, float64, int32, int64 and bool
	Special bool                        // inputs hold NaN, infinities, zeros of both signs and denormals, too
	Without func(*graph.Primitive) bool // which primitives to leave out; nil means none
}

// maxElements bounds the values of a graph, so that the reference evaluates them in no time.
const maxElements = 600

// New makes the graph of a seed and inputs for its parameters. The same seed and options make the same graph.
func New(seed uint64, o Options) (*graph.Func, []*graph.Array) {
	if o.Values == 0 {
		o.Values = 20
	}
	if o.DTypes == nil {
		o.DTypes = []graph.DType{graph.Float32, graph.Float64, graph.Int32, graph.Int64, graph.Bool}
	}
	g := &generator{Options: o, r: rand.New(rand.NewPCG(seed, 7)), f: graph.NewFunc(fmt.Sprintf("random%d", seed))}
	for range 3 {
		g.keep(g.param(g.dtype(), g.dims()...))
	}
	for _, p := range graph.Primitives() {
		if p != graph.Param && (o.Without == nil || !o.Without(p)) {
			g.prims = append(g.prims, p)
		}
	}
	for tries := 0; len(g.pool) < o.Values+3 && tries < 50*o.Values; tries++ {
		g.step()
	}
	g.f.Return(g.unused()...)
	return g.f, g.in
}

// generator is a graph that grows.
type generator struct {
	Options
	r     *rand.Rand
	f     *graph.Func
	in    []*graph.Array
	prims []*graph.Primitive
	pool  []*graph.Value // what later values are computed from
}

func (g *generator) keep(v *graph.Value) { g.pool = append(g.pool, v) }

func (g *generator) dtype() graph.DType { return g.DTypes[g.r.IntN(len(g.DTypes))] }

// dims draws a shape of up to three axes; axes of 1 are frequent.
func (g *generator) dims() []int {
	dims := make([]int, g.r.IntN(4))
	for i := range dims {
		dims[i] = []int{1, 1, 2, 3, 4, 5, 7}[g.r.IntN(7)]
	}
	return dims
}

// recent picks a value of the pool, a late one more often.
func (g *generator) recent() *graph.Value {
	n := len(g.pool)
	return g.pool[max(g.r.IntN(n), g.r.IntN(n))]
}

// param adds a parameter with random data.
func (g *generator) param(d graph.DType, dims ...int) *graph.Value {
	a := graph.Uniform(g.r, d, -4, 4, dims...)
	if d.IsUnsigned() {
		a = graph.Uniform(g.r, d, 0, 9, dims...)
	}
	for i := range a.F {
		if g.Special && g.r.IntN(6) == 0 {
			a.SetFloat(i, Special[g.r.IntN(len(Special))])
		}
	}
	for i := range a.C {
		if g.Special && g.r.IntN(6) == 0 {
			a.SetComplex(i, complex(Special[g.r.IntN(len(Special))], Special[g.r.IntN(len(Special))]))
		}
	}
	return g.given(a)
}

// given adds a parameter whose input is a.
func (g *generator) given(a *graph.Array) *graph.Value {
	g.in = append(g.in, a)
	return g.f.Param(fmt.Sprintf("p%d", len(g.in)-1), a.Type())
}

// Special are the floats on which rewrites go wrong; rounded to float32, some become 0 or infinite.
var Special = []float64{
	math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 1, -1, 2, 0.5,
	0x1p-149, -0x1p-149, 0x1.8p-130, 0x1p-1074, -0x1p-1030, math.MaxFloat32, -math.MaxFloat32, math.MaxFloat64, 0x1p-126, 0x1p-24,
}

// step adds an application of a random primitive, where it finds one that fits.
func (g *generator) step() {
	p := g.prims[g.r.IntN(len(g.prims))]
	var v *graph.Value
	switch {
	case p.Kind == graph.Leaf:
		v = g.leaf(p)
	case p.Kind == graph.Unary:
		v = g.apply(p, nil, g.recent())
	case p.Kind == graph.Binary || p.Kind == graph.Compare:
		v = g.binary(p)
	case p == graph.Cast:
		v = g.apply(p, &graph.Attrs{DType: g.dtype()}, g.recent())
	case p == graph.Select:
		x := g.recent()
		v = g.apply(p, nil, g.like(graph.Bool, x), x, g.second(x))
	case g.r.IntN(4) > 0 && (p.Kind == graph.Move || p.Kind == graph.Reduce):
		v = g.move(p, g.recent())
	default:
		v = g.sample(p)
	}
	if v != nil && count(v) <= maxElements {
		g.keep(v)
	}
}

// apply is p applied to args, or nil where they do not fit.
func (g *generator) apply(p *graph.Primitive, a *graph.Attrs, args ...*graph.Value) *graph.Value {
	types := make([]graph.Type, len(args))
	for i, x := range args {
		types[i] = x.Type
	}
	if _, err := p.Infer(nil, a, types...); err != nil {
		return nil
	}
	return graph.Apply(p, a, args...)
}

func (g *generator) leaf(p *graph.Primitive) *graph.Value {
	samples := p.Samples(g.r)
	a := samples[g.r.IntN(len(samples))].Attrs
	if d := g.dtype(); p == graph.Const || p == graph.Number {
		a = &graph.Attrs{DType: d, Value: g.scalar()}
	} else if p == graph.SizeOf || d.IsFloat() || d.IsInt() {
		b := *a
		b.DType = d
		a = &b
	}
	return graph.ApplyIn(g.f, p, a)
}

// scalar draws one of the numbers that rules look for, or another.
func (g *generator) scalar() graph.Scalar {
	return graph.FloatOf([]float64{0, 1, -1, 2, math.Copysign(0, -1), 0.5, 3, 0.25}[g.r.IntN(8)])
}

// second draws another operand of x's type: x itself, a constant, a number, or something else.
func (g *generator) second(x *graph.Value) *graph.Value {
	switch g.r.IntN(8) {
	case 0:
		return x
	case 1, 2:
		return graph.Full(g.f, x.Type, g.scalar())
	case 3:
		return graph.NewNumber(g.f, x.DType, g.scalar()).Expand(x.Shape...)
	}
	return g.like(x.DType, x)
}

// like is a value of the given element type and x's shape.
func (g *generator) like(d graph.DType, x *graph.Value) *graph.Value {
	dims, _ := x.Shape.Ints()
	return g.fit(d, dims)
}

// binary applies p to two values. Where p checks integers, the second operand is one that passes.
func (g *generator) binary(p *graph.Primitive) *graph.Value {
	x := g.recent()
	if p.Checks && !x.DType.IsInexact() {
		if !x.DType.IsInt() {
			return nil
		}
		dims, _ := x.Shape.Ints()
		return g.apply(p, nil, x, g.given(graph.Uniform(g.r, x.DType, 1, 5, dims...)))
	}
	y := g.second(x)
	if g.r.IntN(2) == 0 {
		x, y = y, x
	}
	return g.apply(p, nil, x, y)
}

// fit is a value of the given type: one of the pool, perhaps reshaped, cut or padded, or a new parameter.
func (g *generator) fit(d graph.DType, dims []int) *graph.Value {
	want := graph.T(d, dims...)
	var same, near []*graph.Value
	for _, v := range g.pool {
		switch {
		case v.Type.Equal(want):
			same = append(same, v)
		case v.DType == d:
			near = append(near, v)
		}
	}
	switch k := g.r.IntN(8); {
	case k > 0 && len(same) > 0:
		return same[g.r.IntN(len(same))]
	case k > 2 && len(near) > 0:
		v := near[g.r.IntN(len(near))]
		n := 1
		for _, s := range dims {
			n *= s
		}
		have := count(v)
		v = v.Reshape(graph.N(have))
		switch {
		case have > n:
			v = v.Slice(graph.Ns(g.r.IntN(have-n+1)), graph.Ns(n), []int{1})
		case have < n:
			v = graph.Apply(graph.Pad, &graph.Attrs{Start: graph.Ns(g.r.IntN(n - have + 1)), Shape: graph.Ns(n), Step: []int{1}}, v)
		}
		return v.Reshape(want.Shape...)
	}
	return g.param(d, dims...)
}

// sample applies p as one of its samples does: to values of the graph where the operands are floats, and else, since
// they may be indices, to the sample's own.
func (g *generator) sample(p *graph.Primitive) *graph.Value {
	samples := slices.DeleteFunc(p.Samples(g.r), func(s graph.Sample) bool {
		return slices.ContainsFunc(s.In, func(a *graph.Array) bool {
			return !slices.Contains(g.DTypes, a.DType) && (a.DType.IsInexact() || a == s.In[0] && p != graph.RandomBits)
		})
	})
	if len(samples) == 0 {
		return nil
	}
	s := samples[g.r.IntN(len(samples))]
	args := make([]*graph.Value, len(s.In))
	for i, a := range s.In {
		if a.DType.IsInexact() {
			args[i] = g.fit(a.DType, a.Dims)
		} else {
			args[i] = g.given(a)
		}
	}
	return g.apply(p, s.Attrs, args...)
}

// unused lists what no other value reads.
func (g *generator) unused() []*graph.Value {
	read := map[*graph.Value]bool{}
	for _, v := range g.f.Values {
		for _, x := range v.Args {
			read[x] = true
		}
	}
	var out []*graph.Value
	for _, v := range g.pool {
		if !read[v] {
			out = append(out, v)
		}
	}
	return out
}

func count(v *graph.Value) int {
	n, _ := v.Shape.Count().Int()
	return n
}
