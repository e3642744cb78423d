package train

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"github.com/flambeau-ml/flambeau/data"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
)

// saved is what a checkpoint's JSON file holds: all that is no tensor.
type saved struct {
	Position  position           `json:"position"`
	Data      data.State         `json:"data"`
	Optimizer []optim.GroupState `json:"optimizer"`
	Scheduler *float64           `json:"scheduler,omitempty"`
	Plateau   *plateau           `json:"plateau,omitempty"`
	EMA       bool               `json:"ema,omitempty"`
	Config    string             `json:"config,omitempty"` // SHA-256 of Trainer.Config
}

// plateau is the state of a ReduceLROnPlateau.
type plateau struct {
	Best    float `json:"best"`
	Started bool  `json:"started"`
	Bad     int   `json:"bad"`
	Cooling int   `json:"cooling"`
}

// The files of a checkpoint.
const (
	modelFile    = "model"    // the model's state dict
	trainingFile = "training" // what the optimiser keeps, the generators, and averages of parameters
	stateFile    = "state"    // saved
)

// The prefixes of names in the training file.
const (
	optimizerPrefix = "optimizer."
	generatorPrefix = "generator."
	averagePrefix   = "average."
)

// save writes a checkpoint. It is not cancelled: ctx only has its values.
func (t *Trainer[M, B]) save(ctx context.Context) error {
	if t.store == nil {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	opt := t.Optimizer.State()
	training := &nn.Dict{}
	for name, x := range opt.Tensors.All() {
		training.Set(optimizerPrefix+name, x)
	}
	for _, g := range nn.Generators(t.Model) {
		training.Set(generatorPrefix+g.Name, g.Tensor)
	}
	t.EMA.save(t.Model, training)
	s := saved{Position: t.at, EMA: t.EMA != nil, Data: t.Data.State(), Optimizer: opt.Groups, Config: t.config}
	if t.Scheduler != nil {
		n := t.Scheduler.Steps()
		s.Scheduler = &n
	}
	if p := t.Plateau; p != nil {
		s.Plateau = &plateau{float(p.Best), p.Started, p.Bad, p.Cooling}
	}
	text, err := json.MarshalIndent(s, "", "\t")
	if err != nil {
		return fmt.Errorf("saving the state: %w", err)
	}
	return t.store.save([]content{
		{modelFile, ".safetensors", func(w io.Writer) error { return nn.StateDict(t.Model).Write(ctx, w, nil) }},
		{trainingFile, ".safetensors", func(w io.Writer) error { return training.Write(ctx, w, nil) }},
		{stateFile, ".json", func(w io.Writer) error { _, err := w.Write(text); return err }},
	})
}

// open finds the checkpoint in Dir, and goes on from it where Start says so.
func (t *Trainer[M, B]) open() error {
	if err := os.MkdirAll(t.Dir, 0o777); err != nil {
		return err
	}
	t.store = &store{dir: t.Dir}
	there, err := t.store.exists()
	switch {
	case err != nil:
		return err
	case !there:
		return nil
	case t.Start == Fresh:
		return fmt.Errorf("%s holds a checkpoint already: resume it, or choose another folder", t.Dir)
	}
	files, err := t.store.load(t.Start == Fallback)
	if err != nil {
		return err
	}
	if err := t.restore(files); err != nil {
		return fmt.Errorf("checkpoint %s: %w", t.Dir, err)
	}
	return nil
}

// restore goes on from the files of a checkpoint, whose checksums are right.
func (t *Trainer[M, B]) restore(files map[string][]byte) error {
	var s saved
	if err := json.Unmarshal(files[stateFile], &s); err != nil {
		return fmt.Errorf("the state: %w", err)
	}
	if t.Config != nil && s.Config != t.config {
		return errors.New("it is of another configuration: resume with the one that it was made with, or choose another folder")
	}
	model, _, err := nn.Parse(files[modelFile])
	if err != nil {
		return fmt.Errorf("the model: %w", err)
	}
	training, _, err := nn.Parse(files[trainingFile])
	if err != nil {
		return fmt.Errorf("the training state: %w", err)
	}
	if _, err := nn.LoadStateDict(t.Model, model, true); err != nil {
		return err
	}
	opt := &optim.State{Tensors: &nn.Dict{}, Groups: s.Optimizer}
	for name, x := range training.All() {
		if rest, ok := strings.CutPrefix(name, optimizerPrefix); ok {
			opt.Tensors.Set(rest, x)
		}
	}
	if err := t.Optimizer.LoadState(opt); err != nil {
		return err
	}
	for _, g := range nn.Generators(t.Model) {
		x := training.Get(generatorPrefix + g.Name)
		if x == nil || x.DType() != g.DType() || x.Numel() != g.Numel() {
			return fmt.Errorf("the state of the generator %s is missing", g.Name)
		}
		g.Tensor.Copy_(x)
	}
	if err := t.Data.Restore(s.Data); err != nil {
		return err
	}
	if p := s.Plateau; p != nil && t.Plateau != nil {
		t.Plateau.Best, t.Plateau.Started, t.Plateau.Bad, t.Plateau.Cooling = float64(p.Best), p.Started, p.Bad, p.Cooling
	}
	switch {
	case (t.EMA != nil) != s.EMA:
		return errors.New("it was made with an EMA and there is none now, or the other way round")
	case (t.Plateau == nil) != (s.Plateau == nil):
		return errors.New("it was made with a Plateau and there is none now, or the other way round")
	case (t.Scheduler == nil) != (s.Scheduler == nil):
		return errors.New("it was made with a scheduler and there is none now, or the other way round")
	case t.Scheduler != nil:
		t.Scheduler.StepTo(*s.Scheduler)
	}
	t.at = s.Position
	if t.EMA != nil {
		return t.EMA.restore(t.Model, training, t.at.Step)
	}
	return nil
}

// hashConfig is a checksum of what a run depends on; empty for nothing.
func hashConfig(config any) (string, error) {
	if config == nil {
		return "", nil
	}
	text, err := json.Marshal(config)
	if err != nil {
		return "", fmt.Errorf("the configuration: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// float is a float64 in JSON that may be NaN or infinite.
type float float64

// MarshalJSON writes a number, or a string where JSON has no number.
func (f float) MarshalJSON() ([]byte, error) {
	x := float64(f)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return json.Marshal(fmt.Sprint(x))
	}
	return json.Marshal(x)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (f *float) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case `"NaN"`:
		*f = float(math.NaN())
	case `"+Inf"`:
		*f = float(math.Inf(1))
	case `"-Inf"`:
		*f = float(math.Inf(-1))
	default:
		return json.Unmarshal(b, (*float64)(f))
	}
	return nil
}
