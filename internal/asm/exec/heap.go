package exec

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"unsafe"
)

// ErrUnavailable is why code cannot be executed here: the system, the processor or its administrator does not let
// programs make code.
var ErrUnavailable = errors.New("machine code cannot be made at run time here")

// ErrFull is why no more code is taken: the heap's budget is used up by code that is still held.
var ErrFull = errors.New("the budget for machine code is used up")

const (
	// codeAlign is what every kernel's address is a multiple of, in bytes: a line of the cache.
	codeAlign = 64

	regionSize = 256 << 10

	// breakpoint fills memory that holds no code.
	breakpoint = 0xcc
)

// Options configure a Heap.
type Options struct {
	// Budget is how many bytes of executable memory the heap may hold; zero means 64 MiB. It counts whole regions.
	Budget int

	// Map, where it is not nil, gets a line for each kernel when it is added, of the form that perf reads from
	// /tmp/perf-PID.map: address and size in hexadecimal, and name. A write that fails is ignored.
	Map io.Writer
}

// A Heap holds machine code. It is safe for concurrent use.
type Heap struct {
	mu      sync.Mutex
	options Options
	noAlias error // why regions cannot be mapped twice, if that has been found
	regions []*region
	mapped  int     // bytes of the regions
	codes   []*Code // by address
}

// A region is executable memory with room for several kernels, or for one.
type region struct {
	run   []byte // executable, never written
	write []byte // the same memory, never executable; nil where the region was written before it became executable
	free  []span // by offset; no two touch
	used  int    // kernels in it
	dirty bool   // code has been freed in it
}

// A span is a part of a region.
type span struct{ at, size int }

// NewHeap returns an empty heap.
func NewHeap(options Options) *Heap {
	if options.Budget == 0 {
		options.Budget = 64 << 20
	}
	return &Heap{options: options}
}

// Available returns nil when code can be executed here, or an [ErrUnavailable] with the reason.
func Available() error {
	h := NewHeap(Options{})
	c, err := h.Add("probe", probe)
	if err != nil {
		return err
	}
	c.Call(nil, 0, 0)
	c.Release()
	return h.Close()
}

// Add copies code into executable memory. It is held once: Release gives it back. The error is [ErrFull] when what is
// held leaves no room within the budget: release something and try again.
func (h *Heap) Add(name string, code []byte) (*Code, error) {
	if len(code) == 0 {
		return nil, fmt.Errorf("adding machine code of %s: it is empty", name)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	r, at, err := h.place(code)
	if err != nil {
		return nil, fmt.Errorf("adding machine code of %s, %d bytes: %w", name, len(code), err)
	}
	r.used++
	c := &Code{
		heap:   h,
		name:   name,
		region: r,
		span:   span{at, roundUp(len(code), codeAlign)},
		size:   len(code),
		entry:  uintptr(unsafe.Pointer(&r.run[at])),
	}
	c.holds.Store(1)
	i, _ := h.find(c.entry)
	h.codes = slices.Insert(h.codes, i, c)
	if h.options.Map != nil {
		c.writeLine(h.options.Map)
	}
	return c, nil
}

// place finds room for code and copies it there.
func (h *Heap) place(code []byte) (*region, int, error) {
	size := roundUp(len(code), codeAlign)
	for _, r := range h.regions {
		if at, ok := r.take(size); ok {
			r.fill(at, size, code)
			return r, at, nil
		}
	}
	left := h.options.Budget - h.mapped
	if h.noAlias == nil {
		n := roundUp(max(size, min(regionSize, left)), pageSize)
		if n > left {
			return nil, 0, ErrFull
		}
		r, err := mapTwice(n)
		if err == nil {
			h.regions = append(h.regions, r)
			h.mapped += n
			at, _ := r.take(size)
			r.fill(at, size, code)
			return r, at, nil
		}
		h.noAlias = err
	}
	n := roundUp(size, pageSize)
	if n > left {
		return nil, 0, ErrFull
	}
	r, err := mapOnce(n, code)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w; %w", ErrUnavailable, h.noAlias, err)
	}
	h.regions = append(h.regions, r)
	h.mapped += n
	return r, 0, nil
}

// release takes back the memory of code that nobody holds.
func (h *Heap) release(c *Code) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if i, ok := h.find(c.entry); ok {
		h.codes = slices.Delete(h.codes, i, i+1)
	}
	r := c.region
	r.used--
	if r.used == 0 && (r.write == nil || len(h.regions) > 1) {
		h.regions = slices.DeleteFunc(h.regions, func(other *region) bool { return other == r })
		h.mapped -= len(r.run)
		r.unmap()
		return
	}
	r.give(c.span)
}

// Close unmaps what the heap has mapped. It is an error while code is held, and nothing is unmapped then.
func (h *Heap) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.codes); n > 0 {
		return fmt.Errorf("closing a heap of machine code: %d kernels are held, among them %s", n, h.codes[0].name)
	}
	for _, r := range h.regions {
		r.unmap()
	}
	h.regions, h.mapped = nil, 0
	return nil
}

// Stats are figures about a heap.
type Stats struct {
	Kernels int  // that are held
	Code    int  // bytes of them
	Mapped  int  // bytes of executable memory
	Aliased bool // regions are mapped twice
}

// Stats returns the heap's figures.
func (h *Heap) Stats() Stats {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := Stats{Kernels: len(h.codes), Mapped: h.mapped, Aliased: h.noAlias == nil}
	for _, c := range h.codes {
		s.Code += c.size
	}
	return s
}

// Lookup returns the code that a program counter is in, or nil. It is for reports: the code may be released at any time.
func (h *Heap) Lookup(pc uintptr) *Code {
	h.mu.Lock()
	defer h.mu.Unlock()
	i, ok := h.find(pc)
	if !ok && i > 0 {
		i--
	}
	if i < len(h.codes) && pc-h.codes[i].entry < uintptr(h.codes[i].size) {
		return h.codes[i]
	}
	return nil
}

// WriteMap writes a line for each kernel, as [Options.Map] gets them.
func (h *Heap) WriteMap(w io.Writer) error {
	h.mu.Lock()
	codes := slices.Clone(h.codes)
	h.mu.Unlock()
	for _, c := range codes {
		if err := c.writeLine(w); err != nil {
			return fmt.Errorf("writing the map of machine code: %w", err)
		}
	}
	return nil
}

// find returns the place of an address among the kernels, and whether one begins there.
func (h *Heap) find(address uintptr) (int, bool) {
	return slices.BinarySearchFunc(h.codes, address, func(c *Code, a uintptr) int { return cmp.Compare(c.entry, a) })
}

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }
