package main

import (
	"fmt"
	"strings"

	"github.com/flambeau-ml/flambeau/ops"
)

// page is docs/operators.md.
func page(table []*ops.Op) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `# Operators

The %d operators that can be called by name, with PyTorch's signatures. This page is generated from the table in
package ops: run `+"`go generate ./ops`"+`.

| signature | in Go | what it is |
| --- | --- | --- |
`, len(table))
	for _, op := range table {
		var forms []string
		if name := op.GoName(); name != "" {
			forms = append(forms, name)
			if op.InPlace {
				forms = append(forms, name+"_")
			}
			if op.Out {
				forms = append(forms, name+"Out")
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", op.Schema, strings.Join(forms, ", "), op.Doc)
	}
	return []byte(b.String())
}
