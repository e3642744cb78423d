package nn

import (
	"reflect"

	"github.com/flambeau-ml/flambeau/tensor"
)

// NoGrad is the same model on detached aliases of its parameters: what it computes has no history, so inference keeps
// nothing for a backward pass. Storages, buffers and generators are shared with model; modes are its own, so that
//
//	eval := nn.Eval(nn.NoGrad(model))
//
// leaves model training. Functions that the model holds are kept as they are: what they captured is not replaced.
func NoGrad[M any](model M) M {
	a := aliaser{params: map[*Parameter]*Parameter{}, seen: map[pointer]reflect.Value{}}
	v := reflect.ValueOf(&model).Elem()
	if w, changed := a.value(v); changed {
		v.Set(w)
	}
	return model
}

type pointer struct {
	p uintptr
	t reflect.Type
}

type aliaser struct {
	params map[*Parameter]*Parameter
	seen   map[pointer]reflect.Value // copies made, so that what was shared stays shared
}

// value copies v where something in it must change, else returns it as it is.
func (a *aliaser) value(v reflect.Value) (w reflect.Value, changed bool) {
	switch {
	case v.Type() == parameterType:
		return a.parameter(v)
	case v.Type() == modeType:
		return v, true
	case leaf(v.Type()):
		return v, false
	}
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return v, false
		}
		return a.value(v.Elem())
	case reflect.Pointer:
		return a.pointer(v)
	case reflect.Struct:
		return a.structure(v)
	case reflect.Slice, reflect.Array:
		return a.elements(v)
	case reflect.Map:
		return a.entries(v)
	}
	return v, false
}

func (a *aliaser) parameter(v reflect.Value) (reflect.Value, bool) {
	p := v.Interface().(*Parameter)
	if p == nil {
		return v, false
	}
	q := a.params[p]
	if q == nil {
		q = &Parameter{Tensor: p.Detach(), init: p.init, ready: p.ready, frozen: p.frozen}
		a.params[p] = q
	}
	return reflect.ValueOf(q), true
}

func (a *aliaser) pointer(v reflect.Value) (reflect.Value, bool) {
	if v.IsNil() || !holds(v.Type().Elem()) {
		return v, false
	}
	key := pointer{v.Pointer(), v.Type()}
	if w, ok := a.seen[key]; ok {
		return w, w.Pointer() != v.Pointer()
	}
	a.seen[key] = v
	x, changed := a.value(v.Elem())
	if !changed {
		return v, false
	}
	w := reflect.New(v.Type().Elem())
	w.Elem().Set(x)
	w = w.Convert(v.Type())
	a.seen[key] = w
	return w, true
}

func (a *aliaser) structure(v reflect.Value) (reflect.Value, bool) {
	w := reflect.New(v.Type()).Elem()
	w.Set(v)
	return w, a.fields(w, v)
}

// fields changes those fields of w, a copy of v, that must change.
func (a *aliaser) fields(w, v reflect.Value) (changed bool) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch {
		case f.Tag.Get("nn") == "-":
		case embedded(f) && f.Type.Kind() == reflect.Pointer:
			if !v.Field(i).IsNil() {
				e := tensor.Errorf("nn.NoGrad", "%s embeds a pointer to the unexported %s, which cannot be replaced", v.Type(), f.Type.Elem())
				e.Hint = "embed the struct itself, or export its type"
				panic(e)
			}
		case embedded(f):
			changed = a.fields(w.Field(i), v.Field(i)) || changed
		case f.IsExported():
			if x, ok := a.value(v.Field(i)); ok {
				w.Field(i).Set(x)
				changed = true
			}
		}
	}
	return changed
}

func (a *aliaser) elements(v reflect.Value) (reflect.Value, bool) {
	if !holds(v.Type().Elem()) || v.Len() == 0 {
		return v, false
	}
	var w reflect.Value
	for i := range v.Len() {
		x, changed := a.value(v.Index(i))
		if !changed {
			continue
		}
		if !w.IsValid() {
			if v.Kind() == reflect.Slice {
				w = reflect.MakeSlice(v.Type(), v.Len(), v.Len())
				reflect.Copy(w, v)
			} else {
				w = reflect.New(v.Type()).Elem()
				w.Set(v)
			}
		}
		w.Index(i).Set(x)
	}
	if !w.IsValid() {
		return v, false
	}
	return w, true
}

func (a *aliaser) entries(v reflect.Value) (reflect.Value, bool) {
	if !holds(v.Type().Elem()) || v.Len() == 0 {
		return v, false
	}
	w, any := reflect.MakeMapWithSize(v.Type(), v.Len()), false
	for _, k := range v.MapKeys() {
		x, changed := a.value(v.MapIndex(k))
		any = any || changed
		w.SetMapIndex(k, x)
	}
	if !any {
		return v, false
	}
	return w, true
}
