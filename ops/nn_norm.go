package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// standardize is x less its mean, over its deviation, over axes. The mean and the reciprocal deviation stay with
// size 1 along axes.
func standardize(x *graph.Value, axes []int, eps float64) (y, mean, rstd *graph.Value) {
	mean, variance := deviation("norm", x, axes, graph.IntOf(0))
	rstd = variance.Add(givenLike(x, eps)).Rsqrt()
	return x.Sub(mean).Mul(rstd), mean, rstd
}

// scaleShift is x·weight + bias, each of which may be nil, in x's dtype.
func scaleShift(x, weight, bias *graph.Value) *graph.Value {
	if weight != nil {
		x = x.Mul(weight.Cast(x.DType))
	}
	if bias != nil {
		x = x.Add(bias.Cast(x.DType))
	}
	return x
}

// trailing are the last axes of x, which must have the given sizes, as must the parameters.
func trailing(op string, x *graph.Value, sizes []graph.Size, params ...*graph.Value) []int {
	n := len(sizes)
	s := x.Home.Solver()
	if n == 0 || n > x.Rank() || !s.SameShape(x.Shape[x.Rank()-n:], sizes) {
		graph.Fail(op, "the last sizes of %s are not normalized_shape %s", x.Type, graph.Shape(sizes))
	}
	for _, p := range params {
		if p != nil && !s.SameShape(p.Shape, sizes) {
			graph.Fail(op, "the parameter %s does not fit normalized_shape %s", p.Type, graph.Shape(sizes))
		}
	}
	return allDims(x.Rank())[x.Rank()-n:]
}

func nativeLayerNorm(x *graph.Value, sizes []graph.Size, weight, bias *graph.Value, eps float64) (y, mean, rstd *graph.Value) {
	needFloat("layer_norm", x)
	axes := trailing("layer_norm", x, sizes, weight, bias)
	d := x.DType
	y, mean, rstd = standardize(x.Cast(wide(d)), axes, eps)
	return scaleShift(y, weight, bias).Cast(d), mean.Cast(d), rstd.Cast(d)
}

// rmsNorm divides by the root of the mean square.
func rmsNorm(x *graph.Value, sizes []graph.Size, weight *graph.Value, eps *float64) *graph.Value {
	needFloat("rms_norm", x)
	axes := trailing("rms_norm", x, sizes, weight)
	d := x.DType
	least := epsilon(d)
	x = x.Cast(wide(d))
	slack := x.Like(least)
	if eps != nil {
		slack = givenLike(x, *eps)
	}
	return scaleShift(x.Mul(x.Mul(x).Mean(axes...).Add(slack).Rsqrt()), weight, nil).Cast(d)
}

// epsilon is the distance from 1 to the next number of d's wide form.
func epsilon(d graph.DType) float64 {
	if wide(d) == graph.Float64 {
		return 0x1p-52
	}
	return 0x1p-23
}

// perChannel gives p, one number for each channel of an input of the given rank, the axes that broadcast to it.
func perChannel(op string, x, p *graph.Value) *graph.Value {
	if p == nil {
		return nil
	}
	if p.Rank() != 1 || !x.Home.Solver().Same(p.Shape[0], x.Shape[1]) {
		graph.Fail(op, "the parameter %s does not fit the %s channels of %s", p.Type, x.Shape[1], x.Type)
	}
	shape := make([]graph.Size, x.Rank()-1)
	for i := range shape {
		shape[i] = graph.N(1)
	}
	shape[0] = p.Shape[0]
	return p.Reshape(shape...)
}

func groupNorm(x *graph.Value, groups int, weight, bias *graph.Value, eps float64) *graph.Value {
	needFloat("group_norm", x)
	if x.Rank() < 2 || groups < 1 {
		graph.Fail("group_norm", "cannot part the channels of %s into %d groups", x.Type, groups)
	}
	c := x.Shape[1]
	if k, ok := c.Int(); ok && k%groups != 0 {
		graph.Fail("group_norm", "%d channels of %s do not part into %d groups", k, x.Type, groups)
	}
	d, shape := x.DType, x.Shape
	w, b := perChannel("group_norm", x, weight), perChannel("group_norm", x, bias)
	split := slices.Concat(graph.Shape{shape[0], graph.N(groups), c.Div(graph.N(groups))}, shape[2:])
	y := x.Cast(wide(d)).Reshape(split...)
	y, _, _ = standardize(y, allDims(len(split))[2:], eps)
	return scaleShift(y.Reshape(shape...), w, b).Cast(d)
}

// batchNorm normalises each channel over all else: by the batch's own moments in training, which move the running
// ones by momentum, or by the running ones.
func batchNorm(x, weight, bias, runMean, runVar *graph.Value, training bool, momentum, eps float64) (y, mean, rstd, nextMean, nextVar *graph.Value) {
	needFloat("batch_norm", x)
	if x.Rank() < 2 {
		graph.Fail("batch_norm", "takes [N, C, …], not %s", x.Type)
	}
	if !training && (runMean == nil || runVar == nil) {
		graph.Fail("batch_norm", "needs running statistics outside training")
	}
	d, p := x.DType, x.DType // of the result, of the statistics
	if runMean != nil {
		p = runMean.DType
	}
	w, b := perChannel("batch_norm", x, weight), perChannel("batch_norm", x, bias)
	v := x.Cast(wide(d))
	axes := slices.Delete(allDims(x.Rank()), 1, 2)
	c := x.Shape[1]
	if !training {
		m, s := perChannel("batch_norm", x, runMean).Cast(v.DType), perChannel("batch_norm", x, runVar).Cast(v.DType)
		mean, rstd = m, s.Add(givenLike(v, eps)).Rsqrt()
		y = scaleShift(v.Sub(mean).Mul(rstd), w, b).Cast(d)
		return y, mean.Reshape(c).Cast(p), rstd.Reshape(c).Cast(p), runMean, runVar
	}
	checkManyPerChannel(x, axes)
	mean, variance := deviation("batch_norm", v, axes, graph.IntOf(0))
	rstd = variance.Add(givenLike(v, eps)).Rsqrt()
	y = scaleShift(v.Sub(mean).Mul(rstd), w, b).Cast(d)
	move := func(run, batch *graph.Value) *graph.Value {
		if run == nil {
			return nil
		}
		m, r := givenLike(batch, momentum), run.Cast(batch.DType)
		return r.Mul(m.Neg().Shift(1)).Add(batch.Stop().Reshape(c).Mul(m)).Cast(run.DType)
	}
	n := countOf(v, axes)
	return y, mean.Reshape(c).Cast(p), rstd.Reshape(c).Cast(p), move(runMean, mean), move(runVar, variance.Mul(n).Div(n.Shift(-1)))
}

func checkManyPerChannel(x *graph.Value, axes []int) {
	n := graph.N(1)
	for _, a := range axes {
		n = n.Mul(x.Shape[a])
	}
	if n.Is(1) {
		graph.Fail("batch_norm", "training takes more than one value for each channel, and %s has one", x.Type)
	}
}

// instanceNorm normalises each channel of each sample alone.
func instanceNorm(x, weight, bias, runMean, runVar *graph.Value, useInput bool, momentum, eps float64) (y, nextMean, nextVar *graph.Value) {
	if x.Rank() < 3 {
		graph.Fail("instance_norm", "takes [N, C, …], not %s", x.Type)
	}
	if !useInput {
		y, _, _, nextMean, nextVar = batchNorm(x, weight, bias, runMean, runVar, false, momentum, eps)
		return y, nextMean, nextVar
	}
	n, c := x.Shape[0], x.Shape[1]
	flat := x.Reshape(slices.Concat(graph.Shape{graph.N(1), n.Mul(c)}, x.Shape[2:])...)
	each := func(p *graph.Value) *graph.Value {
		if p == nil {
			return nil
		}
		return p.Unsqueeze(0).Expand(n, c).Reshape(n.Mul(c))
	}
	y, _, _, nextMean, nextVar = batchNorm(flat, each(weight), each(bias), each(runMean), each(runVar), true, momentum, eps)
	mean := func(p *graph.Value) *graph.Value {
		if p == nil {
			return nil
		}
		return dropAxis(p.Reshape(n, c).Mean(0), 0)
	}
	return y.Reshape(x.Shape...), mean(nextMean), mean(nextVar)
}

func batchSamples(training bool) sampler {
	return func(r *rand.Rand) []Sample {
		return []Sample{
			call(f32(r, 4, 3, 5), f32(r, 3), f32(r, 3), f32(r, 3), positive(r, 3), training, 0.1, 1e-5),
			call(f32(r, 4, 3), nil, nil, f32(r, 3), positive(r, 3), training, 0.3, 1e-3),
			call(bf16(r, 4, 3, 2, 2), f32(r, 3), f32(r, 3), f32(r, 3), positive(r, 3), training, 0.1, 1e-5),
		}
	}
}

func bothModes(r *rand.Rand) []Sample {
	return append(batchSamples(true)(r), batchSamples(false)(r)...)
}

// Normalisation.
var (
	LayerNorm = define(Op{
		Schema: "layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, Tensor? bias=None, float eps=1e-05, bool cudnn_enable=True) -> Tensor",
		Doc:    "The last dimensions brought to mean 0 and variance 1, times weight, plus bias.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), []int{4}, f32(r, 4), f32(r, 4)), call(f32(r, 2, 3, 4), []int{3, 4}), call(bf16(r, 3, 4), []int{4}, bf16(r, 4))}
		},
	}, func(x *graph.Value, sizes []graph.Size, weight, bias *graph.Value, eps float64) *graph.Value {
		y, _, _ := nativeLayerNorm(x, sizes, weight, bias, eps)
		return y
	})
	NativeLayerNorm = define(Op{
		Schema: "native_layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight, Tensor? bias, float eps) -> (Tensor, Tensor, Tensor)", Method: "-",
		Doc:     "Layer_norm with the mean and the reciprocal deviation.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 3, 4), []int{4}, f32(r, 4), nil, 1e-5)} },
	}, nativeLayerNorm)
	RMSNorm = define(Op{
		Schema: "rms_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, float? eps=None) -> Tensor", Method: "RMSNorm",
		Doc: "The last dimensions over the root of their mean square, times weight.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), []int{4}, f32(r, 4), 1e-5), call(f32(r, 2, 3, 4), []int{3, 4}), call(bf16(r, 3, 4), []int{4})}
		},
	}, rmsNorm)
	GroupNorm = define(Op{
		Schema: "group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1e-05, bool cudnn_enabled=True) -> Tensor",
		Doc:    "Groups of channels of each sample brought to mean 0 and variance 1, times weight, plus bias.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 6, 5), 3, f32(r, 6), f32(r, 6)).concrete(), call(f32(r, 2, 4), 2).concrete(), call(bf16(r, 2, 4, 3), 1)}
		},
	}, groupNorm)
	BatchNorm = define(Op{
		Schema: "batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor(a!)? running_mean, Tensor(b!)? running_var, bool training, float momentum, float eps, bool cudnn_enabled=True) -> Tensor",
		Doc:    "Each channel brought to mean 0 and variance 1 by the batch's statistics or the running ones, times weight, plus bias.", Samples: bothModes,
	}, func(x, weight, bias, runMean, runVar *graph.Value, training bool, momentum, eps float64) (y, nextMean, nextVar *graph.Value) {
		y, _, _, nextMean, nextVar = batchNorm(x, weight, bias, runMean, runVar, training, momentum, eps)
		return y, nextMean, nextVar
	})
	NativeBatchNorm = define(Op{
		Schema: "_native_batch_norm_legit(Tensor input, Tensor? weight, Tensor? bias, Tensor(a!) running_mean, Tensor(b!) running_var, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)",
		Method: "-", Doc: "Batch_norm with the mean and the reciprocal deviation.", Samples: bothModes,
	}, batchNorm)
	InstanceNorm = define(Op{
		Schema: "instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor(a!)? running_mean, Tensor(b!)? running_var, bool use_input_stats, float momentum, float eps, bool cudnn_enabled=True) -> Tensor",
		Doc:    "Each channel of each sample brought to mean 0 and variance 1, times weight, plus bias.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 4, 3, 5), f32(r, 3), f32(r, 3), nil, nil, true, 0.1, 1e-5), call(f32(r, 4, 3, 5), nil, nil, f32(r, 3), positive(r, 3), true, 0.1, 1e-5),
				call(f32(r, 4, 3, 5), nil, nil, f32(r, 3), positive(r, 3), false, 0.1, 1e-5)}
		},
	}, instanceNorm)
)
