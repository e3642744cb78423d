package safetensors

import (
	"bytes"
	"testing"
)

// FuzzParse checks that no input makes Parse panic, and that a file it accepts has the same content when it is written and read again.
func FuzzParse(f *testing.F) {
	f.Add(sample(f))
	f.Add(file(`{}`, 0))
	f.Add(file(`{"__metadata__":{"a":"\ud83d\ude00\u2028"},"":{"dtype":"F64","shape":[0,3],"data_offsets":[0,0]}} `, 0))
	f.Add(file(`{"b":{"dtype":"I16","shape":[1,2],"data_offsets":[1,5],"x":[{}]},"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}`, 5))
	f.Add(file(`{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,18446744073709551615]}}`, 3))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := Parse(data)
		if err != nil {
			return
		}
		var tensors []Tensor
		for _, name := range first.Names() {
			w, ok := first.Get(name)
			if !ok {
				t.Fatalf("tensor %q is named and not there", name)
			}
			if size, err := sizeOf(w.DType, w.Shape); err != nil || size != len(w.Data) {
				t.Fatalf("tensor %q has %d bytes, want %d (%v)", name, len(w.Data), size, err)
			}
			tensors = append(tensors, w)
		}
		var b bytes.Buffer
		if err := Write(&b, tensors, first.Metadata()); err != nil {
			t.Fatal(err)
		}
		again, err := Parse(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if err := differ(first, again); err != nil {
			t.Fatal(err)
		}
	})
}
