package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/flambeau-ml/flambeau/backend/cpu"
	"github.com/flambeau-ml/flambeau/tensor"
)

// Self is what this suite calls itself where results name who measured.
const Self = "flambeau"

// Suite says what is measured, and how. Its zero value, with cases, measures on all processors.
type Suite struct {
	Cases    []Case
	Threads  []int         // numbers of threads, one after the other; empty: as many as there are processors
	Budget   time.Duration // how long each case is repeated; 0: 0.8 s
	Patience float64       // go on for up to so many budgets, until five repetitions are clean; 0: 5
	Sittings int           // in how many parts each case is measured, with the others between; 0: three, or one beside peers
	Quick    bool          // each case takes a second at most, inputs, compiling and limit among it
	CPU      string        // the level of machine code, as in cpu.Options
	Peers    []Peer        // measured beside, family by family
	Bar      float64       // how many times longer the best peer must take, for results to say whether a case passes; 0: none is said
	Version  string        // for the report

	// Progress, when not nil, is told what is about to be measured; Each gets every result as it comes. An error of
	// Each ends the run.
	Progress func(what string)
	Each     func(r Result) error
}

// quickTime is when a case in a quick run must end: freeing what it took is still to come, in a second.
const quickTime = 900 * time.Millisecond

// Run measures all cases. While it runs the default device of package tensor is the suite's. A case that fails gives a
// result with an error; the error of Run is that of its context, of a peer's program that could not be started, or of
// Each.
func (s *Suite) Run(ctx context.Context) (*Report, error) {
	threads := s.Threads
	if len(threads) == 0 {
		threads = []int{runtime.NumCPU()}
	}
	report := &Report{Info: s.Info()}
	give := func(r Result) error {
		report.Results = append(report.Results, r)
		if s.Each != nil {
			return s.Each(r)
		}
		return nil
	}
	total := len(s.Cases) * len(threads) * s.sittings()
	done := 0
	for _, n := range threads {
		b := s.newBench(n)
		b.begin = func(name string) {
			done++
			s.tell("%d/%d %s, %s", done, total, name, plural(n, "thread"))
		}
		err := func() error {
			defer b.close()
			for range s.sittings() - 1 {
				for i := range s.Cases {
					if _, err := b.sit(ctx, &s.Cases[i]); err != nil {
						return err
					}
				}
			}
			for cases := s.Cases; len(cases) > 0; {
				family := cases[:sameFamily(cases)]
				cases = cases[len(family):]
				rs, err := b.family(ctx, family)
				for _, r := range rs { // what was measured before an error, too
					err = cmp.Or(err, give(r))
				}
				if err != nil {
					return err
				}
			}
			return nil
		}()
		if err != nil {
			return report, err
		}
	}
	return report, nil
}

// sit measures a case once more, unless it failed or has no time left, and gives the result so far.
func (b *bench) sit(ctx context.Context, c *Case) (Result, error) {
	b.begin(c.Name)
	s, ok := b.sat[c.Name]
	if ok && (s.result.Error != "" || b.Quick && s.spent+s.longest > quickTime) {
		return s.result, nil
	}
	start := time.Now()
	r := b.measure(ctx, c, s.spent)
	if err := ctx.Err(); err != nil { // which is what r may say, too
		return r, err
	}
	took := time.Since(start)
	if ok {
		s.result.join(&r)
	} else {
		s.result = r
	}
	s.spent, s.longest = s.spent+took, max(s.longest, took)
	b.sat[c.Name] = s
	return s.result, nil
}

// family measures cases side by side, and what peers do of them.
func (b *bench) family(ctx context.Context, family []Case) (rs []Result, err error) {
	for i := range family {
		r, err := b.sit(ctx, &family[i])
		if err != nil {
			return rs, err
		}
		rs = append(rs, r)
	}
	for i := range b.Peers {
		b.tell("%s of %s", family[0].family(), b.Peers[i].Name())
		more, err := b.Peers[i].Measure(ctx, family, b.threads, b.budget())
		if err != nil {
			return rs, err
		}
		rs = append(rs, more...)
	}
	for i := range family {
		rs[i].stand(&family[i], rs, b.Bar)
	}
	return rs, nil
}

func (s *Suite) tell(format string, args ...any) {
	if s.Progress != nil {
		s.Progress(fmt.Sprintf(format, args...))
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// budget is that of all sittings of a case.
func (s *Suite) budget() time.Duration {
	switch {
	case s.Budget > 0:
		return s.Budget
	case s.Quick:
		return time.Second / 4
	}
	return 800 * time.Millisecond
}

func (s *Suite) sittings() int {
	switch {
	case s.Sittings > 0:
		return s.Sittings
	case len(s.Peers) > 0: // which are measured once, right after
		return 1
	}
	return 3
}

// sameFamily is how many cases at the beginning are of one family.
func sameFamily(cases []Case) int {
	n := slices.IndexFunc(cases, func(c Case) bool { return c.family() != cases[0].family() })
	if n < 0 {
		return len(cases)
	}
	return n
}

// Info says where results of the suite come from: the first line of a file of them.
func (s *Suite) Info() Info {
	d := cpu.New(cpu.Options{Threads: 1, CPU: s.CPU})
	defer d.Close()
	engine := strings.TrimSuffix(d.Name(), ", 1 thread)") + ")"
	return Info{
		Case: "_info", Version: s.Version, Program: program(), Engine: engine, Processor: processor(), CPUs: runtime.NumCPU(),
		Go: runtime.Version(), Date: time.Now().UTC().Format(time.RFC3339), Quick: s.Quick,
	}
}

// bench measures cases with one number of threads.
type bench struct {
	*Suite
	threads int
	backend *cpu.Device
	before  *tensor.Device
	peaks   *peaks
	begin   func(name string) // is told what is measured next
	sat     map[string]sat    // of cases that were measured
}

// sat is what became of a case so far.
type sat struct {
	result         Result
	spent, longest time.Duration // on all sittings, and on one
}

func (s *Suite) newBench(threads int) *bench {
	b := &bench{Suite: s, threads: threads, before: tensor.Default(), begin: func(string) {}, sat: map[string]sat{}}
	b.backend = cpu.New(cpu.Options{Threads: threads, CPU: s.CPU})
	span := 60 * time.Millisecond
	if s.Quick {
		span /= 6
	}
	b.peaks = newPeaks(b.backend, span)
	tensor.SetDefault(tensor.NewDevice(b.backend))
	return b
}

func (b *bench) close() {
	tensor.SetDefault(b.before)
	b.peaks.close()
	b.backend.Close()
}

// measure measures one case, on which some time was spent before.
func (b *bench) measure(ctx context.Context, c *Case, spent time.Duration) (r Result) {
	began := time.Now().Add(-spent)
	r = Result{Case: c.Name, Like: c.Like, Peer: Self, Threads: b.threads}
	in := NewInputs(false)
	defer func() {
		if p := recover(); p != nil {
			r.Error = fmt.Sprintf("panic: %v\n%s", p, debug.Stack())
		}
		in.Free()
		runtime.GC() // what handles have forgotten is not the next case's
		b.backend.Allocator().Trim()
	}()
	pace := b.peaks.pace()
	err := tensor.Try(func() { tensor.Must(b.repeat(ctx, c, in, began, &r)) })
	if err != nil {
		r.Error = err.Error()
		return r
	}
	pace = pace.slower(b.peaks.pace())
	r.Pace = &pace
	return r
}

// repeat makes a case's inputs, calls it until its results are known to be steady, and measures.
func (b *bench) repeat(ctx context.Context, c *Case, in *Inputs, began time.Time, r *Result) error {
	var err error
	if r.Limit, err = b.peaks.limit(c.Work); err != nil {
		return err
	}
	if c.Cold {
		return b.cold(ctx, c, r)
	}
	b.backend.Allocator().ResetPeak()
	step := c.Make(in)
	d := newDigester()
	var first time.Duration
	for i := range max(c.Calls, 1) {
		start := time.Now()
		out, err := compute(ctx, step)
		if err != nil {
			return err
		}
		if i == 0 {
			first = time.Since(start)
		}
		if err := d.take(ctx, out); err != nil {
			return err
		}
	}
	digest := d.digest()
	r.Digest = &digest
	once := func() error {
		out, err := compute(ctx, step)
		for _, t := range out {
			t.Free()
		}
		return err
	}
	one := first
	for i := range 3 {
		if one > b.left(began) || i > 0 && one > 300*time.Millisecond {
			break
		}
		start := time.Now()
		if err := once(); err != nil {
			return err
		}
		if t := time.Since(start); i == 0 || t < one {
			one = t
		}
	}
	r.CompileS = round(max(0, first-one).Seconds())
	m := newMeter()
	if one > b.left(began) { // there is time for nothing else
		m.add(one, false)
	}
	calls := max(1, int(3*time.Millisecond/max(one, 1)))
	if err := b.enough(ctx, m, began, one, func() error { return m.rep(once, calls) }); err != nil {
		return err
	}
	r.set(m.figures(), c.Work)
	r.Others, r.Used = round(m.others()), round(m.used())
	r.Peak = b.backend.Memory().Peak
	return nil
}

// left is how long a case that was begun then may still take: in a quick run there is an end to it.
func (b *bench) left(began time.Time) time.Duration {
	if !b.Quick {
		return time.Hour
	}
	return quickTime - time.Since(began)
}

// enough calls rep, which adds to m and takes as long as one at first, until the case has been measured for a sitting.
func (b *bench) enough(ctx context.Context, m *meter, began time.Time, one time.Duration, rep func() error) error {
	budget := b.budget() / time.Duration(b.sittings())
	patience := time.Duration(cmp.Or(b.Patience, 5) * float64(budget))
	for {
		spent := time.Since(m.from)
		enough := len(m.all) >= 200 || spent > budget && len(m.clean) >= 5 || spent > patience
		if enough && len(m.all) >= 3 || len(m.all) > 0 && one > b.left(began) {
			return nil
		}
		if !b.Quick {
			m.settle(ctx, patience*6/10)
		}
		start := time.Now()
		if err := rep(); err != nil {
			return err
		}
		one = time.Since(start)
	}
}

// cold measures first calls of a case, each on a device that has compiled nothing yet.
func (b *bench) cold(ctx context.Context, c *Case, r *Result) error {
	m := newMeter()
	err := b.enough(ctx, m, m.from, 0, func() error {
		backend := cpu.New(cpu.Options{Threads: b.threads, CPU: b.CPU})
		warm := tensor.Default()
		tensor.SetDefault(tensor.NewDevice(backend))
		in := NewInputs(false)
		defer func() {
			in.Free()
			tensor.SetDefault(warm)
			runtime.GC()
			backend.Allocator().Trim()
			backend.Close()
		}()
		step := c.Make(in)
		var out []*tensor.Tensor
		err := m.rep(func() (err error) {
			out, err = compute(ctx, step)
			return err
		}, 1)
		if err != nil {
			return err
		}
		d := newDigester()
		if err := d.take(ctx, out); err != nil {
			return err
		}
		digest := d.digest()
		r.Digest, r.Peak = &digest, backend.Memory().Peak
		return nil
	})
	if err != nil {
		return err
	}
	r.set(m.figures(), c.Work)
	r.Others, r.Used = round(m.others()), round(m.used())
	return nil
}

// compute is one repetition, its results computed.
func compute(ctx context.Context, step Step) ([]*tensor.Tensor, error) {
	out := step()
	if slices.Contains(out, nil) {
		return nil, errors.New("bench: a step gave no result")
	}
	return out, tensor.Eval(ctx, out...)
}
