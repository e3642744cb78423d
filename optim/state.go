package optim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// State is what an optimiser keeps. The tensors are named by the parameter's place and PyTorch's name, "0.exp_avg";
// places count through the groups.
type State struct {
	Tensors *nn.Dict
	Groups  []GroupState
}

// GroupState is the options of one group, and how many parameters it has.
type GroupState struct {
	Params int `json:"params"`
	Hyper
}

// State is all that must be kept for training to go on: a copy that later steps do not change.
func (c *core) State() *State {
	s := &State{Tensors: &nn.Dict{}}
	at := 0
	for _, g := range c.groups {
		s.Groups = append(s.Groups, GroupState{len(g.Params), g.Hyper})
		for _, p := range g.Params {
			kept := c.slots[p]
			prefix := strconv.Itoa(at) + "."
			at++
			if kept.step > 0 {
				s.Tensors.Set(prefix+"step", stepTensor(kept.step))
			}
			for _, name := range c.scalars {
				if x, ok := kept.numbers[name]; ok {
					s.Tensors.Set(prefix+name, tensor.Of(float32(x)))
				}
			}
			for _, name := range c.names {
				if t := kept.tensors[name]; t != nil {
					s.Tensors.Set(prefix+name, t.Clone())
				}
			}
		}
	}
	return s
}

// stepTensor is a count as PyTorch keeps it, a float32, as long as that is exact.
func stepTensor(n int) *tensor.Tensor {
	if f := float32(n); int(f) == n {
		return tensor.Of(f)
	}
	return tensor.Of(float64(n))
}

// LoadState goes on from a state, which must fit the parameters. After an error the optimiser is as it was.
func (c *core) LoadState(s *State) error {
	params, err := c.match(s)
	if err != nil {
		return err
	}
	slots := make([]*slot, len(params))
	for i := range slots {
		slots[i] = newSlot()
	}
	for name, t := range s.Tensors.All() {
		if err := c.load(slots, params, name, t); err != nil {
			return fmt.Errorf("%s: %s of the state: %w", c.op, name, err)
		}
	}
	for i, p := range params {
		c.slots[p] = slots[i]
	}
	for i, g := range c.groups {
		g.Hyper = s.Groups[i].Hyper
	}
	return nil
}

// match checks that the groups of a state fit, and returns all parameters.
func (c *core) match(s *State) (params []*tensor.Tensor, err error) {
	if len(s.Groups) != len(c.groups) {
		return nil, fmt.Errorf("%s: a state of %d groups for %d", c.op, len(s.Groups), len(c.groups))
	}
	for i, g := range c.groups {
		if s.Groups[i].Params != len(g.Params) {
			return nil, fmt.Errorf("%s: group %d has %d parameters in the state, and %d here", c.op, i, s.Groups[i].Params, len(g.Params))
		}
		if err := c.check(&s.Groups[i].Hyper); err != nil {
			return nil, fmt.Errorf("%s: group %d of the state: %w", c.op, i, err)
		}
		params = append(params, g.Params...)
	}
	return params, nil
}

// load puts one tensor of a state in its slot.
func (c *core) load(slots []*slot, params []*tensor.Tensor, name string, t *tensor.Tensor) error {
	place, what, _ := strings.Cut(name, ".")
	i, err := strconv.Atoi(place)
	switch {
	case err != nil || i < 0 || i >= len(slots):
		return fmt.Errorf("there are parameters 0 to %d", len(slots)-1)
	case what == "step":
		return tensor.Try(func() { slots[i].step = int(t.Item()) })
	case slices.Contains(c.scalars, what):
		return tensor.Try(func() { slots[i].setNumber(what, t.Item()) })
	case !slices.Contains(c.names, what):
		return fmt.Errorf("keeps step and %s", strings.Join(slices.Concat(c.scalars, c.names), ", "))
	}
	shape := params[i].Shape()
	if c.shape != nil {
		shape = c.shape(what, slices.Clone(shape))
	}
	if !slices.Equal(t.Shape(), shape) {
		return fmt.Errorf("has shape %v, the parameter %v", t.Shape(), params[i].Shape())
	}
	slots[i].tensors[what] = t.Clone()
	return nil
}
