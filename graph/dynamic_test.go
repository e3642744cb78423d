package graph

import (
	"math/rand/v2"
	"testing"
)

// TestBatchDynamic gives each member of a batch starts of its own, inside and outside the array.
func TestBatchDynamic(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	axes, whole, part := []int{0, 2}, []int{5, 2, 6}, []int{3, 2, 2}
	starts := [][]int64{{0, 1, 2, 9, -4}, {4, 9, 0, 3, -1}} // the second beyond all in u64
	const n = 5
	x, y := Uniform(r, Float32, -1, 1, append([]int{n}, whole...)...), Uniform(r, Float32, -1, 1, append([]int{n}, part...)...)
	s0, s1 := NewArray(Int32, n), NewArray(Uint64, n)
	copy(s0.I, starts[0])
	copy(s1.I, starts[1])
	for _, c := range []struct {
		op *Primitive
		a  *Attrs
		in []*Array
	}{
		{DynamicSlice, &Attrs{Axes: axes, Shape: Ns(3, 2)}, []*Array{x, s0, s1}},
		{DynamicUpdate, &Attrs{Axes: axes}, []*Array{x, y, s0, s1}},
	} {
		f := NewFunc("")
		var args []*Value
		for _, in := range c.in {
			args = append(args, f.Param("", in.Type()))
		}
		f.Return(ApplyBatch(c.op, c.a, args, []bool{true, true, true, true}[:len(args)], N(n)))
		got, err := Eval(f, nil, c.in)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			var in []*Array
			for _, x := range c.in {
				one := NewArray(x.DType, x.Dims[1:]...)
				for k := range one.Len() {
					copyElement(one, k, x, i*one.Len()+k)
				}
				in = append(in, one)
			}
			want, err := EvalOp(c.op, c.a, in...)
			if err != nil {
				t.Fatal(err)
			}
			for k, w := range want.F {
				if g := got[0].F[i*want.Len()+k]; g != w {
					t.Fatalf("%s: member %d, element %d is %v, want %v", c.op, i, k, g, w)
				}
			}
		}
	}
}
