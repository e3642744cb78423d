package declare

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// keyed is a struct that a section, or a part of it, is decoded into.
type keyed struct {
	name string
	keys []key
	base string // YAML that comes before the key that is changed: what makes a difference visible
	make func() any
}

// keyedStructs are all that the configuration is decoded into.
func keyedStructs() []keyed {
	in, out := inputSection(), outputSection()
	all := func(s *section) []key {
		keys := slices.Clone(s.keys)
		for _, f := range s.forms {
			for _, k := range f.keys {
				if !slices.ContainsFunc(keys, func(old key) bool { return old.name == k.name }) {
					keys = append(keys, k)
				}
			}
		}
		return keys
	}
	below := func(s *section, form, name string) *section {
		for _, k := range s.formNamed(form).keys {
			if k.name == name {
				return k.of
			}
		}
		panic(name)
	}
	list := []keyed{
		{"the file", whole.keys, "", func() any { return new(Config) }},
		{"preprocessing", preprocessingSection.keys, "", func() any { return new(Preprocessing) }},
		{"split", all(&splitSection), "", func() any { return new(Split) }},
		{"trainer", trainerSection().keys, "", func() any { return new(Trainer) }},
		{"scheduler", schedulerSection.keys, "", func() any { return new(Scheduler) }},
		{"optimizer", all(&optimizerSection), "", func() any { return new(Optimizer) }},
		{"clipping", clippingSection.keys, "", func() any { return new(Clipping) }},
		{"combiner", all(combinerSection())[1:], "num_fc_layers: 2\n", func() any { return new(Combiner) }}, // of one type
		{"convolution", convSection.keys, "", func() any { return new(conv) }},
		{"output feature", all(out), "", func() any { return new(OutputFeature) }},
	}
	for _, k := range inputKinds {
		list = append(list, keyed{"preprocessing of " + k.name, k.preprocessing, "", func() any {
			c, err := k.codec(&InputFeature{})
			if err != nil {
				panic(err)
			}
			return optionsOf(c)
		}})
		for _, e := range k.encoders {
			base := ""
			for _, more := range []string{"num_layers", "num_conv_layers", "num_fc_layers"} {
				if slices.ContainsFunc(e.keys, func(k key) bool { return k.name == more }) {
					base += more + ": 2\n"
				}
			}
			list = append(list, keyed{"encoder " + e.name + " of " + k.name, e.keys, base, func() any { return e.options() }})
		}
	}
	for _, k := range outputKinds {
		list = append(list,
			keyed{"preprocessing of output " + k.name, k.preprocessing, "", func() any {
				c, err := k.codec(&OutputFeature{})
				if err != nil {
					panic(err)
				}
				return optionsOf(c)
			}},
			keyed{"decoder of " + k.name, all(below(out, k.name, "decoder")), "num_fc_layers: 2\n", func() any { return new(Decoder) }},
			keyed{"loss of " + k.name, all(below(out, k.name, "loss")), "", func() any { return new(Loss) }})
	}
	for _, f := range in.forms {
		encoder := f.keys[len(f.keys)-1].of
		list = append(list, keyed{"input feature " + f.name, in.keysOf(&f), "type: " + f.name + "\nencoder: {type: " + encoder.form + "}\n",
			func() any { return new(InputFeature) }})
	}
	return list
}

// optionsOf is a new struct of the type of a codec's options.
func optionsOf(codec any) any {
	f, _ := reflect.TypeOf(codec).Elem().FieldByName("opts")
	if f.Type == nil {
		return &struct{}{}
	}
	return reflect.New(f.Type).Interface()
}

// show prints all that x holds, whether exported or not.
func show(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return "nil"
		}
		return "&" + show(v.Elem())
	case reflect.Struct:
		var parts []string
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Type != reflect.TypeFor[*checker]() {
				parts = append(parts, f.Name+":"+show(v.Field(i)))
			}
		}
		return "{" + strings.Join(parts, " ") + "}"
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = show(v.Index(i))
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return fmt.Sprint(v)
}

// another is a value that the key takes, as YAML, other than those that were seen before.
func another(k *key, n int) string {
	switch k.kind {
	case kindBool:
		return []string{"true", "false"}[n]
	case kindInt:
		return fmt.Sprint(3 + 4*n)
	case kindNumber:
		return []string{"0.5", "0.75"}[n]
	case kindString:
		if len(k.words) > n+1 {
			return k.words[len(k.words)-1-n]
		}
		return []string{"ab", "ba"}[n]
	case kindNumbers:
		return []string{"[0.5, 0.25]", "[0.25, 0.5]"}[n]
	case kindSections:
		return []string{"[{use_bias: true}]", "[{use_bias: true}, {use_bias: true}]"}[n]
	}
	return ""
}

// TestRowsHaveFields changes every key of the tables and looks whether what it is decoded into changes: a row without a
// field would be accepted, and do nothing.
func TestRowsHaveFields(t *testing.T) {
	for _, s := range keyedStructs() {
		fields := yamlFields(reflect.TypeOf(s.make()).Elem())
		for _, k := range s.keys {
			if k.kind == kindSection || k.of != nil && s.name == "the file" {
				if !slices.Contains(fields, k.name) {
					t.Errorf("%s: the section %s has no field", s.name, k.name)
				}
				continue
			}
			if len(k.words) == 1 && k.kind == kindString && !k.null || k.name == "type" && strings.Contains(s.base, "type: ") {
				continue // there is nothing to change it to, or it says what all the rest is
			}
			var seen [2]string
			for i := range seen {
				text := s.base
				if strings.Contains(text, k.name+":") {
					text = ""
				}
				x := s.make()
				if err := yaml.Unmarshal([]byte(text+k.name+": "+another(&k, i)+"\n"), x); err != nil && k.name != "type" {
					t.Fatalf("%s: %s: %v", s.name, k.name, err)
				}
				seen[i] = show(reflect.ValueOf(x))
			}
			if seen[0] == seen[1] {
				t.Errorf("%s: the key %s changes nothing: %s", s.name, k.name, seen[0])
			}
		}
	}
}

// yamlFields are the names of the fields that YAML is decoded into.
func yamlFields(t reflect.Type) (names []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		names = append(names, name)
	}
	return names
}

// TestFieldsHaveRows looks whether the tables have a row for every field: one without could never be set.
func TestFieldsHaveRows(t *testing.T) {
	rows := map[reflect.Type][]string{}
	for _, s := range keyedStructs() {
		typ := reflect.TypeOf(s.make()).Elem()
		for _, k := range s.keys {
			rows[typ] = append(rows[typ], k.name)
		}
	}
	for typ, names := range rows {
		if reflect.PointerTo(typ).Implements(reflect.TypeFor[yaml.Unmarshaler]()) && typ != reflect.TypeFor[InputFeature]() {
			continue // what it is decoded into is its own affair
		}
		for _, field := range yamlFields(typ) {
			if !slices.Contains(names, field) {
				t.Errorf("%v: the field %s has no row", typ, field)
			}
		}
	}
}
