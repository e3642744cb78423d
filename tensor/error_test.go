package tensor

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// fails is the *Error that f panics with; it must name the operator and give the line of the call, with its text.
func fails(t *testing.T, op, line string, f func()) *Error {
	t.Helper()
	var e *Error
	if err := Try(f); !errors.As(err, &e) {
		t.Fatalf("%s: got %v, want an *Error", op, err)
	}
	if e.Op != op || !strings.HasPrefix(e.Error(), op+": ") {
		t.Errorf("the operator of %q is %q, want %q", e, e.Op, op)
	}
	if !strings.HasPrefix(e.Line(), "error_test.go:") || !strings.Contains(e.Error(), "\n\t"+e.Line()+"  ") || !strings.Contains(e.Error(), line) {
		t.Errorf("%q does not show the line %q", e, line)
	}
	return e
}

// said is what an *Error says, without the caller's line: that may be a test's own and say anything.
func said(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return ""
	}
	return e.Op + ": " + e.Msg
}

func TestShapeErrors(t *testing.T) {
	testDevice(t)
	x, y := New([]float32{1, 2, 3, 4, 5, 6}, 2, 3), New([]float32{1, 2, 3, 4}, 2, 2)
	for _, c := range []struct {
		op, line string
		f        func()
		want     []string
	}{
		{"add", "x.Add(y)", func() { x.Add(y) }, []string{"[2, 3]", "[2, 2]"}},
		{"mul", "x.Mul_(y)", func() { x.Mul_(y) }, []string{"[2, 3]", "[2, 2]"}},
		{"matmul", "x.MatMul(y)", func() { x.MatMul(y) }, []string{"[2, 3]", "[2, 2]"}},
		{"reshape", "x.Reshape(4, 2)", func() { x.Reshape(4, 2) }, []string{"[2, 3]", "[4, 2]"}},
		{"view", "x.T().View(6)", func() { x.T().View(6) }, []string{"[3, 2]", "[6]", "strides [1 3]"}},
		{"expand", "x.Expand(4, 3)", func() { x.Expand(4, 3) }, []string{"[2, 3]", "[4, 3]"}},
		{"softmax", "x.Softmax(2)", func() { x.Softmax(2) }, []string{"2"}},
		{"narrow", "x.Narrow(1, 2, 2)", func() { x.Narrow(1, 2, 2) }, []string{"2", "3"}},
		{"index", "x.Index(0, 3)", func() { x.Index(0, 3) }, []string{"index 3", "axis 1", "size 3"}},
		{"tensor", "New([]float32{1}, 2)", func() { New([]float32{1}, 2) }, []string{"[2]"}},
		{"read", "Data[int](x)", func() { Data[int](x) }, []string{"float32", "int"}},
		{"item", "x.Item()", func() { x.Item() }, []string{"[2, 3]"}},
		{"size", "x.Size(2)", func() { x.Size(2) }, []string{"axis 2", "[2, 3]"}},
		{"add", "x.Add(nil)", func() { x.Add(nil) }, []string{"nil"}},
	} {
		e := fails(t, c.op, c.line, c.f)
		for _, want := range c.want {
			if !strings.Contains(e.Msg, want) {
				t.Errorf("%s: %q does not say %q", c.op, e.Msg, want)
			}
		}
	}
	wantData(t, x, 1, 2, 3, 4, 5, 6) // what failed wrote nothing
}

// An index out of range is found when a value is read that depends on it; the error is that of the operator and line
// where the index was used, and other values are good.
func TestValueErrors(t *testing.T) {
	testDevice(t)
	table := New([]float32{1, 2, 3, 4}, 2, 2)
	labels := New([]int{0, 2})
	picked := table.IndexSelect(0, labels)
	good := table.MulScalar(2)
	bad := picked.Add(good)
	const line = "picked := table.IndexSelect(0, labels)"
	for _, read := range []func(){
		func() { Data[float32](picked) },
		func() { bad.Sum().Item() },
		func() { _ = bad.String() },
		func() { Data[float32](picked.Narrow(0, 0, 1)) },
	} {
		if e := fails(t, "index_select", line, read); !strings.Contains(e.Msg, "index 2 is out of range for an axis of 2") {
			t.Errorf("got %v", e)
		}
	}
	var e *Error
	if err := Eval(context.Background(), good, bad); !errors.As(err, &e) || e.Op != "index_select" {
		t.Errorf("Eval gave %v", err)
	}
	wantData(t, good, 2, 4, 6, 8)
	wantData(t, table.Add_(good), 3, 6, 9, 12)
}

func TestFreedTensors(t *testing.T) {
	testDevice(t)
	x := New([]float32{1, 2})
	view, sum := x.Narrow(0, 0, 1), x.Add(x)
	x.Free()
	x.Free() // once more does nothing
	for _, y := range []*Tensor{x, view} {
		if e := fails(t, "neg", "y.Neg()", func() { y.Neg() }); !strings.Contains(e.Msg, "freed at error_test.go:") {
			t.Errorf("got %v", e)
		}
	}
	wantData(t, sum, 2, 4)
}

func TestTry(t *testing.T) {
	testDevice(t)
	if err := Try(func() {}); err != nil {
		t.Errorf("got %v", err)
	}
	defer func() {
		if e := recover(); e != "not ours" {
			t.Errorf("got the panic %v", e)
		}
	}()
	Try(func() { panic("not ours") })
}
