//go:build amd64

package exec

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// heaps runs a test on a heap that maps twice, where the system allows it, and on one that may not.
func heaps(t *testing.T, run func(t *testing.T, h *Heap)) {
	available(t)
	t.Run("aliased", func(t *testing.T) { run(t, NewHeap(Options{Budget: 1 << 20})) })
	t.Run("fresh pages", func(t *testing.T) {
		h := NewHeap(Options{Budget: 1 << 20})
		h.noAlias = errors.New("refused for a test")
		run(t, h)
	})
}

// ret returns code of some size that returns at once.
func ret(size int) []byte { return append([]byte{0xc3}, make([]byte, size-1)...) }

func TestHeap(t *testing.T) {
	heaps(t, func(t *testing.T, h *Heap) {
		rng := rand.New(rand.NewPCG(1, 2))
		var held []*Code
		release := func() {
			i := rng.IntN(len(held))
			held[i].Release()
			held[i] = held[len(held)-1]
			held = held[:len(held)-1]
		}
		full := 0
		for i := range 3000 {
			size := 1 + rng.IntN(9000)
			c, err := h.Add(fmt.Sprint("kernel ", i), ret(size))
			for errors.Is(err, ErrFull) {
				full++
				release()
				c, err = h.Add(fmt.Sprint("kernel ", i), ret(size))
			}
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, c)
			if c.Entry()%codeAlign != 0 {
				t.Fatalf("code stands at %#x", c.Entry())
			}
			if i%3 == 0 {
				release()
			}
			for _, c := range held {
				if got := c.region.run[c.span.at]; got != 0xc3 {
					t.Fatalf("%s begins with %#x", c.Name(), got)
				}
			}
			for _, pc := range []uintptr{c.Entry(), c.Entry() + uintptr(c.Size()) - 1} {
				if got := h.Lookup(pc); len(held) > 0 && got != nil && got.span != c.span {
					t.Fatalf("%#x is in %v, want %v", pc, got, c)
				}
			}
		}
		if full == 0 {
			t.Error("the budget was never reached")
		}
		s := h.Stats()
		if s.Kernels != len(held) || s.Mapped > 1<<20 || s.Code > s.Mapped {
			t.Errorf("%+v with %d held", s, len(held))
		}
		if err := h.Close(); err == nil {
			t.Error("a heap in use is closed")
		}
		for len(held) > 0 {
			held[0].Call(nil, 0, 0)
			release()
		}
		for _, r := range h.regions {
			if len(r.free) != 1 || r.free[0] != (span{0, len(r.run)}) {
				t.Errorf("an empty region has %v free", r.free)
			}
		}
		if err := h.Close(); err != nil || h.Stats().Mapped != 0 {
			t.Errorf("%v, %+v", err, h.Stats())
		}
	})
}

func TestLookup(t *testing.T) {
	heaps(t, func(t *testing.T, h *Heap) {
		var out bytes.Buffer
		h.options.Map = &out
		a, b := add(t, h, "a", ret(100)), add(t, h, "b\nb", ret(70))
		for _, test := range []struct {
			pc   uintptr
			want *Code
		}{
			{a.Entry(), a}, {a.Entry() + 99, a}, {a.Entry() + 100, nil}, {b.Entry() + 69, b}, {b.Entry() + 70, nil},
			{min(a.Entry(), b.Entry()) - 1, nil}, {0, nil}, {^uintptr(0), nil},
		} {
			if got := h.Lookup(test.pc); got != test.want {
				t.Errorf("%#x is in %v", test.pc, got)
			}
		}
		if want := fmt.Sprintf("%x 64 a\n%x 46 b_b\n", a.Entry(), b.Entry()); out.String() != want {
			t.Errorf("the map is %q, want %q", out.String(), want)
		}
		out.Reset()
		if err := h.WriteMap(&out); err != nil || strings.Count(out.String(), "\n") != 2 {
			t.Errorf("the map is %q: %v", out.String(), err)
		}
		a.Release()
		if got := h.Lookup(a.Entry()); got != nil {
			t.Error("released code is found")
		}
		b.Release()
	})
}

func TestHolds(t *testing.T) {
	heaps(t, func(t *testing.T, h *Heap) {
		c := add(t, h, "c", ret(5))
		if !c.Acquire() {
			t.Fatal("held code cannot be acquired")
		}
		c.Release()
		c.Call(nil, 0, 0)
		c.Release()
		if c.Acquire() {
			t.Error("released code can be acquired")
		}
		defer func() {
			if recover() == nil {
				t.Error("a release too many goes unnoticed")
			}
		}()
		c.Release()
	})
}

func TestAddMistakes(t *testing.T) {
	heaps(t, func(t *testing.T, h *Heap) {
		if _, err := h.Add("nothing", nil); err == nil {
			t.Error("empty code is accepted")
		}
		if _, err := h.Add("huge", ret(2<<20)); !errors.Is(err, ErrFull) {
			t.Errorf("code beyond the budget: %v", err)
		}
	})
}

// TestNeverBoth checks in the system's own list that no memory is writable and executable.
func TestNeverBoth(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the list of mappings is Linux's")
	}
	heaps(t, func(t *testing.T, h *Heap) {
		c := add(t, h, "c", ret(5))
		maps, err := os.ReadFile("/proc/self/maps")
		if err != nil {
			t.Skip(err)
		}
		if both := regexp.MustCompile(`(?m)^\S+ .wx. .*$`).Find(maps); both != nil {
			t.Errorf("writable and executable: %s", both)
		}
		found := false
		for line := range strings.Lines(string(maps)) {
			var lo, hi uintptr
			var mode string
			if n, _ := fmt.Sscanf(line, "%x-%x %s", &lo, &hi, &mode); n == 3 && lo <= c.Entry() && c.Entry() < hi {
				found = true
				if mode[:3] != "r-x" {
					t.Errorf("code is mapped %s", mode)
				}
			}
		}
		if !found {
			t.Error("the code's mapping is not listed")
		}
		c.Release()
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
}
