package bench

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestStanding(t *testing.T) {
	peer := func(ms float64) Result { return Result{Case: "c", Peer: "p", Threads: 2, Median: ms} }
	compiled := func(ms float64) Result { return Result{Case: "c", Peer: "q", Threads: 2, Median: ms, CompileS: 9} }
	for _, c := range []struct {
		name   string
		takes  Result
		bar    Bar // of the case
		peers  []Result
		atMost float64
		by     string
		says   string
	}{
		{"faster than the peer", Result{Median: 1.9}, Bar{}, []Result{peer(2.2)}, 2, "1.1×", "pass"},
		{"not fast enough", Result{Median: 2.1}, Bar{}, []Result{peer(2.2)}, 2, "1.1×", "MISS"},
		{"the fastest peer counts", Result{Median: 2.1}, Bar{}, []Result{peer(4.4), peer(2.2), peer(3.3)}, 2, "1.1×", "MISS"},
		{"near the limit", Result{Median: 2.1, Limit: &Limit{MS: 1.8}}, Bar{}, []Result{peer(2.2)}, 1.8 / 0.85, "85% of limit", "pass"},
		{"a limit of no help", Result{Median: 2.1, Limit: &Limit{MS: 1.1}}, Bar{}, []Result{peer(2.2)}, 2, "1.1×", "MISS"},
		{"near the limit, but slower than the peer", Result{Median: 2.5, Limit: &Limit{MS: 2.2}}, Bar{}, []Result{peer(2.2)}, 2.2 / 0.97, "0.97×", "MISS"},
		{"at parity at the limit", Result{Median: 2.26, Limit: &Limit{MS: 2.2}}, Bar{}, []Result{peer(2.2)}, 2.2 / 0.97, "0.97×", "pass"},
		{"a bar of its own", Result{Median: 1}, Bar{Times: 3}, []Result{peer(2.2)}, 2.2 / 3, "3×", "MISS"},
		{"which the limit does not lower", Result{Median: 1, Limit: &Limit{MS: 1}}, Bar{Times: 3}, []Result{peer(2.2)}, 2.2 / 3, "3×", "MISS"},
		{"beside one that runs eagerly", Result{Median: 1}, Bar{Eager: 2}, []Result{compiled(1.5), peer(2.2)}, 1.1, "2× eager", "pass"},
		{"which was not measured", Result{Median: 1}, Bar{Eager: 2}, []Result{compiled(1.5)}, 0, "", ""},
		{"both are asked for", Result{Median: 1}, Bar{Eager: 2, Compiled: 1.5}, []Result{compiled(1.2), peer(2.2)}, 0.8, "1.5× compiled", "MISS"},
		{"a share of its own", Result{Median: 1.1, Limit: &Limit{MS: 0.9}}, Bar{Eager: 3, Share: 0.8}, []Result{peer(2.2)}, 0.9 / 0.8, "80% of limit", "pass"},
		{"a share slower than the peer", Result{Median: 1.1, Limit: &Limit{MS: 0.9}}, Bar{Eager: 3, Share: 0.8}, []Result{peer(2.2), compiled(1)}, 1 / 0.97, "0.97×", "MISS"},
		{"slow, but noisy", Result{Median: 2.1, Noisy: true}, Bar{}, []Result{peer(2.2)}, 2, "1.1×", "MISS~"},
		{"fast, though noisy", Result{Median: 1.9, Noisy: true}, Bar{}, []Result{peer(2.2)}, 2, "1.1×", "pass"},
		{"fast beside a noisy peer", Result{Median: 1.9}, Bar{}, []Result{{Case: "c", Peer: "p", Threads: 2, Median: 2.2, Noisy: true}}, 2, "1.1×", "pass~"},
		{"slow beside a noisy peer", Result{Median: 2.1}, Bar{}, []Result{{Case: "c", Peer: "p", Threads: 2, Median: 2.2, Noisy: true}}, 2, "1.1×", "MISS"},
		{"by a noisy limit", Result{Median: 2.1, Limit: &Limit{MS: 1.8, Noisy: true}}, Bar{}, []Result{peer(2.2)}, 1.8 / 0.85, "85% of limit", "pass~"},
		{"other cases and threads", Result{Median: 1}, Bar{}, []Result{{Case: "d", Peer: "p", Threads: 2, Median: 9}, {Case: "c", Peer: "p", Threads: 1, Median: 9}}, 0, "", ""},
		{"the peer failed", Result{Median: 1}, Bar{}, []Result{{Case: "c", Peer: "p", Threads: 2, Error: "no"}}, 0, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.takes
			r.Case, r.Like, r.Peer, r.Threads = "c_frozen", "c", Self, 2
			all := append([]Result{r}, c.peers...)
			all[0].stand(&Case{Name: "c_frozen", Like: "c", Bar: c.bar}, all, 1.1)
			s := all[0].Standing
			if c.says == "" {
				if s != nil {
					t.Errorf("%+v, want none", s)
				}
				return
			}
			if s == nil || s.AtMost != round(c.atMost) || s.By != c.by || s.verdict() != c.says {
				t.Fatalf("%+v, want %g by %s: %s", s, c.atMost, c.by, c.says)
			}
			rep := &Report{Results: all}
			if got := len(rep.Missed()); (got > 0) != (c.says == "MISS") {
				t.Errorf("%d missed", got)
			}
			var table bytes.Buffer
			if err := rep.WriteTable(&table); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(table.String(), c.says) || !strings.Contains(table.String(), c.by) || !strings.Contains(table.String(), "of 1 measured beside a peer") {
				t.Errorf("the table says neither:\n%s", table.String())
			}
			b, err := json.Marshal(all[0])
			if err != nil || !strings.Contains(string(b), `"standing":{"peer":"`) {
				t.Errorf("%s, %v", b, err)
			}
		})
	}
	r := Result{Case: "c", Peer: Self, Threads: 2, Median: 1}
	if r.stand(&Case{Name: "c"}, []Result{peer(2)}, 0); r.Standing != nil {
		t.Error("a verdict without a bar")
	}
}

// TestBars has each of the bars be that of some case.
func TestBars(t *testing.T) {
	cases := Cases()
	for _, b := range bars {
		if !slices.ContainsFunc(cases, func(c Case) bool { return c.Bar == b.bar && b.cases.MatchString(c.Name) }) {
			t.Errorf("no case has the bar of %s", b.cases)
		}
	}
	if c := Select(cases, regexp.MustCompile("^tiny_add_chain100_nograd_frozen$"), false)[0]; c.Bar != (Bar{Eager: 20}) {
		t.Errorf("the bar of %s is %+v", c.Name, c.Bar)
	}
}
