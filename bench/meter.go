package bench

import (
	"context"
	"runtime"
	"slices"
	"time"
)

// meter measures repetitions. One is clean if the process' own threads waited less than 2% of it for a processor: on a
// machine that others use too, the clean ones show what a free machine does.
type meter struct {
	all, clean []time.Duration
	unclean    bool // the last one was not
	from       time.Time
	busy, own  time.Duration
}

func newMeter() *meter { return &meter{from: time.Now(), busy: busy(), own: own()} }

// rep measures one repetition: so many calls of f.
func (m *meter) rep(f func() error, calls int) error {
	before, _ := waited()
	start := time.Now()
	for range calls {
		if err := f(); err != nil {
			return err
		}
	}
	took := time.Since(start)
	after, _ := waited()
	m.add(took/time.Duration(calls), after-before <= took/50)
	return nil
}

func (m *meter) add(t time.Duration, clean bool) {
	m.all = append(m.all, t)
	m.unclean = !clean
	if clean {
		m.clean = append(m.clean, t)
	}
}

// settle waits, after a repetition that was not clean, until the machine is quiet, or the measurement is as old as most.
func (m *meter) settle(ctx context.Context, most time.Duration) {
	const pause = 80 * time.Millisecond
	for m.unclean && time.Since(m.from) < most && ctx.Err() == nil {
		b := busy()
		time.Sleep(pause)
		m.unclean = busy()-b >= pause*time.Duration(runtime.NumCPU())*12/100
	}
}

// others is the share of the whole machine that other processes used meanwhile.
func (m *meter) others() float64 {
	wall := time.Since(m.from) * time.Duration(runtime.NumCPU())
	return min(1, max(0, float64(busy()-m.busy-(own()-m.own))/float64(wall)))
}

// used is how many processors this process kept busy meanwhile.
func (m *meter) used() float64 { return float64(own()-m.own) / float64(time.Since(m.from)) }

// figures are the times of a measurement.
type figures struct {
	median, min, rawMedian, rawP90 time.Duration
	clean, reps                    int
	noisy                          bool // fewer than three clean repetitions: the median is that of the best quarter
}

func (m *meter) figures() figures {
	all, clean := slices.Sorted(slices.Values(m.all)), slices.Sorted(slices.Values(m.clean))
	f := figures{min: all[0], rawMedian: all[len(all)/2], rawP90: all[min(len(all)-1, len(all)*9/10)], clean: len(clean), reps: len(all)}
	if f.noisy = len(clean) < 3; f.noisy {
		clean = all[:max(1, len(all)/4)]
	}
	f.median = clean[len(clean)/2]
	return f
}
