// Package profile shows where the time of computing tensors goes: which kernels ran, for which operators, on which lines
// of the program, and how much memory they went through. It has the place of PyTorch's torch.profiler.
//
//	p := profile.Of(func() {
//		loss := step(x, y)
//		loss.Item()
//	})
//	fmt.Print(p.Table(profile.ByLine, 10))
//	p.WriteTrace(file) // for https://ui.perfetto.dev or chrome://tracing
//
// Only what is computed between Start and Stop is seen: values that are wanted later are not.
package profile

import (
	"slices"
	"sync"
	"time"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Profile is what a device did in a span of time. Its methods may be used while it goes on.
type Profile struct {
	mu     sync.Mutex
	events []tensor.Event
	from   time.Time
	wall   time.Duration // 0 while it goes on
	stop   func()
}

// Start observes devices, without any the default one, until Stop.
func Start(devices ...*tensor.Device) *Profile {
	if len(devices) == 0 {
		devices = []*tensor.Device{tensor.Default()}
	}
	p := &Profile{from: time.Now()}
	var stops []func()
	for _, d := range devices {
		stops = append(stops, d.Observe(p.see))
	}
	p.stop = func() {
		for _, stop := range stops {
			stop()
		}
	}
	return p
}

// Of is the profile of f on the default device.
func Of(f func()) *Profile {
	p := Start()
	defer p.Stop()
	f()
	return p
}

func (p *Profile) see(e tensor.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events = append(p.events, e)
}

// Stop ends the profile. A second Stop does nothing.
func (p *Profile) Stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wall == 0 {
		p.wall = time.Since(p.from)
		p.stop()
	}
}

// Events are what was seen so far, in the order of their ends.
func (p *Profile) Events() []tensor.Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.events)
}

// Wall is how long the profile lasted, or has lasted so far.
func (p *Profile) Wall() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wall == 0 {
		return time.Since(p.from)
	}
	return p.wall
}

// Took is the time that all events of a kind took together.
func (p *Profile) Took(k tensor.EventKind) (t time.Duration) {
	for _, e := range p.Events() {
		if e.Kind == k {
			t += e.Took
		}
	}
	return t
}
