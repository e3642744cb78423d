package tensor

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// ofRank is a tensor of one element, of dtype d and rank 0 or 1.
func ofRank(t *testing.T, d, rank string) *Tensor {
	t.Helper()
	dtype, err := graph.ParseDType(d)
	if err != nil {
		t.Fatal(err)
	}
	var sizes []int
	if rank == "1" {
		sizes = []int{1}
	}
	x, err := FromBytes(dtype, sizes, make([]byte, dtype.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// The dtype of what two tensors, or a tensor and a number, make, and whether it can be written to the first of them:
// the lines of testdata/promote.txt, which PyTorch wrote.
func TestPromotesAsPyTorch(t *testing.T) {
	testDevice(t)
	f, err := os.Open("testdata/promote.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	numbers := map[string]any{"bool": true, "int": 1, "float": 1.5}
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); n++ {
		w := strings.Fields(lines.Text())
		x := ofRank(t, w[0], w[1])
		var sum func() *Tensor
		var write func()
		if w[2] == "number" {
			y := numbers[w[3]]
			sum, write = func() *Tensor { return x.AddScalar(y) }, func() { x.AddScalar_(y) }
		} else {
			y := ofRank(t, w[2], w[3])
			sum, write = func() *Tensor { return x.Add(y) }, func() { x.Add_(y) }
		}
		if got := sum().DType().String(); got != w[4] {
			t.Errorf("%s: got %s", lines.Text(), got)
		}
		if w[2] != "number" && w[1] < w[3] {
			continue // the sum has more axes than x
		}
		err := Try(write)
		if (err == nil) != (w[5] == "write") || err != nil && !strings.Contains(err.Error(), fmt.Sprintf("a result of %s cannot be written to a tensor of %s", w[4], w[0])) {
			t.Errorf("%s: got %v", lines.Text(), err)
		}
	}
	if n != 460 {
		t.Errorf("%d lines", n)
	}
}
