// Package nn has the building blocks of models: parameters, layers, losses, and what can be done to a model as a whole.
//
// A model is a plain Go struct, or a pointer to one, with a method that computes. What belongs to it is found by
// reflection over its exported fields, and named as PyTorch's state dict names it:
//
//	type LeNet struct {
//		Conv1, Conv2 *nn.Conv2d // conv1.weight, conv1.bias, conv2.weight, …
//		Blocks       []*Block   // blocks.0.…, blocks.1.…
//		Scale        *nn.Parameter `nn:"gamma"` // gamma; without the tag: scale
//		Draft        *Head         `nn:"-"`     // no part of the model
//	}
//
// A field's name is written in snake case; a tag gives another, and "-" leaves the field out. Elements of slices and
// maps are named by their index or key, and embedded fields add no name. Only four types mean something to package
// nn: [Parameter], [Buffer], [Mode] and [tensor.Generator]; everything else is looked through or ignored.
//
// Constructors decide shapes and initialisers, and [Init] fills a model with values that follow from one seed.
//
// # Names
//
// A layer with parameters, state or a mode is a type, made by its New function: NewLinear makes a *Linear. A function
// without New applies PyTorch's functional form at once: MaxPool2d(x, 2), CrossEntropy(logits, labels). For layers
// that have nothing but their options, New makes a [Func] that applies that function: NewMaxPool2d(2), NewReLU(). What
// is a method of tensors already, such as x.ReLU(), is not repeated as a function.
package nn
