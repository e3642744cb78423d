package profile_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/flambeau-ml/flambeau/backend/cpu"
	"github.com/flambeau-ml/flambeau/profile"
	"github.com/flambeau-ml/flambeau/tensor"
)

// of is the profile of a product, an activation and a softmax.
func of(t *testing.T) *profile.Profile {
	t.Helper()
	return on(t, func(x, y *tensor.Tensor) *tensor.Tensor {
		z := x.MatMul(y).ReLU()
		return z.Softmax(1).MulScalar(3.0)
	})
}

// on is the profile of f on a device of its own, whose programs nobody has compiled before.
func on(t *testing.T, f func(x, y *tensor.Tensor) *tensor.Tensor) *profile.Profile {
	t.Helper()
	d := tensor.NewDevice(cpu.New(cpu.Options{Threads: 2}))
	old := tensor.Default()
	tensor.SetDefault(d)
	t.Cleanup(func() { tensor.SetDefault(old) })
	x, y := tensor.Ones(64, 48), tensor.Ones(48, 32)
	if err := tensor.Eval(t.Context(), x, y); err != nil {
		t.Fatal(err)
	}
	return profile.Of(func() {
		if err := tensor.Eval(t.Context(), f(x, y)); err != nil {
			t.Fatal(err)
		}
	})
}

func TestKernelsBelongToLines(t *testing.T) {
	p := of(t)
	kinds := map[tensor.EventKind]int{}
	var run, kernels time.Duration
	for _, e := range p.Events() {
		kinds[e.Kind]++
		switch e.Kind {
		case tensor.KernelEvent:
			kernels += e.Took
			if e.Bytes <= 0 || len(e.Work) == 0 {
				t.Errorf("kernel %s has %d bytes and works for %v", e.Name, e.Bytes, e.Work)
			}
		case tensor.RunEvent:
			run += e.Took
		}
	}
	if kinds[tensor.CompileEvent] != 1 || kinds[tensor.RunEvent] != 1 || kinds[tensor.KernelEvent] < 2 {
		t.Errorf("events by kind: %v; want one compilation, one run, at least two kernels", kinds)
	}
	if kernels > run {
		t.Errorf("the kernels took %v, the run of them %v", kernels, run)
	}
	for by, want := range map[profile.By][]string{
		profile.ByOperator: {"matmul", "softmax", "mul"},
		profile.ByLine:     {"x.MatMul(y).ReLU()", "z.Softmax(1)"},
		profile.ByKernel:   {"contraction dot (matmul)"},
	} {
		table := p.Table(by, 0)
		for _, name := range want {
			if !strings.Contains(table, name) {
				t.Errorf("no %q in\n%s", name, table)
			}
		}
	}
	if table := p.Table(profile.ByOperator, 1); !strings.Contains(table, "more\n") {
		t.Errorf("a table of one row does not say that there are more:\n%s", table)
	}
}

// TestContractionTakesTheTime has a product with an activation fused to it.
func TestContractionTakesTheTime(t *testing.T) {
	var want, got time.Duration
	p := on(t, func(x, y *tensor.Tensor) *tensor.Tensor { return x.MatMul(y).ReLU() })
	if table := p.Table(profile.ByKernel, 0); !strings.Contains(table, "contraction dot (matmul, relu)") {
		t.Errorf("nothing was fused to the product:\n%s", table)
	}
	for _, e := range p.Events() {
		if strings.HasPrefix(e.Name, "contraction") {
			want += e.Took
		}
	}
	for _, r := range p.Rows(profile.ByOperator) {
		if r.Name == "matmul" {
			got = r.Took
		}
	}
	if want == 0 || got != want {
		t.Errorf("matmul has %v of the contraction's %v", got, want)
	}
}

// TestSharesAddUp has kernels for several operators, whose time must not be counted more than once.
func TestSharesAddUp(t *testing.T) {
	p := of(t)
	all := p.Took(tensor.KernelEvent)
	for _, by := range []profile.By{profile.ByKernel, profile.ByOperator, profile.ByLine} {
		var sum time.Duration
		for _, r := range p.Rows(by) {
			sum += r.Took
		}
		if d := all - sum; d < 0 || d > time.Microsecond { // parts of a nanosecond are lost
			t.Errorf("rows %d sum up to %v of %v", by, sum, all)
		}
	}
}

func TestTrace(t *testing.T) {
	p := of(t)
	var b bytes.Buffer
	if err := p.WriteTrace(&b); err != nil {
		t.Fatal(err)
	}
	var trace struct {
		TraceEvents []struct {
			Name, Cat, Ph string
			Ts, Dur       float64
			Tid           int
			Args          struct {
				Lines []string
				Bytes int64
			}
		}
	}
	if err := json.Unmarshal(b.Bytes(), &trace); err != nil {
		t.Fatal(err)
	}
	var from, to float64
	for _, e := range trace.TraceEvents {
		if e.Cat == "run" {
			from, to = e.Ts, e.Ts+e.Dur
		}
	}
	found := false
	for _, e := range trace.TraceEvents {
		if e.Cat != "kernel" {
			continue
		}
		if e.Ts < from || e.Ts+e.Dur > to || e.Tid != 1 {
			t.Errorf("%s from %g to %g on track %d is not within its run from %g to %g", e.Name, e.Ts, e.Ts+e.Dur, e.Tid, from, to)
		}
		for _, l := range e.Args.Lines {
			found = found || strings.HasPrefix(l, "profile_test.go:") && e.Args.Bytes > 0
		}
	}
	if !found {
		t.Errorf("no kernel of this file's lines in %s", b.Bytes())
	}
}

// TestNothingAfterStop computes after the end.
func TestNothingAfterStop(t *testing.T) {
	p := of(t)
	n := len(p.Events())
	tensor.Ones(1).Exp().Item()
	if got := len(p.Events()); got != n {
		t.Errorf("%d events after Stop", got-n)
	}
}

// TestBytes has kernels whose traffic is known.
func TestBytes(t *testing.T) {
	for name, c := range map[string]struct {
		f    func(x, y *tensor.Tensor) *tensor.Tensor
		want int64
	}{
		"two arrays are read and one is written": {func(x, y *tensor.Tensor) *tensor.Tensor { return x.Add(x.Exp()).MulScalar(2.0) }, 2 * 4 * 64 * 48},
		"rows are read and sums are written":     {func(x, y *tensor.Tensor) *tensor.Tensor { return x.Sum(1) }, 4 * (64*48 + 64)},
		"five rows are picked":                   {func(x, y *tensor.Tensor) *tensor.Tensor { return x.IndexSelect(0, tensor.New([]int64{3, 0, 3, 9, 1})) }, 4*2*5*48 + 8*5},
		"a product":                              {func(x, y *tensor.Tensor) *tensor.Tensor { return x.MatMul(y) }, 4 * (64*48 + 48*32 + 64*32)},
	} {
		var got int64
		for _, e := range on(t, c.f).Events() {
			got += e.Bytes
		}
		if got != c.want {
			t.Errorf("%s: %d bytes, want %d", name, got, c.want)
		}
	}
}

// TestTwoProfiles has two at a time, of which one ends first, and evaluations on many goroutines.
func TestTwoProfiles(t *testing.T) {
	d := tensor.NewDevice(cpu.New(cpu.Options{Threads: 2}))
	old := tensor.Default()
	tensor.SetDefault(d)
	defer tensor.SetDefault(old)
	first, second := profile.Start(), profile.Start(d)
	var wg sync.WaitGroup
	compute := func() {
		for i := range 8 {
			wg.Go(func() { tensor.Ones(10 + i).Exp().Sum().Item() })
		}
		wg.Wait()
	}
	compute()
	first.Stop()
	n := len(first.Events())
	if n == 0 || n != len(second.Events()) {
		t.Errorf("%d and %d events", n, len(second.Events()))
	}
	compute()
	second.Stop()
	if len(first.Events()) != n || len(second.Events()) <= n {
		t.Errorf("%d and %d events after one ended with %d", len(first.Events()), len(second.Events()), n)
	}
	var b bytes.Buffer
	if err := second.WriteTrace(&b); err != nil || !json.Valid(b.Bytes()) {
		t.Error(err)
	}
}
