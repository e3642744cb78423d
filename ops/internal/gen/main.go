// Command gen writes what follows from the table of operators: the methods and functions of package tensor, the
// options they take, and the page docs/operators.md. Run it with go generate.
package main

import (
	"fmt"
	"go/format"
	"os"
	"path/filepath"

	"github.com/flambeau-ml/flambeau/ops"
)

func main() {
	files, err := generate(ops.Table())
	if err == nil {
		err = write("..", files)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// generate makes the files, by their paths from the module's root.
func generate(table []*ops.Op) (map[string][]byte, error) {
	var entries []*entry
	for _, op := range table {
		if op.GoName() != "" {
			entries = append(entries, newEntry(op))
		}
	}
	kinds, err := optionKinds(entries)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"docs/operators.md": page(table)}
	for name, source := range map[string]string{
		"tensor/methods_gen.go": methods(entries, kinds, true),
		"tensor/funcs_gen.go":   methods(entries, kinds, false),
		"tensor/options_gen.go": options(kinds),
	} {
		b, err := format.Source([]byte(source))
		if err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", name, err, source)
		}
		files[name] = b
	}
	return files, nil
}

func write(root string, files map[string][]byte) error {
	for name, b := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			return err
		}
	}
	return nil
}
