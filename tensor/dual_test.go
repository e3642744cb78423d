package tensor

import (
	"math"
	"slices"
)

// dual is a number with its derivatives by each element of the leaves.
type dual struct {
	v float64
	d []float64
}

// duals is the plain model of a tensor with history: places in memory that holds dual numbers. Views share the memory;
// a detached one reads without derivatives, and what is written through it leaves the derivatives alone.
type duals struct {
	mem    []dual
	at     []int // where the elements lie, row-major
	shape  []int
	detach bool
}

func newDuals(values []dual, shape []int) *duals {
	at := make([]int, len(values))
	for i := range at {
		at[i] = i
	}
	return &duals{mem: values, at: at, shape: shape}
}

func (m *duals) read() []dual {
	out := make([]dual, len(m.at))
	for i, p := range m.at {
		if out[i] = m.mem[p]; m.detach {
			out[i].d = make([]float64, len(out[i].d))
		}
	}
	return out
}

func (m *duals) write(values []dual) {
	for i, p := range m.at {
		if m.detach {
			values[i].d = m.mem[p].d
		}
		m.mem[p] = values[i]
	}
}

func (m *duals) numbers() []float64 {
	out := make([]float64, len(m.at))
	for i, p := range m.at {
		out[i] = m.mem[p].v
	}
	return out
}

// strided is m as a model of memory that holds the numbers of the elements: views of it say where theirs lie.
func (m *duals) strided() *strided {
	at := make([]float64, len(m.at))
	for i := range at {
		at[i] = float64(i)
	}
	return newStrided(at, m.shape)
}

// seen is m as a view of m.strided() shows it.
func (m *duals) seen(v *strided) *duals {
	at := make([]int, 0, v.numel())
	for _, i := range v.values() {
		at = append(at, m.at[int(i)])
	}
	return &duals{m.mem, at, v.shape, m.detach}
}

// chain is the number v with the derivatives Σ by[i]·xs[i].d.
func chain(v float64, xs []dual, by ...float64) dual {
	out := dual{v, make([]float64, len(xs[0].d))}
	for i, x := range xs {
		for k := range out.d {
			out.d[k] += by[i] * x.d[k]
		}
	}
	return out
}

// dualUnary is the functions of one number, by the names of their methods, with their derivatives.
var dualUnary = []struct {
	name string
	f    func(x float64) (y, dy float64)
	do   func(*Tensor) *Tensor
	in   func(*Tensor) *Tensor // in place
}{
	{"Sin", func(x float64) (float64, float64) { return math.Sin(x), math.Cos(x) }, (*Tensor).Sin, (*Tensor).Sin_},
	{"Tanh", func(x float64) (float64, float64) { y := math.Tanh(x); return y, 1 - y*y }, (*Tensor).Tanh, (*Tensor).Tanh_},
	{"Sigmoid", func(x float64) (float64, float64) { y := 1 / (1 + math.Exp(-x)); return y, y * (1 - y) }, (*Tensor).Sigmoid, (*Tensor).Sigmoid_},
	{"Square", func(x float64) (float64, float64) { return x * x, 2 * x }, (*Tensor).Square, (*Tensor).Square_},
	{"Neg", func(x float64) (float64, float64) { return -x, -1 }, (*Tensor).Neg, (*Tensor).Neg_},
}

var dualBinary = []struct {
	name string
	f    func(x, y float64) (z, dx, dy float64)
	do   func(x, y *Tensor) *Tensor
	in   func(x, y *Tensor) *Tensor // in place
}{
	{"Add", func(x, y float64) (float64, float64, float64) { return x + y, 1, 1 }, (*Tensor).Add, (*Tensor).Add_},
	{"Sub", func(x, y float64) (float64, float64, float64) { return x - y, 1, -1 }, (*Tensor).Sub, (*Tensor).Sub_},
	{"Mul", func(x, y float64) (float64, float64, float64) { return x * y, y, x }, (*Tensor).Mul, (*Tensor).Mul_},
}

func apply1(xs []dual, f func(x float64) (y, dy float64)) []dual {
	out := make([]dual, len(xs))
	for i, x := range xs {
		y, dy := f(x.v)
		out[i] = chain(y, []dual{x}, dy)
	}
	return out
}

func apply2(xs, ys []dual, f func(x, y float64) (z, dx, dy float64)) []dual {
	out := make([]dual, len(xs))
	for i, x := range xs {
		z, dx, dy := f(x.v, ys[i].v)
		out[i] = chain(z, []dual{x, ys[i]}, dx, dy)
	}
	return out
}

// expanded is m repeated to a shape, ok if it can be.
func (m *duals) expanded(shape []int) (*duals, bool) {
	lead := len(shape) - len(m.shape)
	if lead < 0 {
		return nil, false
	}
	for i, n := range m.shape {
		if n != 1 && n != shape[lead+i] {
			return nil, false
		}
	}
	return m.seen(m.strided().expand(shape)), true
}

// rows calls f with the elements along an axis, for each place of the other axes in row-major order.
func (m *duals) rows(axis int, f func(row []dual)) {
	v := m.strided()
	order := make([]int, 0, len(m.shape))
	for i := range m.shape {
		if i != axis {
			order = append(order, i)
		}
	}
	xs := m.seen(v.permute(append(order, axis))).read()
	for row := range slices.Chunk(xs, m.shape[axis]) {
		f(row)
	}
}

func (m *duals) sum(axis int) *duals {
	var out []dual
	m.rows(axis, func(row []dual) {
		v, by := 0.0, make([]float64, len(row))
		for i, x := range row {
			v += x.v
			by[i] = 1
		}
		out = append(out, chain(v, row, by...))
	})
	return newDuals(out, slices.Delete(slices.Clone(m.shape), axis, axis+1))
}

func (m *duals) softmax(axis int) *duals {
	var out []dual
	m.rows(axis, func(row []dual) {
		total := 0.0
		for _, x := range row {
			total += math.Exp(x.v)
		}
		for i := range row {
			by := make([]float64, len(row))
			p := math.Exp(row[i].v) / total
			for k, x := range row {
				if by[k] = -p * math.Exp(x.v) / total; i == k {
					by[k] += p
				}
			}
			out = append(out, chain(p, row, by...))
		}
	})
	moved := newDuals(out, append(slices.Delete(slices.Clone(m.shape), axis, axis+1), m.shape[axis]))
	order := make([]int, 0, len(m.shape))
	for i := range len(m.shape) - 1 {
		order = append(order, i)
	}
	y := moved.seen(moved.strided().permute(slices.Insert(order, axis, len(m.shape)-1)))
	return newDuals(y.read(), y.shape)
}
