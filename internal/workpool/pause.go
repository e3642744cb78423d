//go:build amd64 || arm64

package workpool

// pause does nothing for about 100 ns, and tells the processor so, which then
// leaves the core's resources to the other thread on it.
func pause()
