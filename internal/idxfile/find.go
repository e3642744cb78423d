package idxfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Files are the files of one part of a data set: images, and a label for each.
type Files struct{ Images, Labels string }

// MissingError says that a folder does not have the files of a data set.
type MissingError struct {
	Folder string
	Names  []string // what is not there
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s has no %s", e.Folder, strings.Join(e.Names, ", no "))
}

// Names are what the four files of a data set are called whose names begin with prefix: the images and labels that
// train, and those that test.
func Names(prefix string) []string {
	return []string{prefix + "train-images-idx3-ubyte", prefix + "train-labels-idx1-ubyte",
		prefix + "t10k-images-idx3-ubyte", prefix + "t10k-labels-idx1-ubyte"}
}

// name matches what files are called in the wild: with a dot before "idx", as some programs unpack them, and "test"
// for "t10k", as the relatives of MNIST have it.
var name = regexp.MustCompile(`^(train|t10k|test)[-._](images|labels)[-.]idx\d-[a-z]+\d*(\.gz)?$`)

// Find finds the four files of a data set in a folder. Their names begin with prefix, and go on as those of MNIST do,
// with or without .gz. Where a file is there in both forms, the one that is not compressed is taken. Where files are
// missing the error is a *MissingError.
func Find(folder, prefix string) (train, test Files, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return train, test, err
	}
	var found [4]string // in the order of Names
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), prefix)
		m := name.FindStringSubmatch(rest)
		if !ok || m == nil || e.IsDir() {
			continue
		}
		i := 0
		if m[1] != "train" {
			i = 2
		}
		if m[2] == "labels" {
			i++
		}
		switch old := found[i]; {
		case old == "" || strings.TrimSuffix(old, ".gz") == e.Name():
			found[i] = e.Name()
		case strings.TrimSuffix(e.Name(), ".gz") != old:
			return train, test, fmt.Errorf("%s has %s and %s: which of them is meant?", folder, old, e.Name())
		}
	}
	missing := &MissingError{Folder: folder}
	for i, n := range Names(prefix) {
		if found[i] == "" {
			missing.Names = append(missing.Names, n)
		}
	}
	if missing.Names != nil {
		return train, test, missing
	}
	at := func(i int) string { return filepath.Join(folder, found[i]) }
	return Files{at(0), at(1)}, Files{at(2), at(3)}, nil
}

// Has reports whether a folder has a file whose name is that of one of a data set's with this prefix.
func Has(folder, prefix string) bool {
	entries, err := os.ReadDir(folder)
	return err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		rest, ok := strings.CutPrefix(e.Name(), prefix)
		return ok && name.MatchString(rest)
	})
}
