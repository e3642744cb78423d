// Package goldens reads what PyTorch answers: calls with their arguments, outputs and gradients, for tests. The files
// lie in a folder beside the repository, and tests that need them are skipped where there is none.
package goldens

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/flambeau-ml/flambeau/format/safetensors"
	"github.com/flambeau-ml/flambeau/graph"
)

// File is the calls of one operator, module or optimiser.
type File struct {
	Op       string   `json:"op"`
	Kind     string   `json:"kind"`
	Samples  []Sample `json:"samples"`
	MustFail []Sample `json:"must_fail"`

	tensors *safetensors.File
}

// Call is arguments by position and by name.
type Call struct {
	Args   []any          `json:"args"`
	Kwargs map[string]any `json:"kwargs"`
}

// Sample is one call, and what PyTorch answered. Values are as Decode leaves them.
type Sample struct {
	ID int `json:"id"`
	Call
	Outputs  any    `json:"outputs"`
	Check    string `json:"check"` // "value" or "shape"
	Backward *struct {
		Cotangents map[string]any `json:"cotangents"`
		Grads      map[string]any `json:"grads"`
	} `json:"backward"`
	Err64 map[string]float64 `json:"err64"`
	On    string             `json:"on"` // of calls that must fail: what must

	// Of modules.
	Constructor Call           `json:"constructor"`
	Training    bool           `json:"training"`
	State       map[string]any `json:"state"`
	StateAfter  map[string]any `json:"state_after"`

	// Of optimisers and schedules.
	Groups    []map[string]any `json:"groups"`
	Gradients []any            `json:"gradients"`
	Optimizer map[string]any   `json:"optimizer"`
	Fed       []float64        `json:"fed"`
}

// Tensor is an array with its name in the file.
type Tensor struct {
	Name         string
	RequiresGrad bool
	*graph.Array
}

// Load reads the file called name of a set, "nn" or "optim". It skips the test where there are no goldens.
func Load(t testing.TB, set, name string) *File {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(root, "..", "shared", "goldens", set)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no goldens for this test: %v", err)
	}
	f, err := read(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// moduleRoot is the folder with go.mod, above the working directory.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no go.mod above the working directory")
		}
		dir = up
	}
}

func read(path string) (*File, error) {
	text, err := os.ReadFile(path + ".json")
	if err != nil {
		return nil, err
	}
	f := &File{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber() // 1 and 1.0 are not the same argument
	if err := d.Decode(f); err != nil {
		return nil, fmt.Errorf("%s.json: %w", path, err)
	}
	packed, err := os.ReadFile(path + ".safetensors.gz")
	if os.IsNotExist(err) {
		return f, nil // schedules have no tensors
	}
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("%s.safetensors.gz: %w", path, err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("%s.safetensors.gz: %w", path, err)
	}
	f.tensors, err = safetensors.Parse(data)
	return f, err
}

// Decode makes Go values of a value of the file: *Tensor, int, float64, bool, string, nil, []any (lists and tuples),
// and map[string]any for all else.
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

func (f *File) decodeObject(v map[string]any) (any, error) {
	if name, ok := v["$tensor"].(string); ok {
		return f.tensor(name, v)
	}
	if items, ok := v["$tuple"]; ok {
		return f.Decode(items)
	}
	if s, ok := v["$float"].(string); ok {
		return map[string]float64{"nan": math.NaN(), "inf": math.Inf(1), "-inf": math.Inf(-1)}[s], nil
	}
	out := map[string]any{}
	for k, e := range v {
		x, err := f.Decode(e)
		if err != nil {
			return nil, err
		}
		out[k] = x
	}
	return out, nil
}

func (f *File) tensor(name string, v map[string]any) (any, error) {
	t := &Tensor{Name: name}
	t.RequiresGrad, _ = v["requires_grad"].(bool)
	if f.tensors == nil {
		return t, nil
	}
	raw, ok := f.tensors.Get(name)
	if !ok {
		return t, nil // of a call whose outputs are not compared
	}
	a, err := graph.FromBytes(raw.DType, raw.Shape, raw.Data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t.Array = a
	return t, nil
}

// Must is Decode in a test.
func (f *File) Must(t testing.TB, v any) any {
	t.Helper()
	x, err := f.Decode(v)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// Diff compares what a call gave with what PyTorch gives, by the rule that all sets share: 1e-5 and 10 times the
// reference's own error, and a ten thousandth of the value. It returns what is wrong; nothing where all is well.
func Diff(got, want *graph.Array, err64 float64) string {
	if got.DType != want.DType || fmt.Sprint(got.Dims) != fmt.Sprint(want.Dims) {
		return fmt.Sprintf("%v %v, want %v %v", got.DType, got.Dims, want.DType, want.Dims)
	}
	for i := range want.I {
		if got.I[i] != want.I[i] {
			return fmt.Sprintf("element %d is %d, want %d", i, got.I[i], want.I[i])
		}
	}
	for i, w := range want.F {
		if g := got.F[i]; !Close(g, w, err64) {
			return fmt.Sprintf("element %d is %v, want %v (the reference's error is %.2g)", i, g, w, err64)
		}
	}
	return ""
}

// Close is Diff's rule for two numbers.
func Close(got, want, err64 float64) bool {
	if math.IsNaN(want) || math.IsInf(want, 0) {
		return got == want || math.IsNaN(got) && math.IsNaN(want)
	}
	return math.Abs(got-want) <= 1e-5+10*err64+1e-4*math.Abs(want)
}
