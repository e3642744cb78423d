package bench

import (
	"context"
	"regexp"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Case is one thing to measure.
type Case struct {
	Name   string
	Family string // cases that a peer's program measures together; empty: Name
	Work   Work
	Heavy  bool // takes seconds or gigabytes: quick runs leave it out unless it is asked for by its whole name
	Calls  int  // how many calls the checksum covers; 0: one. Losses of a few steps tell of the updates between them.

	// Make makes inputs, and returns one repetition, whose results are computed and then freed.
	Make func(in *Inputs) Step
}

// Step is one repetition of a case. It may return results that are computed already.
type Step func() []*tensor.Tensor

// Work is the least that one repetition has to do.
type Work struct {
	Flops       float64 // useful multiply-adds, times two
	Read, Write int64   // bytes that a fused kernel reads and writes
	Ops         int     // operators, where the time of each is what matters
	Items       int     // examples
}

// Inputs makes the synthetic inputs of a case.
type Inputs struct {
	gen   *tensor.Generator
	small bool
	held  []*tensor.Tensor
}

// seed is that of all inputs: a case has the same numbers in every run.
const seed = 20

// NewInputs makes inputs of the sizes that cases are measured with, or of small ones for tests.
func NewInputs(small bool) *Inputs {
	return &Inputs{gen: tensor.NewGenerator(seed), small: small}
}

// Size is full, or small where inputs are small.
func (in *Inputs) Size(full, small int) int {
	if in.small {
		return small
	}
	return full
}

// Randn is numbers drawn from the normal distribution.
func (in *Inputs) Randn(sizes ...int) *tensor.Tensor {
	return in.hold(tensor.Randn(in.gen, anys(sizes)...))
}

// Randint is whole numbers from 0 to before n.
func (in *Inputs) Randint(n int, sizes ...int) *tensor.Tensor {
	return in.hold(tensor.Randint(in.gen, 0, n, anys(sizes)...))
}

// Zeros is zeros.
func (in *Inputs) Zeros(sizes ...int) *tensor.Tensor { return in.hold(tensor.Zeros(anys(sizes)...)) }

// hold computes t and frees it when the case is done.
func (in *Inputs) hold(t *tensor.Tensor) *tensor.Tensor {
	tensor.Must(tensor.Eval(context.Background(), t))
	in.held = append(in.held, t)
	return t
}

// Keep frees tensors that a case made otherwise, parameters say, when it is done.
func (in *Inputs) Keep(ts ...*tensor.Tensor) { in.held = append(in.held, ts...) }

// Free lets go of all inputs.
func (in *Inputs) Free() {
	for _, t := range in.held {
		t.Free()
	}
	in.held = nil
}

func anys(sizes []int) []any {
	out := make([]any, len(sizes))
	for i, n := range sizes {
		out[i] = n
	}
	return out
}

// Select is the cases whose names match only, nil matching all. quick leaves the heavy ones out, but for those whose
// whole name the expression is.
func Select(cases []Case, only *regexp.Regexp, quick bool) []Case {
	var out []Case
	for _, c := range cases {
		if only != nil && !only.MatchString(c.Name) {
			continue
		}
		if quick && c.Heavy && (only == nil || only.String() != c.Name) {
			continue
		}
		out = append(out, c)
	}
	return out
}

func (c *Case) family() string {
	if c.Family != "" {
		return c.Family
	}
	return c.Name
}
