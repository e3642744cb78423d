package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// file makes a file of a header and so many bytes, whatever the header says.
func file(header string, body int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	b = append(b, header...)
	for i := range body {
		b = append(b, byte(i))
	}
	return b
}

func TestParse(t *testing.T) {
	scalar := `"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]}`
	tests := []struct {
		name     string
		data     []byte
		tensors  []Tensor // sorted by name
		metadata map[string]string
	}{
		{"empty", file(`{}`, 0), nil, nil},
		{"empty metadata", file(`{"__metadata__":{}}`, 0), nil, nil},
		{"null metadata", file(`{"__metadata__":null}`, 0), nil, nil},
		{"metadata", file(`{"__metadata__":{"format":"pt","é\n":"\ud83d\ude00"}}  `, 0), nil, map[string]string{"format": "pt", "é\n": "😀"}},
		{"scalar", file(`{`+scalar+`}`, 4), []Tensor{{"s", graph.Float32, []int{}, []byte{0, 1, 2, 3}}}, nil},
		{"white space", file(`{ "s" : {"shape": [ ] ,"data_offsets":[ 0 , 4 ],"dtype":"F32"} }`+" \n", 4), []Tensor{{"s", graph.Float32, []int{}, []byte{0, 1, 2, 3}}}, nil},
		{"unknown fields", file(`{"s":{"dtype":"U8","strides":[[1],{"a":null}],"shape":[1],"data_offsets":[0,1]}}`, 1), []Tensor{{"s", graph.Uint8, []int{1}, []byte{0}}}, nil},
		{"empty name", file(`{"":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}`, 2), []Tensor{{"", graph.Bool, []int{2}, []byte{0, 1}}}, nil},
		{
			"not in order, unaligned, empty tensors",
			file(`{"b":{"dtype":"I16","shape":[1,2],"data_offsets":[1,5]},"z":{"dtype":"F64","shape":[3,0,9223372],"data_offsets":[1,1]},`+
				`"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]},"y":{"dtype":"C64","shape":[0],"data_offsets":[5,5]}}`, 5),
			[]Tensor{
				{"a", graph.Int8, []int{1}, []byte{0}},
				{"b", graph.Int16, []int{1, 2}, []byte{1, 2, 3, 4}},
				{"y", graph.Complex64, []int{0}, []byte{}},
				{"z", graph.Float64, []int{3, 0, 9223372}, []byte{}},
			},
			nil,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := Parse(test.data)
			if err != nil {
				t.Fatal(err)
			}
			want := &File{tensors: map[string]Tensor{}, metadata: test.metadata}
			for _, tensor := range test.tensors {
				want.names = append(want.names, tensor.Name)
				want.tensors[tensor.Name] = tensor
			}
			if !slices.Equal(f.Names(), want.Names()) {
				t.Fatalf("names %q, want %q", f.Names(), want.Names())
			}
			if err := differ(f, want); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	one := func(dtype, shape, offsets string, body int) []byte {
		return file(fmt.Sprintf(`{"w":{"dtype":%s,"shape":%s,"data_offsets":%s}}`, dtype, shape, offsets), body)
	}
	length := func(n uint64, rest string) []byte {
		return append(binary.LittleEndian.AppendUint64(nil, n), rest...)
	}
	u8 := func(name string, begin, end int) string {
		return fmt.Sprintf(`"%s":{"dtype":"U8","shape":[%d],"data_offsets":[%d,%d]}`, name, end-begin, begin, end)
	}
	tests := []struct {
		name string
		data []byte
		want string // a part of the error
	}{
		{"nothing", nil, "cut short: 0 bytes"},
		{"less than a length", []byte("1234567"), "cut short: 7 bytes"},
		{"header longer than the file", length(3, "{}"), "a header of 3 bytes is announced, 2 bytes follow"},
		{"header longer than allowed", length(maxHeader+1, "{}"), "over the limit"},
		{"header length overflows", length(1<<64-1, "{}"), "over the limit"},
		{"another format", []byte("PK\x03\x04 a zip archive"), "not a safetensors file"},

		{"empty header", file("", 0), "does not begin with {"},
		{"white space first", file(" {}", 0), "does not begin with {"},
		{"array", file("[]", 0), "does not begin with {"},
		{"not UTF-8", file("{\"\xff\":{}}", 0), "not UTF-8"},
		{"lone high surrogate", file(`{"\ud800":{}}`, 0), "byte 2: half of a surrogate pair"},
		{"lone low surrogate", file(`{"\\\udc00":{}}`, 0), "byte 4: half of a surrogate pair"},
		{"two high surrogates", file(`{"\ud800\ud800":{}}`, 0), "half of a surrogate pair"},
		{"cut JSON", file(`{"w":{"dtype":"U8"`, 0), "unexpected EOF"},
		{"cut JSON string", file(`{"w`, 0), "unexpected EOF"},
		{"trailing comma", file(`{`+u8("w", 0, 1)+`,}`, 1), "invalid character '}'"},
		{"missing comma", file(`{`+u8("w", 0, 1)+u8("v", 1, 2)+`}`, 2), `invalid character '"'`},
		{"something after", file(`{} {}`, 0), "after the end"},
		{"garbage after", file(`{}`+"\x00", 0), "invalid character"},
		{"deep", file(`{"w":{"x":`+strings.Repeat("[", 1<<20)+`}}`, 0), "exceeded max depth"},

		{"same name", file(`{`+u8("w", 0, 1)+`,`+u8("w", 1, 2)+`}`, 2), `key "w" is there twice`},
		{"same name, escaped", file(`{`+u8("w", 0, 1)+`,`+u8(`\u0077`, 1, 2)+`}`, 2), `key "w" is there twice`},
		{"same field", file(`{"w":{"dtype":"U8","dtype":"U8"}}`, 0), `tensor "w": key "dtype" is there twice`},
		{"two metadata", file(`{"__metadata__":{},"__metadata__":{}}`, 0), `key "__metadata__" is there twice`},
		{"same metadata", file(`{"__metadata__":{"a":"","a":""}}`, 0), `__metadata__: key "a" is there twice`},
		{"metadata of numbers", file(`{"__metadata__":{"a":1}}`, 0), `__metadata__: "a": the number "1" where a string belongs`},
		{"metadata no object", file(`{"__metadata__":"a"}`, 0), `__metadata__: the string "a" where { belongs`},

		{"tensor no object", file(`{"w":[]}`, 0), `tensor "w": [ where { belongs`},
		{"no dtype", file(`{"w":{"shape":[],"data_offsets":[0,1]}}`, 1), `tensor "w": no dtype`},
		{"no shape", file(`{"w":{"dtype":"U8","data_offsets":[0,1]}}`, 1), `tensor "w": no shape`},
		{"no offsets", file(`{"w":{"dtype":"U8","shape":[]}}`, 1), `tensor "w": no data_offsets`},
		{"unknown dtype", one(`"F31"`, `[]`, `[0,4]`, 4), `tensor "w": dtype "F31" is not one of BOOL, U8`},
		{"dtype in small letters", one(`"f32"`, `[]`, `[0,4]`, 4), `dtype "f32" is not one of`},
		{"dtype no string", one(`32`, `[]`, `[0,4]`, 4), `tensor "w": dtype: the number "32" where a string belongs`},
		{"shape null", one(`"U8"`, `null`, `[0,1]`, 1), `tensor "w": shape: null where [ belongs`},
		{"shape of strings", one(`"U8"`, `["1"]`, `[0,1]`, 1), `shape: the string "1" where a number belongs`},
		{"negative size", one(`"U8"`, `[-1]`, `[0,1]`, 1), `shape: "-1" is not a whole number`},
		{"broken size", one(`"U8"`, `[1.0]`, `[0,1]`, 1), `shape: "1.0" is not a whole number`},
		{"size in exponents", one(`"U8"`, `[1e0]`, `[0,1]`, 1), `shape: "1e0" is not a whole number`},
		{"size too large", one(`"U8"`, `[18446744073709551615]`, `[0,1]`, 1), `too large`},
		{"size beyond 64 bits", one(`"U8"`, `[18446744073709551616]`, `[0,1]`, 1), `not a whole number`},
		{"elements overflow", one(`"U8"`, `[2147483647,2147483647,2147483647]`, `[0,1]`, 1), `too many to count`},
		{"bytes overflow", one(`"F64"`, `[1073741824,1073741824]`, `[0,0]`, 0), `too many to count`},
		{"rank", one(`"U8"`, `[1`+strings.Repeat(",1", maxRank)+`]`, `[0,1]`, 1), `shape: more than 256 numbers`},
		{"one offset", one(`"U8"`, `[1]`, `[0]`, 1), `data_offsets: 1 numbers, want 2`},
		{"three offsets", one(`"U8"`, `[1]`, `[0,1,1]`, 1), `data_offsets: more than 2 numbers`},
		{"negative offset", one(`"U8"`, `[1]`, `[-1,0]`, 1), `data_offsets: "-1" is not a whole number`},
		{"offsets backwards", one(`"U8"`, `[1]`, `[1,0]`, 1), `begins at byte 1 and ends before, at 0`},
		{"offsets beyond the file", one(`"U8"`, `[1]`, `[18446744073709551614,18446744073709551615]`, 1), `cut short: the tensors take 18446744073709551615 bytes`},
		{"too few bytes for the shape", one(`"F32"`, `[2]`, `[0,4]`, 4), `tensor "w": float32 of shape [2] takes 8 bytes, and its data offsets [0, 4] hold 4`},
		{"too many bytes for the shape", one(`"F32"`, `[]`, `[0,8]`, 8), `takes 4 bytes`},

		{"cut short", file(`{`+u8("w", 0, 9)+`}`, 8), `cut short: the tensors take 9 bytes, 8 follow the header`},
		{"bytes left over", file(`{`+u8("w", 0, 9)+`}`, 11), `the last 2 of 11 bytes belong to no tensor`},
		{"only bytes", file(`{}`, 1), `the last 1 of 1 bytes belong to no tensor`},
		{"hole at the start", file(`{`+u8("w", 1, 9)+`}`, 9), `tensor "w": it begins at byte 1, and bytes [0, 1] belong to no tensor`},
		{"hole between", file(`{`+u8("v", 6, 9)+`,`+u8("w", 0, 4)+`}`, 9), `tensor "v": it begins at byte 6, and bytes [4, 6] belong to no tensor`},
		{"overlap", file(`{`+u8("v", 3, 9)+`,`+u8("w", 0, 4)+`}`, 9), `tensor "v": its bytes, [3, 9], overlap those of tensor "w", which end at 4`},
		{"same bytes", file(`{`+u8("v", 0, 9)+`,`+u8("w", 0, 9)+`}`, 9), `overlap`},
		{"inside another", file(`{`+u8("v", 2, 4)+`,`+u8("w", 0, 9)+`}`, 9), `overlap`},
		{"empty inside another", file(`{`+u8("v", 2, 2)+`,`+u8("w", 0, 9)+`}`, 9), `overlap`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := Parse(test.data)
			if err == nil {
				t.Fatalf("accepted, with tensors %q", f.Names())
			}
			if !strings.HasPrefix(err.Error(), "safetensors: ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q does not say %q", err, test.want)
			}
		})
	}
}

// An error about a tensor with a long name stays readable.
func TestParseErrorLength(t *testing.T) {
	_, err := Parse(file(`{"`+strings.Repeat("é", 1<<20)+`":{}}`, 0))
	if err == nil || len(err.Error()) > 500 || !strings.Contains(err.Error(), "éé") {
		t.Errorf("error %.600v", err)
	}
}

// sample is a small file with several tensors and metadata.
func sample(t testing.TB) []byte {
	var b bytes.Buffer
	err := Write(&b, []Tensor{
		{"bias", graph.Float16, []int{3}, []byte("abcdef")},
		{"weight", graph.Float32, []int{1, 2}, []byte("ghijklmn")},
		{"mask", graph.Bool, []int{2}, []byte{0, 1}},
	}, map[string]string{"format": "pt"})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A file that lost its end, and one that got a longer one, is never taken for whole.
func TestTruncated(t *testing.T) {
	whole := sample(t)
	for n := range whole {
		_, err := Parse(whole[:n])
		if err == nil {
			t.Fatalf("the first %d of %d bytes were accepted", n, len(whole))
		}
		if !strings.Contains(err.Error(), "cut short") {
			t.Errorf("the first %d of %d bytes: error %q does not say that the file is cut short", n, len(whole), err)
		}
	}
	if _, err := Parse(append(whole, 0)); err == nil {
		t.Error("a byte too many was accepted")
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.safetensors")
	if err := os.WriteFile(path, sample(t), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	w, ok := f.Get("weight")
	if !ok || string(w.Data) != "ghijklmn" || !slices.Equal(w.Shape, []int{1, 2}) || w.DType != graph.Float32 || w.Name != "weight" {
		t.Errorf("weight is %v, %v", w, ok)
	}
	w.Shape[0] = 7
	if w, _ := f.Get("weight"); w.Shape[0] != 1 {
		t.Error("a caller changed the file's shape")
	}
	if _, ok := f.Get("none"); ok {
		t.Error("a tensor that is not there was found")
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, ok := f.Get("weight"); ok || len(f.Names()) != 0 {
		t.Error("the closed file still has tensors")
	}
	if err := f.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	for name, content := range map[string]string{"empty": "", "text": "a text, not a model"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v does not name the file", name, err)
		}
	}
}

// The weights of a small CNN, as PyTorch's users save them. The file stands in a folder beside the repository.
func TestOpenMNIST(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "data", "vision", "mnist.safetensors")
	f, err := Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no real file to read: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, name := range f.Names() {
		w, _ := f.Get(name)
		t.Logf("%-28s %-8v %v", w.Name, w.DType, w.Shape)
	}
	for name, shape := range map[string][]int{
		"conv1.weight": {8, 1, 3, 3}, "conv2.weight": {16, 8, 3, 3}, "conv3.weight": {24, 16, 3, 3},
		"fc1.weight": {32, 11616}, "fc2.bias": {10}, "norm1.running_var": {24},
	} {
		w, ok := f.Get(name)
		if !ok || w.DType != graph.Float32 || !slices.Equal(w.Shape, shape) {
			t.Errorf("%s is %v of shape %v, want float32 of shape %v", name, w.DType, w.Shape, shape)
		}
	}

	// It was written by the reference implementation, so Write gives the same bytes.
	var tensors []Tensor
	for _, name := range f.Names() {
		w, _ := f.Get(name)
		tensors = append(tensors, w)
	}
	var b bytes.Buffer
	if err := Write(&b, tensors, f.Metadata()); err != nil {
		t.Fatal(err)
	}
	if want, err := os.ReadFile(path); err != nil || !bytes.Equal(b.Bytes(), want) {
		t.Errorf("writing the tensors of %s again gives other bytes (%v)", path, err)
	}
}
