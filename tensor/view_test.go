package tensor

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/backend/cpu"
	"github.com/flambeau-ml/flambeau/backend/reference"
)

// A step of a sequence is a kind of operation and random numbers, which are read with respect to the handles there
// are: so a sequence stays one when steps are left out of it.
type step struct {
	kind stepKind
	rnd  uint64
}

type stepKind int

const (
	stepNew stepKind = iota
	stepNarrow
	stepSelect
	stepSlice
	stepPermute
	stepTranspose
	stepReshape
	stepView
	stepFlatten
	stepExpand
	stepUnsqueeze
	stepSqueeze
	stepIndex
	stepDetach
	stepAddTensor
	stepAddAlias
	stepMul
	stepSet
	stepSetPart
	stepCompute
	stepRead
	stepForget
	stepKinds
)

// alias is a handle and its model.
type alias struct {
	x *Tensor
	m *strided
}

// world is the handles that a sequence has made so far.
type world struct {
	live    []alias
	counter float64
	log     []string
}

// draws hands out random numbers of one step.
type draws struct{ *rand.Rand }

func (d draws) upTo(n int) int { return d.IntN(n + 1) }

// shapeOf factors n into axes, some of 1.
func (d draws) shapeOf(n int) []int {
	var shape []int
	if n == 0 {
		return []int{d.upTo(2), 0}
	}
	for n > 1 {
		k := 1 + d.IntN(n)
		for n%k != 0 {
			k++
		}
		shape = append(shape, k)
		n /= k
	}
	for len(shape) < 5 && d.IntN(3) == 0 {
		shape = slices.Insert(shape, d.upTo(len(shape)), 1)
	}
	return shape
}

// fresh are values that no other place has.
func (w *world) fresh(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		w.counter++
		out[i] = w.counter
	}
	return out
}

func anys(ns []int) []any {
	out := make([]any, len(ns))
	for i, n := range ns {
		out[i] = n
	}
	return out
}

// run does one step. A difference between tensors and models is an error; a step that cannot be done does nothing.
func (w *world) run(s step) error {
	d := draws{rand.New(rand.NewPCG(s.rnd, 1))}
	if s.kind == stepNew || len(w.live) == 0 {
		return w.makeNew(d)
	}
	at := d.IntN(len(w.live))
	a := w.live[at]
	name := fmt.Sprintf("t%d", at)
	switch {
	case s.kind < stepAddTensor:
		return w.makeView(s.kind, d, a, name)
	case s.kind < stepCompute:
		return w.write(s.kind, d, a, name)
	case s.kind == stepCompute: // something else of the same history
		w.logf("sum(%s)", name)
		want := 0.0
		for _, v := range a.m.values() {
			want += v
		}
		if got := sum(a.x).Item(); got != want {
			return fmt.Errorf("the sum of %s is %v, want %v", name, got, want)
		}
	case s.kind == stepRead:
		w.logf("read %s", name)
		return a.check(name)
	case s.kind == stepForget && len(w.live) > 1:
		w.logf("forget %s", name)
		w.live = slices.Delete(w.live, at, at+1)
		if d.IntN(50) == 0 {
			runtime.GC()
		}
	}
	return nil
}

func (w *world) logf(format string, args ...any) { w.log = append(w.log, fmt.Sprintf(format, args...)) }

func (a alias) check(name string) error {
	if !a.m.same(a.x) {
		return fmt.Errorf("%s has sizes %v and strides %v, want %v and %v", name, a.x.Shape(), a.x.Strides(), a.m.shape, a.m.strides)
	}
	if got, want := Data[float64](a.x), a.m.values(); !sameBits(got, want) {
		return fmt.Errorf("%s is %v, want %v", name, got, want)
	}
	return nil
}

func (w *world) add(x *Tensor, m *strided) error {
	w.live = append(w.live, alias{x, m})
	if !m.same(x) {
		return fmt.Errorf("t%d has sizes %v and strides %v, want %v and %v", len(w.live)-1, x.Shape(), x.Strides(), m.shape, m.strides)
	}
	return nil
}

func (w *world) makeNew(d draws) error {
	shape := make([]int, d.upTo(4))
	n := 1
	for i := range shape {
		shape[i] = 1 + d.IntN(4)
		if d.IntN(40) == 0 {
			shape[i] = 0
		}
		n *= shape[i]
	}
	values := w.fresh(n)
	w.logf("t%d = new %v", len(w.live), shape)
	return w.add(newShaped(values, shape), newStrided(slices.Clone(values), shape))
}

// part is an index for each axis, and what it names of the model.
func (w *world) part(d draws, m *strided) (args []any, v *strided) {
	v = m
	axis := 0
	for i := range len(m.shape) {
		n := v.shape[axis]
		switch k := d.IntN(5); {
		case k == 0 && n > 0:
			at := d.IntN(n)
			args = append(args, at-n*d.IntN(2))
			v = v.slice(axis, at, 1, 1).drop(axis)
			continue
		case k == 1:
			from, to, step := d.upTo(n), d.upTo(n), 1+d.IntN(3)
			args = append(args, Range(from, to, step))
			v = v.slice(axis, from, max(0, to-from+step-1)/step, step)
			if to < from {
				v.shape[axis] = 0
			}
		case k == 2:
			args = append(args, NewAxis, All)
			v = v.grow(axis, 1)
			axis++
		case k == 3 && d.IntN(2) == 0:
			return append(args, Ellipsis), v
		case i > 0 && d.IntN(4) == 0:
			return args, v
		default:
			args = append(args, All)
		}
		axis++
	}
	return args, v
}

func (w *world) makeView(kind stepKind, d draws, a alias, name string) error {
	x, m, next := a.x, a.m, len(w.live)
	rank := len(m.shape)
	axis := 0
	if rank > 0 {
		axis = d.IntN(rank)
	} else if kind < stepReshape {
		return nil
	}
	switch kind {
	case stepNarrow:
		start := d.upTo(m.shape[axis])
		n := d.upTo(m.shape[axis] - start)
		w.logf("t%d = %s.Narrow(%d, %d, %d)", next, name, axis, start, n)
		return w.add(x.Narrow(axis, start, n), m.slice(axis, start, n, 1))
	case stepSelect:
		if m.shape[axis] == 0 {
			return nil
		}
		i := d.IntN(m.shape[axis])
		w.logf("t%d = %s.Select(%d, %d)", next, name, axis, i)
		return w.add(x.Select(axis, i), m.slice(axis, i, 1, 1).drop(axis))
	case stepSlice:
		start, step := d.upTo(m.shape[axis]), 1+d.IntN(3)
		end := start + d.upTo(m.shape[axis]-start)
		w.logf("t%d = %s.SliceWith(%d, %d, %d, Step(%d))", next, name, axis, start, end, step)
		return w.add(x.SliceWith(axis, start, end, Step(step)), m.slice(axis, start, (end-start+step-1)/step, step))
	case stepPermute:
		order := d.Perm(rank)
		w.logf("t%d = %s.Permute(%v)", next, name, order)
		return w.add(x.Permute(order...), m.permute(order))
	case stepTranspose:
		other := d.IntN(rank)
		order := d.Perm(rank)
		for i := range order {
			order[i] = i
		}
		order[axis], order[other] = other, axis
		w.logf("t%d = %s.Transpose(%d, %d)", next, name, axis, other)
		return w.add(x.Transpose(axis, other), m.permute(order))
	case stepReshape:
		shape := d.shapeOf(m.numel())
		w.logf("t%d = %s.Reshape(%v)", next, name, shape)
		return w.add(x.Reshape(anys(shape)...), m.reshape(shape))
	case stepView:
		shape := d.shapeOf(m.numel())
		v, ok := m.view(shape)
		w.logf("t%d = %s.View(%v)", next, name, shape)
		var y *Tensor
		if err := Try(func() { y = x.View(anys(shape)...) }); (err == nil) != ok {
			return fmt.Errorf("%s.View(%v) gave the error %v", name, shape, err)
		}
		if ok {
			return w.add(y, v)
		}
	case stepFlatten:
		from := axis
		to := from
		if rank > 0 {
			to = from + d.IntN(rank-from)
		}
		n := 1
		for i := from; i <= to && rank > 0; i++ {
			n *= m.shape[i]
		}
		shape := []int{1}
		if rank > 0 {
			shape = slices.Replace(slices.Clone(m.shape), from, to+1, n)
		}
		w.logf("t%d = %s.Flatten(%d, %d)", next, name, from, to)
		return w.add(x.Flatten(from, to), m.reshape(shape))
	case stepExpand:
		shape := slices.Clone(m.shape)
		for i := range shape {
			if shape[i] == 1 && d.IntN(2) == 0 {
				shape[i] = 1 + d.IntN(3)
			}
		}
		for len(shape) < 5 && d.IntN(3) == 0 {
			shape = slices.Insert(shape, 0, 1+d.IntN(3))
		}
		w.logf("t%d = %s.Expand(%v)", next, name, shape)
		return w.add(x.Expand(anys(shape)...), m.expand(shape))
	case stepUnsqueeze:
		if rank >= 6 {
			return nil
		}
		to := d.upTo(rank)
		w.logf("t%d = %s.Unsqueeze(%d)", next, name, to)
		return w.add(x.Unsqueeze(to), m.grow(to, 1))
	case stepSqueeze:
		if rank == 0 {
			return nil
		}
		v := m
		if m.shape[axis] == 1 {
			v = m.drop(axis)
		}
		w.logf("t%d = %s.Squeeze(%d)", next, name, axis)
		return w.add(x.Squeeze(axis), v)
	case stepIndex:
		args, v := w.part(d, m)
		w.logf("t%d = %s.Index(%v)", next, name, args)
		return w.add(x.Index(args...), v)
	case stepDetach:
		w.logf("t%d = %s.Detach()", next, name)
		return w.add(x.Detach(), m)
	}
	return nil
}

// write writes through one handle. Where several of its elements are one place in memory that is an error, and nothing
// is written.
func (w *world) write(kind stepKind, d draws, a alias, name string) error {
	x, m := a.x, a.m
	target := m
	var args []any
	if kind == stepSetPart {
		args, target = w.part(d, m)
	}
	operand := func() (*Tensor, []float64) {
		values := w.fresh(target.numel())
		return newShaped(values, target.shape), values
	}
	if target.numel() == 0 {
		operand = func() (*Tensor, []float64) { return New([]float64{}, target.shape...), nil }
	}
	var do func()
	var f func(i int, v float64) float64
	switch kind {
	case stepAddTensor:
		y, values := operand()
		w.logf("%s.Add_(new)", name)
		do, f = func() { x.Add_(y) }, func(i int, v float64) float64 { return v + values[i] }
	case stepAddAlias:
		b := w.live[d.IntN(len(w.live))]
		if !slices.Equal(b.m.shape, m.shape) {
			return nil
		}
		values := b.m.values()
		w.logf("%s.Add_(another of %v)", name, b.m.shape)
		do, f = func() { x.Add_(b.x) }, func(i int, v float64) float64 { return v + values[i] }
	case stepMul:
		by := []float64{-1, 0, 0.5, 2}[d.IntN(4)]
		w.logf("%s.MulScalar_(%v)", name, by)
		do, f = func() { x.MulScalar_(by) }, func(_ int, v float64) float64 { return v * by }
	default:
		if d.IntN(3) == 0 {
			w.counter++
			number := w.counter
			w.logf("%s.SetIndex(%v, %v)", name, number, args)
			do, f = func() { x.SetIndex(number, args...) }, func(int, float64) float64 { return number }
			break
		}
		y, values := operand()
		w.logf("%s.SetIndex(new, %v)", name, args)
		do, f = func() { x.SetIndex(y, args...) }, func(i int, _ float64) float64 { return values[i] }
	}
	err := Try(do)
	if target.overlaps() {
		if err == nil || !strings.Contains(err.Error(), "expanded") {
			return fmt.Errorf("a write to %s, of which several elements are one place, gave the error %v", name, err)
		}
		return nil
	}
	if err != nil {
		return err
	}
	target.write(f)
	return nil
}

// play runs a sequence and compares all handles in the end.
func play(steps []step, dev *Device) (log []string, err error) {
	SetDefault(dev)
	w := &world{}
	if e := Try(func() {
		for _, s := range steps {
			if err = w.run(s); err != nil {
				return
			}
		}
		for i, a := range w.live {
			if err = a.check(fmt.Sprintf("in the end t%d", i)); err != nil {
				return
			}
		}
	}); e != nil {
		err = e
	}
	return w.log, err
}

// shrink leaves out steps as long as the sequence fails without them.
func shrink[S any](steps []S, fails func([]S) bool) []S {
	for size := len(steps) / 2; size > 0; {
		removed := false
		for i := 0; i+size <= len(steps); {
			less := slices.Delete(slices.Clone(steps), i, i+size)
			if fails(less) {
				steps, removed = less, true
			} else {
				i += size
			}
		}
		if !removed {
			size /= 2
		}
	}
	return steps
}

// A way of computing that random sequences are tried on.
type computing struct {
	name string
	dev  *Device
}

// computings are two for each backend: deferred and eager, which give the same bits.
func computings() []computing {
	var out []computing
	for name, b := range map[string]func() backend.Device{
		"reference": func() backend.Device { return &reference.Device{} },
		"cpu":       func() backend.Device { return cpu.New(cpu.Options{}) },
	} {
		eager := NewDevice(b())
		eager.SetEager(true)
		out = append(out, computing{name + ", deferred", NewDevice(b())}, computing{name + ", eager", eager})
	}
	return out
}

// Random sequences of views and of writes through any alias do to tensors what they do to strided memory, whether each
// operator is computed at once or all when a value is read.
func TestViewsAreMemory(t *testing.T) {
	testDevice(t)
	sequences := 800
	if testing.Short() {
		sequences = 100
	}
	for _, c := range computings() {
		for seed := range sequences {
			r := rand.New(rand.NewPCG(uint64(seed), 2))
			steps := make([]step, 4+r.IntN(28))
			for i := range steps {
				steps[i] = step{stepKind(r.IntN(int(stepKinds))), r.Uint64()}
			}
			if _, err := play(steps, c.dev); err != nil {
				steps = shrink(steps, func(s []step) bool { _, err := play(s, c.dev); return err != nil })
				log, err := play(steps, c.dev)
				t.Fatalf("seed %d, %s:\n\t%s\n%v", seed, c.name, strings.Join(log, "\n\t"), err)
			}
		}
		t.Logf("%s: %+v", c.name, c.dev.Stats())
	}
}

// A view that sees one place of an expanded axis can be written; one that sees several cannot.
func TestWriteThroughExpanded(t *testing.T) {
	testDevice(t)
	x := New([]float32{1, 2, 3})
	rows := x.Expand(2, 4, 3)
	rows.Index(1, 2).AddScalar_(10)
	wantData(t, x, 11, 12, 13)
	rows.Reshape(8, 3).Index(5, From(1)).AddScalar_(10)
	wantData(t, x, 11, 22, 23)
	rows.Narrow(1, 1, 3).Index(0, 1).AddScalar_(1) // a slice of a slice: row 2 of the expanded axis
	wantData(t, x, 12, 23, 24)
	x.SubScalar_(1)
	x.Expand(1, 3).Index(0, 0).MulScalar_(0)
	wantData(t, rows.Index(0, 3), 0, 22, 23)
	err := Try(func() { rows.Index(0, Range(1, 3)).AddScalar_(1) })
	if !strings.Contains(said(err), "expanded") {
		t.Errorf("got %v", err)
	}
	rows.Index(All, To(0)).AddScalar_(1) // no elements
	wantData(t, x, 0, 22, 23)
}
