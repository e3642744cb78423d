package bench

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// host makes up a machine: what it measures scatters by a few percent, and when others come it is slower for a while, which no
// pace shows.
type host struct {
	*rand.Rand
	crowded       bool
	uneven        float64 // by how much one sitting may take longer than another
	now, next     time.Duration
	slow          bool
	quiet, crowds time.Duration // how long each lasts on average
	plant         map[string]float64
}

const sat1 = 100 * time.Millisecond // how long a sitting takes

// sit measures cases one after the other.
func (h *host) sit(cases []Case) (out []Result) {
	for i := range cases {
		h.pass(sat1)
		takes := 1 + float64(len(cases[i].Name))/7
		if times := h.plant[cases[i].Name]; times > 0 {
			takes *= times
		}
		takes *= 1 + h.uneven*h.Float64()
		if h.slow {
			takes *= 1.2 + 0.3*h.Float64()
		}
		r := measured(h.Rand, takes*(1+0.01*h.Float64()), 0.1)
		r.Case = cases[i].Name
		out = append(out, r)
	}
	return out
}

// pass lets time pass.
func (h *host) pass(d time.Duration) {
	for h.now += d; h.crowded && h.now > h.next; {
		h.slow = !h.slow
		length := h.quiet
		if h.slow {
			length = h.crowds
		}
		h.next += time.Duration(h.ExpFloat64() * float64(length))
	}
}

// run measures all cases in three sittings, and again where they seem slower than before.
func (h *host) run(t *testing.T, cases []Case, before *Report) (*Report, []Difference) {
	now := &Report{Info: Info{Program: "v1", Engine: "cpu (avx512)", Processor: "p", CPUs: 2}}
	now.Results = h.sit(cases)
	for range 2 {
		for i, r := range h.sit(cases) {
			now.Results[i].join(&r)
		}
	}
	if before == nil {
		return now, nil
	}
	s := &Suite{Cases: cases, Quick: true}
	err := s.settle(t.Context(), before, now, func(_ context.Context, names []string, _ int) (*Report, error) {
		some := slices.DeleteFunc(slices.Clone(cases), func(c Case) bool { return !slices.Contains(names, c.Name) })
		return &Report{Results: h.sit(some)}, nil
	}, h.pass)
	if err != nil {
		t.Fatal(err)
	}
	return now, Compare(before, now)
}

// TestSettle has twenty identical runs raise no alarm, on a machine that others disturb for some time now and then, and names
// what was planted.
func TestSettle(t *testing.T) {
	var cases []Case
	for i := range 100 {
		cases = append(cases, Case{Name: "case_" + string(rune('a'+i%26)) + string(rune('a'+i/26))})
	}
	for _, c := range []struct {
		name    string
		crowded bool
		uneven  float64
		times   float64
	}{
		{"quiet", false, 0, 1.1},
		{"uneven", false, 0.05, 1.1},
		{"crowded", true, 0, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := &host{Rand: rand.New(rand.NewPCG(1, 2)), crowded: c.crowded, uneven: c.uneven, quiet: time.Minute, crowds: 15 * time.Second}
			before, _ := h.run(t, cases, nil)
			again := 0
			for i := range 20 {
				now, ds := h.run(t, cases, before)
				if a := alarms(ds); a != nil {
					t.Errorf("run %d of the same: %v", i, a)
				}
				for _, r := range now.Results {
					again += len(r.Sittings) - 3
				}
			}
			if c.crowded && again == 0 {
				t.Error("nothing ever seemed slower: this machine disturbs nobody")
			}
			h.plant = map[string]float64{"case_aa": c.times, "case_kb": c.times}
			for i := range 20 {
				if _, ds := h.run(t, cases, before); !slices.Equal(alarms(ds), []string{"slower case_aa", "slower case_kb"}) {
					t.Errorf("run %d with two planted slow-downs: %v", i, alarms(ds))
				}
			}
		})
	}
}
