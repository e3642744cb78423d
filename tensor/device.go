package tensor

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	"weak"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/backend/cpu"
	"github.com/flambeau-ml/flambeau/graph"
)

// Device records operations on its tensors and computes them on a backend. Operations on tensors of one device may
// run on any number of goroutines.
type Device struct {
	backend backend.Device
	start   time.Time
	ids     atomic.Uint64
	batches atomic.Int32 // how many are being traced
	acct    account
	eager   bool // compute each operator at once, for debugging

	captures [maxCaptures]atomic.Pointer[capture] // that are open
	witness  atomic.Pointer[witness]              // the call of a function to be frozen that goes on

	mu      sync.Mutex // collecting, claiming, publishing; never held while a program runs
	epoch   uint32
	cache   map[uint64][]*entry
	pending []weak.Pointer[storage] // storages whose write is not computed
	samples []sample                // interior nodes that the next collection looks at
	rescue  []*node                 // found alive by it: computed at the next opportunity
	gcs     int
	key     []uint64                              // scratch
	pinned  evaluation                            // scratch
	drops   []int32                               // scratch
	gone    node                                  // what a storage that was freed holds
	bodies  map[[32]byte]weak.Pointer[graph.Func] // by their text, see interned

	bodiesAlive int // bodies when they were last counted
	stats       Stats
	observers   atomic.Pointer[[]*observer]
}

// Stats counts what a device did since it was made.
type Stats struct {
	Programs    int   // distinct programs, however often they ran
	Forms       int   // programs compiled: one for each set of outputs that a program was asked for
	Runs        int   // program launches
	Cuts        int   // chains cut because they grew too deep or pinned too much
	Collections int64 // garbage collections forced
}

const (
	cutDepth  = 2000      // D: chains deeper than 2D are cut
	cutBudget = 256 << 20 // bytes that an uncomputed chain may pin
)

// NewDevice makes a device on a backend. FLAMBEAU_EAGER=1 in the environment makes it compute each operator at once.
func NewDevice(b backend.Device) *Device {
	d := &Device{backend: b, start: time.Now(), cache: map[uint64][]*entry{}, eager: os.Getenv("FLAMBEAU_EAGER") == "1"}
	d.gone.dev = d
	d.gone.refs.Store(dead)
	return d
}

// SetEager makes the device compute each operator as it is called, for debugging, or stop doing so. The results are
// the same, bit for bit.
func (d *Device) SetEager(eager bool) { d.eager = eager }

// String names the device's backend.
func (d *Device) String() string { return d.backend.Name() }

// Memory reports the memory of the device.
func (d *Device) Memory() backend.Memory { return d.backend.Memory() }

// SetMemoryLimit bounds the memory of the device, in bytes: what would pass it is an error. 0 takes the bound away.
func (d *Device) SetMemoryLimit(bytes int64) { d.backend.SetMemoryLimit(bytes) }

// Stats reports what the device did.
func (d *Device) Stats() Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.stats
	s.Collections = d.acct.collects.Load()
	return s
}

// ClearCache forgets all compiled programs and what they learned.
func (d *Device) ClearCache() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cache = map[uint64][]*entry{}
}

var defaultDevice atomic.Pointer[Device]
var makeDefault sync.Mutex

// Default is the device on which tensors are made when none is named: the CPU, unless SetDefault chose another. It is
// made on first use, with as many threads as FLAMBEAU_THREADS says, or as there are processors.
func Default() *Device {
	if d := defaultDevice.Load(); d != nil {
		return d
	}
	makeDefault.Lock()
	defer makeDefault.Unlock()
	if d := defaultDevice.Load(); d != nil {
		return d
	}
	threads, _ := strconv.Atoi(os.Getenv("FLAMBEAU_THREADS")) // what is no number is as if it were not there
	d := NewDevice(cpu.New(cpu.Options{Threads: threads}))
	defaultDevice.Store(d)
	return d
}

// SetDefault chooses the device on which tensors are made from now on: a program does so when it starts, from its
// flags.
func SetDefault(d *Device) { defaultDevice.Store(d) }

// compute computes nodes, which the caller counts, and returns the first error that one has.
func (d *Device) compute(ns []*node) error {
	if err := d.eval(context.Background(), ns, ^uint64(0)); err != nil {
		return err
	}
	for _, n := range ns {
		if v := n.val.Load(); v != nil && v.err != nil {
			return v.err
		}
	}
	return nil
}

func asError(err error) *Error {
	if e, ok := err.(*Error); ok {
		return e
	}
	return &Error{Msg: err.Error(), cause: fmt.Errorf("evaluation: %w", err)}
}
