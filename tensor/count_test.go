package tensor

import (
	"slices"
	"strings"
	"testing"
)

// nonzero elements are found in the same programs however many there are.
func TestCountsAreNoKeys(t *testing.T) {
	d := testDevice(t)
	const size = 120
	data := make([]float32, size)
	step := func(k int) {
		for i := range data {
			data[i] = float32((i*7+k)%size-k) / size
		}
		x := New(data, 4, size/4)
		mask := x.GtScalar(0)
		y := x.MaskedSelect(mask)
		var want []float32
		for _, v := range data {
			if v > 0 {
				want = append(want, v)
			}
		}
		if got := Data[float32](y); !slices.Equal(got, want) {
			t.Fatalf("%d: masked_select is %v, want %v", k, got, want)
		}
		if got := x.Index(mask); got.Numel() != len(want) || !slices.Equal(Data[float32](got), want) {
			t.Fatalf("%d: %v", k, got)
		}
		values, inverse, counts := x.Mul(New([]float32{size})).FloorDivideScalar(float32(k+1)).UniqueWith(ReturnInverse(true), ReturnCounts(true))
		total := 0
		for _, n := range Data[int](counts) {
			total += n
		}
		if back := Data[float32](values.Index(inverse)); total != size || len(back) != size {
			t.Fatalf("%d: unique counts %d elements and gives back %d", k, total, len(back))
		}
		if n := x.NonZero().Size(0); n != size-1 {
			t.Fatalf("%d: %d are not zero", k, n)
		}
		z := x.Clone()
		z.SetIndex(y.Neg(), mask)
		for i, v := range Data[float32](z) {
			if v > 0 || v != -max(data[i], -data[i]) {
				t.Fatalf("%d: element %d of the negated is %v, was %v", k, i, v, data[i])
			}
		}
	}
	for k := 2; k < 8; k++ {
		step(k)
	}
	before := d.Stats().Programs
	for k := 8; k < 108; k++ {
		step(k)
	}
	if after := d.Stats().Programs; after != before {
		t.Errorf("%d programs after 6 steps, %d after 106", before, after)
	}
}

// A gradient goes back to the elements that were selected, through counts too.
func TestCountedGradients(t *testing.T) {
	testDevice(t)
	x := New([]float32{-1, 2, -3, 4, 5, -6}, 2, 3).RequiresGrad()
	y := x.Mul(x)
	y.MaskedSelect(x.GtScalar(0)).Mul(New([]float32{1, 10, 100})).Sum().Backward()
	wantData(t, x.Grad(), 0, 4, 0, 80, 1000, 0)

	x.ZeroGrad()
	x.Mul(x).Index(tensorOfBools(false, true), []int{0, 2}).Sum().Backward()
	wantData(t, x.Grad(), 0, 0, 0, 8, 0, -12)

	x.ZeroGrad()
	x.RepeatInterleaveBy(New([]int{2, 0, 3}), 1).Sum().Backward()
	wantData(t, x.Grad(), 2, 0, 3, 2, 0, 3)

	x.ZeroGrad()
	v := New([]float32{7, 8}).RequiresGrad()
	y = x.Mul(x)
	y.SetIndex(v.Mul(v), 0, tensorOfBools(true, false, true))
	y.Sum().Backward()
	wantData(t, x.Grad(), 0, 4, 0, 8, 10, -12)
	wantData(t, v.Grad(), 14, 16)

	if x.NonZero().NeedsGrad() {
		t.Error("places have a gradient")
	}
}

func TestCountedEdges(t *testing.T) {
	testDevice(t)
	none := New([]float32{}, 0, 3)
	for _, c := range []struct {
		name string
		x    *Tensor
		want []int
	}{
		{"nonzero of nothing", none.NonZero(), []int{0, 2}},
		{"nonzero of a scalar", Of(float32(3)).NonZero(), []int{1, 0}},
		{"nonzero of a zero", Of(float32(0)).NonZero(), []int{0, 0}},
		{"nonzero of zeros", New([]int{0, 0}).NonZero(), []int{0, 1}},
		{"masked_select of nothing", none.MaskedSelect(none.GtScalar(0)), []int{0}},
		{"masked_select of a scalar", Of(float32(3)).MaskedSelect(Of(true)), []int{1}},
		{"index by a scalar that is true", none.Index(Of(true)), []int{1, 0, 3}},
		{"index by a scalar that is false", Of(float32(1)).Index(Of(false)), []int{0}},
		{"index by a mask of nothing", none.Index(none.GtScalar(0)), []int{0}},
		{"bincount of nothing", New([]int{}).BinCount(nil, 0), []int{0}},
		{"one_hot", New([]int{4, 1}).OneHot(-1), []int{2, 5}},
		{"repeat_interleave of nothing", none.RepeatInterleaveBy(New([]int{}), 0), []int{0, 3}},
		{"repeat_interleave never", New([]int{1, 2}).RepeatInterleaveBy(New([]int{0, 0})), []int{0}},
	} {
		if got := c.x.Shape(); !slices.Equal(got, c.want) {
			t.Errorf("%s has the shape %v, want %v", c.name, got, c.want)
		}
		if len(c.x.Float32s()) != c.x.Numel() {
			t.Errorf("%s has %d elements, want %d", c.name, len(c.x.Float32s()), c.x.Numel())
		}
	}
}

func TestCountedErrors(t *testing.T) {
	testDevice(t)
	x := New([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	for want, f := range map[string]func(){
		"masked_select: f32[2, 3] and the mask bool[2] do not broadcast":  func() { x.MaskedSelect(tensorOfBools(true, false)) },
		"masked_select: the mask is i64[2]: it must be bool":              func() { x.MaskedSelect(New([]int{1, 0})) },
		"index: a mask of shape [3] does not fit the axes [2]":            func() { x.Index(tensorOfBools(true, false, true)) },
		"bincount: an element is negative":                                func() { New([]int{1, -1}).BinCount(nil, 0) },
		"one_hot: an element is negative":                                 func() { New([]int{1, -1}).OneHot(-1) },
		"repeat_interleave: a number of repeats is negative":              func() { x.RepeatInterleaveBy(New([]int{1, -1}), 0) },
		"repeat_interleave: repeats i64[3] do not fit dimension 0":        func() { x.RepeatInterleaveBy(New([]int{1, 1, 1}), 0) },
		"index: index 9 is out of range for an axis of 6":                 func() { x.Flatten().Index([]int{9}).NonZero() },
		"unique_dim: dimension 2 is out of range":                         func() { x.UniqueDim(2) },
		"nonzero_static: size is -1: it must not be negative":             func() { x.NonZeroStatic(-1) },
		"combinations: the tensor is f32[2, 3]: it must have 1 dimension": func() { x.Combinations(2) },
	} {
		err := Try(f)
		if !strings.Contains(said(err), want) || !strings.Contains(err.Error(), "\n\tcount_test.go:") {
			t.Errorf("got %v, want %q with the line", err, want)
		}
	}
}

func TestCountsUnderVmap(t *testing.T) {
	testDevice(t)
	x := New([]float32{1, 0, 3, 4}, 2, 2)
	b := Batching{Op: "vmap", In: []int{0}, Out: func(int) int { return 0 }}
	err := Try(func() { b.Batched(func(xs []*Tensor) []*Tensor { return []*Tensor{xs[0].NonZero()} }, []*Tensor{x}) })
	if !strings.Contains(said(err), "nonzero: the size of its result depends on values") || !strings.Contains(err.Error(), "count_test.go:") {
		t.Errorf("got %v", err)
	}
	// What is the same for all members is counted once.
	out := b.Batched(func(xs []*Tensor) []*Tensor {
		return []*Tensor{xs[0].IndexSelect(0, New([]int{0, 1}).NonZero().Flatten())}
	}, []*Tensor{x})
	wantData(t, out[0], 0, 4)
}
