// Command gendocs writes docs/primitives.md from the primitive table.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
)

func main() {
	log.SetFlags(0)
	path := filepath.Join("..", "docs", "primitives.md")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(path, page(), 0o644); err != nil {
		log.Fatal(err)
	}
}

// page is the document.
func page() []byte {
	var b bytes.Buffer
	all := graph.Primitives()
	fmt.Fprintf(&b, `<!-- Written by graph/internal/gendocs from the primitive table. DO NOT EDIT. -->

# Primitives

Everything that Flambeau computes is composed of these %d primitives. Each is defined once, in a file
`+"`graph/prim_*.go`"+`, with all its rules. Names in backquotes are attributes.

*Linear in* lists the operands, counted from 0, in which a primitive is linear; "together" where it is so in all of
them at once, otherwise in each with the others fixed. *Gradient* says whether there is a derivative rule, or why
not. *Checks* marks those that can fail depending on values: an index out of range, an integer divided by zero.

| Primitive | Operands | Computes | Linear in | Gradient | Checks |
|---|---|---|---|---|---|
`, len(all))
	for _, p := range all {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", p.Name, operands(p), cell(p.Doc), linear(p), gradient(p), checks(p))
	}
	return b.Bytes()
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func operands(p *graph.Primitive) string {
	if p.Arity < 0 {
		return "1 or more"
	}
	return fmt.Sprint(p.Arity)
}

func linear(p *graph.Primitive) string {
	var in []string
	for i := range p.Arity {
		if p.IsLinear(i) {
			in = append(in, fmt.Sprint(i))
		}
	}
	if p.Arity < 0 {
		for i, is := range p.Linear {
			switch last := i == len(p.Linear)-1; {
			case is && last && i == 0:
				in = append(in, "all")
			case is && last:
				in = append(in, fmt.Sprint(i, " and on"))
			case is:
				in = append(in, fmt.Sprint(i))
			}
		}
	}
	s := strings.Join(in, ", ")
	if p.Joint {
		s += ", together"
	}
	return s
}

func gradient(p *graph.Primitive) string {
	if p.JVP == nil {
		return "none: " + p.NoGradient
	}
	return "yes"
}

func checks(p *graph.Primitive) string {
	if p.Checks {
		return "yes"
	}
	return ""
}
