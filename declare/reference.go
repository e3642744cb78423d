package declare

import (
	_ "embed"
	"fmt"
	"io"
	"strings"
)

// referenceHead is the beginning of the reference, which no table says.
//
//go:embed reference.md
var referenceHead string

// WriteReference writes the reference of the configuration in Markdown, made from the tables that files are checked
// by.
func WriteReference(w io.Writer) error {
	var b strings.Builder
	b.WriteString(referenceHead)
	r := &reference{out: &b, done: map[*section]bool{}}
	r.section(&whole)
	_, err := io.WriteString(w, b.String())
	return err
}

type reference struct {
	out  *strings.Builder
	done map[*section]bool
}

// section writes a chapter, and then those of the sections in it.
func (r *reference) section(s *section) {
	if r.done[s] {
		return
	}
	r.done[s] = true
	if s.title != "" {
		fmt.Fprintf(r.out, "\n## %s\n", s.title)
		if s.doc != "" {
			fmt.Fprintf(r.out, "\n%s\n", s.doc)
		}
		r.table(s.keys, s.formNames())
		for _, f := range s.forms {
			fmt.Fprintf(r.out, "\n**type: %s**", f.name)
			if f.name == s.form {
				r.out.WriteString(" (the default)")
			}
			fmt.Fprintf(r.out, ". %s\n", f.doc)
			r.table(f.keys, nil)
		}
	}
	below := s.keys
	for _, f := range s.forms {
		below = append(below[:len(below):len(below)], f.keys...)
	}
	for i := range below {
		if below[i].of != nil {
			r.section(below[i].of)
		}
	}
}

// table writes the keys, those of layers in lists after the key of the list.
func (r *reference) table(keys []key, types []string) {
	if len(keys) == 0 {
		return
	}
	r.out.WriteString("\n| key | value | default | |\n|---|---|---|---|\n")
	for i := range keys {
		r.row(&keys[i], "", types)
	}
}

func (r *reference) row(k *key, before string, types []string) {
	name := "`" + before + k.name + "`"
	if k.aka != "" {
		name += " or `" + before + k.aka + "`"
	}
	want := k.want()
	if k.name == "type" && len(types) > 0 {
		want = oneOf(types)
	}
	if k.in.set {
		want += ", " + k.in.String()
	}
	fmt.Fprintf(r.out, "| %s | %s | %s | %s |\n", name, want, k.show(), k.doc)
	if k.kind == kindSections && k.of.title == "" {
		for i := range k.of.keys {
			r.row(&k.of.keys[i], before+k.name+"[].", nil)
		}
	}
}
