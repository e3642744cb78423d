package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/flambeau-ml/flambeau/backend/cpu"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/spf13/cobra"
)

// engine is the flags that say what computes.
type engine struct {
	threads int
	memory  size
}

func (e *engine) flags(c *cobra.Command) {
	f := c.Flags()
	f.IntVar(&e.threads, "threads", 0, "threads that compute; 0 for as many as there are processors; the results are the same")
	f.Var(&e.memory, "memory-limit", "the most memory that tensors may take, as in 2GiB; more is an error")
}

// start makes the device on which tensors are computed.
func (e *engine) start() error {
	if e.threads < 0 || e.threads > 1024 {
		return usageError{fmt.Errorf("--threads %d: it must be from 0 to 1024", e.threads)}
	}
	if e.threads == 0 && e.memory == 0 {
		return nil // the device that is made by itself
	}
	tensor.SetDefault(tensor.NewDevice(cpu.New(cpu.Options{Threads: e.threads, MemoryLimit: int64(e.memory)})))
	return nil
}

// size is a number of bytes, as a flag.
type size int64

var units = []struct {
	name  string
	bytes float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1},
}

// Set reads a number with a unit.
func (s *size) Set(text string) error {
	number, scale := strings.TrimSpace(text), 1.0
	for _, u := range units {
		if n := len(number) - len(u.name); n > 0 && strings.EqualFold(number[n:], u.name) {
			number, scale = strings.TrimSpace(number[:n]), u.bytes
			break
		}
	}
	x, err := strconv.ParseFloat(number, 64)
	if err != nil || !(x > 0) || x*scale > math.MaxInt64/2 {
		return fmt.Errorf("%q is no size such as 512MiB or 2GiB", text)
	}
	*s = size(x * scale)
	return nil
}

// String is the size in bytes.
func (s *size) String() string {
	if *s == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*s), 10) + "B"
}

// Type is what help calls the flag's value.
func (s *size) Type() string { return "SIZE" }
