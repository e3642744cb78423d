package goldens

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/flambeau-ml/flambeau/graph"
)

// ErrUnsupported says that a value is of a kind that the library does not have, whatever the operator.
var ErrUnsupported = errors.New("unsupported")

// Tensor is a tensor of a file. Its array is nil where the file does not store it, as of outputs that are not compared.
type Tensor struct {
	Name         string
	DType        graph.DType
	Dims         []int
	RequiresGrad bool
	Array        *graph.Array
}

// Slice is start:stop:step in an index; what is left out is nil.
type Slice struct{ Start, Stop, Step any }

// Ellipsis is ... in an index.
type Ellipsis struct{}

// Tuple is a list that PyTorch tells from one in indices alone.
type Tuple []any

// Decode makes Go values of a value of the file: *Tensor, int, float64, complex128, bool, string, nil, graph.DType,
// []any for lists and tuples, Slice, Ellipsis, and map[string]any for all else. Devices, layouts and memory formats are
// nil: they change no value.
func (f *File) Decode(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return int(n), nil
		}
		return v.Float64()
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			x, err := f.Decode(e)
			if err != nil {
				return nil, err
			}
			out[i] = x
		}
		return out, nil
	case map[string]any:
		return f.decodeObject(v)
	}
	return v, nil
}

// DecodeMap is Decode for arguments by name.
func (f *File) DecodeMap(m map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(m))
	for k, e := range m {
		x, err := f.Decode(e)
		if err != nil {
			return nil, err
		}
		out[k] = x
	}
	return out, nil
}

// DecodeIndex is Decode for an index, in which a tuple is a Tuple: its parts index one dimension each.
func (f *File) DecodeIndex(v any) (any, error) {
	if m, ok := v.(map[string]any); ok && m["$tuple"] != nil {
		x, err := f.Decode(m["$tuple"])
		if err != nil {
			return nil, err
		}
		return Tuple(x.([]any)), nil
	}
	return f.Decode(v)
}

func (f *File) decodeObject(v map[string]any) (any, error) {
	for key, of := range v {
		switch key {
		case "$tensor":
			return f.tensor(v)
		case "$tuple":
			return f.Decode(of)
		case "$float":
			switch of {
			case "nan":
				return math.NaN(), nil
			case "inf":
				return math.Inf(1), nil
			case "-inf":
				return math.Inf(-1), nil
			}
			return nil, fmt.Errorf("no number: %v", of)
		case "$complex":
			x, err := f.Decode(of)
			if err != nil {
				return nil, err
			}
			if parts, ok := x.([]any); ok && len(parts) == 2 {
				re, ok1 := Number(parts[0])
				im, ok2 := Number(parts[1])
				if ok1 && ok2 {
					return complex(re, im), nil
				}
			}
			return nil, fmt.Errorf("no complex number: %v", of)
		case "$dtype":
			return parseDType(of)
		case "$device", "$layout", "$memory_format":
			return nil, nil
		case "$slice":
			x, err := f.Decode(of)
			if err != nil {
				return nil, err
			}
			if s, ok := x.([]any); ok && len(s) == 3 {
				return Slice{s[0], s[1], s[2]}, nil
			}
			return nil, fmt.Errorf("no slice: %v", of)
		case "$ellipsis":
			return Ellipsis{}, nil
		}
	}
	m, err := f.DecodeMap(v)
	return m, err
}

func parseDType(v any) (graph.DType, error) {
	d, err := graph.ParseDType(fmt.Sprint(v))
	if err != nil {
		return 0, fmt.Errorf("%w: %v", ErrUnsupported, err)
	}
	return d, nil
}

func (f *File) tensor(v map[string]any) (*Tensor, error) {
	name, ok := v["$tensor"].(string)
	shape, ok2 := v["shape"].([]any)
	if !ok || !ok2 {
		return nil, fmt.Errorf("no tensor: %v", v)
	}
	d, err := parseDType(v["dtype"])
	if err != nil {
		return nil, err
	}
	t := &Tensor{Name: name, DType: d, Dims: make([]int, len(shape))}
	t.RequiresGrad, _ = v["requires_grad"].(bool)
	for i, s := range shape {
		n, err := f.Decode(s)
		if err != nil {
			return nil, err
		}
		if t.Dims[i], ok = n.(int); !ok {
			return nil, fmt.Errorf("%s has no size %v", name, n)
		}
	}
	if f.tensors == nil {
		return t, nil
	}
	raw, ok := f.tensors.Get(name)
	if !ok {
		return t, nil
	}
	if t.Array, err = graph.FromBytes(d, t.Dims, raw.Data); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// Number is a decoded number as float64.
func Number(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}
