package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// TestPage checks that the committed page is the one that the table makes, and has a row for each primitive.
func TestPage(t *testing.T) {
	want := page()
	got, err := os.ReadFile("../../../docs/primitives.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/primitives.md is not what the table says: run go generate ./graph")
	}
	rows := strings.Count(string(want), "\n| `")
	if n := len(graph.Primitives()); rows != n {
		t.Errorf("%d rows for %d primitives", rows, n)
	}
	for _, row := range []string{
		"| `mul` | 2 | x · y | 0, 1 | yes |  |",
		"| `add` | 2 | x + y | 0, 1, together | yes |  |",
		"| `eq` | 2 | x = y |  | none: the result is bool |  |",
		"| `concat` | 1 or more |",
		"| `gather` | 2 |",
	} {
		if !strings.Contains(string(want), "\n"+row) {
			t.Errorf("no row %s", row)
		}
	}
}
