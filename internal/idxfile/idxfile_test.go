package idxfile

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// file is an IDX file of a type and sizes, with these bytes behind the header.
func file(typ Type, shape []int, body ...byte) []byte {
	b := []byte{0, 0, byte(typ), byte(len(shape))}
	for _, n := range shape {
		b = binary.BigEndian.AppendUint32(b, uint32(n))
	}
	return append(b, body...)
}

func compress(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// readAll reads a file to its end.
func readAll(r *Reader) (rows [][]float32, err error) {
	for {
		row, err := r.Row()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, r.Floats(row, nil))
	}
}

func TestTypes(t *testing.T) {
	be := func(x any) []byte {
		b, err := binary.Append(nil, binary.BigEndian, x)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	tests := []struct {
		typ  Type
		body []byte
		want []float32
	}{
		{Uint8, []byte{0, 1, 128, 255}, []float32{0, 1, 128, 255}},
		{Int8, []byte{0, 1, 128, 255}, []float32{0, 1, -128, -1}},
		{Int16, be([]int16{0, 1, -32768, 32767}), []float32{0, 1, -32768, 32767}},
		{Int32, be([]int32{0, 1, -1 << 31, 1 << 24}), []float32{0, 1, -1 << 31, 1 << 24}},
		{Float32, be([]float32{0, 0.1, -1e30, 7}), []float32{0, 0.1, -1e30, 7}},
		{Float64, be([]float64{0, 0.1, -1e30, 7}), []float32{0, 0.1, -1e30, 7}},
	}
	for _, test := range tests {
		plain := file(test.typ, []int{2, 1, 2}, test.body...)
		for name, src := range map[string]io.Reader{
			"plain": bytes.NewReader(plain), "slow": iotest.OneByteReader(bytes.NewReader(plain)),
			"gzip": bytes.NewReader(compress(t, plain)),
		} {
			r, err := NewReader("f", src)
			if err != nil {
				t.Fatal(err)
			}
			if r.Type() != test.typ || !slices.Equal(r.Shape(), []int{2, 1, 2}) {
				t.Errorf("%s %s: %s %v", test.typ, name, r.Type(), r.Shape())
			}
			rows, err := readAll(r)
			if err != nil || len(rows) != 2 || !slices.Equal(slices.Concat(rows...), test.want) {
				t.Errorf("%s %s: %v, %v, want %v", test.typ, name, rows, err, test.want)
			}
			if _, err := r.Row(); err != io.EOF {
				t.Errorf("after the end: %v", err)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	good := file(Uint8, []int{2, 3}, 1, 2, 3, 4, 5, 6)
	damaged := compress(t, good)
	damaged[len(damaged)-6] ^= 1 // in the checksum
	tests := []struct {
		name  string
		data  []byte
		short bool // the error is an unexpected end
		want  string
	}{
		{"empty", nil, true, "f: no IDX header: unexpected EOF"},
		{"cut in the header", good[:3], true, "f: no IDX header"},
		{"cut in the sizes", good[:9], true, "f: no sizes of the 2 dimensions"},
		{"no rows", good[:12], true, "f: row 0 of 2 (2 × 3 uint8): unexpected EOF"},
		{"cut in a row", good[:17], true, "f: row 1 of 2"},
		{"more", append(slices.Clone(good), 0), false, "f: more bytes than the 2 × 3 uint8 that its header promises"},
		{"another format", []byte("P5 28 28 255\n"), false, "f: not an IDX file: it begins with 50 35 20 32"},
		{"another type", file(0x0A, []int{1}, 1), false, "f: not an IDX file: no element type 0x0a is known"},
		{"a scalar", file(Uint8, nil, 1), false, "f: an array of 0 dimensions, and 1 to 8 can be read"},
		{"many dimensions", file(Uint8, slices.Repeat([]int{1}, 9), 1), false, "f: an array of 9 dimensions"},
		{"empty rows", file(Uint8, []int{2, 0}), false, "f: an array of 2 × 0 uint8: a row must have 1 to"},
		{"long rows", file(Float64, []int{1, 1 << 24, 2}), false, "a row must have 1 to 67108864 bytes"},
		{"overflow", file(Uint8, []int{1, 1 << 31, 1 << 31, 1 << 31}), false, "a row must have"},
		{"many rows", file(Uint8, []int{1<<32 - 1, 1 << 20}), false, "more than 1099511627776 bytes"},
		{"gzip cut", compress(t, good)[:20], true, "f: "},
		{"gzip without its end", compress(t, good)[:len(damaged)-3], true, "f: unexpected EOF"},
		{"gzip header", []byte{0x1f, 0x8b, 8}, true, "f: unexpected EOF"},
		{"gzip damaged", damaged, false, "f: gzip: invalid checksum"},
		{"after gzip", append(compress(t, good), "more than a header"...), false, "f: gzip: invalid header"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := NewReader("f", bytes.NewReader(test.data))
			if err == nil {
				_, err = readAll(r)
				if _, again := r.Row(); again != err {
					t.Errorf("error %v, then %v", err, again)
				}
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "f: ") {
				t.Errorf("error %v does not say %q", err, test.want)
			}
			if errors.Is(err, io.ErrUnexpectedEOF) != test.short {
				t.Errorf("error %v: an unexpected end is %v", err, !test.short)
			}
		})
	}
}

func TestClass(t *testing.T) {
	class := func(typ Type, shape []int, body ...byte) (int64, error) {
		r, err := NewReader("f", bytes.NewReader(file(typ, shape, body...)))
		if err != nil {
			t.Fatal(err)
		}
		row, err := r.Row()
		if err != nil {
			t.Fatal(err)
		}
		return r.Class(row)
	}
	if n, err := class(Int16, []int{1}, 0xff, 0xfe); n != -2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := class(Uint8, []int{1, 2}, 1, 2); err == nil || err.Error() != "f: row 0: 2 numbers, and a label is one" {
		t.Errorf("error %v", err)
	}
	half := binary.BigEndian.AppendUint32(nil, math.Float32bits(0.5))
	if _, err := class(Float32, []int{1}, half...); err == nil || !strings.Contains(err.Error(), "not 0.5") {
		t.Errorf("error %v", err)
	}
	nan := binary.BigEndian.AppendUint32(nil, math.Float32bits(float32(math.NaN())))
	if _, err := class(Float32, []int{1}, nan...); err == nil {
		t.Error("NaN is a label")
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	path := filepath.Join(dir, "a.gz") // and it is not compressed
	if err := os.WriteFile(path, file(Uint8, []int{1}, 9), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := readAll(r); err != nil || len(rows) != 1 || rows[0][0] != 9 {
		t.Errorf("%v, %v", rows, err)
	}
	for range 2 {
		if err := r.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasPrefix(err.Error(), path) {
		t.Errorf("an empty file: %v", err)
	}
}

func TestFind(t *testing.T) {
	put := func(names ...string) string {
		dir := t.TempDir()
		for _, n := range names {
			if err := os.WriteFile(filepath.Join(dir, n), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	base := func(a, b Files) []string {
		all := []string{a.Images, a.Labels, b.Images, b.Labels}
		for i := range all {
			all[i] = filepath.Base(all[i])
		}
		return all
	}
	tests := []struct {
		name, prefix string
		files, want  []string
	}{
		{"plain", "", Names(""), Names("")},
		{"dots, compressed, test", "",
			[]string{"train-images.idx3-ubyte.gz", "train-labels.idx1-ubyte", "test-images-idx3-ubyte", "t10k-labels.idx1-ubyte"},
			[]string{"train-images.idx3-ubyte.gz", "train-labels.idx1-ubyte", "test-images-idx3-ubyte", "t10k-labels.idx1-ubyte"}},
		{"both forms", "", append(Names(""), "train-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"), Names("")},
		{"prefix", "letters-", append(Names("letters-"), Names("digits-")...), Names("letters-")},
	}
	for _, test := range tests {
		dir := put(test.files...)
		train, rest, err := Find(dir, test.prefix)
		if got := base(train, rest); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, %v", test.name, got, err)
		}
		if filepath.Dir(train.Images) != dir || !Has(dir, test.prefix) || Has(dir, "other-") {
			t.Errorf("%s: %s", test.name, train.Images)
		}
	}
	var missing *MissingError
	dir := put("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte.zip")
	if _, _, err := Find(dir, ""); !errors.As(err, &missing) || !slices.Equal(missing.Names, Names("")[2:]) ||
		err.Error() != dir+" has no t10k-images-idx3-ubyte, no t10k-labels-idx1-ubyte" {
		t.Errorf("error %v", err)
	}
	if _, _, err := Find(filepath.Join(dir, "none"), ""); !errors.As(err, &missing) || len(missing.Names) != 4 {
		t.Errorf("error %v", err)
	}
	dir = put(append(Names(""), "test-images-idx3-ubyte")...)
	if _, _, err := Find(dir, ""); err == nil || !strings.Contains(err.Error(), "which of them is meant?") {
		t.Errorf("error %v", err)
	}
}

// FuzzReader checks that no input makes a Reader panic, and that the rows are what the header says.
func FuzzReader(f *testing.F) {
	f.Add(file(Uint8, []int{2, 1, 3}, 1, 2, 3, 4, 5, 6))
	f.Add(compress(f, file(Int32, []int{1}, 1, 2, 3, 4)))
	f.Add(file(Float64, []int{1 << 31, 2}, 1, 2))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := NewReader("f", bytes.NewReader(data))
		if err != nil {
			return
		}
		size := 1
		for _, n := range r.Shape()[1:] {
			size *= n
		}
		for rows := 0; ; rows++ {
			row, err := r.Row()
			if err == io.EOF {
				if rows != r.Shape()[0] {
					t.Fatalf("%d rows of %v", rows, r.Shape())
				}
				return
			}
			if err != nil {
				return
			}
			if n := len(r.Floats(row, nil)); n != size {
				t.Fatalf("%d numbers in a row of %v", n, r.Shape())
			}
			r.Class(row)
		}
	})
}
