package nn

import (
	"github.com/flambeau-ml/flambeau/tensor"
)

// Parameter is a tensor that training changes: PyTorch's nn.Parameter. The tensor is a leaf that requires a gradient.
//
// Modules that share a Parameter are tied: it is one parameter, known by several names.
type Parameter struct {
	*tensor.Tensor

	init   Initializer
	ready  bool // it was given values
	frozen bool
}

// NewParameter makes a float32 parameter of these sizes, which [Init] will fill as init says.
func NewParameter(init Initializer, sizes ...int) *Parameter {
	return &Parameter{Tensor: zeros(tensor.Float32, sizes...).RequiresGrad(), init: init}
}

// AsParameter makes a parameter of a tensor that has its values already, which Init leaves alone.
func AsParameter(t *tensor.Tensor) *Parameter {
	return &Parameter{Tensor: t.RequiresGrad(), ready: true}
}

// Value is the tensor to compute with: nil where p is nil, as the bias of a layer without one, and detached where p is
// frozen. It panics with *tensor.Error while the parameter has no values.
func (p *Parameter) Value() *tensor.Tensor {
	switch {
	case p == nil:
		return nil
	case !p.ready:
		e := tensor.Errorf("nn", "a parameter of shape %s has no values yet", shapeString(p.Shape()))
		e.Hint = "call nn.Init(model, seed), or load a state dict, before computing"
		panic(e)
	case p.frozen:
		return p.Detach()
	}
	return p.Tensor
}

// SetRequiresGrad says whether training changes p; without, it is frozen: Value has no history, and Grad stays nil.
func (p *Parameter) SetRequiresGrad(on bool) { p.frozen = !on }

// Trained reports whether training changes p: whether it is not frozen.
func (p *Parameter) Trained() bool { return !p.frozen }

// Buffer is a tensor that is part of a model's state and that no gradient changes, such as running statistics:
// PyTorch's nn.Buffer.
type Buffer struct {
	*tensor.Tensor

	init      func() *tensor.Tensor
	transient bool
}

// NewBuffer makes a buffer of what init gives, which is called again when [Init] starts the model anew.
func NewBuffer(init func() *tensor.Tensor) *Buffer { return &Buffer{Tensor: init(), init: init} }

// NewTransientBuffer makes a buffer that is left out of state dicts (PyTorch's persistent=False), such as a table of
// angles that can be computed again.
func NewTransientBuffer(init func() *tensor.Tensor) *Buffer {
	return &Buffer{Tensor: init(), init: init, transient: true}
}

// Value is the buffer's tensor; nil where b is nil.
func (b *Buffer) Value() *tensor.Tensor {
	if b == nil {
		return nil
	}
	return b.Tensor
}

// Mode says whether a module trains or evaluates. It is an exported or embedded field of modules that do one thing in
// training and another in evaluation; [Train] and [Eval] set it. The zero Mode is training.
type Mode struct{ eval bool }

// Training reports whether the module trains.
func (m *Mode) Training() bool {
	tensor.Watch(&m.eval)
	return !m.eval
}
