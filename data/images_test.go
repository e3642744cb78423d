package data_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/data"
)

// idx writes an IDX file of bytes.
func idx(t *testing.T, path string, shape []int, body ...byte) {
	t.Helper()
	b := []byte{0, 0, 8, byte(len(shape))}
	for _, n := range shape {
		b = binary.BigEndian.AppendUint32(b, uint32(n))
	}
	if err := os.WriteFile(path, append(b, body...), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestMNIST(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	idx(t, at("train-images-idx3-ubyte"), []int{3, 1, 2}, 0, 51, 102, 153, 204, 255)
	idx(t, at("train-labels-idx1-ubyte"), []int{3}, 7, 8, 9)
	idx(t, at("t10k-images-idx3-ubyte"), []int{1, 1, 2}, 255, 0)
	if _, _, err := data.MNIST(dir); err == nil || !strings.Contains(err.Error(), dir+" has no t10k-labels-idx1-ubyte") {
		t.Errorf("error %v", err)
	}
	idx(t, at("t10k-labels-idx1-ubyte"), []int{1}, 5)
	train, test, err := data.MNIST(dir)
	if err != nil {
		t.Fatal(err)
	}
	if train.Len() != 3 || test.Len() != 1 || test.Labels[0] != 5 || !slices.Equal(train.Shape, []int{1, 1, 2}) {
		t.Errorf("%d and %d images of %v", train.Len(), test.Len(), train.Shape)
	}
	b, err := train.Batch(t.Context(), data.Pick{Indices: []int{2, 0}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := b.X.Float32s(), []float32{204. / 255, 1, 0, 0.2}; !slices.Equal(got, want) || !slices.Equal(b.X.Shape(), []int{2, 1, 1, 2}) {
		t.Errorf("X %v of shape %v, want %v", got, b.X.Shape(), want)
	}
	if got := b.Y.Int64s(); !slices.Equal(got, []int64{9, 7}) {
		t.Errorf("Y %v", got)
	}
	if _, err := train.Batch(t.Context(), data.Pick{Indices: []int{3}}); err == nil {
		t.Error("an image that is not there")
	}
}

func TestReadIDXErrors(t *testing.T) {
	dir := t.TempDir()
	images, labels := filepath.Join(dir, "images"), filepath.Join(dir, "labels")
	read := func(want string) {
		t.Helper()
		if _, err := data.ReadIDX(images, labels); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
	idx(t, labels, []int{2}, 1, 2)
	idx(t, images, []int{1, 1, 2}, 1, 2)
	read("has 1 images, and " + labels + " 2 labels")
	idx(t, images, []int{2, 1, 2}, 1, 2, 3)
	read(images + ": row 1 of 2")
	idx(t, images, []int{2}, 1, 2)
	read(images + ": an array of shape [2]: images are")
	idx(t, images, []int{2, 1, 1}, 1, 2)
	idx(t, labels, []int{2, 2}, 1, 2, 3, 4)
	read(labels + ": row 0: 2 numbers, and a label is one")
}
