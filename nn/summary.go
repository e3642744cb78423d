package nn

import (
	"fmt"
	"reflect"
	"strings"
)

// Summary describes a model, a line for each module: its name, what it is, and how many numbers its own parameters
// are.
//
//	LeNet
//	  conv1  Conv2d(1, 32, 3×3, padding 1×1)            320
//	  …
//	421,642 parameters
func Summary(model any) string {
	var b strings.Builder
	type line struct {
		depth         int
		name, what    string
		parameters    int
		hasParameters bool
	}
	var lines []line
	walk(model, &visitor{module: func(path string, v reflect.Value) {
		l := line{name: path, what: describe(v)}
		if path != "" {
			l.depth = strings.Count(path, ".") + 1
			l.name = path[strings.LastIndexByte(path, '.')+1:]
		}
		for _, f := range fields(v, nil) {
			if p, ok := f.value.Interface().(*Parameter); ok && p != nil {
				l.parameters += p.Numel()
				l.hasParameters = true
			}
		}
		lines = append(lines, l)
	}})
	left := make([]string, len(lines))
	width := 0
	for i, l := range lines {
		left[i] = strings.Repeat("  ", l.depth) + strings.TrimSpace(l.name+"  "+l.what)
		width = max(width, len([]rune(left[i])))
	}
	for i, l := range lines {
		b.WriteString(left[i])
		if l.hasParameters {
			fmt.Fprintf(&b, "%*s", width-len([]rune(left[i]))+14, thousands(l.parameters))
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%s parameters\n", thousands(NumParameters(model)))
	return b.String()
}

// describe is what a module says of itself, or the name of its type.
func describe(v reflect.Value) string {
	if v.CanAddr() {
		v = v.Addr()
	}
	if s, ok := v.Interface().(fmt.Stringer); ok {
		return s.String()
	}
	return reflect.Indirect(v).Type().Name()
}

// thousands writes n with commas.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
