package bench

import "github.com/flambeau-ml/flambeau/tensor"

// functions is elementary functions of numbers that a cache holds, drawn from where each function is worth computing.
func functions() []Case {
	const n = 32 << 10
	even := func(lo, hi float64) func(in *Inputs, n int) *tensor.Tensor {
		return func(in *Inputs, n int) *tensor.Tensor { return in.Uniform(lo, hi, n) }
	}
	spread := func(lo, hi float64) func(in *Inputs, n int) *tensor.Tensor {
		return func(in *Inputs, n int) *tensor.Tensor { return in.Spread(lo, hi, n) }
	}
	var cases []Case
	for _, f := range []struct {
		name string
		of   func(x *tensor.Tensor) *tensor.Tensor
		draw func(in *Inputs, n int) *tensor.Tensor
	}{
		{"exp", (*tensor.Tensor).Exp, even(-87, 88)},
		{"log", (*tensor.Tensor).Log, spread(-126, 127)},
		{"log1p", (*tensor.Tensor).Log1p, spread(-30, 100)},
		{"expm1", (*tensor.Tensor).Expm1, even(-20, 88)},
		{"tanh", (*tensor.Tensor).Tanh, even(-10, 10)},
		{"erf", (*tensor.Tensor).Erf, even(-5, 5)},
		{"sigmoid", (*tensor.Tensor).Sigmoid, even(-88, 88)},
		{"sin", (*tensor.Tensor).Sin, even(-100, 100)},
		{"cos", (*tensor.Tensor).Cos, even(-100, 100)},
		{"rsqrt", (*tensor.Tensor).Rsqrt, spread(-126, 127)},
		{"sqrt", (*tensor.Tensor).Sqrt, spread(-126, 127)},
		{"gelu", (*tensor.Tensor).GELU, even(-10, 10)},
		{"silu", (*tensor.Tensor).SiLU, even(-88, 88)},
		{"elu", (*tensor.Tensor).ELU, even(-10, 10)},
	} {
		cases = append(cases, Case{
			Name: f.name + "_32K", Family: "functions", Work: Work{Read: 4 * n, Write: 4 * n},
			Make: func(in *Inputs) Step {
				x := f.draw(in, in.Size(n, 1000))
				return func() []*tensor.Tensor { return one(f.of(x)) }
			},
		})
	}
	return append(cases, Case{
		Name: "pow_32K", Family: "functions", Work: Work{Read: 8 * n, Write: 4 * n},
		Make: func(in *Inputs) Step {
			n := in.Size(n, 1000)
			x, y := in.Spread(-8, 8, n), in.Uniform(-8, 8, n)
			return func() []*tensor.Tensor { return one(x.Pow(y)) }
		},
	})
}
