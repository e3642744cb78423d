package nn_test

import (
	"math"
	"testing"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// TestCTC compares the loss with the sum over all paths that give the labels.
func TestCTC(t *testing.T) {
	const steps, classes = 4, 3
	logits := ramp(steps, 2, classes).RequiresGrad()
	logProbs := logits.LogSoftmax(2)
	inputs, lengths, labels := []int{4, 3}, []int{2, 1}, [][]int{{1, 1}, {2}}
	loss := nn.CTC(logProbs, tensor.New([]int64{1, 1, 2, 0}, 2, 2), inputs, lengths, nn.Reduction("none"))
	p := logProbs.Float64s()
	var want []float64
	for n := range 2 {
		total, paths := 0.0, int(math.Pow(classes, float64(inputs[n])))
		for code := range paths {
			prob, last, found := 1.0, -1, []int{}
			for s, c := 0, code; s < inputs[n]; s, c = s+1, c/classes {
				k := c % classes
				prob *= math.Exp(p[(s*2+n)*classes+k])
				if k != last && k != 0 {
					found = append(found, k)
				}
				last = k
			}
			same := len(found) == len(labels[n])
			for i := range found {
				same = same && found[i] == labels[n][i]
			}
			if same {
				total += prob
			}
		}
		want = append(want, -math.Log(total))
	}
	near(t, "losses", loss.Float64s(), want)
	near(t, "labels one after the other", nn.CTC(logProbs, tensor.New([]int64{1, 1, 2}), inputs, lengths, nn.Reduction("none")).Float64s(), want)
	never := nn.CTC(logProbs, tensor.New([]int64{1, 1, 2}), []int{2, 3}, lengths, nn.ZeroInfinity(), nn.Reduction("none"))
	near(t, "what cannot be", never.Float64s(), []float64{0, want[1]})
	if err := tensor.Try(func() { nn.CTC(logProbs, tensor.New([]int64{1, 1, 2}), []int{5, 3}, lengths) }); err == nil {
		t.Error("5 inputs of 4 are no error")
	}
}

// Windows that do not overlap are folded back to what they were, and overlapping ones to multiples of it.
func TestUnfoldFold(t *testing.T) {
	x := ramp(2, 3, 4, 6)
	near(t, "apart", nn.Fold(nn.Unfold(x, 2, nn.Stride(2)), 4, 6, 2, nn.Stride(2)).Float64s(), x.Float64s())
	times := nn.Fold(nn.Unfold(x.OnesLike(), 3, nn.Padding(1)), 4, 6, 3, nn.Padding(1))
	near(t, "overlapping", nn.Fold(nn.Unfold(x, 3, nn.Padding(1)), 4, 6, 3, nn.Padding(1)).Float64s(), x.Mul(times).Float64s())
}

// The places that pooling gives are those of its elements, and unpooling puts them there.
func TestPoolingPlaces(t *testing.T) {
	x := ramp(2, 3, 6, 8)
	y, at := nn.AdaptiveMaxPool2d(x, 3, 4)
	near(t, "adaptive", y.Float64s(), nn.MaxPool2d(x, 2).Float64s())
	near(t, "its places", x.Flatten(2).Gather(2, at.Flatten(2)).Float64s(), y.Float64s())
	back := nn.NewMaxUnpool2d(2).Forward(y, at)
	near(t, "unpooled", back.Flatten(2).Gather(2, at.Flatten(2)).Float64s(), y.Float64s())
	near(t, "sum of what is unpooled", back.Sum().Float64s(), y.Sum().Float64s())
	f := nn.Init(nn.NewFractionalMaxPool2d(2, nn.OutputRatio(0.7)), 1)
	z, at := f.ForwardIndices(x)
	if s := z.Shape(); s[2] != 4 || s[3] != 5 {
		t.Errorf("fractional pooling gives %v", s)
	}
	near(t, "places of fractional pooling", x.Flatten(2).Gather(2, at.Flatten(2)).Float64s(), z.Float64s())
}

// A straight line stays one, whichever way it is resized.
func TestInterpolate(t *testing.T) {
	x := tensor.New([]float32{0, 1, 2, 3, 4}, 1, 1, 5)
	near(t, "linear", nn.Interpolate(x, nn.OutputSize(9), nn.ResizeMode("linear"), nn.AlignCorners()).Float64s(), []float64{0, .5, 1, 1.5, 2, 2.5, 3, 3.5, 4})
	near(t, "nearest", nn.Interpolate(x, nn.ScaleFactor(2)).Float64s(), []float64{0, 0, 1, 1, 2, 2, 3, 3, 4, 4})
	if err := tensor.Try(func() { nn.Interpolate(x, nn.OutputSize(3), nn.ResizeMode("bicubic")) }); err == nil {
		t.Error("bicubic of sequences is no error")
	}
}

// A cell with and without a batch, and without a state, gives the same.
func TestCells(t *testing.T) {
	x := ramp(2, 5)
	gru, lstm, rnn := nn.Init(nn.NewGRUCell(5, 3), 1), nn.Init(nn.NewLSTMCell(5, 3), 1), nn.Init(nn.NewRNNCell(5, 3), 1)
	one := x.Narrow(0, 0, 1).Squeeze(0)
	near(t, "GRU", gru.Forward(one, nil).Float64s(), gru.Forward(x, tensor.Zeros(2, 3)).Float64s()[:3])
	near(t, "RNN", rnn.Forward(one, nil).Float64s(), rnn.Forward(x, nil).Float64s()[:3])
	h, c := lstm.Forward(x, nil, nil)
	a, b := lstm.Forward(one, tensor.Zeros(3), tensor.Zeros(3))
	near(t, "LSTM", append(a.Float64s(), b.Float64s()...), append(h.Float64s()[:3:3], c.Float64s()[:3]...))
	for _, bad := range []*tensor.Tensor{tensor.Zeros(1, 3), tensor.Zeros(2, 4), tensor.Zeros(3)} {
		if err := tensor.Try(func() { gru.Forward(x, bad) }); err == nil {
			t.Errorf("a state of shape %v is no error", bad.Shape())
		}
	}
}
