package rewrite

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/flambeau-ml/flambeau/graph"
)

// dumps numbers the dumps of this process.
var dumps atomic.Int64

// DumpDir makes the directory dir and gives a dump for Run that writes, for each pass that changed a graph, two text
// files to it: 0007-mlp-simplify-before.txt and 0007-mlp-simplify-after.txt, numbered in the order of the passes of
// this process. The files are for people: one that cannot be written is reported on standard error, and the program
// goes on.
func DumpDir(dir string) (dump func(pass string, before, after *graph.Func), err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	return func(pass string, before, after *graph.Func) {
		stem := fmt.Sprintf("%04d-%s-%s", dumps.Add(1), fileName(before.Name), pass)
		for _, x := range []struct {
			when string
			f    *graph.Func
		}{{"before", before}, {"after", after}} {
			if err := os.WriteFile(filepath.Join(dir, stem+"-"+x.when+".txt"), []byte(x.f.String()), 0o666); err != nil {
				fmt.Fprintln(os.Stderr, "flambeau: dump:", err)
			}
		}
	}, nil
}

// fileName is name with what does not belong into the name of a file replaced.
func fileName(name string) string {
	if name == "" {
		return "func"
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_':
			return r
		}
		return '_'
	}, name)
}
