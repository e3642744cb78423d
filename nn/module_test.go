package nn_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

type Inner struct {
	nn.Mode
	First, Second *nn.Linear
	Gain          *nn.Parameter
	Table         *nn.Buffer
}

type named struct {
	*Inner   // embedded: adds no name
	Body     nn.Sequential
	List     []*nn.Linear
	ByName   map[string]nn.Layer
	ByNumber map[int]*nn.Linear
	Renamed  *nn.Linear `nn:"head"`
	Skipped  *nn.Linear `nn:"-"`
	Missing  *nn.Linear
	Bare     *tensor.Tensor // no part of the model
	hidden   *nn.Linear
	Norm     *nn.BatchNorm1d
	Drop     *nn.Dropout
	Tied     *nn.Parameter
}

func newNamed() *named {
	l := func() *nn.Linear { return nn.NewLinear(2, 2) }
	n := &named{
		Inner:    &Inner{First: l(), Second: l(), Gain: nn.NewParameter(nn.Ones(), 3), Table: nn.NewTransientBuffer(func() *tensor.Tensor { return tensor.New([]float32{1}) })},
		Body:     nn.Sequential{l(), nn.NewReLU(), nn.NewLinear(2, 2, nn.Bias(false))},
		List:     []*nn.Linear{l(), l()},
		ByName:   map[string]nn.Layer{"b": l(), "a": l()},
		ByNumber: map[int]*nn.Linear{10: l(), 9: l()},
		Renamed:  l(), Skipped: l(), hidden: l(), Bare: tensor.New([]float32{1}), Norm: nn.NewBatchNorm1d(2), Drop: nn.NewDropout(0.5),
	}
	n.Tied = n.First.Weight
	return n
}

func TestNames(t *testing.T) {
	m := newNamed()
	want := strings.Fields(`gain tied
		first.weight first.bias second.weight second.bias
		body.0.weight body.0.bias body.2.weight list.0.weight list.0.bias list.1.weight list.1.bias
		by_name.a.weight by_name.a.bias by_name.b.weight by_name.b.bias by_number.9.weight by_number.9.bias by_number.10.weight by_number.10.bias
		head.weight head.bias norm.weight norm.bias norm.running_mean norm.running_var norm.num_batches_tracked`)
	if got := nn.StateDict(m).Names(); !slices.Equal(got, want) {
		t.Errorf("the state dict has\n%q, want\n%q", got, want)
	}
	params := nn.NamedParameters(m)
	if len(params) != len(want)-3-1 || params[1].Name != "tied" || params[2].Name != "first.bias" {
		t.Errorf("%d parameters; the shared one must be there once, under its first name", len(params))
	}
	if g := nn.Generators(m); len(g) != 1 || g[0].Name != "drop.generator" {
		t.Errorf("generators %v", g)
	}
	if n := len(nn.Buffers(m)); n != 4 {
		t.Errorf("%d buffers, want 3 and the transient one", n)
	}
}

func TestModelThatHoldsItself(t *testing.T) {
	type loop struct {
		Next any
		L    *nn.Linear
	}
	m := &loop{L: nn.NewLinear(1, 1)}
	m.Next = m
	err := tensor.Try(func() { nn.Parameters(m) })
	if err == nil || !strings.Contains(err.Error(), "holds itself") {
		t.Errorf("error %v", err)
	}
}

func TestInit(t *testing.T) {
	type one struct{ A, B *nn.Linear }
	type other struct { // the same names in another order, and more
		Z    *nn.Linear
		B, A *nn.Linear
	}
	x := nn.Init(&one{nn.NewLinear(3, 4), nn.NewLinear(4, 5)}, 7)
	y := nn.Init(&other{nn.NewLinear(2, 2), nn.NewLinear(4, 5), nn.NewLinear(3, 4)}, 7)
	for _, pair := range [][2]*nn.Parameter{{x.A.Weight, y.A.Weight}, {x.A.Bias, y.A.Bias}, {x.B.Weight, y.B.Weight}} {
		if a, b := pair[0].Float32s(), pair[1].Float32s(); !slices.Equal(a, b) {
			t.Errorf("the seed and the name give %v, and %v in another order", a, b)
		}
	}
	first := x.A.Weight.Float32s()
	if nn.Init(x, 8); slices.Equal(first, x.A.Weight.Float32s()) {
		t.Error("another seed gives the same values")
	}
	if nn.Init(x, 7); !slices.Equal(first, x.A.Weight.Float32s()) {
		t.Error("the same seed gives other values the second time")
	}
	for _, v := range first { // kaiming_uniform with a = √5 is uniform within 1/√fan_in
		if v < -0.57736 || v > 0.57736 {
			t.Errorf("a weight of %v for 3 inputs", v)
		}
	}
	if !x.A.Weight.IsLeaf() {
		t.Error("a parameter is no leaf")
	}
}

func TestNotInitialised(t *testing.T) {
	err := tensor.Try(func() { nn.NewLinear(2, 2).Forward(tensor.New([]float32{1, 2}, 1, 2)) })
	if err == nil || !strings.Contains(err.Error(), "nn.Init") {
		t.Errorf("error %v", err)
	}
}

func TestInitializers(t *testing.T) {
	const n = 20000
	moments := func(init nn.Initializer) (mean, std, low, high float64) {
		xs := init(tensor.NewGenerator(3), []int{200, n / 200}).Float64s()
		low, high = xs[0], xs[0]
		for _, x := range xs {
			mean += x / n
			std += x * x / n
			low, high = min(low, x), max(high, x)
		}
		return mean, std - mean*mean, low, high
	}
	for _, c := range []struct {
		name      string
		init      nn.Initializer
		mean, std float64
		low, high float64
	}{
		{"uniform", nn.Uniform(-1, 3), 1, 4.0 / 3, -1, 3},
		{"normal", nn.Normal(2, 0.5), 2, 0.25, -1, 5},
		{"truncated", nn.TruncNormal(0, 1, -2, 2), 0, 0.774, -2, 2},
		{"constant", nn.Constant(4), 4, 0, 4, 4},
		{"kaiming uniform", nn.KaimingUniform(0, nn.FanIn), 0, 2.0 / 100, -0.2450, 0.2450},
		{"kaiming normal", nn.KaimingNormal(0, nn.FanOut), 0, 2.0 / 200, -1, 1},
		{"xavier uniform", nn.XavierUniform(1), 0, 2.0 / 300, -0.1415, 0.1415},
		{"xavier normal", nn.XavierNormal(nn.Gain("tanh", 0)), 0, 25.0 / 9 * 2 / 300, -1, 1},
	} {
		mean, variance, low, high := moments(c.init)
		if d := mean - c.mean; d > 0.03 || d < -0.03 {
			t.Errorf("%s: mean %g, want %g", c.name, mean, c.mean)
		}
		if d := variance - c.std; d > 0.05*c.std+1e-9 || d < -0.05*c.std-1e-9 {
			t.Errorf("%s: variance %g, want %g", c.name, variance, c.std)
		}
		if low < c.low || high > c.high {
			t.Errorf("%s: from %g to %g", c.name, low, high)
		}
	}
}

func TestStateDictFile(t *testing.T) {
	m := nn.Init(newNamed(), 1)
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err := nn.StateDict(m).WriteFile(context.Background(), path, map[string]string{"format": "pt"}); err != nil {
		t.Fatal(err)
	}
	d, meta, err := nn.ReadFile(path)
	if err != nil || meta["format"] != "pt" {
		t.Fatal(err, meta)
	}
	other := nn.Init(newNamed(), 2)
	if _, err := nn.LoadStateDict(other, d, true); err != nil {
		t.Fatal(err)
	}
	theirs := nn.StateDict(other)
	for name, x := range nn.StateDict(m).All() {
		if !slices.Equal(x.Float64s(), theirs.Get(name).Float64s()) {
			t.Errorf("%s came back changed", name)
		}
	}
}

func TestLoadStateDictErrors(t *testing.T) {
	type model struct{ A, B *nn.Linear }
	m := nn.Init(&model{nn.NewLinear(2, 3), nn.NewLinear(3, 1)}, 1)
	before := m.A.Weight.Float32s()
	d := nn.StateDict(nn.Init(&model{nn.NewLinear(2, 3), nn.NewLinear(3, 1)}, 2))
	d.Delete("b.bias")
	d.Set("c.weight", tensor.New([]float32{1}))
	r, err := nn.LoadStateDict(m, d, true)
	if err == nil || !strings.Contains(err.Error(), "missing: b.bias") || !strings.Contains(err.Error(), "unexpected: c.weight") {
		t.Errorf("error %v", err)
	}
	if !slices.Equal(r.Missing, []string{"b.bias"}) || !slices.Equal(r.Unexpected, []string{"c.weight"}) {
		t.Errorf("report %v", r)
	}
	if !slices.Equal(before, m.A.Weight.Float32s()) {
		t.Error("the model changed though loading failed")
	}
	if _, err := nn.LoadStateDict(m, d, false); err != nil || slices.Equal(before, m.A.Weight.Float32s()) {
		t.Errorf("without strict: %v, or nothing was loaded", err)
	}
	d.Set("a.weight", tensor.New([]float32{1, 2}, 2, 1))
	if _, err := nn.LoadStateDict(m, d, false); err == nil || !strings.Contains(err.Error(), "a.weight is [2, 1] in the dict and [3, 2] in the model") {
		t.Errorf("error %v", err)
	}
}

// A parameter that modules share needs one of its names.
func TestLoadTied(t *testing.T) {
	type model struct{ A, B *nn.Linear }
	make := func(seed uint64) *model {
		m := &model{nn.NewLinear(2, 2), nn.NewLinear(2, 2)}
		m.B.Weight = m.A.Weight
		return nn.Init(m, seed)
	}
	d := nn.StateDict(make(1))
	d.Delete("b.weight")
	m := make(2)
	if _, err := nn.LoadStateDict(m, d, true); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(m.B.Weight.Float32s(), d.Get("a.weight").Float32s()) {
		t.Error("the shared weight was not loaded")
	}
}

func TestNoGrad(t *testing.T) {
	m := nn.Init(newNamed(), 1)
	x := tensor.New([]float32{1, 2, 3, 4}, 2, 2)
	quiet := nn.Eval(nn.NoGrad(m))
	if y := quiet.Body.Forward(x); y.NeedsGrad() {
		t.Error("what it computes has a history")
	}
	if y := m.Body.Forward(x); !y.NeedsGrad() {
		t.Error("the model itself lost its history")
	}
	if !m.Training() || !m.Norm.Training() || !m.Drop.Training() || quiet.Training() || quiet.Norm.Training() || quiet.Drop.Training() {
		t.Error("the modes are not apart")
	}
	m.First.Weight.Detach().MulScalar_(2)
	if !slices.Equal(m.First.Weight.Float32s(), quiet.First.Weight.Float32s()) {
		t.Error("the storages are not shared")
	}
	if quiet.Tied != quiet.First.Weight {
		t.Error("what was tied is not any more")
	}
}

func TestFreeze(t *testing.T) {
	type model struct{ A, B *nn.Linear }
	m := nn.Init(&model{nn.NewLinear(2, 2), nn.NewLinear(2, 1)}, 1)
	nn.Freeze(m.A)
	x := tensor.New([]float32{1, 2}, 1, 2)
	m.B.Forward(m.A.Forward(x)).Sum().Backward()
	if m.A.Weight.Grad() != nil || m.B.Weight.Grad() == nil {
		t.Error("gradients of what is frozen, or none of what is not")
	}
	nn.Unfreeze(m)
	m.B.Forward(m.A.Forward(x)).Sum().Backward()
	if m.A.Weight.Grad() == nil {
		t.Error("no gradient after Unfreeze")
	}
}

func TestSummary(t *testing.T) {
	type model struct {
		Conv *nn.Conv2d
		Body nn.Sequential
	}
	m := &model{nn.NewConv2d(1, 4, 3, nn.Padding(1), nn.Stride(2)), nn.Sequential{nn.NewReLU(), nn.NewLinear(1000, 10)}}
	got := nn.Summary(m)
	for _, want := range []string{"model\n", "  conv  Conv2d(1, 4, 3×3, stride 2×2, padding 1×1)", "Linear(1000, 10)", "10,010\n", "10,050 parameters"} {
		if !strings.Contains(got, want) {
			t.Errorf("the summary lacks %q:\n%s", want, got)
		}
	}
}

func TestOptionErrors(t *testing.T) {
	for want, f := range map[string]func(){
		"has no option stride": func() { nn.NewLinear(1, 1, nn.Stride(2)) },
		"is given twice":       func() { nn.NewLinear(1, 1, nn.Bias(true), nn.Bias(false)) },
		"padding_mode":         func() { nn.NewConv2d(1, 1, 3, nn.PaddingMode("mirror")) },
		"needs 1 or 2":         func() { nn.NewConv2d(1, 1, 3, nn.Stride(1, 2, 3)) },
		"do not divide into":   func() { nn.NewConv2d(3, 4, 3, nn.Groups(2)) },
		"must be at least 1":   func() { nn.NewConv2d(0, 4, 3) },
		"a probability of 1.5": func() { nn.NewDropout(1.5) },
		"padding_idx 7 of 3":   func() { nn.NewEmbedding(3, 2, nn.PaddingIdx(7)) },
		"takes an input of 4":  func() { nn.Init(nn.NewBatchNorm2d(2), 1).Forward(tensor.New([]float32{1, 2}, 1, 2)) },
		"approximate must be":  func() { nn.NewGELU("fast") },
	} {
		if err := tensor.Try(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}
