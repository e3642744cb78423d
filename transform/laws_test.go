package transform_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/transform"
)

type T = tensor.Tensor

// size is the length of the vectors that random functions take and give.
const size = 4

func vector(r *rand.Rand, dims ...int) *T {
	n := 1
	for _, d := range dims {
		n *= d
	}
	data := make([]float64, n)
	for i := range data {
		data[i] = 2*r.Float64() - 1
	}
	return tensor.New(data, dims...)
}

// step is one operation of a random function: it makes a vector of the vectors so far.
type step func(vs []*T) *T

// randomFunc is a random smooth function from a vector to a vector, of matrices and vectors that are fixed.
func randomFunc(r *rand.Rand) transform.Func {
	var steps []step
	for range 3 + r.IntN(6) {
		steps = append(steps, randomStep(r))
	}
	return transform.F1(func(x *T) *T {
		vs := []*T{x}
		for _, s := range steps {
			vs = append(vs, s(vs))
		}
		return vs[len(vs)-1]
	})
}

func randomStep(r *rand.Rand) step {
	i, j := r.IntN(1<<20), r.IntN(1<<20)
	m, c := vector(r, size, size), vector(r, size)
	at := func(vs []*T, i int) *T { // lately made ones more often
		return vs[max(len(vs)-1-i%3, 0)]
	}
	steps := []step{
		func(vs []*T) *T { return at(vs, i).Sin() },
		func(vs []*T) *T { return at(vs, i).Tanh().Mul(at(vs, j)) },
		func(vs []*T) *T { return at(vs, i).Add(at(vs, j)) },
		func(vs []*T) *T { return at(vs, i).MulScalar(0.5).Exp() },
		func(vs []*T) *T { return at(vs, i).Mul(c) },
		func(vs []*T) *T { return m.Mv(at(vs, i)).Tanh() },
		func(vs []*T) *T { return at(vs, i).Div(at(vs, j).Square().AddScalar(1)) },
		func(vs []*T) *T { return at(vs, i).Outer(at(vs, j)).Sum(0) },
		func(vs []*T) *T { return at(vs, i).Softmax(0) },
		func(vs []*T) *T { return at(vs, i).Flip(0).Sub(at(vs, j)) },
		func(vs []*T) *T { return tensor.Cat([]*T{at(vs, i).Narrow(0, 1, 2), at(vs, j).Narrow(0, 0, 2)}, 0) },
		func(vs []*T) *T { return at(vs, i).IndexSelect(0, tensor.New([]int64{2, 0, 2, 1})) },
		func(vs []*T) *T { return at(vs, i).Sub(at(vs, i).Mean()).Cos() },
		func(vs []*T) *T {
			y := at(vs, i).Clone()
			y.Narrow(0, 1, 2).Mul_(at(vs, j).Narrow(0, 0, 2))
			return y
		},
		func(vs []*T) *T { return at(vs, i).Outer(c).Mv(at(vs, j)).Sigmoid() },
	}
	return steps[r.IntN(len(steps))]
}

// each runs a law on random functions at random points.
func each(t *testing.T, n int, law func(t *testing.T, r *rand.Rand, f transform.Func, x *T)) {
	t.Helper()
	for seed := range n {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(seed), 1))
			law(t, r, randomFunc(r), vector(r, size))
		})
	}
}

func summed(f transform.Func) transform.Func {
	return func(xs ...*T) *T { return f(xs...).Sum() }
}

func wantClose(t *testing.T, what string, got, want *T, tol float64) {
	t.Helper()
	if fmt.Sprint(got.Shape()) != fmt.Sprint(want.Shape()) {
		t.Fatalf("%s: sizes %v, want %v", what, got.Shape(), want.Shape())
	}
	a, b := got.Float64s(), want.Float64s()
	for i := range a {
		if !(math.Abs(a[i]-b[i]) <= tol*(1+math.Abs(b[i]))) {
			t.Fatalf("%s: element %d is %g, want %g", what, i, a[i], b[i])
		}
	}
}

// differences is the Jacobian of f at x by central differences.
func differences(f transform.Func, x *T) *T {
	const h = 1e-5
	var columns []*T
	for i := range x.Numel() {
		e := make([]float64, x.Numel())
		e[i] = h
		d := tensor.New(e, x.Shape()...)
		columns = append(columns, f(x.Add(d)).Sub(f(x.Sub(d))).MulScalar(1/(2*h)))
	}
	return tensor.Stack(columns, columns[0].Dim())
}

func TestGradIsTheDifference(t *testing.T) {
	each(t, 60, func(t *testing.T, r *rand.Rand, f transform.Func, x *T) {
		wantClose(t, "grad", transform.Grad(summed(f))(x), differences(summed(f), x), 1e-7)
	})
}

func TestJVPIsTheTransposeOfVJP(t *testing.T) {
	each(t, 60, func(t *testing.T, r *rand.Rand, f transform.Func, x *T) {
		v, w := vector(r, size), vector(r, size)
		ys, dys := transform.JVP(f.Multi(), []*T{x}, []*T{v})
		zs, pull := transform.VJP(f.Multi(), x)
		wantClose(t, "the value forwards", ys[0], f(x), 0)
		wantClose(t, "the value backwards", zs[0], f(x), 0)
		wantClose(t, "the product", dys[0].Dot(w), v.Dot(pull(w)[0]), 1e-12)
		again := pull(w.MulScalar(2))[0]
		wantClose(t, "pulling again", again, pull(w)[0].MulScalar(2), 1e-12)
	})
}

func TestVmapIsALoop(t *testing.T) {
	each(t, 60, func(t *testing.T, r *rand.Rand, f transform.Func, _ *T) {
		axis := r.IntN(2)
		xs := vector(r, 3, size)
		if axis == 1 {
			xs = vector(r, size, 3)
		}
		var loop []*T
		for i := range 3 {
			loop = append(loop, f(xs.Select(axis, i)))
		}
		wantClose(t, "vmap", transform.Vmap(f, transform.In(axis), transform.Out(1))(xs), tensor.Stack(loop, 1), 1e-13)
	})
}

func TestGradOfVmapIsVmapOfGrad(t *testing.T) {
	each(t, 40, func(t *testing.T, r *rand.Rand, f transform.Func, _ *T) {
		xs := vector(r, 3, size)
		whole := transform.Grad(summed(transform.Vmap(f)))
		wantClose(t, "grad∘vmap", whole(xs), transform.Vmap(transform.Grad(summed(f)))(xs), 1e-12)
	})
}

func TestJVPOfVmapIsVmapOfJVP(t *testing.T) {
	each(t, 40, func(t *testing.T, r *rand.Rand, f transform.Func, _ *T) {
		xs, vs := vector(r, 3, size), vector(r, 3, size)
		push := func(f transform.Func) transform.Func {
			return transform.F2(func(x, v *T) *T {
				_, d := transform.JVP(f.Multi(), []*T{x}, []*T{v})
				return d[0]
			})
		}
		wantClose(t, "jvp∘vmap", push(transform.Vmap(f))(xs, vs), transform.Vmap(push(f))(xs, vs), 1e-12)
	})
}

func TestJacobians(t *testing.T) {
	each(t, 30, func(t *testing.T, r *rand.Rand, f transform.Func, x *T) {
		rev := transform.JacRev(f)(x)
		wantClose(t, "forwards and backwards", transform.JacFwd(f)(x), rev, 1e-12)
		wantClose(t, "differences", rev, differences(f, x), 1e-7)
	})
}

func TestHessian(t *testing.T) {
	each(t, 40, func(t *testing.T, r *rand.Rand, f transform.Func, x *T) {
		h := transform.Hessian(summed(f))(x)
		wantClose(t, "symmetry", h, h.Transpose(0, 1), 1e-11)
		wantClose(t, "differences", h, differences(transform.Grad(summed(f)), x), 1e-6)
		wantClose(t, "reverse over reverse", transform.JacRev(transform.Grad(summed(f)))(x), h, 1e-11)
		wantClose(t, "reverse over forward", transform.JacRev(transform.JacFwd(summed(f)))(x), h, 1e-11)
		wantClose(t, "forward over forward", transform.JacFwd(transform.JacFwd(summed(f)))(x), h, 1e-11)
	})
}

// TestDepth composes three transforms in every order: each list ends in the same third derivatives along fixed
// directions, of every member of a batch.
func TestDepth(t *testing.T) {
	each(t, 15, func(t *testing.T, r *rand.Rand, f transform.Func, _ *T) {
		xs, v := vector(r, 2, size), vector(r, size)
		along := func(f transform.Func) transform.Func { // the derivative of a scalar along v, forwards
			return func(xs ...*T) *T {
				_, d := transform.JVP(f.Multi(), xs, []*T{v})
				return d[0]
			}
		}
		back := func(f transform.Func) transform.Func { // the same, backwards
			return func(xs ...*T) *T { return transform.Grad(f)(xs...).Dot(v) }
		}
		s := summed(f)
		var loop []*T
		for i := range 2 {
			loop = append(loop, along(along(along(s)))(xs.Select(0, i)))
		}
		want := tensor.Stack(loop, 0)
		kinds := []func(transform.Func) transform.Func{along, back}
		for k := range 8 {
			g := s
			for d := range 3 {
				g = kinds[k>>d&1](g)
			}
			wantClose(t, fmt.Sprintf("vmap of %03b", k), transform.Vmap(g)(xs), want, 1e-9)
		}
		// The batch inside: the derivative of the sum over the batch of second derivatives along v.
		inner := func(g transform.Func) *T { return transform.Grad(summed(transform.Vmap(g)))(xs).Mv(v) }
		wantClose(t, "grad of vmap of jvp of grad", inner(along(back(s))), want, 1e-9)
		wantClose(t, "grad of vmap of grad of jvp", inner(back(along(s))), want, 1e-9)
	})
}

func TestNestedVmap(t *testing.T) {
	each(t, 20, func(t *testing.T, r *rand.Rand, f transform.Func, _ *T) {
		xs, ys := vector(r, 2, size), vector(r, 3, size)
		pair := transform.F2(func(x, y *T) *T { return f(x.Mul(y)) })
		inner := transform.Vmap(pair, transform.In(transform.None, 0))
		got := transform.Vmap(inner, transform.In(0, transform.None))(xs, ys)
		var rows []*T
		for i := range 2 {
			for j := range 3 {
				rows = append(rows, f(xs.Select(0, i).Mul(ys.Select(0, j))))
			}
		}
		wantClose(t, "all pairs", got, tensor.Stack(rows, 0).Reshape(2, 3, size), 1e-12)
	})
}

// TestBits checks that all of it has the same bits deferred and eager.
func TestBits(t *testing.T) {
	d := tensor.Default()
	defer d.SetEager(false)
	each(t, 20, func(t *testing.T, r *rand.Rand, f transform.Func, x *T) {
		xs, g := vector(r, 3, size), tensor.NewGenerator(7)
		noisy := transform.F1(func(x *T) *T { return f(x.Mul(tensor.Rand(g, size).To(tensor.Float64))) })
		run := func(eager bool) [][]float64 {
			d.SetEager(eager)
			g.Seed(7)
			return [][]float64{
				transform.Hessian(summed(f))(x).Float64s(),
				transform.Vmap(transform.Grad(summed(f)))(xs).Float64s(),
				transform.Vmap(noisy, transform.Randomness(transform.Different))(xs).Float64s(),
				transform.Vmap(noisy, transform.Randomness(transform.Same))(xs).Float64s(),
			}
		}
		deferred, eager := run(false), run(true)
		d.SetEager(false)
		for i := range deferred {
			for k := range deferred[i] {
				if math.Float64bits(deferred[i][k]) != math.Float64bits(eager[i][k]) {
					t.Fatalf("case %d, element %d: %x deferred, %x eager", i, k, deferred[i][k], eager[i][k])
				}
			}
		}
	})
}
