package compile

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Explain says what became of a function that Func made: how often it was run, of how many programs its calls are, and
// for which shapes they were compiled; the lines at which reading a value split them; whether it is frozen, and if not,
// why.
func Explain[F any](f F) string {
	c := lookup(*(*unsafe.Pointer)(unsafe.Pointer(&f)))
	if c == nil {
		panic(tensor.Errorf("compile.Explain", "%T is no function that compile.Func made", f))
	}
	s := c.Stats()
	var b strings.Builder
	fmt.Fprintf(&b, "run %s, %s\n", times(s.Runs), plural(s.Programs, "program"))
	for _, why := range s.Compiled {
		fmt.Fprintf(&b, "\tcompiled: %s\n", why)
	}
	for _, at := range s.Splits {
		fmt.Fprintf(&b, "\tsplit %s where a value is read: %s\n", times(at.Times), at.Line)
	}
	switch {
	case !s.Freeze:
	case s.Forms > 0:
		fmt.Fprintf(&b, "frozen: %s, for %s of arguments\n", times(int(s.Frozen)), plural(s.Forms, "kind"))
	default:
		fmt.Fprintf(&b, "not frozen: %s\n", s.Why)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
