package tensor

import (
	"context"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
)

// The page that tensors are printed for, as PyTorch's torch.set_printoptions has it by default.
const (
	printDigits    = 4    // after the point
	printThreshold = 1000 // elements above which only the edges are shown
	printEdge      = 3    // elements or rows at each edge
	printWidth     = 80   // columns of a line
)

// String computes t and writes it as PyTorch does:
//
//	tensor([[1.0000, 2.5000],
//	        [3.0000, 4.0000]])
//
// Of more than 1,000 elements only the edges are shown. It panics with *Error where t cannot be computed.
func (t *Tensor) String() string { return t.text(printDigits, printThreshold) }

// Format makes the verbs %v and %s write t as String does. A precision is the number of digits after the point
// (%.8v), and the flag + asks for all elements (%+v).
func (t *Tensor) Format(s fmt.State, verb rune) {
	if verb != 'v' && verb != 's' {
		fmt.Fprintf(s, "%%!%c(*tensor.Tensor)", verb)
		return
	}
	if t == nil {
		io.WriteString(s, "<nil>")
		return
	}
	digits, threshold := printDigits, printThreshold
	if p, ok := s.Precision(); ok {
		digits = p
	}
	if s.Flag('+') {
		threshold = math.MaxInt
	}
	io.WriteString(s, t.text(digits, threshold))
}

func (t *Tensor) text(digits, threshold int) string {
	const prefix = "tensor("
	d := t.DType()
	body := "[]"
	if t.Numel() > 0 {
		a, err := t.Array(context.Background())
		if err != nil {
			panic(asError(err))
		}
		body = newPrinter(a, digits, threshold).array(0, 0, len(prefix))
	}
	var suffixes []string
	if t.Device() != Default() {
		suffixes = append(suffixes, "device="+strconv.Quote(t.Device().String()))
	}
	plain := d == Float32
	if t.Numel() == 0 {
		if t.Dim() != 1 {
			suffixes = append(suffixes, "size="+t.typ.Shape.String())
		}
	} else {
		plain = plain || d == Int64 || d == Bool || d == Complex64
	}
	if !plain {
		suffixes = append(suffixes, "dtype="+d.String())
	}
	switch {
	case t.IsLeaf():
		suffixes = append(suffixes, "requires_grad=true")
	case t.NeedsGrad():
		suffixes = append(suffixes, "grad_fn=<"+t.madeBy()+">")
	}
	return withSuffixes(prefix+body, suffixes, len(prefix))
}

// madeBy is the operator that t's history ends with: for a view the last movement.
func (t *Tensor) madeBy() string {
	if t.via != nil {
		return t.via.op.Name
	}
	return t.st.node.Load().op
}

// withSuffixes closes the parenthesis after what says more of the tensor, on new lines where a line would grow too
// long.
func withSuffixes(text string, suffixes []string, indent int) string {
	var b strings.Builder
	b.WriteString(text)
	last := len(text) - strings.LastIndexByte(text, '\n') + 1
	for _, s := range suffixes {
		if last+len(s)+2 > printWidth {
			b.WriteString(",\n" + strings.Repeat(" ", indent) + s)
			last = indent + len(s)
		} else {
			b.WriteString(", " + s)
			last += len(s) + 2
		}
	}
	b.WriteByte(')')
	return b.String()
}

// printer writes the elements of an array; all of them have one width.
type printer struct {
	a       *graph.Array
	strides []int
	edges   bool // show only these of long axes
	element func(i int) string
	width   int // of an element
}

func newPrinter(a *graph.Array, digits, threshold int) *printer {
	p := &printer{a: a, strides: rowMajor(a.Dims), edges: a.Len() > threshold}
	var shown []int
	p.each(0, 0, func(i int) { shown = append(shown, i) })
	switch {
	case a.DType.IsComplex():
		re := newNumbers(digits, shown, func(i int) float64 { return real(a.C[i]) })
		im := newNumbers(digits, shown, func(i int) float64 { return imag(a.C[i]) })
		p.element = func(i int) string {
			y := strings.TrimLeft(im.format(imag(a.C[i])), " ") + "j"
			if y[0] != '-' {
				y = "+" + y
			}
			return re.format(real(a.C[i])) + y
		}
		p.width = re.width + im.width + 1
	case a.DType.IsFloat():
		f := newNumbers(digits, shown, func(i int) float64 { return a.F[i] })
		p.element = func(i int) string { return f.format(a.F[i]) }
		p.width = f.width
	default:
		for _, i := range shown {
			p.width = max(p.width, len(p.integer(i)))
		}
		p.element = func(i int) string { return pad(p.integer(i), p.width) }
	}
	return p
}

// integer is element i of an array of integers or truth values, whose names are those that PyTorch prints.
func (p *printer) integer(i int) string {
	n := p.a.I[i]
	switch {
	case p.a.DType == Bool && n != 0:
		return "True"
	case p.a.DType == Bool:
		return "False"
	case p.a.DType == graph.Uint64:
		return strconv.FormatUint(uint64(n), 10)
	}
	return strconv.FormatInt(n, 10)
}

func pad(s string, width int) string {
	return strings.Repeat(" ", max(width-len(s), 0)) + s
}

// places are the indices along an axis that are shown; gap is where the others are left out, or −1.
func (p *printer) places(axis int) (at []int, gap int) {
	n := p.a.Dims[axis]
	if !p.edges || n <= 2*printEdge {
		at = make([]int, n)
		for i := range at {
			at[i] = i
		}
		return at, -1
	}
	for i := range printEdge {
		at = append(at, i)
	}
	for i := n - printEdge; i < n; i++ {
		at = append(at, i)
	}
	return at, printEdge
}

// each calls f with the place in memory of every element that is shown.
func (p *printer) each(axis, from int, f func(i int)) {
	if axis == len(p.a.Dims) {
		f(from)
		return
	}
	at, _ := p.places(axis)
	for _, k := range at {
		p.each(axis+1, from+k*p.strides[axis], f)
	}
}

// array is the part of the array from the given axis on that begins at from, indented after its first line.
func (p *printer) array(axis, from, indent int) string {
	if axis == len(p.a.Dims) {
		return p.element(from)
	}
	at, gap := p.places(axis)
	var parts []string
	last := axis == len(p.a.Dims)-1
	for i, k := range at {
		if i == gap {
			if last {
				parts = append(parts, " ...")
			} else {
				parts = append(parts, "...")
			}
		}
		parts = append(parts, p.array(axis+1, from+k*p.strides[axis], indent+1))
	}
	margin := strings.Repeat(" ", indent+1)
	if !last {
		return "[" + strings.Join(parts, ","+strings.Repeat("\n", len(p.a.Dims)-axis-1)+margin) + "]"
	}
	perLine := max(1, (printWidth-indent)/(p.width+2))
	var lines []string
	for len(parts) > perLine {
		lines = append(lines, strings.Join(parts[:perLine], ", "))
		parts = parts[perLine:]
	}
	return "[" + strings.Join(append(lines, strings.Join(parts, ", ")), ",\n"+margin) + "]"
}

// numbers writes real numbers: as integers with a point where all finite ones are, in scientific notation where they
// lie far apart or far from 1, else with a fixed number of digits.
type numbers struct {
	digits       int
	whole, power bool
	width        int
}

func newNumbers(digits int, shown []int, at func(i int) float64) *numbers {
	n := &numbers{digits: digits, whole: true, width: 1}
	var some []float64 // finite and not zero: what decides
	low, high := math.Inf(1), 0.0
	for _, i := range shown {
		x := at(i)
		if x == 0 || math.IsInf(x, 0) || math.IsNaN(x) {
			continue
		}
		some = append(some, x)
		low, high = min(low, math.Abs(x)), max(high, math.Abs(x))
		n.whole = n.whole && x == math.Ceil(x)
	}
	if len(some) == 0 {
		return n
	}
	n.power = high/low > 1000 || high > 1e8 || !n.whole && low < 1e-4
	for _, x := range some {
		n.width = max(n.width, len(n.plain(x)))
	}
	return n
}

// plain is x without padding.
func (n *numbers) plain(x float64) string {
	switch {
	case math.IsNaN(x):
		return "nan"
	case math.IsInf(x, 0):
		return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(x, 'f', 0, 64), "+"))
	case n.power:
		return strconv.FormatFloat(x, 'e', n.digits, 64)
	case n.whole:
		return strconv.FormatFloat(x, 'f', 0, 64) + "."
	}
	return strconv.FormatFloat(x, 'f', n.digits, 64)
}

func (n *numbers) format(x float64) string { return pad(n.plain(x), n.width) }
