package declare

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// kind is what the value of a key may be.
type kind int

const (
	kindBool kind = iota
	kindInt
	kindNumber
	kindString
	kindNumbers  // a list of numbers
	kindSection  // a mapping with keys of its own
	kindSections // a list of such mappings
)

// key is one key of a section: what it may hold, what it is when it is left out, and what it means.
type key struct {
	name  string
	aka   string // the name that older configurations use
	kind  kind
	must  bool     // it may not be left out
	null  bool     // it may be null
	def   any      // the value when it is left out; nil is null
	from  string   // the default is what this key has, of the same section or of the one around it
	in    limits   // of numbers, or of each in a list
	words []string // strings that are allowed: all there are for kindString, unless empty; besides numbers for others
	of    *section // of kindSection and kindSections
	doc   string
}

// section is a mapping: its keys and, where its key "type" decides what others there are, its forms.
type section struct {
	title string // of its chapter in the reference
	doc   string
	keys  []key
	forms []form
	form  string // the form when no type is given; "" where one must be
}

// form is what a section is when its key "type" has that name.
type form struct {
	name string
	doc  string
	keys []key
}

func (s *section) formNamed(name string) *form {
	for i := range s.forms {
		if s.forms[i].name == name {
			return &s.forms[i]
		}
	}
	return nil
}

func (s *section) formNames() []string {
	names := make([]string, len(s.forms))
	for i := range s.forms {
		names[i] = s.forms[i].name
	}
	return names
}

// keysOf are all keys of the section in one form, which is nil where it has none.
func (s *section) keysOf(f *form) []key {
	if f == nil {
		return s.keys
	}
	return append(s.keys[:len(s.keys):len(s.keys)], f.keys...)
}

// limits are the values that a number may have. The zero value allows every finite one.
type limits struct {
	set      bool
	min, max float64
	open     bool // min itself is not allowed
}

func atLeast(min float64) limits      { return limits{true, min, math.Inf(1), false} }
func moreThan(min float64) limits     { return limits{true, min, math.Inf(1), true} }
func between(min, max float64) limits { return limits{true, min, max, false} }
func within(min, max float64) limits  { return limits{true, min, max, true} }

func (l limits) allow(x float64) bool {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return false
	}
	return !l.set || x <= l.max && (x > l.min || x == l.min && !l.open)
}

// String is how a sentence says it: "at least 1".
func (l limits) String() string {
	switch {
	case !l.set:
		return "finite"
	case math.IsInf(l.max, 1) && l.open:
		return "greater than " + number(l.min)
	case math.IsInf(l.max, 1):
		return "at least " + number(l.min)
	case l.open:
		return "greater than " + number(l.min) + " and at most " + number(l.max)
	}
	return "from " + number(l.min) + " to " + number(l.max)
}

// number prints whole numbers with all their digits.
func number(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e15 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// want is what the key takes, for an error and for the reference: "a whole number".
func (k *key) want() string {
	var s string
	switch k.kind {
	case kindBool:
		s = "true or false"
	case kindInt:
		s = "a whole number"
	case kindNumber:
		s = "a number"
	case kindString:
		s = "a string"
		if len(k.words) > 0 {
			s = oneOf(k.words)
		}
	case kindNumbers:
		s = "a list of numbers"
	case kindSection:
		s = "a mapping of keys to values"
	case kindSections:
		s = "a list of mappings"
	}
	if k.kind != kindString && len(k.words) > 0 {
		s += " or " + oneOf(k.words)
	}
	if k.null {
		s += " or null"
	}
	return s
}

// oneOf lists names as a choice: "max", "average" or "none".
func oneOf(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = strconv.Quote(n)
	}
	if n := len(quoted); n > 1 {
		return strings.Join(quoted[:n-1], ", ") + " or " + quoted[n-1]
	}
	return strings.Join(quoted, "")
}

// show is a default as a file would say it.
func (k *key) show() string {
	switch {
	case k.must:
		return "required"
	case k.from != "":
		return "that of `" + k.from + "`"
	case k.kind == kindSections:
		return "none"
	case k.kind == kindSection:
		if k.null && k.def == nil {
			return "null"
		}
		return "its own defaults"
	case k.def == nil:
		return "null"
	}
	switch d := k.def.(type) {
	case float64:
		return "`" + number(d) + "`"
	case []float64:
		parts := make([]string, len(d))
		for i, x := range d {
			parts[i] = number(x)
		}
		return "`[" + strings.Join(parts, ", ") + "]`"
	}
	return fmt.Sprintf("`%v`", k.def)
}
