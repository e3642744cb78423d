package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const header = `// Code generated from the table of operators by ops/internal/gen. DO NOT EDIT.

package tensor

import (
	"github.com/flambeau-ml/flambeau/graph"
%s)
`

// headerOps is the header of files that call operators.
var headerOps = strings.Replace(header, "%s", "\t\"github.com/flambeau-ml/flambeau/ops\"\n", 1)

// form is one Go function for an operator.
type form struct {
	*entry
	kinds   map[string]string
	options bool // optional arguments are given as options
	inPlace bool
	out     bool
}

// methods is the file with the methods, or the one with the free functions.
func methods(entries []*entry, kinds map[string]string, receivers bool) string {
	var b strings.Builder
	b.WriteString(headerOps)
	for _, e := range entries {
		forms := []form{{entry: e, kinds: kinds}}
		if len(e.optional) > 0 {
			forms = append(forms, form{entry: e, kinds: kinds, options: true})
		}
		if e.op.InPlace {
			for _, f := range forms[:len(forms):len(forms)] {
				f.inPlace = true
				forms = append(forms, f)
			}
		}
		if e.op.Out {
			forms = append(forms, form{entry: e, kinds: kinds, options: len(e.optional) > 0, out: true})
		}
		for _, f := range forms {
			if (f.receiver != nil && !f.out) == receivers {
				f.write(&b)
			}
		}
	}
	return b.String()
}

func (f form) goName() string {
	name := f.name
	switch {
	case f.out:
		return name + "Out"
	case f.options:
		name += "With"
	}
	if f.inPlace {
		name += "_"
	}
	return name
}

func (f form) doc() string {
	first, n := utf8.DecodeRuneInString(f.op.Doc)
	rest := f.op.Doc[n:]
	if next, _ := utf8.DecodeRuneInString(rest); !unicode.IsUpper(next) {
		first = unicode.ToLower(first)
	}
	is := "is"
	switch {
	case f.inPlace:
		is = "replaces t by"
	case f.out:
		is = "writes into out"
	}
	return wrap(fmt.Sprintf("%s %s %c%s It is PyTorch's %s.", f.goName(), is, first, rest, f.op.Name()))
}

// wrap breaks a comment into lines.
func wrap(text string) string {
	var b strings.Builder
	width := 0
	for _, w := range strings.Fields(text) {
		n := utf8.RuneCountInString(w) + 1
		if width == 0 || width+n > 118 {
			if width > 0 {
				b.WriteByte('\n')
			}
			b.WriteString("//")
			width = 2
		}
		b.WriteString(" " + w)
		width += n
	}
	b.WriteByte('\n')
	return b.String()
}

// signature is the parameters in parentheses.
func (f form) signature() string {
	var ps []string
	if f.out {
		ps = append(ps, "out *Tensor")
		if f.receiver != nil {
			ps = append(ps, "t *Tensor")
		}
	}
	for i, p := range f.positional {
		spread := !f.options && i == len(f.positional)-1
		ps = append(ps, p.ident+" "+p.goType(spread))
	}
	switch {
	case f.options:
		ps = append(ps, "opts ...Option")
	case len(f.variadic) > 0:
		ps = append(ps, "dims ...int")
	}
	return "(" + strings.Join(ps, ", ") + ")"
}

// results are the Go types of what is returned.
func (f form) results() []string {
	if f.inPlace || f.out {
		return []string{"*Tensor"}
	}
	var rs []string
	for _, r := range f.op.Signature().Returns {
		if r.Type.List {
			rs = append(rs, "[]*Tensor")
		} else {
			rs = append(rs, "*Tensor")
		}
	}
	return rs
}

func (f form) write(b *strings.Builder) {
	b.WriteString("\n" + f.doc() + "func ")
	if f.receiver != nil && !f.out {
		b.WriteString("(t *Tensor) ")
	}
	rs := strings.Join(f.results(), ", ")
	if len(f.results()) > 1 {
		rs = "(" + rs + ")"
	}
	fmt.Fprintf(b, "%s%s %s {\n\tr := record(%q)\n\tdefer r.done()\n", f.goName(), f.signature(), rs, f.op.Signature().Name)
	if f.options {
		names := make([]string, len(f.optional))
		for i, p := range f.optional {
			names[i] = fmt.Sprintf("%q", p.Name)
		}
		fmt.Fprintf(b, "\to := r.options(opts, %s)\n", strings.Join(names, ", "))
	} else if n := len(f.variadic); n > 0 && f.variadic[0].in != typeInts {
		fmt.Fprintf(b, "\tr.atMost(dims, %d)\n", n)
	}
	if f.op.View && !f.inPlace && !f.out {
		f.writeView(b)
	} else {
		f.writeCall(b)
	}
	b.WriteString("}\n")
}

// args are the expressions for the body's arguments.
func (f form) args() []string {
	var args []string
	if f.op.Creates() {
		args = append(args, "r")
	}
	for _, p := range f.params {
		args = append(args, f.arg(p))
	}
	return args
}

func (f form) arg(p *param) string {
	switch {
	case !p.optional:
		return p.read()
	case f.options:
		return p.fromOption(f.kinds[p.Name])
	}
	for i, v := range f.variadic {
		switch {
		case v != p:
		case p.in == typeInts:
			return "dims"
		case p.in == typeIntPtr:
			return fmt.Sprintf("dimAtOrNil(dims, %d)", i)
		default:
			return fmt.Sprintf("dimAt(dims, %d, %s)", i, p.fallback())
		}
	}
	return p.fallback()
}

// writeView hands the body to the view, which may run it again when the base is written: what it captures must not
// be the recorder's.
func (f form) writeView(b *strings.Builder) {
	args := []string{"x"}
	for _, p := range f.params[1:] {
		fmt.Fprintf(b, "\t%sAt := %s\n", p.ident, f.arg(p))
		args = append(args, p.ident+"At")
	}
	view, result := "view", "*graph.Value"
	if f.results()[0] == "[]*Tensor" {
		view, result = "views", "[]*graph.Value"
	}
	fmt.Fprintf(b, "\treturn r.%s(t, func(x *graph.Value) %s { return ops.%s.Body(%s) })\n", view, result, f.name, strings.Join(args, ", "))
}

func (f form) writeCall(b *strings.Builder) {
	call := fmt.Sprintf("ops.%s.Body(%s)", f.name, strings.Join(f.args(), ", "))
	written := f.op.Written()
	if len(written) == 0 && len(f.results()) == 1 {
		switch {
		case f.inPlace:
			fmt.Fprintf(b, "\tr.write(t, %s)\n\treturn t\n", call)
		case f.out:
			fmt.Fprintf(b, "\tr.write(out, %s)\n\treturn out\n", call)
		case f.results()[0] == "[]*Tensor":
			fmt.Fprintf(b, "\treturn r.handles(%s)\n", call)
		default:
			fmt.Fprintf(b, "\treturn r.handle(%s)\n", call)
		}
		return
	}
	var names, handles []string
	for i, t := range f.results() {
		names = append(names, fmt.Sprintf("v%d", i))
		handle := "handle"
		if t == "[]*Tensor" {
			handle = "handles"
		}
		handles = append(handles, fmt.Sprintf("r.%s(v%d)", handle, i))
	}
	for _, a := range written {
		names = append(names, ident(a.Name)+"Next")
	}
	fmt.Fprintf(b, "\t%s := %s\n", strings.Join(names, ", "), call)
	for _, a := range written {
		if a.Type.Base == "Generator" {
			fmt.Fprintf(b, "\tr.advance(g, %sNext)\n", ident(a.Name))
			continue
		}
		fmt.Fprintf(b, "\tif %s != nil {\n\t\tr.write(%[1]s, %[1]sNext)\n\t}\n", ident(a.Name))
	}
	switch {
	case f.inPlace:
		b.WriteString("\tr.write(t, v0)\n\treturn t\n")
	case f.out:
		b.WriteString("\tr.write(out, v0)\n\treturn out\n")
	default:
		fmt.Fprintf(b, "\treturn %s\n", strings.Join(handles, ", "))
	}
}
