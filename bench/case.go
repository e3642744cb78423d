package bench

import (
	"cmp"
	"context"
	"regexp"
	"strings"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Case is one thing to measure.
type Case struct {
	Name   string
	Family string // cases side by side that a peer's program measures in one go; empty: this one alone
	Like   string // the case that peers' programs know it as; empty: Name
	Work   Work
	Bar    Bar  // what it must reach beside peers; zero: what the suite says
	Heavy  bool // takes seconds or gigabytes: quick runs leave it out unless it is asked for by its whole name
	Calls  int  // how many calls the checksum covers; 0: one. Losses of a few steps tell of the updates between them.
	Cold   bool // the first call is measured, which compiles: each repetition has a device and inputs of its own

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

// Uniform is numbers drawn evenly from lo to hi.
func (in *Inputs) Uniform(lo, hi float64, sizes ...int) *tensor.Tensor {
	return in.hold(tensor.Rand(in.gen, anys(sizes)...).MulScalar(hi - lo).AddScalar(lo))
}

// Spread is positive numbers of all magnitudes from 2^lo to 2^hi.
func (in *Inputs) Spread(lo, hi float64, sizes ...int) *tensor.Tensor {
	return in.hold(tensor.Rand(in.gen, anys(sizes)...).MulScalar(hi - lo).AddScalar(lo).Exp2())
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
		if quick && c.Heavy && (only == nil || strings.Trim(only.String(), "^$") != c.Name) {
			continue
		}
		out = append(out, c)
	}
	return out
}

func (c *Case) family() string { return cmp.Or(c.Family, c.Name) }

func (c *Case) like() string { return cmp.Or(c.Like, c.Name) }
