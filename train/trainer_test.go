package train_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/data"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/train"
)

// net has all that a checkpoint must hold: parameters, running statistics, and a generator.
type net struct {
	Conv *nn.Conv2d
	Norm *nn.BatchNorm2d
	Drop *nn.Dropout
	Out  *nn.Linear
}

func newNet() *net {
	return nn.Init(&net{nn.NewConv2d(1, 8, 3, nn.Padding(1)), nn.NewBatchNorm2d(8), nn.NewDropout(0.2), nn.NewLinear(8*4*4, 10)}, 42)
}

func (n *net) Forward(x *tensor.Tensor) *tensor.Tensor {
	x = nn.MaxPool2d(n.Norm.Forward(n.Conv.Forward(x)).ReLU(), 2)
	return n.Out.Forward(n.Drop.Forward(x.Flatten(1)))
}

type trainer = train.Trainer[*net, data.Batch]

// digits are the first n digits, and the next n/2 for validation.
func digits(t testing.TB, n int) (training, valid data.Dataset[data.Batch]) {
	t.Helper()
	all, err := data.Digits()
	if err != nil {
		t.Fatal(err)
	}
	var a, b []int
	for i := range n + n/2 {
		if i < n {
			a = append(a, i)
		} else {
			b = append(b, i)
		}
	}
	return data.Subset[data.Batch](all, a), data.Subset[data.Batch](all, b)
}

// newTrainer makes a run from scratch, always the same one.
func newTrainer(t testing.TB, dir string, n, epochs int) *trainer {
	t.Helper()
	training, valid := digits(t, n)
	m := newNet()
	opt := optim.NewAdamW(nn.Parameters(m), optim.LR(1e-2))
	loader := data.NewLoader(training, data.BatchSize(16), data.Shuffle(7), data.Workers(2))
	return &trainer{
		Model: m, Optimizer: opt, Data: loader, Epochs: epochs, Dir: dir, ClipNorm: 5, Every: 3,
		Forward:   train.Supervised[*net](func(out, y *tensor.Tensor) *tensor.Tensor { return nn.CrossEntropy(out, y) }),
		Scheduler: optim.NewScheduler(opt, optim.CosineAnnealingLR(epochs*loader.Batches(), 1e-4)),
		Valid:     data.NewLoader(valid, data.BatchSize(32)),
		Metrics:   []train.Metric[data.Batch]{train.Accuracy},
		Best:      "accuracy",
	}
}

// bits are all the bytes that training changes, by name.
func bits(t testing.TB, tr *trainer) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	add := func(prefix string, d *nn.Dict) {
		for name, x := range d.All() {
			b, err := x.Bytes(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			out[prefix+name] = b
		}
	}
	add("model.", nn.StateDict(tr.Model))
	add("optimizer.", tr.Optimizer.State().Tensors)
	for _, g := range nn.Generators(tr.Model) {
		b, err := g.Bytes(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		out["generator."+g.Name] = b
	}
	return out
}

func sameBits(t testing.TB, what string, got, want map[string][]byte) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d tensors, want %d", what, len(got), len(want))
	}
	for name, b := range want {
		if !bytes.Equal(got[name], b) {
			t.Errorf("%s: %s differs", what, name)
		}
	}
}

func TestOverfits(t *testing.T) {
	tr := newTrainer(t, "", 96, 12)
	tr.Valid = data.NewLoader(func() data.Dataset[data.Batch] { a, _ := digits(t, 96); return a }(), data.BatchSize(32))
	var out bytes.Buffer
	tr.Progress = train.NewProgress(&out)
	if err := tr.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := tr.Report()
	if r.Valid["accuracy"] < 0.95 || r.Loss > 0.3 || r.Epoch != 11 || r.Step != 72 {
		t.Errorf("after 12 epochs: %+v", r)
	}
	if lines := strings.Count(out.String(), "\n"); lines != 12 || !strings.Contains(out.String(), "epoch 12/12  loss ") {
		t.Errorf("%d lines of progress:\n%s", lines, out.String())
	}
	if tr.Model.Drop.Training() != true {
		t.Error("validation left the model in evaluation mode")
	}
}

// A run that is interrupted after any step, and goes on in another process, ends with the bits of one that was not.
func TestResumeHasTheSameBits(t *testing.T) {
	const n, epochs = 64, 3
	whole := newTrainer(t, t.TempDir(), n, epochs)
	if err := whole.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want, figures := bits(t, whole), whole.Report()
	steps := whole.Step()
	for stop := 1; stop < steps; stop++ {
		dir := t.TempDir()
		first := newTrainer(t, dir, n, epochs)
		interruptAfter(t, first, stop)
		second := newTrainer(t, dir, n, epochs)
		second.Start = train.Resume
		if err := second.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		sameBits(t, fmt.Sprintf("interrupted after step %d", stop), bits(t, second), want)
		if got := second.Report(); got.Loss != figures.Loss || got.Best != figures.Best || got.Valid["accuracy"] != figures.Valid["accuracy"] {
			t.Errorf("interrupted after step %d: %+v, want %+v", stop, got, figures)
		}
	}
}

// Training one operator at a time gives the bits of fused programs.
func TestEagerHasTheSameBits(t *testing.T) {
	run := func(eager bool) map[string][]byte {
		tensor.Default().SetEager(eager)
		tr := newTrainer(t, "", 48, 2)
		if err := tr.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		return bits(t, tr)
	}
	t.Cleanup(func() { tensor.Default().SetEager(os.Getenv("FLAMBEAU_EAGER") == "1") })
	sameBits(t, "deferred and eager", run(false), run(true))
}

// interruptAfter runs tr and cancels it after so many steps.
func interruptAfter(t testing.TB, tr *trainer, stop int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	tr.OnStep = func(s train.Status) error {
		if s.Step == stop {
			cancel()
		}
		return nil
	}
	err := tr.Run(ctx)
	var i *train.Interrupted
	if !errors.As(err, &i) || !errors.Is(err, context.Canceled) || i.Step != stop {
		t.Fatalf("cancelled after step %d: %v", stop, err)
	}
}

// An interruption in validation does not repeat the epoch's steps.
func TestInterruptedInValidation(t *testing.T) {
	whole := newTrainer(t, t.TempDir(), 48, 2)
	if err := whole.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first := newTrainer(t, dir, 48, 2)
	first.Metrics = []train.Metric[data.Batch]{train.Accuracy, {Name: "stop", Of: func(out *tensor.Tensor, b data.Batch) (*tensor.Tensor, int) {
		cancel()
		return out.Sum(), 1
	}}}
	if err := first.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	second := newTrainer(t, dir, 48, 2)
	second.Start = train.Resume
	if err := second.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	sameBits(t, "interrupted in validation", bits(t, second), bits(t, whole))
}

func TestStart(t *testing.T) {
	dir := t.TempDir()
	tr := newTrainer(t, dir, 32, 1)
	tr.Config = map[string]int{"layers": 2}
	if err := tr.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := newTrainer(t, dir, 32, 1).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "holds a checkpoint already") {
		t.Errorf("a checkpoint was about to be overwritten: %v", err)
	}
	other := newTrainer(t, dir, 32, 2)
	other.Start, other.Config = train.Resume, map[string]int{"layers": 3}
	if err := other.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "another configuration") {
		t.Errorf("another configuration: %v", err)
	}
	type small struct{ Conv *nn.Conv2d }
	s := nn.Init(&small{nn.NewConv2d(1, 8, 3)}, 1)
	loader, _ := digits(t, 32)
	wrong := &train.Trainer[*small, data.Batch]{Model: s, Optimizer: optim.NewSGD(nn.Parameters(s)), Data: data.NewLoader(loader), Epochs: 1, Dir: dir, Start: train.Resume,
		Forward: func(m *small, b data.Batch) (loss, out *tensor.Tensor) { return nil, nil }}
	if err := wrong.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "unexpected: norm.bias") {
		t.Errorf("another model: %v", err)
	}
	fresh := newTrainer(t, t.TempDir(), 32, 1)
	fresh.Start = train.Resume // from the beginning where there is nothing
	if err := fresh.Run(t.Context()); err != nil {
		t.Error(err)
	}
}

// A label that is no class ends training with the line of the loss, and the last checkpoint is good.
func TestValueError(t *testing.T) {
	dir := t.TempDir()
	tr := newTrainer(t, dir, 32, 1)
	if err := tr.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := bits(t, tr)

	bad := newTrainer(t, dir, 32, 3)
	bad.Start = train.Resume
	bad.Scheduler = optim.NewScheduler(bad.Optimizer, optim.CosineAnnealingLR(2, 1e-4))
	forward := bad.Forward
	bad.Forward = func(m *net, b data.Batch) (loss, out *tensor.Tensor) {
		b.Y = b.Y.AddScalar(8)
		return forward(m, b)
	}
	err := bad.Run(t.Context())
	var e *tensor.Error
	if !errors.As(err, &e) || !strings.Contains(e.Line(), "trainer_test.go") || !strings.Contains(err.Error(), "train: epoch 2") {
		t.Fatalf("error %v", err)
	}
	good := newTrainer(t, dir, 32, 1)
	good.Start = train.Resume
	if err := good.Run(t.Context()); err != nil { // nothing is left to do
		t.Fatal(err)
	}
	sameBits(t, "the checkpoint before the error", bits(t, good), want)
}

// The rate falls when the metric stays as it is, also over an interruption.
func TestPlateau(t *testing.T) {
	make := func(dir string) *trainer {
		tr := newTrainer(t, dir, 32, 6)
		tr.Scheduler, tr.Best = nil, ""
		tr.Plateau = &optim.ReduceLROnPlateau{Factor: 0.1, Patience: 1, Threshold: 10} // nothing is that much better
		tr.Start = train.Resume
		return tr
	}
	whole := make(t.TempDir())
	if err := whole.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if lr := whole.Optimizer.Groups()[0].LR; lr < 0.99e-4 || lr > 1.01e-4 {
		t.Errorf("the rate is %v after six epochs, want 1e-4", lr)
	}
	dir := t.TempDir()
	interruptAfter(t, make(dir), 5)
	rest := make(dir)
	if err := rest.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	sameBits(t, "with a plateau", bits(t, rest), bits(t, whole))
}

func TestSettings(t *testing.T) {
	for want, change := range map[string]func(tr *trainer){
		"must be set":          func(tr *trainer) { tr.Data = nil },
		"0 epochs":             func(tr *trainer) { tr.Epochs = 0 },
		"no metric":            func(tr *trainer) { tr.Best = "fame" },
		"both set the rates":   func(tr *trainer) { tr.Plateau = &optim.ReduceLROnPlateau{} },
		"no batches to train":  func(tr *trainer) { tr.Data = data.NewLoader(data.Subset[data.Batch](nil, nil)) },
		"no batches to valida": func(tr *trainer) { tr.Valid = data.NewLoader(data.Subset[data.Batch](nil, nil)) },
		"json: unsupported":    func(tr *trainer) { tr.Config = func() {} },
	} {
		tr := newTrainer(t, "", 32, 1)
		change(tr)
		if err := tr.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}

func TestCallbackErrors(t *testing.T) {
	cause := errors.New("enough")
	tr := newTrainer(t, "", 32, 5)
	tr.OnEpoch = func(r train.Report) error {
		if r.Epoch == 1 {
			return cause
		}
		return nil
	}
	if err := tr.Run(t.Context()); !errors.Is(err, cause) || tr.Step() != 4 {
		t.Errorf("%v after %d steps", err, tr.Step())
	}
}

// files are the names in a folder.
func files(t testing.TB, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestOldCheckpointsAreDeleted(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := newTrainer(t, dir, 48, 3).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	names := files(t, dir)
	if len(names) != 2*3+2+1 || !slices.Contains(names, "notes.txt") {
		t.Errorf("the folder has %q", names)
	}
}
