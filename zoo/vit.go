package zoo

import (
	"fmt"
	"math"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// ViT is a transformer over the patches of an image (Dosovitskiy et al., 2020), as torchvision has it.
type ViT struct {
	ClassToken *nn.Parameter // [1, 1, width]: stands before the patches, and gathers what the head sees
	ConvProj   *nn.Conv2d    // makes each patch a vector
	Encoder    *ViTEncoder
	Heads      ViTHead
}

// ViTEncoder is the layers of a ViT.
type ViTEncoder struct {
	PosEmbedding *nn.Parameter // [1, patches + 1, width]
	Dropout      *nn.Dropout
	Layers       map[string]*ViTLayer // encoder_layer_0, encoder_layer_1 …
	Ln           *nn.LayerNorm
}

// ViTHead makes scores of what the class token has gathered.
type ViTHead struct{ Head *nn.Linear }

// ViTConfig is the shape of a ViT. Fields that are 0 are those of ViT-B/16.
type ViTConfig struct {
	ImageSize, PatchSize        int
	Layers, Heads, Width, Inner int // Inner: of the hidden layer behind each attention
	Classes, Channels           int
	Dropout                     float64
}

// ViTB16 makes the base model with patches of 16 × 16 pixels. It takes the options Classes, Channels, ImageSize and
// DropoutP (0 without it).
func ViTB16(opts ...Option) *ViT {
	s := settle("zoo.ViTB16", opts, "classes", "channels", "image_size", "dropout")
	return NewViT(ViTConfig{
		Classes: get(s, "classes", 0), Channels: get(s, "channels", 0), ImageSize: get(s, "image_size", 0), Dropout: get(s, "dropout", 0.0),
	})
}

// NewViT makes a ViT.
func NewViT(c ViTConfig) *ViT {
	const op = "zoo.ViT"
	orElse(&c.ImageSize, 224)
	orElse(&c.PatchSize, 16)
	orElse(&c.Layers, 12)
	orElse(&c.Heads, 12)
	orElse(&c.Width, 768)
	orElse(&c.Inner, 3072)
	orElse(&c.Classes, 1000)
	orElse(&c.Channels, 3)
	positive(op, "Layers", c.Layers, "Heads", c.Heads, "PatchSize", c.PatchSize)
	if c.ImageSize%c.PatchSize != 0 {
		panic(tensor.Errorf(op, "images of side %d do not part into patches of side %d", c.ImageSize, c.PatchSize))
	}
	side := c.ImageSize / c.PatchSize
	m := &ViT{
		ClassToken: nn.NewParameter(nn.Zeros(), 1, 1, c.Width),
		ConvProj:   nn.NewConv2d(c.Channels, c.Width, c.PatchSize, nn.Stride(c.PatchSize)),
		Encoder: &ViTEncoder{
			PosEmbedding: nn.NewParameter(nn.Normal(0, 0.02), 1, side*side+1, c.Width),
			Dropout:      nn.NewDropout(c.Dropout), Layers: map[string]*ViTLayer{}, Ln: nn.NewLayerNorm([]int{c.Width}, nn.Eps(1e-6)),
		},
		Heads: ViTHead{linear(c.Width, c.Classes, 0)},
	}
	fan := c.Channels * c.PatchSize * c.PatchSize
	m.ConvProj.Weight = nn.NewParameter(nn.TruncNormal(0, math.Sqrt(1/float64(fan)), -2, 2), m.ConvProj.Weight.Shape()...)
	m.ConvProj.Bias = nn.NewParameter(nn.Zeros(), c.Width)
	for i := range c.Layers {
		m.Encoder.Layers[layerName(i)] = newViTLayer(c)
	}
	return m
}

func layerName(i int) string { return fmt.Sprintf("encoder_layer_%d", i) }

// Forward makes images [N, channels, size, size] into scores [N, classes].
func (m *ViT) Forward(x *tensor.Tensor) *tensor.Tensor {
	x = m.ConvProj.Forward(x).Flatten(2).Transpose(1, 2) // [N, patches, width]
	token := m.ClassToken.Value().Expand(x.Sym(0), 1, x.Sym(2))
	x = m.Encoder.Forward(tensor.Cat([]*tensor.Tensor{token, x}, 1))
	return m.Heads.Head.Forward(x.Select(1, 0))
}

// Forward makes [N, patches + 1, width] into the same, normalised.
func (e *ViTEncoder) Forward(x *tensor.Tensor) *tensor.Tensor {
	x = e.Dropout.Forward(x.Add(e.PosEmbedding.Value()))
	for i := range len(e.Layers) {
		x = e.Layers[layerName(i)].Forward(x)
	}
	return e.Ln.Forward(x)
}

// ViTLayer is an attention and a network on each vector, each behind a normalisation and with a way around.
type ViTLayer struct {
	Ln1           *nn.LayerNorm `nn:"ln_1"`
	SelfAttention *nn.MultiheadAttention
	Dropout       *nn.Dropout
	Ln2           *nn.LayerNorm `nn:"ln_2"`
	Mlp           nn.Sequential
}

func newViTLayer(c ViTConfig) *ViTLayer {
	wide := func(in, out int) *nn.Linear {
		l := nn.NewLinear(in, out)
		l.Weight = nn.NewParameter(nn.XavierUniform(1), out, in)
		l.Bias = nn.NewParameter(nn.Normal(0, 1e-6), out)
		return l
	}
	return &ViTLayer{
		Ln1:           nn.NewLayerNorm([]int{c.Width}, nn.Eps(1e-6)),
		SelfAttention: nn.NewMultiheadAttention(c.Width, c.Heads, nn.BatchFirst()),
		Dropout:       nn.NewDropout(c.Dropout),
		Ln2:           nn.NewLayerNorm([]int{c.Width}, nn.Eps(1e-6)),
		Mlp: nn.Sequential{
			wide(c.Width, c.Inner), nn.NewGELU("none"), nn.NewDropout(c.Dropout), wide(c.Inner, c.Width), nn.NewDropout(c.Dropout),
		},
	}
}

// Forward gives a tensor like x, [N, patches + 1, width].
func (l *ViTLayer) Forward(x *tensor.Tensor) *tensor.Tensor {
	y := l.Ln1.Forward(x)
	x = x.Add(l.Dropout.Forward(l.SelfAttention.Forward(y, y, y, nn.Masks{})))
	return x.Add(l.Mlp.Forward(l.Ln2.Forward(x)))
}
