package tensor

import (
	"bytes"
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/callers"
)

var ctxNone = context.Background()

func equalBits(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) }

// frozen is what a call of a function did, so that it can be done without the function: where the inputs of its program
// are, and where the results go.
type frozen struct {
	of   *Captured
	dev  *Device
	ent  *entry
	plan *plan
	prog backend.Program
	same int          // calls in a row that did this
	left atomic.Int64 // calls until the function is run again

	args   []argument
	guards []guard
	leaves []leafState

	inputs  []source
	sizes   []int64
	numbers []graph.Scalar
	cells   []cellAt
	needed  []int
	targets []target
	counts  []countOf
	replay  *replay // nil: no result has a history
	results int

	lines []line
	runs  sync.Pool // of *frozenRun
}

type argument struct {
	typ    *graph.Type
	via    *view
	detach bool
	needs  bool // a gradient may be asked of it
	like   int  // sameStorage
}

type leafState struct {
	leaf  *leaf
	set   bool // it has a gradient when the call begins
	needs bool // of which a gradient may be asked
}

type cellAt struct {
	at int
	s  *Scalar
}

type countOf struct {
	target int
	n      *int
}

type line struct {
	op     string
	where  callers.ID
	number graph.Scalar
}

// source says where an input is.
type source struct {
	kind   sourceKind
	arg    int
	st     *storage
	leaf   *leaf
	fixed  *node      // counted by nobody, but reachable
	data   []byte     // of fixed
	where  callers.ID // of who made what it held
	needs  bool       // of fromStorage: a gradient may be asked of it
	mayGo  bool       // the program writes what it holds anew, as says
	target int        // this target
}

type sourceKind uint8

const (
	fromArgument sourceKind = iota
	fromStorage
	fromGradient
	fromConstant
)

func (x *source) equal(y *source) bool {
	return x.kind == y.kind && x.arg == y.arg && x.st == y.st && x.leaf == y.leaf && x.needs == y.needs && x.mayGo == y.mayGo && bytes.Equal(x.data, y.data)
}

// target says where a result goes.
type target struct {
	kind   targetKind
	source int32 // the output of the program (≥ 0), or the input −source−1
	step   int32 // of the replay that is its history; −1: it has none
	result int
	arg    int // of an alias, the argument, from 1; 0: the storage of tensor
	st     *storage
	own    int // the input that is what st holds; −1: none
	leaf   *leaf
	none   bool        // the gradient is nil
	wanted bool        // an optimiser's step: that it cannot be computed is an error of the call
	base   *graph.Type // of what the storage holds
	where  callers.ID
	tensor *Tensor // as the result looked
}

type targetKind uint8

const (
	toResult targetKind = iota
	toAlias
	toTwin // of the result before it that arg says, counted from 1: one storage
	toStorage
	toGradient
)

func (x target) equal(y target) bool {
	return x.kind == y.kind && x.source == y.source && x.step == y.step && x.result == y.result && x.arg == y.arg && x.st == y.st && x.own == y.own &&
		x.leaf == y.leaf && x.none == y.none && x.wanted == y.wanted
}

// frozenRun is what one call needs.
type frozenRun struct {
	launch backend.Launch
	nodes  []*node
	vals   []*value
	out    []*value
	held   []*node // that the history of the call reads
}

// fitting is the form that a call with args can be done by; ready says that it has been seen often enough.
func (c *Captured) fitting(args []*Tensor, ready bool) *frozen {
	if !ready {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, f := range c.forms {
			if f.fits(args) {
				return f
			}
		}
		return nil
	}
	if fs := c.ready.Load(); fs != nil {
		for _, f := range *fs {
			if f.fits(args) {
				return f
			}
		}
	}
	return nil
}

func (f *frozen) fits(args []*Tensor) bool {
	if len(args) != len(f.args) {
		return false
	}
	for i := range args {
		x, a := args[i], &f.args[i]
		if x == nil || x.detach != a.detach || x.NeedsGrad() != a.needs || x.typ != a.typ && !x.typ.Equal(*a.typ) || !sameView(x.via, a.via) {
			return false
		}
		if sameStorage(args, i) != a.like {
			return false
		}
		if x.scope != nil && x.scope.capture != nil && !x.scope.ended() {
			return false // called inside another compiled function
		}
		for k := range f.inputs {
			if f.inputs[k].kind == fromStorage && f.inputs[k].st == x.st {
				return false // an argument that is state as well
			}
		}
	}
	for i := range f.inputs {
		if s := &f.inputs[i]; s.kind == fromStorage && s.st.node.Load().needs != s.needs {
			return false
		}
	}
	for i := range f.guards {
		if !f.guards[i].holds() {
			return false
		}
	}
	for _, l := range f.leaves {
		l.leaf.mu.Lock()
		set, needs := l.leaf.grad != nil, l.leaf.grad != nil && l.leaf.grad.NeedsGrad()
		l.leaf.mu.Unlock()
		if set != l.set || needs != l.needs {
			return false
		}
	}
	return true
}

// sameStorage is the first of args, counted from 1, that has the storage of argument i; 0 where none before it has.
func sameStorage(args []*Tensor, i int) int {
	for j := range i {
		if args[j] != nil && args[j].st == args[i].st {
			return j + 1
		}
	}
	return 0
}

// sameView reports whether two handles show the same part of what they view.
func sameView(x, y *view) bool {
	for x != y {
		if x == nil || y == nil || x.op != y.op || !x.from.Equal(y.from) || !slices.Equal(x.attrs.Axes, y.attrs.Axes) || !slices.Equal(x.attrs.Step, y.attrs.Step) ||
			!slices.EqualFunc(x.attrs.Shape, y.attrs.Shape, graph.Size.Equal) || !slices.EqualFunc(x.attrs.Start, y.attrs.Start, graph.Size.Equal) {
			return false
		}
		x, y = x.up, y.up
	}
	return true
}

// Frozen does a call without the function, if it can: it puts the results in out, which has room for them.
func (c *Captured) Frozen(args, out []*Tensor) bool {
	if !c.freeze {
		return false
	}
	f := c.fitting(args, true)
	if f == nil || f.left.Add(-1) < 0 || f.dev.eager || f.results != len(out) || len(f.dev.observing()) > 0 {
		return false // whoever observes the device sees the function at work
	}
	return f.call(args, out)
}

// ended keeps the form that a call made.
func (c *Captured) ended(k *capture, s *study) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.runs++
	for _, where := range k.splits {
		c.splits[where]++
	}
	if s == nil {
		return
	}
	if s.form == nil && c.why == "" {
		c.why = "nothing is left to compute when the function ends"
		if len(k.splits) > 0 {
			c.why = "a value is read" + lineOf(k.splits[0])
		}
	}
	c.replace(s)
}

// replace puts the form that s made in the place of the one that it began with. Under mu.
func (c *Captured) replace(s *study) {
	if s.form == nil && s.old == nil {
		return
	}
	c.forms = slices.DeleteFunc(slices.Clone(c.forms), func(f *frozen) bool { return f == s.old })
	if f := s.form; f != nil {
		f.audit(s)
		c.forms = append(c.forms, f)
		if len(c.forms) > maxForms {
			c.forms = c.forms[1:]
		}
	}
	var ready []*frozen
	for _, f := range c.forms {
		if f.same >= 2 {
			ready = append(ready, f)
		}
	}
	c.ready.Store(&ready)
}

// maxForms is how many sizes of arguments, modes and so on a frozen function knows at a time.
const maxForms = 64
