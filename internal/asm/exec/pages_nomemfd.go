//go:build !linux || !amd64

package exec

import "errors"

// mapTwice fails: this package knows no way to map memory twice here.
func mapTwice(int) (*region, error) {
	return nil, errors.New("memory cannot be mapped twice on this system")
}

// serialize does nothing: no memory is used twice.
func serialize() {}
