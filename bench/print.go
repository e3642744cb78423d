package bench

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// WriteTable writes results for people: a row for each case and number of threads, with a pair of columns for each peer,
// and with a bar and whether the case is below it, where the suite had one.
func (r *Report) WriteTable(w io.Writer) error {
	var peers []string
	for _, x := range r.Results {
		if x.Peer != Self && !slices.Contains(peers, x.Peer) {
			peers = append(peers, x.Peer)
		}
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "case\tthreads\tms\tbest\tlimit\tshare\trate\tmemory\tcompile s\tothers\t")
	for i := range peers {
		fmt.Fprintf(t, "peer %d\tratio\t", i+1)
	}
	judged := slices.ContainsFunc(r.Results, func(x Result) bool { return x.Standing != nil })
	if judged {
		fmt.Fprint(t, "bar\tby\tverdict\t")
	}
	fmt.Fprintln(t)
	for _, x := range r.Results {
		if x.Peer != Self {
			continue
		}
		if x.Error != "" {
			fmt.Fprintf(t, "%s\t%d\t%s\t\n", x.Case, x.Threads, "failed")
			continue
		}
		limit, share := "", ""
		if x.Limit != nil {
			limit, share = fmt.Sprintf("%s %s", digits(x.Limit.MS), x.Limit.By), fmt.Sprintf("%.0f%%", 100*x.Share())
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%.0f%%%s\t", x.Case, x.Threads, digits(x.Median), digits(x.Min), limit, share,
			x.rate(), megabytes(x.Peak), digits(x.CompileS), 100*x.Others, noisy(x.Noisy))
		for _, p := range peers {
			like := x
			like.Peer, like.Case = p, cmp.Or(x.Like, x.Case)
			if y := r.find(&like); y != nil && y.Error == "" {
				fmt.Fprintf(t, "%s%s\t%.2f\t", digits(y.Median), noisy(y.Noisy), y.Median/x.Median)
			} else {
				fmt.Fprint(t, "\t\t")
			}
		}
		if s := x.Standing; s != nil {
			fmt.Fprintf(t, "%s\t%s\t%s\t", digits(s.AtMost), s.By, s.verdict())
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	var b strings.Builder
	for _, x := range r.Results {
		if x.Error != "" {
			fmt.Fprintf(&b, "%s of %s with %s: %s\n", x.Case, x.Peer, plural(x.Threads, "thread"), firstLine(x.Error))
		}
	}
	for i, p := range peers {
		fmt.Fprintf(&b, "peer %d: %s; a ratio above 1 says how many times longer it takes\n", i+1, p)
	}
	if err := r.writeStandings(&b); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// firstLine is an error without the stack of a panic, which the JSON has.
func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// noisy marks times of fewer than three clean repetitions.
func noisy(is bool) string {
	if is {
		return "~"
	}
	return ""
}

// rate is the rate that the result has.
func (r *Result) rate() string {
	switch {
	case r.GFLOPS > 0:
		return digits(r.GFLOPS) + " GFLOP/s"
	case r.GBPS > 0:
		return digits(r.GBPS) + " GB/s"
	case r.MicrosPerOp > 0:
		return digits(r.MicrosPerOp) + " µs/op"
	case r.ItemsPerS > 0:
		return digits(r.ItemsPerS) + " /s"
	}
	return ""
}

// digits is a number with three digits, without an exponent.
func digits(x float64) string {
	switch {
	case x == 0:
		return "0"
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	case x >= 1:
		return fmt.Sprintf("%.2f", x)
	}
	return fmt.Sprintf("%.3g", x)
}

func megabytes(n int64) string { return digits(float64(n)/1e6) + " MB" }

// WriteDifferences writes what a comparison found: alarms first, then what else changed, and the number of the rest.
func WriteDifferences(w io.Writer, ds []Difference) error {
	order := []Verdict{Failed, Wrong, Slower, Unsure, Bits, Faster, New, Gone}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	counts := map[Verdict]int{}
	for _, d := range ds {
		counts[d.Verdict]++
	}
	for _, v := range order {
		for _, d := range ds {
			if d.Verdict != v || v == Gone {
				continue
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", strings.ToUpper(string(v)), d.Case, plural(d.Threads, "thread"), d.explain())
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	var parts []string
	for _, v := range append(order, Same) {
		if counts[v] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	_, err := fmt.Fprintf(w, "compared: %s\n", strings.Join(parts, ", "))
	return err
}

// explain is why a verdict was given.
func (d *Difference) explain() string {
	switch d.Verdict {
	case Failed:
		return firstLine(d.New.Error)
	case Wrong, Bits:
		return fmt.Sprintf("results %s, Σ±x %.9g; before %s, %.9g", d.New.Digest.Sum, d.New.Digest.Mixed, d.Old.Digest.Sum, d.Old.Digest.Mixed)
	case Slower, Unsure, Faster:
		return fmt.Sprintf("%s ms (best %s), before %s (best %s): %.2f times", digits(d.New.Median), digits(d.New.Min),
			digits(d.Old.Median), digits(d.Old.Min), d.Ratio)
	}
	return ""
}
