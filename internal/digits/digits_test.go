package digits

import (
	"fmt"
	"io"
	"testing"
)

func TestOpen(t *testing.T) {
	r, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	columns := r.Columns()
	if len(columns) != Side*Side+1 || columns[Side*Side] != "class" {
		t.Fatalf("columns %q", columns)
	}
	for i, c := range columns[:Side*Side] {
		if want := fmt.Sprintf("p%d%d", i/Side, i%Side); c != want {
			t.Errorf("column %d is %s, want %s", i, c, want)
		}
	}
	rows, largest := 0, int64(0)
	var count [Classes]int
	for ; ; rows++ {
		_, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range columns {
			n, err := r.Int(i)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case i == Side*Side:
				if n < 0 || n >= Classes {
					t.Fatal(r.FieldError(i, fmt.Errorf("no digit: %d", n)))
				}
				count[n]++
			case n < 0:
				t.Fatal(r.FieldError(i, fmt.Errorf("no pixel: %d", n)))
			default:
				largest = max(largest, n)
			}
		}
	}
	if rows != Rows {
		t.Errorf("%d rows, want %d", rows, Rows)
	}
	if largest != MaxPixel {
		t.Errorf("the largest pixel is %d, want %d", largest, MaxPixel)
	}
	for digit, n := range count {
		if n < 174 || n > 183 {
			t.Errorf("%d images of digit %d, want 174 to 183", n, digit)
		}
	}
}

// Every reader starts at the beginning.
func TestFile(t *testing.T) {
	for range 2 {
		b, err := io.ReadAll(File())
		if err != nil || len(b) != len(file) || b[0] != 0x1f {
			t.Errorf("read %d of %d bytes, %v", len(b), len(file), err)
		}
	}
}
