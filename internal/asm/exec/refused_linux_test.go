//go:build amd64

package exec

import (
	"errors"
	"fmt"
	"os"
	osexec "os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestRefused checks what happens where the system makes no writable memory executable, as hardened ones do. The
// process asks for that itself, which cannot be undone, so that it is another one.
func TestRefused(t *testing.T) {
	if os.Getenv("EXEC_TEST_REFUSED") != "" {
		const setMDWE, refuseExecGain = 65, 1
		if err := unix.Prctl(setMDWE, refuseExecGain, 0, 0, 0); err != nil {
			fmt.Println("SKIP", err) // before Linux 6.3
			os.Exit(0)
		}
		if err := Available(); err != nil {
			fmt.Println("memory mapped twice:", err)
			os.Exit(1)
		}
		h := NewHeap(Options{})
		h.noAlias = errors.New("refused for a test")
		_, err := h.Add("kernel", probe)
		if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "kernel") {
			fmt.Println("fresh pages:", err)
			os.Exit(1)
		}
		if s := h.Stats(); s.Mapped != 0 || s.Kernels != 0 {
			fmt.Printf("after a refusal: %+v\n", s)
			os.Exit(1)
		}
		fmt.Println("PASS", err)
		os.Exit(0)
	}
	available(t)
	cmd := osexec.Command(os.Args[0], "-test.run=^TestRefused$")
	cmd.Env = append(os.Environ(), "EXEC_TEST_REFUSED=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if reason, ok := strings.CutPrefix(string(out), "SKIP"); ok {
		t.Skip("the system has no such protection:", reason)
	}
	t.Logf("%s", out)
}
