package bench

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"time"
)

// Result is what came of one case with one number of threads, or of a peer's program that measured it. It is a line of
// JSON; times are milliseconds.
type Result struct {
	Case    string `json:"case"`
	Like    string `json:"like,omitempty"` // the case of peers that it is compared with, where that has another name
	Peer    string `json:"peer"`           // who measured: "flambeau", or a peer's name for itself
	Threads int    `json:"threads"`
	Error   string `json:"error,omitempty"`

	Median    float64 `json:"median_ms,omitempty"` // of the clean repetitions
	Min       float64 `json:"min_ms,omitempty"`
	RawMedian float64 `json:"raw_median_ms,omitempty"` // of all
	RawP90    float64 `json:"raw_p90_ms,omitempty"`
	Clean     int     `json:"clean"`
	Reps      int     `json:"reps"`
	Others    float64 `json:"others"`          // share of the machine that other processes used
	Used      float64 `json:"used,omitempty"`  // processors that this one kept busy
	Noisy     bool    `json:"noisy,omitempty"` // fewer than three clean repetitions: the median is of the best quarter

	// Rates at the median and, Best, at the minimum.
	GFLOPS      float64 `json:"gflops,omitempty"`
	BestGFLOPS  float64 `json:"best_gflops,omitempty"`
	GBPS        float64 `json:"gbps,omitempty"`
	BestGBPS    float64 `json:"best_gbps,omitempty"`
	ItemsPerS   float64 `json:"items_s,omitempty"`
	BestItems   float64 `json:"best_items_s,omitempty"`
	MicrosPerOp float64 `json:"us_per_op,omitempty"`
	BestMicros  float64 `json:"best_us_per_op,omitempty"`

	// What only this suite says.
	CompileS float64 `json:"compile_s,omitempty"`  // the first call, less a usual one
	Peak     int64   `json:"peak_bytes,omitempty"` // the most memory that tensors took, inputs among them
	Limit    *Limit  `json:"limit,omitempty"`      // nil: unknown, or none that matters
	Digest   *Digest `json:"digest,omitempty"`     // of the results
	Pace     *Pace   `json:"pace,omitempty"`       // of the machine, before and after: the slower

	// Sittings is what each of several measurements said, with the other cases between them: how far they lie apart is how
	// steady this case is on this machine. The figures above are those of the best.
	Sittings []Sitting `json:"sittings,omitempty"`

	Standing *Standing `json:"standing,omitempty"` // beside peers, where the suite has a bar
}

// Sitting is one of several measurements of a case.
type Sitting struct {
	Median float64 `json:"median_ms"`
	Min    float64 `json:"min_ms"`
	Noisy  bool    `json:"noisy,omitempty"`
}

// Info says where results come from: the first line of a file of them.
type Info struct {
	Case      string `json:"case"` // "_info"
	Version   string `json:"version,omitempty"`
	Program   string `json:"program,omitempty"` // a hash of the program's file
	Engine    string `json:"engine"`            // what computes, without the number of threads
	Processor string `json:"processor"`
	CPUs      int    `json:"cpus"`
	Go        string `json:"go"`
	Date      string `json:"date"`
	Quick     bool   `json:"quick,omitempty"`
}

// Report is the results of a run.
type Report struct {
	Info    Info
	Results []Result
}

// Share is which part of the best possible speed the case reached: 1 is all of it; 0 where the limit is unknown.
func (r *Result) Share() float64 {
	if r.Limit == nil || r.Median == 0 {
		return 0
	}
	return r.Limit.MS / r.Median
}

// set stores times, and rates of so much work.
func (r *Result) set(f figures, w Work) {
	ms := func(d time.Duration) float64 { return round(float64(d) / 1e6) }
	r.Median, r.Min, r.RawMedian, r.RawP90 = ms(f.median), ms(f.min), ms(f.rawMedian), ms(f.rawP90)
	r.Clean, r.Reps, r.Noisy = f.clean, f.reps, f.noisy
	rate := func(typical, best *float64, units float64) {
		*typical, *best = round(units/f.median.Seconds()), round(units/f.min.Seconds())
	}
	switch {
	case w.Flops > 0:
		rate(&r.GFLOPS, &r.BestGFLOPS, w.Flops/1e9)
	case w.Read+w.Write > 0:
		rate(&r.GBPS, &r.BestGBPS, float64(w.Read+w.Write)/1e9)
	}
	if w.Items > 0 {
		rate(&r.ItemsPerS, &r.BestItems, float64(w.Items))
	}
	if w.Ops > 0 {
		r.MicrosPerOp, r.BestMicros = round(float64(f.median)/1e3/float64(w.Ops)), round(float64(f.min)/1e3/float64(w.Ops))
	}
}

// sittings is what the sittings of a result said: itself, where it was the only one.
func (r *Result) sittings() []Sitting {
	if len(r.Sittings) > 0 || r.Error != "" || r.Median == 0 {
		return r.Sittings
	}
	return []Sitting{{r.Median, r.Min, r.Noisy}}
}

// join adds a later sitting of the same case. The figures become those of the better one: the clean one, or the faster. An
// error stays, and it is one if the two have other results.
func (r *Result) join(later *Result) {
	switch {
	case r.Error != "":
		return
	case later.Error != "":
		*r = *later
		return
	case r.Digest != nil && later.Digest != nil && r.Digest.Sum != later.Digest.Sum:
		r.Error = fmt.Sprintf("the same program has the results %s and, later, %s", r.Digest.Sum, later.Digest.Sum)
		return
	}
	all := append(slices.Clone(r.sittings()), later.sittings()...)
	compile, peak := r.CompileS, max(r.Peak, later.Peak) // only the first sitting compiled
	if r.Noisy == later.Noisy && later.Median < r.Median || r.Noisy && !later.Noisy {
		*r = *later
	}
	r.Sittings, r.CompileS, r.Peak = all, compile, peak
}

// apart is the shortest and the longest median time of the sittings, of clean ones if there are any, and the shortest time
// of all.
func (r *Result) apart() (shortest, longest, least float64) {
	all := r.sittings()
	clean := slices.ContainsFunc(all, func(s Sitting) bool { return !s.Noisy })
	for _, s := range all {
		if least == 0 || s.Min < least {
			least = s.Min
		}
		if s.Noisy && clean {
			continue
		}
		if shortest == 0 || s.Median < shortest {
			shortest = s.Median
		}
		longest = max(longest, s.Median)
	}
	return shortest, longest, least
}

// round is x with five digits: no measurement has more.
func round(x float64) float64 {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 5, 64), 64)
	if err != nil {
		return 0
	}
	return y
}

// WriteLine writes one line of JSON: an Info or a Result.
func WriteLine(w io.Writer, line any) error {
	b, err := json.Marshal(line)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// errEmpty says that a report has no results.
var errEmpty = errors.New("no results")

// ReadFile reads a report from a file of JSON lines.
func ReadFile(name string) (*Report, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// Read reads a report of JSON lines. Lines that are no JSON, what a peer says of itself, are passed over, and so are
// objects whose case begins with an underscore, but for "_info".
func Read(from io.Reader) (*Report, error) {
	r := &Report{}
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := lines.Bytes()
		if len(line) == 0 || line[0] != '{' {
			continue
		}
		var head struct {
			Case string `json:"case"`
		}
		if err := json.Unmarshal(line, &head); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		var err error
		switch {
		case head.Case == "_info":
			err = json.Unmarshal(line, &r.Info)
		case head.Case == "":
			err = fmt.Errorf("no case is named")
		case head.Case[0] != '_':
			var one Result
			if err = json.Unmarshal(line, &one); err == nil {
				r.Results = append(r.Results, one)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(r.Results) == 0 {
		return nil, errEmpty
	}
	return r, nil
}
