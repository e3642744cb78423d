package optim

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Optimizer changes parameters as their gradients say.
type Optimizer interface {
	// Step changes every parameter that has a gradient, and computes all of it, with the losses whose gradients they
	// are, as one program. It panics with *tensor.Error where a value cannot be computed; tensor.Try makes an error of
	// that, and parameters whose gradient failed are then what they were. Where memory was lacking the step is only put
	// off: what is read next computes it.
	Step()
	// Update records what Step does without computing it, and returns all that is to be computed: parameters, and what is
	// kept for them. It is for what belongs to the program of a step besides, such as averages of parameters.
	Update() []*tensor.Tensor
	// ZeroGrad forgets all gradients.
	ZeroGrad()
	// Groups are the parameters with their options, which may be changed between steps.
	Groups() []*Group
	// AddGroup adds parameters; options that are not given are those of the optimiser.
	AddGroup(params []*tensor.Tensor, opts ...Option)
	// State is all that must be kept for training to go on: a copy that later steps do not change.
	State() *State
	// LoadState goes on from a state, which must fit the parameters. After an error the optimiser is as it was.
	LoadState(*State) error
}

// Group is parameters that share their options.
type Group struct {
	Params []*tensor.Tensor
	Hyper
}

// core is what all optimisers have: groups, what is kept for each parameter, and the rule of one update.
type core struct {
	op       string
	defaults Hyper
	check    func(h *Hyper) error
	update   func(h *Hyper, s *slot, p, grad *tensor.Tensor)
	sparse   sparseRule                           // nil where there is none
	names    []string                             // of the tensors that the rule may keep
	scalars  []string                             // of the numbers that it may keep
	shape    func(name string, param []int) []int // of a tensor that is kept; nil where it is the parameter's
	finds    bool                                 // the rule takes its rate from tensor.Number alone
	fits     func(p *tensor.Tensor) error         // why a parameter is none for this optimiser; nil where all are
	groups   []*Group
	slots    map[*tensor.Tensor]*slot
}

// slot is what an optimiser keeps for one parameter.
type slot struct {
	step    int
	tensors map[string]*tensor.Tensor
	numbers map[string]float64
	rule    *tensor.Scoped     // while the rule is at work: what it lets go of at its end
	made    []string           // tensors that the last update made
	before  map[string]float64 // numbers before it
}

func newSlot() *slot {
	return &slot{tensors: map[string]*tensor.Tensor{}, numbers: map[string]float64{}}
}

// begin starts an update.
func (s *slot) begin(p *tensor.Tensor) {
	tensor.Count(p, &s.step)
	s.made, s.before = s.made[:0], nil
	if len(s.numbers) > 0 {
		s.before = maps.Clone(s.numbers)
	}
}

// undo takes the last update back, as far as its tensors were not written: those that were get back what they held by
// themselves, but what the update made held nothing.
func (s *slot) undo() {
	s.step--
	for _, name := range s.made {
		delete(s.tensors, name)
	}
	clear(s.numbers)
	maps.Copy(s.numbers, s.before)
	s.made, s.before = s.made[:0], nil
}

// get is the tensor of that name; made tells whether first had to make it.
func (s *slot) get(name string, first func() *tensor.Tensor) (t *tensor.Tensor, made bool) {
	if t = s.tensors[name]; t == nil {
		t, made = first(), true
		if s.rule != nil {
			t = s.rule.Keep(t)
		}
		s.tensors[name] = t
		s.made = append(s.made, name)
	}
	if s.rule != nil {
		t = s.rule.In(t)
	}
	return t, made
}

// number is the number of that name, first where none was set.
func (s *slot) number(name string, first float64) float64 {
	if x, ok := s.numbers[name]; ok {
		return x
	}
	return first
}

// setNumber keeps a number as PyTorch does, as a float32: a state that was saved and loaded is the same.
func (s *slot) setNumber(name string, x float64) float64 {
	s.numbers[name] = float64(float32(x))
	return s.numbers[name]
}

// start takes the options and the first group.
func (c *core) start(params []*tensor.Tensor, opts []Option) {
	c.slots = map[*tensor.Tensor]*slot{}
	for _, f := range opts {
		f(&c.defaults)
	}
	if err := c.check(&c.defaults); err != nil {
		c.fail("%v", err)
	}
	if len(params) > 0 {
		c.AddGroup(params)
	}
}

func (c *core) fail(format string, args ...any) {
	panic(tensor.Errorf(c.op, format, args...))
}

// Groups are the parameters with their options, which may be changed between steps.
func (c *core) Groups() []*Group { return c.groups }

// AddGroup adds parameters; options that are not given are those of the optimiser.
func (c *core) AddGroup(params []*tensor.Tensor, opts ...Option) {
	g := &Group{slices.Clone(params), c.defaults}
	for _, f := range opts {
		f(&g.Hyper)
	}
	if err := c.check(&g.Hyper); err != nil {
		c.fail("%v", err)
	}
	for i, p := range params {
		switch {
		case p == nil || !p.IsLeaf():
			c.fail("parameter %d of the group is no leaf that requires a gradient", i)
		case c.slots[p] != nil:
			c.fail("parameter %d of the group, of shape %v, is there already", i, p.Shape())
		}
		if c.fits != nil {
			if err := c.fits(p); err != nil {
				c.fail("parameter %d of the group %v", i, err)
			}
		}
		c.slots[p] = newSlot()
	}
	c.groups = append(c.groups, g)
}

// ZeroGrad forgets all gradients.
func (c *core) ZeroGrad() {
	for p := range c.slots {
		p.ZeroGrad()
	}
}

// Step changes every parameter that has a gradient.
func (c *core) Step() {
	all := c.Update()
	if len(all) > 0 && tensor.PutOff(func(i int) { c.undoOf(all[i]) }, all...) {
		return // the compiled function around it computes it
	}
	if err := tensor.Eval(context.Background(), all...); err != nil {
		c.undo()
		tensor.Must(err)
	}
}

// undoOf takes back the last update of p, if it is a parameter.
func (c *core) undoOf(p *tensor.Tensor) {
	if s := c.slots[p]; s != nil {
		s.undo()
	}
}

// fixed is the options that a frozen step is made for: all but those that it finds anew, see number.
func (c *core) fixed(h *Hyper) Hyper {
	fixed := *h
	fixed.InitialLR = 0
	if c.finds {
		fixed.LR = 0
	}
	return fixed
}

// undo forgets the last update of the parameters whose gradient has no value: as after an index out of range. Where
// only memory was lacking the update stays pending, and counts.
func (c *core) undo() {
	var grads []*tensor.Tensor
	for p := range c.slots {
		if g := p.Grad(); g != nil {
			grads = append(grads, g)
		}
	}
	ctx := context.Background()
	_ = tensor.Eval(ctx, grads...) // together, so that what they share is computed once
	for p, s := range c.slots {
		var failed *tensor.Error
		if g := p.Grad(); g != nil && errors.As(tensor.Eval(ctx, g), &failed) {
			s.undo()
		}
	}
}

// apply applies the rule to p. What it made in between is let go at once: found by the collector only later, it would keep
// the parameter's state of today from being overwritten by the next step.
func (c *core) apply(h *Hyper, s *slot, p, grad *tensor.Tensor) {
	tensor.Scope(func(rule *tensor.Scoped) {
		s.rule = rule
		defer func() { s.rule = nil }()
		c.update(h, s, rule.In(p.Detach()), rule.In(grad))
	})
}

// Update records what Step does without computing it, and returns all that is to be computed.
func (c *core) Update() []*tensor.Tensor {
	var out []*tensor.Tensor
	for _, g := range c.groups {
		tensor.WatchFunc(func() Hyper { return c.fixed(&g.Hyper) })
		for _, p := range g.Params {
			grad := p.Grad()
			if grad == nil {
				continue
			}
			s := c.slots[p]
			s.begin(p)
			if !c.updateRows(&g.Hyper, s, p) {
				if g.Maximize {
					grad = grad.Neg()
				}
				c.apply(&g.Hyper, s, p, grad)
			}
			out = append(out, p)
			for _, name := range c.names {
				if t := s.tensors[name]; t != nil {
					out = append(out, t)
				}
			}
		}
	}
	return out
}
