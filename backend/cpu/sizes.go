package cpu

import "github.com/flambeau-ml/flambeau/graph"

// sizeID is a size of a program: its place in the table of all of them, which a run evaluates once.
type sizeID int32

// sizeTable are the sizes that a program's kernels use.
type sizeTable struct {
	list []graph.Size
	ids  map[string]sizeID
}

func (t *sizeTable) id(s graph.Size) sizeID {
	key := s.String()
	if id, ok := t.ids[key]; ok {
		return id
	}
	if t.ids == nil {
		t.ids = map[string]sizeID{}
	}
	id := sizeID(len(t.list))
	t.ids[key] = id
	t.list = append(t.list, s)
	return id
}

func (t *sizeTable) all(s []graph.Size) []sizeID {
	out := make([]sizeID, len(s))
	for i, n := range s {
		out[i] = t.id(n)
	}
	return out
}

// bound is the value of each size of a table.
type bound []int

func (t *sizeTable) bind(env func(string) (int64, bool)) bound {
	out := make(bound, len(t.list))
	for i, s := range t.list {
		out[i] = int(s.Eval(env))
	}
	return out
}

func (b bound) all(ids []sizeID) []int {
	out := make([]int, len(ids))
	for i, id := range ids {
		out[i] = b[id]
	}
	return out
}

// affineID and maskID are affine and mask with their sizes in a table; boundAffine and boundMask are their values.
type (
	affineID struct {
		off  sizeID
		coef []sizeID
	}
	maskID struct {
		at   affineID
		size sizeID
	}
	boundAffine struct {
		off  int
		coef []int
	}
	boundMask struct {
		boundAffine
		size int
	}
)

func (t *sizeTable) affine(a affine) affineID { return affineID{t.id(a.off), t.all(a.coef)} }

func (t *sizeTable) masks(ms []mask) []maskID {
	out := make([]maskID, len(ms))
	for i, m := range ms {
		out[i] = maskID{t.affine(m.at), t.id(m.size)}
	}
	return out
}

// affine is the value of a, for the given axes in their order.
func (b bound) affine(a affineID, axes []int) boundAffine {
	out := boundAffine{b[a.off], make([]int, len(axes))}
	for i, j := range axes {
		out.coef[i] = b[a.coef[j]]
	}
	return out
}

func (b bound) masks(ms []maskID, axes []int) []boundMask {
	out := make([]boundMask, len(ms))
	for i, m := range ms {
		out[i] = boundMask{b.affine(m.at, axes), b[m.size]}
	}
	return out
}
