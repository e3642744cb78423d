package declare

import "slices"

// pixels are the numbers of images: bytes as long as each is a whole number from 0 to 255, as in most files, for sixty
// thousand images of bytes fit where those of floats would not.
type pixels struct {
	bytes  []uint8
	floats []float32
}

// add appends numbers.
func (p *pixels) add(numbers []float32) {
	if p.floats != nil {
		p.floats = append(p.floats, numbers...)
		return
	}
	n := len(p.bytes)
	for _, x := range numbers {
		b := uint8(int32(max(0, min(x, 255))))
		if float32(b) != x {
			p.widen(n, numbers)
			return
		}
		p.bytes = append(p.bytes, b)
	}
}

// widen makes floats of the first n bytes, and appends numbers.
func (p *pixels) widen(n int, numbers []float32) {
	p.floats = make([]float32, n, 2*n+len(numbers))
	for i, b := range p.bytes[:n] {
		p.floats[i] = float32(b)
	}
	p.floats = append(p.floats, numbers...)
	p.bytes = nil
}

// sameImage reports whether an array of this shape is an image [C, H, W]; one of one plane may come without it.
func sameImage(shape, image []int) bool {
	if len(shape) == 2 {
		shape = []int{1, shape[0], shape[1]}
	}
	return slices.Equal(shape, image)
}
