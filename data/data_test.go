package data_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/quick"
	"time"

	"github.com/flambeau-ml/flambeau/data"
	"github.com/flambeau-ml/flambeau/tensor"
)

// numbers is a data set whose batches are the numbers of their samples, with one random number each.
type numbers struct {
	n     int
	fail  int // the sample that cannot be read; −1 for none
	panic any // what reading it panics with, if anything
	calls atomic.Int64
}

type drawn struct {
	indices []int
	random  []uint64
}

func (d *numbers) Len() int { return d.n }

func (d *numbers) Batch(ctx context.Context, pick data.Pick) (b drawn, err error) {
	d.calls.Add(1)
	for _, i := range pick.Indices {
		if i == d.fail {
			if d.panic != nil {
				panic(d.panic)
			}
			return b, fmt.Errorf("sample %d is not there", i)
		}
		b.indices = append(b.indices, i)
		b.random = append(b.random, pick.Rand(i).Uint64())
	}
	if len(pick.Indices)%3 == 0 {
		runtime.Gosched() // workers overtake each other
	}
	return b, ctx.Err()
}

// read is all batches of one epoch.
func read(t testing.TB, l *data.Loader[drawn]) (out []drawn) {
	t.Helper()
	for b, err := range l.Epoch(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

func equal(a, b []drawn) bool {
	return slices.EqualFunc(a, b, func(x, y drawn) bool { return slices.Equal(x.indices, y.indices) && slices.Equal(x.random, y.random) })
}

// noLeak fails the test where goroutines are left behind.
func noLeak(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for range 100 {
			if runtime.NumGoroutine() <= before {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		t.Errorf("%d goroutines, and %d before", runtime.NumGoroutine(), before)
	})
}

// Batches are the same whatever the number of workers, and every epoch has each sample once.
func TestLoaderProperties(t *testing.T) {
	noLeak(t)
	property := func(size, batch, workers, ahead uint8, seed uint64, drop bool) bool {
		n, b := int(size)%40+1, int(batch)%7+1
		opts := []data.Option{data.BatchSize(b), data.Shuffle(seed)}
		if drop {
			opts = append(opts, data.DropLast())
		}
		plain := data.NewLoader(&numbers{n: n, fail: -1}, opts...)
		many := data.NewLoader(&numbers{n: n, fail: -1}, append(opts, data.Workers(int(workers)%5+1), data.Prefetch(int(ahead)%6+1))...)
		for epoch := range 3 {
			x, y := read(t, plain), read(t, many)
			if !equal(x, y) || len(x) != plain.Batches() {
				return false
			}
			var all []int
			for _, d := range x {
				if len(d.indices) > b || drop && len(d.indices) != b {
					return false
				}
				all = append(all, d.indices...)
			}
			slices.Sort(all)
			if len(slices.Compact(all)) != len(all) || !drop && len(all) != n || drop && len(all) != n/b*b {
				return false
			}
			if s := plain.State(); len(x) > 0 && (s.Epoch != epoch || s.Next != len(x)) {
				return false
			}
		}
		return true
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 60}); err != nil {
		t.Error(err)
	}
}

// A loader that goes on from a state gives what the first one would have given.
func TestLoaderResumes(t *testing.T) {
	noLeak(t)
	make := func() *data.Loader[drawn] {
		return data.NewLoader(&numbers{n: 23, fail: -1}, data.BatchSize(4), data.Shuffle(5), data.Workers(3))
	}
	var whole []drawn
	l := make()
	for range 3 {
		whole = append(whole, read(t, l)...)
	}
	for stop := range len(whole) + 1 {
		first := make()
		var got []drawn
		for len(got) < stop {
			for b, err := range first.Epoch(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
				if got = append(got, b); len(got) == stop {
					break
				}
			}
		}
		second := make()
		if err := second.Restore(first.State()); err != nil {
			t.Fatal(err)
		}
		for len(got) < len(whole) {
			got = append(got, read(t, second)...)
		}
		if !equal(got, whole) {
			t.Fatalf("stopped after %d batches, the rest is another", stop)
		}
	}
	for _, s := range []data.State{{Epoch: -1}, {Next: 7}} {
		if err := make().Restore(s); err == nil {
			t.Errorf("%v was restored", s)
		}
	}
}

func TestEpochsDiffer(t *testing.T) {
	l := data.NewLoader(&numbers{n: 50, fail: -1}, data.BatchSize(50), data.Shuffle(1))
	a, b := read(t, l)[0], read(t, l)[0]
	if slices.Equal(a.indices, b.indices) || slices.Equal(a.random, b.random) {
		t.Error("two epochs have the same order, or draw the same")
	}
}

func TestLoaderErrors(t *testing.T) {
	for _, c := range []struct {
		panic any
		want  string
	}{{nil, "sample 9 is not there"}, {&tensor.Error{Op: "stack", Msg: "too large"}, "stack: too large"}} {
		t.Run(c.want, func(t *testing.T) {
			noLeak(t)
			l := data.NewLoader(&numbers{n: 30, fail: 9, panic: c.panic}, data.BatchSize(2), data.Workers(4))
			n := 0
			var last error
			for _, err := range l.Epoch(context.Background()) {
				if last = err; err == nil {
					n++
				}
			}
			if n != 4 || last == nil || last.Error() != c.want {
				t.Errorf("%d batches, then %v; want 4, then %s", n, last, c.want)
			}
			if s := l.State(); s.Next != 4 {
				t.Errorf("the state is %v after an error in batch 4", s)
			}
		})
	}
}

func TestLoaderPanics(t *testing.T) {
	noLeak(t)
	defer func() {
		if e := fmt.Sprint(recover()); !strings.Contains(e, "out of luck") || !strings.Contains(e, "data_test.go") {
			t.Errorf("panic %.100s does not say what it was, and where", e)
		}
	}()
	l := data.NewLoader(&numbers{n: 30, fail: 9, panic: "out of luck"}, data.Workers(2))
	for range l.Epoch(context.Background()) {
	}
	t.Error("no panic")
}

func TestLoaderCancelled(t *testing.T) {
	noLeak(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	l := data.NewLoader(&numbers{n: 1000, fail: -1}, data.Workers(3))
	n := 0
	var last error
	for _, err := range l.Epoch(ctx) {
		if last = err; err != nil {
			break
		}
		if n++; n == 10 {
			cancel()
		}
	}
	if !errors.Is(last, context.Canceled) || n > 20 {
		t.Errorf("%d batches, then %v", n, last)
	}
	if s := l.State(); s.Next != n {
		t.Errorf("state %v after %d batches", s, n)
	}
}

// Batches are made ahead, but not without bound.
func TestPrefetchIsBounded(t *testing.T) {
	noLeak(t)
	ds := &numbers{n: 1000, fail: -1}
	l := data.NewLoader(ds, data.Workers(2), data.Prefetch(3))
	for range l.Epoch(context.Background()) {
		time.Sleep(20 * time.Millisecond)
		if n := ds.calls.Load(); n < 2 || n > 8 {
			t.Errorf("%d batches were made when the first one was handed out", n)
		}
		break
	}
}

func TestArrays(t *testing.T) {
	ds, err := data.NewArrays([]float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, []int{2, 2}, []int64{5, 6, 7}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := ds.Batch(context.Background(), data.Pick{Indices: []int{2, 0}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b.X.Shape(), []int{2, 2, 2}) || !slices.Equal(tensor.Data[float32](b.X), []float32{8, 9, 10, 11, 0, 1, 2, 3}) ||
		!slices.Equal(b.Y.Shape(), []int{2}) || !slices.Equal(tensor.Data[int64](b.Y), []int64{7, 5}) {
		t.Errorf("batch %v %v", b.X, b.Y)
	}
	if _, err := ds.Batch(context.Background(), data.Pick{Indices: []int{3}}); err == nil {
		t.Error("a sample that is not there was read")
	}
	for _, f := range []func() error{
		func() error { _, err := data.NewArrays([]float32{1, 2, 3}, []int{2}, []int64{1}, nil); return err },
		func() error { _, err := data.NewArrays([]float32{1, 2}, nil, []int64{1}, nil); return err },
		func() error { _, err := data.NewArrays([]float32{1}, []int{0}, []int64{1}, nil); return err },
	} {
		if f() == nil {
			t.Error("arrays that do not fit were taken")
		}
	}
}

func TestSubsetAndMap(t *testing.T) {
	ds := data.Subset[drawn](&numbers{n: 10, fail: -1}, []int{7, 3, 1})
	twice := data.Map(ds, func(_ data.Pick, d drawn) ([]int, error) {
		for i := range d.indices {
			d.indices[i] *= 2
		}
		return d.indices, nil
	})
	got, err := twice.Batch(context.Background(), data.Pick{Indices: []int{2, 0}})
	if err != nil || !slices.Equal(got, []int{2, 14}) || twice.Len() != 3 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := ds.Batch(context.Background(), data.Pick{Indices: []int{3}}); err == nil {
		t.Error("a sample that is not there was read")
	}
}

func TestSplit(t *testing.T) {
	parts, err := data.Split(100, 3, 0.8, 0.2)
	if err != nil || len(parts[0]) != 80 || len(parts[1]) != 20 {
		t.Fatal(parts, err)
	}
	all := slices.Sorted(slices.Values(slices.Concat(parts...)))
	if len(slices.Compact(all)) != 100 {
		t.Error("a number is in two parts")
	}
	labels := make([]int64, 100)
	for i := range labels {
		labels[i] = int64(i % 10 / 9) // nine of ten are 0
	}
	parts, err = data.StratifiedSplit(labels, 3, 0.5, 0.3, 0.2)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{5, 3, 2} {
		n := 0
		for _, k := range parts[i] {
			n += int(labels[k])
		}
		if n != want || len(parts[i]) != 10*want {
			t.Errorf("part %d has %d of %d, want %d of %d", i, n, len(parts[i]), want, 10*want)
		}
	}
	again, _ := data.StratifiedSplit(labels, 3, 0.5, 0.3, 0.2)
	if !slices.EqualFunc(parts, again, slices.Equal) {
		t.Error("the same seed splits in another way")
	}
	if _, err := data.Split(10, 1, -1, 2); err == nil {
		t.Error("a negative part")
	}
}

func TestDigits(t *testing.T) {
	ds, err := data.Digits()
	if err != nil {
		t.Fatal(err)
	}
	if ds.Len() != 1797 || slices.Max(ds.X) != 1 || slices.Min(ds.X) != 0 || slices.Max(ds.Y) != 9 || slices.Min(ds.Y) != 0 {
		t.Errorf("%d digits, pixels to %v, labels to %v", ds.Len(), slices.Max(ds.X), slices.Max(ds.Y))
	}
	if !slices.Equal(ds.XShape, []int{1, 8, 8}) {
		t.Errorf("images of %v", ds.XShape)
	}
}

func TestReadCSV(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(path, []byte("a,y,b\n1,0,2.5\n3,1,-4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	classes, err := data.ReadCSV[int64](path, "y")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(classes.X, []float32{1, 2.5, 3, -4}) || !slices.Equal(classes.Y, []int64{0, 1}) || !slices.Equal(classes.Features, []string{"a", "b"}) {
		t.Errorf("%v %v %v", classes.X, classes.Y, classes.Features)
	}
	numbers, err := data.ReadCSV[float32](path, "b")
	if err != nil || !slices.Equal(numbers.Y, []float32{2.5, -4}) {
		t.Errorf("%v, %v", numbers, err)
	}
	if _, err := data.ReadCSV[int64](path, "b"); err == nil || !strings.Contains(err.Error(), "t.csv:2:5: column \"b\"") {
		t.Errorf("error %v", err)
	}
	if _, err := data.ReadCSV[int64](path, "z"); err == nil || !strings.Contains(err.Error(), `no column "z"`) {
		t.Errorf("error %v", err)
	}
}
