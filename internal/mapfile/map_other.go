//go:build !unix

package mapfile

import (
	"errors"
	"os"
)

func mapRegular(*os.File, int) ([]byte, func() error, error) {
	return nil, nil, errors.ErrUnsupported
}
