package ops_test

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/flambeau-ml/flambeau/internal/goldens"
)

var (
	goldensDir = flag.String("goldens", "", "folder of goldens: a set, or sets; relative to the module's root")
	reportFile = flag.String("report", "", "write what passed to this file; relative to the module's root")
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
