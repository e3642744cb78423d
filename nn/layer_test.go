package nn_test

import (
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

type convNet struct {
	Conv *nn.Conv2d
	Norm *nn.BatchNorm2d
	Drop *nn.Dropout
	Out  *nn.Linear
}

func (m *convNet) Forward(x *tensor.Tensor) *tensor.Tensor {
	return m.Out.Forward(m.Drop.Forward(m.Norm.Forward(m.Conv.Forward(x)).ReLU().Flatten(1)))
}

func newConvNet() *convNet {
	return nn.Init(&convNet{nn.NewConv2d(1, 2, 3, nn.PaddingSame()), nn.NewBatchNorm2d(2), nn.NewDropout(0.5), nn.NewLinear(2*4*4, 3)}, 3)
}

func images(n int) *tensor.Tensor {
	x := make([]float32, n*16)
	for i := range x {
		x[i] = float32(i%7) - 3
	}
	return tensor.New(x, n, 1, 4, 4)
}

// A model in evaluation mode is safe for any number of goroutines, and changes nothing.
func TestInferenceIsConcurrent(t *testing.T) {
	m := newConvNet()
	m.Forward(images(5)).Sum().Backward() // running statistics that are not those at the start
	quiet := nn.Eval(nn.NoGrad(m))
	mean := m.Norm.RunningMean.Float32s()
	want := quiet.Forward(images(5)).Float32s()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 10 {
				if got := quiet.Forward(images(5)).Float32s(); !slices.Equal(got, want) {
					t.Errorf("%v, want %v", got, want)
				}
			}
		})
	}
	all.Wait()
	if !slices.Equal(mean, m.Norm.RunningMean.Float32s()) || m.Norm.NumBatchesTracked.Item() != 1 {
		t.Error("evaluation changed the running statistics")
	}
}

func TestDropout(t *testing.T) {
	m := nn.Init(&struct{ A, B *nn.Dropout }{nn.NewDropout(0.25), nn.NewDropout(0.25)}, 9)
	x := tensor.Ones(10000).RequiresGrad()
	y := m.A.Forward(x)
	y.Backward(tensor.Seed(tensor.Ones(10000)))
	kept := 0
	for i, v := range y.Float32s() {
		if v != 0 {
			kept++
		}
		if g := x.Grad().Float32s()[i]; v != g || v != 0 && v != float32(1)/0.75 {
			t.Fatalf("element %d is %v with the gradient %v", i, v, g)
		}
		if i > 200 {
			break
		}
	}
	total := 0.0
	for _, v := range y.Float64s() {
		total += v
	}
	if total < 9700 || total > 10300 {
		t.Errorf("the sum of 10,000 ones became %v", total)
	}
	if slices.Equal(y.Float32s(), m.A.Forward(x).Float32s()) || slices.Equal(y.Float32s(), m.B.Forward(x).Float32s()) {
		t.Error("two draws are the same")
	}
	again := nn.Init(&struct{ A, B *nn.Dropout }{nn.NewDropout(0.25), nn.NewDropout(0.25)}, 9)
	if !slices.Equal(y.Float32s(), again.A.Forward(x).Float32s()) {
		t.Error("the seed does not decide the draw")
	}
}

// Padding "same" keeps the size, also where it cannot be the same on both sides.
func TestPaddingSame(t *testing.T) {
	x := images(1)
	for kernel := 1; kernel <= 4; kernel++ {
		for dilation := 1; dilation <= 2; dilation++ {
			c := nn.Init(nn.NewConv2d(1, 2, kernel, nn.PaddingSame(), nn.Dilation(dilation)), 1)
			if got := c.Forward(x).Shape(); !slices.Equal(got, []int{1, 2, 4, 4}) {
				t.Errorf("kernel %d, dilation %d: %v", kernel, dilation, got)
			}
		}
	}
	// A filter of 1 × 2 that picks its left element is the identity.
	c := nn.Init(nn.NewConv2d(1, 1, 1, nn.KernelSize(1, 2), nn.PaddingSame(), nn.Bias(false)), 1)
	c.Weight.Detach().Copy_(tensor.New([]float32{1, 0}, 1, 1, 1, 2))
	if !slices.Equal(c.Forward(x).Float32s(), x.Float32s()) {
		t.Error("what is odd of the padding is not at the end")
	}
}

func TestCumulativeAverage(t *testing.T) {
	b := nn.Init(nn.NewBatchNorm1d(1, nn.CumulativeAverage()), 1)
	for _, x := range [][]float32{{1, 3}, {4, 8}, {0, 2}} {
		b.Forward(tensor.New(x, 2, 1))
	}
	if got := b.RunningMean.Item(); got < 2.9999 || got > 3.0001 { // of 2, 6 and 1
		t.Errorf("the mean of means is %v, want 3", got)
	}
}

// TestBatchesAreCounted has the count of batches computed with the running statistics: reading it runs nothing.
func TestBatchesAreCounted(t *testing.T) {
	tensor.Default().SetEager(false)
	t.Cleanup(func() { tensor.Default().SetEager(os.Getenv("FLAMBEAU_EAGER") == "1") })
	b := nn.Init(nn.NewBatchNorm1d(2), 1)
	for i := range 5 {
		b.Forward(tensor.New([]float32{1, 2, 3, float32(i)}, 2, 2)).Sum().Item()
	}
	before := tensor.Default().Stats().Runs
	if n := b.NumBatchesTracked.Item(); n != 5 {
		t.Errorf("%v batches are counted, want 5", n)
	}
	if runs := tensor.Default().Stats().Runs - before; runs != 0 {
		t.Errorf("reading the count ran %d programs", runs)
	}
	if b.NumBatchesTracked.DType() != tensor.Int64 {
		t.Errorf("the count is of %s", b.NumBatchesTracked.DType())
	}
}

func TestEmbeddingPadding(t *testing.T) {
	e := nn.Init(nn.NewEmbedding(3, 2, nn.PaddingIdx(-2)), 1)
	if w := e.Weight.Float32s(); w[2] != 0 || w[3] != 0 || w[0] == 0 {
		t.Errorf("weights %v", w)
	}
	e.Forward(tensor.New([]int64{0, 1, 2, 1})).Sum().Backward()
	if g := e.Weight.Grad().Float32s(); !slices.Equal(g, []float32{1, 1, 0, 0, 1, 1}) {
		t.Errorf("gradient %v", g)
	}
	if err := tensor.Try(func() { e.Forward(tensor.New([]int64{3})).Float32s() }); err == nil {
		t.Error("a row that is not there was read")
	}
}
