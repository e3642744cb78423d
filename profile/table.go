package profile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/flambeau-ml/flambeau/tensor"
)

// By says what the rows of a table stand for.
type By uint8

// The rows of tables. The time and the bytes of a kernel that works for several operators are divided among them by how
// many primitives of each it computes, as they are computed in one pass and nothing finer is known. But a contraction, or
// any other kernel that is no loop, counts as its operator's alone, whatever was fused to it.
const (
	ByKernel   By = iota // a kernel and the operators that it works for
	ByOperator           // an operator, by PyTorch's name
	ByLine               // a line of the user's program
)

// Row is a row of a table.
type Row struct {
	Name  string
	Calls int // kernels that worked for it
	Took  time.Duration
	Bytes int64
}

// Rows are the sums of the profile's kernels, those that took longest first.
func (p *Profile) Rows(by By) []Row {
	index := map[string]int{}
	var rows []Row
	add := func(name string, took time.Duration, bytes int64) {
		i, ok := index[name]
		if !ok {
			i = len(rows)
			index[name] = i
			rows = append(rows, Row{Name: name})
		}
		rows[i].Calls++
		rows[i].Took += took
		rows[i].Bytes += bytes
	}
	for _, e := range p.Events() {
		switch {
		case e.Kind != tensor.KernelEvent:
		case by == ByKernel:
			add(e.Name+" ("+strings.Join(operators(e.Work), ", ")+")", e.Took, e.Bytes)
		default:
			for name, share := range shares(e.Work, by) {
				add(name, time.Duration(float64(e.Took)*share), int64(float64(e.Bytes)*share))
			}
		}
	}
	slices.SortFunc(rows, func(x, y Row) int {
		return cmp.Or(cmp.Compare(y.Took, x.Took), cmp.Compare(x.Name, y.Name))
	})
	return rows
}

// shares divides a kernel among those that it works for.
func shares(work []tensor.Origin, by By) map[string]float64 {
	if i := slices.IndexFunc(work, func(o tensor.Origin) bool { return o.Main }); i >= 0 {
		work = work[i : i+1]
	}
	out, all := map[string]float64{}, 0
	for _, o := range work {
		all += o.Values
	}
	for _, o := range work {
		name := o.Op
		if by == ByLine {
			name = o.SourceLine()
		}
		out[name] += float64(o.Values) / float64(all)
	}
	if len(out) == 0 {
		out["(unknown)"] = 1
	}
	return out
}

// operators are the names among origins, each once.
func operators(work []tensor.Origin) []string {
	var names []string
	for _, o := range work {
		if !slices.Contains(names, o.Op) {
			names = append(names, o.Op)
		}
	}
	return names
}

// Table is the first rows of Rows as text, all of them where most is 0, with the sums above: how long programs ran, how
// long compiling took, and what is left of the time: Go code, recording, waiting.
func (p *Profile) Table(by By, most int) string {
	rows := p.Rows(by)
	var kernels time.Duration
	calls := 0
	for _, r := range rows {
		kernels += r.Took
	}
	runs := 0
	for _, e := range p.Events() {
		switch e.Kind {
		case tensor.RunEvent:
			runs++
		case tensor.KernelEvent:
			calls++
		}
	}
	ran, compiled, wall := p.Took(tensor.RunEvent), p.Took(tensor.CompileEvent), p.Wall()
	var b strings.Builder
	fmt.Fprintf(&b, "%s in all: %s in %d runs (%d kernels: %s), %s compiling, %s elsewhere\n",
		short(wall), short(ran), runs, calls, short(kernels), short(compiled), short(max(0, wall-ran-compiled)))
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "time\tshare\tkernels\teach\tbytes\tGB/s\t  %s\n", [...]string{"kernel", "operator", "line"}[by])
	for i, r := range rows {
		if most > 0 && i == most {
			break
		}
		fmt.Fprintf(w, "%s\t%.1f%%\t%d\t%s\t%s\t%.1f\t  %s\n", short(r.Took), 100*float64(r.Took)/float64(max(kernels, 1)),
			r.Calls, short(r.Took/time.Duration(r.Calls)), bytes(r.Bytes), float64(r.Bytes)/float64(max(r.Took, 1)), r.Name)
	}
	w.Flush()
	if most > 0 && len(rows) > most {
		fmt.Fprintf(&b, "and %d more\n", len(rows)-most)
	}
	return b.String()
}

// short is a duration with three or four digits.
func short(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.3gs", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.4gms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.4gµs", float64(d)/1e3)
}

// bytes is a number of bytes in decimal units, as rates have them.
func bytes(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.3g GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.3g MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.3g kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d B", n)
}
