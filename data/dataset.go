package data

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Batch is inputs and what they should give, stacked: X is [N, …] and Y [N, …].
type Batch struct {
	X, Y *tensor.Tensor
}

// Dataset is numbered samples that can be stacked to batches of type B. Its methods may be called from several
// goroutines at once.
type Dataset[B any] interface {
	// Len is the number of samples.
	Len() int
	// Batch makes a batch of the samples that pick names, in that order.
	Batch(ctx context.Context, pick Pick) (B, error)
}

// Pick says which samples make a batch.
type Pick struct {
	Indices []int
	Seed    uint64 // of what is random in this epoch
}

// Rand is a source of random numbers for sample i, an index of the data set: the same whatever batch the sample is in
// and whoever makes it, and another one in each epoch.
func (p Pick) Rand(i int) *rand.Rand { return rand.New(rand.NewPCG(p.Seed, uint64(i))) }

// check reports an index that a data set of n samples does not have.
func (p Pick) check(n int) error {
	for _, i := range p.Indices {
		if i < 0 || i >= n {
			return fmt.Errorf("data: no sample %d in a data set of %d", i, n)
		}
	}
	return nil
}

// Subset is the samples of ds at indices, in that order.
func Subset[B any](ds Dataset[B], indices []int) Dataset[B] { return &subset[B]{ds, indices} }

type subset[B any] struct {
	of      Dataset[B]
	indices []int
}

func (s *subset[B]) Len() int { return len(s.indices) }

func (s *subset[B]) Batch(ctx context.Context, pick Pick) (b B, err error) {
	if err := pick.check(s.Len()); err != nil {
		return b, err
	}
	inner := Pick{make([]int, len(pick.Indices)), pick.Seed}
	for k, i := range pick.Indices {
		inner.Indices[k] = s.indices[i]
	}
	return s.of.Batch(ctx, inner)
}

// Map is ds with every batch changed by f: a transform. What f draws at random it draws from pick.Rand, so that the
// batches do not depend on who makes them.
func Map[A, B any](ds Dataset[A], f func(pick Pick, a A) (B, error)) Dataset[B] {
	return &mapped[A, B]{ds, f}
}

type mapped[A, B any] struct {
	of Dataset[A]
	f  func(Pick, A) (B, error)
}

func (m *mapped[A, B]) Len() int { return m.of.Len() }

func (m *mapped[A, B]) Batch(ctx context.Context, pick Pick) (b B, err error) {
	a, err := m.of.Batch(ctx, pick)
	if err != nil {
		return b, err
	}
	return m.f(pick, a)
}
