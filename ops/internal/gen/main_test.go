package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/flambeau-ml/flambeau/ops"
)

// TestCurrent checks that the generated files are what the table says.
func TestCurrent(t *testing.T) {
	files, err := generate(ops.Table())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", "..", "..", filepath.FromSlash(name)))
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the table says: run go generate ./ops", name)
		}
	}
}
