package declare

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// checker compares a file with the tables of keys. What it returns is the same configuration with every key that has
// a value written out, in the order of the tables.
type checker struct {
	file     string
	origin   map[*yaml.Node]string // where a value that is not from the file came from
	problems Problems
	at       map[string]*yaml.Node // path of a key → the value given for it
	visited  int
}

// maxNodes is how many values a file may have, those of aliases counted each time.
const maxNodes = 100_000

func (c *checker) problem(n *yaml.Node, path, format string, args ...any) {
	p := &Problem{File: c.file, Key: path, Msg: fmt.Sprintf(format, args...)}
	if n != nil {
		p.Line, p.Column = n.Line, n.Column
		if o, ok := c.origin[n]; ok {
			p.File, p.Line, p.Column = o, 0, 0
		}
	}
	c.problems = append(c.problems, p)
}

// deref follows aliases. It reports false when the file has more values than a configuration can need, as one whose
// aliases multiply has.
func (c *checker) deref(n *yaml.Node, path string) (*yaml.Node, bool) {
	for n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	if c.visited++; c.visited > maxNodes {
		if c.visited == maxNodes+1 {
			c.problem(n, path, "the file has more than %d values", maxNodes)
		}
		return n, false
	}
	return n, true
}

// entry is one key of a mapping with its value.
type entry struct{ key, val *yaml.Node }

// section checks the mapping n. Around has the values of the section that this one is in.
func (c *checker) section(n *yaml.Node, s *section, path string, around map[string]*yaml.Node) *yaml.Node {
	out := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	n, ok := c.deref(n, path)
	if !ok {
		return out
	}
	c.at[path] = n
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && len(s.forms) > 0 { // "adam" is short for {type: adam}
		typ := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "type", Line: n.Line, Column: n.Column}
		short := &yaml.Node{Kind: yaml.MappingNode, Line: n.Line, Column: n.Column, Content: []*yaml.Node{typ, n}}
		if o, ok := c.origin[n]; ok {
			c.origin[typ], c.origin[short] = o, o
		}
		n = short
	}
	if n.Kind != yaml.MappingNode {
		c.problem(n, path, "%s is not a mapping of keys to values", describe(n))
		return out
	}
	given := c.entries(n, path)
	f, ok := c.formOf(n, s, path, given)
	if !ok {
		return out
	}
	keys := s.keysOf(f)
	c.unknown(given, keys, f, path)

	values := map[string]*yaml.Node{}
	set := func(k *key, v *yaml.Node) {
		if v == nil {
			return
		}
		values[k.name] = v
		name := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: k.name}
		out.Content = append(out.Content, name, v)
	}
	for i := range keys {
		k := &keys[i]
		sub := join(path, k.name)
		e, ok := given[k.name]
		if !ok && k.aka != "" {
			e, ok = given[k.aka]
		}
		switch {
		case ok:
			set(k, c.value(e.val, k, sub, values))
		case k.must:
			c.problem(n, path, "missing key %q: %s", k.name, k.doc)
		case k.from != "" && values[k.from] != nil:
			set(k, values[k.from])
		case k.from != "":
			set(k, around[k.from])
		default:
			set(k, c.fallback(k, sub, values))
		}
	}
	return out
}

// entries are the keys of a mapping, each once.
func (c *checker) entries(n *yaml.Node, path string) map[string]entry {
	given := make(map[string]entry, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, ok := c.deref(n.Content[i], path)
		if !ok {
			break
		}
		switch {
		case k.Tag == "!!merge":
			c.problem(k, path, "merge keys (<<) are not supported: write the keys out")
		case k.Kind != yaml.ScalarNode:
			c.problem(k, path, "a key must be a name, not %s", describe(k))
		default:
			if old, twice := given[k.Value]; twice {
				where := ""
				if old.key.Line > 0 {
					where = fmt.Sprintf(" in line %d", old.key.Line)
				}
				c.problem(k, join(path, k.Value), "the key is given twice; the first is%s", where)
				continue
			}
			given[k.Value] = entry{k, n.Content[i+1]}
		}
	}
	return given
}

// formOf is the form that the key "type" chooses. Without a form nothing else can be said about the section.
func (c *checker) formOf(n *yaml.Node, s *section, path string, given map[string]entry) (*form, bool) {
	if len(s.forms) == 0 {
		return nil, true
	}
	e, ok := given["type"]
	if !ok {
		if s.form == "" {
			c.problem(n, path, "missing key \"type\": it is %s", oneOf(s.formNames()))
			return nil, false
		}
		return s.formNamed(s.form), true
	}
	v, ok := c.deref(e.val, path)
	if !ok {
		return nil, false
	}
	if v.Kind != yaml.ScalarNode || v.Tag != "!!str" {
		c.problem(v, join(path, "type"), "%s is not %s", describe(v), oneOf(s.formNames()))
		return nil, false
	}
	f := s.formNamed(v.Value)
	if f == nil {
		c.problem(v, join(path, "type"), "unknown type %q%s", v.Value, suggest(v.Value, s.formNames()))
		return nil, false
	}
	return f, true
}

// unknown reports the keys that are not in the table.
func (c *checker) unknown(given map[string]entry, keys []key, f *form, path string) {
	var names []string
	known := map[string]bool{}
	for i := range keys {
		names = append(names, keys[i].name)
		known[keys[i].name] = true
		if keys[i].aka != "" {
			known[keys[i].aka] = true
			if a, twice := given[keys[i].aka]; twice && given[keys[i].name].key != nil {
				c.problem(a.key, join(path, keys[i].aka), "another name of %q, which is given too", keys[i].name)
			}
		}
	}
	for name, e := range given {
		if known[name] {
			continue
		}
		what := ""
		if f != nil {
			what = fmt.Sprintf(" of type %q", f.name)
		}
		c.problem(e.key, join(path, name), "unknown key%s%s", what, suggest(name, names))
	}
}

// fallback is the value of a key that is left out.
func (c *checker) fallback(k *key, path string, around map[string]*yaml.Node) *yaml.Node {
	if k.kind == kindSection && !k.null {
		empty := &yaml.Node{Kind: yaml.MappingNode}
		v := c.section(empty, k.of, path, around)
		delete(c.at, path) // not given: problems are reported at what surrounds it
		return v
	}
	return plain(k.def)
}

// value checks the value of a key.
func (c *checker) value(n *yaml.Node, k *key, path string, around map[string]*yaml.Node) *yaml.Node {
	n, ok := c.deref(n, path)
	if !ok {
		return nil
	}
	c.at[path] = n
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		if !k.null {
			c.problem(n, path, "null is not %s", k.want())
		}
		return plain(nil)
	}
	switch k.kind {
	case kindSection:
		return c.section(n, k.of, path, around)
	case kindSections, kindNumbers:
		if n.Kind != yaml.SequenceNode {
			c.problem(n, path, "%s is not %s", describe(n), k.want())
			return nil
		}
		out := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for i, item := range n.Content {
			sub := fmt.Sprintf("%s[%d]", path, i)
			if k.kind == kindSections {
				out.Content = append(out.Content, c.section(item, k.of, sub, around))
				continue
			}
			if item, ok = c.deref(item, sub); !ok {
				return nil
			}
			c.at[sub] = item
			if v := c.scalar(item, &key{kind: kindNumber, in: k.in}, sub); v != nil {
				out.Style = yaml.FlowStyle
				out.Content = append(out.Content, v)
			}
		}
		return out
	}
	return c.scalar(n, k, path)
}

// scalar checks a boolean, a number or a string.
func (c *checker) scalar(n *yaml.Node, k *key, path string) *yaml.Node {
	if n.Kind != yaml.ScalarNode {
		c.problem(n, path, "%s is not %s", describe(n), k.want())
		return nil
	}
	if n.Tag == "!!str" && slices.Contains(k.words, n.Value) {
		return plain(n.Value)
	}
	switch k.kind {
	case kindBool:
		if x, err := strconv.ParseBool(n.Value); err == nil && n.Tag == "!!bool" {
			return plain(x)
		}
	case kindInt:
		var x int64
		if n.Tag == "!!int" && n.Decode(&x) == nil {
			if !k.in.allow(float64(x)) {
				c.problem(n, path, "%s is out of range: it must be %s", n.Value, k.in)
			}
			return plain(x)
		}
		if n.Tag == "!!int" {
			c.problem(n, path, "%s is out of range: it does not fit in 64 bits", n.Value)
			return nil
		}
	case kindNumber:
		x := math.NaN()
		if n.Tag == "!!int" || n.Tag == "!!float" {
			if n.Decode(&x) == nil {
				if !k.in.allow(x) {
					c.problem(n, path, "%s is out of range: it must be %s", n.Value, k.in)
				}
				return plain(x)
			}
		} else if v, err := strconv.ParseFloat(n.Value, 64); err == nil && n.Style == 0 {
			// YAML takes 1e-3 for a string, for want of a dot; nobody else does.
			if !k.in.allow(v) {
				c.problem(n, path, "%s is out of range: it must be %s", n.Value, k.in)
			}
			return plain(v)
		}
	case kindString:
		if len(k.words) == 0 {
			return plain(n.Value) // a name such as 2024 or yes needs no quotes
		}
		if n.Tag == "!!str" {
			c.problem(n, path, "unknown value %q%s", n.Value, suggest(n.Value, k.words))
			return nil
		}
	}
	c.problem(n, path, "%s is not %s", describe(n), k.want())
	return nil
}

// plain is a value as a node.
func plain(x any) *yaml.Node {
	n := new(yaml.Node)
	if err := n.Encode(x); err != nil {
		panic(fmt.Sprintf("declare: a default of type %T: %v", x, err)) // only the tables' own values come here
	}
	if n.Kind == yaml.SequenceNode {
		n.Style = yaml.FlowStyle
	}
	return n
}

// describe says what a node is, for an error.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	s := n.Value
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	if n.Tag == "!!str" {
		return strconv.Quote(s)
	}
	if n.Tag == "!!null" {
		return "null"
	}
	return s
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
