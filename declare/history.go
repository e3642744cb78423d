package declare

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/train"
)

// The files beside the checkpoints: the figures of each epoch, and the model of the best.
const (
	historyFile = "history.json"
	bestFile    = "best.safetensors"
)

// errEarly ends training because validation has not become better for long.
var errEarly = errors.New("validation has not become better")

// onEpoch keeps the figures of an epoch, and the model where it is the best so far. A run that was killed does its
// last epoch's again, with the same result.
func (r *run) onEpoch(report train.Report) error {
	if err := converges(report); err != nil {
		return err
	}
	r.history = append(r.history[:min(report.Epoch, len(r.history))], report)
	if r.trainer.Valid != nil && report.Best {
		if err := nn.StateDict(r.model).WriteFile(context.Background(), filepath.Join(r.dir, bestFile), nil); err != nil {
			return err
		}
	}
	text, err := json.Marshal(r.history)
	if err != nil {
		return fmt.Errorf("the figures of epoch %d: %w", report.Epoch+1, err)
	}
	if err := writeFile(r.dir, historyFile, text); err != nil {
		return err
	}
	stop := r.config.Trainer.EarlyStop
	if r.trainer.Valid != nil && stop >= 0 && report.Epoch-r.best() >= max(stop, 1) {
		return errEarly
	}
	return nil
}

// converges reports that the figures of an epoch are no numbers any more: nothing comes of such a run.
func converges(report train.Report) error {
	figures := map[string]float64{"loss": report.Loss}
	for name, x := range report.Valid {
		figures["validation "+name] = x
	}
	for _, name := range slices.Sorted(maps.Keys(figures)) {
		if !finite(figures[name]) {
			return fmt.Errorf("training diverged: the %s of epoch %d is %v; a lower learning_rate, or gradient_clipping, "+
				"may help", name, report.Epoch+1, figures[name])
		}
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// best is the epoch whose model is kept: the best of those that were validated, or the last.
func (r *run) best() int {
	best := len(r.history) - 1
	if r.trainer.Valid == nil {
		return best
	}
	for i, h := range r.history {
		if h.Best {
			best = i
		}
	}
	return best
}

// readHistory reads the figures of the epochs of a run that goes on.
func (r *run) readHistory() error {
	path := filepath.Join(r.dir, historyFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &r.history); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// keepBest gives the model the parameters of the best epoch, where that is not the last.
func (r *run) keepBest() (train.Report, error) {
	best := r.best()
	if best == len(r.history)-1 {
		return r.history[best], nil
	}
	d, _, err := nn.ReadFile(filepath.Join(r.dir, bestFile))
	if err != nil {
		return train.Report{}, err
	}
	_, err = nn.LoadStateDict(r.model, d, true)
	return r.history[best], err
}
