package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
)

// PackageDocs checks that every package says in one of its files what it is, and begins as Go's tools expect: "Package
// x", or for a program "Command x".
func PackageDocs(t *Tree) []string {
	type key struct{ dir, name string }
	packages := map[key][]*File{}
	var order []key
	for _, f := range t.Go {
		if f.Test() {
			continue
		}
		k := key{f.Dir(), f.Syntax.Name.Name}
		if packages[k] == nil {
			order = append(order, k)
		}
		packages[k] = append(packages[k], f)
	}
	var problems []string
	for _, k := range order {
		files := packages[k]
		want := []string{"Package " + k.name}
		if k.name == "main" {
			// A program is called as its folder is, a generator that shares another package's folder as its file.
			folder := k.dir
			if folder == "." {
				folder = t.Module
			}
			want = []string{"Command " + path.Base(folder)}
			for _, f := range files {
				want = append(want, "Command "+strings.TrimSuffix(path.Base(f.Path), ".go"))
			}
		}
		if !slices.ContainsFunc(files, func(f *File) bool { return begins(f.Syntax.Doc, want) }) {
			problems = append(problems, fmt.Sprintf(
				"%s: package %s has no doc comment that begins %q", files[0].Path, k.name, want[0]))
		}
	}
	return problems
}

// begins says whether a comment begins with one of the given words and goes on.
func begins(doc *ast.CommentGroup, want []string) bool {
	return slices.ContainsFunc(want, func(words string) bool {
		rest, ok := strings.CutPrefix(doc.Text(), words)
		return ok && strings.HasPrefix(rest, " ")
	})
}

// Docs checks that every exported identifier has a doc comment, in the packages that a user can import.
func Docs(t *Tree) []string {
	var problems []string
	for _, f := range t.Go {
		if f.Test() || f.Generated || slices.Contains(strings.Split(f.Dir(), "/"), "internal") {
			continue
		}
		missing := func(name *ast.Ident) {
			problems = append(problems, fmt.Sprintf("%s: %s is exported and has no doc comment", f.at(name.Pos()), name.Name))
		}
		for _, decl := range f.Syntax.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Name.IsExported() && exportedReceiver(decl) && decl.Doc.Text() == "" && !wellKnown(decl) {
					missing(decl.Name)
				}
			case *ast.GenDecl:
				for _, name := range undocumented(decl) {
					missing(name)
				}
			}
		}
	}
	return problems
}

// wellKnown says whether a method is one whose name says all there is to say.
func wellKnown(decl *ast.FuncDecl) bool {
	switch decl.Name.Name {
	case "Error", "String", "Unwrap":
		return decl.Recv != nil
	}
	return false
}

// exportedReceiver says whether a function is none's method, or that of an exported type.
func exportedReceiver(decl *ast.FuncDecl) bool {
	if decl.Recv == nil || len(decl.Recv.List) == 0 {
		return true
	}
	expr := decl.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.ParenExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.IsExported()
		default:
			return false
		}
	}
}

// undocumented returns the exported names of a declaration that nothing is said about. One comment speaks for all
// constants or variables of a group, but each type needs its own.
func undocumented(decl *ast.GenDecl) []*ast.Ident {
	var names []*ast.Ident
	group := decl.Doc.Text() != ""
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			grouped := decl.Lparen != token.NoPos
			if spec.Name.IsExported() && spec.Doc.Text() == "" && (grouped || !group) {
				names = append(names, spec.Name)
			}
		case *ast.ValueSpec:
			if group || spec.Doc.Text() != "" || spec.Comment.Text() != "" {
				continue
			}
			for _, name := range spec.Names {
				if name.IsExported() {
					names = append(names, name)
				}
			}
		}
	}
	return names
}
