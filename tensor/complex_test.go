package tensor

import (
	"math"
	"math/cmplx"
	"strings"
	"testing"
)

func wantComplex(t *testing.T, what string, got *Tensor, want ...complex128) {
	t.Helper()
	data := got.Detach().Complex128s()
	if len(data) != len(want) {
		t.Fatalf("%s is %v, want %v", what, data, want)
	}
	for i, c := range data {
		if cmplx.Abs(c-want[i]) > 1e-12*(1+cmplx.Abs(want[i])) {
			t.Errorf("%s is %v, want %v", what, data, want)
			return
		}
	}
}

// TestComplexGradients holds the convention: the gradient of a real loss in z = a + ib is ∂L/∂a + i·∂L/∂b. The values
// are PyTorch's.
func TestComplexGradients(t *testing.T) {
	testDevice(t)
	c := New([]complex128{2 + 1i, -1i})
	for name, test := range map[string]struct {
		loss func(z *Tensor) *Tensor
		want []complex128
	}{
		"Re Σ z":            {func(z *Tensor) *Tensor { return z.Sum().Real() }, []complex128{1, 1}},
		"Im Σ z":            {func(z *Tensor) *Tensor { return z.Sum().Imag() }, []complex128{1i, 1i}},
		"Re Σ c·z":          {func(z *Tensor) *Tensor { return z.Mul(c).Sum().Real() }, []complex128{2 - 1i, 1i}},
		"Re Σ conj(z)·c":    {func(z *Tensor) *Tensor { return z.Conj().Mul(c).Sum().Real() }, []complex128{2 + 1i, -1i}},
		"Σ |z|":             {func(z *Tensor) *Tensor { return z.Abs().Sum() }, []complex128{0.6 - 0.8i, 0}},
		"Re Σ z·conj(z)":    {func(z *Tensor) *Tensor { return z.Mul(z.Conj()).Sum().Real() }, []complex128{6 - 8i, 0}},
		"Im Σ z²":           {func(z *Tensor) *Tensor { return z.Square().Sum().Imag() }, []complex128{-8 + 6i, 0}},
		"Σ angle z":         {func(z *Tensor) *Tensor { return z.Angle().Sum() }, []complex128{0.16 + 0.12i, 0}},
		"Re dot(z, c)":      {func(z *Tensor) *Tensor { return z.Dot(c).Real() }, []complex128{2 - 1i, 1i}},
		"Re vdot(z, c)":     {func(z *Tensor) *Tensor { return z.Vdot(c).Real() }, []complex128{2 + 1i, -1i}},
		"Σ view_as_real(z)": {func(z *Tensor) *Tensor { return z.ViewAsReal().Sum() }, []complex128{1 + 1i, 1 + 1i}},
	} {
		z := New([]complex128{3 - 4i, 0}).RequiresGrad()
		test.loss(z).Backward()
		wantComplex(t, "the gradient of "+name, z.Grad(), test.want...)
	}
	// A real tensor that meets complex ones gets a real gradient.
	x := New([]float64{1, 2}).RequiresGrad()
	x.Mul(c).Abs().Sum().Backward()
	if got := Data[float64](x.Grad()); math.Abs(got[0]-math.Sqrt(5)) > 1e-12 || got[1] != 1 {
		t.Errorf("the gradient of a real factor is %v", got)
	}
	// A complex result takes a seed.
	z := New([]complex128{1 + 2i}).RequiresGrad()
	z.Mul(z).Backward(Seed(New([]complex128{1i})))
	wantComplex(t, "the gradient with a seed", z.Grad(), 1i*cmplx.Conj(2*(1+2i)))
}

func TestComplexViews(t *testing.T) {
	testDevice(t)
	z := New([]complex64{1 + 2i, 3 + 4i, 5 + 6i, 7 + 8i}, 2, 2)
	z.Real().Select(0, 1).MulScalar_(10)
	z.Transpose(0, 1).Imag().Select(0, 0).Zero_()
	wantComplex(t, "what was written through parts", z, 1, 3+4i, 50, 70+8i)
	w := z.Conj()
	w.Select(0, 0).AddScalar_(1i)
	wantComplex(t, "what was written through the conjugate", z, 1-1i, 3+3i, 50, 70+8i)
	wantComplex(t, "the conjugate", w, 1+1i, 3-3i, 50, 70-8i)
	if s := z.Imag().Strides(); s[0] != 4 || s[1] != 2 {
		t.Errorf("the imaginary part has strides %v", s)
	}
	x := New([]float32{1, 2})
	x.Real().MulScalar_(3) // of real tensors it is the tensor itself
	if got := Data[float32](x); got[1] != 6 {
		t.Errorf("the real part of a real tensor is no view: %v", got)
	}
}

func TestComplexReading(t *testing.T) {
	testDevice(t)
	z := Of(complex(1.5, -2))
	if got := z.ItemComplex(); got != 1.5-2i {
		t.Errorf("ItemComplex is %v", got)
	}
	wantComplex(t, "a real tensor", New([]int64{3}), 3)
	if got := Data[float32](z.To(Float32)); got[0] != 1.5 {
		t.Errorf("converted to float32 it is %v", got)
	}
	for want, f := range map[string]func(){
		"complex128[] are not real":       func() { z.Item() },
		"complex128[1] are not real":      func() { New([]complex128{1}).Float64s() },
		"is complex: give a Seed":         func() { New([]complex128{1}).RequiresGrad().Sum().Backward() },
		"sign: does not take complex":     func() { z.Sign() },
		"lt: does not take complex":       func() { z.Lt(z) },
		"complex numbers are not rounded": func() { z.Floor() },
		"takes complex tensors":           func() { New([]float32{1}).Imag() },
	} {
		if err := Try(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}
