package main

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/flambeau-ml/flambeau/ops"
)

// optionKinds finds for each optional argument's name the Go type that its option takes, which operators share.
func optionKinds(entries []*entry) (map[string]string, error) {
	kinds := map[string]string{}
	for _, e := range entries {
		for _, p := range e.optional {
			k := p.optionKind()
			had, seen := kinds[p.Name]
			switch {
			case !seen || had == k:
			case had == "int" && k == "...int", had == "...int" && k == "int":
				k = "...int"
			case strings.HasPrefix(had, "...") || strings.HasPrefix(k, "..."):
				if had != "...any" && k != "...any" {
					return nil, fmt.Errorf("%s: option %s takes %s and %s elsewhere", e.op.Name(), p.Name, k, had)
				}
				k = "...any"
			default:
				k = "any"
			}
			kinds[p.Name] = k
		}
	}
	names := map[string]string{}
	for _, e := range entries {
		if e.receiver == nil {
			names[e.name] = e.op.Name()
		}
	}
	for name := range kinds {
		if clash := names[optionName(name)]; clash != "" {
			return nil, fmt.Errorf("option %s has the name of the function for %s", optionName(name), clash)
		}
	}
	return kinds, nil
}

func (p *param) optionKind() string {
	switch p.in {
	case typeInts:
		return "...int"
	case typeFloats:
		return "...float64"
	case typeSizes:
		return "...any"
	case typeIntPtr:
		return "int"
	case typeInt:
		if p.Name == "reduction" {
			return "string"
		}
		return "int"
	case typeScalar, typeSize, typeSizePtr:
		return "any"
	case typeFloatP:
		return "float64"
	case typeBoolPtr:
		return "bool"
	case typeDType:
		return "graph.DType"
	}
	return p.in.String()
}

// optionName is the name of the function that makes an option.
func optionName(name string) string {
	switch name {
	case "dim":
		return "Dims"
	case "dtype":
		return "As"
	}
	return ops.GoWord(name)
}

// options is the file with the functions that make options.
func options(kinds map[string]string) string {
	var b strings.Builder
	b.WriteString(strings.Replace(header, "%s", "", 1))
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		fmt.Fprintf(&b, "// %s sets the argument %s.\nfunc %[1]s(v %[3]s) Option { return Option{%[2]q, v} }\n\n", optionName(name), name, kinds[name])
	}
	return b.String()
}

// fromOption is the expression that reads an optional argument from the options o.
func (p *param) fromOption(kind string) string {
	get := func(f, fallback string) string { return fmt.Sprintf("%s(o, %q, %s)", f, p.Name, fallback) }
	kind = strings.Replace(kind, "...", "[]", 1)
	switch p.in {
	case typeInt:
		if p.Name == "reduction" {
			return get("reductionOption", p.fallback())
		}
		return get("intOption", p.fallback())
	case typeIntPtr:
		return get("maybeIntOption", p.fallback())
	case typeFloat:
		return get("floatOption", p.fallback())
	case typeFloatP:
		return get("maybeFloatOption", p.fallback())
	case typeBoolPtr:
		return get("maybeBoolOption", p.fallback())
	case typeScalar:
		return get("r.scalarOption", p.fallback())
	case typeSize:
		return get("r.sizeOption", p.fallback())
	case typeSizePtr:
		return get("r.maybeSizeOption", p.fallback())
	case typeSizes:
		return get("r.sizesOption", p.fallback())
	case typeInts:
		if kind != "[]int" {
			return get("r.intsOption", p.fallback())
		}
	}
	if p.in.Kind() == reflect.Slice {
		return get("option["+kind+"]", p.fallback())
	}
	return get("option["+p.in.String()+"]", p.fallback())
}
