package declare

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/nn"
	"go.yaml.in/yaml/v3"
)

// inputKind is a type of input feature.
type inputKind struct {
	name, doc     string
	preprocessing []key
	encoders      []*encoderKind // the first is the default
	codec         func(f *InputFeature) (inputCodec, error)
}

// encoderKind is an encoder: what it is called, the keys it has, and a struct that they are decoded into.
type encoderKind struct {
	name, doc string
	keys      []key
	options   func() encoderOptions
}

// outputKind is a type of output feature.
type outputKind struct {
	name, doc     string
	preprocessing []key
	decoder       form
	losses        []form // the first is the default
	codec         func(f *OutputFeature) (outputCodec, error)
}

// The types of features. A new one is a file beside its neighbours and a line here.
var (
	inputKinds  = []*inputKind{&imageInput, &numberInput, &categoryInput, &binaryInput, &vectorInput}
	outputKinds = []*outputKind{&categoryOutput, &numberOutput}
)

// whole is the whole configuration.
var whole = section{
	title: "The file",
	doc:   "A configuration is one YAML mapping with these keys.",
	keys: []key{
		{name: "model_type", kind: kindString, words: []string{"ecd"}, def: "ecd",
			doc: "The plan of the model: encoders, a combiner, decoders."},
		{name: "dataset", kind: kindString, must: true,
			doc: "The data: `digits`, which is part of the program; `mnist` or `fashion_mnist`, whose files you have; a CSV " +
				"file (also .csv.gz); or a folder of IDX files such as MNIST's, which may be followed by what the names of " +
				"the files begin with (`emnist/emnist-letters`). IDX files are a table with the columns `image`, `label` and " +
				"`split`; where `preprocessing.split` is left out, they are divided as the files are."},
		{name: "dataset_folder", kind: kindString, null: true,
			doc: "The folder in which the data is, relative to the configuration; that of the configuration when null. " +
				"The files of `mnist` and `fashion_mnist` are looked for in it and in its folder of that name; when null, " +
				"in the folder of that name in `$FLAMBEAU_DATA`, beside the configuration, and where Debian puts them."},
		{name: "input_features", kind: kindSections, must: true, of: inputSection(),
			doc: "What goes into the model."},
		{name: "combiner", kind: kindSection, of: combinerSection(),
			doc: "What joins the outputs of the encoders."},
		{name: "output_features", kind: kindSections, must: true, of: outputSection(),
			doc: "What the model predicts."},
		{name: "preprocessing", kind: kindSection, of: &preprocessingSection,
			doc: "How the data is divided."},
		{name: "trainer", kind: kindSection, of: trainerSection(),
			doc: "How the model is trained."},
		{name: "random_seed", kind: kindInt, def: 42, in: atLeast(0),
			doc: "Decides the first parameters, the order of the rows and dropout."},
	},
}

func inputSection() *section {
	s := &section{
		title: "Input features",
		doc:   "Each element of `input_features`.",
		keys: []key{
			{name: "name", kind: kindString, must: true, doc: "The feature's name."},
			{name: "type", kind: kindString, must: true, doc: "What the feature is."},
			{name: "column", kind: kindString, from: "name", doc: "The column of the table that has it."},
		},
	}
	columns := key{name: "columns", kind: kindString, null: true,
		doc: "The columns that have it, one number in each, where it is spread over several: a pattern such as `p*`, " +
			"whose columns are taken in the order of the table. It replaces `column`."}
	for _, k := range inputKinds {
		encoder := &section{title: "Encoders of " + k.name + " features", form: k.encoders[0].name}
		encoder.keys = []key{typeKey(k.encoders[0].name)}
		for _, e := range k.encoders {
			encoder.forms = append(encoder.forms, form{e.name, e.doc, e.keys})
		}
		keys := []key{
			{name: "preprocessing", kind: kindSection, doc: "How the feature is read.",
				of: &section{title: "Preprocessing of " + k.name + " features", keys: k.preprocessing}},
			{name: "encoder", kind: kindSection, of: encoder, doc: "What makes a vector of it."},
		}
		if k.name == "image" || k.name == "vector" {
			keys = append([]key{columns}, keys...)
		}
		s.forms = append(s.forms, form{k.name, k.doc, keys})
	}
	return s
}

func outputSection() *section {
	s := &section{
		title: "Output features",
		doc:   "Each element of `output_features`.",
		keys: []key{
			{name: "name", kind: kindString, must: true, doc: "The feature's name."},
			{name: "type", kind: kindString, must: true, doc: "What the feature is."},
			{name: "column", kind: kindString, from: "name", doc: "The column of the table that has it."},
		},
	}
	for _, k := range outputKinds {
		s.forms = append(s.forms, form{k.name, k.doc, []key{
			{name: "preprocessing", kind: kindSection, doc: "How the feature is read.",
				of: &section{title: "Preprocessing of " + k.name + " outputs", keys: k.preprocessing}},
			{name: "decoder", kind: kindSection, doc: "What makes a prediction of the combiner's output.",
				of: &section{title: "Decoders of " + k.name + " features", form: k.decoder.name,
					keys: []key{typeKey(k.decoder.name)}, forms: []form{k.decoder}}},
			{name: "loss", kind: kindSection, doc: "What training makes small.",
				of: &section{title: "Losses of " + k.name + " features", form: k.losses[0].name, forms: k.losses,
					keys: []key{typeKey(k.losses[0].name), {name: "weight", kind: kindNumber, def: 1.0, in: atLeast(0),
						doc: "Its share of the sum over all output features."}}}},
		}})
	}
	return s
}

// typeKey is the key that chooses a form, which the section has checked before.
func typeKey(def string) key {
	return key{name: "type", kind: kindString, def: def, doc: "Which one it is."}
}

// Encoder is what makes a vector of an input feature.
type Encoder struct {
	Type    string
	options encoderOptions
}

// encoderOptions are the options of an encoder.
type encoderOptions interface {
	// check finds options that do not fit rows of shape in, and the key at fault.
	check(in []int) (key string, err error)
	// build makes the encoder of a feature and says how many numbers it gives.
	build(c inputCodec) (nn.Layer, int)
}

// UnmarshalYAML decodes a feature; its type and the encoder's say which options the encoder has.
func (f *InputFeature) UnmarshalYAML(n *yaml.Node) error {
	var keys struct {
		Name, Type, Column, Columns string
		Preprocessing, Encoder      yaml.Node
	}
	if err := n.Decode(&keys); err != nil {
		return err
	}
	*f = InputFeature{Name: keys.Name, Type: keys.Type, Column: keys.Column, Columns: keys.Columns,
		Preprocessing: keys.Preprocessing}
	var form struct{ Type string }
	if err := keys.Encoder.Decode(&form); err != nil {
		return err
	}
	f.Encoder.Type = form.Type
	for _, k := range inputKinds {
		for _, e := range k.encoders {
			if k.name == f.Type && e.name == form.Type {
				f.Encoder.options = e.options()
				return keys.Encoder.Decode(f.Encoder.options)
			}
		}
	}
	return fmt.Errorf("no encoder %q of %s features", form.Type, f.Type)
}
