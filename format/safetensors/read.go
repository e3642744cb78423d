package safetensors

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/flambeau-ml/flambeau/internal/mapfile"
)

// Open reads and checks the file at path. The file is mapped into memory where the operating system allows, so that opening costs little and
// the bytes of a tensor are read when they are used; it must not be shortened while it is open. (WriteFile replaces a file and shortens none.)
func Open(path string) (*File, error) {
	m, err := mapfile.Open(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	f, err := parse(m.Bytes())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("safetensors: %s: %w", path, err), m.Close())
	}
	f.release = m.Close
	return f, nil
}

// Parse reads and checks a file that is already in memory. The tensors of the result share data.
func Parse(data []byte) (*File, error) {
	f, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return f, nil
}

func parse(data []byte) (*File, error) {
	head, body, err := split(data)
	if err != nil {
		return nil, err
	}
	entries, metadata, err := parseHeader(head)
	if err != nil {
		return nil, err
	}
	if err := checkLayout(entries, len(body)); err != nil {
		return nil, err
	}
	tensors := make(map[string]Tensor, len(entries))
	for _, e := range entries {
		// The capacity ends with the tensor, so that an append by the caller cannot reach the next one.
		tensors[e.name] = Tensor{Name: e.name, DType: e.dtype, Shape: e.shape, Data: body[e.begin:e.end:e.end]}
	}
	return &File{tensors: tensors, names: slices.Sorted(maps.Keys(tensors)), metadata: metadata}, nil
}

// split cuts a file into its header and the bytes of its tensors.
func split(data []byte) (head, body []byte, err error) {
	if len(data) < 8 {
		return nil, nil, fmt.Errorf("cut short: %d bytes, and a file begins with the 8 of its header length", len(data))
	}
	n, rest := binary.LittleEndian.Uint64(data), data[8:]
	if n > maxHeader {
		return nil, nil, fmt.Errorf("not a safetensors file: a header of %d bytes is over the limit of %d", n, maxHeader)
	}
	if n > uint64(len(rest)) {
		return nil, nil, fmt.Errorf("cut short: a header of %d bytes is announced, %d bytes follow", n, len(rest))
	}
	return rest[:n], rest[n:], nil
}

// checkLayout checks that the tensors fill a body of size bytes, each with the bytes that its shape says, with no gap and no overlap.
func checkLayout(entries []entry, size int) error {
	end := uint64(0)
	for _, e := range entries {
		bytes, err := sizeOf(e.dtype, e.shape)
		if err != nil {
			return fmt.Errorf("tensor %s: %w", quote(e.name), err)
		}
		if e.begin > e.end {
			return fmt.Errorf("tensor %s: it begins at byte %d and ends before, at %d", quote(e.name), e.begin, e.end)
		}
		if e.end-e.begin != uint64(bytes) {
			return fmt.Errorf("tensor %s: %v of shape %v takes %d bytes, and its data offsets [%d, %d] hold %d",
				quote(e.name), e.dtype, e.shape, bytes, e.begin, e.end, e.end-e.begin)
		}
		end = max(end, e.end)
	}
	if end > uint64(size) {
		return fmt.Errorf("cut short: the tensors take %d bytes, %d follow the header", end, size)
	}
	if end < uint64(size) {
		return fmt.Errorf("the last %d of %d bytes belong to no tensor", uint64(size)-end, size)
	}

	sorted := slices.Clone(entries)
	// An empty tensor comes before the one that begins where it stands.
	slices.SortFunc(sorted, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end), cmp.Compare(a.name, b.name))
	})
	at, before := uint64(0), ""
	for _, e := range sorted {
		if e.begin < at {
			return fmt.Errorf("tensor %s: its bytes, [%d, %d], overlap those of tensor %s, which end at %d",
				quote(e.name), e.begin, e.end, quote(before), at)
		}
		if e.begin > at {
			return fmt.Errorf("tensor %s: it begins at byte %d, and bytes [%d, %d] belong to no tensor", quote(e.name), e.begin, at, e.begin)
		}
		at, before = e.end, e.name
	}
	return nil
}
