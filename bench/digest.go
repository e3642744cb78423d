package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Digest tells results from one another: by their bits, and where bits may differ by two sums.
type Digest struct {
	Sum    string  `json:"sum"`              // of the bits
	Count  int     `json:"count"`            // elements
	Abs    float64 `json:"abs"`              // Σ|x|
	Mixed  float64 `json:"mixed"`            // Σ±x, with signs that look random
	Absent int     `json:"absent,omitempty"` // elements that are NaN or infinite, which the sums leave out
}

// digester makes a Digest of several tensors.
type digester struct {
	Digest
	bits hash.Hash
	rng  uint64
}

func newDigester() *digester { return &digester{bits: sha256.New(), rng: 0x9e3779b97f4a7c15} }

// take adds tensors, and frees them.
func (d *digester) take(ctx context.Context, ts []*tensor.Tensor) error {
	for _, t := range ts {
		if err := d.add(ctx, t); err != nil {
			return err
		}
		t.Free()
	}
	return nil
}

// add takes the elements of a tensor, which is computed.
func (d *digester) add(ctx context.Context, t *tensor.Tensor) error {
	data, err := t.Bytes(ctx)
	if err != nil {
		return err
	}
	d.bits.Write(data)
	if t.DType().IsComplex() {
		t = t.Abs() // the bits tell the rest
	}
	err = tensor.Try(func() {
		if t.DType() == tensor.Float32 {
			tensor.Read(t, func(x []float32) { sum(d, x) })
			return
		}
		sum(d, t.Float64s())
	})
	return err
}

func sum[T float32 | float64](d *digester, xs []T) {
	rng := d.rng
	for _, x := range xs {
		v := float64(x)
		rng += 0x9e3779b97f4a7c15
		if math.IsNaN(v) || math.IsInf(v, 0) {
			d.Absent++
			continue
		}
		d.Abs += math.Abs(v)
		if (rng^rng>>32)*0xd6e8feb86659fd93>>63 == 1 {
			v = -v
		}
		d.Mixed += v
	}
	d.rng = rng
	d.Count += len(xs)
}

func (d *digester) digest() Digest {
	d.Sum = hex.EncodeToString(d.bits.Sum(nil)[:8])
	return d.Digest
}

// Close says whether results may be the same but for rounding. An element of a large tensor that is off by its own
// magnitude is seen: rounding errors of n elements add up with √n only. Few numbers are the losses of steps, in which errors
// grow.
func (d Digest) Close(o Digest) bool {
	if d.Count != o.Count || d.Absent != o.Absent {
		return false
	}
	size, tolerance := max(d.Abs, o.Abs), 1e-5
	if d.Count < 16 {
		tolerance = 1e-4
	}
	return math.Abs(d.Mixed-o.Mixed) <= tolerance*size/math.Sqrt(float64(max(d.Count, 1))) && math.Abs(d.Abs-o.Abs) <= 1e-4*size
}
