// Command flambeau trains models that configuration files describe, and predicts with them.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/flambeau-ml/flambeau/declare"
	"github.com/spf13/cobra"
)

// What the command exits with.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2   // the command line or the configuration is wrong
	exitInterrupted = 130 // as a shell says of a program that SIGINT ended
)

func main() {
	// The first signal ends a run after the step at hand, with a checkpoint; a second one ends the program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop()
	}()
	err := newRoot().ExecuteContext(ctx)
	code := exitCode(ctx, err)
	if err != nil {
		fmt.Fprintln(os.Stderr, "flambeau: "+err.Error())
	}
	os.Exit(code)
}

// usageError says that the command line is wrong.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// exitCode is what the command exits with after err.
func exitCode(ctx context.Context, err error) int {
	var usage usageError
	var problems declare.Problems
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil && (errors.Is(err, context.Cause(ctx)) || errors.Is(err, ctx.Err())):
		return exitInterrupted
	case errors.As(err, &usage), errors.As(err, &problems), errors.Is(err, declare.ErrFolder):
		return exitUsage
	}
	return exitFailure
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "flambeau",
		Short: "Train models that a file describes, and predict with them",
		Long: "Flambeau is deep learning in one binary. A configuration file says which columns of a table go into a model, " +
			"which come\nout, and as much about what lies between as one cares to say.",
		Example: "  flambeau train examples/digits.yaml\n  flambeau predict runs/digits",
		// main prints errors; usage helps nobody whose training has failed.
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          usageArgs(cobra.NoArgs),
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w (see %s --help)", err, c.CommandPath())}
	})
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newTrain(), newPredict(), newConfig(), newBench(), newVersion())
	return root
}

// usageArgs makes errors of a check of arguments what they are: wrong usage.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return usageError{fmt.Errorf("%w (see %s --help)", err, c.CommandPath())}
		}
		return nil
	}
}
