package declare

import (
	"errors"
	"slices"

	"go.yaml.in/yaml/v3"
)

// activations are the functions that may follow a layer.
var activations = []string{"relu", "leakyRelu", "elu", "gelu", "silu", "sigmoid", "tanh"}

// fcLayer is one fully connected layer: linear, then norm, activation and dropout.
type fcLayer struct {
	OutputSize int     `yaml:"output_size"`
	UseBias    bool    `yaml:"use_bias"`
	Norm       string  `yaml:"norm"`
	Activation string  `yaml:"activation"`
	Dropout    float64 `yaml:"dropout"`
}

// layerKeys are the keys that say how layers are made where a layer does not say it itself. Their names begin with
// prefix; size is the name and width the default of the number of outputs.
func layerKeys(prefix, size string, width int) []key {
	return []key{
		{name: size, kind: kindInt, def: width, in: between(1, 1<<20),
			doc: "Outputs of a fully connected layer that does not say it."},
		{name: prefix + "use_bias", kind: kindBool, def: true,
			doc: "Whether fully connected layers have a bias."},
		{name: prefix + "norm", kind: kindString, words: []string{"batch", "layer"}, null: true,
			doc: "Normalisation after fully connected layers."},
		{name: prefix + "activation", kind: kindString, words: activations, null: true, def: "relu",
			doc: "Activation after fully connected layers."},
		{name: prefix + "dropout", kind: kindNumber, def: 0.0, in: between(0, 0.999),
			doc: "Share of the outputs of fully connected layers that dropout zeroes while training."},
	}
}

// fcKeys are layerKeys and the list of layers itself; number is the name of the key that says how many layers there
// are where they are not listed, and n its default.
func fcKeys(prefix, size string, width int, number string, n int) []key {
	layer := &section{keys: []key{
		{name: "output_size", kind: kindInt, from: size, in: between(1, 1<<20), doc: "Outputs of the layer."},
		{name: "use_bias", kind: kindBool, from: prefix + "use_bias", doc: "Whether the layer has a bias."},
		{name: "norm", kind: kindString, words: []string{"batch", "layer"}, null: true, from: prefix + "norm",
			doc: "Normalisation after the layer."},
		{name: "activation", kind: kindString, words: activations, null: true, from: prefix + "activation",
			doc: "Activation after the layer."},
		{name: "dropout", kind: kindNumber, from: prefix + "dropout", in: between(0, 0.999),
			doc: "Share of the outputs that dropout zeroes while training."},
	}}
	return append(layerKeys(prefix, size, width),
		key{name: number, kind: kindInt, def: n, in: between(0, 1000),
			doc: "How many fully connected layers there are, all alike, where `fc_layers` does not list them."},
		key{name: "fc_layers", kind: kindSections, null: true, of: layer,
			doc: "The fully connected layers, one by one."})
}

// fcLayers are the layers that the keys of fcKeys in n describe: those listed, or as many alike as are asked for.
func fcLayers(n *yaml.Node, prefix, size, number string) ([]fcLayer, error) {
	var keys map[string]yaml.Node
	if err := n.Decode(&keys); err != nil {
		return nil, err
	}
	take := func(name string, to any) error {
		v := keys[name]
		return v.Decode(to)
	}
	var listed []fcLayer
	var many int
	var alike fcLayer
	err := errors.Join(
		take("fc_layers", &listed), take(number, &many),
		take(size, &alike.OutputSize), take(prefix+"use_bias", &alike.UseBias), take(prefix+"norm", &alike.Norm),
		take(prefix+"activation", &alike.Activation), take(prefix+"dropout", &alike.Dropout))
	if err != nil || listed != nil {
		return listed, err
	}
	return slices.Repeat([]fcLayer{alike}, many), nil
}
