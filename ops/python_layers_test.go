package ops_test

import (
	"fmt"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/goldens"
	"github.com/flambeau-ml/flambeau/tensor"
)

// layerAdapters are pythonAdapters of functions below nn.functional.
var layerAdapters = map[string]adapter{
	"nn.functional.interpolate":           interpolateCall,
	"nn.functional.upsample_bilinear":     upsampleCall("bilinear"),
	"nn.functional.upsample_nearest":      upsampleCall("nearest"),
	"nn.functional.adaptive_max_pool1d":   adaptiveMaxCall(1),
	"nn.functional.adaptive_max_pool2d":   adaptiveMaxCall(2),
	"nn.functional.adaptive_max_pool3d":   adaptiveMaxCall(3),
	"nn.functional.max_unpool1d":          unpoolCall(1),
	"nn.functional.max_unpool2d":          unpoolCall(2),
	"nn.functional.max_unpool3d":          unpoolCall(3),
	"nn.functional.fractional_max_pool2d": fractionalCall(2),
	"nn.functional.alpha_dropout":         withDefaults(named("alpha_dropout", "input", "p", "train"), "p", 0.5, "train", false),
	"nn.functional.feature_alpha_dropout": withDefaults(named("feature_alpha_dropout", "input", "p", "train"), "p", 0.5, "train", false),
	"normal number_mean":                  reordered("normal", 0, 1, 2),
	"normal in_place":                     cloned("normal_functional"),
	"cdouble":                             conversion(graph.Complex128),
	"cfloat":                              conversion(graph.Complex64),
	"histogramdd":                         histogramddCall,
	"gradient":                            gradientCall,
	"nn.functional.fractional_max_pool3d": fractionalCall(3),
}

// intsOf is a number for each of n axes.
func intsOf(v any, n int) []int {
	switch v := v.(type) {
	case int:
		return slices.Repeat([]int{v}, n)
	case goldens.Tuple:
		return intsOf([]any(v), n)
	case []any:
		out := make([]int, len(v))
		for i, e := range v {
			out[i] = e.(int)
		}
		return out
	}
	panic(fmt.Sprintf("%v (%T) are no sizes", v, v))
}

// interpolateCall finds the operator of a mode, as Python does.
func interpolateCall(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
	_, _, kwargs, err := named("", "input", "size", "scale_factor", "mode", "align_corners", "recompute_scale_factor", "antialias")(args, kwargs)
	if err != nil {
		return "", nil, nil, err
	}
	x := kwargs["input"].(*tensor.Tensor)
	n := x.Dim() - 2
	mode, _ := kwargs["mode"].(string)
	if mode == "" {
		mode = "nearest"
	}
	var sizes []int
	var factors []float64
	switch size, factor := kwargs["size"], kwargs["scale_factor"]; {
	case size != nil:
		sizes = intsOf(size, n)
	case factor != nil:
		list, ok := factor.(goldens.Tuple)
		if l, isList := factor.([]any); isList {
			list, ok = l, true
		}
		for i := range n {
			if ok {
				factor = list[i]
			}
			f, ok := goldens.Number(factor)
			if !ok {
				return "", nil, nil, fmt.Errorf("the factor is %v", factor)
			}
			factors = append(factors, f)
		}
		if kwargs["recompute_scale_factor"] == true || mode == "area" {
			for i, f := range factors {
				sizes = append(sizes, int(float64(x.Size(2+i))*f))
			}
			factors = nil
		}
	}
	out := map[string]any{"scale_factors": nil}
	if factors != nil {
		out["scale_factors"] = factors
	}
	args = []any{x, nil}
	if sizes != nil {
		args[1] = sizes
	}
	name, ok := map[string]string{"nearest": "upsample_nearest%dd", "nearest-exact": "_upsample_nearest_exact%dd", "linear": "upsample_linear%dd", "bilinear": "upsample_bilinear%dd",
		"trilinear": "upsample_trilinear%dd", "bicubic": "upsample_bicubic%dd", "area": "adaptive_avg_pool%dd"}[mode]
	if !ok {
		return "", nil, nil, fmt.Errorf("the mode is %q", mode)
	}
	name = fmt.Sprintf(name, n)
	align, given := kwargs["align_corners"].(bool)
	switch mode {
	case "area":
		return name, []any{x, sizes}, nil, nil
	case "nearest", "nearest-exact":
		if given {
			return "", nil, nil, fmt.Errorf("align_corners with mode %s", mode)
		}
	default:
		out["align_corners"] = align
		if kwargs["antialias"] == true {
			name = "_" + name + "_aa"
		}
	}
	return name, args, out, nil
}

func upsampleCall(mode string) adapter {
	return func(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
		kwargs["mode"] = mode
		if mode == "bilinear" {
			kwargs["align_corners"] = true
		}
		return interpolateCall(args, kwargs)
	}
}

// adaptiveMaxCall takes the sizes of the input where Python leaves them out.
func adaptiveMaxCall(n int) adapter {
	name := fmt.Sprintf("adaptive_max_pool%dd", n)
	return func(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
		_, _, kwargs, err := named("", "self", "output_size", "return_indices")(args, kwargs)
		if err != nil {
			return "", nil, nil, err
		}
		delete(kwargs, "return_indices")
		if n > 1 {
			sizes := kwargs["output_size"]
			if t, ok := sizes.(goldens.Tuple); ok {
				sizes = []any(t)
			}
			_, args, _, err := adaptiveCall(name)([]any{kwargs["self"], sizes}, nil)
			if err != nil {
				return "", nil, nil, err
			}
			kwargs["output_size"] = args[1]
		}
		return name, nil, kwargs, nil
	}
}

// unpoolCall finds out the size of the result, as Python does.
func unpoolCall(n int) adapter {
	name := fmt.Sprintf("max_unpool%dd", n)
	return func(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
		_, _, kwargs, err := named("", "self", "indices", "kernel_size", "stride", "padding", "output_size")(args, kwargs)
		if err != nil {
			return "", nil, nil, err
		}
		x := kwargs["self"].(*tensor.Tensor)
		kernel := intsOf(kwargs["kernel_size"], n)
		stride, padding := kernel, slices.Repeat([]int{0}, n)
		if v := kwargs["stride"]; v != nil {
			stride = intsOf(v, n)
		}
		if v := kwargs["padding"]; v != nil {
			padding = intsOf(v, n)
		}
		size := make([]int, n)
		for i := range size {
			size[i] = (x.Size(x.Dim()-n+i)-1)*stride[i] + kernel[i] - 2*padding[i]
		}
		if v := kwargs["output_size"]; v != nil {
			asked := intsOf(v, n)
			asked = asked[len(asked)-n:]
			for i, k := range asked {
				if k <= size[i]-stride[i] || k >= size[i]+stride[i] {
					return "", nil, nil, fmt.Errorf("output_size %v is not next to %v", asked, size)
				}
			}
			size = asked
		}
		out := map[string]any{}
		if n == 3 {
			out["stride"], out["padding"] = stride, padding
		}
		return name, []any{x, kwargs["indices"], size}, out, nil
	}
}

// fractionalCall draws where windows begin, as Python does when it is not told.
func fractionalCall(n int) adapter {
	name := fmt.Sprintf("fractional_max_pool%dd", n)
	return func(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
		_, _, kwargs, err := named("", "self", "kernel_size", "output_size", "output_ratio", "return_indices", "_random_samples")(args, kwargs)
		if err != nil {
			return "", nil, nil, err
		}
		x := kwargs["self"].(*tensor.Tensor)
		random, _ := kwargs["_random_samples"].(*tensor.Tensor)
		if random == nil {
			batch := 1
			if x.Dim() == n+2 {
				batch = x.Size(0)
			}
			random = tensor.Rand(tensor.NewGenerator(7), batch, x.Size(-n-1), n)
		}
		var size []int
		if v := kwargs["output_size"]; v != nil {
			size = intsOf(v, n)
		} else {
			ratio, ok := goldens.Number(kwargs["output_ratio"])
			if !ok {
				return "", nil, nil, fmt.Errorf("the ratio is %v", kwargs["output_ratio"])
			}
			for i := range n {
				size = append(size, int(float64(x.Size(x.Dim()-n+i))*ratio))
			}
		}
		return name, []any{x, intsOf(kwargs["kernel_size"], n), size, random}, nil, nil
	}
}

func histogramddCall(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
	if n, ok := args[1].(int); ok {
		x := args[0].(*tensor.Tensor)
		args[1] = slices.Repeat([]int{n}, x.Size(x.Dim()-1))
	}
	return "histogramdd", args, kwargs, nil
}

// gradientCall finds the overload of gradient: one number for all dimensions, one for each, or the coordinates along each.
func gradientCall(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
	x := args[0].(*tensor.Tensor)
	var dims []int
	switch d := kwargs["dim"].(type) {
	case nil:
		for i := range x.Dim() {
			dims = append(dims, i)
		}
	default:
		dims = intsOf(d, 1)
	}
	out := map[string]any{"dim": dims}
	if v, ok := kwargs["edge_order"]; ok {
		out["edge_order"] = v
	}
	spacing := kwargs["spacing"]
	if t, ok := spacing.(goldens.Tuple); ok {
		spacing = []any(t)
	}
	list, ok := spacing.([]any)
	if !ok {
		number := 1.0
		if spacing != nil {
			number, ok = goldens.Number(spacing)
			if !ok {
				return "", nil, nil, fmt.Errorf("the spacing is %v", spacing)
			}
		}
		out["spacing"] = slices.Repeat([]float64{number}, len(dims))
		return "gradient.scalararray", []any{x}, out, nil
	}
	if len(list) > 0 {
		if _, ok := list[0].(*tensor.Tensor); ok {
			out["spacing"] = list
			return "gradient.tensorarray", []any{x}, out, nil
		}
	}
	var numbers []float64
	for _, v := range list {
		f, ok := goldens.Number(v)
		if !ok {
			return "", nil, nil, fmt.Errorf("the spacing is %v", v)
		}
		numbers = append(numbers, f)
	}
	out["spacing"] = numbers
	return "gradient.scalararray", []any{x}, out, nil
}
