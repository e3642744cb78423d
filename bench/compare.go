package bench

import (
	"context"
	"slices"
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
// programs use the whole machine: they slow down even repetitions that are clean, by what they do to caches and memory.
const (
	margin    = 1.05
	disturbed = 0.20
)

// Compare finds what this suite's results in now say of those in before. Peers' results are not looked at.
//
// A case is slower if its best and its median time both are, by more than 5% (25% where other programs used the whole
// machine, and in proportion), and if its best is longer than the old median: what scatters much must be much slower. Where the limit that was measured beside a case is longer than it
// was, the machine itself has become slower, and the old times count as longer by as much. Times of different
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
		d.time()
	}
	if !sameBits && (d.Verdict == Same || d.Verdict == Faster || d.Verdict == Unsure) {
		d.Verdict = Bits
	}
}

// sameProgram says whether one program computed on one level of instructions, so that every bit must be the same.
func sameProgram(a, b *Info) bool {
	return a.Program != "" && a.Program == b.Program && a.Engine == b.Engine && a.Processor == b.Processor
}

// time compares times.
func (d *Difference) time() {
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
	sure := margin + disturbed*max(o.Others, n.Others)
	switch {
	case n.Median > sure*median && n.Min > sure*best && n.Min > median && !n.Noisy:
		d.Verdict = Slower
	case n.Median > margin*median && n.Min > margin*best:
		d.Verdict = Unsure
	case n.Median*sure < o.Median && n.Min*sure < o.Min && n.Median < o.Min && !o.Noisy:
		d.Verdict = Faster
	}
}

// again is how often a case that seems slower is measured once more.
const again = 3

// RunAgainst is Run and Compare with an earlier report. A case that is or seems slower is measured up to three times
// more, and its best measurement counts: what other programs do to the machine passes, a regression does not.
func (s *Suite) RunAgainst(ctx context.Context, before *Report) (*Report, []Difference, error) {
	now, err := s.Run(ctx)
	if err != nil {
		return now, nil, err
	}
	for range again {
		for _, d := range Compare(before, now) {
			if d.Verdict != Slower && d.Verdict != Unsure {
				continue
			}
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
