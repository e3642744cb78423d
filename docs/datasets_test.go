package docs_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDatasetsPage runs the program of datasets.md, with a small data set in the place of the system's.
func TestDatasetsPage(t *testing.T) {
	page, err := os.ReadFile("datasets.md")
	if err != nil {
		t.Fatal(err)
	}
	m := blocks.FindStringSubmatch(string(page))
	if m == nil {
		t.Fatal("the page has no program")
	}
	const system = `"/usr/share/datasets/fashion-mnist"`
	if !strings.Contains(m[1], system) {
		t.Fatalf("the program does not read %s", system)
	}
	dir := t.TempDir()
	for name, shape := range map[string][]int{
		"train-images-idx3-ubyte": {3, 28, 28}, "train-labels-idx1-ubyte": {3},
		"t10k-images-idx3-ubyte": {2, 28, 28}, "t10k-labels-idx1-ubyte": {2},
	} {
		b, size := []byte{0, 0, 8, byte(len(shape))}, 1
		for _, n := range shape {
			b, size = binary.BigEndian.AppendUint32(b, uint32(n)), size*n
		}
		if err := os.WriteFile(filepath.Join(dir, name), append(b, make([]byte, size)...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	src := "package main\n\nimport (\n\t\"fmt\"\n\t\"log\"\n\n\t\"github.com/flambeau-ml/flambeau/data\"\n)\n\nfunc main() {\n" +
		strings.Replace(m[1], system, fmt.Sprintf("%q", dir), 1) + "\t_ = loader\n}\n"
	run(t, src, "3 2 [1 28 28]\n")
}
