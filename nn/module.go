package nn

import (
	"strconv"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/tensor"
)

// Layer is a module that makes one tensor of one tensor. Most layers are; modules in general need no method of any
// name.
type Layer interface {
	Forward(x *tensor.Tensor) *tensor.Tensor
}

// Parameters are the parameters of a model in PyTorch's order, each once however many modules share it. Frozen ones
// are among them.
func Parameters(model any) []*tensor.Tensor {
	var out []*tensor.Tensor
	for _, p := range NamedParameters(model) {
		out = append(out, p.Tensor)
	}
	return out
}

// Named is a parameter or buffer under its name in the state dict.
type Named[T any] struct {
	Name string
	*tensor.Tensor
	Of T // what holds the tensor: *Parameter or *Buffer
}

// NamedParameters are the parameters of a model with their names, each once: under the first of its names where
// modules share it.
func NamedParameters(model any) []Named[*Parameter] {
	var out []Named[*Parameter]
	seen := map[*Parameter]bool{}
	walk(model, &visitor{parameter: func(path string, p *Parameter) {
		if !seen[p] {
			seen[p] = true
			out = append(out, Named[*Parameter]{path, p.Tensor, p})
		}
	}})
	return out
}

// Buffers are the buffers of a model in PyTorch's order, each once.
func Buffers(model any) []*tensor.Tensor {
	var out []*tensor.Tensor
	for _, b := range NamedBuffers(model) {
		out = append(out, b.Tensor)
	}
	return out
}

// NamedBuffers are the buffers of a model with their names, each once.
func NamedBuffers(model any) []Named[*Buffer] {
	var out []Named[*Buffer]
	seen := map[*Buffer]bool{}
	walk(model, &visitor{buffer: func(path string, b *Buffer) {
		if !seen[b] {
			seen[b] = true
			out = append(out, Named[*Buffer]{path, b.Tensor, b})
		}
	}})
	return out
}

// Generators are the random generators of a model with their names, each once.
func Generators(model any) []Named[*tensor.Generator] {
	var out []Named[*tensor.Generator]
	seen := map[*tensor.Generator]bool{}
	walk(model, &visitor{generator: func(path string, g *tensor.Generator) {
		if !seen[g] {
			seen[g] = true
			out = append(out, Named[*tensor.Generator]{path, g.State, g})
		}
	}})
	return out
}

// NumParameters is how many numbers the parameters of a model are.
func NumParameters(model any) int {
	n := 0
	for _, p := range Parameters(model) {
		n += p.Numel()
	}
	return n
}

// Train puts a model, and every module in it, in training mode, and returns it.
func Train[M any](model M) M {
	walk(model, &visitor{mode: func(m *Mode) { m.eval = false }})
	return model
}

// Eval puts a model, and every module in it, in evaluation mode, and returns it. A model in evaluation mode is safe
// for any number of goroutines.
func Eval[M any](model M) M {
	walk(model, &visitor{mode: func(m *Mode) { m.eval = true }})
	return model
}

// Freeze stops training from changing the parameters of a model, and returns it: they get no gradients.
func Freeze[M any](model M) M { return setTrained(model, false) }

// Unfreeze lets training change the parameters of a model again, and returns it.
func Unfreeze[M any](model M) M { return setTrained(model, true) }

func setTrained[M any](model M, on bool) M {
	walk(model, &visitor{parameter: func(_ string, p *Parameter) { p.SetRequiresGrad(on) }})
	return model
}

// ZeroGrad forgets the gradients of all parameters of a model.
func ZeroGrad(model any) {
	for _, p := range Parameters(model) {
		p.ZeroGrad()
	}
}

// zeros is an array of zeros that is computed when it is read.
func zeros(d graph.DType, sizes ...int) *tensor.Tensor {
	return tensor.ZerosWith(anys(sizes), tensor.As(d))
}

// anys is sizes as the functions of package tensor that make tensors take them.
func anys(sizes []int) []any {
	out := make([]any, len(sizes))
	for i, n := range sizes {
		out[i] = n
	}
	return out
}

// shapeString is sizes as messages write them: [2, 3].
func shapeString(sizes []int) string {
	words := make([]string, len(sizes))
	for i, n := range sizes {
		words[i] = strconv.Itoa(n)
	}
	return "[" + strings.Join(words, ", ") + "]"
}
