package graph

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// String is the text form of f, which Parse reads:
//
//	func mlp(%0 x: f32[B, 10], %1 w: f32[10, 2*H+1]) {
//	  %2 = dot(%0, %1) {lcontract=[1], rcontract=[0]} : f32[B, 2*H+1]
//	  %3 = const {value=2.5} : f32[]
//	  return %2, %3
//	}
//
// Values are numbered in their order, parameters first: by their ID, that is, where f was built by Param and Apply
// with its parameters first. Sizes are written as building f solved them; guards follow the parameters:
//
//	func f(%0: f32[A, B], %1: f32[C, D]) where A*B = C*D {
func (f *Func) String() string {
	var b strings.Builder
	f.printer().withLabels().function(&b, f)
	return b.String()
}

// printer writes values of a function under the numbers it gave them.
type printer struct {
	ids    map[*Value]int
	solver *Solver
	labels bool // write what does not change what is computed: names of parameters, present values of numbers
	brief  bool // leave out what functions of bodies consist of
}

func (f *Func) printer() *printer {
	p := &printer{ids: make(map[*Value]int, len(f.Values)), solver: f.Solver().clone()}
	p.solver.settle()
	for _, list := range [][]*Value{f.Params, f.Values} {
		for _, v := range list {
			if _, ok := p.ids[v]; !ok {
				p.ids[v] = len(p.ids)
			}
		}
	}
	return p
}

func (p *printer) withLabels() *printer {
	p.labels = true
	return p
}

// headerWidth is how long the first line may grow before each parameter gets a line.
const headerWidth = 120

func (p *printer) function(b *strings.Builder, f *Func) {
	start := b.Len()
	b.WriteString("func ")
	if p.labels && f.Name != "" {
		b.WriteString(quoteName(f.Name))
	}
	params := make([]string, len(f.Params))
	width := b.Len() - start + len(") {")
	for i, v := range f.Params {
		params[i] = p.param(v)
		width += len(params[i]) + len(", ")
	}
	open, sep, closing := "(", ", ", ")"
	if width > headerWidth {
		open, sep, closing = "(\n    ", ",\n    ", ",\n)"
	}
	b.WriteString(open + strings.Join(params, sep) + closing)
	for i, g := range p.solver.Guards {
		word := ","
		if i == 0 {
			word = " where"
		}
		fmt.Fprintf(b, "%s %s = %s", word, g.A, g.B)
	}
	b.WriteString(" {\n")
	isParam := make(map[*Value]bool, len(f.Params))
	for _, v := range f.Params {
		isParam[v] = true
	}
	for _, v := range f.Values {
		if !isParam[v] {
			b.WriteString("  " + p.line(v) + "\n")
		}
	}
	b.WriteString("  return")
	for i, v := range f.Results {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(" " + p.name(v))
	}
	b.WriteString("\n}\n")
}

func (p *printer) name(v *Value) string {
	if id, ok := p.ids[v]; ok {
		return "%" + strconv.Itoa(id)
	}
	return "%?"
}

func (p *printer) param(v *Value) string {
	s := p.name(v)
	if name := v.Attr().Name; p.labels && name != "" {
		s += " " + quoteName(name)
	}
	return s + ": " + p.typ(v.Type)
}

func (p *printer) typ(t Type) string { return p.solver.resolveType(t).String() }

// line is the statement that makes v.
func (p *printer) line(v *Value) string {
	var b strings.Builder
	op := "?"
	if v.Op != nil {
		op = v.Op.Name
	}
	b.WriteString(p.name(v) + " = " + op)
	if len(v.Args) > 0 {
		args := make([]string, len(v.Args))
		for i, x := range v.Args {
			args[i] = p.name(x)
		}
		b.WriteString("(" + strings.Join(args, ", ") + ")")
	}
	if fields := p.fields(v); len(fields) > 0 {
		b.WriteString(" {" + strings.Join(fields, ", ") + "}")
	}
	b.WriteString(" : " + p.typ(v.Type))
	return b.String()
}

// typedByAttr reports whether the dtype of p's result is Attrs.DType, which the text form then leaves to the type.
func typedByAttr(p *Primitive) bool {
	return p == Const || p == Number || p == SizeOf || p == Iota || p == Cast || p == Bitcast
}

// fields are v's attributes in the order of the fields of Attrs; those that are zero are left out.
func (p *printer) fields(v *Value) []string {
	var out []string
	a := v.Attr()
	ints := func(name string, ns []int, always bool) {
		if len(ns) > 0 || always {
			out = append(out, name+"="+formatInts(ns))
		}
	}
	sizes := func(name string, ns []Size) {
		if len(ns) > 0 {
			out = append(out, name+"="+p.solver.resolveShape(ns).String())
		}
	}
	ints("axes", a.Axes, false)
	sizes("shape", a.Shape)
	sizes("start", a.Start)
	ints("step", a.Step, false)
	if w := a.Window; w != nil {
		ints("size", w.Size, true)
		ints("stride", w.Stride, true)
		ints("low", w.Low, true)
		ints("high", w.High, true)
		ints("dilation", w.Dilation, true)
		out = append(out, "groups="+strconv.Itoa(w.Groups))
	}
	if d := a.Dot; d != nil {
		ints("lbatch", d.LBatch, false)
		ints("rbatch", d.RBatch, false)
		ints("lcontract", d.LContract, true)
		ints("rcontract", d.RContract, true)
	}
	if a.DType != NoDType && !(typedByAttr(v.Op) && a.DType == v.DType) {
		out = append(out, "dtype="+a.DType.Short())
	}
	if a.Value.Kind() != NoScalar && (p.labels || v.Op != Number) {
		out = append(out, "value="+a.Value.String())
	}
	if a.Batch != 0 {
		out = append(out, "batch="+strconv.Itoa(a.Batch))
	}
	if a.Name != "" && (p.labels || v.Op != Param) {
		out = append(out, "name="+quoteName(a.Name))
	}
	if a.Index != 0 {
		out = append(out, "index="+strconv.Itoa(a.Index))
	}
	if a.Body != nil {
		out = p.body(out, a.Body)
	}
	if a.Host != nil {
		out = append(out, "host="+quoteName(a.Host.Name))
	}
	return out
}

// body adds the fields of b.
func (p *printer) body(out []string, b *Body) []string {
	number := func(name string, n int) {
		if n != 0 {
			out = append(out, name+"="+strconv.Itoa(n))
		}
	}
	number("consts", b.Consts)
	number("carry", b.Carry)
	if b.Reverse {
		out = append(out, "reverse=1")
	}
	if len(b.Free) > 0 {
		out = append(out, "free=["+strings.Join(b.Free, ", ")+"]")
	}
	if len(b.Linear) > 0 {
		out = append(out, "linear="+formatInts(b.Linear))
	}
	number("version", b.Version)
	funcs := func(name string, fs ...*Func) {
		texts := make([]string, 0, len(fs))
		for _, f := range fs {
			if f == nil {
				continue
			}
			if p.brief {
				texts = append(texts, f.label())
				continue
			}
			var b strings.Builder
			inner := f.printer()
			inner.labels = p.labels
			inner.function(&b, f)
			texts = append(texts, strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\n", "\n  "))
		}
		if len(texts) > 0 {
			out = append(out, name+"=["+strings.Join(texts, ", ")+"]")
		}
	}
	funcs("apply", b.Funcs...)
	funcs("hidden", b.Hidden)
	funcs("backward", b.Backward)
	funcs("transposed", b.Transposed)
	return out
}

func formatInts(ns []int) string {
	s := make([]string, len(ns))
	for i, n := range ns {
		s[i] = strconv.Itoa(n)
	}
	return "[" + strings.Join(s, ", ") + "]"
}

func nameStart(r rune) bool { return r == '_' || unicode.IsLetter(r) }
func namePart(r rune) bool  { return nameStart(r) || r == '.' || unicode.IsDigit(r) }

// isName reports whether s can stand in the text form without quotes.
func isName(s string) bool {
	for i, r := range s {
		if r == unicode.ReplacementChar || !namePart(r) || i == 0 && !nameStart(r) {
			return false
		}
	}
	return s != ""
}

func quoteName(s string) string {
	if isName(s) {
		return s
	}
	return strconv.Quote(s)
}

// label names f in an error.
func (f *Func) label() string {
	if f.Name == "" {
		return "a function"
	}
	return "function " + quoteName(f.Name)
}

// line is v in the text form of f.
func (f *Func) line(v *Value) string {
	p := f.printer().withLabels()
	p.brief = true
	if v.Op == Param {
		return p.param(v)
	}
	return p.line(v)
}
