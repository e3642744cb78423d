package ops

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
)

// goldens is the folder of PyTorch's answers, beside the module.
var goldens = filepath.Join("..", "..", "shared", "goldens", "opinfo")

// golden is a file of calls of one operator.
type golden struct {
	Op       string
	Variant  string
	Samples  []goldenSample
	MustFail []goldenSample `json:"must_fail"`

	tensors map[string]*tensorFile
}

type goldenSample struct {
	ID      int
	DType   string
	Args    []any
	Kwargs  map[string]any
	Outputs any
	Check   string
	Err64   map[string]float64
	Mutated map[string]any
}

func loadGolden(name string) (*golden, error) {
	text, err := os.ReadFile(filepath.Join(goldens, name+".json"))
	if err != nil {
		return nil, err
	}
	g := &golden{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(g); err != nil {
		return nil, err
	}
	z, err := os.ReadFile(filepath.Join(goldens, name+".safetensors.gz"))
	if errors.Is(err, fs.ErrNotExist) {
		return g, nil
	} else if err != nil {
		return nil, err
	}
	r, err := gzip.NewReader(bytes.NewReader(z))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return g, g.parse(data)
}

// tensorFile is an entry of the header of a tensor file. Package safetensors reads such files, but refuses the ranks
// above 64 that some goldens have.
type tensorFile struct {
	Shape   []int
	Offsets [2]int `json:"data_offsets"`
	data    []byte
}

func (g *golden) parse(data []byte) error {
	n := int(binary.LittleEndian.Uint64(data))
	if err := json.Unmarshal(data[8:8+n], &g.tensors); err != nil {
		return err
	}
	for _, t := range g.tensors {
		t.data = data[8+n:][t.Offsets[0]:t.Offsets[1]]
	}
	return nil
}

// errUnsupported says that a sample has what the library does not do, whatever the operator.
var errUnsupported = errors.New("unsupported")

func (g *golden) array(name string, m map[string]any) (*graph.Array, error) {
	d, err := graph.ParseDType(fmt.Sprint(m["dtype"]))
	if err != nil || d.IsComplex() {
		return nil, fmt.Errorf("%w: dtype %v", errUnsupported, m["dtype"])
	}
	t, ok := g.tensors[name]
	if !ok {
		return nil, fmt.Errorf("no tensor %s", name)
	}
	if len(t.Shape) > 8 {
		return nil, fmt.Errorf("%w: rank %d", errUnsupported, len(t.Shape))
	}
	return graph.FromBytes(d, t.Shape, t.data)
}

// decode turns a value of a golden file into what calls by name take; tensors become *graph.Array.
func (g *golden) decode(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		if n, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return int(n), nil
		}
		return v.Float64()
	case []any:
		return g.decodeList(v)
	case map[string]any:
		switch {
		case v["$tensor"] != nil:
			return g.array(v["$tensor"].(string), v)
		case v["$tuple"] != nil:
			return g.decodeList(v["$tuple"].([]any))
		case v["$float"] != nil:
			return map[string]float64{"nan": math.NaN(), "inf": math.Inf(1), "-inf": math.Inf(-1)}[v["$float"].(string)], nil
		case v["$dtype"] != nil:
			return graph.ParseDType(v["$dtype"].(string))
		case v["$device"] != nil, v["$layout"] != nil, v["$memory_format"] != nil:
			return nil, nil
		}
		return nil, fmt.Errorf("%w: %v", errUnsupported, v)
	}
	return v, nil
}

func (g *golden) decodeList(vs []any) (any, error) {
	out := make([]any, len(vs))
	for i, v := range vs {
		var err error
		if out[i], err = g.decode(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// parameters makes of each array in v a parameter of f, and keeps the array in args.
func parameters(f *graph.Func, v any, args *[]*graph.Array, typ func(*graph.Array) graph.Type) any {
	switch v := v.(type) {
	case *graph.Array:
		*args = append(*args, v)
		return f.Param(fmt.Sprintf("x%d", len(*args)-1), typ(v))
	case []*graph.Array:
		out := make([]*graph.Value, len(v))
		for i, a := range v {
			out[i] = parameters(f, a, args, typ).(*graph.Value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = parameters(f, e, args, typ)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for _, k := range sortedKeys(v) {
			out[k] = parameters(f, v[k], args, typ)
		}
		return out
	}
	return v
}

// expected is an output that a golden sample stores.
type expected struct {
	name  string
	typ   graph.Type
	value *graph.Array // nil where only the type is compared
}

// outputs lists the tensors among a sample's outputs.
func (g *golden) outputs(s *goldenSample, v any) ([]expected, error) {
	switch v := v.(type) {
	case []any:
		var out []expected
		for _, e := range v {
			es, err := g.outputs(s, e)
			if err != nil {
				return nil, err
			}
			out = append(out, es...)
		}
		return out, nil
	case map[string]any:
		if v["$tuple"] != nil {
			return g.outputs(s, v["$tuple"])
		}
		if v["$tensor"] == nil {
			return nil, fmt.Errorf("%w: output %v", errUnsupported, v)
		}
		e := expected{name: v["$tensor"].(string)}
		d, err := graph.ParseDType(fmt.Sprint(v["dtype"]))
		if err != nil {
			return nil, fmt.Errorf("%w: %v", errUnsupported, err)
		}
		e.typ.DType = d
		for _, n := range v["shape"].([]any) {
			k, _ := n.(json.Number).Int64()
			e.typ.Shape = append(e.typ.Shape, graph.N(int(k)))
		}
		if s.Check == "value" {
			if e.value, err = g.array(e.name, v); err != nil {
				return nil, err
			}
		}
		return []expected{e}, nil
	}
	return nil, fmt.Errorf("%w: output %v", errUnsupported, v)
}

// compare applies the goldens' rule to every element.
func (e *expected) compare(got *graph.Array, err64 float64) error {
	if !got.Type().Equal(e.typ) {
		return fmt.Errorf("%s: got %s, want %s", e.name, got.Type(), e.typ)
	}
	if e.value == nil {
		return nil
	}
	for i, w := range e.value.I {
		if got.I[i] != w {
			return fmt.Errorf("%s: element %d is %d, want %d", e.name, i, got.I[i], w)
		}
	}
	per, rel := 10.0, 1e-4
	switch got.DType {
	case graph.BFloat16:
		per, rel = 3, 1.6e-2
	case graph.Float16:
		per, rel = 3, 1e-3
	}
	for i, w := range e.value.F {
		x := got.F[i]
		if w == x || w != w && x != x {
			continue
		}
		if !(math.Abs(x-w) <= 1e-5+per*err64+rel*math.Abs(w)) || math.IsInf(w, 0) {
			return fmt.Errorf("%s: element %d is %v, want %v", e.name, i, x, w)
		}
	}
	return nil
}

// run evaluates a call with its tensors as parameters.
func run(name string, args []any, kwargs map[string]any, typ func(*graph.Array) graph.Type, env map[string]int64) ([]*graph.Array, error) {
	f := graph.NewFunc(strings.ReplaceAll(name, ".", "_"))
	var in []*graph.Array
	a, _ := parameters(f, args, &in, typ).([]any)
	k, _ := parameters(f, kwargs, &in, typ).(map[string]any)
	out, err := Call(f, name, a, k)
	if err != nil {
		return nil, err
	}
	f.Return(slices.DeleteFunc(slices.Clone(out), func(v *graph.Value) bool { return v == nil })...)
	f.Settle()
	values, err := graph.Eval(f, env, in)
	if err != nil {
		return nil, err
	}
	for i, v := range out { // written arguments that were absent have no new value
		if v == nil {
			values = slices.Insert(values, i, nil)
		}
	}
	return values, nil
}
