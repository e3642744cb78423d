package declare

import "go.yaml.in/yaml/v3"

// Decoder is what makes a prediction of the combiner's output.
type Decoder struct {
	Type       string
	NumClasses *int
	UseBias    bool
	fc         []fcLayer
}

// UnmarshalYAML decodes the decoder's keys and layers.
func (d *Decoder) UnmarshalYAML(n *yaml.Node) (err error) {
	var keys struct {
		Type       string `yaml:"type"`
		NumClasses *int   `yaml:"num_classes"`
		UseBias    bool   `yaml:"use_bias"`
	}
	if err := n.Decode(&keys); err != nil {
		return err
	}
	d.Type, d.NumClasses, d.UseBias = keys.Type, keys.NumClasses, keys.UseBias
	d.fc, err = fcLayers(n, "fc_", "fc_output_size", "num_fc_layers")
	return err
}

// Loss is what training makes small.
type Loss struct {
	Type           string  `yaml:"type"`
	Weight         float64 `yaml:"weight"`
	LabelSmoothing float64 `yaml:"label_smoothing"`
}
