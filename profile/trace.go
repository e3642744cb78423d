package profile

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/flambeau-ml/flambeau/tensor"
)

// slice is an event of the trace format of Chrome and Perfetto: a span of time on a track.
type slice struct {
	Name  string         `json:"name"`
	Cat   string         `json:"cat,omitempty"`
	Phase string         `json:"ph"`
	TS    float64        `json:"ts"` // µs
	Dur   float64        `json:"dur,omitempty"`
	PID   int            `json:"pid"`
	TID   int            `json:"tid"`
	Args  map[string]any `json:"args,omitempty"`
}

// WriteTrace writes the profile in the trace event format, which https://ui.perfetto.dev and chrome://tracing show: a
// track for compiling, and a track of runs with their kernels for as many as ran at a time.
func (p *Profile) WriteTrace(w io.Writer) error {
	events := p.Events()
	slices.SortStableFunc(events, func(a, b tensor.Event) int { return a.Start.Compare(b.Start) })
	tracks := place(events)
	var out []slice
	used := map[int]bool{}
	for _, e := range events {
		s := slice{
			Name: e.Name, Cat: e.Kind.String(), Phase: "X", PID: 1, TID: tracks[e.Run],
			TS: float64(e.Start.Sub(p.from)) / 1e3, Dur: float64(e.Took) / 1e3,
		}
		switch e.Kind {
		case tensor.CompileEvent:
			s.TID = 0
		case tensor.KernelEvent:
			ops := operators(e.Work)
			s.Args = map[string]any{"operators": strings.Join(ops, ", "), "lines": lines(e.Work), "bytes": e.Bytes}
			if e.Took > 0 {
				s.Args["GB/s"] = float64(e.Bytes) / float64(e.Took)
			}
			if len(ops) > 0 {
				s.Name = strings.Join(ops, " ") + " · " + e.Name
			}
		}
		used[s.TID] = true
		out = append(out, s)
	}
	for tid := range used {
		name := "compiling"
		if tid > 0 {
			name = fmt.Sprintf("runs %d", tid)
		}
		out = append(out, slice{Name: "thread_name", Phase: "M", PID: 1, TID: tid, Args: map[string]any{"name": name}})
	}
	slices.SortStableFunc(out, func(a, b slice) int { return strings.Compare(a.Phase, b.Phase) })
	err := json.NewEncoder(w).Encode(map[string]any{"traceEvents": out, "displayTimeUnit": "ms"})
	if err != nil {
		return fmt.Errorf("writing a trace: %w", err)
	}
	return nil
}

// place gives each run a track, from 1 on, on which no other runs at the time. Events are in the order of their starts.
func place(events []tensor.Event) map[int]int {
	track := map[int]int{}
	var free []time.Time // when each track is free again
	for _, e := range events {
		if e.Kind != tensor.RunEvent {
			continue
		}
		i := slices.IndexFunc(free, func(t time.Time) bool { return !t.After(e.Start) })
		if i < 0 {
			i = len(free)
			free = append(free, time.Time{})
		}
		free[i] = e.Start.Add(e.Took)
		track[e.Run] = i + 1
	}
	return track
}

// lines are the places of origins, each once.
func lines(work []tensor.Origin) []string {
	var out []string
	for _, o := range work {
		if l := o.Line(); !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}
