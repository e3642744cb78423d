package tensor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
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
	bits   []float64 // all that was read
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
		return w.check(a, name)
	case gradBackward:
		w.logf("backward from %s", name)
		return w.backward(a, d.IntN(2) == 0)
	}
	return nil
}

// data reads x.
func (w *gradWorld) data(x *Tensor) []float64 {
	data := Data[float64](x)
	w.bits = append(w.bits, data...)
	return data
}

func (w *gradWorld) check(a gradAlias, name string) error {
	if got, want := w.data(a.x), a.m.numbers(); !close64(got, want) {
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
			got = w.data(g)
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

func playGrad(steps []gradStep, dev *Device) (w *gradWorld, err error) {
	SetDefault(dev)
	w = newGradWorld()
	if e := Try(func() {
		for _, s := range steps {
			if err = w.run(s.kind, s.rnd); err != nil {
				return
			}
		}
		for i, a := range w.live {
			if err = w.check(a, fmt.Sprintf("in the end t%d", i)); err == nil {
				err = w.backward(a, false)
			}
			if err != nil {
				return
			}
		}
	}); e != nil {
		err = e
	}
	return w, err
}

// Random expressions with views, writes through any alias and Detach have the gradients that dual numbers find, and the
// same bits whether they are deferred or not.
func TestGradientsAreDerivatives(t *testing.T) {
	testDevice(t)
	sequences := 600
	if testing.Short() {
		sequences = 80
	}
	for pair := range slices.Chunk(computings(), 2) {
		differ := func(steps []gradStep) (log []string, err error) {
			w, err := playGrad(steps, pair[0].dev)
			if err != nil {
				return w.log, fmt.Errorf("%s: %w", pair[0].name, err)
			}
			eager, err := playGrad(steps, pair[1].dev)
			if err == nil && !sameBits(w.bits, eager.bits) {
				err = fmt.Errorf("deferred %v\neager    %v", w.bits, eager.bits)
			}
			if err != nil {
				err = fmt.Errorf("%s: %w", pair[1].name, err)
			}
			return w.log, err
		}
		for seed := range sequences {
			r := rand.New(rand.NewPCG(uint64(seed), 4))
			steps := make([]gradStep, 3+r.IntN(18))
			for i := range steps {
				steps[i] = gradStep{gradKind(r.IntN(int(gradKinds))), r.Uint64()}
			}
			if _, err := differ(steps); err != nil {
				steps = shrink(steps, func(s []gradStep) bool { _, err := differ(s); return err != nil })
				log, err := differ(steps)
				t.Fatalf("seed %d:\n\t%s\n%v", seed, strings.Join(log, "\n\t"), err)
			}
		}
	}
}

// What Backward sweeps ends, unless it is retained; the error says whose history it was.
func TestSecondBackward(t *testing.T) {
	testDevice(t)
	x := New([]float64{1, 2}).RequiresGrad()
	y := x.Sin()
	y.Mul(y).Sum().Backward()
	for _, again := range []*Tensor{y.Sum(), y.Cos().Sum()} { // y is part of what was swept
		err := Try(func() { again.Backward() })
		if !strings.Contains(said(err), "history of a sin ") || !strings.Contains(said(err), "Retain") {
			t.Errorf("got %v", err)
		}
	}
	before := Data[float64](x.Grad())
	x.Sin().Sum().Backward() // a history of its own
	if got := Data[float64](x.Grad()); slices.Equal(got, before) {
		t.Error("a new history adds nothing")
	}
}

func TestGradientsAddUp(t *testing.T) {
	testDevice(t)
	x := New([]float32{1, 2}).RequiresGrad()
	y := x.Mul(x).Sum()
	y.Backward(Retain())
	y.Backward(Retain())
	wantData(t, x.Grad(), 4, 8)
	y.Backward()
	wantData(t, x.Grad(), 6, 12)
	x.ZeroGrad()
	if x.Grad() != nil {
		t.Error("a gradient after ZeroGrad")
	}
	x.SetGrad(New([]float32{100, 100}))
	x.Sum().Backward()
	wantData(t, x.Grad(), 101, 101)
}

func TestLeafRefusesWrites(t *testing.T) {
	testDevice(t)
	x := New([]float32{1, 2}).RequiresGrad()
	for _, f := range []func(){
		func() { x.Add_(x) },
		func() { x.Narrow(0, 0, 1).MulScalar_(2) },
		func() { x.SetIndex(0) },
	} {
		err := Try(f)
		if !strings.Contains(said(err), "leaf") || !strings.Contains(said(err), "Detach()") {
			t.Errorf("got %v", err)
		}
	}
	wantData(t, x.Detach(), 1, 2)
	if !x.IsLeaf() || x.Narrow(0, 0, 1).IsLeaf() || x.Detach().IsLeaf() || x.Sin().IsLeaf() {
		t.Error("other leaves than x")
	}
	x.Sum().Backward()
	if x.Narrow(0, 0, 1).Grad() != nil || x.Detach().Grad() != nil {
		t.Error("what is no leaf has a gradient")
	}
}

// An optimiser writes through Detach: what was computed before keeps its history and the values that it read, the leaf
// stays a leaf, and a tensor with history that is so written keeps that history under its new value.
func TestDetachWritesKeepHistory(t *testing.T) {
	testDevice(t)
	x := New([]float32{1, 2, 3}).RequiresGrad()
	loss := x.Mul(x).Sum()
	x.Detach().MulScalar_(10)
	wantData(t, x, 10, 20, 30)
	loss.Backward()
	wantData(t, x.Grad(), 2, 4, 6)
	x.ZeroGrad()
	x.Mul(x).Sum().Backward()
	wantData(t, x.Grad(), 20, 40, 60)

	x.ZeroGrad()
	y := x.MulScalar(2)
	y.Detach().SetIndex(5, To(2))
	wantData(t, y, 5, 5, 60)
	y.Mul(y).Sum().Backward() // 2y at the new value, times the 2 of y's history
	wantData(t, x.Grad(), 20, 20, 240)
}

func TestBackwardErrors(t *testing.T) {
	testDevice(t)
	x := New([]float32{1, 2}).RequiresGrad()
	for want, f := range map[string]func(){
		"more than one element":                  func() { x.Sin().Backward() },
		"requires a gradient":                    func() { x.Detach().Sum().Backward() },
		"does not fit the tensor":                func() { x.Sin().Backward(Seed(New([]float32{1, 2, 3}))) },
		"only floating and complex tensors":      func() { New([]int{1}).RequiresGrad() },
		"was computed from tensors that require": func() { x.Sin().RequiresGrad() },
		"a view cannot become a leaf":            func() { New([]float32{1, 2}).Narrow(0, 0, 1).RequiresGrad() },
		"does not require a gradient":            func() { x.Detach().SetGrad(x) },
		"a gradient of f32[1] does not fit":      func() { x.SetGrad(New([]float32{1})) },
	} {
		err := Try(f)
		if !strings.Contains(said(err), want) || !strings.Contains(err.Error(), "\n\tautograd_test.go:") {
			t.Errorf("got %v, want %q and the line", err, want)
		}
	}
}

// TestLeafOfDetached makes leaves of Detach aliases: of a computed tensor, of one with history and of a leaf. What they are
// aliases of stays as it was.
func TestLeafOfDetached(t *testing.T) {
	plain := New([]float32{1, 2})
	w := New([]float32{3, 4}).RequiresGrad()
	computed := w.Mul(plain)
	for name, x := range map[string]*Tensor{"computed": plain.MulScalar(2), "with history": computed, "leaf": w} {
		before := Data[float32](x.Detach())
		y := x.Detach().RequiresGrad()
		y.Mul(y).Sum().Backward()
		if y.Grad() == nil {
			t.Fatalf("%s: no gradient", name)
		}
		for i, g := range Data[float32](y.Grad()) {
			if g != 2*before[i] {
				t.Errorf("%s: gradient %v of %v", name, g, before[i])
			}
		}
		y.Detach().Add_(y.Grad())
		if got := Data[float32](x.Detach()); got[0] != before[0] {
			t.Errorf("%s: what was detached has changed from %v to %v", name, before, got)
		}
	}
	if w.Grad() != nil {
		t.Error("the leaf has a gradient of its alias")
	}
	computed.Sum().Backward()
	if g := w.Grad(); g == nil || Data[float32](g)[1] != 2 {
		t.Errorf("the history of what was detached: %v", g)
	}
}
