package declare

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flambeau-ml/flambeau/internal/idxfile"
	"go.yaml.in/yaml/v3"
)

// dataVariable is the environment variable that names a folder of data sets.
const dataVariable = "FLAMBEAU_DATA"

// namedSet is a data set that a configuration may name, and whose files the user has: IDX files in a folder.
type namedSet struct {
	name, title string
	places      []string // folders in which a system's packages put it
	get         string   // how to come by the files
}

var namedSets = []namedSet{
	{name: "mnist", title: "MNIST", get: "MNIST is published as these four files, with .gz at the end of their names"},
	{name: "fashion_mnist", title: "Fashion-MNIST", places: []string{"/usr/share/datasets/fashion-mnist"},
		get: "Debian's package dataset-fashion-mnist has them: apt-get install dataset-fashion-mnist"},
}

// named is the data set of that name, nil where there is none.
func named(name string) *namedSet {
	i := slices.IndexFunc(namedSets, func(s namedSet) bool { return s.name == name })
	if i < 0 {
		return nil
	}
	return &namedSets[i]
}

// dataNames are the names that the key dataset may have.
func dataNames() []string {
	names := []string{"digits"}
	for _, s := range namedSets {
		names = append(names, s.name)
	}
	return names
}

// folders are where the files of the data set may be, for a configuration that lies in the folder home. One that says
// the folder itself means that one, or the one in it that is called as the data set is.
func (s *namedSet) folders(home, given string) []string {
	below := func(dir string) []string {
		all := []string{filepath.Join(dir, s.name)}
		if dashed := strings.ReplaceAll(s.name, "_", "-"); dashed != s.name {
			all = append(all, filepath.Join(dir, dashed))
		}
		return all
	}
	if given != "" {
		dir := under(home, given)
		return append([]string{dir}, below(dir)...)
	}
	var all []string
	if dir := os.Getenv(dataVariable); dir != "" {
		all = below(dir)
	}
	return append(append(all, below(home)...), s.places...)
}

// idxSet is a data set of IDX files: where they are, and how their names begin.
type idxSet struct{ folder, prefix string }

// idxAt says whether path is that of IDX files: the folder that has them, or what their names begin with in it.
func idxAt(path string) (set idxSet, ok bool) {
	info, err := os.Stat(path)
	if err == nil {
		return idxSet{folder: path}, info.IsDir()
	}
	dir, prefix := filepath.Dir(path), filepath.Base(path)+"-"
	return idxSet{dir, prefix}, idxfile.Has(dir, prefix)
}

// idx says whether the data set of the configuration is one of IDX files, and where these are.
func (c *Config) idx() (set idxSet, ok bool, err error) {
	s := named(c.Dataset)
	if s == nil {
		set, ok = idxAt(c.dataPath())
		return set, ok, nil
	}
	folders := s.folders(filepath.Dir(c.file), c.DatasetFolder)
	tried := make([]string, len(folders))
	for i, dir := range folders {
		_, _, err := idxfile.Find(dir, "")
		if err == nil {
			return idxSet{folder: dir}, true, nil
		}
		var missing *idxfile.MissingError
		if !errors.As(err, &missing) || len(missing.Names) < len(idxfile.Names("")) {
			return set, true, c.errorAt("dataset", "%v", err) // some of the files are there: this is the folder
		}
		tried[i] = dir
	}
	hint := ""
	if c.DatasetFolder == "" {
		hint = fmt.Sprintf("; name their folder with dataset_folder (flambeau train --data FOLDER), or with the environment "+
			"variable %s a folder in which they are in a folder %s", dataVariable, s.name)
	}
	return set, true, c.errorAt("dataset", "the files of %s are not there: looked for %s (also with .gz, and with .idx for "+
		"-idx) in %s%s. %s", s.title, strings.Join(idxfile.Names(""), ", "), strings.Join(tried, ", "), hint, s.get)
}

// under is path, which begins in the folder dir where it is relative.
func under(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// ownSplit makes a configuration that does not say how its data is divided say that the data does it, where it does.
func (c *checker) ownSplit(root *yaml.Node) {
	if root.Kind != yaml.MappingNode {
		return
	}
	text := func(key string) string {
		if n := child(root, key); n != nil && n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
			return n.Value
		}
		return ""
	}
	name := text("dataset")
	if name == "" || name == "digits" {
		return
	}
	if named(name) == nil {
		if _, ok := idxAt(under(under(filepath.Dir(c.file), text("dataset_folder")), name)); !ok {
			return
		}
	}
	own := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{plain("split"), plain("fixed")}}
	switch at := child(root, "preprocessing"); {
	case at == nil:
		root.Content = append(root.Content, plain("preprocessing"), own)
	case at.Kind == yaml.MappingNode && child(at, "split") == nil:
		at.Content = append(at.Content, own.Content...)
	}
}

// child is the value of a key of a mapping, nil where it has none.
func child(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			if v := n.Content[i+1]; v.Kind != yaml.AliasNode {
				return v
			}
			return n.Content[i+1].Alias
		}
	}
	return nil
}
