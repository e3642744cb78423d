package zoo

import (
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// heOut is how networks of images start the filters of convolutions: the variance of gradients stays behind a ReLU.
var heOut = nn.KaimingNormal(0, nn.FanOut)

// conv makes a convolution without bias, for a batch normalisation behind it. Filters are odd and padded to the middle.
func conv(in, out, kernel, stride, groups int) *nn.Conv2d {
	c := nn.NewConv2d(in, out, kernel, nn.Stride(stride), nn.Padding(kernel/2), nn.Groups(groups), nn.Bias(false))
	c.Weight = nn.NewParameter(heOut, c.Weight.Shape()...)
	return c
}

// linear makes a linear layer whose weights start normally distributed and whose biases start at 0.
func linear(in, out int, std float64) *nn.Linear {
	l := nn.NewLinear(in, out)
	l.Weight = nn.NewParameter(nn.Normal(0, std), out, in)
	l.Bias = nn.NewParameter(nn.Zeros(), out)
	return l
}

// embedding makes a table whose rows start normally distributed.
func embedding(rows, width int, std float64) *nn.Embedding {
	e := nn.NewEmbedding(rows, width)
	e.Weight = nn.NewParameter(nn.Normal(0, std), rows, width)
	return e
}

// heads makes [N, T, heads·size] into [N, heads, T, size].
func heads(x *tensor.Tensor, n, size int) *tensor.Tensor {
	return x.Unflatten(2, n, size).Transpose(1, 2)
}

// merge makes [N, heads, T, size] into [N, T, heads·size].
func merge(x *tensor.Tensor) *tensor.Tensor { return x.Transpose(1, 2).Flatten(2) }
