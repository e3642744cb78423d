//go:build !amd64 && !arm64

package workpool

// pause does nothing.
func pause() {}
