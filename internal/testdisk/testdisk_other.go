//go:build !linux

// Package testdisk gives tests a disk small enough to fill.
package testdisk

import (
	"runtime"
	"testing"
)

// New returns a folder on an empty file system of so many bytes, which goes away with the test. Where none can be made the test is skipped,
// with a message that says what is missing.
func New(t testing.TB, bytes int) string {
	t.Helper()
	t.Skip("no small disk for this test: mounting a tmpfs takes Linux, this is " + runtime.GOOS)
	return ""
}

// IsFull reports whether err says that a disk is full.
func IsFull(err error) bool { return false }
