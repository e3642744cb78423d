package ops_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/format/safetensors"
)

// TestOpInfoAltered checks that a golden passes as it is, and with one number altered does not.
func TestOpInfoAltered(t *testing.T) {
	for _, c := range []struct{ name, why string }{
		{"", ""},
		{"s0.out0", "s0.out0: element 0 is"},
		{"s0.grad0", "gradient of s0.in0: s0.grad0: element 0 is"},
	} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "goldens"))); err != nil {
			t.Fatal(err)
		}
		if c.name != "" {
			alter(t, filepath.Join(dir, "opinfo", "tanh.safetensors.gz"), c.name)
		}
		rep, err := runGoldens(dir, choice{})
		if err != nil {
			t.Fatal(err)
		}
		if len(rep.Ops) != 1 {
			t.Fatalf("%d operators", len(rep.Ops))
		}
		op := rep.Ops[0]
		switch {
		case op.Samples < 2:
			t.Errorf("%d samples", op.Samples)
		case c.name == "" && (op.Status != passed || op.SamplesPassed != op.Samples):
			t.Errorf("as it is: %s: %s", op.Status, op.Why)
		case c.name != "" && (op.Status != failed || op.SamplesPassed != op.Samples-1 || !strings.Contains(op.Why, c.why) || op.WorstError < 0.1):
			t.Errorf("%s altered: %s, %d of %d, worst %v: %s", c.name, op.Status, op.SamplesPassed, op.Samples, op.WorstError, op.Why)
		}
	}
}

// alter makes the first number of a tensor −3, which no tanh and none of its gradients here is.
func alter(t *testing.T, path, name string) {
	t.Helper()
	packed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	var tensors []safetensors.Tensor
	for _, n := range f.Names() {
		x, _ := f.Get(n)
		if n == name {
			x.Data = bytes.Clone(x.Data)
			copy(x.Data, []byte{0, 0, 0x40, 0xc0}) // −3
		}
		tensors = append(tensors, x)
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if err := errors.Join(safetensors.Write(w, tensors, nil), w.Close(), os.WriteFile(path, out.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// TestOpInfoReport checks the report's form, and that what cannot be read or written is an error.
func TestOpInfoReport(t *testing.T) {
	dir := filepath.Join("testdata", "goldens")
	rep, err := runGoldens(filepath.Join(dir, "opinfo"), choice{quick: true})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "report.json")
	if err := rep.write(path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	op := got["ops"].([]any)[0].(map[string]any)
	if keys := keysOf(got["totals"]); len(got) != 2 || keys != "failed missing ops passed samples samples_passed" {
		t.Errorf("the totals are %s", keys)
	}
	if keys := keysOf(op); keys != "op samples samples_passed status variant why worst_error" || op["op"] != "tanh" || op["status"] != "passed" {
		t.Errorf("an operator is %v", op)
	}
	if err := rep.write(filepath.Join(t.TempDir(), "none", "report.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a report in no folder: %v", err)
	}
	if _, err := runGoldens(t.TempDir(), choice{}); err == nil {
		t.Error("an empty folder is read")
	}
	broken := t.TempDir()
	if err := os.CopyFS(broken, os.DirFS(filepath.Join(dir, "opinfo"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(broken, "tanh.safetensors.gz"), 100); err != nil {
		t.Fatal(err)
	}
	if _, err := runGoldens(broken, choice{}); err == nil {
		t.Error("half a file is read")
	}
}

func keysOf(v any) string {
	return strings.Join(slices.Sorted(maps.Keys(v.(map[string]any))), " ")
}
