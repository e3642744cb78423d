package house

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestHouse runs every check on this module.
func TestHouse(t *testing.T) {
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	root, err := Root(here)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := Load(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range Checks {
		t.Run(c.Name, func(t *testing.T) {
			for _, problem := range c.Check(tree) {
				t.Error(problem)
			}
		})
	}
}

// fake writes a module of the given files and loads it.
func fake(t *testing.T, files map[string]string) *Tree {
	t.Helper()
	root := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.com/m\n\ngo 1.26\n")
	for name, text := range files {
		write(name, text)
	}
	tree, err := Load(root)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// importing returns a Go file that imports packages of the fake module.
func importing(pkg string, paths ...string) string {
	text := "package " + pkg + "\n"
	for _, p := range paths {
		text += "import _ \"" + p + "\"\n"
	}
	return text
}

// long returns a Go file of n lines.
func long(n int, first string) string {
	return first + strings.Repeat("\n", n-1) + "package p\n"
}

func TestChecks(t *testing.T) {
	// Forbidden words, spelt so that this file does not have them.
	do, fix, here := "TO"+"DO", "FIX"+"ME", "/wo"+"rk/"
	for _, c := range []struct {
		name  string
		check func(*Tree) []string
		files map[string]string
		want  []string // a part of each message, in order; none for a tree in order
	}{
		{"waist", Imports, map[string]string{
			"graph/a.go": importing("graph", "fmt", "example.com/m/internal/x", "example.com/mm/nn"),
		}, []string{"graph/a.go:3: imports example.com/m/internal/x, but graph may import nothing of this module"}},
		{"waist, tests", Imports, map[string]string{
			"graph/a_test.go": importing("graph_test", "example.com/m/tensor"),
		}, nil},
		{"upward", Imports, map[string]string{
			"rewrite/a.go":        importing("rewrite", "example.com/m/graph", "example.com/m/ops"),
			"ops/a.go":            importing("ops", "example.com/m/graph", "example.com/m/tensor"),
			"ops/gen/main.go":     importing("main", "example.com/m/ops", "example.com/m/tensor"),
			"internal/x/a.go":     importing("x", "example.com/m/graph", "example.com/m/internal/y", "example.com/m/ops"),
			"format/onnx/a.go":    importing("onnx", "example.com/m/ops", "example.com/m/format", "example.com/m/tensor"),
			"transform/a.go":      importing("transform", "example.com/m/tensor", "example.com/m/nn"),
			"zoo/vision/a.go":     importing("vision", "example.com/m/declare", "example.com/m/serve"),
			"examples/mnist/a.go": importing("main", "example.com/m/zoo/vision", "example.com/m/cmd/flambeau"),
		}, []string{
			"examples/mnist/a.go:3: imports example.com/m/cmd/flambeau",
			"format/onnx/a.go:4: imports example.com/m/tensor",
			"internal/x/a.go:4: imports example.com/m/ops, but internal may import only graph",
			"ops/a.go:3: imports example.com/m/tensor",
			"ops/gen/main.go:3: imports example.com/m/tensor",
			"rewrite/a.go:3: imports example.com/m/ops, but rewrite may import only graph",
			"transform/a.go:3: imports example.com/m/nn",
			"zoo/vision/a.go:3: imports example.com/m/serve",
		}},
		{"backends", Imports, map[string]string{
			"backend/a.go":         importing("backend", "example.com/m/graph", "example.com/m/rewrite"),
			"backend/cpu/jit/a.go": importing("jit", "example.com/m/rewrite", "example.com/m/backend", "example.com/m/backend/cpu"),
			"backend/webgpu/a.go":  importing("webgpu", "example.com/m/internal/x", "example.com/m/backend/cpu"),
			"backend/webgpu/b.go":  importing("webgpu", "example.com/m/ops"),
			"tensor/a.go":          importing("tensor", "example.com/m/backend/cpu", "example.com/m/backend", "example.com/m/rewrite"),
			"tensor/b.go":          importing("tensor", "example.com/m/backend/webgpu"),
			"nn/a.go":              importing("nn", "example.com/m/graph", "example.com/m/backend/cpu", "example.com/m/compile"),
			"cmd/flambeau/main.go": importing("main", "example.com/m", "example.com/m/optim", "example.com/m/studio"),
		}, []string{
			"backend/a.go:3: imports example.com/m/rewrite, but backend may import only graph",
			"backend/webgpu/a.go:3: imports example.com/m/backend/cpu, but backend/webgpu may import only backend, graph, internal, rewrite",
			"backend/webgpu/b.go:2: imports example.com/m/ops",
			"tensor/b.go:2: imports example.com/m/backend/webgpu",
		}},
		{"new room", Imports, map[string]string{
			"attic/a.go":       importing("attic"),
			"attic/b.go":       importing("attic"),
			"cellar/a_test.go": importing("cellar"),
		}, []string{`attic/a.go: the room "attic" is not in the plan`, `cellar/a_test.go: the room "cellar"`}},
		{"nested module", Imports, map[string]string{
			"cloud/go.mod": "module example.com/m/cloud\n",
			"cloud/a.go":   importing("cloud", "example.com/m/nn"),
		}, nil},
		{"lengths", Lengths, map[string]string{
			"graph/a.go":          long(longest+1, ""),
			"graph/b.go":          long(longest, ""),
			"graph/c.go":          long(longest+1, "// Code generated by gen. DO NOT EDIT."),
			"graph/d_test.go":     long(longest+1, "// Code generated by hand."),
			"graph/testdata/e.go": long(longest+1, ""),
		}, []string{"graph/a.go: 901 lines", "graph/d_test.go: 901 lines"}},
		{"package docs", PackageDocs, map[string]string{
			"a/doc.go":      "// Package a is fine.\npackage a\n",
			"a/other.go":    "package a\n",
			"a/a_test.go":   "package a_test\n",
			"a/gen.go":      "//go:build ignore\n\n// Command gen writes a.\npackage main\n",
			"b/b.go":        "// The b package is not.\npackage b\n",
			"c/c.go":        "// Package c\n\npackage c\n",
			"d/d.go":        "// Package dd is another.\npackage d\n",
			"cmd/e/main.go": "// Command e is fine.\npackage main\n",
			"cmd/f/x.go":    "// Package main is not.\npackage main\n",
			"t/t_test.go":   "package t\n",
			"root.go":       "//go:build never\n\npackage m\n",
		}, []string{
			`b/b.go: package b has no doc comment that begins "Package b"`,
			`c/c.go: package c`,
			`cmd/f/x.go: package main has no doc comment that begins "Command f"`,
			`d/d.go: package d`,
			`root.go: package m`,
		}},
		{"docs", Docs, map[string]string{
			"a/a.go": `package a

func F() {}

// G is documented.
func G() {}

//go:noinline
func H() {}

type T[X any] struct{}

func (T[X]) M() {}

type t struct{}

func (t) M() {}

// U is documented.
type U int

func (u *U) m() {}

func (u *U) N() {}

func (u *U) String() string { return "" }

// A group of types.
type (
	V int
	// W is documented.
	W int
)

// A group of constants.
const (
	C = 1
	D = 2
)

var (
	E = 1 // E is documented
	I, j = 1, 2
)
`,
			"a/a_test.go":           "package a\n\nfunc TestA() {}\n",
			"a/gen.go":              "// Code generated by gen. DO NOT EDIT.\n\npackage a\n\nfunc Gen() {}\n",
			"internal/b/b.go":       "package b\n\nfunc F() {}\n",
			"backend/internal/b.go": "package b\n\nfunc F() {}\n",
		}, []string{
			"a/a.go:3: F is exported", "a/a.go:9: H ", "a/a.go:11: T ", "a/a.go:13: M ", "a/a.go:24: N ", "a/a.go:30: V ", "a/a.go:43: I ",
		}},
		{"words", Words, map[string]string{
			"a/a.go":          "package a\n\n// " + do + ": later\n",
			"b.md":            "see `" + here + "main` and " + fix + "\nand internal" + here + "x or ~" + here + "y\nor AUTO" + do + "C\n",
			".ci/run":         "cd " + here + "main\n",
			".git/config":     "cd " + here + "main\n",
			"a/testdata/x.md": do + "\n",
			"binary.md":       "\x00" + do + "\n",
		}, []string{`.ci/run:1: "/wo`, "a/a.go:3: \"TO", "b.md:1: \"FIX", "b.md:1: \"`/wo"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.check(fake(t, c.files))
			for i := range max(len(got), len(c.want)) {
				switch {
				case i >= len(c.want):
					t.Errorf("not expected: %s", got[i])
				case i >= len(got):
					t.Errorf("missing: %s", c.want[i])
				case !strings.Contains(got[i], c.want[i]):
					t.Errorf("message %d is\n%s\nwant\n%s", i, got[i], c.want[i])
				}
			}
		})
	}
}

func TestLoadFails(t *testing.T) {
	root := t.TempDir()
	if _, err := Load(root); err == nil {
		t.Error("a folder without go.mod is loaded")
	}
	if _, err := Root(root); err == nil {
		t.Skip("the system's temporary folder is inside of a module")
	}
	for name, text := range map[string]string{"go.mod": "module m\n", "a.go": "package\n"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Load(root); err == nil || !strings.Contains(err.Error(), "a.go:1") {
		t.Errorf("a file that is not Go is reported as %v", err)
	}
}

// TestPlan checks the plan itself: every room it names has a line, and no room may import one that may import it.
func TestPlan(t *testing.T) {
	for _, r := range rooms {
		for _, next := range strings.Fields(r.imports) {
			if !planned(next) {
				t.Errorf("%s may import %s, which has no line", r.room, next)
			}
		}
		for _, next := range mayImport(r.room) {
			if slices.Contains(mayImport(next), r.room) {
				t.Errorf("%s and %s may import each other", r.room, next)
			}
		}
	}
}
