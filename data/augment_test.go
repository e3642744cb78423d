package data_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/data"
	"github.com/flambeau-ml/flambeau/tensor"
)

// numbered are n images of 2 channels and 4 × 5 pixels, each pixel another number.
func numbered[T uint8 | float32](t *testing.T, n int) data.Dataset[data.Batch] {
	t.Helper()
	x, y := make([]T, n*40), make([]int64, n)
	for i := range x {
		x[i] = T(i % 251)
	}
	ds, err := data.NewArrays(x, []int{2, 4, 5}, y, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

// The number of workers changes no bit; the seed and the epoch change all.
func TestAugmentIsReproducible(t *testing.T) {
	steps := []data.Augmentation{
		data.RandomCrop(4, 4, 1), data.RandomHorizontalFlip(0.5),
		data.RandomAffine(data.Affine{Degrees: 10, Translate: [2]float64{0.1, 0.1}, Scale: [2]float64{0.9, 1.1}, Shear: 5}),
	}
	epochs := func(workers, batch int, seed uint64) (out [2][]float64) {
		l := data.NewLoader(data.Augment(numbered[uint8](t, 21), steps...), data.BatchSize(batch), data.Seed(seed), data.Workers(workers))
		for e := range out {
			for b, err := range l.Epoch(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				if b.X.DType() != tensor.Uint8 {
					t.Fatalf("images of %v", b.X.DType())
				}
				out[e] = append(out[e], b.X.Float64s()...)
			}
		}
		return out
	}
	want := epochs(1, 4, 9)
	if slices.Equal(want[0], want[1]) {
		t.Error("two epochs are the same")
	}
	for _, workers := range []int{0, 1, 4} {
		for _, batch := range []int{1, 4, 5} {
			got := epochs(workers, batch, 9)
			if !slices.Equal(got[0], want[0]) || !slices.Equal(got[1], want[1]) {
				t.Errorf("%d workers and batches of %d change images", workers, batch)
			}
		}
	}
	if slices.Equal(epochs(1, 4, 10)[0], want[0]) {
		t.Error("the seed does not change anything")
	}
}

func image() *data.Image {
	im := &data.Image{Channels: 2, Height: 4, Width: 5}
	for i := range 40 {
		im.Pix = append(im.Pix, float32(i+1))
	}
	return im
}

// A crop is a window of the padded image.
func TestRandomCrop(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	places := map[string]bool{}
	for range 200 {
		im, all := image(), image()
		data.RandomCrop(3, 6, 1)(r, im)
		if im.Height != 3 || im.Width != 6 || len(im.Pix) != 36 {
			t.Fatalf("an image of %d×%d, %d pixels", im.Height, im.Width, len(im.Pix))
		}
		found := ""
		for top := -1; top <= 2; top++ {
			for left := -1; left <= 0; left++ {
				same := true
				for i, p := range im.Pix {
					c, y, x := i/18, i/6%3+top, i%6+left
					want := float32(0)
					if y >= 0 && y < 4 && x >= 0 && x < 5 {
						want = all.Pix[c*20+y*5+x]
					}
					same = same && p == want
				}
				if same {
					found = fmt.Sprint(top, left)
				}
			}
		}
		if found == "" {
			t.Fatalf("%v is no window", im.Pix)
		}
		places[found] = true
	}
	if len(places) != 8 {
		t.Errorf("windows at %v: there are 8", places)
	}
	err := tensor.Try(func() { data.RandomCrop(9, 2, 1)(r, image()) })
	if err == nil || !strings.Contains(err.Error(), "no 9×2 pixels") {
		t.Errorf("error %v", err)
	}
}

func TestRandomHorizontalFlip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	flips := 0
	for range 1000 {
		im := image()
		data.RandomHorizontalFlip(0.3)(r, im)
		switch im.Pix[0] {
		case 5:
			flips++
			if !slices.Equal(im.Pix[5:10], []float32{10, 9, 8, 7, 6}) || im.Pix[20] != 25 {
				t.Fatalf("flipped to %v", im.Pix)
			}
		case 1:
		default:
			t.Fatalf("flipped to %v", im.Pix)
		}
	}
	if flips < 250 || flips > 350 {
		t.Errorf("%d flips of 1000", flips)
	}
}

// Turning by a quarter, moving, scaling: each against what it says.
func TestRandomAffine(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	still := image()
	data.RandomAffine(data.Affine{})(r, still)
	if !slices.Equal(still.Pix, image().Pix) {
		t.Errorf("nothing to do made %v", still.Pix)
	}
	// Of a function that is linear in the place, interpolation makes that function of the place it comes from.
	ramp := func() *data.Image {
		im := &data.Image{Channels: 1, Height: 21, Width: 21}
		for i := range 21 * 21 {
			im.Pix = append(im.Pix, 100+3*float32(i/21-10)+7*float32(i%21-10))
		}
		return im
	}
	for range 50 {
		im := ramp()
		data.RandomRotation(30)(r, im)
		down, right := float64(im.Pix[11*21+10]-im.Pix[10*21+10]), float64(im.Pix[10*21+11]-im.Pix[10*21+10])
		if math.Abs(float64(im.Pix[10*21+10])-100) > 1e-3 || math.Abs(math.Hypot(down, right)-math.Hypot(3, 7)) > 1e-3 {
			t.Fatalf("a turned ramp rises by %v and %v around %v", down, right, im.Pix[10*21+10])
		}
		if turn := math.Abs(math.Atan2(down, right)-math.Atan2(3, 7)) * 180 / math.Pi; turn > 30.001 {
			t.Errorf("turned by %v degrees", turn)
		}
		im = ramp()
		data.RandomAffine(data.Affine{Scale: [2]float64{2, 2}})(r, im)
		if down := im.Pix[11*21+10] - im.Pix[10*21+10]; math.Abs(float64(down)-1.5) > 1e-3 {
			t.Errorf("a ramp twice as large rises by %v", down)
		}
		im = ramp()
		data.RandomAffine(data.Affine{Translate: [2]float64{0.1, 0}})(r, im)
		if moved := (100 - float64(im.Pix[10*21+10])) / 3; math.Abs(moved) > 2.1 || moved == 0 {
			t.Errorf("moved by %v rows", moved)
		}
	}
}

func TestAugmentErrors(t *testing.T) {
	x := make([]int32, 40)
	ds, err := data.NewArrays(x, []int{2, 4, 5}, make([]int64, 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := data.Augment(ds).Batch(t.Context(), data.Pick{Indices: []int{0}}); err == nil || !strings.Contains(err.Error(), "int32") {
		t.Errorf("error %v", err)
	}
	grow := func(r *rand.Rand, im *data.Image) { data.RandomCrop(1+r.IntN(3), 2, 0)(r, im) }
	if _, err := data.Augment(numbered[float32](t, 9), grow).Batch(t.Context(), data.Pick{Indices: []int{0, 1, 2, 3, 4, 5, 6, 7, 8}}); err == nil || !strings.Contains(err.Error(), "no batch") {
		t.Errorf("error %v", err)
	}
}
