package graph

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// scanner reads the words of the text form. What is malformed makes it panic with a syntaxError, which Parse and
// ParseSize turn into an error.
type scanner struct {
	text  string
	pos   int
	depth int // of parentheses in a size

	counted, lines int // the line ends before counted
}

type syntaxError struct {
	line int
	msg  string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("graph: line %d: %s", e.line, e.msg) }

func (s *scanner) line() int {
	if s.pos < s.counted { // the scanner went back
		s.counted, s.lines = 0, 0
	}
	s.lines += strings.Count(s.text[s.counted:s.pos], "\n")
	s.counted = s.pos
	return 1 + s.lines
}

func (s *scanner) fail(format string, args ...any) {
	panic(&syntaxError{s.line(), fmt.Sprintf(format, args...)})
}

// space skips white space and comments, which run from // to the end of the line.
func (s *scanner) space() {
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			s.pos++
		case strings.HasPrefix(s.text[s.pos:], "//"):
			n := strings.IndexByte(s.text[s.pos:], '\n')
			if n < 0 {
				n = len(s.text) - s.pos
			}
			s.pos += n
		default:
			return
		}
	}
}

// peek is the next byte after white space; 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.pos == len(s.text) {
		return 0
	}
	return s.text[s.pos]
}

func (s *scanner) accept(c byte) bool {
	if s.peek() != c || s.pos == len(s.text) {
		return false
	}
	s.pos++
	return true
}

func (s *scanner) expect(c byte) {
	if !s.accept(c) {
		s.fail("%q expected, not %s", c, s.next())
	}
}

// next shows what stands at the scanner, for errors.
func (s *scanner) next() string {
	if s.peek() == 0 {
		return "the end"
	}
	rest := s.text[s.pos:]
	if i := strings.IndexAny(rest, " \t\r\n"); i > 0 {
		rest = rest[:i]
	}
	if len(rest) > 20 {
		rest = rest[:20] + "…"
	}
	return strconv.Quote(rest)
}

// word is the name at the scanner, without quotes; empty where there is none.
func (s *scanner) word() string {
	s.space()
	from := s.pos
	for s.pos < len(s.text) {
		r, n := utf8.DecodeRuneInString(s.text[s.pos:])
		if r == utf8.RuneError || !namePart(r) || s.pos == from && !nameStart(r) {
			break
		}
		s.pos += n
	}
	return s.text[from:s.pos]
}

func (s *scanner) keyword(want string) {
	from := s.pos
	if got := s.word(); got != want {
		s.pos = from
		s.fail("%q expected, not %s", want, s.next())
	}
}

// name is a name with or without quotes; empty where there is none.
func (s *scanner) name() string {
	if s.peek() != '"' {
		return s.word()
	}
	q, err := strconv.QuotedPrefix(s.text[s.pos:])
	if err != nil {
		s.fail("a quoted name does not end")
	}
	s.pos += len(q)
	name, err := strconv.Unquote(q)
	if err != nil {
		s.fail("%s is no name", q)
	}
	return name
}

func (s *scanner) digits() string {
	s.space()
	from := s.pos
	for s.pos < len(s.text) && unicode.IsDigit(rune(s.text[s.pos])) {
		s.pos++
	}
	if s.pos == from {
		s.fail("a number expected, not %s", s.next())
	}
	return s.text[from:s.pos]
}

// int is an integer with an optional sign.
func (s *scanner) int() int {
	sign := ""
	if s.accept('-') {
		sign = "-"
	}
	n, err := strconv.Atoi(sign + s.digits())
	if err != nil {
		s.fail("the number does not fit")
	}
	return n
}

func (s *scanner) ints() []int {
	var out []int
	s.list('[', ']', func() { out = append(out, s.int()) })
	return out
}

// list reads items separated by commas between open and closing; a comma may follow the last.
func (s *scanner) list(open, closing byte, item func()) {
	s.expect(open)
	for !s.accept(closing) {
		item()
		if !s.accept(',') {
			s.expect(closing)
			return
		}
	}
}

func (s *scanner) sizes() []Size {
	var out []Size
	s.list('[', ']', func() { out = append(out, s.size()) })
	return out
}

// maxDepth bounds the parentheses of a size.
const maxDepth = 100

// size is a sum of products; products run from left to right, as in Go: 2*B/3 is the floor of (2*B)/3.
func (s *scanner) size() Size {
	if s.depth++; s.depth > maxDepth {
		s.fail("a size with more than %d parentheses", maxDepth)
	}
	sum := s.product()
	for {
		switch {
		case s.accept('+'):
			sum = sum.Add(s.product())
		case s.accept('-'):
			sum = sum.Sub(s.product())
		default:
			s.depth--
			return sum
		}
	}
}

func (s *scanner) product() Size {
	p := s.factor()
	for {
		switch {
		case s.accept('*'):
			p = p.Mul(s.factor())
		case s.accept('/'):
			p = p.Div(s.factor())
		case s.accept('%'):
			p = p.Mod(s.factor())
		default:
			return p
		}
	}
}

func (s *scanner) factor() Size {
	switch c := s.peek(); {
	case c == '-':
		s.pos++
		if s.peek() == '-' {
			s.fail("two signs in a row")
		}
		return Size{}.Sub(s.factor())
	case c == '(':
		s.pos++
		n := s.size()
		s.expect(')')
		return n
	case c >= '0' && c <= '9':
		n, err := strconv.ParseUint(s.digits(), 10, 64)
		if err != nil || n > 1<<63 { // 2⁶³ wraps to the number that only a sign before it can mean
			s.fail("the number does not fit")
		}
		return Size{n: int64(n)}
	}
	name := s.word()
	if name == "" {
		s.fail("a size expected, not %s", s.next())
	}
	return Sym(name)
}

func (s *scanner) dtype() DType {
	name := s.word()
	d, err := ParseDType(name)
	if err != nil {
		s.fail("%q is no dtype", name)
	}
	return d
}

func (s *scanner) typ() Type { return Type{DType: s.dtype(), Shape: s.sizes()} }

// scalar is a number as Scalar.String writes it.
func (s *scanner) scalar() Scalar {
	s.space()
	n := strings.IndexAny(s.text[s.pos:], ",} \t\r\n")
	if n < 0 {
		n = len(s.text) - s.pos
	}
	t := s.text[s.pos : s.pos+n]
	x, err := parseScalar(t)
	if err != nil {
		s.fail("%q is no number", t)
	}
	s.pos += n
	return x
}

func parseScalar(t string) (Scalar, error) {
	switch t {
	case "true", "false":
		return BoolOf(t == "true"), nil
	}
	if n, err := strconv.ParseInt(t, 10, 64); err == nil {
		return IntOf(n), nil
	}
	inner, ok := strings.CutPrefix(t, "(")
	if !ok {
		f, err := parseReal(t)
		return FloatOf(f), err
	}
	inner, ok = strings.CutSuffix(inner, "i)")
	for i := len(inner) - 1; ok && i > 0; i-- {
		if c := inner[i]; (c != '+' && c != '-') || inner[i-1] == 'e' {
			continue
		}
		re, err := parseReal(inner[:i])
		if err != nil {
			return Scalar{}, err
		}
		im, err := parseReal(strings.TrimPrefix(inner[i:], "+"))
		return ComplexOf(complex(re, im)), err
	}
	return Scalar{}, strconv.ErrSyntax
}

// parseReal reads what formatReal writes.
func parseReal(t string) (float64, error) {
	if hex, ok := strings.CutPrefix(t, "nan:"); ok {
		b, err := strconv.ParseUint(hex, 16, 64)
		f := math.Float64frombits(b)
		if err == nil && f == f {
			err = strconv.ErrSyntax
		}
		return f, err
	}
	return strconv.ParseFloat(t, 64)
}

// guarded runs f and returns what the scanner, or a size or primitive that does not fit, panicked with.
func (s *scanner) guarded(f func()) (err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *syntaxError:
			err = e
		case *Error:
			err = &syntaxError{s.line(), e.Error()}
		default:
			panic(e)
		}
	}()
	f()
	return nil
}

// ParseSize reads what Size.String writes.
func ParseSize(text string) (Size, error) {
	s := &scanner{text: text}
	var n Size
	err := s.guarded(func() {
		n = s.size()
		if s.peek() != 0 || s.pos < len(text) {
			s.fail("%s after a size", s.next())
		}
	})
	if err != nil {
		return Size{}, fmt.Errorf("graph: size %q: %s", text, err.(*syntaxError).msg)
	}
	return n, nil
}
