package ops_test

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/internal/goldens"
)

var (
	goldensDir = flag.String("goldens", "", "folder of goldens: a set, or sets; relative to the module's root")
	reportFile = flag.String("report", "", "write what passed to this file; relative to the module's root")
	keep       = flag.Bool("keep", false, "write testdata/passing.txt: what passes, and has to from now on")
	onlyFile   = flag.String("only", "", "of the goldens the file of this name alone")
)

// fromRoot is path, below the module's root unless it is absolute: tests run in their own folder, users do not.
func fromRoot(t *testing.T, path string) string {
	t.Helper()
	if filepath.IsAbs(path) {
		return path
	}
	root, err := goldens.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, path)
}

// TestOpInfo runs what PyTorch answered: operators, modules, optimisers and schedules, on tensors and the CPU. What
// fails is in the report and no failure of the test, unless it has passed before: see TestOpInfoHolds.
func TestOpInfo(t *testing.T) {
	dir, quick := *goldensDir, false
	if dir == "" {
		dir, quick = filepath.Join("..", "shared", "goldens"), *onlyFile == "" && *reportFile == ""
	}
	dir = fromRoot(t, dir)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) && *goldensDir == "" {
		t.Skipf("no folder of goldens %s: give one by -goldens", dir)
	}
	rep, err := runGoldens(dir, choice{quick: quick, only: *onlyFile})
	if err != nil {
		t.Fatal(err)
	}
	rep.log(t)
	if *reportFile != "" {
		if err := rep.write(fromRoot(t, *reportFile)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOpInfoHolds checks that what has passed passes: the operators that testdata/passing.txt lists, all samples of
// each. With -keep it writes the list.
func TestOpInfoHolds(t *testing.T) {
	dir := fromRoot(t, filepath.Join("..", "shared", "goldens"))
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no folder of goldens %s", dir)
	}
	if *goldensDir != "" {
		t.Skip("-goldens asks for a report on others")
	}
	rep, err := runGoldens(dir, choice{})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join("testdata", "passing.txt")
	if *keep {
		var lines []string
		for _, op := range rep.Ops {
			if op.Status == passed {
				lines = append(lines, op.name()+"\n")
			}
		}
		slices.Sort(lines)
		if err := os.WriteFile(list, []byte(strings.Join(lines, "")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		held[strings.TrimSpace(line)] = true
	}
	for _, op := range rep.Ops {
		if held[op.name()] && op.Status != passed {
			t.Errorf("%s passed, and now: %s: %d of %d: %s", op.name(), op.Status, op.SamplesPassed, op.Samples, op.Why)
		}
		delete(held, op.name())
	}
	for name := range held {
		t.Errorf("there are no goldens of %s", name)
	}
}
