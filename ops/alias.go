package ops

import "strings"

// aliases are PyTorch's second names of operators.
var aliases = map[string]string{
	"subtract": "sub", "multiply": "mul", "divide": "div", "true_divide": "div", "negative": "neg", "absolute": "abs",
	"fix": "trunc", "clip": "clamp", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh",
	"arccosh": "acosh", "arctanh": "atanh", "arctan2": "atan2", "greater": "gt", "greater_equal": "ge", "less": "lt",
	"less_equal": "le", "not_equal": "ne", "concat": "cat", "concatenate": "cat", "row_stack": "vstack",
	"swapaxes": "transpose", "swapdims": "transpose", "moveaxis": "movedim", "ger": "outer",
	"special_expit": "sigmoid", "special_erf": "erf", "special_erfc": "erfc", "special_exp2": "exp2",
	"special_expm1": "expm1", "special_log1p": "log1p", "special_logit": "logit", "special_logsumexp": "logsumexp",
	"special_round": "round", "special_sinc": "sinc", "special_softmax": "softmax", "special_log_softmax": "log_softmax",
	"special_xlogy": "xlogy", "special_gammaln": "lgamma", "special_psi": "digamma", "special_digamma": "digamma",
	"special_polygamma": "polygamma", "special_multigammaln": "mvlgamma", "special_gammainc": "igamma", "special_gammaincc": "igammac",
	"special_i0": "i0", "special_erfinv": "erfinv", "linalg_matmul": "matmul", "logsigmoid": "log_sigmoid",
	"cross_entropy": "cross_entropy_loss", "alias": "clone", "alias_copy": "clone", "unsafe_chunk": "chunk", "unsafe_split": "split",
	"unsafe_split_with_sizes": "split_with_sizes", "lift_fresh_copy": "clone",
}

// Canonical is name without "aten." and, where its base name is a second name, with the first.
func Canonical(name string) string {
	base, overload, has := strings.Cut(strings.TrimPrefix(name, "aten."), ".")
	if plain, ok := strings.CutSuffix(base, "_copy"); ok && byBaseName[plain] != nil && byBaseName[base] == nil { // values are copies anyhow
		base = plain
	}
	if first, ok := aliases[base]; ok {
		base = first
	}
	if has {
		return base + "." + overload
	}
	return base
}
