// Package house checks the rules that hold this module together and that no other tool knows: which room may import
// which, how long a file may grow, what has to be documented, and which words may not stay behind. Its tests run every
// check on the module it is part of.
package house

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Checks are the rules of the house. Each returns a message for every place that breaks it.
var Checks = []struct {
	Name  string
	Check func(*Tree) []string
}{
	{"imports", Imports},
	{"lengths", Lengths},
	{"package docs", PackageDocs},
	{"docs", Docs},
	{"words", Words},
}

// A Tree is a module's files as they lie on the disk, whatever build constraints they carry.
type Tree struct {
	Module string // the module's path
	Go     []*File
	Text   []*File // every file of text, those in Go too
}

// A File is one file of a tree.
type File struct {
	Path      string // from the module's root, with slashes
	Source    []byte
	Syntax    *ast.File // nil unless the file is Go
	Generated bool      // a program wrote it, and says so as Go asks
	fset      *token.FileSet
}

// Dir returns the folder of the file, "." for the module's root.
func (f *File) Dir() string { return path.Dir(f.Path) }

// Test says whether the file is part of a test.
func (f *File) Test() bool { return strings.HasSuffix(f.Path, "_test.go") }

// at returns a position in the file as "path:line".
func (f *File) at(pos token.Pos) string {
	return fmt.Sprintf("%s:%d", f.Path, f.fset.Position(pos).Line)
}

// Root returns the nearest folder, from dir upwards, that has a go.mod.
func Root(dir string) (string, error) {
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod in this folder or any above it")
		}
		dir = parent
	}
}

// biggest is the size from which a file is taken for data.
const biggest = 1 << 20

// Load reads the module at root. Folders called testdata are left out, and so are Git's own and modules nested in this
// one; of other folders that begin with a dot, Go files are left out, as the go command does.
func Load(root string) (*Tree, error) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, err
	}
	t := &Tree{Module: modulePath(mod)}
	if t.Module == "" {
		return nil, fmt.Errorf("%s names no module", filepath.Join(root, "go.mod"))
	}
	fset := token.NewFileSet()
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if skipped(root, rel) {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		if info, err := d.Info(); err != nil || info.Size() > biggest && path.Ext(rel) != ".go" {
			return err
		}
		source, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return t.add(fset, rel, source)
	})
	return t, err
}

// skipped says whether the folder rel of the module at root is left out of its tree.
func skipped(root, rel string) bool {
	if rel == "." {
		return false
	}
	base := path.Base(rel)
	_, err := os.Stat(filepath.Join(root, filepath.FromSlash(rel), "go.mod"))
	return base == ".git" || base == "testdata" || err == nil
}

// add puts a file into the tree, if it is Go or other text.
func (t *Tree) add(fset *token.FileSet, rel string, source []byte) error {
	if bytes.IndexByte(source, 0) >= 0 {
		return nil // not text
	}
	f := &File{Path: rel, Source: source, fset: fset}
	t.Text = append(t.Text, f)
	if path.Ext(rel) != ".go" || strings.HasPrefix(rel, ".") || strings.Contains(rel, "/.") {
		return nil
	}
	syntax, err := parser.ParseFile(fset, rel, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	f.Syntax = syntax
	f.Generated = ast.IsGenerated(syntax)
	t.Go = append(t.Go, f)
	return nil
}

// modulePath returns the path that a go.mod gives its module, or "".
func modulePath(mod []byte) string {
	for line := range strings.Lines(string(mod)) {
		if fields := strings.Fields(line); len(fields) >= 2 && fields[0] == "module" {
			return strings.Trim(fields[1], `"`)
		}
	}
	return ""
}
