package bench

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"
)

// Verdict is what a comparison says of a case.
type Verdict string

// The verdicts. Failed, Wrong and Slower are alarms.
const (
	Same   Verdict = "same"
	Faster Verdict = "faster"
	Slower Verdict = "slower" // by more than the noise of both measurements
	Unsure Verdict = "unsure" // seems slower, but the measurements scatter more than that
	Wrong  Verdict = "wrong"  // other results
	Bits   Verdict = "bits"   // results that differ as rounding may, by another program or engine
	Failed Verdict = "failed" // an error where there was none
	New    Verdict = "new"    // there is nothing to compare with
	Gone   Verdict = "gone"   // not measured any more
)

// Difference is what became of a case with a number of threads.
type Difference struct {
	Case     string
	Threads  int
	Verdict  Verdict
	Old, New *Result // nil where there is none
	Ratio    float64 // of the median times, new to old; the old one as long as the machine's limit says it would be now
}

// Alarm says whether the difference is a regression.
func (d *Difference) Alarm() bool {
	return d.Verdict == Failed || d.Verdict == Wrong || d.Verdict == Slower
}

// margin is how much longer something takes that is called slower, at least, and disturbed how much is added where other
// programs use the whole machine: they slow down even repetitions that are clean, by what they do to caches and memory. A
// pace that differs by more than steady is another machine, in effect. What scatters by more than broad, from its best time
// to its median, must be longer than before by the whole margin even at its best. With several sittings the best time, which
// a lucky moment makes, must be longer by more than scratch.
const (
	margin    = 1.05
	scratch   = 1.02
	disturbed = 0.20
	steady    = 1.10
	broad     = 1.20
)

// Compare finds what this suite's results in now say of those in before. Peers' results are not looked at.
//
// A case is slower if in each of its sittings its median time is longer than it was in any sitting before, by more than 5%
// (25% where other programs used the whole machine, and in proportion; more where they left fewer processors than the case has
// threads), and if its best time is longer, too: what scatters from one sitting to the next must be slower by more than it
// scatters. After seven sittings more than before it is enough that the shortest times, median and best, are longer than the
// shortest ones before, by 2% more: so many would have met as good a moment. Where there was one sitting, best and median must both be longer by as much, and the best longer than the old
// median. Where the limit that was measured beside a case is longer than it was, the machine itself has become slower, and the
// old times count as longer by as much. Where the machine's pace beside the case was slower by more than a tenth, a case must
// be slower by far more than that. Times of different processors are not compared.
func Compare(before, now *Report) []Difference {
	var out []Difference
	for i := range now.Results {
		r := &now.Results[i]
		if r.Peer != Self {
			continue
		}
		d := Difference{Case: r.Case, Threads: r.Threads, Verdict: New, New: r, Old: before.find(r)}
		if d.Old != nil {
			d.judge(&before.Info, &now.Info)
		}
		out = append(out, d)
	}
	for i := range before.Results {
		if r := &before.Results[i]; r.Peer == Self && now.find(r) == nil {
			out = append(out, Difference{Case: r.Case, Threads: r.Threads, Verdict: Gone, Old: r})
		}
	}
	return out
}

// find is the result of the same case.
func (r *Report) find(like *Result) *Result {
	i := slices.IndexFunc(r.Results, func(x Result) bool {
		return x.Case == like.Case && x.Threads == like.Threads && x.Peer == like.Peer
	})
	if i < 0 {
		return nil
	}
	return &r.Results[i]
}

// judge gives the verdict on two results.
func (d *Difference) judge(before, now *Info) {
	o, n := d.Old, d.New
	switch {
	case n.Error != "" && o.Error == "":
		d.Verdict = Failed
		return
	case n.Error != "":
		d.Verdict = Same
		return
	case o.Error != "":
		d.Verdict = New
		return
	}
	sameBits := o.Digest == nil || n.Digest == nil || o.Digest.Sum == n.Digest.Sum
	if !sameBits && (sameProgram(before, now) || !o.Digest.Close(*n.Digest)) {
		d.Verdict = Wrong
		return
	}
	d.Verdict = Same
	if before.Processor == now.Processor {
		d.time(now.CPUs)
	}
	if !sameBits && (d.Verdict == Same || d.Verdict == Faster || d.Verdict == Unsure) {
		d.Verdict = Bits
	}
}

// sameProgram says whether one program computed on one level of instructions, so that every bit must be the same.
func sameProgram(a, b *Info) bool {
	return a.Program != "" && a.Program == b.Program && a.Engine == b.Engine && a.Processor == b.Processor
}

// time compares times, on a machine of so many processors.
func (d *Difference) time(cpus int) {
	o, n := d.Old, d.New
	scale := 1.0
	if o.Limit != nil && n.Limit != nil && o.Limit.By == n.Limit.By && o.Limit.MS > 0 && !o.Limit.Noisy && !n.Limit.Noisy {
		scale = max(1, n.Limit.MS/o.Limit.MS)
	}
	if o.Median == 0 || o.Min == 0 {
		return
	}
	quiet := margin + disturbed*max(o.Others, n.Others)
	sure := quiet * n.held(cpus)
	if o.Pace != nil && n.Pace != nil {
		if times := n.Pace.than(*o.Pace); times > steady {
			sure *= times * times
		}
	}
	if len(o.Sittings) > 1 && len(n.Sittings) > 1 {
		d.sittings(scale, quiet, sure)
		return
	}
	median, best := o.Median*scale, o.Min*scale
	d.Ratio = n.Median / median
	least := median
	if n.Median > broad*n.Min {
		least *= sure
	}
	switch {
	case n.Median > sure*median && n.Min > sure*best && n.Min > least && !n.Noisy:
		d.Verdict = Slower
	case n.Median > margin*median && n.Min > margin*best:
		d.Verdict = Unsure
	case n.Median*quiet < o.Median && n.Min*quiet < o.Min && n.Median < o.Min && !o.Noisy:
		d.Verdict = Faster
	}
}

// sittings compares the times of several sittings with those of several before, which count as longer by scale.
func (d *Difference) sittings(scale, quiet, sure float64) {
	short, long, least := d.Old.apart()
	shortest, longest, best := d.New.apart()
	d.Ratio = shortest / (short * scale)
	switch {
	case shortest > sure*long*scale && best > scratch*least*scale && !d.New.Noisy:
		d.Verdict = Slower
	case d.searched() && shortest > sure*scratch*short*scale && best > margin*scratch*least*scale && !d.New.Noisy:
		d.Verdict = Slower
	case shortest > margin*short*scale && best > least*scale:
		d.Verdict = Unsure
	case longest*quiet < short && best < least && !d.Old.Noisy:
		d.Verdict = Faster
	}
}

// searched says whether the new result had so many more sittings than the old one that it would have found a time as short.
func (d *Difference) searched() bool { return len(d.New.Sittings) >= len(d.Old.Sittings)+again }

// held is how many times longer the result took at least because other programs left fewer of the processors than it has
// threads.
func (r *Result) held(cpus int) float64 {
	free := float64(cpus) * (1 - r.Others)
	if cpus == 0 || free >= float64(r.Threads) {
		return 1
	}
	return min(float64(r.Threads), float64(r.Threads)/max(free, 0.1))
}

// again is how often a case that seems slower is measured once more. The pause before is four budgets but a second at most,
// then twice as long, then four times: in all two minutes, since the other tenants of a host come and go in minutes. What is
// unsure, and hardly longer in its best sitting than before in the best, is given up before.
const (
	again      = 7
	unsureTill = 3
	pauses     = 4
	longPause  = time.Second
)

// RunAgainst is Run and Compare with an earlier report. Cases that are or seem slower have more sittings, with longer and
// longer pauses before: what other programs do to the machine passes, a regression does not. Each is told results after
// that.
func (s *Suite) RunAgainst(ctx context.Context, before *Report) (*Report, []Difference, error) {
	first := *s
	first.Each = nil
	now, err := first.Run(ctx)
	if err == nil {
		err = s.settle(ctx, before, now, s.sitAgain, func(d time.Duration) {
			select {
			case <-ctx.Done():
			case <-time.After(d):
			}
		})
	}
	if s.Each != nil {
		for _, r := range now.Results { // what was measured before an error, too
			err = cmp.Or(err, s.Each(r))
		}
	}
	if err != nil {
		return now, nil, err
	}
	return now, Compare(before, now), nil
}

// settle has cases that are or seem slower measured again after pauses.
func (s *Suite) settle(ctx context.Context, before, now *Report, sit func(ctx context.Context, names []string, threads int) (*Report, error), wait func(time.Duration)) error {
	for i := range again {
		names := map[int][]string{} // by the number of threads
		doubtful := 0
		for _, d := range Compare(before, now) {
			if d.Verdict == Slower || d.Verdict == Unsure && (i < unsureTill || d.Ratio > margin*scratch) {
				names[d.Threads] = append(names[d.Threads], d.Case)
				doubtful++
			}
		}
		if doubtful == 0 {
			break
		}
		s.tell("measuring %s again, which may be slower", plural(doubtful, "case"))
		if wait(min(pauses*s.budget(), longPause) << i); ctx.Err() != nil {
			return ctx.Err()
		}
		for _, threads := range slices.Sorted(maps.Keys(names)) {
			more, err := sit(ctx, names[threads], threads)
			if err != nil {
				return err
			}
			for j := range more.Results {
				x := &more.Results[j]
				now.find(x).join(x)
			}
		}
	}
	for i := range s.Cases {
		for j := range now.Results {
			if r := &now.Results[j]; r.Case == s.Cases[i].Name && r.Peer == Self {
				r.stand(&s.Cases[i], now.Results, s.Bar)
			}
		}
	}
	return nil
}

// sitAgain measures cases once more, on a device of their own.
func (s *Suite) sitAgain(ctx context.Context, names []string, threads int) (*Report, error) {
	more := *s
	more.Budget = s.budget() / time.Duration(s.sittings())
	more.Sittings, more.Peers, more.Threads, more.Each, more.Progress = 1, nil, []int{threads}, nil, nil
	more.Cases = slices.DeleteFunc(slices.Clone(s.Cases), func(c Case) bool { return !slices.Contains(names, c.Name) })
	return more.Run(ctx)
}
