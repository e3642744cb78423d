package ops

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/flambeau-ml/flambeau/graph"
)

// looped is a step on vectors that is repeated as long as a test is true of any element (graph.While). Its functions are
// built once for each list of dtypes and kept: what is derived from a function is known by the function itself. They must not
// use numbers that the user gave: those are operands.
type looped struct {
	name string
	test func(stays, carried []*graph.Value) *graph.Value   // whether an element needs another step
	step func(stays, carried []*graph.Value) []*graph.Value // what is carried on

	made sync.Map // dtypes and ranks as text → []*graph.Func
}

// run repeats the step on operands that stay and those that are carried: vectors of one size, or scalars. It returns what
// the last step carries.
func (l *looped) run(stays, carried []*graph.Value) []*graph.Value {
	args := slices.Concat(stays, carried)
	key := ""
	for _, v := range args {
		key += v.DType.Short() + []string{"", "[n]"}[v.Rank()] + ";"
	}
	funcs, ok := l.made.Load(key)
	if !ok {
		on := l.function(l.name+"_on", args, func(xs []*graph.Value) []*graph.Value {
			on := l.test(xs[:len(stays)], xs[len(stays):]).Cast(graph.Int64)
			return []*graph.Value{on.ReduceSum(allDims(on.Rank())...).Gt(on.Like(0))}
		})
		step := l.function(l.name, args, func(xs []*graph.Value) []*graph.Value { return l.step(xs[:len(stays)], xs[len(stays):]) })
		funcs, _ = l.made.LoadOrStore(key, []*graph.Func{on, step})
	}
	body := &graph.Body{Funcs: funcs.([]*graph.Func), Consts: len(stays), Carry: len(carried)}
	return graph.ApplyAll(args[0].Home, graph.While, &graph.Attrs{Body: body}, args...)
}

// function is a function of operands like args, in the sizes of which n stands for that of vectors.
func (l *looped) function(name string, args []*graph.Value, results func(xs []*graph.Value) []*graph.Value) *graph.Func {
	f := graph.NewFunc(name)
	xs := make([]*graph.Value, len(args))
	for i, v := range args {
		t := graph.Type{DType: v.DType}
		if v.Rank() > 0 {
			t.Shape = graph.Shape{graph.Sym("n")}
		}
		xs[i] = f.Param("", t)
	}
	f.Return(results(xs)...)
	f.Settle()
	return f
}

// broadcasting runs f on vectors of the elements of operands that broadcast, and gives its result their common shape.
func broadcasting(op string, f func(xs []*graph.Value) *graph.Value, xs ...*graph.Value) *graph.Value {
	shapes := make([]graph.Shape, len(xs))
	for i, x := range xs {
		shapes[i] = x.Shape
	}
	shape, ok := graph.BroadcastShapes(xs[0].Home.Solver(), shapes...)
	if !ok {
		graph.Fail(op, "%s and %s do not broadcast", xs[0].Type, xs[1].Type)
	}
	flats := make([]*graph.Value, len(xs))
	for i, x := range xs {
		flats[i] = flat(x.Expand(shape...))
	}
	return f(flats).Reshape(shape...)
}

// euclid is the division of greater by less until nothing remains.
var euclid = looped{
	name: "euclid",
	test: func(_, c []*graph.Value) *graph.Value { return c[1].Ne(c[1].Like(0)) },
	step: func(_, c []*graph.Value) []*graph.Value {
		done := c[1].Eq(c[1].Like(0))
		return []*graph.Value{done.Where(c[0], c[1]), done.Where(c[1], c[0].Rem(done.Where(c[1].Like(1), c[1])))}
	},
}

func needInts(op string, xs ...*graph.Value) {
	for _, x := range xs {
		if !x.DType.IsInt() {
			graph.Fail(op, "takes integers, not %s", x.Type)
		}
	}
}

func gcd(op string) binaryBody {
	return func(x, y *graph.Value) *graph.Value {
		x, y, _ = pairs(x, y)
		needInts(op, x, y)
		return broadcasting(op, func(v []*graph.Value) *graph.Value {
			return euclid.run(nil, []*graph.Value{v[0].Abs(), v[1].Abs()})[0]
		}, x, y)
	}
}

func lcm(x, y *graph.Value) *graph.Value {
	g := gcd("lcm")(x, y)
	x, y, _ = pairs(x, y)
	none := g.Eq(g.Like(0))
	return none.Where(g, x.Div(none.Where(g.Like(1), g)).Mul(y).Abs())
}

// upwards adds the terms of the zeta function at places that are not positive.
var upwards = looped{
	name: "zeta_upwards",
	test: func(_, c []*graph.Value) *graph.Value { return c[0].Le(c[0].Like(0)) },
	step: func(s, c []*graph.Value) []*graph.Value {
		low := c[0].Le(c[0].Like(0))
		term := low.Where(c[0], c[0].Like(1)).Pow(s[0].Neg())
		return []*graph.Value{low.Where(c[0].Shift(1), c[0]), low.Where(c[1].Add(term), c[1])}
	},
}

// bernoulliShares are (2k)! over the Bernoulli number B₂ₖ, the divisors in the formula of Euler and Maclaurin.
var bernoulliShares = []float64{12, -720, 30240, -1209600, 47900160, -1307674368000. / 691, 74724249600, -10670622842880000. / 3617,
	5109094217170944000. / 43867, -802857662698291200000. / 174611, 14101100039391805440000. / 77683, -1693824136731743669452800000. / 236364091}

// zeta is Σ (q + k)⁻ˣ over k from 0, that of Hurwitz: the first terms, then by the formula of Euler and Maclaurin.
func zeta(x, q *graph.Value) *graph.Value {
	d := floatType(resultType(x, q))
	w := wide(d)
	return broadcasting("special_zeta", func(v []*graph.Value) *graph.Value {
		x, q := v[0], v[1]
		one, zero, inf := x.Like(1), x.Like(0), x.Like(math.Inf(1))
		below := q.Le(zero)
		pole := below.And(q.Eq(q.Floor()))
		lost := x.Lt(one).Or(below.And(x.Ne(x.Floor()))).Or(q.Ne(q))
		c := upwards.run([]*graph.Value{x}, []*graph.Value{pole.Or(lost).Where(one, q), zero.Expand(x.Shape...)})
		q, sum := c[0], c[1]
		for k := range 10 {
			sum = sum.Add(q.Shift(float64(k)).Pow(x.Neg()))
		}
		end := q.Shift(10)
		b := end.Pow(x.Neg())
		rest := b.Scale(0.5).Add(b.Mul(end).Div(x.Sub(one)))
		t := x.Mul(b).Div(end)
		for k, share := range bernoulliShares {
			rest = rest.Add(t.Scale(1 / share))
			t = t.Mul(x.Shift(float64(2*k + 1))).Div(end).Mul(x.Shift(float64(2*k + 2))).Div(end)
		}
		sum = b.Eq(zero).Where(sum, sum.Add(rest))
		sum = pole.Where(inf, sum)
		return x.Eq(one).Where(inf, lost.And(pole.Not().Or(x.Lt(one))).Where(x.Like(math.NaN()), sum))
	}, x.Cast(w), q.Cast(w)).Cast(d)
}

func intPairSamples(r *rand.Rand) []Sample {
	return []Sample{call(graph.Uniform(r, graph.Int64, -60, 60, 3, 4), graph.Uniform(r, graph.Int64, -60, 60, 4)), call(graph.Uniform(r, graph.Int8, -90, 90, 5), below(r, 40, 5))}
}

// Functions of integers, and sums without an end.
var (
	Gcd = define(Op{
		Schema: "gcd(Tensor self, Tensor other) -> Tensor", Doc: "The greatest common divisor of integers, at least 0.", InPlace: true, Out: true, Samples: intPairSamples,
	}, gcd("gcd"))
	Lcm = define(Op{
		Schema: "lcm(Tensor self, Tensor other) -> Tensor", Doc: "The least common multiple of integers, at least 0.", InPlace: true, Out: true, Samples: intPairSamples,
	}, lcm)
	SpecialZeta = define(Op{
		Schema: "special_zeta(Tensor self, Tensor other) -> Tensor", Doc: "The zeta function of Hurwitz: the sum of (other + k) to the power of −self over all k from 0 on.", Out: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(graph.Uniform(r, graph.Float32, 1.5, 4, 3, 4), positive(r, 4)), call(counts(r, 5), graph.Uniform(r, graph.Float32, -5, 5, 5))}
		},
	}, zeta)
)
