// Package safetensors reads and writes safetensors files: named tensors and a few strings, in a layout that can be used in place.
//
// A file is the length of its header (8 bytes, little-endian), the header (JSON: the dtype, shape and byte range of each tensor), and the
// bytes of the tensors, row-major and little-endian, without a gap. Nothing in it is code. A file is checked whole before anything of it is
// handed out, so that a tensor from this package always has the bytes that its shape says. What the bytes say is not checked: floats may be
// NaN, and a byte of a Bool tensor may be other than 0 and 1.
package safetensors

import (
	"fmt"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
)

// A Tensor is one tensor of a file.
type Tensor struct {
	Name  string
	DType graph.DType
	Shape []int  // empty for a scalar
	Data  []byte // row-major, each element little-endian
}

const (
	// maxHeader is the longest header accepted, the limit of the reference implementation.
	maxHeader = 100_000_000
	// maxRank keeps a hostile header from making huge shapes. PyTorch takes 64 dimensions, the format any number: tools that test what
	// is refused write more. Past 64 dimensions, all but 62 have size 1 or the tensor is empty.
	maxRank = 256
	// metadataKey is the name in the header that is no tensor's.
	metadataKey = "__metadata__"
)

// dtypes are the element types of the format that graph has, in the order of the reference implementation: tensors are laid out by it, last
// first, so that every one is aligned to its element.
var dtypes = []struct {
	name  string
	dtype graph.DType
}{
	{"BOOL", graph.Bool},
	{"U8", graph.Uint8},
	{"I8", graph.Int8},
	{"I16", graph.Int16},
	{"U16", graph.Uint16},
	{"F16", graph.Float16},
	{"BF16", graph.BFloat16},
	{"I32", graph.Int32},
	{"U32", graph.Uint32},
	{"F32", graph.Float32},
	{"C64", graph.Complex64},
	{"F64", graph.Float64},
	{"I64", graph.Int64},
	{"U64", graph.Uint64},
}

// dtypeIndex is the place of d in dtypes, or −1.
func dtypeIndex(d graph.DType) int {
	for i := range dtypes {
		if dtypes[i].dtype == d {
			return i
		}
	}
	return -1
}

// parseDType is the element type that the format calls name.
func parseDType(name string) (graph.DType, error) {
	for i := range dtypes {
		if dtypes[i].name == name {
			return dtypes[i].dtype, nil
		}
	}
	known := make([]string, len(dtypes))
	for i := range dtypes {
		known[i] = dtypes[i].name
	}
	return graph.NoDType, fmt.Errorf("dtype %s is not one of %s", quote(name), strings.Join(known, ", "))
}

// sizeOf is the bytes of a tensor of this dtype and shape.
func sizeOf(d graph.DType, shape []int) (int, error) {
	size := uint64(d.Bytes())
	for _, n := range shape {
		if n < 0 {
			return 0, fmt.Errorf("shape %v has a negative size", shape)
		}
		hi, lo := bits.Mul64(size, uint64(n))
		if hi != 0 || lo > math.MaxInt {
			return 0, fmt.Errorf("the bytes of shape %v, %v, are too many to count", shape, d)
		}
		size = lo
	}
	return int(size), nil
}

// quote quotes a string from a file for an error message, shortened when it is long.
func quote(s string) string {
	const most = 120
	if len(s) > most {
		return fmt.Sprintf("%q…", strings.ToValidUTF8(s[:most], ""))
	}
	return fmt.Sprintf("%q", s)
}

// A File is a safetensors file that has been read and checked. It may be used by several goroutines, but not while it is closed.
type File struct {
	tensors  map[string]Tensor
	names    []string
	metadata map[string]string
	release  func() error
}

// Names are the names of the tensors, sorted.
func (f *File) Names() []string { return slices.Clone(f.names) }

// Get returns the tensor of that name. Its Data is a part of the file itself, and may be mapped memory: it must not be written to, nor used
// once the file is closed. It is not aligned in any way.
func (f *File) Get(name string) (Tensor, bool) {
	t, ok := f.tensors[name]
	t.Shape = slices.Clone(t.Shape)
	return t, ok
}

// Metadata is a copy of the strings that the file holds besides its tensors; nil when there are none.
func (f *File) Metadata() map[string]string { return maps.Clone(f.metadata) }

// Close lets go of the file: it has no tensors afterwards. Closing twice does nothing.
func (f *File) Close() error {
	release := f.release
	*f = File{}
	if release == nil {
		return nil
	}
	return release()
}
