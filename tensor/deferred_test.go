package tensor

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

func neg(x *Tensor) *Tensor {
	return lift("neg", func(v []*graph.Value) *graph.Value { return v[0].Neg() }, x)
}

func TestReadLaterIsLearned(t *testing.T) {
	d := testDevice(t)
	forms := 0
	for round := range 4 {
		x := New([]float32{1, 2, 3})
		y := mul(x, x)
		z := sum(neg(y))
		if got := z.Item(); got != -14 {
			t.Fatalf("round %d: %v", round, got)
		}
		runs := d.Stats().Runs
		wantData(t, y, 1, 4, 9) // read from outside the run that computed it
		if again := d.Stats().Runs - runs; round > 0 && again != 0 {
			t.Errorf("round %d: reading a learned output took %d more runs", round, again)
		}
		if round == 1 {
			forms = d.Stats().Forms
		} else if round > 1 && d.Stats().Forms != forms {
			t.Errorf("round %d: %d forms, had %d", round, d.Stats().Forms, forms)
		}
	}
}

func TestLongChainsAreCut(t *testing.T) {
	d := testDevice(t)
	x := New([]float32{1})
	one := New([]float32{1})
	for range 30_000 {
		x = add(x, one)
	}
	wantData(t, x, 30_001)
	s := d.Stats()
	if s.Cuts < 5 || s.Programs > 4 {
		t.Errorf("%d cuts, %d programs", s.Cuts, s.Programs)
	}
}

func TestRunningTotal(t *testing.T) {
	testDevice(t)
	total := New([]float32{0})
	for i := range 100 {
		x := New([]float32{float32(i)})
		y := mul(x, x)
		addInPlace(total, y)
		y.Bytes(context.Background()) // the write shares work with what is read, and is computed with it
	}
	wantData(t, total, 328350)
}

func TestDetachedWriteKeepsHistory(t *testing.T) {
	testDevice(t)
	w := New([]float32{2, 3}).RequiresGrad()
	y := mul(w, w)
	addInPlace(y.Detach(), New([]float32{10, 10}))
	wantData(t, y, 14, 19)
	sum(mul(y, New([]float32{1, 2}))).Backward()
	wantData(t, w.Grad(), 4, 12) // dy/dw = 2w, whatever was written
	if err := Try(func() { addInPlace(w, New([]float32{1, 1})) }); err == nil {
		t.Error("a leaf was written in place")
	}
	addInPlace(w.Detach(), New([]float32{1, 1}))
	wantData(t, w.Detach(), 3, 4)
}

func TestInPlaceOverwrites(t *testing.T) {
	d := testDevice(t)
	x := New(make([]float32, 1000))
	one := New([]float32{1})
	base := d.Memory().Live
	for range 50 {
		addInPlace(x, one)
		if err := Eval(context.Background(), x); err != nil {
			t.Fatal(err)
		}
	}
	if live := d.Memory().Live; live > base+4000 {
		t.Errorf("%d bytes live after in-place writes, %d before", live, base)
	}
	if got := Data[float32](x); got[0] != 50 || got[999] != 50 {
		t.Errorf("got %v, %v", got[0], got[999])
	}
}

func TestFree(t *testing.T) {
	d := testDevice(t)
	x := New(make([]float32, 1<<16))
	y := neg(x)
	y.Bytes(context.Background())
	live := d.Memory().Live
	x.Free()
	if got := d.Memory().Live; got != live-4<<16 {
		t.Errorf("%d bytes live, %d before Free", got, live)
	}
	if err := Try(func() { neg(x) }); err == nil {
		t.Error("a freed tensor was read")
	}
	if got := Data[float32](y); len(got) != 1<<16 {
		t.Error("what was computed from it is gone")
	}
}

func TestMemoryLimit(t *testing.T) {
	d := testDevice(t)
	x := New(make([]float32, 1000))
	d.SetMemoryLimit(d.Memory().Live + 5000)
	y := neg(x)
	z := neg(neg(y))
	z2 := lift("expand", func(v []*graph.Value) *graph.Value { return v[0].Expand(graph.Ns(100, 1000)...) }, z)
	err := Eval(context.Background(), z2)
	var full *backend.LimitError
	if !errors.As(err, &full) {
		t.Fatalf("got %v", err)
	}
	if err := Eval(context.Background(), y); err != nil { // nothing was lost
		t.Fatal(err)
	}
	d.SetMemoryLimit(0)
	if err := Eval(context.Background(), z2); err != nil {
		t.Fatal(err)
	}
}

// TestOverlappingEvaluations reads overlapping graphs from many goroutines, some of them cancelled.
func TestOverlappingEvaluations(t *testing.T) {
	testDevice(t)
	for range 30 {
		x := New([]float32{1, 2, 3})
		shared := mul(x, x)
		for range 20 {
			shared = add(shared, x)
		}
		var wg sync.WaitGroup
		for i := range 10 {
			y := shared
			for range i {
				y = neg(y)
			}
			wg.Go(func() {
				if i%4 == 3 {
					ctx, cancel := context.WithCancel(context.Background())
					cancel()
					if err := Eval(ctx, y); !errors.Is(err, context.Canceled) && err != nil {
						t.Error(err)
					}
					return
				}
				want := []float32{21, 44, 69}
				if i%2 == 1 {
					want = []float32{-21, -44, -69}
				}
				if got := Data[float32](y); !slices.Equal(got, want) {
					t.Errorf("goroutine %d: %v", i, got)
				}
			})
		}
		wg.Wait()
	}
}

// TestTrainingTenModelsAtOnce trains ten models on ten goroutines.
func TestTrainingTenModelsAtOnce(t *testing.T) {
	testDevice(t)
	train := func() []float32 {
		w := New([]float32{1, -1}).RequiresGrad()
		for range 30 {
			loss := sum(mul(mul(w, w), New([]float32{0.5, 0.25})))
			loss.Backward()
			addInPlace(w.Detach(), scaleBy(w.Grad(), -0.1))
			if err := Eval(context.Background(), w.Detach(), loss); err != nil {
				t.Error(err)
			}
			w.ZeroGrad()
		}
		return Data[float32](w.Detach())
	}
	want := train()
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if got := train(); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
	wg.Wait()
}

func TestReshapeGroups(t *testing.T) {
	for _, c := range []struct {
		from, to []int
		want     []group
	}{
		{[]int{4, 6}, []int{24}, []group{{2, 1, merge}}},
		{[]int{4, 6}, []int{4, 2, 3}, []group{{1, 1, merge}, {1, 2, merge}}},
		{[]int{1, 6}, []int{6}, []group{{1, 0, drop}, {1, 1, merge}}},
		{[]int{6}, []int{6, 1}, []group{{1, 1, merge}, {0, 1, grow}}},
		{[]int{1, 64}, []int{1, 8, 8}, []group{{1, 1, merge}, {1, 2, merge}}},
		{[]int{5, 64}, []int{5, 8, 8}, []group{{1, 1, merge}, {1, 2, merge}}},
		{[]int{2, 6}, []int{4, 3}, []group{{2, 2, merge}}},
		{[]int{0, 6}, []int{3, 0}, []group{{2, 2, whole}}},
		{nil, []int{1, 1}, []group{{0, 1, grow}, {0, 1, grow}}},
	} {
		if got := reshapeGroups(graph.Ns(c.from...), graph.Ns(c.to...)); !slices.Equal(got, c.want) {
			t.Errorf("%v → %v: %v, want %v", c.from, c.to, got, c.want)
		}
	}
}

func TestReshapeStrides(t *testing.T) {
	for _, c := range []struct {
		shape, strides, to, want []int
	}{
		{[]int{2, 3}, []int{3, 1}, []int{6}, []int{1}},
		{[]int{2, 3}, []int{1, 2}, []int{6}, nil},
		{[]int{2, 3}, []int{1, 2}, []int{2, 3, 1}, []int{1, 2, 2}},
		{[]int{4, 3}, []int{6, 2}, []int{12}, []int{2}},
		{[]int{4, 3}, []int{6, 1}, []int{2, 2, 3}, []int{12, 6, 1}},
		{[]int{4, 3}, []int{6, 1}, []int{12}, nil},
		{nil, nil, []int{1, 1}, []int{1, 1}},
	} {
		got, ok := reshapeStrides(c.shape, c.strides, c.to)
		if ok != (c.want != nil) || ok && !slices.Equal(got, c.want) {
			t.Errorf("%v with %v as %v: %v, %v; want %v", c.shape, c.strides, c.to, got, ok, c.want)
		}
	}
}
