package ops

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
)

// Op is an entry of the table of operators.
type Op struct {
	Schema string // PyTorch's own, as native_functions.yaml writes it
	Doc    string // one sentence

	// Method is the name that Go code calls it by, where the rule of [Op.GoName] does not give it; "-" for operators
	// that are called by PyTorch's name alone.
	Method  string
	InPlace bool // it has a form that writes its first operand
	Out     bool // it has a form that writes a given tensor
	View    bool // results share storage with the first operand
	Counted bool // sizes of results may depend on values: the body asks a [Counter] for them
	Needed  int  // how many leading arguments methods take by position though they have defaults

	// Samples are calls for the tests of the table.
	Samples func(r *rand.Rand) []Sample

	schema *Schema
	body   reflect.Value
}

// Sample is a call of an operator for tests. Tensors are given as *graph.Array, lists of them as []*graph.Array,
// everything else as calls by name take it.
type Sample struct {
	Args     []any
	Kwargs   map[string]any
	Concrete bool // it says sizes as numbers that symbolic sizes cannot meet
}

// Operator is an entry of the table with its body, a function of type F.
type Operator[F any] struct {
	*Op
	Body F
}

var (
	table      []*Op
	byFullName = map[string]*Op{}
	byBaseName = map[string][]*Op{}
)

// define adds an operator to the table. A mistake in the table is found when the program starts.
func define[F any](op Op, body F) Operator[F] {
	s, err := ParseSchema(op.Schema)
	if err != nil {
		panic("ops: " + err.Error())
	}
	op.schema, op.body = s, reflect.ValueOf(body)
	if err := op.checkBody(); err != nil {
		panic(fmt.Sprintf("ops: %s: %v", op.Schema, err))
	}
	if byFullName[s.FullName()] != nil {
		panic("ops: " + s.FullName() + " is defined twice")
	}
	p := &op
	table = append(table, p)
	byFullName[s.FullName()] = p
	byBaseName[s.Name] = append(byBaseName[s.Name], p)
	return Operator[F]{p, body}
}

// Table is the table of operators, sorted by name.
func Table() []*Op {
	return slices.SortedFunc(maps.Values(byFullName), func(a, b *Op) int { return strings.Compare(a.Name(), b.Name()) })
}

// Lookup finds an operator by its full name, "softmax.int"; "aten." before it is allowed.
func Lookup(name string) (*Op, bool) {
	op, ok := byFullName[Canonical(name)]
	return op, ok
}

// Name is the full name, "softmax.int".
func (op *Op) Name() string { return op.schema.FullName() }

// Signature is the parsed schema.
func (op *Op) Signature() *Schema { return op.schema }

// BodyType is the type of the body.
func (op *Op) BodyType() reflect.Type { return op.body.Type() }

// Creates reports whether the operator takes no values, and its body a graph.Builder in their place.
func (op *Op) Creates() bool {
	for _, a := range op.schema.Args {
		if a.Type.Base == "Tensor" || a.Type.Base == "Generator" {
			return false
		}
	}
	return true
}

// Passed reports whether bodies are given argument a: where an array lies in memory, and which kernel computes it, is
// no business of theirs.
func Passed(a Arg) bool {
	switch a.Type.Base {
	case "Layout", "Device", "MemoryFormat":
		return false
	}
	switch a.Name {
	case "pin_memory", "non_blocking", "cudnn_enabled", "cudnn_enable", "scale_grad_by_freq", "sparse", "sparse_grad", "implicit", "copy", "path":
		return false
	}
	return true
}

var (
	valueType   = reflect.TypeFor[*graph.Value]()
	valuesType  = reflect.TypeFor[[]*graph.Value]()
	builderType = reflect.TypeFor[graph.Builder]()
)

// bodyTypes are the types that a body may take an argument as; see the package's page.
var bodyTypes = map[string][]reflect.Type{
	"Tensor": {valueType}, "Tensor?": {valueType}, "Tensor[]": {valuesType}, "Generator": {valueType}, "Generator?": {valueType},
	"Scalar": {reflect.TypeFor[graph.Scalar]()}, "Scalar?": {reflect.TypeFor[graph.Scalar]()},
	"int": {reflect.TypeFor[int]()}, "int?": {reflect.TypeFor[*int]()}, "int[]": {reflect.TypeFor[[]int]()},
	"SymInt":   {reflect.TypeFor[graph.Size](), reflect.TypeFor[int]()},
	"SymInt?":  {reflect.TypeFor[*graph.Size](), reflect.TypeFor[*int]()},
	"SymInt[]": {reflect.TypeFor[[]graph.Size](), reflect.TypeFor[[]int]()},
	"float":    {reflect.TypeFor[float64]()}, "float?": {reflect.TypeFor[*float64]()}, "float[]": {reflect.TypeFor[[]float64]()},
	"bool": {reflect.TypeFor[bool]()}, "bool?": {reflect.TypeFor[*bool]()},
	"str": {reflect.TypeFor[string]()}, "str?": {reflect.TypeFor[string]()},
	"ScalarType": {reflect.TypeFor[graph.DType]()}, "ScalarType?": {reflect.TypeFor[graph.DType]()},
}

// takes reports whether a body may take an argument of type t as g.
func (t ArgType) takes(g reflect.Type) bool {
	key := t.Base
	switch {
	case t.List:
		key += "[]"
	case t.Optional:
		key += "?"
	}
	return slices.Contains(bodyTypes[key], g)
}

// checkBody compares the body's type with the schema.
func (op *Op) checkBody() error {
	t := op.body.Type()
	if t.Kind() != reflect.Func {
		return fmt.Errorf("the body is %s, not a function", t)
	}
	at := 0
	if op.Creates() {
		if t.NumIn() == 0 || t.In(0) != builderType {
			return fmt.Errorf("the body of a creation takes a graph.Builder first")
		}
		at = 1
	}
	for _, a := range op.schema.Args {
		if !Passed(a) {
			continue
		}
		if at >= t.NumIn() || !a.Type.takes(t.In(at)) {
			return fmt.Errorf("the body %s does not fit argument %s %s", t, a.Type, a.Name)
		}
		if a.Default != "" {
			if _, err := convert(a, t.In(at), defaultOf(a)); err != nil {
				return fmt.Errorf("default of %s: %w", a.Name, err)
			}
		}
		at++
	}
	if at != t.NumIn() {
		return fmt.Errorf("the body %s takes more than the schema says", t)
	}
	want := len(op.schema.Returns) + len(op.Written())
	if t.NumOut() != want {
		return fmt.Errorf("the body returns %d results, not %d", t.NumOut(), want)
	}
	for i, r := range op.schema.Returns {
		if !r.Type.takes(t.Out(i)) {
			return fmt.Errorf("the body returns %s for %s", t.Out(i), r.Type)
		}
	}
	return nil
}

// Written are the arguments whose new values the body returns after its results.
func (op *Op) Written() []Arg {
	var out []Arg
	for _, a := range op.schema.Args {
		if a.Type.Written() || a.Type.Base == "Generator" {
			out = append(out, a)
		}
	}
	return out
}

// spelling has the words of operators that Go spells otherwise than with one capital.
var spelling = map[string]string{
	"relu": "ReLU", "relu6": "ReLU6", "gelu": "GELU", "elu": "ELU", "selu": "SELU", "celu": "CELU", "silu": "SiLU",
	"glu": "GLU", "mse": "MSE", "nll": "NLL", "kl": "KL", "isnan": "IsNaN", "isinf": "IsInf", "isfinite": "IsFinite", "isposinf": "IsPosInf", "isneginf": "IsNegInf", "isreal": "IsReal", "isclose": "IsClose",
	"argmax": "ArgMax", "argmin": "ArgMin", "keepdim": "KeepDim", "randn": "Randn", "cumsum": "CumSum", "cumprod": "CumProd", "cummax": "CumMax", "cummin": "CumMin", "logcumsumexp": "LogCumSumExp",
	"argsort": "ArgSort", "msort": "MSort", "topk": "TopK", "kthvalue": "KthValue", "nanmedian": "NanMedian", "bincount": "BinCount",
	"deg2rad": "Deg2Rad", "rad2deg": "Rad2Deg", "logaddexp": "LogAddExp", "logaddexp2": "LogAddExp2", "logsumexp": "LogSumExp",
	"nanmean": "NanMean", "nansum": "NanSum", "matmul": "MatMul",
}

// GoWord is name, words parted by underscores, as one exported Go name.
func GoWord(name string) string {
	var b strings.Builder
	for _, w := range strings.Split(name, "_") {
		switch {
		case w == "":
		case spelling[w] != "":
			b.WriteString(spelling[w])
		default:
			b.WriteString(strings.ToUpper(w[:1]) + w[1:])
		}
	}
	return b.String()
}

// GoName is the name of the method or function: the words of the operator's name, and those of the overload unless it
// is "Tensor", "int" or one that tells of dimensions. It is empty where there is none.
func (op *Op) GoName() string {
	switch {
	case op.Method == "-":
		return ""
	case op.Method != "":
		return op.Method
	}
	name, o := GoWord(op.schema.Name), op.schema.Overload
	if o == "Tensor" || o == "int" || strings.HasPrefix(o, "dim") {
		return name
	}
	return name + GoWord(o)
}
