package ops_test

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/flambeau-ml/flambeau/internal/goldens"
)

// The states of an operator in a report.
const (
	passed  = "passed"  // all its samples do
	failed  = "failed"  // some do not
	missing = "missing" // the library does not have it
)

// report is what became of the goldens of a folder. A call that must fail counts as a sample.
type report struct {
	Totals struct {
		Ops           int `json:"ops"`
		Passed        int `json:"passed"`
		Failed        int `json:"failed"`
		Missing       int `json:"missing"`
		Samples       int `json:"samples"`
		SamplesPassed int `json:"samples_passed"`
	} `json:"totals"`
	Ops []*opReport `json:"ops"`
}

type opReport struct {
	Op            string  `json:"op"`
	Variant       string  `json:"variant"`
	Status        string  `json:"status"`
	Samples       int     `json:"samples"`
	SamplesPassed int     `json:"samples_passed"`
	WorstError    float64 `json:"worst_error"` // the largest finite |got − want|
	Why           string  `json:"why"`         // of what is first wrong

	set string
}

// choice is which goldens of a folder run.
type choice struct {
	quick bool   // of each file the first sample, and the first call that must fail
	only  string // the file of this name
}

// runGoldens runs the goldens of a folder. An error says that they cannot be read.
func runGoldens(dir string, c choice) (*report, error) {
	sets, err := goldens.Sets(dir)
	if err != nil {
		return nil, err
	}
	type job struct {
		set *goldens.Set
		row goldens.Row
	}
	var jobs []job
	for _, s := range sets {
		for _, row := range s.Files {
			if c.only == "" || c.only == row.File {
				jobs = append(jobs, job{s, row})
			}
		}
	}
	if len(jobs) == 0 {
		return nil, fmt.Errorf("%s: no file %s", dir, c.only)
	}
	rep := &report{Ops: make([]*opReport, len(jobs))}
	errs := make([]error, len(jobs))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(jobs); i = int(next.Add(1)) - 1 {
				rep.Ops[i], errs[i] = runFile(jobs[i].set, jobs[i].row, c.quick)
			}
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", jobs[i].row.File, err)
		}
	}
	rep.sum()
	return rep, nil
}

func (r *report) sum() {
	t := &r.Totals
	for _, op := range r.Ops {
		t.Ops++
		t.Samples += op.Samples
		t.SamplesPassed += op.SamplesPassed
		switch op.Status {
		case passed:
			t.Passed++
		case failed:
			t.Failed++
		default:
			t.Missing++
		}
	}
}

func (r *report) write(path string) error {
	text, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// log tells of each set, and of what fails.
func (r *report) log(t *testing.T) {
	var names []string
	sums := map[string]*report{}
	for _, op := range r.Ops {
		if sums[op.set] == nil {
			sums[op.set] = &report{}
			names = append(names, op.set)
		}
		sums[op.set].Ops = append(sums[op.set].Ops, op)
		if op.Status == failed {
			t.Logf("%s: %d of %d: %s", op.name(), op.SamplesPassed, op.Samples, op.Why)
		}
	}
	for _, name := range names {
		s := sums[name]
		s.sum()
		t.Logf("%s: %d of %d pass, %d fail, %d are missing; %d of %d samples pass", name, s.Totals.Passed, s.Totals.Ops,
			s.Totals.Failed, s.Totals.Missing, s.Totals.SamplesPassed, s.Totals.Samples)
	}
}

func (op *opReport) name() string {
	return strings.TrimSpace(op.set + " " + op.Op + " " + op.Variant)
}
