package train

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/flambeau-ml/flambeau/internal/atomicfile"
)

// store is a folder of checkpoints. The files of each have names of their own; a manifest that names them is replaced
// once they are safe on disk, and only then are the files of older ones deleted.
type store struct {
	dir string
}

const (
	manifestName = "checkpoint.json"
	previousName = "checkpoint-previous.json" // the manifest before: its files are kept, to fall back on
	formatName   = "flambeau-checkpoint/1"
)

// manifest is what a checkpoint consists of.
type manifest struct {
	Format   string `json:"format"`
	Sequence int    `json:"sequence"` // in the names of the files
	Files    []file `json:"files"`
	Checksum string `json:"checksum"` // SHA-256 of this manifest with nothing here
}

// file is one file of a checkpoint.
type file struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// content is a file to write.
type content struct {
	kind, ext string
	write     func(io.Writer) error
}

// ours matches the names of files that a manifest may name.
var ours = regexp.MustCompile(`^(` + modelFile + `|` + trainingFile + `|` + stateFile + `)-[0-9]+\.(safetensors|json)$`)

func (s *store) path(name string) string { return filepath.Join(s.dir, name) }

// exists reports whether there is a checkpoint, be it damaged.
func (s *store) exists() (bool, error) {
	for _, name := range []string{manifestName, previousName} {
		_, err := os.Stat(s.path(name))
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return err == nil, err
		}
	}
	return false, nil
}

// save writes a checkpoint. After an error the one before is as it was.
func (s *store) save(contents []content) (err error) {
	sequence, err := s.nextSequence()
	if err != nil {
		return fmt.Errorf("saving a checkpoint: %w", err)
	}
	m := &manifest{Format: formatName, Sequence: sequence}
	defer func() {
		if err == nil {
			return
		}
		err = fmt.Errorf("saving a checkpoint: %w", err)
		if now, e := s.manifest(manifestName); e == nil && now.Sequence == sequence {
			return // it is in place, though it might not outlive a crash
		}
		for _, f := range m.Files {
			os.Remove(s.path(f.Name))
		}
	}()
	for _, c := range contents {
		f, err := s.write(fmt.Sprintf("%s-%d%s", c.kind, sequence, c.ext), c.write)
		if err != nil {
			return err
		}
		f.Kind = c.kind
		m.Files = append(m.Files, f)
	}
	if old, err := os.ReadFile(s.path(manifestName)); err == nil {
		if _, err := parseManifest(old); err == nil { // a damaged one is no good to fall back on
			if err := s.put(previousName, old); err != nil {
				return err
			}
		}
	}
	text, err := m.encode()
	if err != nil {
		return err
	}
	if err := s.put(manifestName, text); err != nil {
		return err
	}
	s.clean()
	return nil
}

func (s *store) put(name string, text []byte) error {
	return atomicfile.Write(s.path(name), 0o666, func(w io.Writer) error { _, err := w.Write(text); return err })
}

// write writes one file and says what it is.
func (s *store) write(name string, fn func(io.Writer) error) (file, error) {
	h := sha256.New()
	n := counter(0)
	err := atomicfile.Write(s.path(name), 0o666, func(w io.Writer) error { return fn(io.MultiWriter(w, h, &n)) })
	return file{Name: name, Size: int64(n), SHA256: hex.EncodeToString(h.Sum(nil))}, err
}

// counter counts what is written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

// nextSequence is larger than that of any file there.
func (s *store) nextSequence() (int, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return 0, err
	}
	last := 0
	for _, e := range entries {
		if !ours.MatchString(e.Name()) {
			continue
		}
		var n int
		base := e.Name()[bytes.IndexByte([]byte(e.Name()), '-')+1:]
		if _, err := fmt.Sscanf(base, "%d", &n); err == nil {
			last = max(last, n)
		}
	}
	return last + 1, nil
}

// clean deletes what no manifest names: the files of older checkpoints, and what a killed process left. What cannot be
// deleted stays.
func (s *store) clean() {
	keep := map[string]bool{}
	for _, name := range []string{manifestName, previousName} {
		m, err := s.manifest(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return // better keep too much
		}
		for _, f := range m.Files {
			keep[f.Name] = true
		}
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		left, _ := filepath.Match(atomicfile.TempPattern, e.Name())
		if left || ours.MatchString(e.Name()) && !keep[e.Name()] {
			os.Remove(s.path(e.Name()))
		}
	}
}

// encode is the manifest's text, with its checksum.
func (m *manifest) encode() ([]byte, error) {
	sum, err := m.sum()
	if err != nil {
		return nil, err
	}
	c := *m
	c.Checksum = sum
	text, err := json.MarshalIndent(c, "", "\t")
	return append(text, '\n'), err
}

func (m *manifest) sum() (string, error) {
	c := *m
	c.Checksum = ""
	text, err := json.Marshal(c)
	h := sha256.Sum256(text)
	return hex.EncodeToString(h[:]), err
}

func (s *store) manifest(name string) (*manifest, error) {
	text, err := os.ReadFile(s.path(name))
	if err != nil {
		return nil, err
	}
	m, err := parseManifest(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.path(name), err)
	}
	return m, nil
}

func parseManifest(text []byte) (*manifest, error) {
	m := &manifest{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(m); err != nil {
		return nil, fmt.Errorf("damaged: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("damaged: something follows it")
	}
	if m.Format != formatName {
		return nil, fmt.Errorf("it is of format %q, not %q", m.Format, formatName)
	}
	if sum, err := m.sum(); err != nil || sum != m.Checksum {
		return nil, errors.New("damaged: its checksum does not fit")
	}
	for _, f := range m.Files {
		if !ours.MatchString(f.Name) {
			return nil, fmt.Errorf("it names the file %q", f.Name)
		}
	}
	return m, nil
}

// load reads the checkpoint, by the kinds of its files, and checks them. Where it is damaged, fallback takes the one
// before.
func (s *store) load(fallback bool) (map[string][]byte, error) {
	files, err := s.loadFrom(manifestName)
	if err == nil {
		return files, nil
	}
	if !fallback {
		if _, e := s.manifest(previousName); e == nil {
			err = fmt.Errorf("%w (the checkpoint before it may be good: resume with the fallback)", err)
		}
		return nil, err
	}
	files, before := s.loadFrom(previousName)
	if before != nil {
		return nil, fmt.Errorf("%w; and the one before it: %w", err, before)
	}
	return files, nil
}

func (s *store) loadFrom(name string) (map[string][]byte, error) {
	m, err := s.manifest(name)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	out := map[string][]byte{}
	for _, f := range m.Files {
		b, err := os.ReadFile(s.path(f.Name))
		if err != nil {
			return nil, fmt.Errorf("checkpoint: %w", err)
		}
		if int64(len(b)) != f.Size {
			return nil, fmt.Errorf("checkpoint: %s: damaged: it has %d bytes, and had %d when it was written", s.path(f.Name), len(b), f.Size)
		}
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != f.SHA256 {
			return nil, fmt.Errorf("checkpoint: %s: damaged: its SHA-256 is not what it was when it was written", s.path(f.Name))
		}
		out[f.Kind] = b
	}
	for _, kind := range []string{modelFile, trainingFile, stateFile} {
		if out[kind] == nil {
			return nil, fmt.Errorf("checkpoint: %s names no %s file", s.path(name), kind)
		}
	}
	return out, nil
}
