package house

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// rooms is the plan of the house: for each room, a top-level folder of the module, the rooms it may import, besides
// itself and what those may import. A star stands for one element of a path. Tests may import anything.
//
// Imports point at graph from both sides, and there is no way around it: a new arrow here is a change of the design.
var rooms = []struct {
	room, imports string
}{
	// The waist, and what is written in its terms.
	{"graph", ""},
	{"internal", "graph"},
	{"rewrite", "graph"},
	{"ops", "graph"},
	{"backend", "graph"},
	{"backend/*", "rewrite backend internal"},
	{"format", "ops internal"},
	{"internal/goldens", "format"}, // reads what tests compare with, which lies in files of a format

	// Tensors and functions of tensors.
	{"tensor", "ops rewrite backend/cpu internal"},
	{"profile", "tensor"},
	{"transform", "tensor"},
	{"compile", "tensor"},
	{"distributions", "tensor"},

	// What people write with.
	{"nn", "transform compile format"},
	{"optim", "nn"},
	{"data", "transform compile format"},
	{"dist", "nn optim data"},
	{"train", "nn optim data dist"},
	{"declare", "train"},
	{"launch", "dist"},
	{"tune", "declare launch"},
	{"zoo", "declare"},
	{"serve", "zoo"},
	{"bench", "serve profile"},
	{"studio", "serve"},
	{"cmd", ". bench studio launch tune"},
	{"examples", "bench studio launch tune"},
	{"docs", "train"}, // a test runs what the pages show

	// The module's own page.
	{".", ""},
}

// Imports checks the imports between the rooms of the module against the plan.
func Imports(t *Tree) []string {
	var problems []string
	strange := map[string]bool{}
	for _, f := range t.Go {
		from := roomOf(f.Dir())
		if !planned(from) {
			if !strange[from] {
				strange[from] = true
				problems = append(problems, fmt.Sprintf(
					"%s: the room %q is not in the plan: give it a line in internal/house/imports.go", f.Path, from))
			}
			continue
		}
		if f.Test() {
			continue
		}
		allowed := mayImport(from)
		for _, spec := range f.Syntax.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue // the parser has accepted it, so this is not reached
			}
			dir, ours := within(t.Module, name)
			if !ours {
				continue
			}
			to := roomOf(dir)
			if to != from && !slices.ContainsFunc(allowed, func(pattern string) bool { return matches(pattern, to) }) {
				problems = append(problems, fmt.Sprintf(
					"%s: imports %s, but %s may import %s", f.at(spec.Pos()), name, from, list(allowed)))
			}
		}
	}
	return problems
}

// roomOf returns the room that a folder belongs to: its first element, or for an implementation of the device contract
// its first two, as for a part of internal that has a line of its own.
func roomOf(dir string) string {
	first, rest, _ := strings.Cut(dir, "/")
	if rest == "" {
		return first
	}
	second, _, _ := strings.Cut(rest, "/")
	if name := first + "/" + second; first == "backend" || name == "internal/goldens" {
		return name
	}
	return first
}

// planned says whether the plan has a room.
func planned(room string) bool {
	for _, r := range rooms {
		if matches(r.room, room) {
			return true
		}
	}
	return false
}

// mayImport returns the rooms that a room may import: those of its line in the plan, and those of their lines.
func mayImport(room string) []string {
	var allowed []string
	for next := []string{room}; len(next) > 0; {
		var found []string
		for _, r := range rooms {
			if !slices.ContainsFunc(next, func(room string) bool { return matches(r.room, room) }) {
				continue
			}
			for _, name := range strings.Fields(r.imports) {
				if !slices.Contains(allowed, name) {
					allowed = append(allowed, name)
					found = append(found, name)
				}
			}
		}
		next = found
	}
	slices.Sort(allowed)
	return allowed
}

// matches says whether a room is meant by an element of the plan.
func matches(pattern, room string) bool {
	ok, err := path.Match(pattern, room)
	return ok && err == nil
}

// within returns the folder of a package of the module, and whether it is one.
func within(module, pkg string) (dir string, ok bool) {
	if pkg == module {
		return ".", true
	}
	return strings.CutPrefix(pkg, module+"/")
}

// list returns names as a sentence has them.
func list(names []string) string {
	if len(names) == 0 {
		return "nothing of this module"
	}
	return "only " + strings.Join(names, ", ")
}
