package zoo

import (
	"cmp"
	"slices"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Option is an option of a published model. One that a model does not have panics with *tensor.Error where it is made.
type Option struct {
	name  string
	value any
}

// Classes is how many classes a model tells apart; without it, the 1,000 of ImageNet.
func Classes(n int) Option { return Option{"classes", n} }

// Channels is how many channels an image has; without it, 3.
func Channels(n int) Option { return Option{"channels", n} }

// ImageSize is the side of the images that a vision transformer is made for; without it, 224.
func ImageSize(n int) Option { return Option{"image_size", n} }

// Width multiplies the channels of all layers; without it, 1.
func Width(f float64) Option { return Option{"width", f} }

// DropoutP is the probability with which a model drops elements in training.
func DropoutP(p float64) Option { return Option{"dropout", p} }

// settings are the options that a model was given, by name.
type settings map[string]any

// settle checks that op has the options that are given, each once.
func settle(op string, opts []Option, has ...string) settings {
	s := settings{}
	for _, o := range opts {
		if !slices.Contains(has, o.name) {
			panic(tensor.Errorf(op, "has no option %s, only %v", o.name, has))
		}
		if _, ok := s[o.name]; ok {
			panic(tensor.Errorf(op, "option %s is given twice", o.name))
		}
		s[o.name] = o.value
	}
	return s
}

// get is an option's value, or its default.
func get[T any](s settings, name string, fallback T) T {
	if v, ok := s[name].(T); ok {
		return v
	}
	return fallback
}

// positive checks sizes of a model, which it takes by name and number in turn.
func positive(op string, sizes ...any) {
	for i := 0; i < len(sizes); i += 2 {
		if n := sizes[i+1].(int); n < 1 {
			panic(tensor.Errorf(op, "%s is %d: it must be at least 1", sizes[i], n))
		}
	}
}

// channels is so many channels times the option Width.
func channels(op string, n int, s settings) int {
	width := get(s, "width", 1.0)
	if !(width*float64(n) >= 1) {
		panic(tensor.Errorf(op, "a width of %g leaves none of %d channels", width, n))
	}
	return int(width * float64(n))
}

// shared checks that heads divide a width among them, and returns what each gets.
func shared(op string, width, heads int) int {
	if width%heads != 0 {
		panic(tensor.Errorf(op, "%d heads do not divide %d numbers among them", heads, width))
	}
	return width / heads
}

// orElse puts a default where a field of a configuration is zero.
func orElse[T cmp.Ordered](field *T, fallback T) { *field = cmp.Or(*field, fallback) }
