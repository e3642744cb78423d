package cpu

import (
	"runtime"
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
)

// stencilMost is how many products a call of the code that computes rows has at most: tens of microseconds.
const stencilMost = 1 << 20

// stencilHeld is how many elements of planes are computed before they are handed on: half of a core's first cache.
const stencilHeld = 1 << 12

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
	together := 1 // planes, where each channel has one filter
	if s.rows == 1 {
		together = max(1, min(stencilMost/(plane*window), stencilHeld/plane, 512))
	}
	e.pool.For(images*s.channels*s.rows, max(1, stencilMost/4/(plane*window)), func(worker, lo, hi int) {
		weights, rows := borrow[float32](s.machine), newStencilRows(s)
		defer weights.giveBack()
		buf := borrowSlice[float32](together * plane)
		defer giveBackSlice(buf)
		for n := 0; lo < hi; lo += n {
			image, channel, row := lo/s.rows/s.channels, lo/s.rows%s.channels, lo%s.rows
			n = min(together, hi-lo)
			if s.rows == 1 {
				n = min(n, s.channels-channel)
			}
			result := (*buf)[:n*plane]
			if out.mem != nil {
				result = out.mem[lo*plane:][:n*plane]
			}
			w := weights.a
			if together > 1 && s.adjoin(&l, channel, n) {
				w = l.plain.mem[l.plain.batch.offset(channel):]
			} else {
				for i := range n {
					weights.vector(w[i*window:], &l, worker, channel+i, row, 0, window)
				}
			}
			s.planes(rows, w, image*s.channels+channel, n, result)
			if out.mem == nil {
				out.writeRows(worker, runs{lo * plane, plane, plane, n, plane}, result)
			}
		}
	})
}

// adjoin reports whether the only filters of n channels lie one after the other in memory.
func (s *stencil) adjoin(l *lines[float32], channel, n int) bool {
	window := s.shape.Size * s.shape.Size
	return l.alongK && l.plain != nil && l.plain.batch.offset(channel+n-1) == l.plain.batch.offset(channel)+(n-1)*window &&
		len(l.plain.batch) <= 1
}

// stencilRows is a worker's memory for the addresses of rows, and how far these are from those of the next plane.
type stencilRows struct{ at, steps []uintptr }

func newStencilRows(s *stencil) *stencilRows {
	n := (s.reading + 7) / 8 * 8
	return &stencilRows{make([]uintptr, n), make([]uintptr, n)}
}

// planes computes n planes of the result from as many of the source, the first of which is given by its number.
func (s *stencil) planes(r *stencilRows, weights []float32, number, n int, to []float32) {
	base := number * s.height * s.width
	for i := range s.reading {
		if y := i - s.low[0]; y >= 0 && y < s.height {
			r.at[i], r.steps[i] = addressAfter(s.src, (base+y*s.width-s.low[1])*4), uintptr(s.height*s.width*4)
		} else {
			r.at[i] = addressAfter(s.zeros, 0)
		}
	}
	x := micro.Stencil{
		Rows: unsafe.Pointer(&r.at[0]), Steps: unsafe.Pointer(&r.steps[0]), Masks: unsafe.Pointer(&s.masks[0]), Weights: unsafe.Pointer(&weights[0]),
		To: unsafe.Pointer(&to[0]), Row: s.out[1] * 4, Count: s.out[0], Vectors: s.vectors, Planes: n, Reading: 8 * len(r.at),
	}
	if n > 1 {
		s.machine.Sum(s.shape, &x)
		runtime.KeepAlive(s)
		return
	}
	step := max(8, stencilMost/(s.vectors*micro.StencilLanes*s.shape.Size*s.shape.Size))
	for i := 0; i < s.out[0]; i += step {
		x.Rows, x.To, x.Count = unsafe.Pointer(&r.at[i*s.shape.Step]), unsafe.Pointer(&to[i*s.out[1]]), min(step, s.out[0]-i)
		x.Reading = 0
		s.machine.Sum(s.shape, &x)
	}
	runtime.KeepAlive(s)
}
