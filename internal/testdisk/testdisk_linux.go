// Package testdisk gives tests a disk small enough to fill.
package testdisk

import (
	"errors"
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

// New returns a folder on an empty file system of so many bytes, which goes away with the test. Where none can be made the test is skipped,
// with a message that says what is missing.
func New(t testing.TB, bytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		t.Skipf("no small disk for this test: mounting a tmpfs: %v (it takes root, or CAP_SYS_ADMIN)", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Errorf("unmounting %s: %v", dir, err)
		}
	})
	return dir
}

// IsFull reports whether err says that a disk is full.
func IsFull(err error) bool { return errors.Is(err, unix.ENOSPC) }
