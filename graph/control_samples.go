package graph

import (
	"errors"
	"math/rand/v2"
)

// bodyOf is a function of parameters of types in, for samples.
func bodyOf(name string, in []Type, body func(ps []*Value) []*Value) *Func {
	f := NewFunc(name)
	ps := make([]*Value, len(in))
	for i, t := range in {
		ps[i] = f.Param("", t)
	}
	f.Return(body(ps)...)
	f.Settle()
	return f
}

// eachIndex is s once for each of the n results.
func eachIndex(s Sample, n int) []Sample {
	out := make([]Sample, n)
	for i := range out {
		a := *s.Attrs
		a.Index = i
		out[i] = Sample{Attrs: &a, In: s.In, NoFD: s.NoFD}
	}
	return out
}

func condSamples(r *rand.Rand) []Sample {
	x, y := Uniform(r, Float64, -1, 1, 2, 3), Uniform(r, Float64, -1, 1, 3)
	in := []Type{x.Type(), y.Type()}
	body := &Body{Funcs: []*Func{
		bodyOf("product", in, func(ps []*Value) []*Value { return []*Value{ps[0].Mul(ps[1]), ps[1].Exp()} }),
		bodyOf("same", in, func(ps []*Value) []*Value { return []*Value{ps[0].Sin(), ps[1]} }),
	}}
	var out []Sample
	for i := range 2 {
		on := NewArray(Bool)
		on.SetInt(0, int64(i))
		out = append(out, eachIndex(Sample{Attrs: &Attrs{Body: body}, In: []*Array{on, x, y}}, 2)...)
	}
	return out
}

func whileSamples(r *rand.Rand) []Sample {
	c, x := Uniform(r, Float64, 1.1, 1.5), Uniform(r, Float64, 0.1, 1, 3)
	k := NewArray(Int64)
	k.SetInt(0, 4)
	in := []Type{c.Type(), k.Type(), x.Type()}
	body := &Body{Consts: 1, Carry: 2, Funcs: []*Func{
		bodyOf("left", in, func(ps []*Value) []*Value { return []*Value{ps[1].Gt(ps[1].Like(0))} }),
		bodyOf("step", in, func(ps []*Value) []*Value { return []*Value{ps[1].Shift(-1), ps[2].Mul(ps[0]).Sin()} }),
	}}
	return eachIndex(Sample{Attrs: &Attrs{Body: body}, In: []*Array{c, k, x}}, 2)
}

func scanSamples(r *rand.Rand) []Sample {
	w, h, xs := Uniform(r, Float64, -1, 1, 3, 3), Uniform(r, Float64, -1, 1, 2, 3), Uniform(r, Float64, -1, 1, 4, 2, 3)
	in := []Type{w.Type(), h.Type(), {Float64, xs.Type().Shape[1:]}}
	cell := bodyOf("cell", in, func(ps []*Value) []*Value {
		next := ps[1].Dot(ps[0], Dot{LContract: []int{1}, RContract: []int{0}}).Add(ps[2]).Tanh()
		return []*Value{next, next.Mul(ps[2])}
	})
	var out []Sample
	for _, reverse := range []bool{false, true} {
		out = append(out, eachIndex(Sample{
			Attrs: &Attrs{Shape: Ns(4), Body: &Body{Funcs: []*Func{cell}, Consts: 1, Carry: 1, Reverse: reverse}},
			In:    []*Array{w, h, xs},
		}, 2)...)
	}
	free := NewFunc("free") // n has no operand along it
	p := free.Param("", T(Float64, 3))
	free.Return(p.Exp(), NewIota(free, Type{Float64, Shape{Sym("n")}}, 0))
	free.Settle()
	return append(out, eachIndex(Sample{
		Attrs: &Attrs{Shape: Ns(0, 2), Body: &Body{Funcs: []*Func{free}, Carry: 1, Free: []string{"n"}}},
		In:    []*Array{Uniform(r, Float64, -1, 1, 3)},
	}, 2)...)
}

func callSamples(r *rand.Rand) []Sample {
	x, y := Uniform(r, Float64, 0.5, 1, 2, 3), Uniform(r, Float64, 0.5, 1, 3)
	f := bodyOf("ratio", []Type{{Float64, Shape{Sym("a"), Sym("b")}}, {Float64, Shape{Sym("b")}}}, func(ps []*Value) []*Value {
		return []*Value{ps[0].Div(ps[1].Expand(ps[0].Shape...)), ps[1].Log()}
	})
	return eachIndex(Sample{Attrs: &Attrs{Name: "ratio", Body: &Body{Funcs: []*Func{f}, Version: 1}}, In: []*Array{x, y}}, 2)
}

func customSamples(r *rand.Rand) []Sample {
	x, y := Uniform(r, Float64, -1, 1, 2, 3), Uniform(r, Float64, -1, 1, 2, 3)
	twice := &Host{
		Name: "twice",
		Results: func(in []Type) ([]Type, error) {
			if len(in) != 1 || in[0].DType != Float64 {
				return nil, errors.New("takes one f64")
			}
			return in, nil
		},
		Eval: func(in, out []*Array) error {
			for i := range in[0].Len() {
				out[0].SetFloat(i, 2*in[0].F[i])
			}
			return nil
		},
		JVP: func(_ *Value, tan []*Value) *Value { return tan[0].Scale(2) },
	}
	return []Sample{{Attrs: &Attrs{Host: twice, DType: Float64, Shape: Ns(2, 3)}, In: []*Array{x}}, {Attrs: &Attrs{Host: squaredBy()}, In: []*Array{x, y}}}
}

// squaredBy is a function of the host with all its rules: x²·y, linear in y.
func squaredBy() *Host {
	h := &Host{
		Name: "squared_by", Leading: true, Linear: []bool{false, true},
		Infer: func(s *Solver, in []Type) ([]Type, error) {
			if len(in) != 2 || in[0].DType != Float64 || in[1].DType != Float64 || !s.SameShape(in[0].Shape, in[1].Shape) {
				return nil, errors.New("takes two f64 of one shape")
			}
			return in[:1], nil
		},
		Eval: func(in, out []*Array) error {
			for i, x := range in[0].F {
				out[0].SetFloat(i, x*x*in[1].F[i])
			}
			return nil
		},
	}
	h.Transpose = func(v *Value, _ int, ct *Value) *Value {
		return Apply(Custom, &Attrs{Host: h}, v.Args[0], ct)
	}
	h.JVP = func(out *Value, tan []*Value) *Value {
		x, y := out.Args[0], out.Args[1]
		var sum *Value
		if dx := tan[0]; dx != nil {
			sum = dx.Mul(x.Mul(y).Scale(2))
		}
		if dy := tan[1]; dy != nil {
			if d := Apply(Custom, &Attrs{Host: h}, x, dy); sum == nil {
				sum = d
			} else {
				sum = sum.Add(d)
			}
		}
		return sum
	}
	return h
}
