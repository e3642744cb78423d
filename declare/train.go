package declare

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/flambeau-ml/flambeau/data"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/train"
)

// TrainOptions say where and how a run writes.
type TrainOptions struct {
	Dir      string         // the run's folder
	Resume   bool           // go on with the run that is in it, where there is one
	Force    bool           // write into it whatever is in it
	Progress train.Progress // shows how it goes; may be nil
}

// Result is what came of a run: metrics.json.
type Result struct {
	TestAccuracy *float64           `json:"test_accuracy,omitempty"` // of the first output feature that is a category
	TestLoss     *float64           `json:"test_loss,omitempty"`
	Test         map[string]float64 `json:"test,omitempty"`       // every figure
	Validation   map[string]float64 `json:"validation,omitempty"` // of the epoch that was kept
	TestRows     int                `json:"test_rows"`
	TestRight    int                `json:"test_right,omitempty"` // rows that TestAccuracy counts as right
	TrainRows    int                `json:"train_rows"`
	Epochs       int                `json:"epochs"` // that were done
	BestEpoch    int                `json:"best_epoch"`
	Steps        int                `json:"steps"`
	Parameters   int                `json:"parameters"` // numbers that training changes
	TrainLoss    float64            `json:"train_loss"`
	TrainSeconds float64            `json:"train_seconds"` // of the last session, where the run was resumed
	RandomSeed   uint64             `json:"random_seed"`
}

// Train trains the model of a configuration and writes it, with all that prediction needs, into a folder. The error
// is a *train.Interrupted when ctx ended: the folder's checkpoints then have what was done.
func Train(ctx context.Context, c *Config, o TrainOptions) (*Result, error) {
	l, t, src, p, err := c.learn(ctx)
	if err != nil {
		return nil, err
	}
	state, err := prepare(o.Dir, &o)
	if err != nil {
		return nil, err
	}
	saved, err := c.savedConfig()
	if err != nil {
		return nil, err
	}
	if o.Resume && state.done && !state.begun {
		return finished(o.Dir, saved)
	}
	if !state.ours { // what is there of an earlier run stays as it is until this one is done
		if err := writeFile(o.Dir, configFile, saved); err != nil {
			return nil, err
		}
	}
	r := &run{learner: l, table: t, parts: p, dir: filepath.Join(o.Dir, checkpointsFolder)}
	start := time.Now()
	if err := r.train(ctx, o); err != nil {
		return nil, err
	}
	result := &Result{TrainRows: len(p[0]), TestRows: len(p[2]), Epochs: len(r.history), Steps: r.trainer.Step(),
		Parameters: nn.NumParameters(l.model), TrainSeconds: math.Round(time.Since(start).Seconds()*1000) / 1000,
		RandomSeed: c.RandomSeed, TrainLoss: r.history[len(r.history)-1].Loss}
	best, err := r.keepBest()
	if err != nil {
		return nil, err
	}
	result.BestEpoch, result.Validation = best.Epoch+1, best.Valid
	if len(p[2]) > 0 {
		if err := r.test(ctx, src, result); err != nil {
			return nil, err
		}
	}
	return result, r.finish(ctx, o.Dir, saved, result)
}

// finished is the result of a run that was done before.
func finished(dir string, config []byte) (*Result, error) {
	was, err := os.ReadFile(filepath.Join(dir, configFile))
	if err != nil {
		return nil, err
	}
	if string(was) != string(config) {
		return nil, fmt.Errorf("%w: %s has a finished run of another configuration", ErrFolder, dir)
	}
	text, err := os.ReadFile(filepath.Join(dir, metricsFile))
	if err != nil {
		return nil, err
	}
	r := new(Result)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, metricsFile), err)
	}
	return r, nil
}

// learn reads the data of a configuration, fits the codecs to what trains, and builds the model.
func (c *Config) learn(ctx context.Context) (*learner, *table, *source, parts, error) {
	var p parts
	cs, err := newCodecs(c)
	if err != nil {
		return nil, nil, nil, p, err
	}
	src, err := c.readData(ctx, cs)
	if err != nil {
		return nil, nil, nil, p, err
	}
	if p, err = c.split(src); err != nil {
		return nil, nil, nil, p, err
	}
	for i, codec := range cs.all() {
		if err := codec.fit(p[0]); err != nil {
			return nil, nil, nil, p, c.errorAt(c.featurePath(i), "%v", err)
		}
	}
	t, err := cs.encode(len(src.rows))
	if err != nil {
		return nil, nil, nil, p, err
	}
	l := &learner{config: c, codecs: cs}
	err = tensor.Try(func() { l.model = nn.Init(newModel(c, cs), c.RandomSeed) })
	return l, t, src, p, err
}

// featurePath is the key of feature i, counting input features first.
func (c *Config) featurePath(i int) string {
	if n := len(c.InputFeatures); i >= n {
		return fmt.Sprintf("output_features[%d]", i-n)
	}
	return fmt.Sprintf("input_features[%d]", i)
}

// readData reads the data set that the configuration names.
func (c *Config) readData(ctx context.Context, cs *codecs) (*source, error) {
	r, err := c.open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if err := c.bind(cs, r.Columns()); err != nil {
		return nil, err
	}
	src, err := cs.readAll(ctx, r, filepath.Dir(c.dataPath()), c.splitBy())
	var missing *columnError
	if errors.As(err, &missing) {
		return nil, c.errorAt("preprocessing.split.column", "%s", missing.msg)
	}
	if err == nil && len(src.rows) == 0 {
		return nil, c.errorAt("dataset", "the data has no rows that can be used")
	}
	return src, err
}

// run is a run of training.
type run struct {
	*learner
	table   *table
	parts   parts
	dir     string // of the checkpoints
	trainer *train.Trainer[*Model, Batch]
	history []train.Report
}

func (r *run) train(ctx context.Context, o TrainOptions) error {
	t := &r.config.Trainer
	opts := []data.Option{data.BatchSize(t.BatchSize), data.Workers(2)}
	if t.Shuffle {
		opts = append(opts, data.Shuffle(r.config.RandomSeed))
	}
	loader := data.NewLoader(data.Subset[Batch](r.table, r.parts[0]), opts...)
	opt := t.Optimizer.make(nn.Parameters(r.model), t.LearningRate)
	r.trainer = &train.Trainer[*Model, Batch]{
		Model: r.model, Forward: r.forward, Optimizer: opt, Data: loader, Epochs: t.Epochs,
		Scheduler: optim.NewScheduler(opt, t.Scheduler.schedule(t.Epochs*loader.Batches())),
		ClipNorm:  t.Clipping.Norm, Best: r.watched(),
		Dir: r.dir, Every: t.StepsPerCheck, Config: []string{string(r.config.text), r.table.sum()},
		Progress: o.Progress, OnEpoch: r.onEpoch,
	}
	if len(r.parts[1]) > 0 {
		r.trainer.Valid = data.NewLoader(data.Subset[Batch](r.table, r.parts[1]), data.BatchSize(t.evalBatch()))
		r.trainer.Metrics = r.metrics()
	}
	if o.Resume {
		r.trainer.Start = train.Fallback
		if err := r.readHistory(); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(r.dir, 0o777); err != nil {
		return err
	}
	err := r.trainer.Run(ctx)
	if errors.Is(err, errEarly) {
		return nil
	}
	return err
}

// evalBatch is how many rows are evaluated at once.
func (t *Trainer) evalBatch() int {
	if t.EvalBatchSize != nil {
		return *t.EvalBatchSize
	}
	return t.BatchSize
}

// watched is the figure of validation that says which epoch is best.
func (r *run) watched() string {
	t := &r.config.Trainer
	if len(r.parts[1]) == 0 || t.ValidationMetric == "loss" {
		return "loss"
	}
	return r.figure(t.ValidationField, t.ValidationMetric)
}

// figure is the name of a metric of a feature: with the feature's where there are several.
func (r *run) figure(feature, metric string) string {
	if len(r.config.OutputFeatures) > 1 {
		return feature + "." + metric
	}
	return metric
}

// metrics are the figures of validation of all output features.
func (r *run) metrics() []train.Metric[Batch] {
	var all []train.Metric[Batch]
	for i, c := range r.codecs.out {
		for _, m := range c.metrics() {
			all = append(all, train.Metric[Batch]{
				Name: r.figure(r.config.OutputFeatures[i].Name, m.name), Larger: m.larger,
				Of: func(out *tensor.Tensor, b Batch) (*tensor.Tensor, int) {
					return m.sum(r.output(out, i), b.Out[i]), len(b.rows)
				}})
		}
	}
	return all
}

// test computes the figures of the rows that were held out.
func (r *run) test(ctx context.Context, src *source, result *Result) error {
	p, err := r.predict(ctx, r.table, src, r.parts[2], r.config.Trainer.evalBatch())
	if err != nil {
		return err
	}
	result.Test = p.Metrics()
	maps.DeleteFunc(result.Test, func(_ string, x float64) bool { return !finite(x) }) // JSON has no such numbers
	if finite(p.Loss) {
		result.TestLoss = &p.Loss
	}
	for _, a := range p.Features {
		if x, ok := a.Metrics["accuracy"]; ok {
			result.TestAccuracy, result.TestRight = &x, a.Right
			break
		}
	}
	return nil
}

// finish writes the run's files, the one that says that it is done last, and takes the checkpoints away.
func (r *run) finish(ctx context.Context, dir string, config []byte, result *Result) error {
	learned, err := r.preprocessing()
	if err != nil {
		return err
	}
	if err := writeFile(dir, preprocessingFile, learned); err != nil {
		return err
	}
	if err := nn.StateDict(r.model).WriteFile(ctx, filepath.Join(dir, weightsFile), nil); err != nil {
		return err
	}
	if err := writeFile(dir, configFile, config); err != nil {
		return err
	}
	text, err := json.MarshalIndent(result, "", "\t")
	if err != nil {
		return fmt.Errorf("the figures of the run: %w", err)
	}
	if err := writeFile(dir, metricsFile, append(text, '\n')); err != nil {
		return err
	}
	return os.RemoveAll(r.dir)
}

// sum is a checksum of the data, for a run is not to be resumed with other data.
func (t *table) sum() string {
	h := sha256.New()
	var b [8]byte
	put := func(x uint64) {
		binary.LittleEndian.PutUint64(b[:], x)
		h.Write(b[:])
	}
	for _, cols := range [][]*column{t.in, t.out} {
		for _, c := range cols {
			put(uint64(len(c.ints)))
			for _, x := range c.ints {
				put(uint64(x))
			}
			put(uint64(len(c.bytes)))
			h.Write(c.bytes)
			put(uint64(len(c.floats)))
			for _, x := range c.floats {
				put(uint64(math.Float32bits(x)))
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
