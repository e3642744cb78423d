package cpu

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// written64 is a convolution with windows of 3×3 and steps of 1, or its transpose, in float64.
func written64(x, f *graph.Array, low [2]int, out []int, transposed bool) []float64 {
	c, h, w := x.Dims[1], x.Dims[2], x.Dims[3]
	to := make([]float64, count(out))
	for i := range to {
		at := unravel(i, out)
		for ch := range c {
			for k := range 9 {
				dy, dx := k/3-low[0], k%3-low[1]
				weight := (at[1]*c+ch)*9 + k
				if transposed {
					dy, dx = -dy, -dx
					weight = (ch*out[1]+at[1])*9 + k
				}
				if y, x0 := at[2]+dy, at[3]+dx; y >= 0 && y < h && x0 >= 0 && x0 < w {
					to[i] += x.F[((at[0]*c+ch)*h+y)*w+x0] * f.F[weight]
				}
			}
		}
	}
	return to
}

// The error of a convolution by Winograd's algorithm stays within some ten times that of the plain sums, and its bits depend
// neither on threads nor on how its result is taken.
func TestConvWinograd(t *testing.T) {
	if testing.Short() {
		t.Skip("some hundred million products")
	}
	r := rand.New(rand.NewPCG(21, 22))
	for i := range 2 {
		n, c, o := 2, 48+r.IntN(10), 48+r.IntN(10)
		if i == 1 { // several blocks of K
			c, o = 260, 17
		}
		low, high := [2]int{r.IntN(3), r.IntN(3)}, [2]int{r.IntN(3), r.IntN(3)}
		h, w := 46+r.IntN(8), 40+r.IntN(40)
		cc := convCase{w: graph.Window{Size: []int{3, 3}, Stride: []int{1, 1}, Dilation: []int{1, 1}, Low: low[:], High: high[:], Groups: 1},
			x: []int{n, c, h, w}, f: []int{o, c, 3, 3}, y: []int{n, o, h + low[0] + high[0] - 2, w + low[1] + high[1] - 2}}
		cc.each(func(op *graph.Primitive, a *graph.Attrs, dims [2][]int, out []int) {
			if op == graph.ConvFilter {
				return
			}
			in := [2]*graph.Array{graph.Uniform(r, graph.Float32, -2, 2, dims[0]...), graph.Uniform(r, graph.Float32, -2, 2, dims[1]...)}
			want := written64(in[0], in[1], low, out, op == graph.ConvInput)
			// Two factors of standard deviation 1.15 and 9·c products.
			unit := math.Sqrt(float64(9*dims[0][1])) * 4. / 3 * 0x1p-24
			for _, machine := range testEngines() {
				var first []float32
				for _, pool := range testPools() {
					got := make([]float32, count(out))
					ep := &epilogue{f32: func(_, at int, acc []float32) { copy(got[at:], acc) }}
					moved := []operand{transposed(r, in[0]), transposed(r, in[1])}
					contractions[op](&env{pool: pool, engine: machine}, a, moved, array{dtype: graph.Float32, dims: out}, ep)
					if first == nil {
						first = got
					} else if !slices.Equal(got, first) {
						t.Errorf("%s: %s %v %v: the bits depend on threads", machine.name, op, dims[0], dims[1])
					}
				}
				plain, _ := runOn(t, machine, op, a, []array{arrayOf(in[0]), arrayOf(in[1])})
				if !slices.Equal(elements[float32](plain), first) {
					t.Errorf("%s: %s %v %v: the bits depend on where operands and result lie", machine.name, op, dims[0], dims[1])
				}
				var worst, square float64
				for i, x := range first {
					d := math.Abs(float64(x) - want[i])
					worst, square = max(worst, d), square+d*d
				}
				mean := math.Sqrt(square / float64(len(first)))
				t.Logf("%s: %s %v %v: error %.2g in the mean, %.2g at most, in √k ulp", machine.name, op, dims[0], dims[1], mean/unit, worst/unit)
				// Machine code without it: 5 in the mean, 60 at most.
				if limit := 60 * unit; !(mean < limit) || !(worst < 30*limit) {
					t.Errorf("%s: %s %v %v: error %.2g in the mean, %.2g at most, in √k ulp", machine.name, op, dims[0], dims[1], mean/unit, worst/unit)
				}
			}
		})
	}
}
