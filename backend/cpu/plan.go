package cpu

import (
	"fmt"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// binding is a program laid out for particular sizes.
type binding struct {
	key     []int64
	sizes   bound
	bytes   []int // of each buffer
	layouts []*layout
	dots    []laidOut   // of each stage; nil where there is none
	groups  []*rowGroup // by their first stage
	host    []int       // of each buffer, the one in whose memory it lives: itself, or the result that it becomes
	offset  []int       // of each buffer in the arena, −1 where it is not there
	arena   int         // bytes
}

const alignment = 64

// bind lays the program out for sizes, or finds the layout of the last run.
func (p *program) bind(sizes []int64) (*binding, error) {
	if b := p.last.Load(); b != nil && slices.Equal(b.key, sizes) {
		return b, nil
	}
	env := func(name string) (int64, bool) {
		i := slices.Index(p.symbols, name)
		if i < 0 {
			return 0, false
		}
		return sizes[i], true
	}
	for i, n := range sizes {
		if n < 0 {
			return nil, fmt.Errorf("cpu: size %s is %d", p.symbols[i], n)
		}
	}
	for _, g := range p.guards {
		if x, y := g.A.Eval(env), g.B.Eval(env); x != y {
			return nil, fmt.Errorf("cpu: the sizes %s and %s must be equal, but are %d and %d", g.A, g.B, x, y)
		}
	}
	if err := p.fit(env); err != nil {
		return nil, err
	}
	b := &binding{key: slices.Clone(sizes), sizes: p.table.bind(env)}
	for _, x := range p.buffers {
		b.bytes = append(b.bytes, b.sizes[x.elements]*x.typ.DType.Bytes())
	}
	for _, c := range p.stages {
		var y *layout
		if c.code != nil {
			y = c.code.layout(b.sizes, c.overwrites)
			if p.d.loops != nil {
				y.compile(p.d.loops, c.value.Op.Name)
			}
		}
		b.layouts = append(b.layouts, y)
		b.dots = append(b.dots, layOutDot(c, p.buffers, b.sizes, p.d.engine))
	}
	p.host(b)
	p.group(b)
	p.plan(b)
	if p.dump != nil {
		p.dump.machine(p, b)
	}
	p.last.Store(b)
	return b, nil
}

// fit checks that the numbers behind symbolic sizes fit the primitives that the program was made of.
func (p *program) fit(env func(string) (int64, bool)) error {
	number := func(n graph.Size) graph.Size { return graph.N(int(n.Eval(env))) }
	numbers := func(t graph.Type) graph.Type {
		shape := make(graph.Shape, len(t.Shape))
		for i, n := range t.Shape {
			shape[i] = number(n)
		}
		return graph.Type{DType: t.DType, Shape: shape}
	}
	for _, v := range p.shaped {
		in := make([]graph.Type, len(v.Args))
		for i, x := range v.Args {
			in[i] = numbers(x.Type)
		}
		a := v.Attrs.MapSizes(number)
		t, err := v.Op.Infer(nil, a, in...)
		if err != nil {
			return err
		}
		if want := numbers(v.Type); !t.Equal(want) {
			return fmt.Errorf("cpu: %s has turned out to be %s, not %s", v.Op, t, want)
		}
		for _, n := range t.Shape {
			if k, _ := n.Int(); k < 0 {
				return fmt.Errorf("cpu: %s has turned out to be %s", v.Op, t)
			}
		}
	}
	return nil
}

// plan finds a place in the arena for each buffer that lives inside the program alone: the first gap that is large
// enough while it lives, or the place of a buffer that the same loop reads for the last time.
func (p *program) plan(b *binding) {
	b.offset = make([]int, len(p.buffers))
	for i := range b.offset {
		b.offset[i] = -1
	}
	a := arena{}
	taken := make([]bool, len(p.buffers)) // its place went to another
	var over []int                        // buffers that nobody needs once the group at hand has ended
	for at, c := range p.stages {
		writes := c.writes()
		for _, w := range writes {
			x := &p.buffers[w]
			if x.first != at || x.output >= 0 || b.host[w] != w || b.isLocal(at, w) {
				continue
			}
			for _, pr := range c.pairs {
				if pr.to == w && !taken[pr.from] && b.offset[pr.from] >= 0 && b.bytes[pr.from] == b.bytes[w] {
					b.offset[w], taken[pr.from] = b.offset[pr.from], true
					break
				}
			}
			if b.offset[w] < 0 {
				b.offset[w] = a.take(b.bytes[w])
			}
		}
		for _, r := range append(writes, c.reads...) {
			if p.buffers[r].last == at && b.offset[r] >= 0 && !taken[r] {
				over = append(over, r)
				taken[r] = true
			}
		}
		if b.groupEnd(at) == at {
			for _, r := range over {
				a.give(b.offset[r], b.bytes[r])
			}
			over = over[:0]
		}
	}
	b.arena = a.size
}

// arena is memory that is handed out from the first gap that is large enough.
type arena struct {
	gaps []gap // growing, not touching each other
	size int
}

type gap struct{ at, n int }

func roundUp(n int) int { return (max(n, 1) + alignment - 1) &^ (alignment - 1) }

func (a *arena) take(n int) int {
	n = roundUp(n)
	for i, g := range a.gaps {
		if g.n >= n {
			if g.n == n {
				a.gaps = slices.Delete(a.gaps, i, i+1)
			} else {
				a.gaps[i] = gap{g.at + n, g.n - n}
			}
			return g.at
		}
	}
	at := a.size
	if k := len(a.gaps) - 1; k >= 0 && a.gaps[k].at+a.gaps[k].n == a.size { // the last gap grows
		at = a.gaps[k].at
		a.gaps = a.gaps[:k]
	}
	a.size = at + n
	return at
}

func (a *arena) give(at, n int) {
	n = roundUp(n)
	i, _ := slices.BinarySearchFunc(a.gaps, at, func(g gap, at int) int { return g.at - at })
	a.gaps = slices.Insert(a.gaps, i, gap{at, n})
	if i+1 < len(a.gaps) && at+n == a.gaps[i+1].at {
		a.gaps[i].n += a.gaps[i+1].n
		a.gaps = slices.Delete(a.gaps, i+1, i+2)
	}
	if i > 0 && a.gaps[i-1].at+a.gaps[i-1].n == at {
		a.gaps[i-1].n += a.gaps[i].n
		a.gaps = slices.Delete(a.gaps, i, i+1)
	}
}
