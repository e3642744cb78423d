package nn

import (
	"context"
	"fmt"
	"io"

	"github.com/flambeau-ml/flambeau/format/safetensors"
	"github.com/flambeau-ml/flambeau/internal/atomicfile"
	"github.com/flambeau-ml/flambeau/tensor"
)

// Write computes the tensors of d and writes them to w as a safetensors file, with metadata, which may be nil.
func (d *Dict) Write(ctx context.Context, w io.Writer, metadata map[string]string) error {
	out := make([]safetensors.Tensor, 0, d.Len())
	all := make([]*tensor.Tensor, 0, d.Len())
	for _, t := range d.All() {
		all = append(all, t)
	}
	if err := tensor.Eval(ctx, all...); err != nil {
		return err
	}
	for name, t := range d.All() {
		data, err := t.Bytes(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, safetensors.Tensor{Name: name, DType: t.DType(), Shape: t.Shape(), Data: data})
	}
	return safetensors.Write(w, out, metadata)
}

// WriteFile writes d to the safetensors file at path, whole or not at all: after an error an older file there is as it
// was.
func (d *Dict) WriteFile(ctx context.Context, path string, metadata map[string]string) error {
	return atomicfile.Write(path, 0o666, func(w io.Writer) error { return d.Write(ctx, w, metadata) })
}

// ReadFile reads the tensors of the safetensors file at path, and its metadata.
func ReadFile(path string) (*Dict, map[string]string, error) {
	f, err := safetensors.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	d, err := fromFile(f)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, f.Metadata(), nil
}

// Parse reads the tensors of a safetensors file that is in memory, and its metadata.
func Parse(data []byte) (*Dict, map[string]string, error) {
	f, err := safetensors.Parse(data)
	if err != nil {
		return nil, nil, err
	}
	d, err := fromFile(f)
	return d, f.Metadata(), err
}

func fromFile(f *safetensors.File) (*Dict, error) {
	d := &Dict{}
	for _, name := range f.Names() {
		t, _ := f.Get(name)
		x, err := tensor.FromBytes(t.DType, t.Shape, t.Data)
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		d.Set(name, x)
	}
	return d, nil
}
