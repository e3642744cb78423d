package zoo

import (
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// UNet makes of an image another one of the same size, such as a map of classes: half of it looks at the image smaller and
// smaller, the other half makes it larger again and sees what the first half saw at each size (Ronneberger et al., 2015).
// Its names are those of the program that most people took it from, milesial/Pytorch-UNet, with batch normalisation and
// padded convolutions.
type UNet struct {
	Inc                        DoubleConv
	Down1, Down2, Down3, Down4 *UNetDown
	Up1, Up2, Up3, Up4         *UNetUp
	Outc                       struct{ Conv *nn.Conv2d }
}

// UNetConfig is the shape of a UNet. Fields that are 0 are images of 3 channels, 2 classes, and 64 channels at full size.
type UNetConfig struct {
	Channels, Classes int
	Width             int  // channels at full size; they double with each halving
	Bilinear          bool // makes images larger by planes between pixels, not by filters that are learned
}

// NewUNet makes a UNet.
func NewUNet(c UNetConfig) *UNet {
	orElse(&c.Channels, 3)
	orElse(&c.Classes, 2)
	orElse(&c.Width, 64)
	positive("zoo.UNet", "Channels", c.Channels, "Classes", c.Classes, "Width", c.Width)
	w, least := c.Width, 16*c.Width // channels where the image is smallest
	part := 1
	if c.Bilinear {
		part = 2 // making an image larger leaves the channels as they are: there must be fewer before
	}
	down := func(in, out int) *UNetDown {
		return &UNetDown{nn.Sequential{nn.NewMaxPool2d(2), newDoubleConv(in, out, out)}}
	}
	m := &UNet{
		Inc:   newDoubleConv(c.Channels, w, w),
		Down1: down(w, 2*w), Down2: down(2*w, 4*w), Down3: down(4*w, 8*w), Down4: down(8*w, least/part),
		Up1: newUNetUp(16*w, 8*w/part, c.Bilinear), Up2: newUNetUp(8*w, 4*w/part, c.Bilinear),
		Up3: newUNetUp(4*w, 2*w/part, c.Bilinear), Up4: newUNetUp(2*w, w, c.Bilinear),
	}
	m.Outc.Conv = nn.NewConv2d(w, c.Classes, 1)
	return m
}

// Forward makes images [N, channels, H, W] into scores [N, classes, H, W]. Where 16 does not divide H or W, what has been
// halved is padded to fit.
func (m *UNet) Forward(x *tensor.Tensor) *tensor.Tensor {
	x1 := m.Inc.Forward(x)
	x2 := m.Down1.Forward(x1)
	x3 := m.Down2.Forward(x2)
	x4 := m.Down3.Forward(x3)
	x = m.Up1.Forward(m.Down4.Forward(x4), x4)
	x = m.Up2.Forward(x, x3)
	x = m.Up3.Forward(x, x2)
	x = m.Up4.Forward(x, x1)
	return m.Outc.Conv.Forward(x)
}

// DoubleConv is two convolutions of 3 × 3, each with a batch normalisation and a ReLU.
type DoubleConv struct{ DoubleConv nn.Sequential }

func newDoubleConv(in, inner, out int) DoubleConv {
	return DoubleConv{nn.Sequential{
		conv(in, inner, 3, 1, 1), nn.NewBatchNorm2d(inner), nn.NewReLU(),
		conv(inner, out, 3, 1, 1), nn.NewBatchNorm2d(out), nn.NewReLU(),
	}}
}

// Forward makes [N, in, H, W] into [N, out, H, W].
func (d DoubleConv) Forward(x *tensor.Tensor) *tensor.Tensor { return d.DoubleConv.Forward(x) }

// UNetDown halves an image and looks at it.
type UNetDown struct{ MaxpoolConv nn.Sequential }

// Forward makes [N, in, H, W] into [N, out, H/2, W/2].
func (d *UNetDown) Forward(x *tensor.Tensor) *tensor.Tensor { return d.MaxpoolConv.Forward(x) }

// UNetUp doubles an image and looks at it together with what was seen at that size before.
type UNetUp struct {
	Up   nn.Layer
	Conv DoubleConv
}

func newUNetUp(in, out int, bilinear bool) *UNetUp {
	if bilinear {
		up := nn.NewUpsample(nn.ScaleFactor(2), nn.ResizeMode("bilinear"), nn.AlignCorners())
		return &UNetUp{up, newDoubleConv(in, in/2, out)}
	}
	return &UNetUp{nn.NewConvTranspose2d(in, in/2, 2, nn.Stride(2)), newDoubleConv(in, out, out)}
}

// Forward makes x [N, in, H/2, W/2] and seen [N, in/2, H, W] into [N, out, H, W].
func (u *UNetUp) Forward(x, seen *tensor.Tensor) *tensor.Tensor {
	x = u.Up.Forward(x)
	if h, w := seen.Size(2)-x.Size(2), seen.Size(3)-x.Size(3); h != 0 || w != 0 {
		x = x.Pad(w/2, w-w/2, h/2, h-h/2)
	}
	return u.Conv.Forward(tensor.Cat([]*tensor.Tensor{seen, x}, 1))
}
