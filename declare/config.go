package declare

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Config is a checked configuration: every key has a value, given or by default.
type Config struct {
	ModelType      string          `yaml:"model_type"`
	Dataset        string          `yaml:"dataset"`
	DatasetFolder  string          `yaml:"dataset_folder"`
	InputFeatures  []InputFeature  `yaml:"input_features"`
	Combiner       Combiner        `yaml:"combiner"`
	OutputFeatures []OutputFeature `yaml:"output_features"`
	Preprocessing  Preprocessing   `yaml:"preprocessing"`
	Trainer        Trainer         `yaml:"trainer"`
	RandomSeed     uint64          `yaml:"random_seed"`

	file   string
	source *checker
	text   []byte // the configuration with every value written out
}

// InputFeature is one feature that goes into the model.
type InputFeature struct {
	Name          string
	Type          string
	Column        string
	Columns       string    // a pattern for several columns, which then replaces Column
	Preprocessing yaml.Node // the options of its codec
	Encoder       Encoder
}

// OutputFeature is one feature that the model predicts.
type OutputFeature struct {
	Name          string    `yaml:"name"`
	Type          string    `yaml:"type"`
	Column        string    `yaml:"column"`
	Preprocessing yaml.Node `yaml:"preprocessing"`
	Decoder       Decoder   `yaml:"decoder"`
	Loss          Loss      `yaml:"loss"`
}

// maxFile is the largest configuration that is read.
const maxFile = 4 << 20

// Load reads and checks the configuration in a file. Each of sets changes one value first, as in
// "trainer.epochs=3" or "input_features[0].preprocessing.scale=255". The errors are Problems where the
// configuration is at fault.
func Load(path string, sets ...string) (*Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if len(data) > maxFile {
		return nil, Problems{{File: path, Msg: fmt.Sprintf("larger than %d bytes: not a configuration", maxFile)}}
	}
	return Parse(path, data, sets...)
}

// Parse checks the configuration in data; file is its name, for errors, and relative paths begin in its folder.
func Parse(file string, data []byte, sets ...string) (*Config, error) {
	c := &checker{file: file, origin: map[*yaml.Node]string{}, at: map[string]*yaml.Node{}}
	root, err := document(file, data)
	if err != nil {
		return nil, err
	}
	for _, s := range sets {
		if err := c.set(root, s); err != nil {
			return nil, err
		}
	}
	c.ownSplit(root)
	full := c.section(root, &whole, "", nil)
	if err := c.problems.err(); err != nil {
		return nil, err
	}
	cfg := &Config{file: file, source: c}
	if err := full.Decode(cfg); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err) // the tables and the structs differ
	}
	cfg.checkWhole()
	if err := c.problems.err(); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	enc := yaml.NewEncoder(&text)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(full), enc.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	cfg.text = text.Bytes()
	return cfg, nil
}

// document parses YAML that is one mapping.
func document(file string, data []byte) (root *yaml.Node, err error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	switch err := dec.Decode(&doc); {
	case err == io.EOF:
		return nil, Problems{{File: file, Msg: "the file is empty: at least input_features and output_features are needed"}}
	case err != nil:
		return nil, Problems{syntaxProblem(file, err)}
	}
	if err := dec.Decode(new(yaml.Node)); err == nil {
		return nil, Problems{{File: file, Msg: "more than one YAML document (---) in the file"}}
	} else if err != io.EOF {
		return nil, Problems{syntaxProblem(file, err)}
	}
	if len(doc.Content) != 1 {
		return nil, Problems{{File: file, Msg: "not a configuration"}}
	}
	return doc.Content[0], nil
}

// syntaxProblem takes the line out of an error of the parser: "yaml: line 3: did not find …".
func syntaxProblem(file string, err error) *Problem {
	p := &Problem{File: file, Msg: strings.TrimPrefix(err.Error(), "yaml: ")}
	var line int
	if _, scan := fmt.Sscanf(p.Msg, "line %d: ", &line); scan == nil {
		_, p.Msg, _ = strings.Cut(p.Msg, ": ")
		p.Line, p.Column = line, 1
	}
	return p
}

// File is the name of the file that the configuration was read from.
func (c *Config) File() string { return c.file }

// Name is the file's name without folder and extension: "digits" for examples/digits.yaml.
func (c *Config) Name() string {
	base := filepath.Base(c.file)
	if name := strings.TrimSuffix(base, filepath.Ext(base)); name != "" {
		return name
	}
	return base
}

// Text is the configuration as YAML with every value written out.
func (c *Config) Text() []byte { return bytes.Clone(c.text) }

// problem reports something that is wrong with the key at path; where that was left out, at what surrounds it.
func (c *Config) problem(path, format string, args ...any) {
	c.source.problem(c.source.nodeAt(path), path, format, args...)
}

// errorAt is an error about the key at path that shows up when the data is known.
func (c *Config) errorAt(path, format string, args ...any) error {
	c.source.problems = nil
	c.problem(path, format, args...)
	return c.source.problems.err()
}

// nodeAt is the value given for path, or that of the nearest section around it that was given.
func (c *checker) nodeAt(path string) *yaml.Node {
	for {
		if n, ok := c.at[path]; ok {
			return n
		}
		if path == "" {
			return nil
		}
		i := strings.LastIndexAny(path, ".[")
		path = path[:max(i, 0)]
	}
}
