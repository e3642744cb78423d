package safetensors

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/atomicfile"
	"github.com/flambeau-ml/flambeau/internal/testdisk"
)

// differ says what is not equal in two files.
func differ(a, b *File) error {
	if !slices.Equal(a.Names(), b.Names()) {
		return fmt.Errorf("names %q and %q", a.Names(), b.Names())
	}
	if !maps.Equal(a.Metadata(), b.Metadata()) {
		return fmt.Errorf("metadata %q and %q", a.Metadata(), b.Metadata())
	}
	for _, name := range a.Names() {
		x, _ := a.Get(name)
		y, _ := b.Get(name)
		if x.Name != y.Name || x.DType != y.DType || !slices.Equal(x.Shape, y.Shape) || !bytes.Equal(x.Data, y.Data) {
			return fmt.Errorf("tensors %.200v and %.200v", x, y)
		}
	}
	return nil
}

// The bytes are those of the reference implementation.
func TestWriteBytes(t *testing.T) {
	data := []byte("0123456789abcdefghijklmn")
	tests := []struct {
		name     string
		tensors  []Tensor
		metadata map[string]string
		header   string
		body     []byte
	}{
		{"empty", nil, nil, `{}      `, nil},
		{"metadata", nil, map[string]string{"framework": "pt"}, `{"__metadata__":{"framework":"pt"}}     `, nil},
		{
			"aligned by chance", []Tensor{{"attn.0", graph.Float32, []int{1, 2, 3}, data}}, nil,
			`{"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}}`, data,
		},
		{
			"aligned by spaces", []Tensor{{"attn0", graph.Float32, []int{1, 1, 2, 3}, data}}, nil,
			`{"attn0":{"dtype":"F32","shape":[1,1,2,3],"data_offsets":[0,24]}}       `, data,
		},
		{
			"escapes", nil, map[string]string{"b\"\\/\b\f\n\r\t\x00\x1f\x7f<&>": "é\u2028😀", "a": ""},
			`{"__metadata__":{"a":"","b\"\\/\b\f\n\r\t\u0000\u001f` + "\x7f<&>\":\"é\u2028😀\"}}", nil,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Write(&b, test.tensors, test.metadata); err != nil {
				t.Fatal(err)
			}
			if want := append(file(test.header, 0), test.body...); !bytes.Equal(b.Bytes(), want) {
				t.Errorf("wrote\n%q, want\n%q", b.Bytes(), want)
			}
		})
	}
}

// Wide elements come first, and every tensor is aligned to its element.
func TestWriteOrder(t *testing.T) {
	var tensors []Tensor
	for _, d := range dtypes {
		for _, name := range []string{"b", "a"} {
			tensors = append(tensors, Tensor{d.name + name, d.dtype, []int{3}, make([]byte, 3*d.dtype.Bytes())})
		}
	}
	given := slices.Clone(tensors)
	var first []byte
	for range 10 {
		var b bytes.Buffer
		if err := Write(&b, tensors, nil); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b.Bytes()
		}
		if !bytes.Equal(first, b.Bytes()) {
			t.Fatal("the bytes depend on the order in which the tensors are given")
		}
		rand.Shuffle(len(tensors), func(i, j int) { tensors[i], tensors[j] = tensors[j], tensors[i] })
	}
	head, _, err := split(first)
	if err != nil {
		t.Fatal(err)
	}
	entries, _, err := parseHeader(head)
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for i, e := range entries {
		order = append(order, e.name)
		if i > 0 && e.dtype.Bytes() > entries[i-1].dtype.Bytes() {
			t.Errorf("%s comes after %s, whose elements are narrower", e.name, entries[i-1].name)
		}
		if at := 8 + len(head) + int(e.begin); at%e.dtype.Bytes() != 0 {
			t.Errorf("%s, %v, is at byte %d", e.name, e.dtype, at)
		}
	}
	want := "U64a U64b I64a I64b F64a F64b C64a C64b F32a F32b U32a U32b I32a I32b BF16a BF16b F16a F16b U16a U16b I16a I16b I8a I8b U8a U8b BOOLa BOOLb"
	if got := strings.Join(order, " "); got != want {
		t.Errorf("order %s\nwant  %s", got, want)
	}
	if err := Write(io.Discard, given, nil); err != nil || given[0].Name != "BOOLb" {
		t.Errorf("Write changed the order of the caller's tensors (%v)", err)
	}
}

func TestWriteErrors(t *testing.T) {
	scalar := func(name string) Tensor { return Tensor{name, graph.Uint8, nil, []byte{1}} }
	tests := []struct {
		name     string
		tensors  []Tensor
		metadata map[string]string
		want     string
	}{
		{"complex128", []Tensor{{"w", graph.Complex128, nil, make([]byte, 16)}}, nil, `tensor "w": the format has no complex128`},
		{"no dtype", []Tensor{{"w", graph.NoDType, nil, nil}}, nil, `the format has no none`},
		{"dtype out of range", []Tensor{{"w", graph.DType(200), nil, nil}}, nil, `the format has no DType(200)`},
		{"twice", []Tensor{scalar("a"), scalar("w"), scalar("a")}, nil, `tensor "a": two tensors have this name`},
		{"reserved", []Tensor{scalar("__metadata__")}, nil, `keeps this name`},
		{"name", []Tensor{scalar("\xff")}, nil, `the name is not UTF-8`},
		{"metadata key", nil, map[string]string{"\xff": ""}, `metadata "\xff": not UTF-8`},
		{"metadata value", nil, map[string]string{"a": "\xff"}, `metadata "a": not UTF-8`},
		{"negative", []Tensor{{"w", graph.Uint8, []int{-1, -1}, []byte{1}}}, nil, `negative size`},
		{"overflow", []Tensor{{"w", graph.Uint8, []int{1 << 30, 1 << 30, 1 << 30}, nil}}, nil, `too many to count`},
		{"rank", []Tensor{{"w", graph.Uint8, slices.Repeat([]int{1}, maxRank+1), []byte{1}}}, nil, `257 dimensions`},
		{"data", []Tensor{{"w", graph.Int16, []int{2}, []byte{1, 2, 3}}}, nil, `tensor "w": int16 of shape [2] takes 4 bytes, and 3 are given`},
		{"header", nil, map[string]string{"a": strings.Repeat("x", maxHeader)}, `over the limit`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var b bytes.Buffer
			err := Write(&b, test.tensors, test.metadata)
			if err == nil || !strings.HasPrefix(err.Error(), "safetensors: ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %.300v does not say %q", err, test.want)
			}
			if b.Len() != 0 {
				t.Errorf("%d bytes were written all the same", b.Len())
			}
		})
	}
}

// A failing writer's error arrives, wherever it strikes.
func TestWriteFails(t *testing.T) {
	large := []Tensor{{"w", graph.Uint8, []int{1 << 20}, make([]byte, 1<<20)}, {"v", graph.Uint8, []int{9}, make([]byte, 9)}}
	cause := errors.New("cause")
	for _, room := range []int{0, 100, 1 << 19, 1 << 20} {
		if err := Write(&fullWriter{room, cause}, large, nil); !errors.Is(err, cause) {
			t.Errorf("after %d bytes: error %v, want %v", room, err, cause)
		}
	}
}

// A fullWriter has room for so many bytes.
type fullWriter struct {
	room int
	err  error
}

func (w *fullWriter) Write(p []byte) (int, error) {
	n := min(w.room, len(p))
	w.room -= n
	if n < len(p) {
		return n, w.err
	}
	return n, nil
}

// What is written is what is read, for any tensors.
func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		s := make([]rune, r.IntN(8))
		for i := range s {
			s[i] = []rune("ab.\"\\\n\x00\x7f/é\u2028\ufffd😀")[r.IntN(13)]
		}
		return string(s)
	}
	for range 500 {
		want := &File{tensors: map[string]Tensor{}}
		var tensors []Tensor
		for range r.IntN(8) {
			d := dtypes[r.IntN(len(dtypes))].dtype
			shape := make([]int, r.IntN(5))
			for i := range shape {
				shape[i] = r.IntN(4)
			}
			size, err := sizeOf(d, shape)
			if err != nil {
				t.Fatal(err)
			}
			data := make([]byte, size)
			for i := range data {
				data[i] = byte(r.Uint32())
			}
			name := text()
			if _, ok := want.tensors[name]; !ok {
				want.tensors[name] = Tensor{name, d, shape, data}
				tensors = append(tensors, want.tensors[name])
			}
		}
		want.names = slices.Sorted(maps.Keys(want.tensors))
		for range r.IntN(4) {
			if want.metadata == nil {
				want.metadata = map[string]string{}
			}
			want.metadata[text()] = text()
		}
		var b bytes.Buffer
		if err := Write(&b, tensors, want.metadata); err != nil {
			t.Fatal(err)
		}
		got, err := Parse(b.Bytes())
		if err != nil {
			t.Fatalf("%v: %q", err, b.Bytes())
		}
		if err := differ(got, want); err != nil {
			t.Fatal(err)
		}
	}
}

// onlyFile fails t unless path holds these bytes and no temporary file is beside it.
func onlyFile(t *testing.T, path string, want []byte) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the file is not as it was (%d bytes, want %d; %v)", len(got), len(want), err)
	}
	if names, err := filepath.Glob(filepath.Join(filepath.Dir(path), atomicfile.TempPattern)); err != nil || len(names) > 0 {
		t.Errorf("left behind: %q (%v)", names, err)
	}
}

func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	w := Tensor{"w", graph.Uint8, []int{4}, []byte("abcd")}
	for _, name := range []string{"w", "longer name than before", "v"} {
		w.Name = name
		if err := WriteFile(path, []Tensor{w}, map[string]string{"a": "b"}); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := f.Get(name); !ok || string(got.Data) != "abcd" {
			t.Errorf("read %v, %v", got, ok)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	w.Data = nil
	err = WriteFile(path, []Tensor{w}, nil)
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), `"v"`) {
		t.Errorf("error %v does not name file and tensor", err)
	}
	onlyFile(t, path, old)
}

// A full disk costs nothing of the file that was there.
func TestWriteFileDiskFull(t *testing.T) {
	path := filepath.Join(testdisk.New(t, 256<<10), "model.safetensors")
	w := Tensor{"w", graph.Uint8, []int{100 << 10}, bytes.Repeat([]byte("old "), 25<<10)}
	if err := WriteFile(path, []Tensor{w}, nil); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int{200 << 10, 2 << 20} { // the rest of the disk has room for neither
		next := Tensor{"w", graph.Uint8, []int{size}, make([]byte, size)}
		if err := WriteFile(path, []Tensor{next}, nil); !testdisk.IsFull(err) || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v, want no space left for %s", err, path)
		}
		onlyFile(t, path, old)
	}
	if got, _ := f.Get("w"); !bytes.Equal(got.Data, w.Data) {
		t.Error("the open file changed")
	}
}
