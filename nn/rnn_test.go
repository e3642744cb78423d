package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/transform"
)

type ts = []*tensor.Tensor

// network is a recurrent network for tests.
type network struct {
	kind                      string // LSTM, GRU, tanh, relu
	layers, proj              int
	twoWays, batchFirst, bias bool
}

const in, hidden = 4, 3

func (n network) String() string {
	return fmt.Sprintf("%s with %d layers, both ways %v, projected to %d, batch first %v, bias %v", n.kind, n.layers, n.twoWays, n.proj, n.batchFirst, n.bias)
}

var networks = []network{
	{kind: "LSTM", layers: 1, bias: true},
	{kind: "LSTM", layers: 2, bias: true, twoWays: true, proj: 2},
	{kind: "LSTM", layers: 1, batchFirst: true},
	{kind: "GRU", layers: 2, bias: true, twoWays: true},
	{kind: "GRU", layers: 1},
	{kind: "tanh", layers: 2, bias: true, twoWays: true, batchFirst: true},
	{kind: "relu", layers: 1, bias: true},
}

func (n network) options() []nn.Option {
	opts := []nn.Option{nn.NumLayers(n.layers), nn.Bias(n.bias)}
	if n.twoWays {
		opts = append(opts, nn.Bidirectional())
	}
	if n.batchFirst {
		opts = append(opts, nn.BatchFirst())
	}
	if n.proj > 0 {
		opts = append(opts, nn.ProjSize(n.proj))
	}
	return opts
}

func (n network) module() any {
	switch n.kind {
	case "LSTM":
		return nn.NewLSTM(in, hidden, n.options()...)
	case "GRU":
		return nn.NewGRU(in, hidden, n.options()...)
	}
	return nn.NewRNN(in, hidden, append(n.options(), nn.Nonlinearity(n.kind))...)
}

// module64 is the module with weights in float64, and the weights.
func (n network) module64(r *rand.Rand) (any, ts) {
	m := nn.Init(n.module(), 1)
	var params ts
	for _, p := range nn.Parameters(m) {
		params = append(params, uniform(r, p.Shape()...).RequiresGrad())
	}
	return nn.WithParameters(m, params...), params
}

func forward(m any, x *tensor.Tensor, states ts) ts {
	switch m := m.(type) {
	case *nn.LSTM:
		y, h, c := m.Forward(x, states[0], states[1])
		return ts{y, h, c}
	case *nn.GRU:
		y, h := m.Forward(x, states[0])
		return ts{y, h}
	}
	y, h := m.(*nn.RNN).Forward(x, states[0])
	return ts{y, h}
}

// step is one step of one layer, by the operators of cells.
func (n network) step(x *tensor.Tensor, states, w ts) ts {
	var ih, hh, bih, bhh, hr *tensor.Tensor
	ih, hh, w = w[0], w[1], w[2:]
	if n.bias {
		bih, bhh, w = w[0], w[1], w[2:]
	}
	if n.proj > 0 {
		hr = w[0]
	}
	switch n.kind {
	case "LSTM":
		if hr != nil { // the cell has no projection
			all := x.Linear(ih, bih).Add(states[0].Linear(hh, bhh))
			g := all.Chunk(4, -1)
			c := g[1].Sigmoid().Mul(states[1]).Add(g[0].Sigmoid().Mul(g[2].Tanh()))
			return ts{g[3].Sigmoid().Mul(c.Tanh()).Linear(hr, nil), c}
		}
		h, c := x.LSTMCell(states, ih, hh, bih, bhh)
		return ts{h, c}
	case "GRU":
		return ts{x.GRUCell(states[0], ih, hh, bih, bhh)}
	case "tanh":
		return ts{x.RNNTanhCell(states[0], ih, hh, bih, bhh)}
	}
	return ts{x.RNNReLUCell(states[0], ih, hh, bih, bhh)}
}

// unrolled is the network by a loop over cells.
func (n network) unrolled(params ts, x *tensor.Tensor, states ts) ts {
	if n.batchFirst {
		x = x.Transpose(0, 1)
	}
	ways := 1
	if n.twoWays {
		ways = 2
	}
	each := len(params) / (n.layers * ways)
	ends := make([]ts, len(states))
	for i := range n.layers {
		var both ts
		for way := range ways {
			at := i*ways + way
			var s ts
			for _, h := range states {
				s = append(s, h.Select(0, at))
			}
			ys := make(ts, x.Size(0))
			for t := range ys {
				if way == 1 {
					t = len(ys) - 1 - t
				}
				s = n.step(x.Select(0, t), s, params[at*each:][:each])
				ys[t] = s[0]
			}
			both = append(both, tensor.Stack(ys))
			for k, e := range s {
				ends[k] = append(ends[k], e)
			}
		}
		x = tensor.Cat(both, -1)
	}
	if n.batchFirst {
		x = x.Transpose(0, 1)
	}
	out := ts{x}
	for _, e := range ends {
		out = append(out, tensor.Stack(e))
	}
	return out
}

func uniform(r *rand.Rand, dims ...int) *tensor.Tensor {
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

// inputs are a sequence and states.
func (n network) inputs(r *rand.Rand, steps, batch int) (x *tensor.Tensor, states ts) {
	ways := 1
	if n.twoWays {
		ways = 2
	}
	seen := hidden
	if n.proj > 0 {
		seen = n.proj
	}
	states = ts{uniform(r, n.layers*ways, batch, seen)}
	if n.kind == "LSTM" {
		states = append(states, uniform(r, n.layers*ways, batch, hidden))
	}
	if n.batchFirst {
		return uniform(r, batch, steps, in), states
	}
	return uniform(r, steps, batch, in), states
}

func close64(t *testing.T, what string, got, want *tensor.Tensor) {
	t.Helper()
	if !slices.Equal(got.Shape(), want.Shape()) {
		t.Fatalf("%s: of shape %v, want %v", what, got.Shape(), want.Shape())
	}
	a, b := got.Float64s(), want.Float64s()
	for i := range a {
		if !(math.Abs(a[i]-b[i]) <= 1e-11*(1+math.Abs(b[i]))) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, a[i], b[i])
		}
	}
}

// score is a number that depends on all of ys.
func score(ys ts) *tensor.Tensor {
	sum := ys[0].Mul(ys[0]).Sum()
	for i, y := range ys[1:] {
		sum = sum.Add(y.MulScalar(float64(i + 2)).Sin().Sum())
	}
	return sum
}

// TestRecurrent compares networks with loops over cells: values, gradients of everything, second order, batches.
func TestRecurrent(t *testing.T) {
	for _, n := range networks {
		t.Run(n.String(), func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			m, params := n.module64(r)
			for _, steps := range []int{1, 4} {
				x, states := n.inputs(r, steps, 2)
				run := func(f func(x *tensor.Tensor, states ts) ts) ts {
					leaves := ts{x.Clone().RequiresGrad()}
					for _, h := range states {
						leaves = append(leaves, h.Clone().RequiresGrad())
					}
					out := f(leaves[0], leaves[1:])
					score(out).Backward()
					for _, p := range append(leaves, params...) {
						out = append(out, p.Grad())
						p.ZeroGrad()
					}
					return out
				}
				got := run(func(x *tensor.Tensor, states ts) ts { return forward(m, x, states) })
				want := run(func(x *tensor.Tensor, states ts) ts { return n.unrolled(params, x, states) })
				tensor.Must(tensor.Eval(t.Context(), slices.Concat(got, want)...))
				for i := range want {
					close64(t, fmt.Sprintf("%d steps, value or gradient %d", steps, i), got[i], want[i])
				}
			}
			x, states := n.inputs(r, 2, 2)
			second := func(f func(w, x *tensor.Tensor) ts) *tensor.Tensor {
				first := transform.Grad(transform.F2(func(w, x *tensor.Tensor) *tensor.Tensor { return score(f(w, x)) }))
				return transform.Grad(transform.F2(func(w, x *tensor.Tensor) *tensor.Tensor { g := first(w, x); return g.Mul(g).Sum() }))(params[1].Detach(), x)
			}
			with := func(w *tensor.Tensor) ts {
				ps := slices.Clone(params)
				ps[1] = w
				for i := range ps {
					ps[i] = ps[i].Detach()
				}
				ps[1] = w
				return ps
			}
			close64(t, "second order",
				second(func(w, x *tensor.Tensor) ts {
					return forward(nn.WithParameters(m, with(w)...), x, slices.Clone(states))
				}),
				second(func(w, x *tensor.Tensor) ts { return n.unrolled(with(w), x, states) }))
			xs := tensor.Stack(ts{x, x.Sin(), x.Cos()})
			batch := func(f func(x *tensor.Tensor) ts) *tensor.Tensor {
				return transform.Vmap(transform.F1(func(x *tensor.Tensor) *tensor.Tensor { return f(x)[0] }))(xs)
			}
			close64(t, "a batch of batches", batch(func(x *tensor.Tensor) ts { return forward(m, x, slices.Clone(states)) }),
				batch(func(x *tensor.Tensor) ts { return n.unrolled(params, x, states) }))
		})
	}
}

// TestRecurrentShapes checks states that are not given, single sequences, and what is refused.
func TestRecurrentShapes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range networks {
		m, _ := n.module64(r)
		x, states := n.inputs(r, 4, 1)
		zero := make(ts, len(states))
		for i, h := range states {
			zero[i] = h.MulScalar(0)
		}
		got, want := forward(m, x, make(ts, len(states))), forward(m, x, zero)
		for i := range want {
			close64(t, n.String()+", without states", got[i], want[i])
		}
		alone := make(ts, len(states))
		for i, h := range states {
			alone[i] = h.Squeeze(1)
		}
		of := 1
		if n.batchFirst {
			of = 0
		}
		want = forward(m, x, slices.Clone(states))
		for i, y := range forward(m, x.Squeeze(of), alone) {
			if i > 0 {
				of = 1
			}
			close64(t, n.String()+", one sequence", y, want[i].Squeeze(of))
		}
	}
	small := nn.Init(nn.NewLSTM(1, 1), 1)
	cell := nn.NewLSTMCell(1, 1)
	w := small.Weights[0]
	cell.WeightIH, cell.WeightHH, cell.BiasIH, cell.BiasHH = w.WeightIH, w.WeightHH, w.BiasIH, w.BiasHH
	_, h, c := small.Forward(tensor.Ones(2, 1, 1), nil, nil)
	wantH, wantC := cell.Forward(tensor.Ones(1, 1), nil, nil)
	wantH, wantC = cell.Forward(tensor.Ones(1, 1), wantH, wantC)
	near(t, "sizes of 1", append(h.Float64s(), c.Float64s()...), append(wantH.Float64s(), wantC.Float64s()...))
	m := nn.Init(nn.NewLSTM(in, hidden), 1)
	for what, f := range map[string]func(){
		"takes sequences":            func() { m.Forward(tensor.Zeros(4), nil, nil) },
		"for an input f32[5, 2, 7]":  func() { m.Forward(tensor.Zeros(5, 2, 7), nil, nil) },
		"for an input f64[5, 2, 4]":  func() { m.Forward(uniform(r, 5, 2, in), nil, nil) },
		"it must be f32[1, 2, …]":    func() { m.Forward(tensor.Zeros(5, 2, in), tensor.Zeros(1, 3, hidden), nil) },
		"as many dimensions":         func() { m.Forward(tensor.Zeros(5, in), tensor.Zeros(1, 1, hidden), nil) },
		"proj_size is 3":             func() { nn.NewLSTM(in, hidden, nn.ProjSize(3)) },
		"has no option proj_size":    func() { nn.NewGRU(in, hidden, nn.ProjSize(2)) },
		"num_layers is 0":            func() { nn.NewGRU(in, hidden, nn.NumLayers(0)) },
		"a probability of 1.5":       func() { nn.NewGRU(in, hidden, nn.DropoutP(1.5)) },
		`the nonlinearity is "sine"`: func() { nn.NewRNN(in, hidden, nn.Nonlinearity("sine")) },
		"the length 6: it must lie":  func() { nn.PackPaddedSequence(tensor.Zeros(5, 1, in), []int{6}) },
		"2 lengths for 1 sequences":  func() { nn.PackPaddedSequence(tensor.Zeros(5, 1, in), []int{1, 2}) },
		"a total length of 1": func() {
			nn.PadPackedSequence(nn.PackPaddedSequence(tensor.Zeros(5, 1, in), []int{3}), nn.TotalLength(1))
		},
		"positive and not grow":       func() { nn.PadPackedSequence(&nn.PackedSequence{Data: tensor.Zeros(3, 1), BatchSizes: []int{1, 2}}) },
		"elements and 0 places for [": func() { nn.PadPackedSequence(&nn.PackedSequence{Data: tensor.Zeros(4, 1), BatchSizes: []int{2, 1}}) },
	} {
		if err := tensor.Try(f); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("error %v, want %q", err, what)
		}
	}
	names := nn.StateDict(nn.NewLSTM(in, hidden, nn.NumLayers(2), nn.Bidirectional(), nn.ProjSize(2))).Names()
	if got, want := strings.Join(names[:12], " "), "weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0 weight_hr_l0 weight_ih_l0_reverse weight_hh_l0_reverse "+
		"bias_ih_l0_reverse bias_hh_l0_reverse weight_hr_l0_reverse weight_ih_l1 weight_hh_l1"; got != want {
		t.Errorf("the names are %s", got)
	}
}

// TestPacked compares packed sequences, which are not in order, with each sequence by itself: values and gradients.
func TestPacked(t *testing.T) {
	lengths := []int{2, 4, 1, 4}
	for _, n := range networks {
		r := rand.New(rand.NewPCG(1, 2))
		m, params := n.module64(r)
		x, states := n.inputs(r, 5, len(lengths))
		var opts []nn.Option
		if n.batchFirst {
			opts = append(opts, nn.BatchFirst())
		}
		packed := func() ts {
			p := nn.PackPaddedSequence(x, lengths, opts...)
			var y *nn.PackedSequence
			out := make(ts, 1, 3)
			switch m := m.(type) {
			case *nn.LSTM:
				var h, c *tensor.Tensor
				y, h, c = m.ForwardPacked(p, states[0], states[1])
				out = append(out, h, c)
			case *nn.GRU:
				var h *tensor.Tensor
				y, h = m.ForwardPacked(p, states[0])
				out = append(out, h)
			case *nn.RNN:
				var h *tensor.Tensor
				y, h = m.ForwardPacked(p, states[0])
				out = append(out, h)
			}
			var back []int
			out[0], back = nn.PadPackedSequence(y, nn.TotalLength(5))
			if !slices.Equal(back, lengths) {
				t.Fatalf("the lengths are %v", back)
			}
			return out
		}
		oneByOne := func() ts {
			var all []ts
			for i, length := range lengths {
				one := x.Select(1, i)
				if n.batchFirst {
					one = x.Select(0, i)
				}
				s := make(ts, len(states))
				for k, h := range states {
					s[k] = h.Select(1, i)
				}
				out := forward(m, one.Narrow(0, 0, length), s)
				out[0] = tensor.Cat(ts{out[0], tensor.ZerosWith([]any{5 - length, out[0].Size(1)}, tensor.As(out[0].DType()))})
				all = append(all, out)
			}
			out := make(ts, len(all[0]))
			for k := range out {
				var parts ts
				for _, o := range all {
					parts = append(parts, o[k])
				}
				out[k] = tensor.Stack(parts, 1)
			}
			return out
		}
		run := func(f func() ts) ts {
			out := f()
			score(out).Backward()
			for _, p := range params {
				out = append(out, p.Grad())
				p.ZeroGrad()
			}
			return out
		}
		got, want := run(packed), run(oneByOne)
		tensor.Must(tensor.Eval(t.Context(), slices.Concat(got, want)...))
		for i := range want {
			close64(t, fmt.Sprintf("%s, result %d", n, i), got[i], want[i])
		}
	}
	x := uniform(rand.New(rand.NewPCG(1, 2)), 2, 3, 4)
	y, _ := nn.PadPackedSequence(nn.PackPaddedSequence(x, []int{1, 3}, nn.BatchFirst()), nn.BatchFirst(), nn.PaddingValue(7))
	close64(t, "what is there", y.Select(0, 1), x.Select(0, 1))
	close64(t, "padding", y.Select(0, 0).Select(0, 1), tensor.FullWith([]any{4}, 7, tensor.As(tensor.Float64)))
}

// TestRecurrentDropout checks that dropout acts between layers, in training alone.
func TestRecurrentDropout(t *testing.T) {
	m := nn.Init(nn.NewGRU(in, 50, nn.NumLayers(2), nn.DropoutP(0.5)), 1)
	x := tensor.Ones(6, 3, in)
	run := func() []float64 { y, _ := m.Forward(x, nil); return y.Float64s() }
	if slices.Equal(run(), run()) {
		t.Error("two runs in training draw the same")
	}
	nn.Eval(m)
	if !slices.Equal(run(), run()) {
		t.Error("two runs in evaluation differ")
	}
	one := nn.Init(nn.NewGRU(in, 50, nn.DropoutP(0.5)), 1)
	y, _ := one.Forward(x, nil)
	z, _ := one.Forward(x, nil)
	if !slices.Equal(y.Float64s(), z.Float64s()) {
		t.Error("the last layer is dropped from")
	}
}

// TestRecurrentLearns trains an LSTM to sum the marked numbers of sequences, of many lengths: it learns, and programs do
// not multiply.
func TestRecurrentLearns(t *testing.T) {
	type adder struct {
		Net  *nn.LSTM
		Head *nn.Linear
	}
	m := nn.Init(&adder{nn.NewLSTM(2, 16), nn.NewLinear(16, 1)}, 3)
	opt := optim.NewAdam(nn.Parameters(m), optim.LR(1e-2))
	r := rand.New(rand.NewPCG(1, 2))
	loss := func(steps, batch int) *tensor.Tensor {
		data, sums := make([]float32, steps*batch*2), make([]float32, batch)
		for b := range batch {
			for t := range steps {
				v := r.Float32()
				data[(t*batch+b)*2] = v
				if r.IntN(3) == 0 {
					data[(t*batch+b)*2+1] = 1
					sums[b] += v
				}
			}
		}
		_, h, _ := m.Net.Forward(tensor.New(data, steps, batch, 2), nil, nil)
		return m.Head.Forward(h.Squeeze(0)).Squeeze(1).Sub(tensor.New(sums)).Square().Mean()
	}
	before := loss(8, 200).Item()
	programs := 0
	for k := range 250 {
		l := loss(5+k%7, 20+k%5)
		l.Backward()
		opt.Step()
		opt.ZeroGrad()
		if k == 3 {
			programs = tensor.Default().Stats().Programs
		}
	}
	if more := tensor.Default().Stats().Programs - programs; more > 2 {
		t.Errorf("%d programs more after the fourth step", more)
	}
	after := loss(8, 200).Item()
	t.Logf("loss %.4f before, %.4f after", before, after)
	if !(after < before/20) {
		t.Errorf("the loss is %.4f after training, %.4f before", after, before)
	}
}
