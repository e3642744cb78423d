package declare

import "go.yaml.in/yaml/v3"

// Combiner is what joins the outputs of the encoders.
type Combiner struct {
	Type string
	fc   []fcLayer
}

func combinerSection() *section {
	return &section{
		title: "Combiner",
		doc:   "What joins the outputs of the encoders.",
		form:  "concat",
		keys:  []key{typeKey("concat")},
		forms: []form{{"concat", "The outputs one after the other, and fully connected layers.",
			fcKeys("", "output_size", 256, "num_fc_layers", 0)}},
	}
}

// UnmarshalYAML decodes the combiner's layers.
func (c *Combiner) UnmarshalYAML(n *yaml.Node) (err error) {
	c.Type = "concat"
	c.fc, err = fcLayers(n, "", "output_size", "num_fc_layers")
	return err
}
