package bench

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestStanding(t *testing.T) {
	peer := func(ms float64) Result { return Result{Case: "c", Peer: "p", Threads: 2, Median: ms} }
	for _, c := range []struct {
		name   string
		takes  Result
		bar    float64 // of the case
		peers  []Result
		atMost float64
		by     string
		says   string
	}{
		{"faster than the peer", Result{Median: 1.9}, 0, []Result{peer(2.2)}, 2, "1.1×", "pass"},
		{"not fast enough", Result{Median: 2.1}, 0, []Result{peer(2.2)}, 2, "1.1×", "MISS"},
		{"the fastest peer counts", Result{Median: 2.1}, 0, []Result{peer(4.4), peer(2.2), peer(3.3)}, 2, "1.1×", "MISS"},
		{"near the limit", Result{Median: 2.1, Limit: &Limit{MS: 1.8}}, 0, []Result{peer(2.2)}, 1.8 / 0.85, "85% of limit", "pass"},
		{"a limit of no help", Result{Median: 2.1, Limit: &Limit{MS: 1.1}}, 0, []Result{peer(2.2)}, 2, "1.1×", "MISS"},
		{"near the limit, but slower than the peer", Result{Median: 2.5, Limit: &Limit{MS: 2.2}}, 0, []Result{peer(2.2)}, 2.2 / 0.97, "0.97×", "MISS"},
		{"at parity at the limit", Result{Median: 2.26, Limit: &Limit{MS: 2.2}}, 0, []Result{peer(2.2)}, 2.2 / 0.97, "0.97×", "pass"},
		{"a bar of its own", Result{Median: 1}, 3, []Result{peer(2.2)}, 2.2 / 3, "3×", "MISS"},
		{"which the limit does not lower", Result{Median: 1, Limit: &Limit{MS: 1}}, 3, []Result{peer(2.2)}, 2.2 / 3, "3×", "MISS"},
		{"slow, but noisy", Result{Median: 2.1, Noisy: true}, 0, []Result{peer(2.2)}, 2, "1.1×", "MISS~"},
		{"fast, though noisy", Result{Median: 1.9, Noisy: true}, 0, []Result{peer(2.2)}, 2, "1.1×", "pass"},
		{"fast beside a noisy peer", Result{Median: 1.9}, 0, []Result{{Case: "c", Peer: "p", Threads: 2, Median: 2.2, Noisy: true}}, 2, "1.1×", "pass~"},
		{"slow beside a noisy peer", Result{Median: 2.1}, 0, []Result{{Case: "c", Peer: "p", Threads: 2, Median: 2.2, Noisy: true}}, 2, "1.1×", "MISS"},
		{"by a noisy limit", Result{Median: 2.1, Limit: &Limit{MS: 1.8, Noisy: true}}, 0, []Result{peer(2.2)}, 1.8 / 0.85, "85% of limit", "pass~"},
		{"other cases and threads", Result{Median: 1}, 0, []Result{{Case: "d", Peer: "p", Threads: 2, Median: 9}, {Case: "c", Peer: "p", Threads: 1, Median: 9}}, 0, "", ""},
		{"the peer failed", Result{Median: 1}, 0, []Result{{Case: "c", Peer: "p", Threads: 2, Error: "no"}}, 0, "", ""},
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
			if err != nil || !strings.Contains(string(b), `"standing":{"peer":"p"`) {
				t.Errorf("%s, %v", b, err)
			}
		})
	}
	r := Result{Case: "c", Peer: Self, Threads: 2, Median: 1}
	if r.stand(&Case{Name: "c"}, []Result{peer(2)}, 0); r.Standing != nil {
		t.Error("a verdict without a bar")
	}
}
