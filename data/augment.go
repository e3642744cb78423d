package data

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Image is the pixels of one image, [channels, height, width] row by row.
type Image struct {
	Pix                     []float32
	Channels, Height, Width int
}

// Augmentation changes an image at random. It draws from r alone, always as much, so that the augmentations behind it
// draw the same whatever it did.
type Augmentation func(r *rand.Rand, im *Image)

// Augment is ds with the images X [N, C, H, W] of its batches, float32 or uint8, changed by augmentations one after the
// other. What they draw follows from the loader's seed, the epoch and the sample: the same image is another in each
// epoch, and the same whatever batch it is in and whoever makes that.
func Augment(ds Dataset[Batch], steps ...Augmentation) Dataset[Batch] {
	return Map(ds, func(pick Pick, b Batch) (out Batch, err error) {
		out.Y = b.Y
		if e := tensor.Try(func() { out.X, err = augment(pick, b.X, steps) }); e != nil {
			return out, e
		}
		return out, err
	})
}

func augment(pick Pick, x *tensor.Tensor, steps []Augmentation) (*tensor.Tensor, error) {
	shape := x.Shape()
	if len(shape) != 4 || shape[0] != len(pick.Indices) {
		return nil, fmt.Errorf("data: augmenting images of shape %v: it must be [%d, C, H, W]", shape, len(pick.Indices))
	}
	bytes := x.DType() == tensor.Uint8
	if !bytes && x.DType() != tensor.Float32 {
		return nil, fmt.Errorf("data: augmenting images of %v: they must be float32 or uint8", x.DType())
	}
	pixels, size := x.Float32s(), shape[1]*shape[2]*shape[3]
	var out []float32
	var first Image
	for k, i := range pick.Indices {
		im := Image{pixels[k*size : (k+1)*size], shape[1], shape[2], shape[3]}
		r := pick.Rand(i)
		for _, step := range steps {
			step(r, &im)
		}
		if k == 0 {
			first = im
			out = make([]float32, 0, len(pick.Indices)*len(im.Pix))
		}
		if im.Channels != first.Channels || im.Height != first.Height || im.Width != first.Width {
			return nil, fmt.Errorf("data: augmenting made images of %d×%d and of %d×%d pixels, which make no batch", first.Height, first.Width, im.Height, im.Width)
		}
		out = append(out, im.Pix...)
	}
	sizes := []int{len(pick.Indices), first.Channels, first.Height, first.Width}
	if !bytes {
		return tensor.New(out, sizes...), nil
	}
	rounded := make([]uint8, len(out))
	for i, p := range out {
		rounded[i] = uint8(math.RoundToEven(float64(min(max(p, 0), 255))))
	}
	return tensor.New(rounded, sizes...), nil
}

// RandomCrop puts so many zeros around an image and cuts height × width pixels out of that at a random place:
// torchvision's RandomCrop.
func RandomCrop(height, width, padding int) Augmentation {
	if height < 1 || width < 1 || padding < 0 {
		panic(tensor.Errorf("data.RandomCrop", "a crop of %d×%d pixels with a padding of %d", height, width, padding))
	}
	return func(r *rand.Rand, im *Image) {
		rows, columns := im.Height+2*padding-height, im.Width+2*padding-width
		if rows < 0 || columns < 0 {
			panic(tensor.Errorf("data.RandomCrop", "there are no %d×%d pixels in an image of %d×%d with a padding of %d", height, width, im.Height, im.Width, padding))
		}
		top, left := r.IntN(rows+1)-padding, r.IntN(columns+1)-padding
		im.each(height, width, func(plane, out []float32) {
			for y := max(0, -top); y < min(height, im.Height-top); y++ {
				from, to := max(0, -left), min(width, im.Width-left)
				if from < to {
					copy(out[y*width+from:y*width+to], plane[(y+top)*im.Width+left+from:])
				}
			}
		})
	}
}

// RandomHorizontalFlip mirrors an image with probability p: torchvision's RandomHorizontalFlip.
func RandomHorizontalFlip(p float64) Augmentation {
	return func(r *rand.Rand, im *Image) {
		if r.Float64() >= p {
			return
		}
		im.each(im.Height, im.Width, func(plane, out []float32) {
			for y := 0; y < len(plane); y += im.Width {
				for x := range im.Width {
					out[y+x] = plane[y+im.Width-1-x]
				}
			}
		})
	}
}

// RandomRotation turns an image around its centre by up to so many degrees in either direction: torchvision's
// RandomRotation, with pixels between those of the image interpolated linearly, and zeros outside.
func RandomRotation(degrees float64) Augmentation { return RandomAffine(Affine{Degrees: degrees}) }

// Affine is how far RandomAffine goes. What is 0 stays as it is.
type Affine struct {
	Degrees   float64    // turned by up to so much, in either direction
	Translate [2]float64 // moved by up to so much of the height and the width, in either direction
	Scale     [2]float64 // made larger by a factor from one to the other
	Shear     float64    // slanted along rows by up to so many degrees, in either direction
}

// RandomAffine turns, slants, scales and moves an image around its centre: torchvision's RandomAffine, with pixels
// between those of the image interpolated linearly, and zeros outside.
func RandomAffine(a Affine) Augmentation {
	if a.Scale == ([2]float64{}) {
		a.Scale = [2]float64{1, 1}
	}
	if !(a.Scale[0] > 0 && a.Scale[0] <= a.Scale[1]) || !(math.Abs(a.Shear) < 90) {
		panic(tensor.Errorf("data.RandomAffine", "factors from %g to %g, slanted by %g degrees", a.Scale[0], a.Scale[1], a.Shear))
	}
	return func(r *rand.Rand, im *Image) {
		either := func(most float64) float64 { return most * (2*r.Float64() - 1) }
		angle := either(a.Degrees) * math.Pi / 180
		down, right := either(a.Translate[0])*float64(im.Height), either(a.Translate[1])*float64(im.Width)
		scale := a.Scale[0] + (a.Scale[1]-a.Scale[0])*r.Float64()
		slant := math.Tan(either(a.Shear) * math.Pi / 180)
		sin, cos := math.Sincos(angle)
		middleY, middleX := float64(im.Height-1)/2, float64(im.Width-1)/2
		im.each(im.Height, im.Width, func(plane, out []float32) {
			for i := range out {
				// Where the pixel was: moved, turned, slanted and scaled back.
				y, x := float64(i/im.Width)-middleY-down, float64(i%im.Width)-middleX-right
				y, x = float64(cos*y)-float64(sin*x), float64(sin*y)+float64(cos*x)
				x -= float64(slant * y)
				out[i] = im.at(plane, float64(y/scale)+middleY, float64(x/scale)+middleX)
			}
		})
	}
}

// each makes each channel of im anew, of height × width pixels that begin as zeros.
func (im *Image) each(height, width int, f func(plane, out []float32)) {
	pix := make([]float32, im.Channels*height*width)
	from, to := im.Height*im.Width, height*width
	for c := range im.Channels {
		f(im.Pix[c*from:(c+1)*from], pix[c*to:(c+1)*to])
	}
	im.Pix, im.Height, im.Width = pix, height, width
}

// at is the value between the four pixels around a place; those outside the image are 0.
func (im *Image) at(plane []float32, y, x float64) float32 {
	top, left := math.Floor(y), math.Floor(x)
	if !(top >= -1 && top < float64(im.Height) && left >= -1 && left < float64(im.Width)) {
		return 0
	}
	pixel := func(y, x int) float64 {
		if y < 0 || y >= im.Height || x < 0 || x >= im.Width {
			return 0
		}
		return float64(plane[y*im.Width+x])
	}
	y, x = y-top, x-left
	iy, ix := int(top), int(left)
	upper := float64((1-x)*pixel(iy, ix)) + float64(x*pixel(iy, ix+1))
	lower := float64((1-x)*pixel(iy+1, ix)) + float64(x*pixel(iy+1, ix+1))
	return float32(float64((1-y)*upper) + float64(y*lower))
}
