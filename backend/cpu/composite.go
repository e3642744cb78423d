package cpu

import (
	"fmt"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// composite is a kernel for a call that this backend takes whole.
type composite struct {
	version int
	// fits reports whether the kernel computes the results of v's application.
	fits func(v *graph.Value) bool
	// run computes those results that are asked for; the others have no memory.
	run func(e *env, v *graph.Value, in []operand, out [][]byte)
}

// composites are the calls that this backend takes whole where it has machine code, by their names.
var composites = map[string]composite{}

func init() {
	const name = "scaled_dot_product_attention"
	for _, kind := range []string{"", "_causal", "_masked"} {
		composites[name+kind] = composite{1, floats32, attendForward}
		composites["residuals("+name+kind+")"] = composite{1, floats32, attendForward}
		composites["backward(tangent("+name+kind+"))"] = composite{1, attendsBackward, attendBackward}
	}
}

// takesWhole reports whether the device has a kernel for the call v.
func (d *Device) takesWhole(v *graph.Value) bool {
	c, ok := composites[v.Attrs.Name]
	return ok && d.engine.f32 != nil && v.Attrs.Body.Version == c.version && c.fits(v)
}

// floats32 reports whether all operands are float32.
func floats32(v *graph.Value) bool {
	return !slices.ContainsFunc(v.Args, func(x *graph.Value) bool { return x.DType != graph.Float32 })
}

// whole reports whether v is a call that was not inlined.
func whole(v *graph.Value) bool { return v.Op == graph.Call }

// takeCall writes the kernel of the composite v, or adds v to that of another result of the same application. It reads
// its operands where they lie, as contractions do.
func (s *scheduler) takeCall(v *graph.Value) {
	for at, k := range s.kernels {
		if k.kind == kindComposite && graph.Siblings(k.value, v) {
			k.outs, k.index = append(k.outs, s.buffer(v)), append(k.index, v.Attrs.Index)
			s.made[s.buffer(v)] = at
			return
		}
	}
	k := &stage{kind: kindComposite, value: v, outs: []int{s.buffer(v)}, index: []int{v.Attrs.Index}}
	for _, x := range v.Args {
		src, ok := s.source(x)
		if !ok {
			s.forced[base(x)] = true
		}
		k.in = append(k.in, src)
	}
	s.push(k, k.outs[0])
}

// composite runs a stage that computes a call whole.
func (r *run) composite(c *compiled) {
	if f := r.faultOf(c.reads); f != nil {
		for _, b := range c.outs {
			r.faults[b] = f
		}
		return
	}
	sizes := r.b.sizes
	in := make([]operand, len(c.in))
	for i, x := range c.in {
		if in[i] = x.operand(r.buffers, sizes); in[i].len() > 0 {
			in[i].data = r.bytes(x.buf)[sizes[x.at.off]*in[i].dtype.Bytes():]
		}
	}
	out := make([][]byte, len(c.value.Attrs.Body.Funcs[0].Results))
	for i, b := range c.outs {
		if out[c.index[i]] = r.bytes(b); out[c.index[i]] == nil {
			out[c.index[i]] = []byte{}
		}
		r.d.written.Add(int64(r.b.bytes[b]))
		r.touch(b)
	}
	composites[c.value.Attrs.Name].run(&r.d.env, c.value, in, out)
}

// describe is the text of what a composite's stage computes.
func (c *compiled) describe() string {
	return fmt.Sprintf("  %s, results %v: buffers %v\n", c.value.Attrs.Name, c.index, c.outs)
}
