package tensor

import (
	"slices"
	"time"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/internal/callers"
)

// Event is one thing that a device did, as an observer of it is told when it is over. Package profile makes tables and
// traces of events.
type Event struct {
	Kind  EventKind
	Name  string // of a kernel what it does, "loop exp"; else the program: "program 12"
	Run   int    // numbers the device's runs; of a compilation, the run that it was for
	Start time.Time
	Took  time.Duration
	Bytes int64    // of a kernel: the size of the buffers that it reads and writes, each counted once
	Work  []Origin // of a kernel: whose work it does
}

// EventKind says what an Event is.
type EventKind uint8

// The kinds of events. The kernels of a run come before the run itself.
const (
	CompileEvent EventKind = iota // a program was compiled
	RunEvent                      // a program ran: all of its kernels, with finding memory for them
	KernelEvent                   // one kernel of a run
)

func (k EventKind) String() string { return [...]string{"compile", "run", "kernel"}[k] }

// Origin is an operator that was called on a line.
type Origin struct {
	Op     string // PyTorch's name
	Values int    // how many primitives of it the kernel computes
	Main   bool   // it takes the time of the kernel: a product, say, beside what was fused to it

	where callers.ID
}

// Line is the user's file and line, "model.go:41".
func (o Origin) Line() string { return o.where.String() }

// SourceLine is Line and the text of that line, where its file can be read.
func (o Origin) SourceLine() string { return o.where.SourceLine() }

// observer is a pointer so that two of the same function differ.
type observer struct{ tell func(Event) }

// Observe calls f for each program that the device compiles and for each kernel and program that it runs, until stop is
// called. f is called by the goroutines that compute, several at a time. A device that nobody observes pays nothing.
func (d *Device) Observe(f func(Event)) (stop func()) {
	o := &observer{f}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.setObservers(append(slices.Clone(d.observing()), o))
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.setObservers(slices.DeleteFunc(slices.Clone(d.observing()), func(x *observer) bool { return x == o }))
	}
}

func (d *Device) setObservers(os []*observer) { d.observers.Store(&os) }

func (d *Device) observing() []*observer {
	if os := d.observers.Load(); os != nil {
		return *os
	}
	return nil
}

// observed is a run that somebody observes. A nil one is a run that nobody does.
type observed struct {
	by    []*observer
	name  string
	run   int
	start time.Time
}

// observe makes the run of e, which is about to begin, known to the device's observers. Under Device.mu.
func (e *evaluation) observe(c *entry, l *backend.Launch) *observed {
	os := e.d.observing()
	if len(os) == 0 {
		return nil
	}
	o := &observed{by: os, name: c.name, run: e.d.stats.Runs}
	l.Trace = func(k backend.Kernel) {
		o.tell(Event{Kind: KernelEvent, Name: k.Name, Start: k.Start, Took: k.Took, Bytes: k.Bytes, Work: e.origins(k)})
	}
	return o
}

// begin tells of the compilation before the run, if there was one, and notes the time.
func (o *observed) begin(e *evaluation) {
	if o == nil {
		return
	}
	if e.compiling > 0 {
		o.tell(Event{Kind: CompileEvent, Name: o.name, Start: e.compileFrom, Took: e.compiling})
	}
	o.start = time.Now()
}

// end tells of the run.
func (o *observed) end() {
	if o != nil {
		o.tell(Event{Kind: RunEvent, Name: o.name, Start: o.start, Took: time.Since(o.start)})
	}
}

func (o *observed) tell(ev Event) {
	ev.Run = o.run
	for _, x := range o.by {
		x.tell(ev)
	}
}

// origins are the operators that recorded what a kernel computes, each once, in order.
func (e *evaluation) origins(k backend.Kernel) []Origin {
	var list []Origin
	for _, p := range k.Pos {
		if p < 0 || p >= len(e.order) {
			continue
		}
		n := e.order[p]
		i := slices.IndexFunc(list, func(o Origin) bool { return o.Op == n.op && o.where == n.where })
		if i < 0 {
			i = len(list)
			list = append(list, Origin{Op: n.op, where: n.where})
		}
		list[i].Values++
		list[i].Main = list[i].Main || p == k.Main
	}
	return list
}
