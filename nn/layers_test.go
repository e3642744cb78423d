package nn_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// near compares numbers.
func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i, g := range got {
		if math.Abs(g-want[i]) > 1e-5 {
			t.Fatalf("%s: element %d is %v, want %v", what, i, g, want[i])
		}
	}
}

// ramp is the numbers 0, 1 … in an array, a little bent so that no two rows are multiples.
func ramp(sizes ...int) *tensor.Tensor {
	n := 1
	for _, s := range sizes {
		n *= s
	}
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(math.Sin(float64(i)*1.7)) * 2
	}
	return tensor.New(x, sizes...)
}

// Bags by offsets are bags by rows, whatever is made of them; empty bags are 0, padding counts for nothing.
func TestEmbeddingBag(t *testing.T) {
	rows := [][]int64{{3, 1}, {}, {0, 2, 2, 4}, {2, 2}}
	for _, mode := range []string{"sum", "mean", "max"} {
		e := nn.Init(nn.NewEmbeddingBag(5, 3, nn.BagMode(mode), nn.PaddingIdx(2)), 1)
		e.Weight.Detach().Copy_(ramp(5, 3))
		last := nn.NewEmbeddingBag(5, 3, nn.BagMode(mode), nn.PaddingIdx(2), nn.IncludeLastOffset())
		last.Weight = e.Weight
		w := e.Weight.Float64s()
		var all, offsets []int64
		var want, grad []float64
		grad = make([]float64, 15)
		for _, bag := range rows {
			offsets = append(offsets, int64(len(all)))
			all = append(all, bag...)
			kept := slices.DeleteFunc(slices.Clone(bag), func(i int64) bool { return i == 2 })
			for j := range 3 {
				sum, most, at := 0.0, math.Inf(-1), -1
				for _, i := range kept {
					x := w[int(i)*3+j]
					sum += x
					if x > most {
						most, at = x, int(i)*3+j
					}
				}
				n := float64(max(len(kept), 1))
				switch {
				case mode == "mean":
					sum /= n
				case mode == "max" && at >= 0:
					sum = most
					grad[at]++
				}
				for _, i := range kept {
					if mode == "sum" {
						grad[int(i)*3+j]++
					} else if mode == "mean" {
						grad[int(i)*3+j] += 1 / n
					}
				}
				want = append(want, sum)
			}
		}
		y := e.ForwardBags(tensor.New(all), nn.Bags{Offsets: tensor.New(offsets)})
		y.Sum().Backward()
		near(t, mode, y.Float64s(), want)
		near(t, mode+" gradient", e.Weight.Grad().Float64s(), grad)
		y = last.ForwardBags(tensor.New(all), nn.Bags{Offsets: tensor.New(append(offsets, int64(len(all))))})
		near(t, mode+" with the last offset", y.Float64s(), want)
		near(t, mode+" of rows", e.Forward(tensor.New([]int64{3, 1, 2, 2}, 2, 2)).Float64s(), append(slices.Clone(want[:3]), 0, 0, 0))
	}
	e := nn.Init(nn.NewEmbeddingBag(5, 3), 1)
	weights := nn.Bags{Weights: tensor.Ones(1, 2)}
	if err := tensor.Try(func() { e.ForwardBags(tensor.New([]int64{3, 1}, 1, 2), weights) }); err == nil || !strings.Contains(err.Error(), "mode sum") {
		t.Errorf("error %v", err)
	}
}

// All ways of attention agree: with weights and without, one input and three, batch first and last, masks of all kinds.
func TestAttention(t *testing.T) {
	const n, l, embed, heads = 2, 4, 6, 3
	x := ramp(n, l, embed)
	for _, opts := range [][]nn.Option{{}, {nn.AddBiasKV()}, {nn.AddZeroAttn(), nn.Bias(false)}} {
		m := nn.Init(nn.NewMultiheadAttention(embed, heads, append(opts, nn.BatchFirst())...), 4)
		swapped := nn.NewMultiheadAttention(embed, heads, opts...)
		if _, err := nn.LoadStateDict(swapped, nn.StateDict(m), true); err != nil {
			t.Fatal(err)
		}
		hidden := tensor.New([]bool{false, true, true, true, false, false, true, true, false, false, false, true, false, false, false, false}, l, l)
		added := tensor.Zeros(l, l).MaskedFillScalar(hidden, math.Inf(-1))
		want := m.Forward(x, x, x, nn.Masks{Causal: true}).Float64s()
		for name, masks := range map[string]nn.Masks{
			"booleans": {Attn: hidden}, "numbers": {Attn: added}, "both": {Attn: hidden, Causal: true},
			"each head": {Attn: hidden.Unsqueeze(0).Expand(n*heads, l, l)},
		} {
			near(t, name, m.Forward(x, x, x, masks).Float64s(), want)
		}
		y, weights := m.ForwardWeights(x, x.Clone(), x.Clone(), nn.Masks{Causal: true})
		near(t, "with weights", y.Float64s(), want)
		near(t, "sums of weights", weights.Sum(-1).Float64s(), slices.Repeat([]float64{1}, n*heads*l))
		xt := x.Transpose(0, 1)
		near(t, "batch second", swapped.Forward(xt, xt, xt, nn.Masks{Causal: true}).Transpose(0, 1).Float64s(), want)
		one := m.Forward(x.Select(0, 1), x.Select(0, 1), x.Select(0, 1), nn.Masks{Causal: true})
		near(t, "one sample", one.Float64s(), want[l*embed:])
		// A key that is padding is as one that is not there.
		padding := tensor.New([]bool{false, false, false, true, false, false, false, true}, n, l)
		short := x.Slice(1, 0, 3)
		near(t, "padding", m.Forward(x, x, x, nn.Masks{KeyPadding: padding}).Float64s(), m.Forward(x, short, short, nn.Masks{}).Float64s())
	}
}

// Attention drops weights in training, and keys may have sizes of their own.
func TestAttentionOptions(t *testing.T) {
	m := nn.Init(nn.NewMultiheadAttention(4, 2, nn.DropoutP(0.5), nn.KeySize(3), nn.ValueSize(5), nn.BatchFirst()), 4)
	var names []string
	for _, p := range nn.NamedParameters(m) {
		names = append(names, p.Name)
	}
	if got := strings.Join(names, " "); got != "q_proj_weight k_proj_weight v_proj_weight in_proj_bias out_proj.weight out_proj.bias" {
		t.Errorf("parameters %s", got)
	}
	q, k, v := ramp(2, 3, 4), ramp(2, 6, 3), ramp(2, 6, 5)
	_, weights := m.ForwardWeights(q, k, v, nn.Masks{})
	if zeros := weights.EqScalar(0).Sum().Item(); zeros < 18 || zeros > 54 {
		t.Errorf("%v of 72 weights were dropped", zeros)
	}
	nn.Eval(m)
	if a, b := m.Forward(q, k, v, nn.Masks{}), m.Forward(q, k, v, nn.Masks{}); !slices.Equal(a.Float32s(), b.Float32s()) {
		t.Error("evaluation drops weights")
	}
}

// A transposed convolution makes of a convolution's result something of the size it was made from, if asked.
func TestConvTransposeSize(t *testing.T) {
	c := nn.Init(nn.NewConv2d(2, 3, 3, nn.Stride(2), nn.Padding(1)), 1)
	d := nn.Init(nn.NewConvTranspose2d(3, 2, 3, nn.Stride(2), nn.Padding(1)), 1)
	for h := 5; h <= 8; h++ {
		x := ramp(1, 2, h, h+1)
		if y := d.ForwardSize(c.Forward(x), h, h+1); !slices.Equal(y.Shape(), x.Shape()) {
			t.Errorf("%v became %v", x.Shape(), y.Shape())
		}
	}
	if err := tensor.Try(func() { d.ForwardSize(ramp(1, 3, 4, 4), 9, 7) }); err == nil || !strings.Contains(err.Error(), "it can be 7 to 8") {
		t.Errorf("error %v", err)
	}
}

// A convolution that pads with what is there is one of an image that was padded before.
func TestConvPaddingModes(t *testing.T) {
	x := ramp(1, 2, 5, 6)
	for mode, pad := range map[string]func(...int) nn.Func{"reflect": nn.NewReflectionPad2d, "replicate": nn.NewReplicationPad2d, "circular": nn.NewCircularPad2d, "zeros": nn.NewZeroPad2d} {
		bare := nn.Init(nn.NewConv2d(2, 3, 2), 1)
		c := nn.NewConv2d(2, 3, 2, nn.PaddingMode(mode), nn.Padding(1, 2))
		c.Weight, c.Bias = bare.Weight, bare.Bias
		near(t, mode, c.Forward(x).Float64s(), bare.Forward(pad(2, 2, 1, 1).Forward(x)).Float64s())
		c = nn.NewConv2d(2, 3, 2, nn.PaddingMode(mode), nn.PaddingSame())
		c.Weight, c.Bias = bare.Weight, bare.Bias
		near(t, mode+", same", c.Forward(x).Float64s(), bare.Forward(pad(0, 1, 0, 1).Forward(x)).Float64s())
	}
}

// Channels are dropped whole; alpha dropout keeps mean and variance.
func TestChannelDropouts(t *testing.T) {
	m := nn.Init(&struct {
		D1 *nn.Dropout1d
		D3 *nn.Dropout3d
		A  *nn.AlphaDropout
		F  *nn.FeatureAlphaDropout
	}{nn.NewDropout1d(0.5), nn.NewDropout3d(0.5), nn.NewAlphaDropout(0.3), nn.NewFeatureAlphaDropout(0.3)}, 3)
	for name, y := range map[string]*tensor.Tensor{
		"1d": m.D1.Forward(tensor.Ones(20, 30, 4)), "1d of one": m.D1.Forward(tensor.Ones(600, 4)),
		"3d of one": m.D3.Forward(tensor.Ones(600, 1, 2, 2)), "features": m.F.Forward(tensor.Ones(20, 30, 4)),
	} {
		v, kept := y.Float64s(), 0
		for i := 0; i < len(v); i += 4 {
			if v[i] != v[i+1] || v[i] != v[i+3] {
				t.Fatalf("%s: a channel is %v", name, v[i:i+4])
			}
			if v[i] > 0 {
				kept++
			}
		}
		if kept < 220 || kept > 480 {
			t.Errorf("%s: %d of 600 channels are kept", name, kept)
		}
	}
	x := tensor.Randn(tensor.NewGenerator(1), 20000)
	y := m.A.Forward(x)
	if mean, dev := y.Mean().Item(), y.Std(1).Item(); math.Abs(mean) > 0.03 || math.Abs(dev-1) > 0.03 {
		t.Errorf("mean %v and deviation %v", mean, dev)
	}
}

// A Transformer in two modes of norms trains: every parameter gets a gradient.
func TestTransformerTrains(t *testing.T) {
	for _, opts := range [][]nn.Option{{}, {nn.NormFirst(), nn.Activation((*tensor.Tensor).GELU), nn.Bias(false)}} {
		m := nn.Init(nn.NewTransformer(4, 2, 2, 1, append(opts, nn.DimFeedforward(8), nn.BatchFirst())...), 1)
		m.Forward(ramp(2, 3, 4), ramp(2, 5, 4), nn.Masks{}, nn.Masks{Causal: true}, nn.Masks{}).Square().Sum().Backward()
		for _, p := range nn.NamedParameters(m) {
			if p.Grad() == nil {
				t.Errorf("no gradient of %s", p.Name)
			}
		}
	}
}
