package nn

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Dict is tensors by name, in order: a state dict.
type Dict struct {
	names   []string
	tensors map[string]*tensor.Tensor
}

// Set puts t under name, at the end or where that name was.
func (d *Dict) Set(name string, t *tensor.Tensor) {
	if d.tensors == nil {
		d.tensors = map[string]*tensor.Tensor{}
	}
	if d.tensors[name] == nil {
		d.names = append(d.names, name)
	}
	d.tensors[name] = t
}

// Get is the tensor of that name, nil where there is none.
func (d *Dict) Get(name string) *tensor.Tensor { return d.tensors[name] }

// Delete takes the tensor of that name out.
func (d *Dict) Delete(name string) {
	if d.tensors[name] != nil {
		delete(d.tensors, name)
		d.names = slices.DeleteFunc(d.names, func(n string) bool { return n == name })
	}
}

// Len is how many tensors there are.
func (d *Dict) Len() int { return len(d.names) }

// Names are the names in order.
func (d *Dict) Names() []string { return slices.Clone(d.names) }

// All goes through names and tensors in order.
func (d *Dict) All() iter.Seq2[string, *tensor.Tensor] {
	return func(yield func(string, *tensor.Tensor) bool) {
		for _, n := range d.names {
			if !yield(n, d.tensors[n]) {
				return
			}
		}
	}
}

// StateDict is the parameters and persistent buffers of a model by name: detached, their storages shared with the
// model. A tensor that modules share is there under all its names.
func StateDict(model any) *Dict {
	d := &Dict{}
	walk(model, &visitor{
		parameter: func(path string, p *Parameter) { d.Set(path, p.Detach()) },
		buffer: func(path string, b *Buffer) {
			if !b.transient {
				d.Set(path, b.Detach())
			}
		},
	})
	return d
}

// Report says what LoadStateDict found.
type Report struct {
	Missing    []string // in the model, not in the dict
	Unexpected []string // in the dict, not in the model
}

// place is one name of a model that a state dict fills.
type place struct {
	name string
	of   any // *Parameter or *Buffer
	to   *tensor.Tensor
	from *tensor.Tensor
}

// LoadStateDict gives the parameters and persistent buffers of a model the values of a dict. Dtypes are converted,
// shapes must be the same. With strict, names that one of the two lacks are an error; without, they are only reported.
// After an error the model is as it was.
//
// A parameter that modules share needs only one of its names in the dict.
func LoadStateDict(model any, d *Dict, strict bool) (Report, error) {
	var places []*place
	add := func(path string, of any, to *tensor.Tensor) {
		places = append(places, &place{path, of, to, d.Get(path)})
	}
	walk(model, &visitor{
		parameter: func(path string, p *Parameter) { add(path, p, p.Tensor) },
		buffer: func(path string, b *Buffer) {
			if !b.transient {
				add(path, b, b.Tensor)
			}
		},
	})
	report, wrong := match(places, d)
	if strict && len(report.Missing) > 0 {
		wrong = append(wrong, "missing: "+strings.Join(report.Missing, ", "))
	}
	if strict && len(report.Unexpected) > 0 {
		wrong = append(wrong, "unexpected: "+strings.Join(report.Unexpected, ", "))
	}
	if len(wrong) > 0 {
		return report, fmt.Errorf("the state dict does not fit the model: %s", strings.Join(wrong, "; "))
	}
	for _, p := range places {
		if p.from == nil {
			continue
		}
		if err := tensor.Try(func() { p.to.Detach().Copy_(p.from.Detach()) }); err != nil {
			return report, fmt.Errorf("loading %s: %w", p.name, err)
		}
		if param, ok := p.of.(*Parameter); ok {
			param.ready = true
		}
	}
	return report, nil
}

// match compares a model's places with a dict.
func match(places []*place, d *Dict) (r Report, wrong []string) {
	known, given := map[string]bool{}, map[any]bool{}
	for _, p := range places {
		known[p.name] = true
		if p.from == nil {
			continue
		}
		given[p.of] = true
		switch {
		case !slices.Equal(p.from.Shape(), p.to.Shape()):
			wrong = append(wrong, fmt.Sprintf("%s is %s in the dict and %s in the model", p.name, shapeString(p.from.Shape()), shapeString(p.to.Shape())))
		case p.from.DType().IsComplex() != p.to.DType().IsComplex():
			wrong = append(wrong, fmt.Sprintf("%s is %v in the dict and %v in the model", p.name, p.from.DType(), p.to.DType()))
		}
	}
	for _, p := range places {
		if !given[p.of] {
			r.Missing = append(r.Missing, p.name)
		}
	}
	for _, name := range d.names {
		if !known[name] {
			r.Unexpected = append(r.Unexpected, name)
		}
	}
	return r, wrong
}
