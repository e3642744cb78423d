package safetensors

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/flambeau-ml/flambeau/internal/atomicfile"
)

// Write writes tensors and metadata, which may be nil, as one file. Nothing is written if a tensor cannot be. Equal tensors in any order give
// the same bytes, those that the reference implementation gives: the widest elements first, names in order among those of one dtype.
//
// The format has no complex128.
func Write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	if err := write(w, tensors, metadata); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	return nil
}

// WriteFile writes a file as Write does, whole or not at all: it is written beside path and put in its place once it is safe on disk. After
// an error, for instance a full disk, an older file at path is as it was.
func WriteFile(path string, tensors []Tensor, metadata map[string]string) error {
	err := atomicfile.Write(path, 0o666, func(w io.Writer) error { return write(w, tensors, metadata) })
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	return nil
}

func write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	if err := checkTensors(tensors); err != nil {
		return err
	}
	tensors = slices.Clone(tensors)
	slices.SortFunc(tensors, func(a, b Tensor) int {
		return cmp.Or(cmp.Compare(dtypeIndex(b.DType), dtypeIndex(a.DType)), cmp.Compare(a.Name, b.Name))
	})
	head, err := appendHeader(make([]byte, 8), tensors, metadata)
	if err != nil {
		return err
	}
	n := len(head) - 8
	if n > maxHeader {
		return fmt.Errorf("the names and metadata make a header of %d bytes, over the limit of %d", n, maxHeader)
	}
	binary.LittleEndian.PutUint64(head, uint64(n))

	buf := bufio.NewWriterSize(w, 1<<16) // small tensors go out together; what is larger than the buffer goes past it
	buf.Write(head)                      // an error stays until Flush
	for _, t := range tensors {
		if _, err := buf.Write(t.Data); err != nil {
			return fmt.Errorf("writing tensor %s: %w", quote(t.Name), err)
		}
	}
	return buf.Flush()
}

// checkTensors checks that tensors can stand in one file.
func checkTensors(tensors []Tensor) error {
	seen := make(map[string]bool, len(tensors))
	total := 0
	for _, t := range tensors {
		if err := checkTensor(t); err != nil {
			return fmt.Errorf("tensor %s: %w", quote(t.Name), err)
		}
		if seen[t.Name] {
			return fmt.Errorf("tensor %s: two tensors have this name", quote(t.Name))
		}
		seen[t.Name] = true
		if total > math.MaxInt-len(t.Data) { // the same bytes may be given many times
			return errors.New("the bytes of all tensors are too many to count")
		}
		total += len(t.Data)
	}
	return nil
}

func checkTensor(t Tensor) error {
	switch {
	case t.Name == metadataKey:
		return errors.New("the format keeps this name for the metadata")
	case !utf8.ValidString(t.Name):
		return errors.New("the name is not UTF-8 text")
	case dtypeIndex(t.DType) < 0:
		return fmt.Errorf("the format has no %v", t.DType)
	case len(t.Shape) > maxRank:
		return fmt.Errorf("%d dimensions, and at most %d are read back", len(t.Shape), maxRank)
	}
	size, err := sizeOf(t.DType, t.Shape)
	if err != nil {
		return err
	}
	if len(t.Data) != size {
		return fmt.Errorf("%v of shape %v takes %d bytes, and %d are given", t.DType, t.Shape, size, len(t.Data))
	}
	return nil
}

// appendHeader appends the header for tensors in this order, padded with spaces to a multiple of 8 bytes.
func appendHeader(b []byte, tensors []Tensor, metadata map[string]string) ([]byte, error) {
	begin := len(b)
	b = append(b, '{')
	if len(metadata) > 0 {
		b = append(appendString(b, metadataKey), ":{"...)
		for i, key := range slices.Sorted(maps.Keys(metadata)) {
			if value := metadata[key]; !utf8.ValidString(key) || !utf8.ValidString(value) {
				return nil, fmt.Errorf("metadata %s: not UTF-8 text", quote(key))
			}
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, key)
			b = append(b, ':')
			b = appendString(b, metadata[key])
		}
		b = append(b, '}')
	}
	at := 0
	for i, t := range tensors {
		if i > 0 || len(metadata) > 0 {
			b = append(b, ',')
		}
		b = appendString(b, t.Name)
		b = append(b, `:{"dtype":`...)
		b = appendString(b, dtypes[dtypeIndex(t.DType)].name)
		b = append(b, `,"shape":[`...)
		for j, n := range t.Shape {
			if j > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendInt(b, int64(n), 10)
		}
		b = append(b, `],"data_offsets":[`...)
		b = strconv.AppendInt(b, int64(at), 10)
		at += len(t.Data)
		b = append(b, ',')
		b = strconv.AppendInt(b, int64(at), 10)
		b = append(b, "]}"...)
	}
	b = append(b, '}')
	for (len(b)-begin)%8 != 0 {
		b = append(b, ' ')
	}
	return b, nil
}

// appendString appends s as JSON, escaping what must be escaped and no more, as the reference implementation does. (Package json also escapes
// U+2028 and U+2029.)
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\b':
			b = append(b, `\b`...)
		case c == '\f':
			b = append(b, `\f`...)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c < ' ':
			b = append(b, `\u00`...)
			b = append(b, hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
