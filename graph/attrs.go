package graph

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Attrs are the attributes of an application of a primitive; each primitive says which it uses and how. Axes, Step,
// Window, Dot, DType, Batch, Name, Body, Host and Index are structure: programs that differ in them are different
// programs. Sizes (Shape, Start) and the Value of a number are parameters, which one program takes at run time. Attrs
// are never changed once they are part of a value.
type Attrs struct {
	Axes   []int   // axes acted on: of reductions, the permutation, new ones of a broadcast, the one that concat or a sum goes along …
	Shape  []Size  // sizes of the result: of all its axes, of the new ones of a broadcast, of those of dynamic_slice
	Start  []Size  // where a slice begins; where the operand of pad begins in the result
	Step   []int   // steps of a slice; distances of the operand's elements in the result of pad; the order of argsort
	Window *Window // convolutions and pooling
	Dot    *Dot    // which axes dot contracts
	DType  DType   // the result's element type: const, number, cast, bitcast, iota, size
	Value  Scalar  // const and number
	Batch  int     // gather and scatters: how many leading axes operand and index share
	Name   string  // param; call: the name of the composite, if it has one
	Body   *Body   // call, cond, while, scan: the functions that they apply
	Host   *Host   // custom: the function of the host
	Index  int     // call, cond, while, scan, custom: which of the results
}

// Window is the geometry of a convolution or pooling: one entry for each spatial axis.
type Window struct {
	Size     []int // of the window
	Stride   []int
	Low      []int // padding before
	High     []int // padding after
	Dilation []int // distance of the window's elements
	Groups   int   // convolutions: channel groups, at least 1
}

// Out is the number of windows that fit an axis of size in: ⌊(in + low + high − dilation·(size−1) − 1)/stride⌋ + 1.
func (w *Window) Out(axis int, in Size) Size {
	span := w.Low[axis] + w.High[axis] - w.Dilation[axis]*(w.Size[axis]-1) - 1
	return in.Add(N(span)).Div(N(w.Stride[axis])).Add(N(1))
}

// Equal reports whether w and v are the same geometry; both may be nil.
func (w *Window) Equal(v *Window) bool {
	if w == nil || v == nil {
		return w == v
	}
	return slices.Equal(w.Size, v.Size) && slices.Equal(w.Stride, v.Stride) && slices.Equal(w.Low, v.Low) &&
		slices.Equal(w.High, v.High) && slices.Equal(w.Dilation, v.Dilation) && w.Groups == v.Groups
}

// Dot says which axes of two operands a contraction pairs: batch axes run along both and stay, contracted axes are
// summed over. The result has the batch axes, then the other axes of the left operand, then those of the right.
type Dot struct {
	LBatch, RBatch       []int
	LContract, RContract []int
}

// Equal reports whether d and e pair the same axes; both may be nil.
func (d *Dot) Equal(e *Dot) bool {
	if d == nil || e == nil {
		return d == e
	}
	return slices.Equal(d.LBatch, e.LBatch) && slices.Equal(d.RBatch, e.RBatch) &&
		slices.Equal(d.LContract, e.LContract) && slices.Equal(d.RContract, e.RContract)
}

var noAttrs Attrs

// Equal reports whether a and b are the same attributes; nil is the zero Attrs.
func (a *Attrs) Equal(b *Attrs) bool {
	if a == b {
		return true
	}
	if a == nil {
		a = &noAttrs
	}
	if b == nil {
		b = &noAttrs
	}
	return slices.Equal(a.Axes, b.Axes) && Shape(a.Shape).Equal(b.Shape) && Shape(a.Start).Equal(b.Start) &&
		slices.Equal(a.Step, b.Step) && a.Window.Equal(b.Window) && a.Dot.Equal(b.Dot) && a.DType == b.DType &&
		a.Value.Equal(b.Value) && a.Batch == b.Batch && a.Name == b.Name &&
		a.Body.Equal(b.Body) && a.Host == b.Host && a.Index == b.Index
}

// MapSizes is a with f applied to each size; a itself where f changes none.
func (a *Attrs) MapSizes(f func(Size) Size) *Attrs {
	if a == nil || len(a.Shape)+len(a.Start) == 0 {
		return a
	}
	shape, start := mapSizes(a.Shape, f), mapSizes(a.Start, f)
	if shape == nil && start == nil {
		return a
	}
	b := *a
	if shape != nil {
		b.Shape = shape
	}
	if start != nil {
		b.Start = start
	}
	return &b
}

// mapSizes is list with f applied to each size; nil where f changes none.
func mapSizes(list []Size, f func(Size) Size) (out []Size) {
	for i, s := range list {
		n := f(s)
		if out == nil && !s.Equal(n) {
			out = slices.Clone(list)
		}
		if out != nil {
			out[i] = n
		}
	}
	return out
}

// ScalarKind says which of Python's kinds of number a Scalar is; type promotion asks for it.
type ScalarKind uint8

// The kinds of number, in the order in which they promote. The zero kind is no number.
const (
	NoScalar ScalarKind = iota
	BoolScalar
	IntScalar
	FloatScalar
	ComplexScalar
)

// Scalar is a number of one of Python's kinds: exactly an int64, a float64 or a complex128.
type Scalar struct {
	kind ScalarKind
	i    int64
	re   float64
	im   float64
	cell Cell
}

// Cell is where a number comes from that may be another one the next time: Touch is called when the number itself is asked
// for, as by an operator that does something else for 1.
type Cell interface{ Touch() }

// In is s as the present value of a cell.
func (s Scalar) In(c Cell) Scalar {
	s.cell = c
	return s
}

// Cell is the cell whose present value s is, or nil.
func (s Scalar) Cell() Cell { return s.cell }

// Plain is s as a number that comes from nowhere.
func (s Scalar) Plain() Scalar {
	s.cell = nil
	return s
}

func (s Scalar) touch() {
	if s.cell != nil {
		s.cell.Touch()
	}
}

// BoolOf, IntOf, FloatOf and ComplexOf make scalars.
func BoolOf(b bool) Scalar {
	if b {
		return Scalar{kind: BoolScalar, i: 1}
	}
	return Scalar{kind: BoolScalar}
}

// IntOf is the integer i.
func IntOf(i int64) Scalar { return Scalar{kind: IntScalar, i: i} }

// FloatOf is the real number f.
func FloatOf(f float64) Scalar { return Scalar{kind: FloatScalar, re: f} }

// ComplexOf is the complex number c.
func ComplexOf(c complex128) Scalar { return Scalar{kind: ComplexScalar, re: real(c), im: imag(c)} }

// ScalarOf makes a scalar of any of Go's numbers or a bool.
func ScalarOf(x any) (Scalar, error) {
	switch x := x.(type) {
	case Scalar:
		return x, nil
	case bool:
		return BoolOf(x), nil
	case int:
		return IntOf(int64(x)), nil
	case int8:
		return IntOf(int64(x)), nil
	case int16:
		return IntOf(int64(x)), nil
	case int32:
		return IntOf(int64(x)), nil
	case int64:
		return IntOf(x), nil
	case uint8:
		return IntOf(int64(x)), nil
	case uint16:
		return IntOf(int64(x)), nil
	case uint32:
		return IntOf(int64(x)), nil
	case float32:
		return FloatOf(float64(x)), nil
	case float64:
		return FloatOf(x), nil
	case complex64:
		return ComplexOf(complex128(x)), nil
	case complex128:
		return ComplexOf(x), nil
	}
	return Scalar{}, fmt.Errorf("%T is not a number", x)
}

// Kind is the kind of s.
func (s Scalar) Kind() ScalarKind { return s.kind }

// Float is s as a float64; the real part of a complex number.
func (s Scalar) Float() float64 {
	s.touch()
	if s.kind <= IntScalar {
		return float64(s.i)
	}
	return s.re
}

// Int is s as an int64; real numbers are cut off towards zero, as FloatToInt does.
func (s Scalar) Int() int64 {
	s.touch()
	if s.kind <= IntScalar {
		return s.i
	}
	return FloatToInt(Int64, s.re)
}

// Complex is s as a complex128.
func (s Scalar) Complex() complex128 { return complex(s.Float(), s.im) }

// Equal reports whether s and t are the same number of the same kind, bit for bit.
func (s Scalar) Equal(t Scalar) bool {
	s.touch()
	t.touch()
	return s.kind == t.kind && s.i == t.i && math.Float64bits(s.re) == math.Float64bits(t.re) &&
		math.Float64bits(s.im) == math.Float64bits(t.im)
}

// Bits is the value of s as two words that differ where scalars of one kind differ.
func (s Scalar) Bits() (a, b uint64) {
	s.touch()
	if s.kind <= IntScalar {
		return uint64(s.i), 0
	}
	return math.Float64bits(s.re), math.Float64bits(s.im)
}

// String is the text form: "true", "3", "2.5", "1+2i", "nan", "-inf"; reals always show that they are real.
func (s Scalar) String() string {
	switch s.kind {
	case NoScalar:
		return "none"
	case BoolScalar:
		return strconv.FormatBool(s.i != 0)
	case IntScalar:
		return strconv.FormatInt(s.i, 10)
	case FloatScalar:
		return formatReal(s.re)
	}
	im := formatReal(s.im)
	if im[0] != '-' {
		im = "+" + im
	}
	return "(" + formatReal(s.re) + im + "i)"
}

func formatReal(f float64) string {
	if b := math.Float64bits(f); f != f && b != math.Float64bits(math.NaN()) {
		return fmt.Sprintf("nan:%016x", b) // another NaN than Go's: its bits count
	}
	t := strings.ToLower(strconv.FormatFloat(f, 'g', -1, 64))
	if t == "+inf" {
		t = "inf"
	}
	if !strings.ContainsAny(t, ".enia") {
		t += ".0"
	}
	return t
}
