package nn

import (
	"slices"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Option is an option of a layer or loss. Those that take one number for each spatial dimension take one for all, too.
// An option that a layer does not have panics with *tensor.Error where the layer is made.
type Option struct {
	name  string
	value any
}

// Bias says whether a layer adds a bias; without it, it does.
func Bias(on bool) Option { return Option{"bias", on} }

// KernelSize is the size of a window that is not square, by dimension, in place of the one size that the layer is
// given.
func KernelSize(n ...int) Option { return Option{"kernel_size", n} }

// Stride is how far a window moves: by 1 for convolutions, by its size for pooling, where it is not given.
func Stride(n ...int) Option { return Option{"stride", n} }

// Padding is how many zeros are put around an image, on each side (for max pooling: how far windows reach out of it).
func Padding(n ...int) Option { return Option{"padding", n} }

// PaddingSame pads a convolution of stride 1 so that the result is as large as the image: PyTorch's padding="same".
func PaddingSame() Option { return Option{"same", true} }

// PaddingMode says what a convolution pads an image with: "zeros", which it does without it, its own pixels by
// reflection ("reflect"), those of the edge again ("replicate"), or those of the other side ("circular").
func PaddingMode(mode string) Option { return Option{"padding_mode", mode} }

// Dilation is the distance of neighbours in a window.
func Dilation(n ...int) Option { return Option{"dilation", n} }

// Groups divides the channels of a convolution into groups that do not see each other.
func Groups(n int) Option { return Option{"groups", n} }

// CeilMode lets a pooling window begin inside the image and end outside.
func CeilMode() Option { return Option{"ceil_mode", true} }

// CountIncludePad says whether average pooling counts padding among the elements; without it, it does.
func CountIncludePad(on bool) Option { return Option{"count_include_pad", on} }

// DivisorOverride is what average pooling divides by, in place of the number of elements.
func DivisorOverride(n int) Option { return Option{"divisor_override", n} }

// Eps is a small number that keeps a division from being one by 0: what a normalisation adds to the variance, or what a
// layer or loss says of it.
func Eps(x float64) Option { return Option{"eps", x} }

// OutputPadding makes the result of a transposed convolution larger at the ends.
func OutputPadding(n ...int) Option { return Option{"output_padding", n} }

// Momentum is how much of a batch goes into the running statistics of a batch normalisation.
func Momentum(x float64) Option { return Option{"momentum", x} }

// CumulativeAverage makes running statistics the mean over all batches: PyTorch's momentum=None.
func CumulativeAverage() Option { return Option{"cumulative", true} }

// Affine says whether a normalisation has weights and biases; without it, all but instance normalisations do.
func Affine(on bool) Option { return Option{"affine", on} }

// TrackRunningStats says whether a normalisation keeps running statistics; without it, a batch normalisation does.
func TrackRunningStats(on bool) Option { return Option{"track_running_stats", on} }

// PaddingIdx is the row of an embedding that begins as zeros and gets no gradient.
func PaddingIdx(i int) Option { return Option{"padding_idx", i} }

// MaxNorm is the largest norm of a row of an embedding: those that are looked up and are longer are made shorter in the
// table.
func MaxNorm(x float64) Option { return Option{"max_norm", x} }

// NormType is the power of that norm; without it, 2.
func NormType(p float64) Option { return Option{"norm_type", p} }

// ScaleGradByFreq divides the gradients of an embedding's rows by how often each was looked up.
func ScaleGradByFreq() Option { return Option{"scale_grad_by_freq", true} }

// Sparse says whether the gradient of an embedding's table is shown as the rows that were looked up, see
// tensor.SparseParts: optimisers that know of this change these rows alone, and others refuse it, as in PyTorch.
func Sparse(on bool) Option { return Option{"sparse", on} }

// DropoutP is the probability with which a larger module drops elements in training.
func DropoutP(p float64) Option { return Option{"dropout", p} }

// KeySize is the size of an attention's keys, where it is not that of its queries: PyTorch's kdim.
func KeySize(n int) Option { return Option{"key_size", n} }

// ValueSize is the size of an attention's values, where it is not that of its queries: PyTorch's vdim.
func ValueSize(n int) Option { return Option{"value_size", n} }

// AddBiasKV gives an attention one more key and value, which are learned.
func AddBiasKV() Option { return Option{"add_bias_kv", true} }

// AddZeroAttn gives an attention one more key and value, which are 0.
func AddZeroAttn() Option { return Option{"add_zero_attn", true} }

// BatchFirst says that sequences are [N, L, …], not [L, N, …].
func BatchFirst() Option { return Option{"batch_first", true} }

// NormFirst puts the norms of a Transformer's layers before their parts, not behind them.
func NormFirst() Option { return Option{"norm_first", true} }

// DimFeedforward is the size of the hidden layer in a Transformer's layers.
func DimFeedforward(n int) Option { return Option{"dim_feedforward", n} }

// Activation is the nonlinearity in a Transformer's layers, as (*tensor.Tensor).GELU.
func Activation(f func(*tensor.Tensor) *tensor.Tensor) Option { return Option{"activation", f} }

// BagMode says what an EmbeddingBag makes of the rows of a bag: "sum", "mean" or "max".
func BagMode(mode string) Option { return Option{"bag_mode", mode} }

// IncludeLastOffset says that the last of an EmbeddingBag's offsets is the end of the last bag.
func IncludeLastOffset() Option { return Option{"include_last_offset", true} }

// DivValue is by how much an AdaptiveLogSoftmaxWithLoss has fewer features for each cluster than for the one before.
func DivValue(x float64) Option { return Option{"div_value", x} }

// Places are the dimensions of the places that a LinearCrossEntropyLoss scores in each sample: PyTorch's out_features.
func Places(n ...int) Option { return Option{"places", n} }

// OutputSize is the spatial sizes of what an interpolation makes.
func OutputSize(n ...int) Option { return Option{"size", n} }

// ScaleFactor is how many times larger an interpolation makes its input.
func ScaleFactor(f ...float64) Option { return Option{"scale_factor", f} }

// ResizeMode is how an interpolation finds new elements: "nearest", "nearest-exact", "area", "linear" (of sequences),
// "bilinear" or "bicubic" (of images), "trilinear" (of volumes).
func ResizeMode(mode string) Option { return Option{"resize_mode", mode} }

// AlignCorners lets an interpolation keep the outermost elements where they are.
func AlignCorners() Option { return Option{"align_corners", true} }

// RecomputeScaleFactor lets an interpolation go by the quotient of the sizes, not by the scale factor it was given.
func RecomputeScaleFactor() Option { return Option{"recompute_scale_factor", true} }

// NumLayers is how many layers a recurrent network has; without it, 1.
func NumLayers(n int) Option { return Option{"num_layers", n} }

// Bidirectional lets a recurrent network go over sequences in both directions.
func Bidirectional() Option { return Option{"bidirectional", true} }

// ProjSize is to how many features an LSTM projects its states.
func ProjSize(n int) Option { return Option{"proj_size", n} }

// Nonlinearity is what a plain recurrent network applies at each step: "tanh" or "relu".
func Nonlinearity(name string) Option { return Option{"nonlinearity", name} }

// PaddingValue is what is put behind the end of sequences.
func PaddingValue(x float64) Option { return Option{"padding_value", x} }

// TotalLength is how long padded sequences become.
func TotalLength(n int) Option { return Option{"total_length", n} }

// Blank is the class of CTC that is no label.
func Blank(class int) Option { return Option{"blank", class} }

// ZeroInfinity puts 0 for losses of CTC that are infinite, as where there are more labels than inputs.
func ZeroInfinity() Option { return Option{"zero_infinity", true} }

// OutputRatio is the quotient of sizes after and before a fractional pooling: below 1.
func OutputRatio(r ...float64) Option { return Option{"output_ratio", r} }

// RandomSamples are what a fractional pooling spreads its windows by, in place of new ones each time.
func RandomSamples(x *tensor.Tensor) Option { return Option{"random_samples", x} }

// Reduction says what a loss makes of the losses of samples: "mean", which it does without it, "sum" or "none".
func Reduction(r string) Option { return Option{"reduction", r} }

// ClassWeights weighs the classes of a loss.
func ClassWeights(w *tensor.Tensor) Option { return Option{"weight", w} }

// IgnoreIndex is a label that a loss passes over; without it, −100.
func IgnoreIndex(i int) Option { return Option{"ignore_index", i} }

// LabelSmoothing is how much of each target a loss spreads over all classes.
func LabelSmoothing(x float64) Option { return Option{"label_smoothing", x} }

// Weights weighs the elements of a loss; it broadcasts to them.
func Weights(w *tensor.Tensor) Option { return Option{"weight", w} }

// PosWeights weighs, in BCEWithLogits, the part of each element's loss that its target is in favour of.
func PosWeights(w *tensor.Tensor) Option { return Option{"pos_weight", w} }

// Margin is how far apart a loss wants scores or distances to be.
func Margin(x float64) Option { return Option{"margin", x} }

// Power is the power or norm that a loss or distance takes: PyTorch's p.
func Power(p float64) Option { return Option{"p", p} }

// Swap lets a triplet loss take the positive for the anchor where it is nearer to the negative.
func Swap() Option { return Option{"swap", true} }

// Full makes a likelihood count what does not depend on the model, too.
func Full() Option { return Option{"full", true} }

// LogInput says whether PoissonNLL is given logarithms of rates; without it, it is.
func LogInput(on bool) Option { return Option{"log_input", on} }

// LogTarget says that KLDiv is given the logarithm of its target.
func LogTarget() Option { return Option{"log_target", true} }

// Dim is the dimension that a function works along.
func Dim(d int) Option { return Option{"dim", d} }

// KeepDim keeps the dimension that a distance is taken along, with one element.
func KeepDim() Option { return Option{"keepdim", true} }

// settings are the options that a layer was given.
type settings struct {
	op    string
	given map[string]any
}

// settle checks that the layer has the options that are given, each once.
func settle(op string, opts []Option, has ...string) settings {
	s := settings{op, map[string]any{}}
	for _, o := range opts {
		if !slices.Contains(has, o.name) {
			s.fail("has no option %s, only %v", o.name, has)
		}
		if s.has(o.name) {
			s.fail("option %s is given twice", o.name)
		}
		s.given[o.name] = o.value
	}
	return s
}

func (s settings) fail(format string, args ...any) {
	panic(tensor.Errorf(s.op, format, args...))
}

func (s settings) has(name string) bool {
	_, ok := s.given[name]
	return ok
}

// get is an option's value, or its default.
func get[T any](s settings, name string, fallback T) T {
	if v, ok := s.given[name]; ok {
		return v.(T)
	}
	return fallback
}

// dims is an option with a number for each of n dimensions, none below least.
func (s settings) dims(name string, n, fallback, least int) []int {
	v, ok := s.given[name].([]int)
	if !ok {
		v = []int{fallback}
	}
	if len(v) == 1 {
		v = slices.Repeat(v, n)
	}
	if len(v) != n {
		s.fail("%s %v has %d numbers: it needs 1 or %d", name, v, len(v), n)
	}
	for _, x := range v {
		if x < least {
			s.fail("%s %v: the least is %d", name, v, least)
		}
	}
	return v
}

// positive checks a number that sizes a layer.
func (s settings) positive(name string, n int) {
	if n < 1 {
		s.fail("%s is %d: it must be at least 1", name, n)
	}
}
