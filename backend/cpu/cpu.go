// Package cpu is the backend that runs graphs on the processor: a kernel compiler in Go.
//
// A graph goes through the passes of package rewrite and is scheduled: elementwise chains, movements, reductions and
// the epilogues of contractions become few kernels (schedule*.go, build.go) in a small loop IR (loop.go). Sizes are
// parameters: a program is laid out anew for sizes that it has not just seen (program.go, plan.go), and nothing else
// depends on them. Loops are evaluated in blocks (eval*.go, reduce.go); contractions are a tiled template of their own
// (contract*.go, conv*.go) with micro-kernels in machine code where there can be any (engine.go, package micro), and a few
// primitives have kernels by hand (special*.go). Elementary functions are formulas in
// loop IR (expand*.go), for which the evaluator has generated loops (fused_gen.go).
package cpu

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/offheap"
	"github.com/flambeau-ml/flambeau/internal/workpool"
)

// Options configure a Device.
type Options struct {
	Threads     int   // that compute, the caller's among them; 0: as many as Go runs
	MemoryLimit int64 // on live bytes; 0: none

	// CPU is the level of machine code that contractions run on: avx512, avx2, or none for plain Go. Empty means what
	// the environment's FLAMBEAU_CPU says, or else the best that processor and system allow; a level that they do not
	// allow means the next one below. Products of floats have the same bits on avx512 and avx2, and others on none.
	CPU string

	// OnPressure, when not nil, is called when an allocation would pass the memory limit. It should make the owners of
	// buffers free them, and report whether a second try is worth while.
	OnPressure func() bool
}

// Device is the processor.
type Device struct {
	threads int
	mem     *offheap.Allocator
	pool    *workpool.Pool
	states  sync.Pool  // of *state
	expand  bool       // the engine works on the operations of elementary functions
	model   *costModel // nil: that of the engine
	loops   *loopCompiler
	rows    *rowCode
	engine  *engine
	env     env // of contractions
	written atomic.Int64
}

var _ backend.Device = (*Device)(nil)

// New makes a device. Devices share nothing; a process needs one.
func New(o Options) *Device {
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	d := &Device{threads: o.Threads, mem: offheap.New(offheap.Options{Limit: o.MemoryLimit}), pool: workpool.New(o.Threads)}
	d.mem.OnPressure = o.OnPressure
	level := cmp.Or(o.CPU, os.Getenv("FLAMBEAU_CPU"))
	d.loops, d.engine = newLoopCompiler(level), engineFor(level)
	d.env = env{pool: d.pool, engine: d.engine, loops: d.loops}
	d.expand = d.loops != nil
	if d.loops != nil && d.loops.features.Has(amd64.LevelAVX512) {
		d.rows = rowCodes()
	}
	d.states.New = func() any { return &state{eval: newEvaluation(d.pool, d.threads)} }
	return d
}

// Name is "cpu (avx512, 2 threads)".
func (d *Device) Name() string {
	if d.threads == 1 {
		return fmt.Sprintf("cpu (%s, 1 thread)", d.engine.name)
	}
	return fmt.Sprintf("cpu (%s, %d threads)", d.engine.name, d.threads)
}

// Threads is the number of threads that compute.
func (d *Device) Threads() int { return d.threads }

// Close stops the device's threads; programs that run later run on their callers alone.
func (d *Device) Close() { d.pool.Close() }

// memory is a buffer of the device.
type memory struct {
	d     *Device
	block *offheap.Block
	bytes int64
}

func (m *memory) Size() int64 { return m.bytes }

func (m *memory) Host() []byte { return m.block.Bytes() }

func (m *memory) Free() { m.d.mem.Free(m.block) }

// Alloc hands out a buffer whose contents are undefined.
func (d *Device) Alloc(bytes int64) (backend.Buffer, error) {
	m, err := d.alloc(bytes)
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (d *Device) alloc(bytes int64) (*memory, error) {
	b, err := d.mem.Alloc(bytes)
	if err != nil {
		return nil, limit(err)
	}
	return &memory{d, b, bytes}, nil
}

// limit says in the words of the contract that memory is out.
func limit(err error) error {
	if e, ok := errors.AsType[*offheap.LimitError](err); ok {
		return &backend.LimitError{Want: e.Want, Live: e.Live, Limit: e.Limit}
	}
	return err
}

// Write copies src into the beginning of dst.
func (d *Device) Write(dst backend.Buffer, src []byte) error {
	if int64(len(src)) > dst.Size() {
		return fmt.Errorf("cpu: %d bytes do not fit a buffer of %d", len(src), dst.Size())
	}
	copy(dst.Host(), src)
	d.written.Add(int64(len(src)))
	return nil
}

// Read copies the beginning of src out.
func (d *Device) Read(dst []byte, src backend.Buffer) error {
	if int64(len(dst)) > src.Size() {
		return fmt.Errorf("cpu: a buffer of %d bytes has no %d", src.Size(), len(dst))
	}
	copy(dst, src.Host())
	return nil
}

// Memory reports what the allocator counts, and what was written.
func (d *Device) Memory() backend.Memory {
	s := d.mem.Stats()
	return backend.Memory{Live: s.Live, Peak: s.Peak, Reserved: s.Reserved, Fresh: s.Fresh, Written: d.written.Load(), Limit: s.Limit}
}

// SetMemoryLimit bounds the live bytes; 0 takes the bound away.
func (d *Device) SetMemoryLimit(bytes int64) { d.mem.SetLimit(bytes) }

// Allocator is the device's allocator, for those who account for its memory.
func (d *Device) Allocator() *offheap.Allocator { return d.mem }
