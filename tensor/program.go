package tensor

import (
	"encoding/binary"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// entry is a cached program: the canonical key, what it learned to keep, and one compiled form for each set of kept
// positions.
type entry struct {
	key     []uint64
	name    string         // for profiles
	learned map[int32]bool // position → read since the last collection
	watched int            // the collection count at which a run was last sampled
	plans   map[string]*plan
}

// plan is one compiled form of a program.
type plan struct {
	prog    backend.Program
	keep    []bool   // by position: is its value wanted
	source  []int32  // by position, where kept: the result (≥ 0), or the input −source−1 that it aliases
	results []int32  // the position of each result
	shared  []bool   // by input: a kept node aliases it, so it cannot be given away
	symbols []symbol // where each of the function's sizes is found
	numbers []int32  // the position of each number
}

// symbol says where a named size of a program is found when it is launched.
type symbol struct {
	at    int32 // ≥ 0: an attribute of the recipe at that position; < 0: input −at−1
	start bool  // Attrs.Start rather than Attrs.Shape
	k     int
}

// program finds the entry of what e collected, or makes one. The key is what programs may depend on: topology,
// structural attributes, dtypes, ranks, how reshapes group, constants written by rules. Sizes, offsets and numbers
// given by the user are not in it.
func (d *Device) program(e *evaluation) *entry {
	k := d.key[:0]
	for i, r := range e.recs {
		n := e.order[i]
		if r.op == nil {
			k = append(k, 1<<63|uint64(uint32(r.operands()[0].slot)))
			continue
		}
		in := r.operands()
		k = append(k, uint64(r.op.ID())|uint64(n.typ.DType)<<16|uint64(len(n.typ.Shape))<<24|uint64(len(in))<<32|bit(r.attrs != nil)<<60)
		for _, x := range in {
			k = append(k, uint64(uint32(x.slot)))
		}
		k = appendAttrs(k, r)
	}
	for _, n := range e.inputs {
		k = append(k, 1<<62|uint64(n.typ.DType)<<16|uint64(len(n.typ.Shape)))
	}
	for _, n := range e.roots {
		k = append(k, uint64(uint32(n.slot)))
	}
	d.key = k
	h := uint64(14695981039346656037)
	for _, w := range k {
		h = (h ^ w) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	for _, c := range d.cache[h] {
		if slices.Equal(c.key, k) { // a hash alone would one day compute something else
			return c
		}
	}
	c := &entry{key: slices.Clone(k), name: "program " + strconv.Itoa(d.stats.Programs+1), learned: map[int32]bool{}, plans: map[string]*plan{}, watched: -1}
	d.cache[h] = append(d.cache[h], c)
	d.stats.Programs++
	return c
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// appendAttrs adds the structural attributes of r to a key. Lists carry their lengths and what may be absent a bit, so
// that keys cannot be read in two ways.
func appendAttrs(k []uint64, r *recipe) []uint64 {
	a := r.attrs
	if a == nil {
		return k
	}
	list := func(xs []int) {
		k = append(k, uint64(len(xs)))
		for _, x := range xs {
			k = append(k, uint64(x))
		}
	}
	k = append(k, uint64(len(a.Axes))|uint64(len(a.Step))<<8|uint64(len(a.Shape))<<16|uint64(len(a.Start))<<24|uint64(a.DType)<<32|uint64(a.Batch)<<40|uint64(a.Value.Kind())<<48|
		bit(a.Window != nil)<<56|bit(a.Dot != nil)<<57|bit(a.Body != nil)<<58|bit(a.Host != nil)<<59)
	for _, x := range a.Axes {
		k = append(k, uint64(x))
	}
	for _, x := range a.Step {
		k = append(k, uint64(x))
	}
	if w := a.Window; w != nil {
		for _, l := range [][]int{w.Size, w.Stride, w.Low, w.High, w.Dilation} {
			list(l)
		}
		k = append(k, uint64(w.Groups))
	}
	if t := a.Dot; t != nil {
		for _, l := range [][]int{t.LBatch, t.RBatch, t.LContract, t.RContract} {
			list(l)
		}
	}
	if a.Host != nil {
		k = append(k, a.Host.Identity(), uint64(a.Index))
	}
	if b := a.Body; b != nil {
		k = append(k, uint64(a.Index)|uint64(len(b.Funcs))<<32|uint64(len(b.Free))<<40|bit(b.Reverse)<<48|bit(b.Transposed != nil)<<49,
			uint64(b.Consts), uint64(b.Carry), uint64(b.Version), uint64(len(a.Name)))
		for _, f := range b.Funcs {
			k = append(k, f.Identity())
		}
		for i := range len(a.Name) {
			k = append(k, uint64(a.Name[i]))
		}
		list(b.Linear)
	}
	switch r.op {
	case graph.Const:
		hi, lo := a.Value.Bits()
		k = append(k, hi, lo)
	case graph.Reshape:
		groups := reshapeGroups(r.operands()[0].typ.Shape, a.Shape)
		k = append(k, uint64(len(groups)))
		for _, g := range groups {
			k = append(k, uint64(g.from)|uint64(g.to)<<16|uint64(g.kind)<<32)
		}
	}
	return k
}

// group pairs consecutive axes of the operand of a reshape with consecutive axes of its result.
type group struct {
	from, to int
	kind     groupKind
}

type groupKind uint8

const (
	merge groupKind = iota // the axes multiply to the same size
	drop                   // one axis of 1 in the operand, none in the result
	grow                   // one axis of 1 in the result
	whole                  // a size of 0 is involved: no more is said
)

// reshapeGroups says how the axes of a reshape go together: what of it is structure. An axis of exactly 1 on one side
// alone is structure; where both sides have one it is a size like others, so that a batch of one is no case of its own.
func reshapeGroups(from, to []graph.Size) []group {
	num := func(s graph.Size) int { n, _ := s.Int(); return n }
	for _, s := range slices.Concat(from, to) {
		if s.Is(0) {
			return []group{{len(from), len(to), whole}}
		}
	}
	var out []group
	i, j := 0, 0
	for i < len(from) || j < len(to) {
		switch {
		case i < len(from) && from[i].Is(1) && (j == len(to) || !to[j].Is(1)):
			out = append(out, group{1, 0, drop})
			i++
			continue
		case j < len(to) && to[j].Is(1) && (i == len(from) || !from[i].Is(1)):
			out = append(out, group{0, 1, grow})
			j++
			continue
		}
		i0, j0 := i, j
		p, q := num(from[i]), num(to[j])
		i, j = i+1, j+1
		for p != q {
			if p < q {
				p *= num(from[i])
				i++
			} else {
				q *= num(to[j])
				j++
			}
		}
		out = append(out, group{i - i0, j - j0, merge})
	}
	return out
}

// plan finds or compiles the form of the entry that keeps what is asked for and what was learned.
func (c *entry) plan(d *Device, e *evaluation) (*plan, error) {
	if p := c.plans[""]; p != nil && len(c.learned) == 0 {
		return p, nil
	}
	learned := make([]int32, 0, len(c.learned))
	for p := range c.learned {
		learned = append(learned, p)
	}
	slices.Sort(learned)
	var id []byte
	for _, p := range learned {
		id = binary.LittleEndian.AppendUint32(id, uint32(p))
	}
	if p := c.plans[string(id)]; p != nil {
		return p, nil
	}
	p := &plan{keep: make([]bool, len(e.order)), source: make([]int32, len(e.order)), shared: make([]bool, len(e.inputs))}
	for _, i := range learned {
		p.keep[i] = true
	}
	for _, n := range e.roots {
		if n.slot >= 0 {
			p.keep[n.slot] = true
		}
	}
	e.compileFrom = time.Now()
	if err := e.compile(p); err != nil {
		return nil, err
	}
	e.compiling = time.Since(e.compileFrom)
	c.plans[string(id)] = p
	d.stats.Forms++
	return p, nil
}

// compile builds and compiles the program of what e collected. A mistake of a compiler is an error of this program:
// the device, whose lock is held, goes on.
func (e *evaluation) compile(p *plan) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("compiling a program: %v\n%s", r, debug.Stack())
		}
	}()
	f, err := e.function(p)
	if err != nil {
		return err
	}
	if p.prog, err = e.d.backend.Compile(f, backend.Options{Name: f.Name}); err != nil {
		return fmt.Errorf("compiling: %w", err)
	}
	return nil
}

// function builds the graph of what e collected, with a named size for each size that is not structure. What the
// primitives require to be equal becomes one name.
func (e *evaluation) function(p *plan) (f *graph.Func, err error) {
	defer func() {
		if r := recover(); r != nil {
			g, ok := r.(*graph.Error)
			if !ok {
				panic(r)
			}
			err = fmt.Errorf("building a program: %w", g)
		}
	}()
	f = graph.NewFunc("program")
	where := map[string]symbol{}
	fresh := func(s symbol) graph.Size {
		name := "s" + strconv.Itoa(len(where))
		where[name] = s
		return graph.Sym(name)
	}
	params := make([]*graph.Value, len(e.inputs))
	for i, n := range e.inputs {
		shape := make(graph.Shape, len(n.typ.Shape))
		for k := range shape {
			shape[k] = fresh(symbol{at: int32(-i - 1), k: k})
		}
		params[i] = f.Param("x"+strconv.Itoa(i), graph.Type{DType: n.typ.DType, Shape: shape})
	}
	vals := make([]*graph.Value, len(e.order))
	at := func(n *node) *graph.Value {
		if n.slot < 0 {
			return params[-n.slot-1]
		}
		return vals[n.slot]
	}
	for i, r := range e.recs {
		if r.op == nil {
			vals[i] = at(r.operands()[0])
			continue
		}
		args := make([]*graph.Value, len(r.operands()))
		for k, x := range r.operands() {
			args[k] = at(x)
		}
		v := graph.ApplyIn(f, r.op, e.symbolic(i, args, f.Solver(), fresh), args...)
		v.Pos = i
		vals[i] = v
		if r.op == graph.Number {
			p.numbers = append(p.numbers, int32(i))
		}
	}
	index := map[*graph.Value]int32{}
	for i, v := range params {
		index[v] = int32(-i - 1)
	}
	for i, keep := range p.keep {
		if !keep {
			continue
		}
		v := vals[i]
		s, ok := index[v]
		if !ok {
			s = int32(len(f.Results))
			index[v] = s
			f.Results = append(f.Results, v)
			p.results = append(p.results, int32(i))
		} else if s < 0 {
			p.shared[-s-1] = true
		}
		p.source[i] = s
	}
	f.Settle()
	for _, name := range f.Symbols() {
		p.symbols = append(p.symbols, where[name])
	}
	return f, nil
}

// symbolic is the attributes of recipe i with names for its sizes.
func (e *evaluation) symbolic(i int, args []*graph.Value, s *graph.Solver, fresh func(symbol) graph.Size) *graph.Attrs {
	return symbolicAttrs(e.recs[i], args, s, func(start bool, k int) graph.Size {
		return fresh(symbol{at: int32(i), start: start, k: k})
	})
}

// symbolicAttrs is the attributes of r, applied to args, with names for the sizes that are not structure: fresh names
// element k of Attrs.Shape, or of Attrs.Start.
func symbolicAttrs(r *recipe, args []*graph.Value, s *graph.Solver, fresh func(start bool, k int) graph.Size) *graph.Attrs {
	if r.attrs == nil || len(r.attrs.Shape)+len(r.attrs.Start) == 0 && r.attrs.Value.Cell() == nil {
		return r.attrs
	}
	a := *r.attrs
	a.Value = a.Value.Plain()
	if r.op == graph.Reshape {
		a.Shape = regroup(r, args[0], s, fresh)
		return &a
	}
	a.Shape = make([]graph.Size, len(r.attrs.Shape))
	for k := range a.Shape {
		a.Shape[k] = fresh(false, k)
	}
	a.Start = make([]graph.Size, len(r.attrs.Start))
	for k := range a.Start {
		a.Start[k] = fresh(true, k)
	}
	return &a
}

// regroup is the sizes of a reshape: products where axes merge, names where they split.
func regroup(r *recipe, x *graph.Value, s *graph.Solver, fresh func(start bool, k int) graph.Size) []graph.Size {
	to := r.attrs.Shape
	var out []graph.Size
	k := 0
	for _, g := range reshapeGroups(r.operands()[0].typ.Shape, to) {
		part := x.Shape[k : k+g.from]
		k += g.from
		switch {
		case g.kind == grow:
			out = append(out, graph.N(1))
		case g.kind == drop:
			s.Same(part[0], graph.N(1))
		case g.kind == merge && g.to == 1:
			out = append(out, s.Resolve(part.Count()))
		default:
			prod := graph.N(1)
			for range g.to {
				n := fresh(false, len(out))
				prod = prod.Mul(n)
				out = append(out, n)
			}
			s.Same(part.Count(), prod)
		}
	}
	return out
}
