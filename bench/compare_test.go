package bench

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// measured makes up measurements of a case that takes so many milliseconds on a free machine: each repetition is a little longer,
// by a few percent, and now and then another program takes the processor.
func measured(r *rand.Rand, takes float64, disturbed float64) Result {
	m := newMeter()
	for range 60 {
		t := takes * (1 + 0.03*math.Abs(r.NormFloat64()))
		if clean := r.Float64() > disturbed; clean {
			m.add(time.Duration(t*1e6), true)
		} else {
			m.add(time.Duration(t*(1+3*r.Float64())*1e6), false)
		}
	}
	x := Result{Case: fmt.Sprintf("case_%g", takes), Peer: Self, Threads: 2, Digest: &Digest{Sum: "aa", Count: 10, Abs: 8, Mixed: 1.5}}
	x.set(m.figures(), Work{Flops: 1e6})
	return x
}

// run makes up a run of thirty cases.
func run(seed uint64, disturbed float64) *Report {
	r := rand.New(rand.NewPCG(seed, 1))
	rep := &Report{Info: Info{Program: "v1", Engine: "cpu (avx512)", Processor: "p", CPUs: 2}}
	for i := range 30 {
		rep.Results = append(rep.Results, measured(r, 1+float64(i), disturbed))
	}
	return rep
}

func alarms(ds []Difference) (names []string) {
	for _, d := range ds {
		if d.Alarm() {
			names = append(names, string(d.Verdict)+" "+d.Case)
		}
	}
	return names
}

// TestNoAlarm compares twenty runs of the same with one another.
func TestNoAlarm(t *testing.T) {
	for _, disturbed := range []float64{0, 0.5, 0.97} {
		for seed := range uint64(20) {
			if a := alarms(Compare(run(100, disturbed), run(seed, disturbed))); a != nil {
				t.Errorf("disturbed %g, run %d: %v", disturbed, seed, a)
			}
		}
	}
}

// TestAlarms plants what must be found.
func TestAlarms(t *testing.T) {
	longer := func(r *Result) {
		for _, x := range []*float64{&r.Median, &r.Min, &r.RawMedian, &r.RawP90} {
			*x *= 1.1
		}
	}
	other := func(r *Result) { d := *r.Digest; d.Sum, d.Mixed = "bb", d.Mixed-1; r.Digest = &d }
	rounded := func(r *Result) { d := *r.Digest; d.Sum, d.Mixed = "bb", d.Mixed+1e-6; r.Digest = &d }
	for _, c := range []struct {
		name    string
		plant   func(r *Result)
		info    func(i *Info)
		verdict Verdict
		alarm   bool
	}{
		{"10% longer", longer, nil, Slower, true},
		{"10% longer, on another processor", longer, func(i *Info) { i.Processor = "q" }, Same, false},
		{"10% longer, but so is the limit", func(r *Result) { longer(r); r.Limit = &Limit{MS: 0.56, By: "flops"} }, nil, Same, false},
		{"other numbers", other, nil, Wrong, true},
		{"other numbers, another program", other, func(i *Info) { i.Program = "v2" }, Wrong, true},
		{"other bits", rounded, nil, Wrong, true},
		{"other bits, another program", rounded, func(i *Info) { i.Program = "v2" }, Bits, false},
		{"other bits and longer", func(r *Result) { longer(r); rounded(r) }, func(i *Info) { i.Program = "v2" }, Slower, true},
		{"an error", func(r *Result) { *r = Result{Case: r.Case, Peer: Self, Threads: 2, Error: "no memory"} }, nil, Failed, true},
		{"longer but noisy", func(r *Result) { longer(r); r.Noisy = true }, nil, Unsure, false},
		{"10% longer, on a busy machine", func(r *Result) { longer(r); r.Others = 0.9 }, nil, Unsure, false},
		{"twice as long, where others left one of two processors", func(r *Result) { r.Min, r.Median, r.Others = 1.9*r.Min, 1.9*r.Median, 0.5 }, nil, Unsure, false},
		{"five times as long there", func(r *Result) { r.Min, r.Median, r.Others = 5*r.Min, 5*r.Median, 0.5 }, nil, Slower, true},
		{"10% longer, on a machine whose memory is slower", func(r *Result) { longer(r); r.Pace = &Pace{GFLOPS: 500, GBPS: 80} }, nil, Unsure, false},
		{"three times as long there", func(r *Result) { r.Min, r.Median, r.Pace = 3*r.Min, 3*r.Median, &Pace{GFLOPS: 500, GBPS: 80} }, nil, Slower, true},
		{"10% longer, at the same pace", func(r *Result) { longer(r); r.Pace = &Pace{GFLOPS: 490, GBPS: 98} }, nil, Slower, true},
		{"6% longer at best, but it scatters", func(r *Result) { r.Min, r.Median = 1.06*r.Min, 1.4*r.Median }, nil, Unsure, false},
		{"30% longer, though it scatters", func(r *Result) { longer(r); r.Min, r.Median = 1.2*r.Min, 1.5*r.Median }, nil, Slower, true},
		{"half the time", func(r *Result) { r.Min, r.Median = r.Min/2, r.Median/2 }, nil, Faster, false},
		{"another name", func(r *Result) { r.Case = "x" }, nil, New, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, now := run(1, 0.3), run(2, 0.3)
			for i := range before.Results {
				before.Results[i].Limit, before.Results[i].Pace = &Limit{MS: 0.5, By: "flops"}, &Pace{GFLOPS: 500, GBPS: 100}
			}
			for i := range now.Results {
				now.Results[i].Limit, now.Results[i].Pace = &Limit{MS: 0.5, By: "flops"}, &Pace{GFLOPS: 505, GBPS: 102}
			}
			r := &now.Results[7]
			c.plant(r)
			if c.info != nil {
				c.info(&now.Info)
			}
			ds := Compare(before, now)
			i := slices.IndexFunc(ds, func(d Difference) bool { return d.New == r })
			if got := ds[i].Verdict; got != c.verdict || ds[i].Alarm() != c.alarm {
				t.Errorf("verdict %s, alarm %v; want %s, %v", got, ds[i].Alarm(), c.verdict, c.alarm)
			}
			want := 0
			if c.alarm {
				want = 1
			}
			if a := alarms(ds); len(a) != want {
				t.Errorf("alarms %v, want %d", a, want)
			}
			var b bytes.Buffer
			if err := WriteDifferences(&b, ds); err != nil {
				t.Fatal(err)
			}
			if c.alarm && !strings.Contains(b.String(), strings.ToUpper(string(c.verdict))+"  "+r.Case) {
				t.Errorf("the table does not name %s:\n%s", r.Case, b.String())
			}
		})
	}
}

// TestGone has a case that is measured no more, and no result of a peer count.
func TestGone(t *testing.T) {
	before, now := run(1, 0), run(2, 0)
	now.Results = now.Results[1:]
	peer := before.Results[3]
	peer.Peer = "torch"
	before.Results = append(before.Results, peer)
	ds := Compare(before, now)
	if d := ds[len(ds)-1]; d.Verdict != Gone || d.Case != before.Results[0].Case || len(ds) != 30 {
		t.Errorf("%d differences, the last %s of %s", len(ds), d.Verdict, d.Case)
	}
}
