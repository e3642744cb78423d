package zoo_test

import (
	"hash/crc32"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/compile"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/zoo"
)

// uniform is n numbers in [0, 1): hashes of the name and their position. testdata/make_goldens.py has it, too.
func uniform(name string, n int) []float32 {
	seed := crc32.ChecksumIEEE([]byte(name))
	out := make([]float32, n)
	for i := range out {
		x := seed + uint32(i)*2654435761
		x = (x ^ x>>16) * 0x7feb352d
		x = (x ^ x>>15) * 0x846ca68b
		x ^= x >> 16
		out[i] = float32(x>>8) * 0x1p-24
	}
	return out
}

// fill is the parameter or buffer of that name.
func fill(name string, sizes []int) *tensor.Tensor {
	n, fan := 1, 1
	for i, s := range sizes {
		n *= s
		if i > 0 {
			fan *= s
		}
	}
	u := uniform(name, n)
	bound := float32(math.Sqrt(3 / float64(fan)))
	for i, x := range u {
		switch {
		case len(sizes) >= 2:
			u[i] = (x - 0.5) * (2 * bound)
		case strings.HasSuffix(name, "weight") || strings.HasSuffix(name, "running_var"):
			u[i] = 0.75 + float32(0.5*x)
		default:
			u[i] = (x - 0.5) * 0.25
		}
	}
	return tensor.New(u, sizes...)
}

// filled is the model with the goldens' parameters and buffers.
func filled[M any](t *testing.T, m M) M {
	t.Helper()
	nn.Init(m, 1)
	d := &nn.Dict{}
	for _, p := range nn.NamedParameters(m) {
		d.Set(p.Name, fill(p.Name, p.Shape()))
	}
	for _, b := range nn.NamedBuffers(m) {
		if b.DType() == tensor.Float32 {
			d.Set(b.Name, fill(b.Name, b.Shape()))
		}
	}
	if r, err := nn.LoadStateDict(m, d, false); err != nil || len(r.Unexpected) > 0 {
		t.Fatal(r.Unexpected, err)
	}
	return m
}

func count(sizes []int) int {
	n := 1
	for _, s := range sizes {
		n *= s
	}
	return n
}

// number is the real input of that name, whole the one of integers below n.
func number(name string, sizes ...int) *tensor.Tensor {
	u := uniform(name, count(sizes))
	for i, x := range u {
		u[i] = (x - 0.5) * 4
	}
	return tensor.New(u, sizes...)
}

func whole(name string, n int, sizes ...int) *tensor.Tensor {
	out := make([]int64, count(sizes))
	for i, x := range uniform(name, len(out)) {
		out[i] = int64(x * float32(n))
	}
	return tensor.New(out, sizes...)
}

// goldens are what PyTorch computed.
func goldens(t *testing.T) *nn.Dict {
	t.Helper()
	d, _, err := nn.ReadFile(filepath.Join("testdata", "goldens.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// near compares got with the golden of that name, which may be a sample of its elements: to a share of the largest.
func near(t *testing.T, d *nn.Dict, name string, got *tensor.Tensor, share float64) {
	t.Helper()
	g := d.Get(name)
	if g == nil {
		t.Fatalf("there is no golden %s", name)
	}
	want, all := g.Float64s(), got.Detach().Flatten().Float64s()
	step := max(1, len(all)/256)
	if n := min(300, (len(all)+step-1)/step); n != len(want) {
		t.Fatalf("%s has shape %v: %d elements of it, want %d", name, got.Shape(), n, len(want))
	}
	size, worst := 0.0, 0.0
	for i, w := range want {
		size = max(size, math.Abs(w))
		worst = max(worst, math.Abs(all[i*step]-w))
		if math.IsNaN(all[i*step]) {
			worst = math.NaN()
		}
	}
	if !(worst <= share*max(size, 1e-3)) {
		t.Errorf("%s differs by up to %.3g, where elements are up to %.3g", name, worst, size)
	}
}

// golden is a model to compare.
type golden struct {
	model   any
	forward func() *tensor.Tensor
	loss    func() *tensor.Tensor
	other   map[string]func() *tensor.Tensor
}

// check compares results in evaluation mode, loss and gradients, deferred and compiled.
func (c golden) check(t *testing.T, d *nn.Dict, name string) {
	nn.Eval(c.model)
	near(t, d, name+"/out", c.forward(), exact)
	for other, f := range c.other {
		near(t, d, name+"/"+other, f(), exact)
	}
	bits := func() []float32 { return c.forward().Float32s() }
	deferred := bits()
	compiled := compile.Func(func(...*tensor.Tensor) *tensor.Tensor { return c.forward().Detach() }, compile.Freeze())
	for range 3 {
		if !slices.Equal(compiled().Float32s(), deferred) {
			t.Error("compiled, it gives other bits")
		}
	}
	if c.gradients(t, d, name+"/eval/", exact) == 0 {
		t.Error("no gradient is compared")
	}
	nn.Train(c.model)
	c.gradients(t, d, name+"/train/", rounded)
	for _, b := range nn.NamedBuffers(c.model) {
		if k := name + "/" + b.Name; d.Get(k) != nil {
			near(t, d, k, b.Tensor, exact)
		}
	}
}

// gradients compares loss and gradients with the goldens of that prefix, and returns how many gradients there are.
func (c golden) gradients(t *testing.T, d *nn.Dict, prefix string, share float64) (n int) {
	if d.Get(prefix+"loss") == nil {
		return 0
	}
	nn.ZeroGrad(c.model)
	loss := c.loss()
	loss.Backward()
	near(t, d, prefix+"loss", loss.Reshape(1), share)
	params := map[string]*nn.Parameter{}
	for _, p := range nn.NamedParameters(c.model) {
		params[p.Name] = p.Of
	}
	for _, k := range d.Names() {
		param, ok := strings.CutPrefix(k, prefix)
		if !ok || param == "loss" {
			continue
		}
		if params[param] == nil {
			t.Fatalf("there is no parameter %s", param)
		}
		near(t, d, k, params[param].Grad(), share)
		n++
	}
	return n
}

// Results differ by rounding: by how much, as a share of the largest element. Behind batch normalisations of few numbers
// it grows.
const exact, rounded = 1e-5, 1e-4

// scores is a golden of a model that makes scores of images.
func scores(m nn.Layer, classes int, sizes ...int) golden {
	x := number("x", sizes...)
	labels := []int{sizes[0]}
	return golden{
		model: m, forward: func() *tensor.Tensor { return m.Forward(x) },
		loss: func() *tensor.Tensor { return nn.CrossEntropy(m.Forward(x), whole("y", classes, labels...)) },
	}
}

// maps is scores for models that make a score for each pixel or voxel.
func maps(m nn.Layer, classes int, sizes ...int) golden {
	c := scores(m, classes, sizes...)
	c.loss = func() *tensor.Tensor {
		return nn.CrossEntropy(m.Forward(number("x", sizes...)), whole("y", classes, append([]int{sizes[0]}, sizes[2:]...)...))
	}
	return c
}

// text is a golden of a language model.
func text(t *testing.T, m interface {
	zoo.Decoder
	Forward(ids *tensor.Tensor) *tensor.Tensor
	Loss(ids, labels *tensor.Tensor) *tensor.Tensor
}) golden {
	ids := whole("ids", 97, 2, 11)
	return golden{
		model: m, forward: func() *tensor.Tensor { return m.Forward(ids) },
		loss: func() *tensor.Tensor { return m.Loss(ids, whole("labels", 97, 2, 11)) },
		other: map[string]func() *tensor.Tensor{"greedy": func() *tensor.Tensor {
			var out []int64
			for token, err := range zoo.Greedy(t.Context(), m, ids.Int64s()[:5], 12) {
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, token)
			}
			return tensor.New(out).To(tensor.Float32)
		}},
	}
}

func TestImages(t *testing.T) {
	d := goldens(t)
	for name, c := range map[string]golden{
		"lenet":        scores(filled(t, zoo.NewLeNet()), 10, 4, 1, 28, 28),
		"resnet18":     scores(filled(t, zoo.ResNet18(zoo.Classes(10))), 10, 2, 3, 96, 96),
		"resnet34":     scores(filled(t, zoo.ResNet34(zoo.Classes(10))), 10, 2, 3, 96, 96),
		"resnet50":     scores(filled(t, zoo.ResNet50(zoo.Classes(10))), 10, 2, 3, 96, 96),
		"mobilenet_v2": scores(filled(t, zoo.MobileNetV2(zoo.Classes(10), zoo.Width(0.5), zoo.DropoutP(0))), 10, 2, 3, 96, 96),
		"vit": scores(filled(t, zoo.NewViT(zoo.ViTConfig{
			ImageSize: 32, PatchSize: 8, Heads: 4, Width: 32, Inner: 64, Classes: 10,
		})), 10, 2, 3, 32, 32),
		"unet":            maps(filled(t, zoo.NewUNet(zoo.UNetConfig{Width: 8})), 2, 2, 3, 36, 40),
		"unet_bilinear":   maps(filled(t, zoo.NewUNet(zoo.UNetConfig{Width: 8, Bilinear: true})), 2, 2, 3, 36, 40),
		"meshnet_batch":   maps(filled(t, zoo.NewMeshNet(zoo.MeshNetConfig{Dilations: []int{1, 2, 4, 2, 1}})), 3, 2, 1, 12, 10, 11),
		"meshnet_channel": maps(filled(t, zoo.NewMeshNet(zoo.MeshNetConfig{Dilations: []int{4, 2, 1}, Norm: "channel", Activation: "gelu"})), 3, 2, 1, 12, 10, 11),
		"meshnet_none":    maps(filled(t, zoo.NewMeshNet(zoo.MeshNetConfig{Dilations: []int{1, 2, 1}, Norm: "none", Activation: "elu"})), 3, 2, 1, 12, 10, 11),
	} {
		t.Run(name, func(t *testing.T) { c.check(t, d, name) })
	}
}

func TestTexts(t *testing.T) {
	d := goldens(t)
	ids, labels := whole("ids", 97, 2, 11), whole("labels", 97, 2, 11)
	mask := tensor.Ones(2, 11)
	mask.Select(0, 1).Slice(0, 7, nil).Zero_()
	in := zoo.BERTInput{IDs: ids, Types: whole("types", 2, 2, 11), Mask: mask}
	config := zoo.BERTConfig{Layers: 2, Heads: 4, Width: 32, Inner: 48, Vocabulary: 97, Positions: 24}
	bert := filled(t, zoo.NewBERT(config))
	guess := filled(t, zoo.NewBERTForMaskedLM(config))
	hidden := tensor.WhereScalar(whole("hidden", 3, 2, 11).EqScalar(0), labels, -100)
	tagger := filled(t, zoo.NewTagger(zoo.TaggerConfig{Vocabulary: 97, Tags: 5, Width: 12, Hidden: 8, Layers: 2}))
	for name, c := range map[string]golden{
		"gpt2":       text(t, filled(t, zoo.NewGPT2(zoo.GPT2Config{Layers: 2, Heads: 4, Width: 32, Vocabulary: 97, Positions: 24}))),
		"llama":      text(t, filled(t, zoo.NewLlama(zoo.LlamaConfig{Layers: 2, Heads: 4, KVHeads: 2, Width: 32, Inner: 48, Vocabulary: 97}))),
		"llama_tied": text(t, filled(t, zoo.NewLlama(zoo.LlamaConfig{Layers: 2, Heads: 4, Width: 32, Inner: 48, Vocabulary: 97, Tied: true}))),
		"bert": {
			model: bert, forward: func() *tensor.Tensor { return bert.Forward(in) },
			loss: func() *tensor.Tensor { return bert.Pooled(in).Square().Sum() },
			other: map[string]func() *tensor.Tensor{
				"pooled": func() *tensor.Tensor { return bert.Pooled(in) },
				"plain":  func() *tensor.Tensor { return bert.Forward(zoo.BERTInput{IDs: ids}) },
			},
		},
		"bert_mlm": {
			model: guess, forward: func() *tensor.Tensor { return guess.Forward(in) },
			loss: func() *tensor.Tensor { return guess.Loss(in, hidden) },
		},
		"tagger": {
			model: tagger, forward: func() *tensor.Tensor { return tagger.Forward(ids) },
			loss: func() *tensor.Tensor { return tagger.Loss(ids, whole("tags", 5, 2, 11)) },
		},
	} {
		t.Run(name, func(t *testing.T) { c.check(t, d, name) })
	}
}

func TestTables(t *testing.T) {
	m := filled(t, zoo.NewDLRM(zoo.DLRMConfig{Numbers: 4, Tables: []int{10, 20, 30}, Width: 8, Bottom: []int{16}, Top: []int{12}}))
	x, y := number("x", 6, 4), whole("y", 2, 6).To(tensor.Float32)
	bags := []*tensor.Tensor{whole("bag0", 10, 6, 3), whole("bag1", 20, 6, 3), whole("bag2", 30, 6, 3)}
	golden{
		model: m, forward: func() *tensor.Tensor { return m.Forward(x, bags...) },
		loss: func() *tensor.Tensor { return m.Loss(y, x, bags...) },
	}.check(t, goldens(t), "dlrm")
}

func TestGraphs(t *testing.T) {
	const n = 12
	d := goldens(t)
	x, y := number("x", n, 6), whole("y", 3, n)
	var from, to []int64
	ends := [2][]int64{whole("from", n, 30).Int64s(), whole("to", n, 30).Int64s()}
	for i, a := range ends[0] {
		if b := ends[1][i]; a != b {
			from, to = append(from, a), append(to, b)
		}
	}
	g := zoo.NewGraph(n, from, to, false)
	c := zoo.GraphConfig{Features: 6, Hidden: 8, Classes: 3, Heads: 2}
	for name, m := range map[string]*zoo.GraphNet{"gcn": zoo.NewGCN(c), "graphsage": zoo.NewGraphSAGE(c), "gat": zoo.NewGAT(c)} {
		t.Run(name, func(t *testing.T) {
			filled(t, m)
			golden{
				model: m, forward: func() *tensor.Tensor { return m.Forward(x, g) },
				loss: func() *tensor.Tensor { return nn.CrossEntropy(m.Forward(x, g), y) },
			}.check(t, d, name)
		})
	}
}
