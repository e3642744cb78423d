package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/flambeau-ml/flambeau/declare"
	"github.com/flambeau-ml/flambeau/internal/atomicfile"
	"github.com/spf13/cobra"
)

type predictFlags struct {
	engine
	input, output, format, split string
	quiet                        bool
}

func newPredict() *cobra.Command {
	var f predictFlags
	c := &cobra.Command{
		Use:   "predict MODEL_DIR",
		Short: "Predict with a model that train wrote",
		Long: "Predict reads a table, or images, and writes a prediction for each row, with the probability of each class. Without " +
			"--input,\nthe rows are those that training held out. Images are for models with one input feature, which is an image; " +
			"what is\nwritten names their files. Where the table says what is right, the accuracy is printed, too; it goes to " +
			"the\nstandard error, so that the predictions can be piped.\n\n" +
			"Exit codes: 0 done, 1 failure, 2 the command line is wrong, 130 interrupted.",
		Example: "  flambeau predict runs/digits\n" +
			"  flambeau predict runs/digits --split training --format json --output predictions.json\n" +
			"  flambeau predict runs/digits --input new.csv\n" +
			"  flambeau predict runs/digits --input scans/\n" +
			"  flambeau predict runs/mnist --input t10k-images-idx3-ubyte.gz\n" +
			"  gunzip -c new.csv.gz | flambeau predict runs/digits --input - > predictions.csv",
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error { return f.run(c, args[0]) },
	}
	flags := c.Flags()
	flags.StringVar(&f.input, "input", "", "what to predict: a CSV table (- for the standard input), an image file, a folder of these, or an IDX file of images")
	flags.StringVar(&f.output, "output", "-", "file to write, - for the standard output")
	flags.StringVar(&f.format, "format", "csv", "csv or json")
	flags.StringVar(&f.split, "split", "test", "part of the training data to predict: training, validation, test or full")
	flags.BoolVar(&f.quiet, "quiet", false, "do not print the accuracy")
	f.engine.flags(c)
	return c
}

func (f *predictFlags) run(c *cobra.Command, dir string) error {
	if f.format != "csv" && f.format != "json" {
		return usageError{fmt.Errorf("--format %q: it must be csv or json", f.format)}
	}
	if !slices.Contains(declare.Parts, f.split) {
		return usageError{fmt.Errorf("--split %q: it must be one of %q", f.split, declare.Parts)}
	}
	if f.input != "" && c.Flags().Changed("split") {
		return usageError{errors.New("--input and --split: one names a table, the other a part of the training data")}
	}
	if err := f.engine.start(); err != nil {
		return err
	}
	model, err := declare.OpenModel(dir)
	if err != nil {
		return err
	}
	p, err := f.predict(c, model)
	if err != nil {
		return err
	}
	if err := f.write(c, p); err != nil {
		return err
	}
	if !f.quiet {
		summarise(c.ErrOrStderr(), p)
	}
	return nil
}

func (f *predictFlags) predict(c *cobra.Command, model *declare.Predictor) (*declare.Predictions, error) {
	switch f.input {
	case "":
		return model.Split(c.Context(), f.split)
	case "-":
		return model.Table(c.Context(), "standard input", c.InOrStdin())
	}
	return model.File(c.Context(), f.input)
}

func (f *predictFlags) write(c *cobra.Command, p *declare.Predictions) error {
	write := p.WriteCSV
	if f.format == "json" {
		write = p.WriteJSON
	}
	if f.output == "-" {
		return write(c.OutOrStdout())
	}
	return atomicfile.Write(f.output, 0o666, write)
}

// summarise prints how many predictions are right.
func summarise(w io.Writer, p *declare.Predictions) {
	for _, a := range p.Features {
		if a.Metrics == nil {
			continue
		}
		fmt.Fprintf(w, "%s:", a.Feature)
		for _, name := range slices.Sorted(maps.Keys(a.Metrics)) {
			if name == "accuracy" {
				fmt.Fprintf(w, " accuracy %.2f%% (%d of %d rows)", 100*a.Metrics[name], a.Right, a.Known)
			} else {
				fmt.Fprintf(w, " %s %.6g", name, a.Metrics[name])
			}
		}
		fmt.Fprintln(w)
	}
}
