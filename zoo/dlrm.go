package zoo

import (
	"math"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// DLRM says how likely somebody takes what is offered: it makes vectors of numbers and of categories, and looks at the
// products of all pairs of them (Naumov et al., 2019). Its names are those of facebookresearch/dlrm.
type DLRM struct {
	EmbL []*nn.EmbeddingBag // a table for each feature that is categories
	BotL nn.Sequential      // for the features that are numbers
	TopL nn.Sequential      // for the products

	pairs []int64
}

// DLRMConfig is the shape of a DLRM. Fields that are empty are 13 numbers and networks of 512, 256, and 1,024, 512 and 256
// hidden features; Tables must be given.
type DLRMConfig struct {
	Numbers     int   // features that are numbers
	Tables      []int // for each feature that is categories how many there are
	Width       int   // of the vectors; without it, 64
	Bottom, Top []int // hidden layers
}

// NewDLRM makes a DLRM.
func NewDLRM(c DLRMConfig) *DLRM {
	const op = "zoo.DLRM"
	orElse(&c.Numbers, 13)
	orElse(&c.Width, 64)
	if c.Bottom == nil {
		c.Bottom = []int{512, 256}
	}
	if c.Top == nil {
		c.Top = []int{1024, 512, 256}
	}
	if len(c.Tables) == 0 {
		panic(tensor.Errorf(op, "has no tables"))
	}
	m := &DLRM{BotL: mlp(c.Numbers, append(append([]int(nil), c.Bottom...), c.Width)...)}
	m.BotL = append(m.BotL, nn.NewReLU())
	for _, rows := range c.Tables {
		positive(op, "a table", rows)
		e := nn.NewEmbeddingBag(rows, c.Width, nn.BagMode("sum"))
		bound := math.Sqrt(1 / float64(rows))
		e.Weight = nn.NewParameter(nn.Uniform(-bound, bound), rows, c.Width)
		m.EmbL = append(m.EmbL, e)
	}
	n := int64(len(c.Tables) + 1)
	for i := range n {
		for j := range i {
			m.pairs = append(m.pairs, i*n+j)
		}
	}
	m.TopL = mlp(c.Width+len(m.pairs), append(append([]int(nil), c.Top...), 1)...)
	return m
}

// mlp is linear layers of the given sizes, with a ReLU between each two.
func mlp(in int, sizes ...int) nn.Sequential {
	var s nn.Sequential
	for i, out := range sizes {
		if i > 0 {
			s = append(s, nn.NewReLU())
		}
		l := linear(in, out, math.Sqrt(2/float64(in+out)))
		l.Bias = nn.NewParameter(nn.Normal(0, math.Sqrt(1/float64(out))), out)
		s = append(s, l)
		in = out
	}
	return s
}

// Forward makes numbers [N, features] and for each table the categories [N, L] of a bag into logits [N].
func (m *DLRM) Forward(numbers *tensor.Tensor, categories ...*tensor.Tensor) *tensor.Tensor {
	if len(categories) != len(m.EmbL) {
		panic(tensor.Errorf("zoo.DLRM", "%d features of categories for %d tables", len(categories), len(m.EmbL)))
	}
	dense := m.BotL.Forward(numbers)
	all := []*tensor.Tensor{dense}
	for i, e := range m.EmbL {
		all = append(all, e.Forward(categories[i]))
	}
	x := tensor.Stack(all, 1) // [N, tables + 1, width]
	products := x.MatMul(x.Transpose(1, 2)).Flatten(1).IndexSelect(1, tensor.New(m.pairs))
	return m.TopL.Forward(tensor.Cat([]*tensor.Tensor{dense, products}, 1)).Squeeze(1)
}

// Loss is how far the logits are from labels [N], which are 0 or 1.
func (m *DLRM) Loss(labels, numbers *tensor.Tensor, categories ...*tensor.Tensor) *tensor.Tensor {
	return nn.BCEWithLogits(m.Forward(numbers, categories...), labels)
}
