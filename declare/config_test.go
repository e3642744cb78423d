package declare

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// small is a configuration that is right; the tests break it.
const small = `dataset: t.csv
input_features:
  - name: x
    type: number
output_features:
  - name: y
    type: category
trainer:
  epochs: 3
`

func TestDefaults(t *testing.T) {
	c, err := Parse("dir/t.yaml", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	if c.Name() != "t" || c.Dataset != "t.csv" || c.RandomSeed != 42 || c.ModelType != "ecd" {
		t.Errorf("%q, %q, %d, %q", c.Name(), c.Dataset, c.RandomSeed, c.ModelType)
	}
	in, out, tr := c.InputFeatures[0], c.OutputFeatures[0], c.Trainer
	if in.Column != "x" || in.Encoder.Type != "passthrough" || out.Column != "y" || out.Decoder.Type != "classifier" {
		t.Errorf("features %+v, %+v", in, out)
	}
	if tr.Epochs != 3 || tr.BatchSize != 128 || tr.Optimizer.Type != "adam" || tr.Clipping.Norm != 0.5 || !tr.Shuffle {
		t.Errorf("trainer %+v", tr)
	}
	if tr.ValidationField != "y" || tr.ValidationMetric != "accuracy" {
		t.Errorf("watches %s of %s", tr.ValidationMetric, tr.ValidationField)
	}
}

// What is written out in full is read back as the same.
func TestTextIsStable(t *testing.T) {
	for _, file := range []string{"../examples/digits.yaml", "../examples/mnist.yaml", "../examples/fashion-mnist.yaml"} {
		c, err := Load(file)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(file, c.Text())
		if err != nil {
			t.Fatalf("%v in\n%s", err, c.Text())
		}
		if string(again.Text()) != string(c.Text()) {
			t.Errorf("%s: the text of the text differs:\n%s\n---\n%s", file, c.Text(), again.Text())
		}
	}
}

func TestInheritedLayers(t *testing.T) {
	c, err := Parse("t.yaml", []byte(strings.Replace(small, "type: number", `type: image
    preprocessing: {height: 12, width: 12}
    encoder:
      type: stacked_cnn
      conv_activation: gelu
      padding: same
      conv_layers:
        - {num_filters: 4, pool_size: null}
        - {filter_size: 5, activation: tanh, norm: batch}
      num_fc_layers: 2
      output_size: 7
      fc_dropout: 0.5`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	o := c.InputFeatures[0].Encoder.options.(*stackedCNN)
	want := []conv{
		{OutChannels: 4, KernelSize: 3, Stride: 1, Padding: "same", UseBias: true, Activation: "gelu", PoolFunction: "max"},
		{OutChannels: 32, KernelSize: 5, Stride: 1, Padding: "same", UseBias: true, Norm: "batch", Activation: "tanh",
			PoolFunction: "max", PoolSize: 2},
	}
	if len(o.convs) != 2 || o.convs[0] != want[0] || o.convs[1] != want[1] {
		t.Errorf("convolutions %+v", o.convs)
	}
	fc := fcLayer{OutputSize: 7, UseBias: true, Activation: "relu", Dropout: 0.5}
	if len(o.fc) != 2 || o.fc[0] != fc || o.fc[1] != fc {
		t.Errorf("layers %+v", o.fc)
	}
}

func TestShortForms(t *testing.T) {
	c, err := Parse("t.yaml", []byte(small+"  optimizer: sgd\n  learning_rate: 1e-2\n"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Trainer.Optimizer.Type != "sgd" || c.Trainer.LearningRate != 0.01 {
		t.Errorf("%+v", c.Trainer)
	}
	c, err = Parse("t.yaml", []byte("a: &a\n  name: x\n  type: number\n"+strings.Replace(small, "\n  - name: x\n    type: number", " [*a]", 1)))
	if err == nil || !strings.Contains(err.Error(), `t.yaml:1:1: a: unknown key`) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v, %v", c, err)
	}
}

func TestProblems(t *testing.T) {
	replace := func(old, new string) string {
		if !strings.Contains(small, old) {
			t.Fatalf("no %q", old)
		}
		return strings.Replace(small, old, new, 1)
	}
	tests := []struct{ name, text, want string }{
		{"empty", "", "t.yaml: the file is empty: at least input_features and output_features are needed"},
		{"only a comment", "# nothing\n", "t.yaml: the file is empty: at least input_features and output_features are needed"},
		{"no mapping", "- 1\n", "t.yaml:1:1: a list is not a mapping of keys to values"},
		{"two documents", small + "---\n" + small, "t.yaml: more than one YAML document (---) in the file"},
		{"syntax", "dataset: [t.csv\n", "t.yaml:1:1: did not find expected ',' or ']'"},
		{"tab", "trainer:\n\tepochs: 1\n", "t.yaml:2:1: found character that cannot start any token"},
		{"unknown key, near one", replace("epochs", "epocs"), `t.yaml:9:3: trainer.epocs: unknown key; did you mean "epochs"?`},
		{"unknown key, swapped letters", replace("name: x", "naem: x"), "t.yaml:3:5: input_features[0].naem: unknown key of type \"number\"; did you mean \"name\"?"},
		{"unknown key", replace("type: number", "type: number\n    zzzzzz: 1"),
			`t.yaml:5:5: input_features[0].zzzzzz: unknown key of type "number"; it may be "name", "type", "column", "preprocessing" or "encoder"`},
		{"key twice", small + "  epochs: 4\n", "t.yaml:10:3: trainer.epochs: the key is given twice; the first is in line 9"},
		{"both names", replace("type: number", "type: image\n    preprocessing: {height: 8, width: 8}\n    encoder: {pool_size: 2, pool_kernel_size: 2}"),
			`t.yaml:6:15: input_features[0].encoder.pool_size: another name of "pool_kernel_size", which is given too`},
		{"missing dataset", replace("dataset: t.csv\n", ""), "t.yaml:1:1: missing key \"dataset\""},
		{"missing name", replace("name: x\n    type", "type"), "t.yaml:3:5: input_features[0]: missing key \"name\": The feature's name."},
		{"missing type", replace("\n    type: number", ""), `t.yaml:3:5: input_features[0]: missing key "type": it is "image", "number", "category", "binary" or "vector"`},
		{"unknown type", replace("number", "numbre"), `t.yaml:4:11: input_features[0].type: unknown type "numbre"; did you mean "number"?`},
		{"type is no name", replace("number", "[number]"), `t.yaml:4:11: input_features[0].type: a list is not "image"`},
		{"word for an int", replace("3", "ten"), `t.yaml:9:11: trainer.epochs: "ten" is not a whole number`},
		{"quoted int", replace("3", `"3"`), `t.yaml:9:11: trainer.epochs: "3" is not a whole number`},
		{"fraction for an int", replace("3", "2.5"), "t.yaml:9:11: trainer.epochs: 2.5 is not a whole number"},
		{"null for an int", replace("3", "null"), "t.yaml:9:11: trainer.epochs: null is not a whole number"},
		{"list for an int", replace("3", "[3]"), "t.yaml:9:11: trainer.epochs: a list is not a whole number"},
		{"huge int", replace("3", "99999999999999999999"), "t.yaml:9:11: trainer.epochs: 99999999999999999999 is"},
		{"out of range", replace("3", "0"), "t.yaml:9:11: trainer.epochs: 0 is out of range: it must be from 1 to"},
		{"number out of range", small + "  learning_rate: 2\n", "t.yaml:10:18: trainer.learning_rate: 2 is out of range: it must be greater than 0 and at most 1"},
		{"not a number", small + "  learning_rate: .nan\n", "t.yaml:10:18: trainer.learning_rate: .nan is out of range"},
		{"word for a number", small + "  learning_rate: fast\n", `t.yaml:10:18: trainer.learning_rate: "fast" is not a number`},
		{"word for a bool", small + "  should_shuffle: maybe\n", `t.yaml:10:19: trainer.should_shuffle: "maybe" is not true or false`},
		{"unknown word", small + "  learning_rate_scheduler: {decay: cosin}\n", `t.yaml:10:36: trainer.learning_rate_scheduler.decay: unknown value "cosin"; did you mean "cosine"?`},
		{"scalar for a section", small + "  learning_rate_scheduler: 3\n", `t.yaml:10:28: trainer.learning_rate_scheduler: 3 is not a mapping of keys to values`},
		{"mapping for a list", replace("\n  - name: x\n    type: number", " {name: x}"), "t.yaml:2:17: input_features: a mapping is not a list of mappings"},
		{"empty list", replace("\n  - name: x\n    type: number", " []"), "t.yaml:2:17: input_features: the list is empty"},
		{"unknown optimizer", small + "  optimizer: adamm\n", `t.yaml:10:14: trainer.optimizer.type: unknown type "adamm"; did you mean "adam"?`},
		{"key of another form", small + "  optimizer: {type: sgd, betas: [0, 0]}\n", `t.yaml:10:26: trainer.optimizer.betas: unknown key of type "sgd"`},
		{"betas", small + "  optimizer: {betas: [0.9]}\n", "t.yaml:10:22: trainer.optimizer.betas: 1 numbers, and there are two"},
		{"number in a list", small + "  optimizer: {betas: [0.9, 1]}\n", "t.yaml:10:28: trainer.optimizer.betas[1]: 1 is out of range"},
		{"same name", replace("name: y", "name: x"), `t.yaml:6:11: output_features[0].name: "x" is the name of input_features[0], too`},
		{"sum", small + "preprocessing:\n  split:\n    probabilities: [0.8, 0.1, 0.2]\n", "t.yaml:12:20: preprocessing.split.probabilities: the sum is 1.1, and it must be 1"},
		{"stratify by what", replace("category", "number") + "preprocessing: {split: stratify}\n", "t.yaml:10:24: preprocessing.split: stratify needs a column"},
		{"metric", small + "  validation_metric: mean_squared_error\n", `t.yaml:10:22: trainer.validation_metric: "mean_squared_error" is no metric of a category: it may be "accuracy" or "loss"`},
		{"field", small + "  validation_field: why\n", `t.yaml:10:21: trainer.validation_field: no output feature is called "why"; did you mean "y"?`},
		{"nothing left", replace("type: number", "type: image\n    preprocessing: {height: 8, width: 8}\n    encoder:\n      conv_layers: [{}, {}, {}]"),
			"t.yaml:7:25: input_features[0].encoder.conv_layers[1]: the image has 1 pixels left here, fewer than a pool of 2"},
		{"merge", small + "  <<: {epochs: 1}\n", "t.yaml:10:3: trainer: merge keys (<<) are not supported"},
		{"list as a key", small + "  [a]: 1\n", "t.yaml:10:3: trainer: a key must be a name, not a list"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("t.yaml", []byte(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error\n%v\ndoes not say\n%s", err, test.want)
			}
			var ps Problems
			if !errors.As(err, &ps) {
				t.Errorf("a %T", err)
			}
		})
	}
}

// All problems come together, in the order of the file.
func TestProblemsTogether(t *testing.T) {
	text := strings.NewReplacer("name: x", "name: x\n    colunm: red", "3", "three", "type: category", "type: categories").Replace(small)
	_, err := Parse("t.yaml", []byte(text))
	want := `t.yaml:4:5: input_features[0].colunm: unknown key of type "number"; did you mean "column"?
t.yaml:8:11: output_features[0].type: unknown type "categories"; did you mean "category"?
t.yaml:10:11: trainer.epochs: "three" is not a whole number`
	if err == nil || err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
}

func TestSet(t *testing.T) {
	c, err := Parse("t.yaml", []byte(small), "trainer.epochs=7", "trainer.optimizer.type=adamw", "input_features[0].encoder={type: dense, num_layers: 2}", "random_seed=1")
	if err != nil {
		t.Fatal(err)
	}
	if c.Trainer.Epochs != 7 || c.Trainer.Optimizer.Type != "adamw" || c.InputFeatures[0].Encoder.Type != "dense" || c.RandomSeed != 1 {
		t.Errorf("%+v", c)
	}
	tests := []struct{ set, want string }{
		{"epochs", "--set epochs: not of the form KEY=VALUE"},
		{"=3", "--set =3: not of the form KEY=VALUE"},
		{"trainer.epochs=ten", `--set trainer.epochs=ten: trainer.epochs: "ten" is not a whole number`},
		{"trainer.epoch=1", `--set trainer.epoch=1: trainer.epoch: unknown key; did you mean "epochs"?`},
		{"trainer.epochs.x=1", "--set trainer.epochs.x=1: trainer.epochs is 3 and has no keys"},
		{"input_features[4].name=z", "--set input_features[4].name=z: 4 is not one of the 1 elements of input_features"},
		{"trainer.epochs=[", "--set trainer.epochs=[: "},
		{"trainer.epochs=", "--set trainer.epochs=: trainer.epochs: null is not a whole number"},
		{"[].=1", "--set [].=1: no key before the ="},
	}
	for _, test := range tests {
		_, err := Parse("t.yaml", []byte(small), test.set)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error\n%v\ndoes not say\n%s", err, test.want)
		}
	}
}

// Aliases that multiply end the check, and the file is told so once.
func TestAliasesThatMultiply(t *testing.T) {
	layers := "conv_layers: [" + strings.Repeat("{}, ", 400) + "{}]"
	features := strings.Repeat("  - *f\n", 400)
	_, err := Parse("t.yaml", []byte("input_features:\n  - &f {name: x, type: image, encoder: {"+layers+"}}\n"+features))
	if err == nil || strings.Count(err.Error(), "the file has more than 100000 values") != 1 {
		t.Errorf("error %.300v", err)
	}
	if _, err := Parse("t.yaml", []byte("input_features: &a [*a]\n")); err == nil {
		t.Error("a list that holds itself is no error")
	}
}

func TestLoad(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "none.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	big := filepath.Join(t.TempDir(), "big.yaml")
	if err := os.WriteFile(big, make([]byte, maxFile+1), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(big); err == nil || !strings.Contains(err.Error(), "not a configuration") {
		t.Errorf("error %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	example, err := os.ReadFile("../examples/digits.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(example)
	f.Add([]byte("a: &a [*a]\ninput_features: *a\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("t.yaml", data)
		if err != nil {
			return
		}
		if _, err := Parse("t.yaml", c.Text()); err != nil {
			t.Errorf("what was read is refused when written out: %v\n%s", err, c.Text())
		}
	})
}
