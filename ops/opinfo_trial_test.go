package ops_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/goldens"
	"github.com/flambeau-ml/flambeau/tensor"
)

// trial is one sample at work.
type trial struct {
	f      *goldens.File
	s      *goldens.Sample
	leaves map[string]*tensor.Tensor // the tensors of the call by their names
	worst  float64
	lines  *lines // along which ties may be resolved otherwise; nil where they may not
}

// errMissing says that the library does not have what is asked for.
var errMissing = errors.New("missing")

// subject is how the samples of one file run.
type subject interface {
	check(r *trial) error // of a sample
	try(r *trial) error   // of a call that must fail: its error
}

// subjectOf is how a file's samples run; nil where the library does not have what they are about.
func subjectOf(set string, f *goldens.File) subject {
	switch set {
	case "opinfo":
		if p := pythonCall(f); p != nil {
			return p
		}
	case "nn":
		if m := makers[strings.TrimPrefix(f.Op, "nn.")]; m != nil {
			return moduleSubject{m}
		}
	case "optim":
		return optimSubject(f)
	}
	return nil
}

// runFile runs the samples of a file. An error says that it cannot be read.
func runFile(set *goldens.Set, row goldens.Row, quick bool) (*opReport, error) {
	f, err := set.Read(row)
	if err != nil {
		return nil, err
	}
	samples, mustFail := f.Samples, f.MustFail
	if quick {
		samples, mustFail = samples[:min(1, len(samples))], mustFail[:min(1, len(mustFail))]
	}
	op := &opReport{Op: f.Op, Variant: f.Variant, Status: missing, Samples: len(samples) + len(mustFail), set: set.Name}
	s := subjectOf(set.Name, f)
	if s == nil {
		op.Why = "the library does not have it"
		return op, nil
	}
	absent := 0
	note := func(what string, id int, err error) {
		switch {
		case err == nil:
			op.SamplesPassed++
			return
		case errors.Is(err, errMissing):
			absent++
		}
		if op.Why == "" {
			op.Why = strings.ToValidUTF8(fmt.Sprintf("%s %d: %.400s", what, id, err.Error()), "")
		}
	}
	for i := range samples {
		r := &trial{f: f, s: &samples[i], leaves: map[string]*tensor.Tensor{}}
		err, _ := guard(func() error { return s.check(r) })
		op.WorstError = max(op.WorstError, r.worst)
		note("sample "+samples[i].DType, samples[i].ID, err)
	}
	for i := range mustFail {
		r := &trial{f: f, s: &mustFail[i], leaves: map[string]*tensor.Tensor{}}
		err, crashed := guard(func() error { return s.try(r) })
		switch {
		case errors.Is(err, errMissing):
		case err == nil:
			err = errors.New("did not fail")
		case !crashed:
			err = nil
		}
		note("must_fail", i, err)
	}
	switch {
	case op.SamplesPassed == op.Samples:
		op.Status = passed
	case absent < op.Samples:
		op.Status = failed
	}
	return op, nil
}

// guard turns a panic into an error, and says whether it is a mistake of the library's and no refusal.
func guard(f func() error) (err error, crashed bool) {
	defer func() {
		if e := recover(); e != nil {
			var ok bool
			if err, ok = e.(error); !ok {
				err = fmt.Errorf("%v", e)
			}
			var refused *tensor.Error
			if !errors.As(err, &refused) {
				err, crashed = fmt.Errorf("panic: %w", err), true
			}
		}
		var mistake runtime.Error
		crashed = crashed || errors.As(err, &mistake)
	}()
	return f(), false
}

// arguments are the call's, with tensors of our own.
func (r *trial) arguments() (args []any, kwargs map[string]any, err error) {
	for _, v := range r.s.Args {
		x, err := r.f.Decode(v)
		if err != nil {
			return nil, nil, err
		}
		args = append(args, r.give(x))
	}
	if kwargs, err = r.f.DecodeMap(r.s.Kwargs); err != nil {
		return nil, nil, err
	}
	return args, r.give(kwargs).(map[string]any), nil
}

// give puts a tensor of ours in the place of each of the file's. A tensor that is named twice is one tensor.
func (r *trial) give(v any) any {
	switch v := v.(type) {
	case *goldens.Tensor:
		x := r.leaves[v.Name]
		if x == nil {
			x = tensor.FromArray(v.Array)
			if v.RequiresGrad {
				x.RequiresGrad()
			}
			r.leaves[v.Name] = x
		}
		return x
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = r.give(e)
		}
		return out
	case goldens.Tuple:
		return goldens.Tuple(r.give([]any(v)).([]any))
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			out[k] = r.give(e)
		}
		return out
	}
	return v
}

// wanted are the tensors and numbers of an answer, in order; objects go by their names.
func wanted(v any) []any {
	switch v := v.(type) {
	case []any:
		var out []any
		for _, e := range v {
			out = append(out, wanted(e)...)
		}
		return out
	case map[string]any:
		var out []any
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out = append(out, wanted(v[k])...)
		}
		return out
	}
	return []any{v}
}

// compare compares one tensor.
func (r *trial) compare(got *tensor.Tensor, want *goldens.Tensor) error {
	if got == nil {
		return fmt.Errorf("there is no %s", want.Name)
	}
	a, err := got.Array(context.Background())
	if err != nil {
		return err
	}
	if r.s.Check == "shape" && want.Array == nil && (a.DType != want.DType || !slices.Equal(a.Dims, want.Dims)) {
		return fmt.Errorf("%s is %v %v, want %v %v", want.Name, a.DType, a.Dims, want.DType, want.Dims)
	}
	worst, err := goldens.Compare(a, want, r.s.Err64[want.Name])
	r.worst = max(r.worst, worst)
	return err
}

// compareValue compares what may be a number.
func (r *trial) compareValue(got, want any) error {
	if w, ok := want.(*goldens.Tensor); ok {
		g, ok := got.(*tensor.Tensor)
		if !ok {
			return fmt.Errorf("%s is %v, no tensor", w.Name, got)
		}
		return r.compare(g, w)
	}
	if t, ok := got.(*tensor.Tensor); ok && want != nil && t != nil {
		if b, ok := want.(bool); ok {
			want = 0
			if b {
				want = 1
			}
		}
		got = t.Item()
	}
	if w, ok := goldens.Number(want); ok {
		if g, ok := goldens.Number(got); ok && goldens.Close(graph.Float32, g, w, 0) {
			return nil
		}
	} else if got == want {
		return nil
	}
	return fmt.Errorf("the answer is %v, want %v", got, want)
}

// backward sends the cotangents in and compares all gradients. outs are the outputs by their names.
func (r *trial) backward(outs map[string]*tensor.Tensor) error {
	b := r.s.Backward
	if b == nil {
		return nil
	}
	var seeds []*tensor.Tensor
	var from []*tensor.Tensor
	for _, name := range slices.Sorted(maps.Keys(b.Cotangents)) {
		v, err := r.f.Decode(b.Cotangents[name])
		if err != nil {
			return err
		}
		out := outs[name]
		if out == nil {
			return fmt.Errorf("there is no output %s", name)
		}
		if !out.NeedsGrad() {
			return fmt.Errorf("backward: the output %s has no gradient", name)
		}
		ct := tensor.FromArray(v.(*goldens.Tensor).Array)
		if ct.DType() != out.DType() || !slices.Equal(ct.Shape(), out.Shape()) {
			return fmt.Errorf("backward: the output %s is %v %v, its cotangent %v %v", name, out.DType(), out.Shape(), ct.DType(), ct.Shape())
		}
		from, seeds = append(from, out), append(seeds, ct)
	}
	for i, out := range from {
		opts := []tensor.BackwardOption{tensor.Seed(seeds[i])}
		if i < len(from)-1 {
			opts = append(opts, tensor.Retain())
		}
		out.Backward(opts...)
	}
	for _, name := range slices.Sorted(maps.Keys(b.Grads)) {
		x := r.leaves[name]
		if x == nil {
			return fmt.Errorf("backward: there is no input %s", name)
		}
		if b.Grads[name] == nil {
			if x.Grad() != nil {
				return fmt.Errorf("backward: %s has a gradient, and should have none", name)
			}
			continue
		}
		want, err := r.f.Decode(b.Grads[name])
		if err != nil {
			return err
		}
		if err := r.compareTied(x.Grad(), want.(*goldens.Tensor)); err != nil {
			return fmt.Errorf("backward: gradient of %s: %w", name, err)
		}
	}
	return nil
}

// mutated compares inputs that the call changes.
func (r *trial) mutated() error {
	for _, name := range slices.Sorted(maps.Keys(r.s.Mutated)) {
		want, err := r.f.Decode(r.s.Mutated[name])
		if err != nil {
			return err
		}
		if err := r.compare(r.leaves[name], want.(*goldens.Tensor)); err != nil {
			return fmt.Errorf("%s afterwards: %w", name, err)
		}
	}
	return nil
}
