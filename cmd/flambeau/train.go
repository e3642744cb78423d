package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flambeau-ml/flambeau/declare"
	"github.com/flambeau-ml/flambeau/train"
	"github.com/spf13/cobra"
)

type trainFlags struct {
	engine
	out, data     string
	seed          uint64
	epochs        int
	resume, force bool
	quiet         bool
	set           []string
}

func newTrain() *cobra.Command {
	var f trainFlags
	c := &cobra.Command{
		Use:   "train CONFIG",
		Short: "Train the model that a configuration describes",
		Long: "Train reads a configuration and its data, trains the model, tries it on the rows that were held out, and writes a " +
			"folder:\n\n" +
			"  model.safetensors    the parameters\n" +
			"  config.yaml          the configuration with every value written out\n" +
			"  preprocessing.json   what was learned about the columns: vocabularies, means\n" +
			"  metrics.json         test_accuracy, test_loss and other figures\n" +
			"  checkpoints/         while training: what --resume goes on from\n\n" +
			"Ctrl-C ends a run after the step at hand; --resume goes on with it, and so it does after a crash. The result has " +
			"the same\nbits as if the run had never stopped, on any number of threads.\n\n" +
			"Exit codes: 0 done, 1 failure, 2 the command line or the configuration is wrong, 130 interrupted.",
		Example: "  flambeau train examples/digits.yaml\n" +
			"  flambeau train examples/digits.yaml --out /tmp/digits --seed 7 --epochs 30\n" +
			"  flambeau train examples/digits.yaml --set trainer.learning_rate=0.01 --set trainer.optimizer=sgd\n" +
			"  flambeau train examples/digits.yaml --out /tmp/digits --resume\n" +
			"  flambeau train examples/mnist.yaml --data ~/mnist",
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error { return f.run(c, args[0]) },
	}
	flags := c.Flags()
	flags.StringVar(&f.out, "out", "", "folder to write (default runs/NAME, where NAME is that of the configuration)")
	flags.StringVar(&f.data, "data", "", "folder in which the data set is: dataset_folder of the configuration")
	flags.Uint64Var(&f.seed, "seed", 0, "random_seed of the configuration")
	flags.IntVar(&f.epochs, "epochs", 0, "trainer.epochs of the configuration")
	flags.StringArrayVar(&f.set, "set", nil, "set one value of the configuration, as in trainer.epochs=3; may be given again")
	flags.BoolVar(&f.resume, "resume", false, "go on with the run that is in the folder, where there is one")
	flags.BoolVar(&f.force, "force", false, "begin anew in the folder, whatever is in it")
	flags.BoolVar(&f.quiet, "quiet", false, "show nothing but errors")
	f.engine.flags(c)
	return c
}

func (f *trainFlags) run(c *cobra.Command, file string) error {
	if f.resume && f.force {
		return usageError{errors.New("--resume and --force: one goes on with what is there, the other begins anew")}
	}
	sets := f.set
	if c.Flags().Changed("seed") {
		sets = append(sets, fmt.Sprintf("random_seed=%d", f.seed))
	}
	if c.Flags().Changed("epochs") {
		sets = append(sets, fmt.Sprintf("trainer.epochs=%d", f.epochs))
	}
	if c.Flags().Changed("data") {
		folder, err := filepath.Abs(f.data) // a path on the command line begins in the working folder
		if err != nil {
			return err
		}
		sets = append(sets, "dataset_folder='"+strings.ReplaceAll(folder, "'", "''")+"'")
	}
	config, err := declare.Load(file, sets...)
	if errors.Is(err, fs.ErrNotExist) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	if err := f.engine.start(); err != nil {
		return err
	}
	o := declare.TrainOptions{Dir: f.out, Resume: f.resume, Force: f.force}
	if o.Dir == "" {
		o.Dir = filepath.Join("runs", config.Name())
	}
	if !f.quiet {
		o.Progress = train.NewProgress(c.ErrOrStderr())
	}
	r, err := declare.Train(c.Context(), config, o)
	var interrupted *train.Interrupted
	if errors.As(err, &interrupted) {
		return fmt.Errorf("%w\nto go on: %s", err, again(c, file, o.Dir))
	}
	if err != nil || f.quiet {
		return err
	}
	return report(c.OutOrStdout(), r, o.Dir)
}

// again is the command that goes on with an interrupted run.
func again(c *cobra.Command, file, dir string) string {
	words := []string{"flambeau train", quote(file)}
	for _, name := range []string{"seed", "epochs"} {
		if flag := c.Flags().Lookup(name); flag.Changed {
			words = append(words, "--"+name, flag.Value.String())
		}
	}
	if flag := c.Flags().Lookup("data"); flag.Changed {
		words = append(words, "--data", quote(flag.Value.String()))
	}
	if sets, err := c.Flags().GetStringArray("set"); err == nil {
		for _, s := range sets {
			words = append(words, "--set", quote(s))
		}
	}
	return strings.Join(append(words, "--out", quote(dir), "--resume"), " ")
}

// quote writes a word so that a shell reads it as it is.
func quote(s string) string {
	plain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_./=:,+@%", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// report prints what came of a run.
func report(w io.Writer, r *declare.Result, dir string) error {
	var b strings.Builder
	if r.TestAccuracy != nil {
		fmt.Fprintf(&b, "test accuracy %.2f%% (%d of %d held-out rows)\n", 100**r.TestAccuracy, r.TestRight, r.TestRows)
	} else if len(r.Test) > 0 {
		fmt.Fprintf(&b, "test, %d held-out rows:", r.TestRows)
		for _, name := range slices.Sorted(maps.Keys(r.Test)) {
			fmt.Fprintf(&b, "  %s %.6g", name, r.Test[name])
		}
		b.WriteByte('\n')
	}
	if r.TestLoss != nil {
		fmt.Fprintf(&b, "test loss     %.4f\n", *r.TestLoss)
	}
	fmt.Fprintf(&b, "%d epochs in %.1f s, %d parameters; written to %s\n", r.Epochs, r.TrainSeconds, r.Parameters, dir)
	_, err := io.WriteString(w, b.String())
	return err
}
