package cpu

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/rewrite"
)

// dump writes what becomes of a program to files for people: the graph at each pass, the loops of each stage, their machine
// code, and how long each stage took, written anew after runs 1, 2, 4, ….
type dump struct {
	pass func(pass string, before, after *graph.Func)
	path string // of the stages
	text []string

	mu    sync.Mutex
	code  []string // of each stage: where its machine code is, for the sizes it was laid out for last
	runs  int
	spent []time.Duration
	did   []effort // in the last run
	roof  func() roof
}

var dumped struct {
	sync.Mutex
	n int
}

func newDump(dir, name string, f *graph.Func) (*dump, error) {
	pass, err := rewrite.DumpDir(dir)
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = f.Name
	}
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>| `, r) {
			return '_'
		}
		return r
	}, name)
	dumped.Lock()
	dumped.n++
	n := dumped.n
	dumped.Unlock()
	d := &dump{pass: pass, path: filepath.Join(dir, fmt.Sprintf("program%04d-%s.txt", n, name))}
	d.text = []string{f.String()}
	return d, nil
}

// stages writes the loops.
func (d *dump) stages(p *program) {
	var b strings.Builder
	for i := range p.buffers {
		x := &p.buffers[i]
		role := ""
		switch {
		case x.param >= 0:
			role = fmt.Sprintf("  parameter %d", x.param)
		case x.output >= 0:
			role = fmt.Sprintf("  result %d", x.output)
		case x.first < 0:
			continue
		}
		fmt.Fprintf(&b, "b%d: %s%s\n", i, x.typ, role)
	}
	d.text = append(d.text, b.String())
	for i, c := range p.stages {
		d.text = append(d.text, fmt.Sprintf("stage %d: %s", i, c))
	}
	d.spent, d.did = make([]time.Duration, len(p.stages)), make([]effort, len(p.stages))
	d.roof = sync.OnceValue(p.d.roof)
	d.write()
}

// String is the text form of a stage.
func (c *compiled) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", c.kind, c.value.Op)
	for i, x := range c.stage.in {
		fmt.Fprintf(&b, "  operand %d: b%d", i, x.buf)
		if c.kind == kindTiled || c.kind == kindComposite {
			fmt.Fprintf(&b, "[%s]", x.at)
		}
		b.WriteByte('\n')
	}
	switch {
	case c.loop != nil:
		b.WriteString(c.loop.String())
	case c.kind == kindBodies:
		fmt.Fprintf(&b, "  results %v: buffers %v\n", c.index, c.outs)
	case c.kind == kindComposite:
		b.WriteString(c.describe())
	default:
		fmt.Fprintf(&b, "  result: b%d\n", c.stage.out)
	}
	for _, p := range c.pairs {
		fmt.Fprintf(&b, "  b%d may take the memory of b%d\n", p.to, p.from)
	}
	return b.String()
}

// time notes how long the stages from first to end took together, and for what: a group's time is its first stage's. After
// the last one of a run it is written down.
func (d *dump) time(first, end int, t time.Duration, did effort) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spent[first] += t
	d.did[first] = did
	if end < len(d.spent) {
		return
	}
	if d.runs++; d.runs&(d.runs-1) == 0 {
		d.write()
	}
}

func (d *dump) write() {
	var b strings.Builder
	for i, t := range d.text {
		b.WriteString(t)
		if at := i - 2; at >= 0 && d.runs > 0 {
			took := d.spent[at] / time.Duration(d.runs)
			if at < len(d.code) {
				b.WriteString(d.code[at])
			}
			fmt.Fprintf(&b, "  %s a run, of %d", took, d.runs)
			if took > 0 { // a group's time is its first stage's
				fmt.Fprintf(&b, "; %s", d.roof().share(d.did[at], took))
			}
			b.WriteByte('\n')
		}
		b.WriteByte('\n')
	}
	if err := os.WriteFile(d.path, []byte(b.String()), 0o666); err != nil {
		fmt.Fprintln(os.Stderr, "flambeau: dump:", err)
	}
}
