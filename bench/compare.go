package bench

import (
	"context"
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
// to its median, must be longer than before by the whole margin even at its best.
const (
	margin    = 1.05
	disturbed = 0.20
	steady    = 1.10
	broad     = 1.20
)

// Compare finds what this suite's results in now say of those in before. Peers' results are not looked at.
//
// A case is slower if its best and its median time both are, by more than 5% (25% where other programs used the whole
// machine, and in proportion; more where they left fewer processors than the case has threads), and if its best is longer
// than the old median: what scatters much must be much slower. Where the limit that was measured beside a case is longer
// than it was, the machine itself has become slower, and the old times count as longer by as much. Where the machine's pace
// beside the case was slower by more than a tenth, a case must be slower by far more than that. Times of different
// processors are not compared.
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
	median, best := o.Median*scale, o.Min*scale
	if median == 0 || best == 0 {
		return
	}
	d.Ratio = n.Median / median
	quiet := margin + disturbed*max(o.Others, n.Others)
	sure, least := quiet*n.held(cpus), median
	if o.Pace != nil && n.Pace != nil {
		if times := n.Pace.than(*o.Pace); times > steady {
			sure *= times * times
		}
	}
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

// held is how many times longer the result took at least because other programs left fewer of the processors than it has
// threads.
func (r *Result) held(cpus int) float64 {
	free := float64(cpus) * (1 - r.Others)
	if cpus == 0 || free >= float64(r.Threads) {
		return 1
	}
	return min(float64(r.Threads), float64(r.Threads)/max(free, 0.1))
}

// again is how often a case that seems slower is measured once more. The pauses before grow by so many budgets each time.
const (
	again  = 4
	pauses = 8
)

// RunAgainst is Run and Compare with an earlier report. Cases that are or seem slower are measured up to four times more,
// with longer and longer pauses between, and their best measurements count: what other programs do to the machine passes, a
// regression does not.
func (s *Suite) RunAgainst(ctx context.Context, before *Report) (*Report, []Difference, error) {
	now, err := s.Run(ctx)
	if err != nil {
		return now, nil, err
	}
	for i := range again {
		ds := slices.DeleteFunc(Compare(before, now), func(d Difference) bool { return d.Verdict != Slower && d.Verdict != Unsure })
		if len(ds) == 0 {
			break
		}
		s.tell("measuring %s again, which may be slower", plural(len(ds), "case"))
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(i*pauses) * s.budget()):
		}
		for _, d := range ds {
			one := *s
			one.Peers, one.Threads = nil, []int{d.Threads}
			one.Cases = slices.DeleteFunc(slices.Clone(s.Cases), func(c Case) bool { return c.Name != d.Case })
			one.Each = nil
			more, err := one.Run(ctx)
			if err != nil {
				return now, nil, err
			}
			if r := &more.Results[0]; r.Error == "" && r.Median < d.New.Median {
				*d.New = *r
				d.New.stand(&one.Cases[0], now.Results, s.Bar)
			}
		}
	}
	return now, Compare(before, now), nil
}
