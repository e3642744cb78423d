package bench

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/flambeau-ml/flambeau/tensor"
)

// products is square matrices, a linear layer, and matrices of other shapes.
func products() []Case {
	var cases []Case
	for _, n := range []int{32, 128, 256, 512, 1024, 2048, 4096} {
		f := float64(n)
		cases = append(cases, Case{
			Name: fmt.Sprintf("sgemm_%d", n), Heavy: n > 2048,
			Work: Work{Flops: 2 * f * f * f, Read: 8 * int64(n) * int64(n), Write: 4 * int64(n) * int64(n)},
			Make: func(in *Inputs) Step {
				m := in.Size(n, min(n, 65))
				x, y := in.Randn(m, m), in.Randn(m, m)
				return func() []*tensor.Tensor { return one(x.Mm(y)) }
			},
		})
	}
	cases = append(cases, Case{
		Name: "linear_64x784x512",
		Work: Work{Flops: 2 * 64 * 784 * 512, Read: 4 * (64*784 + 784*512 + 512), Write: 4 * 64 * 512},
		Make: func(in *Inputs) Step {
			x, w, b := in.Randn(64, 784), in.Randn(512, 784), in.Randn(512)
			return func() []*tensor.Tensor { return one(x.Linear(w, b)) }
		},
	})
	for i, name := range strings.Fields(productNames) {
		cases = append(cases, product(name, fmt.Sprintf("products %d", i/8)))
	}
	return cases
}

// productNames is products of uncommon shapes, by name. A peer's program reads it, too.
//
//go:embed products.txt
var productNames string

// productName is the name of a product [m, k] × [k, n] = sgemm_MxNxK. With nt the second matrix is the transpose of one that
// lies in memory as [n, k], with tn the first that of [k, m]. With bN there are N of them.
var productName = regexp.MustCompile(`^sgemm_(\d+)x(\d+)x(\d+)(_nt|_tn)?(?:_b(\d+))?$`)

// product is the case that its name says.
func product(name, family string) Case {
	words := productName.FindStringSubmatch(name)
	size := func(i int) int {
		n, _ := strconv.Atoi(words[i])
		return n
	}
	m, n, k, b := size(1), size(2), size(3), max(1, size(5))
	batch := int64(b)
	return Case{
		Name: name, Family: family,
		Work: Work{
			Flops: 2 * float64(b) * float64(m) * float64(n) * float64(k),
			Read:  4 * batch * int64(m*k+k*n), Write: 4 * batch * int64(m*n),
		},
		Make: func(in *Inputs) Step {
			m, n, k, b := in.Size(m, min(m, 37)), in.Size(n, min(n, 35)), in.Size(k, min(k, 41)), in.Size(b, min(b, 3))
			left, right := []int{m, k}, []int{k, n}
			switch words[4] {
			case "_tn":
				slices.Reverse(left)
			case "_nt":
				slices.Reverse(right)
			}
			if words[5] != "" {
				left, right = append([]int{b}, left...), append([]int{b}, right...)
			}
			x, y := in.Randn(left...), in.Randn(right...)
			switch words[4] {
			case "_tn":
				x = x.Transpose(-2, -1)
			case "_nt":
				y = y.Transpose(-2, -1)
			}
			return func() []*tensor.Tensor { return one(x.MatMul(y)) }
		},
	}
}
