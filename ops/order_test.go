package ops_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/tensor"
)

var (
	nan = float32(math.NaN())
	inf = float32(math.Inf(1))
)

func wantFloats(t *testing.T, what string, x *tensor.Tensor, want ...float32) {
	t.Helper()
	got := x.Float32s()
	same := func(a, b float32) bool {
		return a == b || a != a && b != b || math.Abs(float64(a-b)) <= 1e-6*math.Abs(float64(b))
	}
	if !slices.EqualFunc(got, want, same) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func wantInts(t *testing.T, what string, x *tensor.Tensor, want ...int64) {
	t.Helper()
	if got := x.Int64s(); !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// refused runs f, which must fail with words.
func refused(t *testing.T, words string, f func() *tensor.Tensor) {
	t.Helper()
	if err := tensor.Try(func() { f().Float32s() }); err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("error %v, want one with %q", err, words)
	}
}

// TestOrders checks where NaN, infinities and equal elements come, as PyTorch has it.
func TestOrders(t *testing.T) {
	x := tensor.New([]float32{2, nan, -inf, 2, inf, nan, -1})
	values, at := x.Sort()
	wantFloats(t, "sort", values, -inf, -1, 2, 2, inf, nan, nan)
	wantInts(t, "sort", at, 2, 6, 0, 3, 4, 1, 5)
	out, err := tensor.Call("sort", []any{x, 0, true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantInts(t, "sort downwards", out[1], 1, 5, 4, 0, 3, 6, 2)
	values, at = x.TopK(3)
	wantFloats(t, "topk", values, nan, nan, inf)
	wantInts(t, "topk", at, 1, 5, 4)
	wantFloats(t, "median", x.Median(), nan)
	wantFloats(t, "nanmedian", x.NanMedian(), 2)
	values, at = x.MedianDim(0)
	wantFloats(t, "median.dim", values, nan)
	wantInts(t, "median.dim", at, 1)
	values, at = x.NanMedianDim(0)
	wantFloats(t, "nanmedian.dim", values, 2)
	wantInts(t, "nanmedian.dim", at, 0)
	wantFloats(t, "the median of nothing", tensor.New([]float32{}).Median(), nan)
	wantFloats(t, "nanmedian of NaN", tensor.New([]float32{nan, nan}).NanMedian(), nan)
	refused(t, "k is 4", func() *tensor.Tensor { v, _ := tensor.New([]float32{1, 2, 3}).TopK(4); return v })
}

// TestRunning checks what is gathered on the way along a dimension at its edges.
func TestRunning(t *testing.T) {
	values, at := tensor.New([]float32{1, 3, 3, nan, 5, nan}).CumMax(0)
	wantFloats(t, "cummax", values, 1, 3, 3, nan, nan, nan)
	wantInts(t, "cummax", at, 0, 1, 2, 3, 3, 5)
	wantFloats(t, "logcumsumexp", tensor.New([]float32{-inf, -inf, 0, 1000, -1000, 1000}).LogCumSumExp(0),
		-inf, -inf, 0, 1000, 1000, 1000+float32(math.Ln2))
	wantFloats(t, "logcumsumexp", tensor.New([]float32{1, inf, 2, nan, 3}).LogCumSumExp(0), 1, inf, inf, nan, nan)
	wantInts(t, "cumsum of bool", tensor.New([]bool{true, false, true}).CumSum(0), 1, 1, 2)

	x := tensor.New([]float32{2, 0, 3, 0, 5}).RequiresGrad()
	x.CumProd(0).Sum().Backward()
	wantFloats(t, "the derivative of cumprod at zeros", x.Grad(), 1, 2+2*3, 0, 0, 0)
	x = tensor.New([]float32{2, 0, 3, 0, 5, 7}, 2, 3).RequiresGrad()
	x.ProdDim(1).Sum().Backward()
	wantFloats(t, "the derivative of prod at zeros", x.Grad(), 0, 6, 0, 35, 0, 0)
	x = tensor.New([]float32{-inf, 1, 1}).RequiresGrad()
	x.LogCumSumExp(0).Slice(0, 1, 3).Sum().Backward()
	wantFloats(t, "the derivative of logcumsumexp", x.Grad(), 0, 1.5, 0.5)
}

// TestWrites checks who wins where several write to one place, and what is refused.
func TestWrites(t *testing.T) {
	zeros := tensor.New(make([]float32, 4))
	index, src := tensor.New([]int64{1, 3, 1, 1}), tensor.New([]float32{1, 2, 3, 4})
	wantFloats(t, "scatter", zeros.Scatter(0, index, src), 0, 4, 0, 2)
	wantFloats(t, "scatter_reduce", src.ScatterReduce(0, index, src, "amin"), 1, 1, 3, 2)
	g := tensor.New(src.Float32s()).RequiresGrad()
	zeros.Scatter(0, index, g).Sum().Backward()
	wantFloats(t, "the derivative of scatter: only what stays has one", g.Grad(), 0, 1, 0, 1)

	back := tensor.New([]int64{-1, 0})
	wantFloats(t, "index_put", zeros.IndexPut([]*tensor.Tensor{back}, tensor.New([]float32{7, 8})), 8, 0, 0, 7)
	m := tensor.New(make([]float32, 6), 2, 3)
	wantFloats(t, "index_put of columns", m.IndexPut([]*tensor.Tensor{nil, back}, tensor.New([]float32{7, 8})), 8, 0, 7, 8, 0, 7)
	m.IndexPut_([]*tensor.Tensor{tensor.New([]bool{true, false})}, tensor.Of(float32(5)))
	wantFloats(t, "index_put of a mask", m, 5, 5, 5, 0, 0, 0)
	wantFloats(t, "take", src.Take(tensor.New([]int64{-1, 0})), 4, 1)
	refused(t, "index -5 is out of range", func() *tensor.Tensor { return src.Take(tensor.New([]int64{-5})) })
	refused(t, "index 4 is out of range", func() *tensor.Tensor {
		return zeros.Scatter(0, tensor.New([]int64{4}), tensor.New([]float32{1}))
	})
	some := []*tensor.Tensor{tensor.New([]bool{true, false, true, false})}
	wantFloats(t, "index_put", zeros.IndexPut(some, tensor.New([]float32{1, 2})), 1, 0, 2, 0)
	refused(t, "must broadcast to [2]", func() *tensor.Tensor { return zeros.IndexPut(some, tensor.New([]float32{1, 2, 3})) })

	mask := tensor.New([]bool{true, false, true, true})
	wantFloats(t, "masked_scatter", zeros.MaskedScatter(mask, src), 1, 0, 2, 3)
	refused(t, "out of range", func() *tensor.Tensor { return zeros.MaskedScatter(mask, tensor.New([]float32{1, 2})) })
	refused(t, "out of range", func() *tensor.Tensor { return zeros.MaskedScatter(mask, tensor.New([]float32{})) })

	wantFloats(t, "narrow", src.NarrowFrom(0, tensor.Of(int64(-2)), 2), 3, 4)
	refused(t, "out of range", func() *tensor.Tensor { return src.NarrowFrom(0, tensor.Of(int64(3)), 2) })
	wantInts(t, "bincount", tensor.New([]int64{1, 3, 1}).BinCount(nil, 5), 0, 2, 0, 1, 0)
	wantInts(t, "bincount", tensor.New([]int64{1, 3, 1}).BinCount(nil, 2), 0, 2, 0, 1)
	refused(t, "is negative", func() *tensor.Tensor { return tensor.New([]int64{1, -3}).BinCount(nil, 0) })
}

// TestBits checks shifts at their edges, and bits read as another dtype.
func TestBits(t *testing.T) {
	x, by := tensor.New([]int8{-128, -1, 1, 100, 3, -3}), tensor.New([]int8{7, 8, 8, 1, -1, -1})
	wantInts(t, "bitwise_left_shift", x.BitwiseLeftShift(by), 0, 0, 0, -56, 0, 0)
	wantInts(t, "bitwise_right_shift", x.BitwiseRightShift(by), -1, -1, 0, 50, 0, -1)
	u := tensor.New([]uint8{128, 255}).BitwiseRightShift(tensor.New([]uint8{7, 8}))
	wantInts(t, "bitwise_right_shift", u, 1, 0)
	wantInts(t, "view", tensor.New([]float32{1, -2}).Bitcast(graph.Int32), 0x3f800000, -0x40000000)
	refused(t, "as many bytes", func() *tensor.Tensor { return x.Bitcast(graph.Int32) })
}
