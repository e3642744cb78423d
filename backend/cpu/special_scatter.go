package cpu

import (
	"cmp"

	"github.com/flambeau-ml/flambeau/graph"
)

// scatter moves elements by their size alone.
func scatter(e *env, a *graph.Attrs, in []array, out array) error {
	ix, done, err := indexingOf(e, a, in[0], in[1])
	if err != nil {
		return err
	}
	defer done()
	base, upd := in[0], in[2]
	switch out.dtype.Bytes() {
	case 1:
		scatterElements(e, &ix, base, upd, out, rowPut, joiner[uint8]{put[uint8], putEach[uint8]})
	case 2:
		scatterElements(e, &ix, base, upd, out, rowPut, joiner[uint16]{put[uint16], putEach[uint16]})
	case 4:
		scatterElements(e, &ix, base, upd, out, rowPut, joiner[uint32]{put[uint32], putEach[uint32]})
	case 8:
		scatterElements(e, &ix, base, upd, out, rowPut, joiner[uint64]{put[uint64], putEach[uint64]})
	case 16:
		scatterElements(e, &ix, base, upd, out, rowPut, joiner[[2]uint64]{put[[2]uint64], putEach[[2]uint64]})
	}
	return nil
}

func put[T any](y, x []T) { copy(y, x) }

func putEach[T any](y []T, at []int64, x []T) {
	x = x[:len(at)]
	for i, k := range at {
		y[k] = x[i]
	}
}

// joiners are the functions that a scatter joins elements of each type with; half precision is joined in float32.
type joiners struct {
	f32 func(y, x []float32)
	f64 func(y, x []float64)
	u8  func(y, x []uint8)
	u16 func(y, x []uint16)
	u32 func(y, x []uint32)
	u64 func(y, x []uint64)
	i8  func(y, x []int8)
	i16 func(y, x []int16)
	i32 func(y, x []int32)
	i64 func(y, x []int64)

	c64  func(y, x [][2]float32)
	c128 func(y, x [][2]float64)

	rows32, rows64 rowOp // machine code of f32 and f64
}

func scatterWith(j *joiners) special {
	return func(e *env, a *graph.Attrs, in []array, out array) error {
		ix, done, err := indexingOf(e, a, in[0], in[1])
		if err != nil {
			return err
		}
		defer done()
		base, upd := in[0], in[2]
		switch out.dtype {
		case graph.Float16, graph.BFloat16:
			scatterHalf(e, &ix, base, upd, out, j.f32)
		case graph.Float32:
			scatterElements(e, &ix, base, upd, out, j.rows32, joiner[float32]{line: j.f32})
		case graph.Float64:
			scatterElements(e, &ix, base, upd, out, j.rows64, joiner[float64]{line: j.f64})
		case graph.Uint8:
			scatterElements(e, &ix, base, upd, out, noRows, joiner[uint8]{line: j.u8})
		case graph.Uint16:
			scatterElements(e, &ix, base, upd, out, noRows, joiner[uint16]{line: j.u16})
		case graph.Uint32:
			scatterElements(e, &ix, base, upd, out, noRows, joiner[uint32]{line: j.u32})
		case graph.Uint64:
			scatterElements(e, &ix, base, upd, out, noRows, joiner[uint64]{line: j.u64})
		case graph.Int8:
			scatterElements(e, &ix, base, upd, out, noRows, joiner[int8]{line: j.i8})
		case graph.Int16:
			scatterElements(e, &ix, base, upd, out, noRows, joiner[int16]{line: j.i16})
		case graph.Int32:
			scatterElements(e, &ix, base, upd, out, noRows, joiner[int32]{line: j.i32})
		case graph.Int64:
			scatterElements(e, &ix, base, upd, out, noRows, joiner[int64]{line: j.i64})
		case graph.Complex64:
			scatterElements(e, &ix, base, upd, out, noRows, joiner[[2]float32]{line: j.c64})
		case graph.Complex128:
			scatterElements(e, &ix, base, upd, out, noRows, joiner[[2]float64]{line: j.c128})
		}
		return nil
	}
}

var (
	scatterMul = scatterWith(&joiners{times[float32], times[float64], times[uint8], times[uint16], times[uint32], times[uint64], times[int8], times[int16], times[int32], times[int64], timesParts[float32], timesParts[float64], noRows, noRows})
	scatterMax = scatterWith(&joiners{larger[float32], larger[float64], larger[uint8], larger[uint16], larger[uint32], larger[uint64], larger[int8], larger[int16], larger[int32], larger[int64], nil, nil, rowMaxF32, rowMaxF64})
	scatterMin = scatterWith(&joiners{smaller[float32], smaller[float64], smaller[uint8], smaller[uint16], smaller[uint32], smaller[uint64], smaller[int8], smaller[int16], smaller[int32], smaller[int64], nil, nil, rowMinF32, rowMinF64})
)

func times[T integer | floating](y, x []T) {
	x = x[:len(y)]
	for i := range y {
		y[i] *= x[i]
	}
}

// timesParts is times for complex numbers, given as pairs of their parts.
func timesParts[P floating](y, x [][2]P) {
	x = x[:len(y)]
	for i := range y {
		y[i] = timesComplex(y[i], x[i])
	}
}

func larger[T cmp.Ordered](y, x []T) {
	x = x[:len(y)]
	for i := range y {
		y[i] = max(y[i], x[i])
	}
}

func smaller[T cmp.Ordered](y, x []T) {
	x = x[:len(y)]
	for i := range y {
		y[i] = min(y[i], x[i])
	}
}
