package tensor

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/backend/reference"
	"github.com/flambeau-ml/flambeau/graph"
)

// lift applies f to tensors as one operator: what generated methods do.
func lift(op string, f func(vs []*graph.Value) *graph.Value, ts ...*Tensor) *Tensor {
	r := record(op)
	defer r.done()
	return r.handle(f(r.readAll(ts)))
}

func mul(x, y *Tensor) *Tensor {
	return lift("mul", func(v []*graph.Value) *graph.Value { return v[0].Mul(v[1]) }, x, y)
}

func add(x, y *Tensor) *Tensor {
	return lift("add", func(v []*graph.Value) *graph.Value { return v[0].Add(v[1]) }, x, y)
}

func sum(x *Tensor) *Tensor {
	return lift("sum", func(v []*graph.Value) *graph.Value {
		axes := make([]int, v[0].Rank())
		for i := range axes {
			axes[i] = i
		}
		return v[0].ReduceSum(axes...)
	}, x)
}

func scaleBy(x *Tensor, f float64) *Tensor { // by a number that the user gives
	return lift("mul", func(v []*graph.Value) *graph.Value {
		return v[0].Mul(graph.NewNumber(v[0].Home, v[0].DType, graph.FloatOf(f)))
	}, x)
}

func addInPlace(x, y *Tensor) *Tensor {
	r := record("add_")
	defer r.done()
	return r.write(x, r.read(x).Add(r.read(y)))
}

func narrow(x *Tensor, axis, from, n int) *Tensor {
	r := record("narrow")
	defer r.done()
	return r.view(x, func(v *graph.Value) *graph.Value { return v.SliceAxis(axis, graph.N(from), graph.N(n), 1) })
}

// testDevice makes tests run on a device of their own.
func testDevice(t *testing.T) *Device {
	t.Helper()
	old := Default()
	d := NewDevice(&reference.Device{})
	SetDefault(d)
	t.Cleanup(func() { SetDefault(old) })
	return d
}

func wantData(t *testing.T, x *Tensor, want ...float32) {
	t.Helper()
	if got := Data[float32](x); !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func TestThread(t *testing.T) {
	testDevice(t)
	x := New([]float32{1, 2, 3}).RequiresGrad()
	y := New([]float32{4, 5, 6})
	s := sum(mul(x, y))
	if got := s.Item(); got != 32 {
		t.Fatalf("x·y = %v", got)
	}
	s.Backward()
	wantData(t, x.Grad(), 4, 5, 6)
	sum(mul(x, x)).Backward()
	wantData(t, x.Grad(), 6, 9, 12)
	x.ZeroGrad()
	if x.Grad() != nil {
		t.Fatal("a gradient after ZeroGrad")
	}
	err := Try(func() { s.Backward() })
	if err == nil || !strings.Contains(err.Error(), "Retain") {
		t.Fatalf("a second Backward gave %v", err)
	}
}

func TestViewsWriteThrough(t *testing.T) {
	testDevice(t)
	x := New([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	v := narrow(x, 1, 1, 2)
	w := narrow(v, 0, 1, 1)
	addInPlace(w, Of(float32(10)))
	wantData(t, x, 1, 2, 3, 4, 15, 16)
	wantData(t, v, 2, 3, 15, 16)
	addInPlace(x, x)
	wantData(t, w, 30, 32)
}

func TestTrainingReusesPrograms(t *testing.T) {
	d := testDevice(t)
	w := New([]float32{0, 0}).RequiresGrad()
	var programs []int
	for step := range 40 {
		n := 1 + step%7 // batch sizes change, and so does the rate
		data := make([]float32, 2*n)
		for i := range data {
			data[i] = float32(i%3) + 1
		}
		x := New(data, n, 2)
		loss := sum(lift("square_error", func(v []*graph.Value) *graph.Value {
			e := v[0].Mul(v[1]).Shift(-1)
			return e.Mul(e)
		}, x, w))
		loss.Backward()
		step := scaleBy(w.Grad(), -0.01/float64(step+1))
		addInPlace(w.Detach(), step)
		if err := Eval(context.Background(), w.Detach()); err != nil {
			t.Fatal(err)
		}
		w.ZeroGrad()
		programs = append(programs, d.Stats().Programs)
	}
	if last := programs[len(programs)-1]; last > programs[1]+3 {
		t.Fatalf("programs over the steps: %v", programs)
	}
	for _, x := range Data[float32](w.Detach()) {
		if math.IsNaN(float64(x)) || x == 0 {
			t.Fatalf("w = %v", x)
		}
	}
}

func TestIndexOutOfRange(t *testing.T) {
	testDevice(t)
	x := New([]float32{1, 2, 3})
	bad := lift("gather", func(v []*graph.Value) *graph.Value { return v[0].Gather(v[1], 0, 0) }, x, New([]int64{0, 3}))
	good := mul(x, x)
	both := add(lift("expand", func(v []*graph.Value) *graph.Value { return v[0].Expand(graph.Ns(2)...) }, Of(float32(1))), bad)
	err := Eval(context.Background(), good, both)
	var e *Error
	if !errors.As(err, &e) || e.Op != "gather" || !strings.Contains(e.Line(), "core_test.go") || !strings.Contains(e.Msg, "index 3") {
		t.Fatalf("got %v", err)
	}
	wantData(t, good, 1, 4, 9)

	w := New([]float32{5, 6, 7}) // a failed write leaves what was there
	w.Bytes(context.Background())
	addInPlace(narrow(w, 0, 0, 2), bad)
	if err := Eval(context.Background(), w); err == nil {
		t.Fatal("no error")
	}
	wantData(t, w, 5, 6, 7)
}
