package ops_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/goldens"
	"github.com/flambeau-ml/flambeau/tensor"
)

// pythonNames are functions of Python's whose operator has another name.
var pythonNames = map[string]string{
	"nn.functional.cross_entropy": "cross_entropy_loss", "nn.functional.logsigmoid": "log_sigmoid", "H": "matrix_H", "T": "t",
	"__radd__": "add", "__rmul__": "mul", "__rsub__": "rsub", "__rand__": "bitwise_and", "__ror__": "bitwise_or",
	"__rxor__": "bitwise_xor", "native_batch_norm": "_native_batch_norm_legit",
	"linalg.vector_norm": "linalg_vector_norm", "nn.functional.unfold": "im2col",
	"slice": "slice.Tensor", "_segment_reduce": "segment_reduce",
	"to": "to.dtype", "float": "_to_copy", "double": "_to_copy", "half": "_to_copy", "bfloat16": "_to_copy", "long": "_to_copy",
	"int": "_to_copy", "short": "_to_copy", "char": "_to_copy", "byte": "_to_copy", "bool": "_to_copy",
}

// functional drops the arguments that change no value.
func functional(kwargs map[string]any) error {
	for _, k := range []string{"device", "layout", "pin_memory", "memory_format", "requires_grad", "inplace", "out"} {
		if k == "out" && kwargs[k] != nil {
			return fmt.Errorf("%w: out", goldens.ErrUnsupported)
		}
		delete(kwargs, k)
	}
	return nil
}

// named gives positional arguments the names of Python's parameters, so that the schema's order does not matter.
func named(op string, params ...string) func([]any, map[string]any) (string, []any, map[string]any, error) {
	return func(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
		for i, a := range args {
			if i >= len(params) {
				return "", nil, nil, fmt.Errorf("takes %d arguments", len(params))
			}
			kwargs[params[i]] = a
		}
		return op, nil, kwargs, nil
	}
}

// reordered calls op with the arguments at the given places.
func reordered(op string, order ...int) func([]any, map[string]any) (string, []any, map[string]any, error) {
	return func(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
		var out []any
		for _, i := range order {
			if i < len(args) {
				out = append(out, args[i])
			}
		}
		return op, out, kwargs, nil
	}
}

var pythonAdapters = map[string]adapter{
	"where":                             reordered("where", 1, 0, 2),
	"einsum":                            reordered("einsum", 1, 0),
	"lu":                                luCall,
	"linalg.pinv singular":              pinvSingularCall,
	"svd_lowrank":                       lowRankCall("svd_lowrank"),
	"pca_lowrank":                       lowRankCall("pca_lowrank"),
	"linalg.lstsq grad_oriented":        lstsqGradCall,
	"nn.functional.embedding":           embeddingCall,
	"__rdiv__":                          reversed("div"),
	"__rmod__":                          reordered("remainder", 1, 0),
	"__rpow__":                          reordered("pow", 1, 0),
	"__rmatmul__":                       reordered("matmul", 1, 0),
	"nn.functional.batch_norm":          withDefaults(named("batch_norm", "input", "running_mean", "running_var", "weight", "bias", "training", "momentum", "eps"), "weight", nil, "bias", nil, "training", false, "momentum", 0.1, "eps", 1e-5),
	"nn.functional.instance_norm":       withDefaults(named("instance_norm", "input", "running_mean", "running_var", "weight", "bias", "use_input_stats", "momentum", "eps"), "running_mean", nil, "running_var", nil, "weight", nil, "bias", nil, "use_input_stats", true, "momentum", 0.1, "eps", 1e-5),
	"nn.functional.dropout":             withDefaults(named("dropout", "input", "p", "train"), "p", 0.5, "train", true),
	"nn.functional.dropout2d":           withDefaults(named("feature_dropout", "input", "p", "train"), "p", 0.5, "train", true),
	"nn.functional.dropout3d":           withDefaults(named("feature_dropout", "input", "p", "train"), "p", 0.5, "train", true),
	"nn.functional.poisson_nll_loss":    withDefaults(named("poisson_nll_loss", "input", "target"), "log_input", true, "full", false, "eps", 1e-8, "reduction", "mean"),
	"nn.functional.max_pool1d":          maxPoolCall("max_pool1d"),
	"nn.functional.max_pool2d":          maxPoolCall("max_pool2d"),
	"nn.functional.max_pool3d":          maxPoolCall("max_pool3d"),
	"nn.functional.adaptive_avg_pool2d": adaptiveCall("adaptive_avg_pool2d"),
	"nn.functional.adaptive_avg_pool3d": adaptiveCall("adaptive_avg_pool3d"),
	"narrow":                            read("narrow", 2), "tensor_split": read("tensor_split", 1),
	"zero_": cloned("zero_"), "resize_": cloned("resize_"), "resize_as_": cloned("resize_as_"),
	"polygamma": reordered("polygamma", 1, 0), "special.polygamma": reordered("special_polygamma", 1, 0),
	"normal number_mean": reordered("normal", 1, 0), "normal in_place": cloned("normal_"),
	"cauchy": cloned("cauchy_"), "exponential": cloned("exponential_"), "geometric": cloned("geometric_"), "log_normal": cloned("log_normal_"), "uniform": cloned("uniform_"),
	"broadcast_tensors": listed("broadcast_tensors"), "block_diag": listed("block_diag"), "cartesian_prod": listed("cartesian_prod"),
	"meshgrid": listed("meshgrid"),
	"cdist": func(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
		return "cdist", args[:min(len(args), 3)], nil, nil // the mode of computing is a word in Python
	},
	"nonzero":              nonzeroCall,
	"nn.functional.unfold": withDefaults(named("im2col", "self", "kernel_size", "dilation", "padding", "stride"), "dilation", 1, "padding", 0, "stride", 1),
	"norm":                 normCall,
	"tensordot":            tensordotCall,
	"randint":              randintCall,
	"to":                   toCall,
	"float":                conversion(graph.Float32), "double": conversion(graph.Float64), "half": conversion(graph.Float16), "bfloat16": conversion(graph.BFloat16),
	"long": conversion(graph.Int64), "int": conversion(graph.Int32), "short": conversion(graph.Int16), "char": conversion(graph.Int8),
	"byte": conversion(graph.Uint8), "bool": conversion(graph.Bool),
}

type adapter = func(args []any, kwargs map[string]any) (string, []any, map[string]any, error)

// withDefaults gives the parameters their defaults in Python, and training its name in the schema.
func withDefaults(f adapter, defaults ...any) adapter {
	return func(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
		name, args, kwargs, err := f(args, kwargs)
		if err != nil {
			return "", nil, nil, err
		}
		if v, ok := kwargs["training"]; ok && name != "batch_norm" {
			kwargs["train"] = v
			delete(kwargs, "training")
		}
		for i := 0; i < len(defaults); i += 2 {
			if _, ok := kwargs[defaults[i].(string)]; !ok {
				kwargs[defaults[i].(string)] = defaults[i+1]
			}
		}
		return name, args, kwargs, nil
	}
}

func conversion(d graph.DType) adapter {
	return func(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
		kwargs["dtype"] = d
		return "_to_copy", args, kwargs, nil
	}
}

func maxPoolCall(name string) adapter {
	return func(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
		name := name
		if kwargs["return_indices"] == true {
			name += "_with_indices"
		}
		delete(kwargs, "return_indices")
		if s, ok := kwargs["stride"]; ok && s == nil {
			delete(kwargs, "stride")
		}
		return name, args, kwargs, nil
	}
}

// adaptiveCall fills in the input's sizes where Python leaves them out.
func adaptiveCall(name string) adapter {
	return func(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
		if len(args) < 2 {
			return name, args, kwargs, nil
		}
		if sizes, ok := args[1].([]any); ok {
			x := args[0].(*tensor.Tensor)
			for i := range sizes {
				if sizes[i] == nil {
					sizes[i] = x.Size(x.Dim() - len(sizes) + i)
				}
			}
		}
		return name, args, kwargs, nil
	}
}

// read takes the numbers of a tensor in a place where sizes stand, as Python does.
func read(name string, place int) adapter {
	return func(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
		if len(args) <= place {
			return name, args, kwargs, nil
		}
		x, ok := args[place].(*tensor.Tensor)
		if !ok {
			return name, args, kwargs, nil
		}
		a, err := x.Array(context.Background())
		switch {
		case err != nil:
			return "", nil, nil, err
		case !a.DType.IsInt():
			return "", nil, nil, fmt.Errorf("sizes of %v", a.DType)
		case x.Dim() == 0:
			args[place] = int(a.I[0])
		default:
			var list []any
			for _, n := range a.I {
				list = append(list, int(n))
			}
			args[place] = list
		}
		return name, args, kwargs, nil
	}
}

// cloned leaves the first argument alone.
func cloned(name string) adapter {
	return func(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
		if x, ok := args[0].(*tensor.Tensor); ok {
			args[0] = x.Clone()
		}
		return name, args, kwargs, nil
	}
}

// listed gathers tensors that Python takes one by one.
func listed(name string) adapter {
	return func(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
		if _, ok := args[0].(*tensor.Tensor); ok {
			args = []any{args}
		}
		return name, args, kwargs, nil
	}
}

// normCall takes the Frobenius norm for the norm of order 2.
func normCall(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
	p, ok := kwargs["p"]
	if len(args) > 1 {
		p, ok = args[1], true
	}
	if !ok || p == nil || p == "fro" {
		p = 2
	}
	if p == "nuc" {
		dims := []any{-2, -1}
		if len(args) > 2 {
			dims, _ = args[2].([]any)
		}
		return "nuclear_norm", append(args[:1:1], dims), nil, nil
	}
	if _, ok := p.(string); ok {
		return "", nil, nil, fmt.Errorf("norm %v", p)
	}
	delete(kwargs, "p")
	kwargs["ord"] = p
	if len(args) > 2 {
		kwargs["dim"] = args[2]
	}
	return "linalg_vector_norm", args[:1], kwargs, nil
}

// nonzeroCall gives a vector for each dimension where a tuple is asked for.
func nonzeroCall(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
	name := "nonzero"
	if kwargs["as_tuple"] == true {
		name = "nonzero_numpy"
	}
	delete(kwargs, "as_tuple")
	return name, args, kwargs, nil
}

func tensordotCall(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
	dims, ok := kwargs["dims"]
	if len(args) > 2 {
		dims, ok = args[2], true
	}
	if !ok {
		dims = 2
	}
	pair, ok := dims.([]any)
	if n, isInt := dims.(int); isInt {
		rank := args[0].(*tensor.Tensor).Dim()
		left, right := []any{}, []any{}
		for i := range n {
			left, right = append(left, rank-n+i), append(right, i)
		}
		pair, ok = []any{left, right}, true
	}
	if !ok || len(pair) != 2 {
		return "", nil, nil, fmt.Errorf("dims %v", dims)
	}
	return "tensordot", append(args[:2:2], pair...), nil, nil
}

func randintCall(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
	if len(args) == 2 {
		args = slices.Insert(args, 0, any(0))
	}
	if v, ok := kwargs["low"]; ok && v == nil {
		delete(kwargs, "low")
	}
	if _, ok := kwargs["dtype"]; !ok {
		kwargs["dtype"] = graph.Int64
	}
	return "randint", args, kwargs, nil
}

func toCall(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
	for i, a := range args {
		if a == "cpu" || a == nil {
			args = slices.Delete(args, i, i+1)
			break
		}
	}
	if len(args) < 2 {
		return "_to_copy", args, kwargs, nil
	}
	if x, ok := args[1].(*tensor.Tensor); ok {
		args[1] = x.DType()
	}
	return "to.dtype", args, kwargs, nil
}

func reversed(op string) func([]any, map[string]any) (string, []any, map[string]any, error) {
	return func(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
		if _, ok := args[1].(*tensor.Tensor); !ok {
			return "", nil, nil, fmt.Errorf("%w: a number over a tensor", goldens.ErrUnsupported)
		}
		return op, slices.Insert(args[:1:1], 0, args[1]), kwargs, nil
	}
}

func embeddingCall(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
	for _, k := range []string{"max_norm", "norm_type"} {
		if kwargs[k] != nil && k == "max_norm" {
			return "", nil, nil, fmt.Errorf("%w: max_norm", goldens.ErrUnsupported)
		}
		delete(kwargs, k)
	}
	if v, ok := kwargs["padding_idx"]; ok && v == nil {
		kwargs["padding_idx"] = -1
	}
	return "embedding", args, kwargs, nil
}

// pinvSingularCall inverts the product of one matrix and the transpose of another.
func pinvSingularCall(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
	a, b := args[0].(*tensor.Tensor), args[1].(*tensor.Tensor)
	return "linalg_pinv", []any{a.MatMul(b.Transpose(-2, -1))}, kwargs, nil
}

// lowRankCall decomposes the product of one matrix and the transpose of another.
func lowRankCall(name string) adapter {
	return func(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
		a, b := args[0].(*tensor.Tensor), args[1].(*tensor.Tensor)
		return name, []any{a.MatMul(b.Transpose(-2, -1))}, kwargs, nil
	}
}

// lstsqGradCall gives the results that have gradients, which come first.
func lstsqGradCall(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
	return "linalg_lstsq", args[:2], kwargs, nil
}

// luCall is the method of Python's, whose third argument asks whether factors are singular.
func luCall(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
	if len(args) > 2 && args[2] == true {
		return "linalg_lu_factor_ex", args[:1], map[string]any{"pivot": args[1]}, nil
	}
	return "linalg_lu_factor", args[:1], map[string]any{"pivot": args[1]}, nil
}
