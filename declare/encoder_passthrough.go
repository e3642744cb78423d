package declare

var passthroughEncoder = encoderKind{
	name:    "passthrough",
	doc:     "The numbers as they are.",
	options: func() encoderOptions { return new(passthrough) },
}

// passthrough has no options.
type passthrough struct{}

func (o *passthrough) check([]int) (string, error) { return "", nil }
