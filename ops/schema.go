package ops

import (
	"fmt"
	"strconv"
	"strings"
)

// Schema is a parsed signature.
type Schema struct {
	Name     string // "softmax"
	Overload string // "int"; may be empty
	Args     []Arg
	Returns  []Return
	tuple    bool // the results are written in parentheses
}

// Arg is an argument of a signature.
type Arg struct {
	Type    ArgType
	Name    string
	Default string // as written; empty where the argument must be given
	KwOnly  bool
}

// Return is a result of a signature.
type Return struct {
	Type ArgType
	Name string // may be empty
}

// ArgType is a type of the schema language: "Tensor(a!)?", "SymInt[2]", "Tensor?[]".
type ArgType struct {
	Base         string // "Tensor", "Scalar", "int", "SymInt", "float", "bool", "str", "ScalarType" …
	Alias        string // what stands in parentheses after a Tensor: "a", "a!", "a -> *"
	List         bool
	Len          string // the length that a list's type names, as written
	Optional     bool   // the whole may be None
	ElemOptional bool   // elements of the list may be None
}

// Written reports whether the tensor is marked as changed in place.
func (t ArgType) Written() bool { return strings.Contains(t.Alias, "!") }

// String is the type as schemas write it.
func (t ArgType) String() string {
	s := t.Base
	if t.Alias != "" {
		s += "(" + t.Alias + ")"
	}
	if t.List {
		if t.ElemOptional {
			s += "?"
		}
		s += "[" + t.Len + "]"
	}
	if t.Optional {
		s += "?"
	}
	return s
}

// FullName is the name with its overload: "softmax.int".
func (s *Schema) FullName() string {
	if s.Overload == "" {
		return s.Name
	}
	return s.Name + "." + s.Overload
}

// String is the signature as PyTorch writes it.
func (s *Schema) String() string {
	var b strings.Builder
	b.WriteString(s.FullName() + "(")
	kw := false
	for i, a := range s.Args {
		if i > 0 {
			b.WriteString(", ")
		}
		if a.KwOnly && !kw {
			b.WriteString("*, ")
			kw = true
		}
		b.WriteString(a.Type.String() + " " + a.Name)
		if a.Default != "" {
			b.WriteString("=" + a.Default)
		}
	}
	b.WriteString(") -> ")
	rs := make([]string, len(s.Returns))
	for i, r := range s.Returns {
		rs[i] = r.Type.String()
		if r.Name != "" {
			rs[i] += " " + r.Name
		}
	}
	if s.tuple {
		b.WriteString("(" + strings.Join(rs, ", ") + ")")
	} else {
		b.WriteString(strings.Join(rs, ", "))
	}
	return b.String()
}

// ParseSchema reads a signature as native_functions.yaml writes it.
func ParseSchema(text string) (*Schema, error) {
	p := &schemaParser{text: text, rest: text}
	s := p.schema()
	if p.err == nil && p.rest != "" {
		p.fail("the end")
	}
	if p.err != nil {
		return nil, p.err
	}
	return s, nil
}

type schemaParser struct {
	text, rest string
	err        error
}

func (p *schemaParser) fail(wanted string) {
	if p.err == nil {
		p.err = fmt.Errorf("schema %q: column %d: want %s", p.text, len(p.text)-len(p.rest)+1, wanted)
	}
}

// accept skips token and blanks after it where it comes next.
func (p *schemaParser) accept(token string) bool {
	if p.err != nil || !strings.HasPrefix(p.rest, token) {
		return false
	}
	p.rest = strings.TrimLeft(p.rest[len(token):], " ")
	return true
}

func (p *schemaParser) expect(token string) {
	if !p.accept(token) {
		p.fail(strconv.Quote(token))
	}
}

// until takes the text before the first of the stop characters, or all of it.
func (p *schemaParser) until(stops string) string {
	i := strings.IndexAny(p.rest, stops)
	if i < 0 {
		i = len(p.rest)
	}
	s := p.rest[:i]
	p.rest = p.rest[i:]
	return s
}

func (p *schemaParser) word() string {
	i := 0
	for i < len(p.rest) && (p.rest[i] == '_' || p.rest[i]|0x20 >= 'a' && p.rest[i]|0x20 <= 'z' || i > 0 && p.rest[i] >= '0' && p.rest[i] <= '9') {
		i++
	}
	w := p.rest[:i]
	if w == "" {
		p.fail("a name")
	}
	p.rest = p.rest[i:]
	return w
}

func (p *schemaParser) blanks() { p.rest = strings.TrimLeft(p.rest, " ") }

func (p *schemaParser) schema() *Schema {
	s := &Schema{Name: p.word()}
	if strings.HasPrefix(p.rest, ".") {
		p.rest = p.rest[1:]
		s.Overload = p.word()
	}
	p.expect("(")
	kw := false
	for !p.accept(")") && p.err == nil {
		if len(s.Args) > 0 {
			p.expect(",")
		}
		if !kw && p.accept("*") {
			kw = true
			p.expect(",")
		}
		a := Arg{Type: p.argType(), KwOnly: kw}
		p.blanks()
		a.Name = p.word()
		if strings.HasPrefix(p.rest, "=") {
			p.rest = p.rest[1:]
			a.Default = p.defaultValue()
		}
		p.blanks()
		s.Args = append(s.Args, a)
	}
	p.blanks()
	p.expect("->")
	if p.accept("(") {
		s.tuple = true
		for !p.accept(")") && p.err == nil {
			if len(s.Returns) > 0 {
				p.expect(",")
			}
			s.Returns = append(s.Returns, p.result())
		}
		return s
	}
	s.Returns = []Return{p.result()}
	return s
}

func (p *schemaParser) result() Return {
	r := Return{Type: p.argType()}
	p.blanks()
	if p.rest != "" && !strings.ContainsAny(p.rest[:1], ",)") {
		r.Name = p.word()
		p.blanks()
	}
	return r
}

func (p *schemaParser) argType() ArgType {
	t := ArgType{Base: p.word()}
	if strings.HasPrefix(p.rest, "(") {
		p.rest = p.rest[1:]
		t.Alias = p.until(")")
		if t.Alias == "" || strings.ContainsAny(t.Alias, "(,") {
			p.fail("an alias")
		}
		p.closing(")")
	}
	optional := p.mark("?")
	if strings.HasPrefix(p.rest, "[") {
		p.rest = p.rest[1:]
		t.List, t.ElemOptional = true, optional
		t.Len = p.until("]")
		if n, err := strconv.Atoi(t.Len); t.Len != "" && (err != nil || strconv.Itoa(n) != t.Len) {
			p.fail("a length")
		}
		p.closing("]")
		optional = p.mark("?")
	}
	t.Optional = optional
	return t
}

func (p *schemaParser) mark(c string) bool {
	if strings.HasPrefix(p.rest, c) {
		p.rest = p.rest[1:]
		return true
	}
	return false
}

func (p *schemaParser) closing(c string) {
	if !p.mark(c) {
		p.fail(strconv.Quote(c))
	}
}

// defaultValue takes a literal: a word or number up to the next comma or parenthesis, a list, or a quoted string.
func (p *schemaParser) defaultValue() string {
	start := p.rest
	switch {
	case p.mark("["):
		p.until("]")
		p.closing("]")
	case p.mark("'"):
		p.until("'")
		p.closing("'")
	case p.mark(`"`):
		p.until(`"`)
		p.closing(`"`)
	default:
		p.until(", )")
	}
	d := start[:len(start)-len(p.rest)]
	if d == "" {
		p.fail("a default")
	}
	return d
}
