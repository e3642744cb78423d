package declare

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// set changes one value of the configuration as "trainer.epochs=3" asks. The value is YAML.
func (c *checker) set(root *yaml.Node, change string) error {
	origin := "--set " + change
	bad := func(format string, args ...any) error {
		return Problems{{File: origin, Msg: fmt.Sprintf(format, args...)}}
	}
	path, text, ok := strings.Cut(change, "=")
	if !ok || path == "" {
		return bad("not of the form KEY=VALUE, as in trainer.epochs=3")
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return bad("%s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	val := plain(nil)
	if len(doc.Content) == 1 {
		val = doc.Content[0]
	}
	c.mark(val, origin)

	steps := strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
	if len(steps) == 0 {
		return bad("no key before the =")
	}
	at := root
	for i, step := range steps {
		for at.Kind == yaml.AliasNode {
			at = at.Alias
		}
		var slot **yaml.Node
		switch at.Kind {
		case yaml.SequenceNode:
			n, err := strconv.Atoi(step)
			if err != nil || n < 0 || n >= len(at.Content) {
				return bad("%s is not one of the %d elements of %s, counted from 0",
					step, len(at.Content), strings.Join(steps[:i], "."))
			}
			slot = &at.Content[n]
		case yaml.MappingNode:
			for j := 0; j+1 < len(at.Content); j += 2 {
				if at.Content[j].Value == step {
					slot = &at.Content[j+1]
				}
			}
			if slot == nil {
				name := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: step}
				below := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
				c.origin[name], c.origin[below] = origin, origin
				at.Content = append(at.Content, name, below)
				slot = &at.Content[len(at.Content)-1]
			}
		default:
			return bad("%s is %s and has no keys", strings.Join(steps[:i], "."), describe(at))
		}
		if i == len(steps)-1 {
			*slot = val
			return nil
		}
		if (*slot).Kind == yaml.ScalarNode && (*slot).Tag == "!!null" {
			*slot = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
			c.origin[*slot] = origin
		}
		at = *slot
	}
	return nil
}

// mark says of n and what is in it that it did not come from the file.
func (c *checker) mark(n *yaml.Node, origin string) {
	c.origin[n] = origin
	for _, m := range n.Content {
		c.mark(m, origin)
	}
}
