package nn

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/flambeau-ml/flambeau/tensor"
)

// visitor is what a walk over a model calls. Functions that are nil are not called. A path is a dotted name, as in a
// state dict.
type visitor struct {
	parameter func(path string, p *Parameter)
	buffer    func(path string, b *Buffer)
	generator func(path string, g *tensor.Generator)
	mode      func(m *Mode)
	module    func(path string, v reflect.Value) // a struct, before what it holds
	after     func(path string, v reflect.Value) // and after that
}

var (
	parameterType = reflect.TypeFor[*Parameter]()
	bufferType    = reflect.TypeFor[*Buffer]()
	generatorType = reflect.TypeFor[*tensor.Generator]()
	tensorType    = reflect.TypeFor[*tensor.Tensor]()
	modeType      = reflect.TypeFor[Mode]()
)

// walk visits what model holds in PyTorch's order: of each module its own parameters, then its buffers, then the
// modules in it.
func walk(model any, v *visitor) {
	w := &walker{visitor: v, above: map[any]bool{}}
	w.value("", reflect.ValueOf(model))
}

type walker struct {
	*visitor
	above map[any]bool // pointers, slices and maps that the walk is inside
}

// enter notes that the walk goes into a thing that may hold itself; the result leaves it.
func (w *walker) enter(path string, v reflect.Value) func() {
	type key struct {
		p uintptr
		t reflect.Type
		n int
	}
	k := key{p: v.Pointer(), t: v.Type()}
	if v.Kind() == reflect.Slice {
		k.n = v.Len()
	}
	if w.above[k] {
		e := tensor.Errorf("nn", "the module at %q holds itself", path)
		e.Hint = "tag the field that points back `nn:\"-\"`"
		panic(e)
	}
	w.above[k] = true
	return func() { delete(w.above, k) }
}

// value visits anything that may be or hold a module.
func (w *walker) value(path string, v reflect.Value) {
	if !v.IsValid() || leaf(v.Type()) {
		w.leaf(path, v)
		return
	}
	switch v.Kind() {
	case reflect.Interface:
		w.value(path, v.Elem())
	case reflect.Pointer:
		if !v.IsNil() && holds(v.Type().Elem()) {
			defer w.enter(path, v)()
			w.value(path, v.Elem())
		}
	case reflect.Struct:
		w.structure(path, v)
	case reflect.Slice:
		if v.Len() > 0 && holds(v.Type().Elem()) {
			defer w.enter(path, v)()
			w.elements(path, v)
		}
	case reflect.Array:
		if holds(v.Type().Elem()) {
			w.elements(path, v)
		}
	case reflect.Map:
		if v.Len() > 0 && holds(v.Type().Elem()) {
			defer w.enter(path, v)()
			for _, k := range mapKeys(v) {
				w.value(join(path, fmt.Sprint(k)), v.MapIndex(k))
			}
		}
	}
}

func (w *walker) elements(path string, v reflect.Value) {
	for i := range v.Len() {
		w.value(join(path, strconv.Itoa(i)), v.Index(i))
	}
}

// structure visits a struct: its parameters, its buffers, then the rest.
func (w *walker) structure(path string, v reflect.Value) {
	if w.module != nil {
		w.module(path, v)
	}
	var own [3][]field
	for _, f := range fields(v, nil) {
		at := 2
		switch f.value.Type() {
		case parameterType:
			at = 0
		case bufferType:
			at = 1
		}
		own[at] = append(own[at], f)
	}
	for _, fs := range own {
		for _, f := range fs {
			w.value(join(path, f.name), f.value)
		}
	}
	if w.after != nil {
		w.after(path, v)
	}
}

// leaf reports whether values of type t mean something to the package by themselves.
func leaf(t reflect.Type) bool {
	switch t {
	case parameterType, bufferType, generatorType, tensorType, modeType:
		return true
	}
	return false
}

func (w *walker) leaf(path string, v reflect.Value) {
	if !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return
	}
	switch x := v.Interface().(type) {
	case *Parameter:
		if w.parameter != nil {
			w.parameter(path, x)
		}
	case *Buffer:
		if w.buffer != nil {
			w.buffer(path, x)
		}
	case *tensor.Generator:
		if w.generator != nil {
			w.generator(path, x)
		}
	case Mode:
		if w.mode == nil {
			return
		}
		if !v.CanAddr() {
			e := tensor.Errorf("nn", "the mode of the module at %q cannot be set", path)
			e.Hint = "hold the module by pointer"
			panic(e)
		}
		w.mode(v.Addr().Interface().(*Mode))
	}
}

// field is a field of a module, by the name that a state dict gives it.
type field struct {
	name  string
	value reflect.Value
}

// suffixed is a pointer to a struct, one of a list, whose fields belong to the module that has the list: their names end
// in what it says.
type suffixed interface{ nameSuffix() string }

var suffixedType = reflect.TypeFor[suffixed]()

// fields lists the exported fields of a struct that are part of the model; those of embedded structs are among them.
func fields(v reflect.Value, out []field) []field {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag := f.Tag.Get("nn")
		if tag == "-" || !f.IsExported() && !embedded(f) {
			continue
		}
		x := v.Field(i)
		if f.Type.Kind() == reflect.Slice && f.Type.Elem().Implements(suffixedType) {
			for k := range x.Len() {
				of := x.Index(k)
				for _, g := range fields(of.Elem(), nil) {
					out = append(out, field{g.name + of.Interface().(suffixed).nameSuffix(), g.value})
				}
			}
			continue
		}
		if !f.Anonymous || tag != "" {
			if tag == "" {
				tag = snake(f.Name)
			}
			out = append(out, field{tag, x})
			continue
		}
		inner := x
		for (inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Interface) && !leaf(inner.Type()) && !inner.IsNil() {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct && !leaf(inner.Type()) {
			out = fields(inner, out)
		} else {
			out = append(out, field{"", x})
		}
	}
	return out
}

// embedded reports whether f is an embedded struct, or pointer to one, of an unexported type, whose exported fields are the module's own.
func embedded(f reflect.StructField) bool {
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return f.Anonymous && !f.IsExported() && t.Kind() == reflect.Struct
}

// holds reports whether a value of type t may hold a module: plain data is passed over.
func holds(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Struct:
		return true
	case reflect.Slice, reflect.Array, reflect.Map:
		return holds(t.Elem())
	}
	return false
}

// mapKeys are the keys of a map in order: numbers by value, everything else as it is printed.
func mapKeys(m reflect.Value) []reflect.Value {
	keys := m.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		switch {
		case a.CanInt():
			return cmp.Compare(a.Int(), b.Int())
		case a.CanUint():
			return cmp.Compare(a.Uint(), b.Uint())
		}
		return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
	return keys
}
