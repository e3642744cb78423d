package main

import "testing"

// The example learns the digits: run says so when it does not.
func TestRun(t *testing.T) {
	if err := run(t.Context()); err != nil {
		t.Error(err)
	}
}
