package declare

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// checkWhole finds what no table of keys can say: what does not go together.
func (c *Config) checkWhole() {
	c.checkFeatures()
	c.checkSplit()
	c.checkTrainer()
}

func (c *Config) checkFeatures() {
	if len(c.InputFeatures) == 0 {
		c.problem("input_features", "the list is empty: a model takes at least one")
	}
	if len(c.OutputFeatures) == 0 {
		c.problem("output_features", "the list is empty: a model predicts at least one")
	}
	seen := map[string]string{}
	name := func(path, name string) {
		path += ".name"
		if name == "" {
			c.problem(path, "the name is empty")
		}
		if first, twice := seen[module(name)]; twice {
			c.problem(path, "%q is the name of %s, too", name, first)
			return
		}
		seen[module(name)] = strings.TrimSuffix(path, ".name")
	}
	for i := range c.InputFeatures {
		f := &c.InputFeatures[i]
		path := fmt.Sprintf("input_features[%d]", i)
		name(path, f.Name)
		codec, err := f.codec()
		if err != nil {
			c.problem(path, "%v", err)
			continue
		}
		if key, err := f.Encoder.options.check(codec.size()); err != nil {
			c.problem(join(path, join("encoder", key)), "%v", err)
		}
	}
	for i := range c.OutputFeatures {
		path := fmt.Sprintf("output_features[%d]", i)
		name(path, c.OutputFeatures[i].Name)
	}
}

// module is a feature's name as a part of the names of parameters, where dots separate.
func module(name string) string { return strings.ReplaceAll(name, ".", "_") }

// codec makes the codec of the feature's type.
func (f *InputFeature) codec() (inputCodec, error) {
	i := slices.IndexFunc(inputKinds, func(k *inputKind) bool { return k.name == f.Type })
	return inputKinds[i].codec(f)
}

// codec makes the codec of the feature's type.
func (f *OutputFeature) codec() (outputCodec, error) {
	i := slices.IndexFunc(outputKinds, func(k *outputKind) bool { return k.name == f.Type })
	return outputKinds[i].codec(f)
}

func (c *Config) checkSplit() {
	s, path := &c.Preprocessing.Split, "preprocessing.split"
	switch s.Type {
	case "fixed":
		return
	case "stratify":
		if s.Column == "" {
			i := slices.IndexFunc(c.OutputFeatures, func(f OutputFeature) bool { return f.Type == "category" })
			if i < 0 {
				c.problem(path, "stratify needs a column, for no output feature is a category")
				return
			}
			s.Column = c.OutputFeatures[i].Column
		}
	}
	sum := 0.0
	for _, p := range s.Probabilities {
		sum += p
	}
	switch {
	case len(s.Probabilities) != 3:
		c.problem(path+".probabilities", "%d numbers, and there are three parts: for training, validation and test",
			len(s.Probabilities))
	case math.Abs(sum-1) > 1e-6:
		c.problem(path+".probabilities", "the sum is %s, and it must be 1", number(sum))
	case s.Probabilities[0] == 0:
		c.problem(path+".probabilities", "no rows are left to train on")
	}
}

func (c *Config) checkTrainer() {
	t := &c.Trainer
	if o := &t.Optimizer; o.Betas != nil && len(o.Betas) != 2 {
		c.problem("trainer.optimizer.betas", "%d numbers, and there are two", len(o.Betas))
	} else if o.Nesterov && (o.Momentum <= 0 || o.Dampening != 0) {
		c.problem("trainer.optimizer.nesterov", "Nesterov's momentum takes a momentum and no dampening")
	}
	watched := &c.OutputFeatures[0]
	if t.ValidationField != "" {
		var names []string
		watched = nil
		for i := range c.OutputFeatures {
			names = append(names, c.OutputFeatures[i].Name)
			if c.OutputFeatures[i].Name == t.ValidationField {
				watched = &c.OutputFeatures[i]
			}
		}
		if watched == nil {
			c.problem("trainer.validation_field", "no output feature is called %q%s", t.ValidationField,
				suggest(t.ValidationField, names))
			return
		}
	}
	t.ValidationField = watched.Name
	known := []string{"loss", "mean_absolute_error", "mean_squared_error"}
	if watched.Type == "category" {
		known = []string{"accuracy", "loss"}
	}
	if t.ValidationMetric == "" {
		t.ValidationMetric = map[string]string{"category": "accuracy", "number": "mean_squared_error"}[watched.Type]
	} else if !slices.Contains(known, t.ValidationMetric) {
		c.problem("trainer.validation_metric", "%q is no metric of a %s: it may be %s", t.ValidationMetric, watched.Type,
			oneOf(known))
	}
	if s := t.Scheduler; s.EtaMin > t.LearningRate {
		c.problem("trainer.learning_rate_scheduler.eta_min", "%s is more than learning_rate, %s", number(s.EtaMin),
			number(t.LearningRate))
	}
}
