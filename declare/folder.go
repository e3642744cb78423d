package declare

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/flambeau-ml/flambeau/internal/atomicfile"
)

// The files of a run's folder.
const (
	weightsFile       = "model.safetensors"
	configFile        = "config.yaml"        // with every value written out
	preprocessingFile = "preprocessing.json" // what the codecs learned
	metricsFile       = "metrics.json"       // written last: who has it is done
	checkpointsFolder = "checkpoints"        // while training
)

// firstLine is how a configuration that a run wrote begins: by it a folder is known to be a run's.
const firstLine = "# A run of flambeau, with every value written out.\n"

// ErrFolder says that a folder is not one that a run may write into as it was asked to.
var ErrFolder = errors.New("the folder is taken")

// folderState is what stands in a run's folder.
type folderState struct {
	ours, done, begun bool // a run wrote it; it has a result; it has checkpoints
}

func inspect(dir string) (s folderState, empty bool, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return s, true, nil
	}
	if err != nil {
		return s, false, err
	}
	if f, err := os.Open(filepath.Join(dir, configFile)); err == nil {
		head := make([]byte, len(firstLine))
		_, err := io.ReadFull(f, head)
		f.Close()
		s.ours = err == nil && string(head) == firstLine
	}
	if !s.ours {
		return s, len(entries) == 0, nil
	}
	_, err = os.Stat(filepath.Join(dir, metricsFile))
	s.done = err == nil
	_, err = os.Stat(filepath.Join(dir, checkpointsFolder))
	s.begun = err == nil
	return s, false, nil
}

// prepare makes the folder of a run ready: new, or that of a run that may be replaced or resumed.
func prepare(dir string, o *TrainOptions) (folderState, error) {
	s, empty, err := inspect(dir)
	if err != nil {
		return s, err
	}
	switch {
	case empty, o.Force, s.ours && (o.Resume || !s.begun):
	case !s.ours:
		return s, fmt.Errorf("%w: %s is not empty, and nothing in it says that a run of flambeau wrote it "+
			"(--force writes into it all the same)", ErrFolder, dir)
	default:
		return s, fmt.Errorf("%w: %s has a run that is not finished (--resume goes on with it, --force begins anew)",
			ErrFolder, dir)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return s, err
	}
	if !o.Resume && s.begun || o.Force {
		if err := os.RemoveAll(filepath.Join(dir, checkpointsFolder)); err != nil {
			return s, err
		}
		s.begun = false
	}
	return s, nil
}

// writeFile writes text to a file of the folder, whole or not at all.
func writeFile(dir, name string, text []byte) error {
	return atomicfile.Write(filepath.Join(dir, name), 0o666, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// savedConfig is the configuration as a run's folder has it: with the path of the data from the root, for it is read
// from another folder.
func (c *Config) savedConfig() ([]byte, error) {
	text := c.text
	if c.Dataset != "digits" {
		key, path := "dataset", c.dataPath()
		sets := []string{"dataset_folder=null"}
		if named(c.Dataset) != nil { // it stays a name, in the folder where it was found
			set, _, err := c.idx()
			if err != nil {
				return nil, err
			}
			key, path, sets = "dataset_folder", set.folder, nil
		}
		abs, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		moved, err := Parse(c.file, c.text, append(sets, key+"="+quoteYAML(abs))...)
		if err != nil {
			return nil, err
		}
		text = moved.text
	}
	return append([]byte(firstLine), text...), nil
}

// quoteYAML writes s in single quotes, which YAML reads without escapes.
func quoteYAML(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// loadSaved reads the configuration of a run's folder.
func loadSaved(dir string) (*Config, error) {
	path := filepath.Join(dir, configFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s has no %s: it is not the folder of a run of flambeau train", dir, configFile)
	}
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(text, []byte(firstLine)) {
		return nil, fmt.Errorf("%s was not written by flambeau train", path)
	}
	return Parse(path, text)
}
