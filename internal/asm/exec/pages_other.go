//go:build !amd64 || !unix || aix || solaris

package exec

import "runtime"

const pageSize = 4096

type unsupported struct{}

func (unsupported) Error() string { return "not made for " + runtime.GOOS + "/" + runtime.GOARCH }

// mapOnce fails: this package makes no code for this system or processor.
func mapOnce(int, []byte) (*region, error) { return nil, unsupported{} }

func (r *region) unmap() {}
