package csvfile

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// readAll reads a table to its end.
func readAll(r *Reader) (rows [][]string, err error) {
	for {
		row, err := r.Read()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
}

// compress is s as a gzip file.
func compress(t testing.TB, s string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, s); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRead(t *testing.T) {
	tests := []struct {
		name, text string
		columns    []string
		rows       [][]string
	}{
		{"plain", "a,b\n1,2\n3,4\n", []string{"a", "b"}, [][]string{{"1", "2"}, {"3", "4"}}},
		{"no last line end", "a,b\n1,2", []string{"a", "b"}, [][]string{{"1", "2"}}},
		{"carriage returns", "a,b\r\n1,2\r\n", []string{"a", "b"}, [][]string{{"1", "2"}}},
		{"byte order mark", "\ufeff\"a\",b\n1,2\n", []string{"a", "b"}, [][]string{{"1", "2"}}},
		{"quotes", "a,b\n\"x, \"\"y\"\"\nz\",\n", []string{"a", "b"}, [][]string{{"x, \"y\"\nz", ""}}},
		{"white space", " a , b\n 1 , 2\n", []string{"a", "b"}, [][]string{{" 1 ", " 2"}}},
		{"empty lines", "\na,b\n\n1,2\n\n", []string{"a", "b"}, [][]string{{"1", "2"}}},
		{"unnamed column", ",a\n0,1\n", []string{"", "a"}, [][]string{{"0", "1"}}},
		{"no rows", "a\n", []string{"a"}, nil},
		{"other text", "a\n\xff\n", []string{"a"}, [][]string{{"\xff"}}},
		{"longest row", "a\n" + strings.Repeat("x", maxRow-1) + "\n" + strings.Repeat("y", maxRow), []string{"a"}, [][]string{{strings.Repeat("x", maxRow-1)}, {strings.Repeat("y", maxRow)}}},
	}
	for _, test := range tests {
		for file, src := range map[string]io.Reader{
			"t.csv":    strings.NewReader(test.text),
			"slow.csv": iotest.OneByteReader(strings.NewReader(test.text)),
			"t.csv.GZ": bytes.NewReader(compress(t, test.text)),
		} {
			t.Run(test.name+" "+file, func(t *testing.T) {
				r, err := NewReader(file, src)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(r.Columns(), test.columns) {
					t.Errorf("columns %q, want %q", r.Columns(), test.columns)
				}
				rows, err := readAll(r)
				if err != nil || !slices.EqualFunc(rows, test.rows, slices.Equal) {
					t.Errorf("rows %.200q, %v; want %.200q", rows, err, test.rows)
				}
				if _, err := r.Read(); err != io.EOF {
					t.Errorf("after the end: %v", err)
				}
			})
		}
	}
}

func TestReadErrors(t *testing.T) {
	long := strings.Repeat("x", maxRow+10_000)
	tests := []struct{ name, text, want string }{
		{"empty", "", "t.csv: no row of column names: unexpected EOF"},
		{"only empty lines", "\n\n", "t.csv: no row of column names"},
		{"same column", "a,b,a\n", `t.csv:1:5: there are two columns "a"`},
		{"same column, white space", "a,\"a \"\n", `t.csv:1:3: there are two columns "a"`},
		{"column not text", "a,\x1f\x8b\n", "t.csv:1:3: the column's name is not UTF-8"},
		{"too few fields", "a,b\n1,2\n\n3\n", "t.csv:4: 1 fields in a table of 2 columns"},
		{"too many fields", "a,b\n1,2,3\n", "t.csv:2: 3 fields in a table of 2 columns"},
		{"wrong after lines in quotes", "a,b\n\"\n\n\",2\n3\n", "t.csv:5: 1 fields"},
		{"quote inside", "a,b\n1,2\n3,4\"\n", `t.csv:3:4: bare "`},
		{"text after a quote", "a,b\n\"1\"x,2\n", `t.csv:2:3: extraneous or missing "`},
		{"open quote", "a,b\n1,2\n3,\"4\n5,6\n", `extraneous or missing "`},
		{"long line", "a\n1\n" + long + "\n", fmt.Sprintf("t.csv:3: no end of the row in %d bytes", maxRow)},
		{"long header", long, "t.csv:1: no end of the row"},
		{"open quote in a long file", "a\n1\n\"" + strings.Repeat("x\n", maxRow), "no end of the row"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := NewReader("t.csv", strings.NewReader(test.text))
			if err == nil {
				_, err = readAll(r)
				if _, again := r.Read(); again != err {
					t.Errorf("error %v, then %v", err, again)
				}
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v does not say %q", err, test.want)
			}
		})
	}
}

func TestNumbers(t *testing.T) {
	r, err := NewReader("t.csv", strings.NewReader("name,n,x\na, 12 ,-1.5e3\nb,,abc\nc,1.5,1e999\nd,9223372036854775808,nan\n"))
	if err != nil {
		t.Fatal(err)
	}
	read := func() (int64, error, float64, error) {
		t.Helper()
		if _, err := r.Read(); err != nil {
			t.Fatal(err)
		}
		n, nErr := r.Int(1)
		x, xErr := r.Float(2)
		return n, nErr, x, xErr
	}
	says := func(err error, want string) {
		t.Helper()
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	if n, nErr, x, xErr := read(); n != 12 || nErr != nil || x != -1500 || xErr != nil {
		t.Errorf("read %v, %v, %v, %v", n, nErr, x, xErr)
	}
	_, nErr, _, xErr := read()
	says(nErr, `t.csv:3:3: column "n": "" is not a whole number`)
	says(xErr, `t.csv:3:4: column "x": "abc" is not a number`)
	_, nErr, _, xErr = read()
	says(nErr, `t.csv:4:3: column "n": "1.5" is not a whole number`)
	says(xErr, `t.csv:4:7: column "x": "1e999": value out of range`)
	_, nErr, x, xErr := read()
	says(nErr, `t.csv:5:3: column "n": "9223372036854775808": value out of range`)
	if x == x || xErr != nil {
		t.Errorf("nan is read as %v, %v", x, xErr)
	}
	cause := errors.New("no such name")
	if err := r.FieldError(0, cause); !errors.Is(err, cause) || err.Error() != `t.csv:5:1: column "name": no such name` {
		t.Errorf("field error %v", err)
	}
}

func TestIndex(t *testing.T) {
	r, err := NewReader("t.csv", strings.NewReader("a,b\n"))
	if err != nil {
		t.Fatal(err)
	}
	if i, err := r.Index("b"); i != 1 || err != nil {
		t.Errorf("b is column %d, %v", i, err)
	}
	if _, err := r.Index("c"); err == nil || err.Error() != `t.csv: no column "c" among ["a" "b"]` {
		t.Errorf("error %v", err)
	}
}

// A compressed file that lost its end is never taken for whole, wherever it was cut.
func TestTruncatedGzip(t *testing.T) {
	var text strings.Builder
	text.WriteString("a,b\n")
	for i := range 200 {
		fmt.Fprintf(&text, "%d,\"%d\"\n", i*i%1009, i*7919%104729)
	}
	whole := compress(t, text.String())
	for n := range whole {
		r, err := NewReader("t.csv.gz", bytes.NewReader(whole[:n]))
		if err == nil {
			_, err = readAll(r)
			if err != nil && !strings.HasPrefix(err.Error(), "t.csv.gz:") {
				t.Errorf("cut to %d bytes: error %q does not name the file", n, err)
			}
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("cut to %d of %d bytes: error %v, want an unexpected end", n, len(whole), err)
		}
	}
	damaged := bytes.Clone(whole)
	damaged[len(damaged)-6] ^= 1 // in the checksum
	r, err := NewReader("t.csv.gz", bytes.NewReader(damaged))
	if err == nil {
		_, err = readAll(r)
	}
	if !errors.Is(err, gzip.ErrChecksum) || !strings.HasPrefix(err.Error(), "t.csv.gz:202: ") {
		t.Errorf("damaged: error %v", err)
	}
	if _, err := NewReader("t.csv.gz", strings.NewReader("a,b\n1,2\n3,4\n")); !errors.Is(err, gzip.ErrHeader) {
		t.Errorf("not compressed: error %v", err)
	}
}

// The line of a read error is the one that was being read.
func TestReadFails(t *testing.T) {
	cause := errors.New("cause")
	src := io.MultiReader(strings.NewReader("a,b\n1,2\n3,\"4"), iotest.ErrReader(cause))
	r, err := NewReader("t.csv", src)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := readAll(r)
	if len(rows) != 1 || !errors.Is(err, cause) || !strings.HasPrefix(err.Error(), "t.csv:3: ") {
		t.Errorf("rows %q, error %v", rows, err)
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "none.csv")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	for name, content := range map[string][]byte{"t.csv": []byte("a\n1\n"), "t.csv.gz": compress(t, "a\n1\n")} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if rows, err := readAll(r); err != nil || len(rows) != 1 || rows[0][0] != "1" {
			t.Errorf("%s: rows %q, %v", name, rows, err)
		}
		for range 2 {
			if err := r.Close(); err != nil {
				t.Errorf("%s: closing: %v", name, err)
			}
		}
	}
	path := filepath.Join(dir, "empty.csv.gz")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), path) {
		t.Errorf("an empty file: %v", err)
	}
}

// FuzzReader checks that no input makes a Reader panic, and that every row it returns has one field a column.
func FuzzReader(f *testing.F) {
	f.Add([]byte("a,b\n1,\"2\n\"\"\"\r\n"), false)
	f.Add(compress(f, "a,b\n1,2\n"), true)
	f.Fuzz(func(t *testing.T, data []byte, gz bool) {
		name := "t.csv"
		if gz {
			name += ".gz"
		}
		r, err := NewReader(name, bytes.NewReader(data))
		if err != nil {
			return
		}
		for {
			row, err := r.Read()
			if err != nil {
				return
			}
			if len(row) != len(r.Columns()) {
				t.Fatalf("row %q in a table of columns %q", row, r.Columns())
			}
			for i := range row {
				r.Float(i)
				r.Int(i)
			}
		}
	})
}
