package ops_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/goldens"
	"github.com/flambeau-ml/flambeau/tensor"
)

// property checks an answer that is one of several right ones by what it must satisfy.
func (p *python) property(r *trial, out []any) error {
	args, kwargs, err := r.arguments()
	if err != nil {
		return err
	}
	var ts []*tensor.Tensor
	for _, v := range out {
		t, ok := v.(*tensor.Tensor)
		if !ok {
			return fmt.Errorf("%v is no tensor", v)
		}
		ts = append(ts, t)
	}
	a, op := args[0].(*tensor.Tensor), p.f.Op
	if op == "linalg.eigh" { // which reads one triangle
		a = a.Tril(0).Add(transposed(a.Tril(-1)))
	}
	if op == "pca_lowrank" || op == "svd_lowrank" {
		a = a.MatMul(transposed(args[1].(*tensor.Tensor)))
		if m, ok := kwargs["M"].(*tensor.Tensor); ok {
			a = ts[0].MatMul(transposed(ts[0])).MatMul(a.Sub(m)) // of higher rank: what lies in the space that was found
		}
		if kwargs["center"] == false {
			op = "svd_lowrank"
		}
	}
	worst, err := factors(op, a, ts)
	r.worst = max(r.worst, worst)
	return err
}

// factors checks a factorisation of a.
func factors(op string, a *tensor.Tensor, out []*tensor.Tensor) (float64, error) {
	need := map[string]int{"linalg.qr": 2, "linalg.eigh": 2, "linalg.eig": 2, "linalg.svd": 3, "svd": 3, "pca_lowrank": 3, "svd_lowrank": 3, "geqrf": 2}[op]
	if need == 0 {
		return 0, fmt.Errorf("%w: what the answers of %s satisfy is not written down", goldens.ErrUnsupported, op)
	}
	if len(out) < need {
		return 0, fmt.Errorf("%d results, want %d", len(out), need)
	}
	scale := func(m, by *tensor.Tensor) *tensor.Tensor { return m.Mul(by.Unsqueeze(-2)) }
	var left, right *tensor.Tensor
	switch op {
	case "linalg.qr":
		left, right = out[0].MatMul(out[1]), a
	case "geqrf": // the reflectors lie below the triangle
		left, right = out[0].HouseholderProduct(out[1]).MatMul(out[0].Triu(0).Narrow(-2, 0, out[0].Size(-1))), a
	case "linalg.eigh":
		left, right = a.MatMul(out[1]), scale(out[1], out[0])
	case "linalg.eig":
		left, right = a.To(out[1].DType()).MatMul(out[1]), scale(out[1], out[0])
	case "linalg.svd": // full matrices have columns that meet no singular value
		k := out[1].Size(-1)
		left, right = scale(out[0].Narrow(-1, 0, k), out[1]).MatMul(out[2].Narrow(-2, 0, k)), a
	default:
		left, right = scale(out[0], out[1]).MatMul(transposed(out[2])), a
		if op == "pca_lowrank" {
			right = a.Sub(a.Mean(-2).Unsqueeze(-2))
		}
	}
	want, err := right.Array(context.Background())
	if err != nil {
		return 0, err
	}
	got, err := left.Array(context.Background())
	if err != nil {
		return 0, err
	}
	return goldens.Compare(got, &goldens.Tensor{Name: "the product", DType: want.DType, Dims: want.Dims, Array: want}, 1e-5)
}

func transposed(x *tensor.Tensor) *tensor.Tensor { return x.Transpose(-2, -1) }

// TestFactors checks that right factors pass, in either sign, and wrong ones do not.
func TestFactors(t *testing.T) {
	a := tensor.New([]float32{2, 0, 0, 3}, 2, 2)
	eye := tensor.New([]float32{1, 0, 0, 1}, 2, 2)
	flipped := tensor.New([]float32{-1, 0, 0, 1}, 2, 2)
	values := tensor.New([]float32{2, 3}, 2)
	for _, op := range []string{"linalg.qr", "linalg.eigh", "linalg.svd", "svd", "svd_lowrank"} {
		out := map[string][]*tensor.Tensor{"linalg.qr": {flipped, flipped.MatMul(a)}, "linalg.eigh": {values, flipped}}[op]
		if out == nil {
			out = []*tensor.Tensor{flipped, values, flipped}
		}
		if _, err := factors(op, a, out); err != nil {
			t.Errorf("%s: %v", op, err)
		}
		out[0] = out[0].Add(eye.Narrow(0, 0, 1).Squeeze().To(graph.Float32))
		if _, err := factors(op, a, out); err == nil {
			t.Errorf("%s: wrong factors pass", op)
		}
	}
}
