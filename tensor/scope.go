package tensor

import (
	"slices"
	"sync"
	"sync/atomic"
	"weak"

	"github.com/flambeau-ml/flambeau/internal/callers"
)

// Scoped says which tensors a Scope lets go. It may be used by several goroutines.
type Scoped struct {
	id    uint64
	look  look // of handles born inside
	mu    sync.Mutex
	born  []weak.Pointer[storage]
	fresh []*storage // born since a compiled function last read a value
	full  int        // the length of born at which those that are gone are taken out
	over  atomic.Bool
	keep  *storage // the first that is kept, and
	kept  map[*storage]bool

	capture *capture // whose handles these are; nil: none's
}

// scopes numbers them: inner ones are younger.
var scopes atomic.Uint64

// Scope calls f, and when f is done lets go of the memory of each tensor that was computed inside: from what went In,
// from what was computed from that, and so on. Only what f gave to Keep stays, and whatever else holds it: a parameter,
// running statistics, a gradient or any other tensor from outside that was written keeps its new value.
//
//	for _, x := range batches {
//		tensor.Scope(func(s *tensor.Scoped) {
//			y := model.Forward(s.In(x))
//			hits += y.ArgMax(1).Eq(labels).Sum().Item()
//		})
//	}
//
// Without a Scope all this is found by the collector, later. Reading such a tensor after the Scope is an error that
// names it. What is computed from tensors from outside alone does not belong to the Scope; a tensor made inside can be
// given to it by Own. Scopes nest: what is computed with tensors of two belongs to the inner one.
func Scope(f func(s *Scoped)) {
	s := &Scoped{id: scopes.Add(1), full: 64}
	s.look.scope = s
	where := callers.Here(0)
	defer func() { s.end(where) }()
	f(s)
}

// In is x as it is seen inside: the same storage, but what is computed from it belongs to the Scope. x itself stays.
func (s *Scoped) In(x *Tensor) *Tensor {
	y := &Tensor{}
	s.in(y, x)
	return y
}

// in makes y what In says.
func (s *Scoped) in(y, x *Tensor) {
	*y = *x
	if x.scope != nil && s.capture == nil {
		s.capture = x.scope.capture // a Scope inside a compiled function
	}
	if x.look == &direct {
		y.look = &s.look
		return
	}
	l := *x.look
	l.scope = s
	y.look = &l
}

// Own gives x itself to the Scope, which lets it go, and returns it as In does.
func (s *Scoped) Own(x *Tensor) *Tensor {
	s.add(x.st)
	return s.In(x)
}

// Keep lets x outlive the Scope, and returns x as it is seen outside: what is computed from it there, or inside from
// it alone, does not belong to the Scope. Of a view its whole storage stays.
func (s *Scoped) Keep(x *Tensor) *Tensor {
	s.mu.Lock()
	if !s.over.Load() {
		switch {
		case s.keep == nil || s.keep == x.st:
			s.keep = x.st
		case s.kept == nil:
			s.kept = map[*storage]bool{x.st: true}
		default:
			s.kept[x.st] = true
		}
	}
	s.mu.Unlock()
	y := *x
	if x.look == &s.look {
		y.look = &direct
		return &y
	}
	l := *x.look
	l.scope = nil
	y.look = &l
	return &y
}

// add counts st among what the scope lets go.
func (s *Scoped) add(st *storage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.over.Load():
		return
	case s.capture != nil && s == &s.capture.scope: // cheaper, and nothing has a value yet
		s.fresh = append(s.fresh, st)
		return
	}
	s.remember(st)
}

// settle forgets what nobody else holds of what was born so far. Under mu.
func (s *Scoped) settle() {
	for _, st := range s.fresh {
		s.remember(st)
	}
	s.fresh = nil
}

// remember adds st to born: what is forgotten inside is the collector's, as it is outside. Under mu.
func (s *Scoped) remember(st *storage) {
	p := weak.Make(st)
	if len(s.born) >= s.full {
		s.born = slices.DeleteFunc(s.born, func(p weak.Pointer[storage]) bool { return p.Value() == nil })
		s.full = 2*len(s.born) + 64
	}
	s.born = append(s.born, p)
}

// ended reports whether handles of the scope are like others again.
func (s *Scoped) ended() bool { return s.over.Load() }

func (s *Scoped) end(where callers.ID) {
	s.mu.Lock()
	s.over.Store(true)
	var over []*storage
	for _, p := range s.born {
		if st := p.Value(); st != nil && st != s.keep && !s.kept[st] {
			over = append(over, st)
		}
	}
	for _, st := range s.fresh {
		if st != s.keep && !s.kept[st] {
			over = append(over, st)
		}
	}
	s.born, s.fresh, s.kept, s.keep = nil, nil, nil, nil
	s.mu.Unlock()
	for _, st := range over {
		if s.capture != nil && &s.capture.scope == s {
			st.free(st.node.Load().where, goneCaptured)
		} else {
			st.free(where, goneScope)
		}
	}
}

// enter makes what the operator computes belong to the scope of an operand: the one that was opened last, of several.
func (r *recorder) enter(s *Scoped) {
	if s == r.scope || s.ended() {
		return
	}
	if c := s.capture; c != nil && r.capture == nil && !c.scope.ended() {
		r.capture = c
	}
	if r.scope == nil || s.id > r.scope.id {
		r.scope = s
	}
}
