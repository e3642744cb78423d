package tensor

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func mustCall(t *testing.T, name string, args []any, kwargs map[string]any) *Tensor {
	t.Helper()
	out, err := Call(name, args, kwargs)
	if err != nil {
		t.Fatal(err)
	}
	if len(out) != 1 {
		t.Fatalf("%s gave %d results", name, len(out))
	}
	return out[0]
}

func TestCall(t *testing.T) {
	testDevice(t)
	x, y := New([]float32{1, 2, 3, 4}, 2, 2), New([]float32{10, 20})
	wantData(t, mustCall(t, "aten.add.Tensor", []any{x, y}, map[string]any{"alpha": 2}), 21, 42, 23, 44)
	wantData(t, mustCall(t, "mul", []any{x, 3}, nil), 3, 6, 9, 12)
	wantData(t, mustCall(t, "cat", []any{[]*Tensor{x, x}}, map[string]any{"dim": 1}), 1, 2, 1, 2, 3, 4, 3, 4)
	wantData(t, mustCall(t, "cat", []any{[]any{y, y}}, nil), 10, 20, 10, 20)

	if z := mustCall(t, "add_.Tensor", []any{x, y}, nil); z != x {
		t.Error("an in-place call gives another tensor than it writes")
	}
	wantData(t, x, 11, 22, 13, 24)
	out := New([]float32{0, 0})
	if z := mustCall(t, "mul.Tensor", []any{y, y}, map[string]any{"out": out}); z != out {
		t.Error("a call with out gives another tensor than it writes")
	}
	wantData(t, out, 100, 400)
}

func TestCallViews(t *testing.T) {
	testDevice(t)
	x := New([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	addInPlace(mustCall(t, "aten.select.int", []any{x, 1, -1}, nil), Of(float32(10)))
	wantData(t, x, 1, 2, 13, 4, 5, 16)
	pieces, err := Call("split", []any{x, 2}, map[string]any{"dim": 1})
	if err != nil || len(pieces) != 2 {
		t.Fatalf("split gave %v, %v", pieces, err)
	}
	addInPlace(pieces[1], Of(float32(100)))
	wantData(t, x, 1, 2, 113, 4, 5, 116)
}

// What an operator writes beside its results is written: running statistics, and generators.
func TestCallWrites(t *testing.T) {
	testDevice(t)
	x := New([]float32{1, 3, 2, 6}, 2, 2)
	mean, variance := New([]float32{0, 0}), New([]float32{1, 1})
	y := mustCall(t, "batch_norm", []any{x, nil, nil, mean, variance, true, 0.5, 0.0, false}, nil)
	wantData(t, y, -1, -1, 1, 1)
	wantData(t, mean, 0.75, 2.25)
	wantData(t, variance, 0.75, 2.75)

	g, same := NewGenerator(7), NewGenerator(7)
	for range 2 {
		draw := mustCall(t, "rand.generator", []any{[]int{3}}, map[string]any{"generator": g})
		wantData(t, draw, Data[float32](Rand(same, 3))...)
	}
	if a, b := Data[uint64](g.State), Data[uint64](same.State); !slices.Equal(a, b) || a[1] == 0 {
		t.Errorf("the generator is at %v, want %v", a, b)
	}
}

func TestCallErrors(t *testing.T) {
	testDevice(t)
	x, y := New([]float32{1, 2}), New([]float32{1, 2, 3})
	freed := New([]float32{1})
	freed.Free()
	for _, c := range []struct {
		name   string
		args   []any
		kwargs map[string]any
		want   string
	}{
		{"no_such_operator", nil, nil, "no operator"},
		{"add.Tensor", []any{x, y}, nil, "[2]"},
		{"add.Tensor", []any{x, "two"}, nil, `"two"`},
		{"softmax.int", []any{x}, map[string]any{"dimension": 0}, "dim"},
		{"softmax_.int", []any{x, 0}, nil, "no form that writes"},
		{"select.int", []any{x, 0, 7}, nil, "7"},
		{"add.Tensor", []any{x, freed}, nil, "freed"},
		{"add.Tensor", []any{x, (*Tensor)(nil)}, nil, "other"},
		{"add_.Tensor", []any{x, New([]float32{1, 2}, 2, 1)}, nil, "does not fit"},
	} {
		out, err := Call(c.name, c.args, c.kwargs)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "call_test.go:") {
			t.Errorf("%s: got %v, %v, want an error with %q and the line", c.name, out, err, c.want)
		}
	}
	wantData(t, x, 1, 2)
}
