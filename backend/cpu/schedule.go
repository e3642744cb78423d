package cpu

import "github.com/flambeau-ml/flambeau/graph"

// scheduler turns a graph into kernels. First it decides which values get buffers (roots), then it writes a loop for
// each of them, following producers up to other roots, and joins loops over the same index space into one kernel. A
// value that turns out not to be an affine function of the loop's indices becomes a root too, and the work is done
// again.
type scheduler struct {
	f       *graph.Func
	unfused bool
	model   *costModel
	keep    *keeping

	live    map[*graph.Value]bool
	forced  map[*graph.Value]bool // became roots because a loop could not be written without
	apart   map[*graph.Value]bool // contractions that nothing joins, see streams
	roots   map[*graph.Value]bool
	numbers map[*graph.Value]int

	buffers  []buffer
	bufferOf map[*graph.Value]int
	made     []int   // for each buffer, the last kernel that writes it; −1: a parameter
	readers  [][]int // for each buffer, the kernels that read it, growing
	kernels  []*stage
	results  []int // for each result, its buffer
}

// buffer is an array in memory while a program runs, row-major.
type buffer struct {
	value  *graph.Value
	typ    graph.Type
	param  int // its number, −1 where it is none
	output int // the result that it is, −1 where it is none
}

// stageKind says what runs a kernel.
type stageKind uint8

const (
	kindLoop      stageKind = iota // a loop
	kindTiled                      // a contraction, with a loop as its epilogue
	kindSpecial                    // a primitive with a kernel of its own
	kindBodies                     // a primitive that applies functions
	kindComposite                  // a call that is computed whole
)

func (k stageKind) String() string {
	return [...]string{"loop", "contraction", "special", "functions", "composite"}[k]
}

// stage is one kernel of a program.
type stage struct {
	kind  stageKind
	value *graph.Value // what a contraction or special computes, or the first root of a loop
	loop  *loop        // of a loop; the epilogue of a contraction
	in    []source     // of a contraction or special
	out   int          // buffer of a contraction without epilogue, or of a special
	outs  []int        // of functions and composites: the buffers of the results that are needed …
	index []int        // … and which results they are
	check *graph.Value // the operation that can fail depending on values, if there is one

	b *builder
}

// source is an operand of a kernel that is no loop: a buffer, and for a contraction or composite where its elements lie.
type source struct {
	buf  int
	at   affine // of the indices of the operand's axes; axes of exactly 1 have no index
	axes []int  // for each axis of the operand the index that runs along it, or −1
}

func schedule(f *graph.Func, unfused bool, model *costModel) (*scheduler, error) {
	s := &scheduler{f: f, unfused: unfused, model: model, forced: map[*graph.Value]bool{}, apart: map[*graph.Value]bool{}, numbers: map[*graph.Value]int{}}
	for i, v := range f.Numbers() {
		s.numbers[v] = i
	}
	s.live = map[*graph.Value]bool{}
	for _, v := range f.Results {
		s.live[v] = true
	}
	for i := len(f.Values) - 1; i >= 0; i-- {
		if v := f.Values[i]; s.live[v] {
			for _, x := range v.Args {
				s.live[x] = true
			}
		}
	}
	s.keep = s.choose()
	for {
		n := len(s.forced) + len(s.apart)
		s.chooseRoots()
		if err := s.build(); err != nil {
			return nil, err
		}
		if s.part(); len(s.forced)+len(s.apart) == n {
			break
		}
	}
	s.drop()
	if !s.unfused {
		s.order()
	}
	for _, k := range s.kernels {
		if k.loop != nil {
			if err := k.loop.verify(); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

// strip follows operations that change nothing.
func strip(v *graph.Value) *graph.Value {
	for v.Op == graph.Stop || v.Op == graph.Cast && v.DType == v.Args[0].DType {
		v = v.Args[0]
	}
	return v
}

// base follows operations that leave the elements and their order.
func base(v *graph.Value) *graph.Value {
	for v = strip(v); v.Op == graph.Reshape; v = strip(v.Args[0]) {
	}
	return v
}

// leaf reports whether v is computed anew wherever it is used.
func (s *scheduler) leaf(v *graph.Value) bool { return v.Op.Kind == graph.Leaf && v.Op != graph.Param }

// stored reports whether v has a buffer.
func (s *scheduler) stored(v *graph.Value) bool { return v.Op == graph.Param || s.roots[v] }
