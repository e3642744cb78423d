package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestCurrent checks that the page is what the table says.
func TestCurrent(t *testing.T) {
	got, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "primitives.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, page()) {
		t.Error("docs/primitives.md is not what the table says: run go generate ./graph")
	}
}
