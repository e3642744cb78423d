//go:build amd64

package exec

import (
	"errors"
	"fmt"
	"os"
	osexec "os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// faulty returns code that fails in one of several ways.
func faulty(t testing.TB, how string) []byte {
	a := new(amd64.Assembler)
	a.Emit(amd64.MOV, amd64.R14D, amd64.Imm(7)) // code may change Go's registers, also before it fails
	a.Emit(amd64.VPCMPEQD, amd64.X(15), amd64.X(15), amd64.X(15))
	switch how {
	case "load":
		a.Emit(amd64.MOV, amd64.EAX, amd64.At(amd64.RDI, 0).Idx(amd64.RSI, 1))
	case "push":
		a.Emit(amd64.PUSH, amd64.RDI)
		a.Emit(amd64.MOV, amd64.EAX, amd64.At(amd64.RDI, 0).Idx(amd64.RSI, 1))
	case "illegal":
		a.Emit(amd64.UD2)
	case "freed":
		a.Emit(amd64.INT3)
	}
	return finish(t, a)
}

func TestTry(t *testing.T) {
	available(t)
	if !amd64.Detect().Has(amd64.AVX2) {
		t.Skip("the processor lacks AVX2")
	}
	h := NewHeap(Options{})
	c := add(t, h, "careless", faulty(t, "load"))
	defer c.Release()
	x := new([16]byte)
	if err := c.Try(unsafe.Pointer(x), 0, 0); err != nil {
		t.Fatal(err)
	}
	const noAddress = 1 << 60 // of which the processor does not tell Go
	for _, address := range []int{0, 8, 1 << 46, noAddress} {
		for range 50 {
			var fault *Fault
			err := c.Try(nil, address, 0)
			if !errors.As(err, &fault) || fault.Kernel != "careless" {
				t.Fatalf("reading %#x: %v", address, err)
			}
			if a, ok := fault.Address(); ok && a != uintptr(address) && address != noAddress {
				t.Fatalf("reading %#x: the address is %#x", address, a)
			}
			runtime.GC()
		}
	}
	if err := c.Try(unsafe.Pointer(x), 0, 0); err != nil {
		t.Errorf("after faults: %v", err)
	}
}

// TestCrash checks what the package's page says about faults that end the process.
func TestCrash(t *testing.T) {
	if how := os.Getenv("EXEC_TEST_CRASH"); how != "" {
		h := NewHeap(Options{Map: os.Stderr})
		c := add(t, h, "kernel-that-fails", faulty(t, how))
		if how == "load" {
			c.Call(nil, 1<<46, 0)
		} else {
			fmt.Fprintln(os.Stderr, c.Try(nil, 1<<46, 0))
		}
		os.Exit(0)
	}
	available(t)
	if !amd64.Detect().Has(amd64.AVX2) {
		t.Skip("the processor lacks AVX2")
	}
	for how, want := range map[string]string{
		"load": "unexpected fault address 0x400000000000", "push": "unexpected return pc", "illegal": "SIGILL", "freed": "SIGTRAP",
	} {
		cmd := osexec.Command(os.Args[0], "-test.run=^TestCrash$")
		cmd.Env = append(os.Environ(), "EXEC_TEST_CRASH="+how)
		out, err := cmd.CombinedOutput()
		text := string(out)
		if err == nil || !strings.Contains(text, want) {
			t.Errorf("%s: %v, want %q in\n%s", how, err, want, out)
			continue
		}
		// The program counter that Go prints is found in the map.
		entry := regexp.MustCompile(`(?m)^([0-9a-f]+) ([0-9a-f]+) kernel-that-fails$`).FindStringSubmatch(text)
		pcs := regexp.MustCompile(`(?i)(?:pc=|called from )0x([0-9a-f]+)`).FindStringSubmatch(text)
		if entry == nil || pcs == nil {
			t.Errorf("%s: no map or no program counter in\n%s", how, out)
			continue
		}
		start, _ := strconv.ParseUint(entry[1], 16, 64)
		size, _ := strconv.ParseUint(entry[2], 16, 64)
		if pc, _ := strconv.ParseUint(pcs[1], 16, 64); pc-start >= size {
			t.Errorf("%s: the program counter %#x is not in the kernel at %#x:\n%s", how, pc, start, out)
		}
	}
}
