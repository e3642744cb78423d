// Package reference is a device that evaluates each primitive by its reference rule, one value after the other, on
// Go's heap. It is slow and plain: what other devices compute is compared with it, and the layers above are tested on
// it without a compiler in between.
package reference

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// Device is the reference device. The zero Device is ready to use.
type Device struct {
	mu  sync.Mutex
	mem backend.Memory
}

// Name says what it is.
func (d *Device) Name() string { return "reference" }

// Memory reports the bytes in use.
func (d *Device) Memory() backend.Memory {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.mem
}

// SetMemoryLimit bounds the live bytes.
func (d *Device) SetMemoryLimit(bytes int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mem.Limit = bytes
}

type buffer struct {
	d    *Device
	data []byte
	once sync.Once
}

func (b *buffer) Size() int64  { return int64(len(b.data)) }
func (b *buffer) Host() []byte { return b.data }
func (b *buffer) Free() {
	freed := false
	b.once.Do(func() { freed = true })
	if !freed {
		panic("reference: a buffer is freed twice")
	}
	b.d.mu.Lock()
	defer b.d.mu.Unlock()
	b.d.mem.Live -= b.Size()
}

// Alloc hands out a buffer.
func (d *Device) Alloc(bytes int64) (backend.Buffer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.mem.Limit > 0 && d.mem.Live+bytes > d.mem.Limit {
		return nil, &backend.LimitError{Want: bytes, Live: d.mem.Live, Limit: d.mem.Limit}
	}
	d.mem.Live += bytes
	d.mem.Fresh += bytes
	d.mem.Peak = max(d.mem.Peak, d.mem.Live)
	d.mem.Reserved = d.mem.Peak
	return &buffer{d: d, data: make([]byte, bytes)}, nil
}

// Write copies src into dst.
func (d *Device) Write(dst backend.Buffer, src []byte) error {
	copy(dst.Host(), src)
	return nil
}

// Read copies src out.
func (d *Device) Read(dst []byte, src backend.Buffer) error {
	copy(dst, src.Host())
	return nil
}

type program struct {
	d       *Device
	f       *graph.Func
	symbols []string
}

// Compile keeps f as it is.
func (d *Device) Compile(f *graph.Func, _ backend.Options) (backend.Program, error) {
	return &program{d, f, f.Symbols()}, nil
}

// Run evaluates the values of the function in order.
func (p *program) Run(ctx context.Context, l *backend.Launch) error {
	if len(l.Sizes) != len(p.symbols) || len(l.Inputs) != len(p.f.Params) {
		return fmt.Errorf("launch of %d sizes and %d inputs for %d and %d", len(l.Sizes), len(l.Inputs), len(p.symbols), len(p.f.Params))
	}
	env := func(name string) (int64, bool) {
		i := slices.Index(p.symbols, name)
		if i < 0 {
			return 0, false
		}
		return l.Sizes[i], true
	}
	for _, g := range p.f.Guards() {
		if a, b := g.A.Eval(env), g.B.Eval(env); a != b {
			return fmt.Errorf("the sizes %s = %d and %s = %d must be equal", g.A, a, g.B, b)
		}
	}
	vals, faults := make([]*graph.Array, len(p.f.Values)), make([]*backend.Fault, len(p.f.Values))
	param, number := 0, 0
	for _, v := range p.f.Values {
		if err := ctx.Err(); err != nil {
			return err
		}
		dims := make([]int, v.Rank())
		for i, s := range v.Shape {
			dims[i] = int(s.Eval(env))
		}
		if v.Op == graph.Param {
			n := v.DType.Bytes()
			for _, k := range dims {
				n *= k
			}
			a, err := graph.FromBytes(v.DType, dims, l.Inputs[param].Host()[:n])
			if err != nil {
				return fmt.Errorf("input %d: %w", param, err)
			}
			vals[v.ID] = a
			param++
			continue
		}
		attrs := v.Attrs.MapSizes(func(s graph.Size) graph.Size { return graph.N(int(s.Eval(env))) })
		if v.Op == graph.Number {
			attrs = &graph.Attrs{DType: v.DType, Value: l.Numbers[number]}
			number++
		}
		if attrs == nil {
			attrs = &graph.Attrs{}
		}
		in := make([]*graph.Array, len(v.Args))
		for i, x := range v.Args {
			in[i] = vals[x.ID]
			if f := faults[x.ID]; f != nil {
				faults[v.ID] = f
			}
		}
		if faults[v.ID] != nil {
			continue
		}
		out := graph.NewArray(v.DType, dims...)
		if err := v.Op.Eval(attrs, in, out); err != nil {
			faults[v.ID] = &backend.Fault{Op: v.Op.Name, Pos: v.Pos, Msg: err.Error()}
			continue
		}
		vals[v.ID] = out
	}
	return p.results(l, vals, faults)
}

func (p *program) results(l *backend.Launch, vals []*graph.Array, faults []*backend.Fault) error {
	l.Outputs = make([]backend.Output, len(p.f.Results))
	l.Taken = make([]bool, len(l.Inputs))
	for i, v := range p.f.Results {
		if f := faults[v.ID]; f != nil {
			l.Outputs[i].Fault = f
			continue
		}
		data := vals[v.ID].Bytes()
		b, err := p.d.Alloc(int64(len(data)))
		if err != nil {
			for _, o := range l.Outputs[:i] {
				if o.Buffer != nil {
					o.Buffer.Free()
				}
			}
			return errors.Join(err)
		}
		copy(b.Host(), data)
		l.Outputs[i].Buffer = b
	}
	return nil
}
