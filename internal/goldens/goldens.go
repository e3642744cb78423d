// Package goldens reads what PyTorch answers: calls with their arguments, outputs and gradients, for tests. The form
// of the files is said in docs/goldens.md.
package goldens

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/flambeau-ml/flambeau/format/safetensors"
)

// Set is a folder of files of one kind.
type Set struct {
	Name  string `json:"set"` // "opinfo", "jagged", "nn", "optim", "distributions"
	Files []Row  `json:"ops"`

	dir string
}

// Row is what a set's index says of one file.
type Row struct {
	File     string `json:"file"`
	Op       string `json:"op"`
	Variant  string `json:"variant"`
	Samples  int    `json:"samples"`
	MustFail int    `json:"must_fail"`
}

// File is the calls of one operator, module, optimiser …
type File struct {
	Op       string   `json:"op"`
	Variant  string   `json:"variant"`
	Kind     string   `json:"kind"`
	Aliases  []string `json:"aliases"`
	InPlace  bool     `json:"inplace"` // PyTorch has an in-place method of the name
	Samples  []Sample `json:"samples"`
	MustFail []Sample `json:"must_fail"`

	tensors *safetensors.File
}

// Call is arguments by position and by name.
type Call struct {
	Args   []any          `json:"args"`
	Kwargs map[string]any `json:"kwargs"`
}

// Sample is one call, and what PyTorch answered. Values are as the file has them; File.Decode makes Go's of them.
type Sample struct {
	ID    int    `json:"id"`
	DType string `json:"dtype"`
	Call
	Outputs  any    `json:"outputs"`
	Check    string `json:"check"`  // "value" or "shape"
	Unique   *bool  `json:"unique"` // false where there are other right answers
	Backward *struct {
		Cotangents map[string]any `json:"cotangents"`
		Grads      map[string]any `json:"grads"`
	} `json:"backward"`
	Mutated map[string]any     `json:"mutated"`
	Err64   map[string]float64 `json:"err64"`
	On      string             `json:"on"` // of calls that must fail: what must

	// Of modules.
	Constructor Call           `json:"constructor"`
	Training    bool           `json:"training"`
	State       map[string]any `json:"state"`
	StateAfter  map[string]any `json:"state_after"`

	// Of optimisers and schedules.
	Groups    []map[string]any `json:"groups"`
	Gradients []any            `json:"gradients"`
	Function  map[string]any   `json:"function"` // what LBFGS minimises
	Optimizer map[string]any   `json:"optimizer"`
	Fed       []float64        `json:"fed"`
}

// Sets reads the indexes of dir, which is a set's folder or a folder of sets.
func Sets(dir string) ([]*Set, error) {
	s, err := readSet(dir)
	if err == nil {
		return []*Set{s}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	indexes, err := filepath.Glob(filepath.Join(dir, "*", "index.json"))
	if err != nil {
		return nil, err
	}
	if len(indexes) == 0 {
		return nil, fmt.Errorf("%s: no index.json, neither in it nor in a folder of it", dir)
	}
	var out []*Set
	for _, index := range indexes {
		s, err := readSet(filepath.Dir(index))
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func readSet(dir string) (*Set, error) {
	path := filepath.Join(dir, "index.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s := &Set{dir: dir}
	if err := json.Unmarshal(text, s); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if s.Name == "" || len(s.Files) == 0 {
		return nil, fmt.Errorf("%s: names no set, or no files", path)
	}
	return s, nil
}

// Read reads the file of a row.
func (s *Set) Read(row Row) (*File, error) {
	path := filepath.Join(s.dir, row.File)
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
	if errors.Is(err, fs.ErrNotExist) {
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
	if f.tensors, err = safetensors.Parse(data); err != nil {
		return nil, fmt.Errorf("%s.safetensors.gz: %w", path, err)
	}
	return f, nil
}

// ModuleRoot is the folder with go.mod, above the working directory.
func ModuleRoot() (string, error) {
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
			return "", errors.New("no go.mod above the working directory")
		}
		dir = up
	}
}
