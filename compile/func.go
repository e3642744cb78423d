package compile

import (
	"reflect"
	"runtime"
	"sync"
	"unsafe"
	"weak"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Option changes what Func does.
type Option func(*options)

type options struct{ fullGraph, freeze bool }

// FullGraph makes it an error, which names the line, to read a value inside the function: without it, reading one ends one
// program and begins the next.
func FullGraph() Option { return func(o *options) { o.fullGraph = true } }

// Freeze skips running the function once two calls in a row did the same: the program is launched on the tensors that are
// at its places now. What may change between calls must be found there: tensors that the function reads and writes, modes
// of modules, the options and counts of optimisers, numbers in a tensor.Scalar, and what tensor.Watch was told. A call with
// other shapes, or after another mode or option was set, runs the function.
//
// To be sure, the function is run again now and then, as often as takes less than 2% of the time, so each time where a
// call takes milliseconds, and what it does then is compared before it is launched: a difference is an error that names
// the line. A function that reads values inside, or that makes tensors of data which changes, is never frozen, and works
// as without Freeze: Explain says why. Results may have a history: it is recorded should a gradient be asked for.
func Freeze() Option { return func(o *options) { o.freeze = true } }

// Func is f, whose calls are computed as one program each. F is a function type with arguments *tensor.Tensor (the last may
// be variadic) and results *tensor.Tensor or []*tensor.Tensor; for other types Func panics with *tensor.Error. Calls may
// be made from several goroutines where those of f may.
//
// A call panics with *tensor.Error where f does, and where an optimiser's step in it cannot be computed. A panic of f
// leaves parameters and other tensors, gradients and optimisers as they were before the call, or where f reads values, as
// they were at the last one. Inside another compiled function, the calls of f are a part of that.
func Func[F any](f F, opts ...Option) F {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	c := &compiled{tensor.NewCaptured("compile", o.fullGraph, o.freeze)}
	var g any
	switch f := any(f).(type) {
	case func(x *tensor.Tensor) *tensor.Tensor:
		g = c.one(f)
	case func(x, y *tensor.Tensor) *tensor.Tensor:
		g = c.two(f)
	case func(x, y, z *tensor.Tensor) *tensor.Tensor:
		g = c.three(f)
	case func(xs ...*tensor.Tensor) *tensor.Tensor:
		g = c.variadic(f)
	default:
		g = c.reflected(reflect.ValueOf(f)).Interface()
	}
	h := g.(F)
	remember(*(*unsafe.Pointer)(unsafe.Pointer(&h)), c)
	return h
}

// compiled is a function that Func made.
type compiled struct{ *tensor.Captured }

func (c *compiled) one(f func(x *tensor.Tensor) *tensor.Tensor) any {
	run := func(in, out []*tensor.Tensor) []*tensor.Tensor { return append(out, f(in[0])) }
	return func(x *tensor.Tensor) *tensor.Tensor { return c.call(run, x) }
}

func (c *compiled) two(f func(x, y *tensor.Tensor) *tensor.Tensor) any {
	run := func(in, out []*tensor.Tensor) []*tensor.Tensor { return append(out, f(in[0], in[1])) }
	return func(x, y *tensor.Tensor) *tensor.Tensor { return c.call(run, x, y) }
}

func (c *compiled) three(f func(x, y, z *tensor.Tensor) *tensor.Tensor) any {
	run := func(in, out []*tensor.Tensor) []*tensor.Tensor { return append(out, f(in[0], in[1], in[2])) }
	return func(x, y, z *tensor.Tensor) *tensor.Tensor { return c.call(run, x, y, z) }
}

func (c *compiled) variadic(f func(xs ...*tensor.Tensor) *tensor.Tensor) any {
	run := func(in, out []*tensor.Tensor) []*tensor.Tensor { return append(out, f(in...)) }
	return func(xs ...*tensor.Tensor) *tensor.Tensor { return c.call(run, xs...) }
}

// call is a call of a function with one result.
func (c *compiled) call(run func(in, out []*tensor.Tensor) []*tensor.Tensor, args ...*tensor.Tensor) *tensor.Tensor {
	out := [1]*tensor.Tensor{}
	if c.Frozen(args, out[:]) {
		return out[0]
	}
	return c.Call(run, args)[0]
}

var (
	tensorType = reflect.TypeFor[*tensor.Tensor]()
	sliceType  = reflect.TypeFor[[]*tensor.Tensor]()
)

// reflected is a function of the type of f, which may be any of tensors and lists of them.
func (c *compiled) reflected(f reflect.Value) reflect.Value {
	if f.Kind() != reflect.Func || f.IsNil() {
		panic(tensor.Errorf("compile", "takes a function of tensors, not %v", f))
	}
	typ := f.Type()
	flat := func(n int, at func(int) reflect.Type) {
		for i := range n {
			if t := at(i); t != tensorType && t != sliceType {
				panic(tensor.Errorf("compile", "takes a function of tensors, and %s has a %s", typ, t))
			}
		}
	}
	flat(typ.NumIn(), typ.In)
	flat(typ.NumOut(), typ.Out)
	return reflect.MakeFunc(typ, func(in []reflect.Value) []reflect.Value {
		args, lengths := flatten(in)
		var outLengths []int
		run := func(xs, _ []*tensor.Tensor) []*tensor.Tensor {
			inner := unflatten(xs, lengths)
			var ys []reflect.Value
			if typ.IsVariadic() {
				ys = f.CallSlice(inner)
			} else {
				ys = f.Call(inner)
			}
			var flat []*tensor.Tensor
			flat, outLengths = flatten(ys)
			return flat
		}
		return unflatten(c.results(run, args, typ, &outLengths), outLengths)
	})
}

// results calls run, or does without it where the results have no lists, whose lengths only a run tells.
func (c *compiled) results(run func(in, out []*tensor.Tensor) []*tensor.Tensor, args []*tensor.Tensor, typ reflect.Type, lengths *[]int) []*tensor.Tensor {
	for i := range typ.NumOut() {
		if typ.Out(i) == sliceType {
			n := int(c.Results())
			if typ.NumOut() == 1 && n >= 0 {
				out := make([]*tensor.Tensor, n)
				if c.Frozen(args, out) {
					*lengths = []int{n}
					return out
				}
			}
			return c.Call(run, args)
		}
	}
	out := make([]*tensor.Tensor, typ.NumOut())
	if c.Frozen(args, out) {
		*lengths = make([]int, len(out))
		for i := range *lengths {
			(*lengths)[i] = -1
		}
		return out
	}
	return c.Call(run, args)
}

// flatten lists the tensors of vs, with the length of each that is a list, and −1 for the others.
func flatten(vs []reflect.Value) (ts []*tensor.Tensor, lengths []int) {
	for _, v := range vs {
		switch x := v.Interface().(type) {
		case []*tensor.Tensor:
			ts, lengths = append(ts, x...), append(lengths, len(x))
		case *tensor.Tensor:
			ts, lengths = append(ts, x), append(lengths, -1)
		}
	}
	return ts, lengths
}

// unflatten is what flatten was given.
func unflatten(ts []*tensor.Tensor, lengths []int) (vs []reflect.Value) {
	for _, n := range lengths {
		if n < 0 {
			vs, ts = append(vs, reflect.ValueOf(ts[0])), ts[1:]
			continue
		}
		vs, ts = append(vs, reflect.ValueOf(ts[:n:n])), ts[n:]
	}
	return vs
}

// known finds for Explain what Func made: by the closure, as Go's functions cannot be compared. It keeps neither alive.
var known struct {
	sync.Mutex
	by map[uintptr]weak.Pointer[compiled]
}

func remember(closure unsafe.Pointer, c *compiled) {
	key := uintptr(closure)
	known.Lock()
	defer known.Unlock()
	if known.by == nil {
		known.by = map[uintptr]weak.Pointer[compiled]{}
	}
	known.by[key] = weak.Make(c)
	runtime.AddCleanup(c, func(key uintptr) {
		known.Lock()
		defer known.Unlock()
		if known.by[key].Value() == nil { // the address may have gone to another
			delete(known.by, key)
		}
	}, key)
}

// lookup is what Func made of f, or nil.
func lookup(closure unsafe.Pointer) *compiled {
	known.Lock()
	defer known.Unlock()
	return known.by[uintptr(closure)].Value()
}
