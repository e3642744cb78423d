package graph

// Parse reads the text form that Func.String writes. It derives every type again: where a type in the text is not what
// the primitive's rule says, as where anything else is malformed, the error names the line. What it accepts passes
// Verify. The Pos of each value is its line.
func Parse(text string) (*Func, error) {
	p := &funcParser{scanner: scanner{text: text}, values: map[int]*Value{}}
	if err := p.guarded(p.function); err != nil {
		return nil, err
	}
	return p.f, nil
}

type funcParser struct {
	scanner
	f      *Func
	values map[int]*Value // by their number in the text
	nested int            // how many functions this one stands in
}

func (p *funcParser) function() {
	p.one()
	if p.peek() != 0 || p.pos < len(p.text) {
		p.fail("%s after the function", p.next())
	}
}

// one reads a function, which need not be all of the text.
func (p *funcParser) one() {
	p.keyword("func")
	p.f = NewFunc(p.name())
	p.list('(', ')', p.param)
	if p.peek() != '{' {
		p.keyword("where")
		for p.guard(); p.accept(','); p.guard() {
		}
	}
	p.expect('{')
	for p.statement() {
	}
	p.expect('}')
	p.f.Settle()
	c := newChecker(p.f)
	for _, v := range p.f.Values {
		if err := c.value(v); err != nil {
			panic(&syntaxError{v.Pos, err.Error()})
		}
	}
	if err := c.whole(); err != nil {
		p.fail("%s", err)
	}
}

func (p *funcParser) param() {
	line := p.line()
	n := p.number()
	name := p.name()
	p.expect(':')
	t := p.typ()
	p.define(n, p.f.Param(name, t), line)
}

func (p *funcParser) define(n int, v *Value, line int) {
	if p.values[n] != nil {
		p.fail("%%%d is defined twice", n)
	}
	v.Pos = line
	p.values[n] = v
}

// number is the number of a value, "%7".
func (p *funcParser) number() int {
	p.expect('%')
	if c := p.peek(); c < '0' || c > '9' {
		p.fail("the number of a value expected, not %s", p.next())
	}
	return p.int()
}

func (p *funcParser) ref() *Value {
	n := p.number()
	v := p.values[n]
	if v == nil {
		p.fail("%%%d is not defined", n)
	}
	return v
}

// statement reads a line of the body; false after the last, which is return.
func (p *funcParser) statement() bool {
	if p.peek() == '%' {
		p.assign()
		return true
	}
	p.keyword("return")
	var out []*Value
	for p.peek() == '%' {
		out = append(out, p.ref())
		if !p.accept(',') {
			break
		}
	}
	p.f.Return(out...)
	return false
}

func (p *funcParser) guard() {
	a := p.size()
	p.expect('=')
	if b := p.size(); !p.f.Solver().Same(a, b) {
		p.fail("the sizes %s and %s differ", a, b)
	}
}

func (p *funcParser) assign() {
	line := p.line()
	n := p.number()
	p.expect('=')
	name := p.word()
	op, ok := Lookup(name)
	if !ok {
		p.fail("there is no primitive %q", name)
	}
	var args []*Value
	if p.peek() == '(' {
		p.list('(', ')', func() { args = append(args, p.ref()) })
	}
	a := &Attrs{}
	if p.peek() == '{' {
		seen := map[string]bool{}
		p.list('{', '}', func() {
			key := p.word()
			if seen[key] {
				p.fail("%s is given twice", key)
			}
			seen[key] = true
			p.expect('=')
			p.field(a, key)
		})
	}
	p.expect(':')
	want := p.typ()
	if typedByAttr(op) && a.DType == NoDType {
		a.DType = want.DType
	}
	if a.Equal(nil) {
		a = nil
	}
	v := ApplyIn(p.f, op, a, args...)
	s := p.f.Solver()
	if got := s.resolveType(v.Type); !got.Equal(s.resolveType(want)) {
		p.fail("%%%d is %s, not %s", n, got, want)
	}
	p.define(n, v, line)
}

// field reads the attribute named key into a.
func (p *funcParser) field(a *Attrs, key string) {
	window := func() *Window {
		if a.Window == nil {
			a.Window = &Window{}
		}
		return a.Window
	}
	dot := func() *Dot {
		if a.Dot == nil {
			a.Dot = &Dot{}
		}
		return a.Dot
	}
	body := func() *Body {
		if a.Body == nil {
			a.Body = &Body{}
		}
		return a.Body
	}
	switch key {
	case "axes":
		a.Axes = p.ints()
	case "shape":
		a.Shape = p.sizes()
	case "start":
		a.Start = p.sizes()
	case "step":
		a.Step = p.ints()
	case "size":
		window().Size = p.ints()
	case "stride":
		window().Stride = p.ints()
	case "low":
		window().Low = p.ints()
	case "high":
		window().High = p.ints()
	case "dilation":
		window().Dilation = p.ints()
	case "groups":
		window().Groups = p.int()
	case "lbatch":
		dot().LBatch = p.ints()
	case "rbatch":
		dot().RBatch = p.ints()
	case "lcontract":
		dot().LContract = p.ints()
	case "rcontract":
		dot().RContract = p.ints()
	case "dtype":
		a.DType = p.dtype()
	case "value":
		a.Value = p.scalar()
	case "batch":
		a.Batch = p.int()
	case "name":
		a.Name = p.name()
	case "index":
		a.Index = p.int()
	case "host":
		p.fail("a function of the host, %s, cannot be read from text", quoteName(p.name()))
	case "consts":
		body().Consts = p.int()
	case "carry":
		body().Carry = p.int()
	case "reverse":
		body().Reverse = p.int() != 0
	case "free":
		p.list('[', ']', func() { body().Free = append(body().Free, p.word()) })
	case "linear":
		body().Linear = p.ints()
	case "version":
		body().Version = p.int()
	case "apply":
		body().Funcs = p.functions()
	case "hidden":
		body().Hidden = p.onlyFunction()
	case "backward":
		body().Backward = p.onlyFunction()
	case "transposed":
		body().Transposed = p.onlyFunction()
	default:
		p.fail("there is no attribute %q", key)
	}
}

// maxNested bounds how deep functions stand in bodies of others.
const maxNested = 20

// functions reads a list of functions.
func (p *funcParser) functions() []*Func {
	if p.nested++; p.nested > maxNested {
		p.fail("functions in more than %d others", maxNested)
	}
	var out []*Func
	f, values := p.f, p.values
	p.list('[', ']', func() {
		p.values = map[int]*Value{}
		p.one()
		out = append(out, p.f)
	})
	p.f, p.values = f, values
	p.nested--
	return out
}

func (p *funcParser) onlyFunction() *Func {
	fs := p.functions()
	if len(fs) != 1 {
		p.fail("one function expected, not %d", len(fs))
	}
	return fs[0]
}
