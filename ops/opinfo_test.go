package ops

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func concreteType(a *graph.Array) graph.Type { return a.Type() }

// tally counts what became of the samples of an operator.
type tally struct{ passed, failed, unsupported int }

// TestOpInfo compares every operator of the table with what PyTorch answered.
func TestOpInfo(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(goldens, "*.json"))
	if len(files) == 0 {
		t.Skipf("no goldens in %s", goldens)
	}
	only := os.Getenv("OPINFO")
	var total tally
	var missing []string
	covered, refused, accepted := 0, 0, 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if name == "index" || only != "" && name != only {
			continue
		}
		g, err := loadGolden(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		p, ok := pythonCall(g)
		if !ok {
			missing = append(missing, name)
			continue
		}
		covered++
		var n tally
		for i := range g.Samples {
			switch err := g.check(p, &g.Samples[i]); {
			case err == nil:
				n.passed++
			case errors.Is(err, errUnsupported):
				n.unsupported++
			default:
				n.failed++
				t.Errorf("%s sample %d (%s): %v", name, g.Samples[i].ID, g.Samples[i].DType, err)
			}
		}
		for i := range g.MustFail {
			switch err := g.call(p, &g.MustFail[i], nil); {
			case errors.Is(err, errUnsupported):
			case err == nil:
				accepted++
				t.Errorf("%s: call %d must fail: %v %v", name, i, g.MustFail[i].Args, g.MustFail[i].Kwargs)
			default:
				refused++
			}
		}
		total.passed += n.passed
		total.failed += n.failed
		total.unsupported += n.unsupported
		t.Logf("%-50s passed %d, failed %d, unsupported %d", name, n.passed, n.failed, n.unsupported)
	}
	t.Logf("%d files: passed %d, failed %d, unsupported %d; of calls that must fail %d failed, %d did not", covered, total.passed, total.failed, total.unsupported, refused, accepted)
	t.Logf("%d files of operators that the table does not have: %s", len(missing), strings.Join(missing, " "))
}

// call runs a sample and hands its results to with.
func (g *golden) call(p *python, s *goldenSample, with func(out []*graph.Array) error) error {
	args, err := g.decode(s.Args)
	if err != nil {
		return err
	}
	kwargs := map[string]any{}
	for k, v := range s.Kwargs {
		if kwargs[k], err = g.decode(v); err != nil {
			return err
		}
	}
	name, a, k, err := p.translate(args.([]any), kwargs)
	if err != nil {
		return err
	}
	out, err := run(name, a, k, concreteType, nil)
	if err != nil || with == nil {
		return err
	}
	return with(out)
}

func (g *golden) check(p *python, s *goldenSample) error {
	want, err := g.outputs(s, s.Outputs)
	if err != nil {
		return err
	}
	return g.call(p, s, func(out []*graph.Array) error {
		if len(out) < len(want) {
			return errors.New("too few results")
		}
		for i := range want {
			if err := want[i].compare(out[i], s.Err64[want[i].name]); err != nil {
				return err
			}
		}
		return g.mutated(s, out[len(want):])
	})
}

// mutated compares the new values of written arguments.
func (g *golden) mutated(s *goldenSample, out []*graph.Array) error {
	for i, k := range sortedKeys(s.Mutated) {
		want, err := g.outputs(s, s.Mutated[k])
		if err != nil {
			return err
		}
		if i >= len(out) {
			return fmt.Errorf("%s has no new value", k)
		}
		if err := want[0].compare(out[i], 0); err != nil {
			return err
		}
	}
	return nil
}
