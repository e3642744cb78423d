package zoo_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/flambeau-ml/flambeau/compile"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/zoo"
)

// array reads an array of numbers of the type T from a file of NumPy's arrays.
func array[T any](t *testing.T, z *zip.ReadCloser, name string) []T {
	t.Helper()
	f, err := z.Open(name + ".npy")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil || !bytes.HasPrefix(raw, []byte("\x93NUMPY\x01\x00")) {
		t.Fatalf("%s: %v", name, err)
	}
	raw = raw[10+int(binary.LittleEndian.Uint16(raw[8:])):]
	var zero T
	out := make([]T, len(raw)/binary.Size(zero))
	if _, err := binary.Decode(raw, binary.LittleEndian, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCora trains a GCN on 140 papers of the Cora citation network and has it tell the topics of 1,000 others.
func TestCora(t *testing.T) {
	path := filepath.Join("..", "..", "shared", "data", "graphs", "cora.npz")
	z, err := zip.OpenReader(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, os.ErrNotExist) {
		t.Skipf("no file %s with the graph that this test reads", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	const nodes, features, classes = 2708, 1433, 7
	x := make([]float32, nodes*features)
	starts, columns := array[int64](t, z, "features_indptr"), array[int32](t, z, "features_indices")
	for i := range nodes {
		row := columns[starts[i]:starts[i+1]]
		for _, j := range row {
			x[i*features+int(j)] = 1 / float32(len(row))
		}
	}
	var from, to []int64
	for i, n := range array[int64](t, z, "edges") {
		if i%2 == 0 {
			from = append(from, n)
		} else {
			to = append(to, n)
		}
	}
	labels := array[int64](t, z, "labels")
	pick := func(name string) (chosen, answers *tensor.Tensor) {
		var c, y []int64
		for i, on := range array[uint8](t, z, name) {
			if on != 0 {
				c, y = append(c, int64(i)), append(y, labels[i])
			}
		}
		return tensor.New(c), tensor.New(y)
	}
	g, all := zoo.NewGraph(nodes, from, to, true), tensor.New(x, nodes, features)
	seen, topics := pick("train_mask")
	m := nn.Train(nn.Init(zoo.NewGCN(zoo.GraphConfig{Features: features, Classes: classes, Dropout: 0.5}), 0))
	opt := optim.NewAdam(nn.Parameters(m), optim.LR(0.01), optim.WeightDecay(5e-4))
	step := compile.Func(func(x *tensor.Tensor) *tensor.Tensor {
		loss := nn.CrossEntropy(m.Forward(x, g).IndexSelect(0, seen), topics)
		loss.Backward()
		opt.Step()
		opt.ZeroGrad()
		return loss
	})
	for range 200 {
		step(all)
	}
	other, answers := pick("test_mask")
	right := nn.Eval(nn.NoGrad(m)).Forward(all, g).ArgMax(1).IndexSelect(0, other).Eq(answers).To(tensor.Float32).Mean().Item()
	t.Logf("%.1f%% of other papers are right", 100*right)
	if right < 0.80 {
		t.Errorf("%.1f%% are right, want 80%%", 100*right)
	}
}
