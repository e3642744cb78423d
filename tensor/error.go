package tensor

import (
	"errors"
	"fmt"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/callers"
)

// Error says that a call cannot be right: shapes that do not fit, a wrong dtype, an index out of range. What can be
// known when an operator is called panics with an *Error there; what depends on values is found when a value is read,
// which panics with an *Error that names the operator and the line at fault. Try turns panics into errors.
type Error struct {
	Op   string // the operator
	Msg  string // what is wrong, with the shapes involved, and what would have fitted
	Hint string // how to mend it, where something can be said

	where callers.ID
	cause error
}

// Error is the message with the line of the caller:
//
//	matmul: cannot multiply [64, 784] by [512, 10]: the inner sizes 784 and 512 differ
//		model.go:41  x = m.Fc2.Forward(x)
func (e *Error) Error() string {
	s := e.Msg
	if e.Op != "" {
		s = e.Op + ": " + s
	}
	if e.where != 0 {
		s += "\n\t" + e.where.SourceLine()
	}
	if e.Hint != "" {
		s += "\n\thint: " + e.Hint
	}
	return s
}

// Line is the caller's file and line, "model.go:41"; empty when it is not known.
func (e *Error) Line() string { return e.where.String() }

// Unwrap is the cause, if there is one.
func (e *Error) Unwrap() error { return e.cause }

// Errorf is an *Error with the line of user code that the call came from: what packages that build on this one panic
// with.
func Errorf(op, format string, args ...any) *Error {
	return &Error{Op: op, Msg: fmt.Sprintf(format, args...), where: callers.Here(0)}
}

// Must panics with err as an *Error; nil is passed over.
func Must(err error) {
	if err != nil {
		panic(asError(err))
	}
}

// Try calls f and returns the *Error it panics with, if it does. Other panics go on.
func Try(f func()) (err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *Error:
			err = e
		default:
			panic(e)
		}
	}()
	f()
	return nil
}

func fail(op string, format string, args ...any) {
	panic(Errorf(op, format, args...))
}

// wrap turns a panic of an operator's body into an *Error with its caller's line; other panics stay what they are.
func (r *recorder) wrap(e any) any {
	var g *graph.Error
	if err, ok := e.(error); ok && errors.As(err, &g) {
		op := r.op
		if op == "" {
			op = g.Op
		}
		msg := g.Msg
		if g.Op != op && g.Op != "" {
			msg = g.Op + ": " + msg
		}
		return &Error{Op: op, Msg: msg, where: r.where}
	}
	return e
}
