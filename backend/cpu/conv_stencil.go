package cpu

import (
	"runtime"
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
)

// stencilMost is how many products a call of the code that computes rows has at most: tens of microseconds.
const stencilMost = 1 << 20

// stencil is a depthwise convolution: a plane of the result is that of a channel, summed under a window. Nothing is packed;
// the sums are those of every other way.
type stencil struct {
	shape            micro.StencilShape
	machine          *micro.Kernels
	src              []float32
	height, width    int // of a plane of src
	low              [2]int
	out              [2]int
	channels, rows   int // of src; filters of a channel
	masks            []uint16
	zeros            []float32
	vectors, reading int // of a row of positions; rows that a plane reads
}

// byStencil computes the products of filters with patches, as overImages does, where every channel has its own filters and
// there is code for the window.
func byStencil[T number](e *env, src []T, x operand, per int, rs []reach, filters matrix, to sink[T]) bool {
	source, ok := any(src).([]float32)
	if !ok || per != 1 || len(rs) != 2 || e.engine == nil || e.engine.f32 == nil || len(src) == 0 {
		return false
	}
	s := &stencil{machine: e.engine.f32, src: source, height: rs[0].source, width: rs[1].source, channels: x.axes[1].size, rows: filters.rows.len()}
	for d, r := range rs {
		n := len(r.offset)
		shape := micro.StencilShape{Size: n, Step: r.step, Backwards: n > 1 && r.offset[1] < r.offset[0]}
		if d == 1 && shape != s.shape || n < 2 || r.target == 0 {
			return false
		}
		s.shape = shape
		by := 1
		if s.low[d] = -r.offset[0]; shape.Backwards {
			by, s.low[d] = -1, -r.offset[n-1]
		}
		for k, o := range r.offset {
			if o != r.offset[0]+by*k {
				return false
			}
		}
		s.out[d] = r.target
	}
	if !s.machine.HasStencil(s.shape) {
		return false
	}
	s.run(e, x.axes[0].size, linesOf[T](filters), to)
	return true
}

// run computes the planes of all images and hands them on.
func (s *stencil) run(e *env, images int, filters, to any) {
	l, out := filters.(lines[float32]), to.(sink[float32])
	s.vectors, s.reading = ceilDiv(s.out[1], micro.StencilLanes), (s.out[0]-1)*s.shape.Step+s.shape.Size
	for v := range s.vectors {
		for place := range s.shape.Size {
			for half := range s.shape.Step {
				x := (v*s.shape.Step+half)*micro.StencilLanes + place - s.low[1] // what the first lane reads
				s.masks = append(s.masks, laneMask(-x, s.width-x))
			}
		}
		s.masks = append(s.masks, laneMask(0, s.out[1]-v*micro.StencilLanes))
	}
	zeros := borrowSlice[float32](s.width + max(s.low[1], 0) + 1)
	defer giveBackSlice(zeros)
	clear(*zeros)
	s.zeros = *zeros

	plane, window := s.out[0]*s.out[1], s.shape.Size*s.shape.Size
	e.pool.For(images*s.channels*s.rows, max(1, stencilMost/4/(plane*window)), func(worker, lo, hi int) {
		weights, at := borrow[float32](s.machine), make([]uintptr, s.reading)
		defer weights.giveBack()
		buf := borrowSlice[float32](plane)
		defer giveBackSlice(buf)
		for u := lo; u < hi; u++ {
			image, channel, row := u/s.rows/s.channels, u/s.rows%s.channels, u%s.rows
			result := *buf
			if out.mem != nil {
				result = out.mem[u*plane:][:plane]
			}
			s.plane(at, weights.vector(weights.a, &l, worker, channel, row, 0, window), image*s.channels+channel, result)
			for i := 0; i < plane && out.mem == nil; i += thinMax {
				out.write(worker, u*plane+i, result[i:min(i+thinMax, plane)])
			}
		}
	})
}

// plane computes one plane of the result from one of the source; at is memory for addresses.
func (s *stencil) plane(at []uintptr, weights []float32, number int, to []float32) {
	base := number * s.height * s.width
	for i := range at {
		if y := i - s.low[0]; y >= 0 && y < s.height {
			at[i] = addressAfter(s.src, (base+y*s.width-s.low[1])*4)
		} else {
			at[i] = addressAfter(s.zeros, 0)
		}
	}
	x := micro.Stencil{Masks: unsafe.Pointer(&s.masks[0]), Weights: unsafe.Pointer(&weights[0]), Row: s.out[1] * 4, Vectors: s.vectors}
	step := max(4, stencilMost/(s.vectors*micro.StencilLanes*len(weights)))
	for i := 0; i < s.out[0]; i += step {
		x.Rows, x.To, x.Count = unsafe.Pointer(&at[i*s.shape.Step]), unsafe.Pointer(&to[i*s.out[1]]), min(step, s.out[0]-i)
		s.machine.Sum(s.shape, &x)
	}
	runtime.KeepAlive(s)
}
