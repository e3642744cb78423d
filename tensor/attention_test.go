package tensor_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/backend/cpu"
	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/tensor"
)

// attentionCase is one application of attention, and how its operands lie.
type attentionCase struct {
	q, k, v []int // sizes
	mask    []int // nil: none
	boolean bool  // what the mask is of
	opts    []tensor.Option
	strided bool // heads lie inside rows: [N, L, H, E] as [N, H, L, E]
}

func (c attentionCase) String() string {
	return fmt.Sprintf("%v %v %v mask %v %v strided %v opts %d", c.q, c.k, c.v, c.mask, c.boolean, c.strided, len(c.opts))
}

func sizesOf(dims []int) []any {
	out := make([]any, len(dims))
	for i, n := range dims {
		out[i] = n
	}
	return out
}

// run computes attention and, of its sum weighted by fixed numbers, the gradients, in d.
func (c attentionCase) run(d graph.DType, seed uint64) []*tensor.Tensor {
	g := tensor.NewGenerator(seed)
	var leaves []*tensor.Tensor
	operand := func(dims []int) *tensor.Tensor {
		own := append([]int(nil), dims...)
		n := len(own)
		if c.strided {
			own[n-2], own[n-3] = own[n-3], own[n-2]
		}
		x := tensor.Randn(g, sizesOf(own)...).To(d).Detach().RequiresGrad()
		leaves = append(leaves, x)
		if c.strided {
			x = x.Transpose(n-2, n-3)
		}
		return x
	}
	q, k, v := operand(c.q), operand(c.k), operand(c.v)
	var mask *tensor.Tensor
	if c.mask != nil {
		mask = tensor.Randn(g, sizesOf(c.mask)...)
		if c.boolean {
			mask = mask.GtScalar(-0.2)
		} else {
			mask = mask.To(d)
		}
	}
	y := tensor.ScaledDotProductAttentionWith(q, k, v, mask, c.opts...)
	weights := tensor.Randn(g, sizesOf(y.Shape())...).To(d)
	y.Mul(weights).Sum().Backward()
	out := []*tensor.Tensor{y.Detach()}
	for _, x := range leaves {
		out = append(out, x.Grad())
	}
	return out
}

func randomAttention(r *rand.Rand) attentionCase {
	c := attentionCase{}
	size := func(most int) int { return 1 + r.IntN(most) }
	batch := [][]int{{}, {size(3)}, {size(2), size(3)}, {2, 1, 2}}[r.IntN(4)]
	l, s, e, v := size(150), size(150), size(70), size(70)
	switch r.IntN(6) {
	case 0:
		l = size(4)
	case 1:
		s = 500 + size(600)
	case 2:
		l, s = 300+size(100), 300+size(100)
	}
	q := append(append([]int(nil), batch...), l, e)
	kv := append([]int(nil), batch...)
	if len(batch) == 2 && r.IntN(2) == 0 {
		q[1] *= 2
		c.opts = append(c.opts, tensor.EnableGqa(true))
	}
	c.q, c.k, c.v = q, append(append([]int(nil), kv...), s, e), append(append([]int(nil), kv...), s, v)
	switch r.IntN(4) {
	case 0:
		c.opts = append(c.opts, tensor.IsCausal(true))
	case 1:
		c.mask, c.boolean = []int{l, s}, r.IntN(2) == 0
		if n := len(q); n > 2 && r.IntN(2) == 0 {
			c.mask = append([]int{q[n-3]}, c.mask...)
		}
	case 2:
		if len(batch) == 2 {
			c.mask, c.boolean = []int{batch[0], 1, 1, s}, true
		}
	}
	switch r.IntN(6) {
	case 0:
		c.opts = append(c.opts, tensor.Scale(0.3))
	case 1:
		c.opts = append(c.opts, tensor.Scale(-0.2))
	}
	c.strided = len(batch) > 0 && r.IntN(2) == 0
	return c
}

// TestAttention compares attention and its gradients in float32, which a kernel of its own computes, with those in float64
// of the function that says what it is, on random sizes and masks; and the bits with one thread and with several.
func TestAttention(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	for i := range 40 {
		c := randomAttention(r)
		var got, want []*tensor.Tensor
		var bits []byte
		for _, threads := range []int{1, 3} {
			onDevice(t, threads, false, func(*tensor.Device) {
				got = c.run(tensor.Float32, uint64(i))
				if b := bitsOf(t, got...); bits == nil {
					bits = b
				} else if !bytes.Equal(bits, b) {
					t.Errorf("%v: other bits with %d threads", c, threads)
				}
				want = c.run(tensor.Float64, uint64(i))
				for k := range got {
					x, y := tensor.Data[float64](got[k].To(tensor.Float64)), tensor.Data[float64](want[k])
					scale := 1.0
					for _, v := range y {
						scale = max(scale, math.Abs(v))
					}
					for j := range y {
						if !(math.Abs(x[j]-y[j]) <= 5e-6*scale) {
							t.Fatalf("%v: result %d, element %d is %v, want %v", c, k, j, x[j], y[j])
						}
					}
				}
			})
		}
	}
}

// TestAttentionOfSpecialValues looks at rows that may look at nothing, at −∞ and NaN among scores, and at no keys at all.
func TestAttentionOfSpecialValues(t *testing.T) {
	for _, level := range []string{"", "avx2", "none"} {
		old := tensor.Default()
		tensor.SetDefault(tensor.NewDevice(cpu.New(cpu.Options{CPU: level})))
		inf, nan := float32(math.Inf(-1)), float32(math.NaN())
		q := tensor.Ones(4, 2)
		k, v := tensor.New([]float32{1, 2, 3, 4, 5, 6}, 3, 2), tensor.New([]float32{1, 2, 3, 4, 5, 6}, 3, 2)
		mask := tensor.New([]float32{0, 0, inf, inf, inf, inf, 0, nan, 0, 0, inf, inf}, 4, 3)
		y := tensor.Data[float32](tensor.ScaledDotProductAttention(q, k, v, mask))
		if y[2] != 0 || y[3] != 0 {
			t.Errorf("%q: a query that may look at nothing gets %v", level, y[2:4])
		}
		if !math.IsNaN(float64(y[4])) || !math.IsNaN(float64(y[5])) {
			t.Errorf("%q: NaN among scores gives %v", level, y[4:6])
		}
		if y[6] != 1 || y[7] != 2 {
			t.Errorf("%q: a query that may look at the first key gets %v", level, y[6:8])
		}
		tensor.SetDefault(old)
	}
}
