package bench

import (
	"fmt"
	"io"
	"strings"
)

// Standing is how a case stands beside the fastest of its peers.
//
// A case passes that is the suite's bar times as fast as that peer: 1.1 times, say. Where 85% of the limit is slower than
// this, that is enough, but nothing passes by its limit that is slower than 0.97 times the peer's speed. A case that has a bar
// of its own passes by that alone.
type Standing struct {
	Peer   string  `json:"peer"`            // the fastest
	Ratio  float64 `json:"ratio"`           // how many times longer than the case it takes
	AtMost float64 `json:"at_most_ms"`      // how long the case may take
	By     string  `json:"by"`              // what allows so much: "1.1×", "85% of limit", "0.97×"
	Pass   bool    `json:"pass"`            //
	Noisy  bool    `json:"noisy,omitempty"` // it may be otherwise: what the verdict relies on is only an upper bound
}

// limitShare is the share of the limit that is always enough, if the case is not slower than the peer by more than parity.
const (
	limitShare = 0.85
	parity     = 0.97
)

// fastest is the fastest of the peers' results for a case with so many threads among those that count; nil if there is none.
func fastest(all []Result, name string, threads int, counts func(p *Result) bool) (best *Result) {
	for i := range all {
		p := &all[i]
		if p.Peer != Self && p.Case == name && p.Threads == threads && p.Error == "" && p.Median > 0 && counts(p) && (best == nil || p.Median < best.Median) {
			best = p
		}
	}
	return best
}

// stand says how the result of a case stands beside those of peers with as many threads, among all.
func (r *Result) stand(c *Case, all []Result, bar float64) {
	r.Standing = nil
	find := func(counts func(p *Result) bool) *Result { return fastest(all, c.like(), r.Threads, counts) }
	best := find(func(*Result) bool { return true })
	if bar == 0 || best == nil || r.Error != "" || r.Median == 0 {
		return
	}
	b := c.Bar
	if b == (Bar{}) {
		if b.Times = bar; bar > parity {
			b.Share = limitShare
		}
	}
	s := &Standing{Peer: best.Peer, Ratio: round(best.Median / r.Median)}
	relies := false
	for _, x := range []struct {
		times float64
		of    string
		peer  *Result
	}{
		{b.Times, "", best},
		{b.Eager, " eager", find(func(p *Result) bool { return p.CompileS == 0 })},
		{b.Compiled, " compiled", find(func(p *Result) bool { return p.CompileS > 0 })},
	} {
		if x.times == 0 || x.peer == nil {
			continue
		}
		if most := x.peer.Median / x.times; s.AtMost == 0 || most < s.AtMost {
			s.AtMost, s.By, relies = most, fmt.Sprintf("%.3g×%s", x.times, x.of), x.peer.Noisy
		}
	}
	if s.AtMost == 0 { // nobody whom the case is compared with was measured
		return
	}
	if l := r.Limit; l != nil && b.Share > 0 && l.MS/b.Share > s.AtMost {
		if most := best.Median / parity; l.MS/b.Share <= most {
			s.AtMost, s.By, relies = l.MS/b.Share, fmt.Sprintf("%.0f%% of limit", 100*b.Share), l.Noisy
		} else if most > s.AtMost {
			s.AtMost, s.By, relies = most, fmt.Sprintf("%g×", parity), best.Noisy
		}
	}
	s.AtMost, s.Pass = round(s.AtMost), r.Median <= s.AtMost
	if s.Noisy = relies; !s.Pass {
		s.Noisy = r.Noisy
	}
	r.Standing = s
}

// verdict is what the table says.
func (s *Standing) verdict() string {
	if s.Pass {
		return "pass" + noisy(s.Noisy)
	}
	return "MISS" + noisy(s.Noisy)
}

// Missed is the results that are below their bar and would be on a quiet machine, too.
func (r *Report) Missed() []Result {
	var out []Result
	for _, x := range r.Results {
		if s := x.Standing; s != nil && !s.Pass && !s.Noisy {
			out = append(out, x)
		}
	}
	return out
}

// writeStandings writes how many cases pass.
func (r *Report) writeStandings(w io.Writer) error {
	var passed, unsure, all int
	var missed []string
	for _, x := range r.Results {
		s := x.Standing
		switch {
		case s == nil:
			continue
		case s.Noisy:
			unsure++
		case s.Pass:
			passed++
		default:
			missed = append(missed, fmt.Sprintf("%s with %s", x.Case, plural(x.Threads, "thread")))
		}
		all++
	}
	if all == 0 {
		return nil
	}
	_, err := fmt.Fprintf(w, "of %d measured beside a peer %d pass, %d miss their bar, %d are too noisy to say (~)\n", all, passed, len(missed), unsure)
	if err == nil && len(missed) > 0 {
		_, err = fmt.Fprintf(w, "missed: %s\n", strings.Join(missed, ", "))
	}
	return err
}
