package main

import (
	"fmt"
	"go/token"
	"reflect"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/ops"
)

// entry is an operator laid out for Go: what is the receiver, what is passed by position, what by option.
type entry struct {
	op         *ops.Op
	name       string
	receiver   *param // nil for free functions
	params     []*param
	positional []*param
	optional   []*param
	variadic   []*param // the optional ones that the short form takes as dims ...int, or a list of ints
}

// param is an argument of the schema as the body takes it.
type param struct {
	ops.Arg
	in       reflect.Type // of the body
	ident    string
	optional bool
}

var (
	typeInt     = reflect.TypeFor[int]()
	typeIntPtr  = reflect.TypeFor[*int]()
	typeInts    = reflect.TypeFor[[]int]()
	typeSize    = reflect.TypeFor[graph.Size]()
	typeSizePtr = reflect.TypeFor[*graph.Size]()
	typeSizes   = reflect.TypeFor[[]graph.Size]()
	typeFloat   = reflect.TypeFor[float64]()
	typeFloatP  = reflect.TypeFor[*float64]()
	typeFloats  = reflect.TypeFor[[]float64]()
	typeBoolPtr = reflect.TypeFor[*bool]()
	typeString  = reflect.TypeFor[string]()
	typeDType   = reflect.TypeFor[graph.DType]()
	typeScalar  = reflect.TypeFor[graph.Scalar]()
	typeValue   = reflect.TypeFor[*graph.Value]()
	typeValues  = reflect.TypeFor[[]*graph.Value]()
)

func newEntry(op *ops.Op) *entry {
	e := &entry{op: op, name: op.GoName()}
	at := 0
	if op.Creates() {
		at = 1
	}
	for i, a := range op.Signature().Args {
		if !ops.Passed(a) {
			continue
		}
		p := &param{Arg: a, in: op.BodyType().In(at), ident: ident(a.Name)}
		at++
		e.params = append(e.params, p)
		switch {
		case len(e.params) == 1 && p.in == typeValue && (a.Name == "self" || a.Name == "input"):
			p.ident = "t"
			e.receiver = p
		case a.Type.Base == "Generator":
			p.ident = "g"
			e.positional = append([]*param{p}, e.positional...) // a draw says first what it draws from
		case i < op.Needed, p.in == typeValue, a.Type.Base == "Scalar" && a.Type.Optional, a.Default == "" && !(a.Type.Optional && a.Type.List):
			e.positional = append(e.positional, p)
		default:
			p.optional = true
			e.optional = append(e.optional, p)
		}
	}
	if len(e.optional) > 0 && !e.listLast() {
		if e.optional[0].in == typeInts && strings.Contains(e.optional[0].Name, "dim") {
			e.variadic = e.optional[:1]
		}
		for n := 0; n < len(e.optional) && e.dimAt(n); n++ {
			e.variadic = e.optional[:n+1]
		}
	}
	return e
}

func (e *entry) dimAt(n int) bool {
	p := e.optional[n]
	return (p.in == typeInt || p.in == typeIntPtr) && strings.Contains(p.Name, "dim") && p.Name != "keepdim"
}

// listLast reports whether the last argument by position is a list of ints or sizes, which the short form spreads.
func (e *entry) listLast() bool {
	if len(e.positional) == 0 {
		return false
	}
	last := e.positional[len(e.positional)-1].in
	return last == typeInts || last == typeSizes
}

// ident is a parameter's name in Go.
func ident(name string) string {
	w := ops.GoWord(name)
	w = strings.ToLower(w[:1]) + w[1:]
	if token.IsKeyword(w) || w == "len" || w == "min" || w == "max" || w == "r" || w == "t" || w == "o" || w == "g" {
		return w + "Arg"
	}
	return w
}

// goType is the type of the parameter in Go's methods.
func (p *param) goType(spread bool) string {
	switch p.in {
	case typeValue:
		if p.Type.Base == "Generator" {
			return "*Generator"
		}
		return "*Tensor"
	case typeValues:
		return "[]*Tensor"
	case typeInts:
		if spread {
			return "...int"
		}
		return "[]int"
	case typeSizes:
		if spread {
			return "...any"
		}
		return "[]any"
	case typeScalar, typeSize, typeSizePtr, typeIntPtr:
		return "any"
	case typeInt:
		if p.Name == "reduction" {
			return "string"
		}
		return "int"
	case typeDType:
		return "graph.DType"
	}
	return p.in.String()
}

// read is the expression for a body's argument from the parameter of that name.
func (p *param) read() string {
	switch p.in {
	case typeValue:
		switch {
		case p.Type.Base == "Generator":
			return "r.generator(" + p.ident + ")"
		case p.Type.Optional:
			return "r.readOpt(" + p.ident + ")"
		}
		return "r.read(" + p.ident + ")"
	case typeValues:
		if p.Type.ElemOptional {
			return "r.readAllOpt(" + p.ident + ")"
		}
		return "r.readAll(" + p.ident + ")"
	case typeScalar:
		if p.Type.Optional {
			return "r.maybeScalar(" + p.ident + ")"
		}
		return "r.scalar(" + p.ident + ")"
	case typeSize:
		return "r.size(" + p.ident + ")"
	case typeSizePtr:
		return "r.maybeSize(" + p.ident + ")"
	case typeInt:
		if p.Name == "reduction" {
			return "reductionOf(reduction)"
		}
	case typeIntPtr:
		return "r.maybeInt(" + p.ident + ")"
	case typeSizes:
		return "r.sizes(" + p.ident + ")"
	}
	return p.ident
}

// fallback is the expression for the default of an optional argument.
func (p *param) fallback() string {
	v := ops.DefaultValue(p.Arg)
	switch p.in {
	case typeInts:
		return list("[]int", v)
	case typeFloats:
		return list("[]float64", v)
	case typeSizes:
		return "r.sizes(" + list("[]any", v) + ")"
	case typeSize:
		return fmt.Sprintf("graph.N(%v)", v)
	case typeScalar:
		return fmt.Sprintf("r.scalar(%#v)", v)
	case typeDType:
		if s, ok := v.(string); ok {
			if d, err := graph.ParseDType(s); err == nil {
				return "graph." + ops.GoWord(d.String())
			}
		}
		return "graph.NoDType"
	case typeString:
		if v == nil {
			return `""`
		}
		return fmt.Sprintf("%q", v)
	case typeBoolPtr, typeFloatP, typeIntPtr, typeSizePtr:
		if v == nil {
			return "nil"
		}
		return fmt.Sprintf("new(%#v)", v)
	}
	if f, ok := v.(float64); ok {
		return fmt.Sprint(f)
	}
	return fmt.Sprintf("%#v", v)
}

func list(typ string, v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case []any:
		if len(v) == 0 {
			return "nil"
		}
		return typ + "{" + strings.Trim(strings.ReplaceAll(fmt.Sprint(v), " ", ", "), "[]") + "}"
	}
	return fmt.Sprintf("%s{%v}", typ, v)
}
