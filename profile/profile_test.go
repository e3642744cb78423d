package profile_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/flambeau-ml/flambeau/backend/cpu"
	"github.com/flambeau-ml/flambeau/profile"
	"github.com/flambeau-ml/flambeau/tensor"
)

// of is the profile of a product and a softmax on a device of its own, whose programs nobody has compiled before.
func of(t *testing.T) *profile.Profile {
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
		z := x.MatMul(y)
		z = z.Softmax(1).MulScalar(3.0)
		if err := tensor.Eval(t.Context(), z); err != nil {
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
		profile.ByLine:     {"x.MatMul(y)", "z.Softmax(1)"},
		profile.ByKernel:   {"contraction dot"},
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
