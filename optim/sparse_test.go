package optim_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/compile"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// lookups are models with a table, and what they are trained on.
var lookups = map[string]func(rows int, opts ...nn.Option) (*nn.Parameter, func(i *tensor.Tensor) *tensor.Tensor){
	"embedding": func(rows int, opts ...nn.Option) (*nn.Parameter, func(i *tensor.Tensor) *tensor.Tensor) {
		e := nn.Init(nn.NewEmbedding(rows, 17, opts...), 1)
		return e.Weight, e.Forward
	},
	"bag": func(rows int, opts ...nn.Option) (*nn.Parameter, func(i *tensor.Tensor) *tensor.Tensor) {
		e := nn.Init(nn.NewEmbeddingBag(rows, 17, append(opts, nn.BagMode("sum"))...), 1)
		return e.Weight, e.Forward
	},
	"mean of a bag": func(rows int, opts ...nn.Option) (*nn.Parameter, func(i *tensor.Tensor) *tensor.Tensor) {
		e := nn.Init(nn.NewEmbeddingBag(rows, 17, append(opts, nn.PaddingIdx(1))...), 1)
		return e.Weight, e.Forward
	},
	"bags by offsets": func(rows int, opts ...nn.Option) (*nn.Parameter, func(i *tensor.Tensor) *tensor.Tensor) {
		e := nn.Init(nn.NewEmbeddingBag(rows, 17, append(opts, nn.BagMode("sum"))...), 1)
		return e.Weight, func(i *tensor.Tensor) *tensor.Tensor {
			n := i.Numel()
			return e.ForwardBags(i.Flatten(), nn.Bags{Offsets: tensor.New([]int64{0, int64(n / 3), int64(n / 3), int64(n / 2)}, 4)})
		}
	},
	"two lookups": func(rows int, opts ...nn.Option) (*nn.Parameter, func(i *tensor.Tensor) *tensor.Tensor) {
		e := nn.Init(nn.NewEmbedding(rows, 17, opts...), 1)
		return e.Weight, func(i *tensor.Tensor) *tensor.Tensor {
			return e.Forward(i).Sum(1).Mul(e.Forward(i.Narrow(1, 0, 1)).Squeeze(1))
		}
	},
}

// Steps along gradients of rows give the bits of those along whole gradients.
func TestSparseSteps(t *testing.T) {
	optimisers := map[string]func(p []*tensor.Tensor) optim.Optimizer{
		"SparseAdam": func(p []*tensor.Tensor) optim.Optimizer { return optim.NewSparseAdam(p, optim.LR(0.1)) },
		"upward": func(p []*tensor.Tensor) optim.Optimizer {
			return optim.NewSparseAdam(p, optim.LR(0.1), optim.Maximize())
		},
		"SGD":      func(p []*tensor.Tensor) optim.Optimizer { return optim.NewSGD(p, optim.LR(0.1)) },
		"momentum": func(p []*tensor.Tensor) optim.Optimizer { return optim.NewSGD(p, optim.LR(0.1), optim.Momentum(0.9)) },
		"Adagrad":  func(p []*tensor.Tensor) optim.Optimizer { return optim.NewAdagrad(p, optim.LR(0.1)) },
		"Adagrad decays": func(p []*tensor.Tensor) optim.Optimizer {
			return optim.NewAdagrad(p, optim.LRDecay(0.1), optim.InitialAccumulator(0.5))
		},
	}
	for name, make := range lookups {
		for how, optimiser := range optimisers {
			for _, rows := range []int{5, 400} {
				t.Run(fmt.Sprint(name, " ", how, " ", rows), func(t *testing.T) {
					train := func(sparse, twice bool) []float32 {
						w, forward := make(rows, nn.Sparse(sparse))
						opt := optimiser([]*tensor.Tensor{w.Tensor})
						g := tensor.NewGenerator(3)
						for range 3 {
							opt.ZeroGrad()
							for range 1 + b2i(twice) {
								i := tensor.Randint(g, 0, rows, 8, 9)
								y := forward(i)
								y.Backward(tensor.Seed(tensor.Randn(g, anys(y.Shape())...)))
							}
							if parts := w.SparseParts(); (parts != nil) != sparse {
								t.Fatalf("parts %v", parts)
							}
							opt.Step()
						}
						return w.Float32s()
					}
					for _, twice := range []bool{false, true} {
						if got, want := train(true, twice), train(false, twice); !slices.Equal(got, want) && !((twice || name == "two lookups") && near32(got, want)) {
							t.Errorf("twice %v: rows give %v, the whole gradient %v", twice, got[:5], want[:5])
						}
					}
				})
			}
		}
	}
}

// What several lookups give is added up in another order, and differs in the last bits.
func near32(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Abs(float64(x-y)) < 1e-5*(1+math.Abs(float64(y))) })
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func anys(ns []int) []any {
	var out []any
	for _, n := range ns {
		out = append(out, n)
	}
	return out
}

// A row that was looked up is one that SparseAdam moves on, though its gradient be 0.
func TestSparseZeroGradient(t *testing.T) {
	e := nn.Init(nn.NewEmbedding(4, 2, nn.Sparse(true)), 1)
	opt := optim.NewSparseAdam(nn.Parameters(e), optim.LR(0.1))
	step := func(scale float64) []float32 {
		opt.ZeroGrad()
		e.Forward(tensor.New([]int64{2}, 1)).MulScalar(scale).Sum().Backward()
		opt.Step()
		return e.Weight.Float32s()
	}
	first := step(1)
	if second := step(0); second[4] >= first[4] || second[0] != first[0] {
		t.Errorf("weights %v after %v", second, first)
	}
}

// The gradient is a tensor like others as well, and parts that are no longer it are not given.
func TestSparseParts(t *testing.T) {
	e := nn.Init(nn.NewEmbeddingBag(6, 2, nn.Sparse(true), nn.BagMode("sum")), 1)
	sweep := func() {
		e.Weight.ZeroGrad()
		e.Forward(tensor.New([]int64{3, 1, 3, 5}, 2, 2)).Backward(tensor.Seed(tensor.New([]float32{1, 2, 3, 4}, 2, 2)))
	}
	sweep()
	p := e.Weight.SparseParts()
	if got := tensor.Data[int64](p.Indices()); !slices.Equal(got, []int64{3, 1, 3, 5}) {
		t.Errorf("indices %v", got)
	}
	if got := p.Values(); !slices.Equal(got.Float32s(), []float32{1, 2, 1, 2, 3, 4, 3, 4}) || !slices.Equal(got.Shape(), []int{4, 2}) {
		t.Errorf("values %v", got)
	}
	if got := e.Weight.Grad().Float32s(); !slices.Equal(got, []float32{0, 0, 1, 2, 0, 0, 4, 6, 0, 0, 3, 4}) {
		t.Errorf("gradient %v", got)
	}
	if e.Weight.SparseParts() == nil {
		t.Error("reading the gradient ended its parts")
	}
	e.Weight.Grad().MulScalar_(2)
	if e.Weight.SparseParts() != nil {
		t.Error("parts of a gradient that was written")
	}
	sweep()
	e.Weight.SetGrad(e.Weight.Grad().MulScalar(2))
	if e.Weight.SparseParts() != nil {
		t.Error("parts of a gradient that was set")
	}
	sweep()
	e.Weight.Square().Sum().Backward()
	if e.Weight.SparseParts() != nil {
		t.Error("parts of a gradient that has others besides")
	}
	if e.Weight.ZeroGrad(); e.Weight.SparseParts() != nil {
		t.Error("parts without a gradient")
	}
}

func TestSparseRefused(t *testing.T) {
	e := nn.Init(nn.NewEmbedding(6, 2, nn.Sparse(true)), 1)
	for want, opt := range map[string]optim.Optimizer{
		"use SparseAdam": optim.NewAdam(nn.Parameters(e)),
		"cannot decay":   optim.NewSGD(nn.Parameters(e), optim.WeightDecay(0.1)),
		"weight_decay":   optim.NewAdagrad(nn.Parameters(e), optim.WeightDecay(0.1)),
	} {
		before := e.Weight.Float32s()
		e.Forward(tensor.New([]int64{3, 1}, 2)).Sum().Backward()
		if err := tensor.Try(opt.Step); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
		if !slices.Equal(e.Weight.Float32s(), before) {
			t.Error("the table changed")
		}
	}
}

// An index that is no row's is an error of the lookup, and leaves all as it was.
func TestSparseBadIndex(t *testing.T) {
	for name, make := range lookups {
		w, forward := make(6, nn.Sparse(true))
		opt := optim.NewSparseAdam([]*tensor.Tensor{w.Tensor})
		step := func(i int64) error {
			opt.ZeroGrad()
			forward(tensor.New([]int64{3, 1, 2, i, 1, 2}, 2, 3)).Sum().Backward()
			return tensor.Try(opt.Step)
		}
		if err := step(5); err != nil {
			t.Fatal(err)
		}
		before := w.Float32s()
		if err := step(6); err == nil || !strings.Contains(err.Error(), "index 6 is out of range") || !strings.Contains(err.Error(), "embedding") || !strings.Contains(err.Error(), "sparse_test.go") {
			t.Errorf("%s: error %v", name, err)
		}
		if !slices.Equal(w.Float32s(), before) || opt.State().Tensors.Get("0.step").Item() != 1 {
			t.Errorf("%s: the failed step left something", name)
		}
	}
}

// Compiled and frozen, steps have the same bits.
func TestSparseCompiled(t *testing.T) {
	train := func(wrap func(f func(i *tensor.Tensor) *tensor.Tensor) func(i *tensor.Tensor) *tensor.Tensor) []float32 {
		e := nn.Init(nn.NewEmbeddingBag(50, 9, nn.Sparse(true)), 1)
		opt := optim.NewSparseAdam(nn.Parameters(e), optim.LR(0.1))
		step := wrap(func(i *tensor.Tensor) *tensor.Tensor {
			loss := e.Forward(i).Square().Sum()
			loss.Backward()
			opt.Step()
			opt.ZeroGrad()
			return loss
		})
		g := tensor.NewGenerator(5)
		for range 12 {
			step(tensor.Randint(g, 0, 50, 7, 4)).Item()
		}
		return e.Weight.Float32s()
	}
	type step = func(i *tensor.Tensor) *tensor.Tensor
	want := train(func(f step) step { return f })
	if got := train(func(f step) step { return compile.Func(f) }); !slices.Equal(got, want) {
		t.Error("compiled, the bits differ")
	}
	if got := train(func(f step) step { return compile.Func(f, compile.Freeze()) }); !slices.Equal(got, want) {
		t.Error("frozen, the bits differ")
	}
}
