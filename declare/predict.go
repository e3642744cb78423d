package declare

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/flambeau-ml/flambeau/internal/csvfile"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// Predictor is a trained model with what it takes to read tables.
type Predictor struct {
	config        *Config
	weights       *nn.Dict
	preprocessing []byte
}

// OpenModel opens the model that Train wrote into a folder.
func OpenModel(dir string) (*Predictor, error) {
	c, err := loadSaved(dir)
	if err != nil {
		return nil, err
	}
	p := &Predictor{config: c}
	if p.preprocessing, err = os.ReadFile(filepath.Join(dir, preprocessingFile)); err == nil {
		p.weights, _, err = nn.ReadFile(filepath.Join(dir, weightsFile))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s has no finished model (train --resume goes on with a run): %w", dir, err)
	}
	if err != nil {
		return nil, err
	}
	return p, p.check(dir)
}

// check builds the model once, so that a folder whose files do not fit is found out when it is opened.
func (p *Predictor) check(dir string) error {
	if _, err := p.learner(); err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	return nil
}

// learner makes codecs that know what training learned, and the model.
func (p *Predictor) learner() (*learner, error) {
	cs, err := newCodecs(p.config)
	if err != nil {
		return nil, err
	}
	l := &learner{config: p.config, codecs: cs}
	if err := l.setPreprocessing(p.preprocessing); err != nil {
		return nil, fmt.Errorf("%s: %w", preprocessingFile, err)
	}
	if err := tensor.Try(func() { l.model = nn.Init(newModel(p.config, cs), 0) }); err != nil {
		return nil, err
	}
	if _, err := nn.LoadStateDict(l.model, p.weights, true); err != nil {
		return nil, fmt.Errorf("%s: %w", weightsFile, err)
	}
	return l, nil
}

// Split predicts the rows of one part of the data that the model was trained with: "training", "validation", "test",
// or "full" for all.
func (p *Predictor) Split(ctx context.Context, part string) (*Predictions, error) {
	l, err := p.learner()
	if err != nil {
		return nil, err
	}
	src, err := p.config.readData(ctx, l.codecs)
	if err != nil {
		return nil, err
	}
	parts, err := p.config.split(src)
	if err != nil {
		return nil, err
	}
	var rows []int
	switch part {
	case "training":
		rows = parts[0]
	case "validation":
		rows = parts[1]
	case "test":
		rows = parts[2]
	case "full":
		rows = everything(len(src.rows))
	default:
		return nil, fmt.Errorf("no part of the data is called %q%s", part, suggest(part, Parts))
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("the configuration gives the part %q no rows", part)
	}
	return l.run(ctx, src, rows)
}

// Parts are the names that Split takes.
var Parts = []string{"training", "validation", "test", "full"}

// Table predicts the rows of a CSV table that in has; name is its file's, for errors, and the paths of images begin in
// its folder. It needs no columns but those of the input features; where it has those of the output features, they are
// compared.
func (p *Predictor) Table(ctx context.Context, name string, in io.Reader) (*Predictions, error) {
	r, err := csvfile.NewReader(name, in)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	l, err := p.learner()
	if err != nil {
		return nil, err
	}
	for _, c := range l.codecs.out {
		c.allowMissing()
	}
	for i, c := range l.codecs.all() {
		if err := c.bind(r.Columns()); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, p.config.featurePath(i), err)
		}
	}
	src, err := l.codecs.readAll(ctx, r, filepath.Dir(name), "")
	if err != nil {
		return nil, err
	}
	return l.run(ctx, src, everything(len(src.rows)))
}

func (l *learner) run(ctx context.Context, src *source, rows []int) (*Predictions, error) {
	t, err := l.codecs.encode(len(src.rows))
	if err != nil {
		return nil, err
	}
	return l.predict(ctx, t, src, rows, l.config.Trainer.evalBatch())
}

func everything(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}
