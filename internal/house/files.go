package house

import (
	"bytes"
	"fmt"
	"regexp"
)

// longest is how many lines a file that a person maintains may have. Half of it is a good size.
const longest = 900

// Lengths checks that no file has grown too long for one thing to be found in it.
func Lengths(t *Tree) []string {
	var problems []string
	for _, f := range t.Go {
		if n := bytes.Count(f.Source, []byte("\n")); n > longest && !f.Generated {
			problems = append(problems, fmt.Sprintf("%s: %d lines, more than %d: split it by what it does", f.Path, n, longest))
		}
	}
	return problems
}

// forbidden is what may not stay behind in a file, with the reason. The patterns are spelt so that they do not match
// themselves.
var forbidden = []struct {
	pattern *regexp.Regexp
	reason  string
}{
	{regexp.MustCompile(`\bT[O]DO\b`), "do it, or open an issue"},
	{regexp.MustCompile(`\bF[I]XME\b`), "fix it, or open an issue"},
	{regexp.MustCompile(`(?:^|[^\w.~/-])/(?:work|farm)/`), "a path of one machine"},
}

// Words checks that no file of text has a note to oneself or a path that exists on one machine only.
func Words(t *Tree) []string {
	var problems []string
	for _, f := range t.Text {
		n := 0
		for line := range bytes.Lines(f.Source) {
			n++
			for _, word := range forbidden {
				if found := word.pattern.Find(line); found != nil {
					problems = append(problems, fmt.Sprintf("%s:%d: %q: %s", f.Path, n, bytes.TrimSpace(found), word.reason))
				}
			}
		}
	}
	return problems
}
