package nn_test

import (
	"slices"
	"testing"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// tied is a model with a weight in a list, in a map and in a field.
type tied struct {
	Layers []*nn.Linear
	Heads  map[string]*nn.Linear
	Embed  *nn.Embedding
}

func newTied(seed uint64) *tied {
	m := &tied{
		Layers: []*nn.Linear{nn.NewLinear(3, 3), nn.NewLinear(3, 3)},
		Heads:  map[string]*nn.Linear{"b": nn.NewLinear(3, 4, nn.Bias(false)), "a": nn.NewLinear(3, 4)},
		Embed:  nn.NewEmbedding(4, 3),
	}
	m.Layers[1].Weight = m.Layers[0].Weight
	m.Heads["b"].Weight = m.Embed.Weight
	return nn.Init(m, seed)
}

func (m *tied) Forward(x *tensor.Tensor) *tensor.Tensor {
	x = m.Embed.Forward(x)
	for _, l := range m.Layers {
		x = l.Forward(x).Tanh()
	}
	return m.Heads["a"].Forward(x).Add(m.Heads["b"].Forward(x))
}

// A parameter that is in a model twice is one parameter, to optimisers too, under all its names in the state dict.
func TestTied(t *testing.T) {
	m := newTied(1)
	var names []string
	for _, p := range nn.NamedParameters(m) {
		names = append(names, p.Name)
	}
	if want := []string{"layers.0.weight", "layers.0.bias", "layers.1.bias", "heads.a.weight", "heads.a.bias", "heads.b.weight"}; !slices.Equal(names, want) {
		t.Errorf("parameters %q, want %q", names, want)
	}
	dict := nn.StateDict(m)
	if want := []string{"layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias", "heads.a.weight", "heads.a.bias", "heads.b.weight", "embed.weight"}; !slices.Equal(dict.Names(), want) {
		t.Errorf("the state dict has %q, want %q", dict.Names(), want)
	}
	if n := nn.NumParameters(m); n != 9+3+3+12+4+12 {
		t.Errorf("%d numbers", n)
	}
	before := m.Embed.Weight.Float32s()
	opt := optim.NewSGD(nn.Parameters(m), optim.LR(0.5))
	m.Forward(tensor.New([]int64{0, 2})).Sum().Backward()
	grad := m.Embed.Weight.Grad().Float32s()
	if grad[3] == 0 || grad[0] == grad[3] {
		t.Errorf("the gradient %v lacks the part of a use", grad) // row 1 is only in the head, row 0 in both
	}
	opt.Step()
	for i, w := range m.Heads["b"].Weight.Float32s() {
		if want := before[i] + float32(-0.5)*grad[i]; w < want-1e-6 || w > want+1e-6 {
			t.Errorf("element %d went from %v to %v with the gradient %v", i, before[i], w, grad[i])
		}
	}
	other := newTied(2)
	if _, err := nn.LoadStateDict(other, dict, true); err != nil {
		t.Fatal(err)
	}
	x := tensor.New([]int64{0, 1, 3})
	if !slices.Equal(other.Forward(x).Float32s(), m.Forward(x).Float32s()) {
		t.Error("the loaded model computes something else")
	}
	if other.Heads["b"].Weight != other.Embed.Weight {
		t.Error("loading parted what was tied")
	}
}
