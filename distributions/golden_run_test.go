package distributions_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/internal/goldens"
)

// TestGolden compares with what PyTorch answered. What the package does not have is counted and listed; what it has and
// answers otherwise fails.
func TestGolden(t *testing.T) {
	dir := *goldensDir
	if dir == "" {
		dir = filepath.Join("..", "shared", "goldens", "distributions")
	}
	if !filepath.IsAbs(dir) {
		root, err := goldens.ModuleRoot()
		if err != nil {
			t.Fatal(err)
		}
		dir = filepath.Join(root, dir)
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) && *goldensDir == "" {
		t.Skipf("no folder of goldens %s: give one by -goldens", dir)
	}
	sets, err := goldens.Sets(dir)
	if err != nil {
		t.Fatal(err)
	}
	var passed, total int
	var absent []string
	for _, set := range sets {
		if set.Name != "distributions" {
			continue
		}
		for _, row := range set.Files {
			f, err := set.Read(row)
			if err != nil {
				t.Fatal(err)
			}
			total += len(f.Samples) + len(f.MustFail)
			name := strings.TrimPrefix(f.Op, "distributions.")
			run := check
			if bare, ok := strings.CutPrefix(name, "transforms."); ok {
				name, run = bare, checkTransform
			}
			if kinds[name].make == nil && maps[name] == nil && name != "ComposeTransform" {
				absent = append(absent, name)
				continue
			}
			for i, s := range samples(t, filepath.Join(dir, row.File+".json")) {
				err := run(t, f, name, s)
				switch {
				case errors.Is(err, errNone):
					absent = append(absent, fmt.Sprintf("%s, sample %d", name, i))
				case err != nil:
					t.Errorf("%s, sample %d: %v", name, i, err)
				default:
					passed++
				}
			}
			for i, s := range f.MustFail {
				if _, err := (leaves{}).build(f, name, s.Constructor); err == nil {
					t.Errorf("%s, call %d that must fail: no error", name, i)
				} else {
					passed++
				}
			}
		}
	}
	t.Logf("%d of %d calls pass; not here: %s", passed, total, strings.Join(absent, "; "))
}

// samples reads the samples of a file with the keys that only distributions have.
func samples(t *testing.T, path string) []*sample {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Samples []*sample `json:"samples"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&file); err != nil {
		t.Fatal(err)
	}
	return file.Samples
}
