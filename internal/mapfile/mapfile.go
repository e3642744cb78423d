// Package mapfile reads whole files as byte slices without copying them where the operating system can map files into memory.
package mapfile

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// A File is the content of a regular file.
type File struct {
	data  []byte
	unmap func() error // nil when data is ordinary memory
}

// Open maps the file at path read-only, or reads it where it cannot be mapped: on systems without mapping, and on file systems that refuse.
//
// A mapped file must not be shortened while it is open: reading a page that is gone kills the process. Replacing the file by a rename is safe.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // a mapping outlives its descriptor
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("open %s: not a regular file", path)
	}
	size := info.Size()
	if size > math.MaxInt {
		return nil, fmt.Errorf("open %s: %d bytes are more than this machine can address", path, size)
	}
	if size == 0 {
		return &File{}, nil // an empty range cannot be mapped
	}
	data, unmap, err := mapRegular(f, int(size))
	if err == nil {
		return &File{data, unmap}, nil
	}
	data = make([]byte, size)
	if _, err := io.ReadFull(f, data); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return &File{data: data}, nil
}

// Bytes is the content. It must not be written to, nor used after Close.
func (f *File) Bytes() []byte { return f.data }

// Close lets go of the content. Closing twice does nothing.
func (f *File) Close() error {
	unmap := f.unmap
	f.data, f.unmap = nil, nil
	if unmap == nil {
		return nil
	}
	return unmap()
}
