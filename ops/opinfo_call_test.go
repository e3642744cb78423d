package ops_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/flambeau-ml/flambeau/internal/goldens"
	"github.com/flambeau-ml/flambeau/ops"
	"github.com/flambeau-ml/flambeau/tensor"
)

// python is how a function of PyTorch's Python is called: by the name and signature of the operator behind it, or by
// a function of its own.
type python struct {
	f      *goldens.File
	name   string
	adapt  adapter
	direct func(r *trial) ([]any, error)
}

// operators are the base names of the table's operators, and whether they draw.
var operators = func() map[string]bool {
	m := map[string]bool{}
	for _, op := range ops.Table() {
		for _, a := range op.Signature().Args {
			if a.Type.Base == "Generator" {
				m[op.Signature().Name] = true
			}
		}
		m[op.Signature().Name] = m[op.Signature().Name]
	}
	return m
}()

// known says whether the table has an operator of the name, full or base, or its in-place form.
func known(name string) bool {
	base, _, _ := strings.Cut(name, ".")
	_, ok := operators[ops.Canonical(base)]
	_, plain := operators[strings.TrimSuffix(base, "_")]
	return ok || plain
}

// pythonCall finds how to call the operator of a file; it is nil where the table does not have it.
func pythonCall(f *goldens.File) *python {
	p := &python{f: f, direct: pythonDirect[f.Op]}
	for _, adapters := range []map[string]adapter{pythonAdapters, layerAdapters} {
		for _, name := range []string{f.Op, strings.TrimSpace(f.Op + " " + f.Variant)} {
			if a := adapters[name]; a != nil {
				p.adapt = a
			}
		}
	}
	for _, name := range append([]string{f.Op}, f.Aliases...) {
		if p.name = pythonNames[name]; p.name == "" {
			p.name = strings.ReplaceAll(strings.TrimPrefix(name, "nn.functional."), ".", "_")
		}
		if known(p.name) {
			return p
		}
	}
	if p.adapt != nil || p.direct != nil {
		return p
	}
	return nil
}

// call runs the sample's call: the results are tensors and numbers.
func (p *python) call(r *trial) ([]any, error) {
	if p.direct != nil {
		return p.direct(r)
	}
	args, kwargs, err := r.arguments()
	if err != nil {
		return nil, err
	}
	name, args, kwargs, err := p.translate(args, kwargs)
	if err != nil {
		return nil, err
	}
	return tensorCall(name, args, kwargs)
}

func (p *python) translate(args []any, kwargs map[string]any) (string, []any, map[string]any, error) {
	if err := functional(kwargs); err != nil {
		return "", nil, nil, err
	}
	if v, ok := kwargs["input"]; ok && len(args) == 0 {
		args = []any{v}
		delete(kwargs, "input")
	}
	name := p.name
	if p.adapt != nil {
		adapted := func() (err error) {
			defer func() {
				if e := recover(); e != nil { // of other kinds or fewer than it takes: what Go could not write
					err = fmt.Errorf("%s: the arguments do not fit: %v", p.f.Op, e)
				}
			}()
			name, args, kwargs, err = p.adapt(args, kwargs)
			return err
		}
		if err := adapted(); err != nil {
			return "", nil, nil, err
		}
	}
	if !known(name) {
		return "", nil, nil, fmt.Errorf("%w: no operator %s", errMissing, name)
	}
	return name, args, kwargs, nil
}

// tensorCall is tensor.Call, with a generator where the operator draws: Python draws from one without saying so.
func tensorCall(name string, args []any, kwargs map[string]any) ([]any, error) {
	base, _, _ := strings.Cut(name, ".")
	if operators[base] || operators[strings.TrimSuffix(base, "_")] {
		if kwargs == nil {
			kwargs = map[string]any{}
		}
		if kwargs["generator"] == nil {
			kwargs["generator"] = tensor.NewGenerator(7)
		}
	}
	out, err := tensor.Call(name, args, kwargs)
	if err != nil {
		return nil, err
	}
	results := make([]any, len(out))
	for i, t := range out {
		results[i] = t
	}
	return results, nil
}

// compute computes the tensors among results, in one program.
func compute(results []any) error {
	var ts []*tensor.Tensor
	for _, v := range results {
		if t, ok := v.(*tensor.Tensor); ok && t != nil {
			ts = append(ts, t)
		}
	}
	return tensor.Eval(context.Background(), ts...)
}

func (p *python) try(r *trial) error {
	out, err := p.call(r)
	if err != nil {
		return err
	}
	return compute(out)
}

func (p *python) check(r *trial) error {
	out, err := p.call(r)
	if err != nil {
		return err
	}
	answer, err := r.f.Decode(r.s.Outputs)
	if err != nil {
		return err
	}
	want := wanted(answer)
	if len(out) < len(want) {
		return fmt.Errorf("%d results, want %d", len(out), len(want))
	}
	outs := map[string]*tensor.Tensor{}
	for i, w := range want {
		if w, ok := w.(*goldens.Tensor); ok {
			outs[w.Name], _ = out[i].(*tensor.Tensor)
		}
	}
	if r.s.Unique != nil && !*r.s.Unique {
		return p.property(r, out)
	}
	l := p.lines(r)
	for i, w := range want {
		if err := r.compareValue(out[i], w); err != nil && !l.tied(out[i], w) {
			return err
		}
	}
	r.lines = l
	if err := r.backward(outs); err != nil {
		return err
	}
	if err := r.mutated(); err != nil {
		return err
	}
	return p.inPlace(r, want)
}

// inPlace checks the form that writes its first operand, where both PyTorch and the table have one and the answer fits.
func (p *python) inPlace(r *trial, want []any) error {
	if !p.f.InPlace || p.direct != nil || len(want) != 1 || r.s.Check != "value" {
		return nil
	}
	w, ok := want[0].(*goldens.Tensor)
	if !ok {
		return nil
	}
	args, kwargs, err := (&trial{f: r.f, s: r.s, leaves: map[string]*tensor.Tensor{}}).arguments()
	if err != nil {
		return err
	}
	name, args, kwargs, err := p.translate(args, kwargs)
	if err != nil || len(args) == 0 {
		return err
	}
	x, ok := args[0].(*tensor.Tensor)
	if !ok || strings.HasSuffix(name, "_") || x.DType() != w.DType || !slices.Equal(x.Shape(), w.Dims) || !writes(name) {
		return nil
	}
	args[0] = x.Detach()
	base, overload, dot := strings.Cut(name, ".")
	name = base + "_"
	if dot {
		name += "." + overload
	}
	if _, err := tensorCall(name, args, kwargs); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := r.compare(x, w); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// writes says whether all operators of the name have an in-place form.
func writes(name string) bool {
	if op, ok := ops.Lookup(name); ok && strings.Contains(name, ".") {
		return op.InPlace
	}
	all := true
	for _, op := range ops.Table() {
		all = all && (op.Signature().Name != name || op.InPlace)
	}
	return all
}

// pythonDirect are the functions that no operator of the table stands for, or that give numbers.
var pythonDirect = map[string]func(r *trial) ([]any, error){
	"unique": uniqueOf("_unique2", "unique_dim"), "unique_consecutive": uniqueOf("unique_consecutive", "unique_consecutive"),
	"item": func(r *trial) ([]any, error) {
		args, _, err := r.arguments()
		if err != nil {
			return nil, err
		}
		return []any{as[*tensor.Tensor]("self", args[0]).Item()}, nil
	},
	"__getitem__": func(r *trial) ([]any, error) {
		if len(r.s.Args) != 2 {
			return nil, errors.New("takes an index")
		}
		x, err := r.f.Decode(r.s.Args[0])
		if err != nil {
			return nil, err
		}
		index, err := r.f.DecodeIndex(r.s.Args[1])
		if err != nil {
			return nil, err
		}
		places, ok := r.give(index).(goldens.Tuple)
		if !ok {
			places = goldens.Tuple{r.give(index)}
		}
		for i, v := range places {
			if places[i], err = indexOf(v); err != nil {
				return nil, err
			}
		}
		return []any{as[*tensor.Tensor]("self", r.give(x)).Index(places...)}, nil
	},
}

// uniqueOf calls the operator behind unique, or the one that takes a dimension, and keeps the results that were asked for.
func uniqueOf(name, along string) func(r *trial) ([]any, error) {
	return func(r *trial) ([]any, error) {
		args, kwargs, err := r.arguments()
		if err != nil {
			return nil, err
		}
		dim, ok := kwargs["dim"]
		if delete(kwargs, "dim"); ok && dim != nil {
			kwargs["dim"] = dim
		}
		call := name
		if kwargs["dim"] != nil {
			call = along
		}
		out, err := tensorCall(call, args, kwargs)
		if err != nil {
			return nil, err
		}
		kept := out[:1:1]
		for i, asked := range []string{"return_inverse", "return_counts"} {
			if kwargs[asked] == true {
				kept = append(kept, out[i+1])
			}
		}
		return kept, nil
	}
}

// indexOf is one index of Python's as Index takes it.
func indexOf(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return tensor.NewAxis, nil
	case goldens.Ellipsis:
		return tensor.Ellipsis, nil
	case goldens.Slice:
		start, _ := v.Start.(int)
		step, ok := v.Step.(int)
		if !ok {
			step = 1
		}
		if stop, ok := v.Stop.(int); ok {
			return tensor.Range(start, stop, step), nil
		}
		return tensor.From(start, step), nil
	case []any: // a list of numbers is a tensor
		out := make([]int64, len(v))
		for i, e := range v {
			n, ok := e.(int)
			if !ok {
				return nil, fmt.Errorf("%w: an index %v", goldens.ErrUnsupported, v)
			}
			out[i] = int64(n)
		}
		return tensor.New(out, len(out)), nil
	}
	return v, nil
}
