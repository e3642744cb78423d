package tensor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/backend/reference"
)

type gradKind int

const (
	gradUnary gradKind = iota
	gradBinary
	gradSum
	gradSoftmax
	gradView
	gradPick
	gradDetach
	gradUnaryInPlace
	gradBinaryInPlace
	gradSet
	gradSetPlaces
	gradConstant
	gradRead
	gradBackward
	gradKinds
)

// gradAlias is a handle and its model.
type gradAlias struct {
	x    *Tensor
	m    *duals
	leaf bool // its memory is a leaf's
}

// gradWorld is two leaves and what was computed from them.
type gradWorld struct {
	leaves []*Tensor
	live   []gradAlias
	log    []string
}

func (w *gradWorld) logf(format string, args ...any) {
	w.log = append(w.log, fmt.Sprintf(format, args...))
}

func newGradWorld() *gradWorld {
	w := &gradWorld{}
	const size = 6
	for k := range 2 {
		values, ds := make([]float64, size), make([]dual, size)
		for i := range values {
			values[i] = float64(i*(k+2)%5)/4 - 0.5 + float64(k)/8
			ds[i] = dual{values[i], make([]float64, 2*size)}
			ds[i].d[k*size+i] = 1
		}
		x := New(values, 2, 3).RequiresGrad()
		w.leaves = append(w.leaves, x)
		w.live = append(w.live, gradAlias{x, newDuals(ds, []int{2, 3}), true})
	}
	return w
}

func (w *gradWorld) add(x *Tensor, m *duals, leaf bool) error {
	w.live = append(w.live, gradAlias{x, m, leaf})
	if !slices.Equal(x.Shape(), m.shape) {
		return fmt.Errorf("t%d has sizes %v, want %v", len(w.live)-1, x.Shape(), m.shape)
	}
	return nil
}

func (w *gradWorld) addFresh(x *Tensor, values []dual, shape []int) error {
	return w.add(x, newDuals(values, shape), false)
}

func close64(got, want []float64) bool {
	return slices.EqualFunc(got, want, func(x, y float64) bool { return math.Abs(x-y) <= 1e-9*(1+math.Abs(y)) })
}

// constant is a tensor without history.
func (w *gradWorld) constant(d draws, shape []int) (*Tensor, []dual) {
	n := 1
	for _, k := range shape {
		n *= k
	}
	values, ds := make([]float64, n), make([]dual, n)
	for i := range values {
		values[i] = d.Float64() - 0.5
		ds[i] = dual{values[i], make([]float64, len(w.live[0].m.mem[0].d))}
	}
	return newShaped(values, shape), ds
}

func (w *gradWorld) run(kind gradKind, rnd uint64) error {
	d := draws{rand.New(rand.NewPCG(rnd, 3))}
	at := d.IntN(len(w.live))
	a := w.live[at]
	name, next := fmt.Sprintf("t%d", at), len(w.live)
	b := w.live[d.IntN(len(w.live))]
	axis := 0
	if len(a.m.shape) > 0 {
		axis = d.IntN(len(a.m.shape))
	} else if kind >= gradSum && kind <= gradPick || kind == gradSetPlaces {
		return nil
	}
	writable := !a.leaf || a.x.detach
	switch kind {
	case gradUnary:
		op := dualUnary[d.IntN(len(dualUnary))]
		w.logf("t%d = %s.%s()", next, name, op.name)
		return w.addFresh(op.do(a.x), apply1(a.m.read(), op.f), a.m.shape)
	case gradBinary, gradBinaryInPlace:
		op := dualBinary[d.IntN(len(dualBinary))]
		bm, ok := b.m.expanded(a.m.shape)
		if !ok {
			return nil
		}
		values := apply2(a.m.read(), bm.read(), op.f)
		if kind == gradBinary {
			w.logf("t%d = %s.%s(another of %v)", next, name, op.name, b.m.shape)
			return w.addFresh(op.do(a.x, b.x), values, a.m.shape)
		}
		if writable {
			w.logf("%s.%s_(another of %v)", name, op.name, b.m.shape)
			op.in(a.x, b.x)
			a.m.write(values)
		}
	case gradUnaryInPlace:
		if op := dualUnary[d.IntN(len(dualUnary))]; writable {
			w.logf("%s.%s_()", name, op.name)
			op.in(a.x)
			a.m.write(apply1(a.m.read(), op.f))
		}
	case gradSum:
		w.logf("t%d = %s.Sum(%d)", next, name, axis)
		m := a.m.sum(axis)
		return w.add(a.x.Sum(axis), m, false)
	case gradSoftmax:
		w.logf("t%d = %s.Softmax(%d)", next, name, axis)
		return w.add(a.x.Softmax(axis), a.m.softmax(axis), false)
	case gradView:
		n := a.m.shape[axis]
		from := d.IntN(n)
		count := 1 + d.IntN(n-from)
		v := a.m.strided().slice(axis, from, count, 1)
		order := d.Perm(len(a.m.shape))
		w.logf("t%d = %s.Narrow(%d, %d, %d).Permute(%v)", next, name, axis, from, count, order)
		return w.add(a.x.Narrow(axis, from, count).Permute(order...), a.m.seen(v.permute(order)), a.leaf)
	case gradPick, gradSetPlaces:
		places := make([]int, 1+d.IntN(4))
		for i := range places {
			places[i] = d.IntN(a.m.shape[0])
		}
		shape := slices.Clone(a.m.shape)
		shape[0] = len(places)
		v := a.m.seen(a.m.strided())
		row := len(v.at) / a.m.shape[0]
		v.shape, v.at = shape, nil
		for _, p := range places {
			v.at = append(v.at, a.m.at[p*row:(p+1)*row]...)
		}
		if kind == gradPick {
			w.logf("t%d = %s.Index(%v)", next, name, places)
			return w.addFresh(a.x.Index(places), v.read(), shape)
		}
		if bm, ok := b.m.expanded(shape); ok && writable {
			w.logf("%s.SetIndex(another of %v, %v)", name, b.m.shape, places)
			a.x.SetIndex(b.x, places)
			v.write(bm.read())
		}
	case gradDetach:
		w.logf("t%d = %s.Detach()", next, name)
		m := *a.m
		m.detach = true
		return w.add(a.x.Detach(), &m, a.leaf)
	case gradSet:
		if bm, ok := b.m.expanded(a.m.shape); ok && writable {
			w.logf("%s.SetIndex(another of %v)", name, b.m.shape)
			a.x.SetIndex(b.x)
			a.m.write(bm.read())
		}
	case gradConstant:
		x, ds := w.constant(d, a.m.shape)
		w.logf("t%d = new %v", next, a.m.shape)
		return w.addFresh(x, ds, a.m.shape)
	case gradRead:
		w.logf("read %s", name)
		return a.check(name)
	case gradBackward:
		w.logf("backward from %s", name)
		return w.backward(a, d.IntN(2) == 0)
	}
	return nil
}

func (a gradAlias) check(name string) error {
	if got, want := Data[float64](a.x), a.m.numbers(); !close64(got, want) {
		return fmt.Errorf("%s is %v, want %v", name, got, want)
	}
	return nil
}

// backward compares the gradients of Σ x·weights with the derivatives of the model.
func (w *gradWorld) backward(a gradAlias, twice bool) error {
	xs := a.m.read()
	want := make([]float64, len(xs[0].d))
	weights := make([]float64, len(xs))
	for i, x := range xs {
		weights[i] = float64(i%3) + 0.5
		for k := range want {
			want[k] += weights[i] * x.d[k]
		}
	}
	if !a.x.NeedsGrad() {
		if slices.ContainsFunc(want, func(g float64) bool { return g != 0 }) {
			return fmt.Errorf("no gradient is asked of what has the derivatives %v", want)
		}
		return nil
	}
	seed := newShaped(weights, a.m.shape)
	a.x.Backward(Seed(seed), Retain())
	if twice {
		a.x.Backward(Seed(seed), Retain())
		for i := range want {
			want[i] *= 2
		}
	}
	for k, leaf := range w.leaves {
		part := want[k*leaf.Numel() : (k+1)*leaf.Numel()]
		got := make([]float64, len(part))
		if g := leaf.Grad(); g != nil {
			got = Data[float64](g)
		}
		if !close64(got, part) {
			return fmt.Errorf("the gradient of t%d is %v, want %v", k, got, part)
		}
		leaf.ZeroGrad()
	}
	return nil
}

type gradStep struct {
	kind gradKind
	rnd  uint64
}

func playGrad(steps []gradStep, dev *Device) (log []string, err error) {
	SetDefault(dev)
	w := newGradWorld()
	if e := Try(func() {
		for _, s := range steps {
			if err = w.run(s.kind, s.rnd); err != nil {
				return
			}
		}
		for i, a := range w.live {
			if err = a.check(fmt.Sprintf("in the end t%d", i)); err == nil {
				err = w.backward(a, false)
			}
			if err != nil {
				return
			}
		}
	}); e != nil {
		err = e
	}
	return w.log, err
}

// Random expressions with views, writes through any alias and Detach have the gradients that dual numbers find.
func TestGradientsAreDerivatives(t *testing.T) {
	testDevice(t)
	sequences := 1500
	if testing.Short() {
		sequences = 150
	}
	for _, eager := range []bool{false, true} {
		dev := NewDevice(&reference.Device{})
		dev.SetEager(eager)
		for seed := range sequences {
			r := rand.New(rand.NewPCG(uint64(seed), 4))
			steps := make([]gradStep, 3+r.IntN(18))
			for i := range steps {
				steps[i] = gradStep{gradKind(r.IntN(int(gradKinds))), r.Uint64()}
			}
			if _, err := playGrad(steps, dev); err != nil {
				steps = shrink(steps, func(s []gradStep) bool { _, err := playGrad(s, dev); return err != nil })
				log, err := playGrad(steps, dev)
				t.Fatalf("seed %d, eager %v:\n\t%s\n%v", seed, eager, strings.Join(log, "\n\t"), err)
			}
		}
	}
}
