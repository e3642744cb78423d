//go:build !amd64

package amd64

// Detect returns nothing: the machine is not an x86-64.
func Detect() Features { return 0 }

// DetectCaches returns nothing: the machine is not an x86-64.
func DetectCaches() Caches { return Caches{} }
