package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/flambeau-ml/flambeau/bench"
	"github.com/spf13/cobra"
)

type benchFlags struct {
	only, threads        string
	json, quick, list    bool
	budget, patience     float64
	bar                  float64
	compare, cpu, traces string
	peers                []string
}

// errRegression is what a comparison ends with that found one.
var errRegression = errors.New("something became slower or wrong")

func newBench() *cobra.Command {
	var f benchFlags
	c := &cobra.Command{
		Use:   "bench [NEW.json]",
		Short: "Measure how fast this machine computes, case by case",
		Long: "Bench measures named cases, from single operators to training steps of small models, on synthetic inputs. Beside " +
			"each stands\nthe limit: how long the machine would take for the same arithmetic at its peak, or for the same memory " +
			"traffic as a copy,\nboth measured in the same run. docs/performance.md says what the columns mean.\n\n" +
			"--json prints a line of JSON for each case instead of a table. --compare finds what became slower, beyond noise, or " +
			"gives\nother results than in a file of such lines; given NEW.json besides, it measures nothing and compares the two. " +
			"--peer runs\nanother program beside, which takes --only, --threads and --budget and prints the same lines; bench/peers " +
			"has one for PyTorch.\n\n" +
			"--bar 1.1 says of each case whether it is 1.1 times as fast as the fastest peer. Where 85% of the limit is slower than " +
			"that, it is\nenough, but nothing passes below 0.97 times the peer's speed; a case may have a bar of its own, which the " +
			"table shows. A ~ marks\nwhat a quieter machine may change.\n\n" +
			"Exit codes: 0 done, 1 failure, a regression or a case below its bar, 2 the command line is wrong, 130 interrupted.",
		Example: "  flambeau bench --quick\n" +
			"  flambeau bench --only 'sgemm|softmax' --threads 2,1\n" +
			"  flambeau bench --json > before.json\n" +
			"  flambeau bench --compare before.json\n" +
			"  flambeau bench --compare before.json after.json\n" +
			"  flambeau bench --only train --peer 'python3 bench/peers/peer_torch.py' --bar 1.1\n" +
			"  flambeau bench --only lenet_train --trace traces",
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error { return f.run(c, args) },
	}
	flags := c.Flags()
	flags.StringVar(&f.only, "only", "", "a regular expression of the cases to measure")
	flags.StringVar(&f.threads, "threads", "", "numbers of threads, one after the other, as in 2,1 (default: as many as processors)")
	flags.BoolVar(&f.json, "json", false, "print a line of JSON for each case")
	flags.BoolVar(&f.quick, "quick", false, "at most a second for each case, and no heavy cases")
	flags.BoolVar(&f.list, "list", false, "print the names of the cases, and measure nothing")
	flags.Float64Var(&f.budget, "budget", 0, "seconds for which each case is repeated (default 0.8, or 0.25 with --quick)")
	flags.Float64Var(&f.patience, "patience", 5, "budgets to go on for while other programs disturb the measurement")
	flags.StringVar(&f.compare, "compare", "", "a file of earlier results to compare with")
	flags.StringArrayVar(&f.peers, "peer", nil, "a program to measure beside, with its arguments; may be given again")
	flags.Float64Var(&f.bar, "bar", 0, "say which cases are so many times as fast as the fastest peer")
	flags.StringVar(&f.cpu, "cpu", "", "level of machine code: avx512, avx2 or none (default: the best there is)")
	flags.StringVar(&f.traces, "trace", "", "folder to write a trace and tables of kernels to for each case, instead of measuring")
	return c
}

func (f *benchFlags) run(c *cobra.Command, args []string) error {
	out := c.OutOrStdout()
	s, err := f.suite(c.ErrOrStderr())
	if err != nil {
		return usageError{err}
	}
	var before *bench.Report
	if f.compare != "" {
		if before, err = readReport(f.compare); err != nil {
			return err
		}
	}
	switch {
	case len(args) > 0 && before == nil:
		return usageError{fmt.Errorf("%s is compared with what? give --compare OLD.json", args[0])}
	case len(args) > 0:
		now, err := readReport(args[0])
		if err != nil {
			return err
		}
		return f.differences(out, c.ErrOrStderr(), now, bench.Compare(before, now))
	case f.list:
		for _, k := range s.Cases {
			fmt.Fprintln(out, k.Name)
		}
		return nil
	case f.traces != "":
		return s.Trace(c.Context(), f.traces)
	}
	if f.json {
		if err := bench.WriteLine(out, s.Info()); err != nil {
			return err
		}
		s.Each = func(r bench.Result) error { return bench.WriteLine(out, r) }
	}
	if before == nil {
		now, err := s.Run(c.Context())
		if !f.json && len(now.Results) > 0 { // what was measured before an error or Ctrl-C, too
			err = errors.Join(err, now.WriteTable(out))
		}
		return cmp.Or(err, failed(now), missed(now))
	}
	now, ds, err := s.RunAgainst(c.Context(), before) // which writes lines of JSON when it is sure of them
	if err != nil {
		return err
	}
	if !f.json {
		if err := now.WriteTable(out); err != nil {
			return err
		}
		fmt.Fprintln(out)
	}
	return cmp.Or(f.differences(out, c.ErrOrStderr(), now, ds), missed(now))
}

// suite is what the flags ask for.
func (f *benchFlags) suite(progress io.Writer) (*bench.Suite, error) {
	s := &bench.Suite{
		Quick: f.quick, Patience: f.patience, CPU: f.cpu, Version: version(),
		Progress: func(what string) { fmt.Fprintln(progress, what) },
	}
	if !(f.budget >= 0 && f.budget <= 3600) || !(f.patience >= 1 && f.patience <= 1000) {
		return nil, errors.New("--budget must be from 0 to 3600, and --patience from 1 to 1000")
	}
	if f.bar != 0 && !(f.bar > 0 && f.bar <= 1000) {
		return nil, errors.New("--bar must be above 0, and 1000 at most")
	}
	if s.Bar = f.bar; f.bar > 0 && len(f.peers) == 0 {
		return nil, errors.New("--bar compares with peers: give --peer")
	}
	s.Budget = time.Duration(math.Round(f.budget * float64(time.Second)))
	switch f.cpu {
	case "", "avx512", "avx2", "none":
	default:
		return nil, fmt.Errorf("--cpu %s: it must be avx512, avx2 or none", f.cpu)
	}
	for word := range strings.SplitSeq(f.threads, ",") {
		if f.threads == "" {
			break
		}
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 1 || n > 1024 {
			return nil, fmt.Errorf("--threads %s: it must be numbers from 1 to 1024, as in 2,1", f.threads)
		}
		s.Threads = append(s.Threads, n)
	}
	for _, command := range f.peers {
		p, err := bench.NewPeer(command)
		if err != nil {
			return nil, fmt.Errorf("--peer: %w", err)
		}
		s.Peers = append(s.Peers, p)
	}
	var only *regexp.Regexp
	if f.only != "" {
		var err error
		if only, err = regexp.Compile(f.only); err != nil {
			return nil, fmt.Errorf("--only: %w", err)
		}
	}
	if s.Cases = bench.Select(bench.Cases(), only, f.quick); len(s.Cases) == 0 {
		return nil, fmt.Errorf("--only %s matches no case; --list shows their names", f.only)
	}
	return s, nil
}

// readReport reads a file of results; that it is not there is wrong usage.
func readReport(name string) (*bench.Report, error) {
	r, err := bench.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{err}
	}
	return r, err
}

// differences prints what a comparison found, beside the JSON where that goes to the output.
func (f *benchFlags) differences(out, errs io.Writer, now *bench.Report, ds []bench.Difference) error {
	if f.json {
		out = errs
	}
	if err := bench.WriteDifferences(out, ds); err != nil {
		return err
	}
	for _, d := range ds {
		if d.Alarm() {
			return errRegression
		}
	}
	return failed(now)
}

// failed is an error when a case of ours failed.
func failed(r *bench.Report) error {
	for _, x := range r.Results {
		if x.Error != "" && x.Peer == bench.Self {
			return fmt.Errorf("%s failed: %s", x.Case, strings.SplitN(x.Error, "\n", 2)[0])
		}
	}
	return nil
}

// missed is an error when a case is below its bar.
func missed(r *bench.Report) error {
	if n := len(r.Missed()); n > 0 {
		return fmt.Errorf("%d of the cases are below their bar", n)
	}
	return nil
}
