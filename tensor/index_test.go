package tensor

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// indexed is an index of arange(prod(dims)) in testdata/index.json, and what PyTorch makes of it: the part it names,
// and the tensor after value was written there, the last of several values for a place having been written last.
type indexed struct {
	Dims    []int
	Args    []map[string]json.RawMessage
	Shape   []int
	Strides []int // of views
	Data    []int64
	Value   []json.RawMessage // shape and elements; or none
	After   []int64
}

func unmarshal[T any](t *testing.T, text json.RawMessage) (x T) {
	t.Helper()
	if err := json.Unmarshal(text, &x); err != nil {
		t.Fatal(err)
	}
	return x
}

// indexArgs are the indices as Index takes them.
func indexArgs(t *testing.T, c *indexed) (args []any) {
	for _, a := range c.Args {
		for kind, text := range a {
			switch kind {
			case "i":
				args = append(args, unmarshal[int](t, text))
			case "a":
				args = append(args, All)
			case "e":
				args = append(args, Ellipsis)
			case "n":
				args = append(args, NewAxis)
			case "s":
				s := unmarshal[[]*int](t, text)
				switch {
				case s[0] == nil && s[1] == nil:
					args = append(args, From(0, *s[2]))
				case s[0] == nil:
					args = append(args, To(*s[1], *s[2]))
				case s[1] == nil:
					args = append(args, From(*s[0], *s[2]))
				default:
					args = append(args, Range(*s[0], *s[1], *s[2]))
				}
			case "t", "m":
				parts := unmarshal[[]json.RawMessage](t, text)
				shape, data := unmarshal[[]int](t, parts[0]), unmarshal[[]int64](t, parts[1])
				x := newShaped(data, shape)
				if kind == "m" {
					x = lift("ne", boolOf, x)
				}
				args = append(args, x)
			}
		}
	}
	return args
}

// newShaped is New with the sizes as they are: no sizes make a scalar.
func newShaped[T Element](data []T, shape []int) *Tensor {
	if len(shape) == 0 {
		return Of(data[0])
	}
	return New(data, shape...)
}

func arange(shape []int) *Tensor {
	n := 1
	for _, s := range shape {
		n *= s
	}
	data := make([]int64, n)
	for i := range data {
		data[i] = int64(i)
	}
	return newShaped(data, shape)
}

func TestIndexesAsPyTorch(t *testing.T) {
	testDevice(t)
	file, err := os.ReadFile("testdata/index.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []indexed
	if err := json.Unmarshal(file, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 400 {
		t.Fatalf("only %d cases", len(cases))
	}
	for i, c := range cases {
		args := indexArgs(t, &c)
		x := arange(c.Dims)
		y := x.Index(args...)
		if !slices.Equal(y.Shape(), c.Shape) || !slices.Equal(Data[int64](y), c.Data) {
			t.Fatalf("case %d: %v%v is %v %v; PyTorch: %v %v", i, c.Dims, args, y.Shape(), Data[int64](y), c.Shape, c.Data)
		}
		strides := y.Strides()
		for k := range c.Strides {
			if c.Shape[k] > 1 && strides[k] != c.Strides[k] {
				t.Fatalf("case %d: %v%v has strides %v; PyTorch: %v", i, c.Dims, args, strides, c.Strides)
			}
		}
		if c.Value == nil {
			continue
		}
		value := newShaped(unmarshal[[]int64](t, c.Value[1]), unmarshal[[]int](t, c.Value[0]))
		x.SetIndex(value, args...)
		if got := Data[int64](x); !slices.Equal(got, c.After) {
			t.Fatalf("case %d: %v%v = %v makes %v; PyTorch: %v", i, c.Dims, args, value, got, c.After)
		}
	}
}

func TestIndexLastValueStays(t *testing.T) {
	testDevice(t)
	for n := 1; n < 20; n++ {
		const size = 5
		want := make([]float32, size)
		at, values := make([]int, n), make([]float32, n)
		for k := range n {
			at[k], values[k] = k*k%size, float32(k+1)
			want[at[k]] = values[k]
		}
		x := New(make([]float32, size))
		x.SetIndex(New(values), at)
		wantData(t, x, want...)
	}
}

func TestIndexConverts(t *testing.T) {
	testDevice(t)
	x := New([]int{1, 2, 3})
	x.SetIndex(2.75, 0)
	x.SetIndex(New([]float32{-7.5, 9}), []int{2, 1})
	x.SetIndex(true, tensorOfBools(false, false, true))
	if got := Data[int](x); !slices.Equal(got, []int{2, 9, 1}) {
		t.Errorf("got %v", got)
	}
	y := New([]float32{1, 2, 3})
	y.SetIndex(7, From(1))
	y.SetIndex(y.Index(2), NewAxis, 0)
	wantData(t, y, 7, 7, 7)
}

// boolOf is whether elements are other than zero.
func boolOf(v []*graph.Value) *graph.Value { return v[0].Ne(v[0].Like(0)) }

func tensorOfBools(b ...bool) *Tensor { return New(b) }

func TestIndexErrors(t *testing.T) {
	testDevice(t)
	x := New([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	for want, f := range map[string]func(){
		"index: index 3 is out of range for axis 1 of size 3":                      func() { x.Index(0, 3) },
		"index: index -3 is out of range for axis 0 of size 2":                     func() { x.Index(-3) },
		"index: 3 indices are too many for a tensor of 2 axes [2, 3]":              func() { x.Index(0, All, 0) },
		"index: there can be only one Ellipsis":                                    func() { x.Index(Ellipsis, Ellipsis) },
		"index: a step must be greater than zero, not -1":                          func() { x.Index(From(0, -1)) },
		"index: an index of type string for axis 1":                                func() { x.Index(0, "x") },
		"index: the index for axis 0 is nil: a new axis is NewAxis":                func() { x.Index(nil) },
		"index: index tensors of shapes [[3] [2]] do not broadcast":                func() { x.Index([]int{0, 1, 0}, tensorOfBools(true, false, true)) },
		"index: a tensor of float32 is no index for axis 0":                        func() { x.Index(x) },
		"index: index tensors of shapes [[2] [3]] do not broadcast":                func() { x.Index([]int{0, 1}, []int{0, 1, 2}) },
		"set_index: a mask of shape [3] does not fit the axes [2], from axis 0 on": func() { x.SetIndex(1, tensorOfBools(true, true, true)) },
		"set_index: a value of shape [3] does not fit the part of shape [2]":       func() { x.SetIndex(New([]float32{1, 2, 3}), tensorOfBools(true, true), 0) },
		"set_index: a value of shape [4] does not fit the part of shape [2, 3]":    func() { x.SetIndex(New(make([]float32, 4)), []int{0, 1}) },
		"set_index: a result of shape [2] does not fit the tensor of shape [3]":    func() { x.SetIndex(New(make([]float32, 2)), 0) },
		"set_index: writes a *Tensor or a number, not string":                      func() { x.SetIndex("1", 0) },
		"set_index: a complex number cannot be written to a tensor of float32":     func() { x.SetIndex(1i, 0) },
		"set_index: a leaf that requires a gradient is written in place":           func() { New([]float32{1}).RequiresGrad().SetIndex(1, 0) },
	} {
		err := Try(f)
		if !strings.Contains(said(err), want) || !strings.Contains(err.Error(), "\n\tindex_test.go:") {
			t.Errorf("got %v, want %q with the line", err, want)
		}
	}
	wantData(t, x, 1, 2, 3, 4, 5, 6)
}

// An index in a tensor is looked at when the value is read, each axis by itself.
func TestIndexTensorsOutOfRange(t *testing.T) {
	testDevice(t)
	x := arange([]int{3, 4})
	for want, y := range map[string]*Tensor{
		"index 3 is out of range for an axis of 3":  x.Index([]int{0, 3}),
		"index -4 is out of range for an axis of 3": x.Index([]int{0, -4}),
		"index 4 is out of range for an axis of 4":  x.Index([]int{0, 1}, []int{3, 4}),
		"index -5 is out of range for an axis of 4": x.Index(All, []int{-5}),
	} {
		err := Try(func() { Data[int64](y) })
		if said(err) != "index: "+want || !strings.Contains(err.Error(), "\n\tindex_test.go:") {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	z := arange([]int{3})
	Data[int64](z)
	z.SetIndex(7, []int{0, 3})
	if err := Try(func() { Data[int64](z) }); err == nil || !strings.Contains(err.Error(), "set_index: ") || !strings.Contains(err.Error(), "index 3") {
		t.Errorf("a write out of range gave %v", err)
	}
	if got := Data[int64](z); !slices.Equal(got, []int64{0, 1, 2}) {
		t.Errorf("after a failed write %v", got)
	}
}

func TestIndexGradients(t *testing.T) {
	testDevice(t)
	x := New([]float32{1, 2, 3, 4, 5, 6}, 2, 3).RequiresGrad()
	y := mul(x, x)
	sum(mul(y.Index([]int{1, 1, 0}, []int{2, 2, 0}), New([]float32{1, 10, 100}))).Backward()
	wantData(t, x.Grad(), 200, 0, 0, 0, 0, 132)
	x.ZeroGrad()

	v := New([]float32{7, 8, 9}).RequiresGrad()
	y = mul(x, x)
	y.SetIndex(mul(v, v), 0, []int{1, -2, 2}) // 49 is written over by 64
	sum(y).Backward()
	wantData(t, x.Grad(), 2, 0, 0, 8, 10, 12)
	wantData(t, v.Grad(), 0, 16, 18)
}
