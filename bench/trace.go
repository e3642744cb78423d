package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/flambeau-ml/flambeau/profile"
	"github.com/flambeau-ml/flambeau/tensor"
)

// traced is how many repetitions a trace shows, after as many that are not seen.
const traced = 3

// Trace writes what package profile sees of a few repetitions of each case to a folder, which is made: NAME.json for
// https://ui.perfetto.dev, and NAME.txt with tables of kernels, operators and lines. With several numbers of threads the
// first counts.
func (s *Suite) Trace(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	threads := append(s.Threads, 0)[0]
	b := s.newBench(threads)
	defer b.close()
	for i := range s.Cases {
		c := &s.Cases[i]
		s.tell("%d/%d %s", i+1, len(s.Cases), c.Name)
		if err := c.trace(ctx, dir); err != nil {
			return fmt.Errorf("tracing %s: %w", c.Name, err)
		}
	}
	return nil
}

// trace writes the files of one case.
func (c *Case) trace(ctx context.Context, dir string) error {
	in := NewInputs(false)
	defer in.Free()
	return tensor.Try(func() {
		step := c.Make(in)
		repeat := func() {
			for range traced {
				out, err := compute(ctx, step)
				tensor.Must(err)
				for _, t := range out {
					t.Free()
				}
			}
		}
		repeat()
		p := profile.Of(repeat)
		tensor.Must(write(p, filepath.Join(dir, c.Name)))
	})
}

// write writes a profile as a trace and as tables.
func write(p *profile.Profile, name string) error {
	var trace, tables bytes.Buffer
	if err := p.WriteTrace(&trace); err != nil {
		return err
	}
	for _, by := range []profile.By{profile.ByKernel, profile.ByOperator, profile.ByLine} {
		fmt.Fprintln(&tables, p.Table(by, 0))
	}
	if err := os.WriteFile(name+".json", trace.Bytes(), 0o666); err != nil {
		return err
	}
	return os.WriteFile(name+".txt", tables.Bytes(), 0o666)
}
