package data

import (
	"context"
	"fmt"
	"iter"
	"runtime/debug"
	"sync"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Loader makes the batches of a data set, epoch after epoch, ahead of those who use them. One goroutine at a time may
// use a Loader.
type Loader[B any] struct {
	ds      Dataset[B]
	o       options
	state   State
	current epoch
}

// State is where a Loader stands.
type State struct {
	Epoch int `json:"epoch"` // epochs that were begun before this one
	Next  int `json:"next"`  // batches of this epoch that were handed out
}

// epoch is the order of one epoch.
type epoch struct {
	number int
	order  []int
}

type options struct {
	batch    int
	workers  int
	ahead    int
	dropLast bool
	seed     uint64
	sampler  func(n int) Sampler
}

// Option changes how a Loader works.
type Option func(*options)

// BatchSize is how many samples make a batch; without it, one.
func BatchSize(n int) Option { return func(o *options) { o.batch = n } }

// Shuffle goes through the samples in an order that the seed and the epoch decide. The seed also decides what
// transforms draw.
func Shuffle(seed uint64) Option {
	return func(o *options) {
		o.seed = seed
		o.sampler = func(n int) Sampler { return Shuffled(n, seed) }
	}
}

// WithSampler goes through the samples that s says.
func WithSampler(s Sampler) Option {
	return func(o *options) { o.sampler = func(int) Sampler { return s } }
}

// Seed decides what transforms draw, without shuffling.
func Seed(seed uint64) Option { return func(o *options) { o.seed = seed } }

// Workers is how many goroutines make batches ahead; without it, one. With 0 each batch is made when it is asked for.
// The batches do not depend on it.
func Workers(n int) Option { return func(o *options) { o.workers = n } }

// Prefetch is how many batches workers make ahead; without it, two for each.
func Prefetch(n int) Option { return func(o *options) { o.ahead = n } }

// DropLast leaves out the last batch of an epoch where it is smaller than the others.
func DropLast() Option { return func(o *options) { o.dropLast = true } }

// NewLoader makes a Loader that stands before the first batch of epoch 0.
func NewLoader[B any](ds Dataset[B], opts ...Option) *Loader[B] {
	o := options{batch: 1, workers: 1, sampler: Sequential}
	for _, f := range opts {
		f(&o)
	}
	if o.ahead == 0 {
		o.ahead = max(2*o.workers, 1)
	}
	if o.batch < 1 || o.workers < 0 || o.ahead < 1 {
		panic(tensor.Errorf("data.NewLoader", "batches of %d samples, %d workers, %d batches ahead: only workers may be 0, and nothing less", o.batch, o.workers, o.ahead))
	}
	return &Loader[B]{ds: ds, o: o, current: epoch{number: -1}}
}

// State is where the loader stands: which batch it will hand out next.
func (l *Loader[B]) State() State { return l.state }

// Restore makes the loader stand where s says.
func (l *Loader[B]) Restore(s State) error {
	if s.Epoch < 0 || s.Next < 0 {
		return fmt.Errorf("data: no batch %d of epoch %d", s.Next, s.Epoch)
	}
	if n := l.batches(l.orderOf(s.Epoch)); s.Next > n {
		return fmt.Errorf("data: the state stands after batch %d of an epoch, which has %d now: the data set or the batch size is another", s.Next, n)
	}
	l.state = s
	return nil
}

// Batches is how many batches the loader's epoch has.
func (l *Loader[B]) Batches() int { return l.batches(l.orderOf(l.state.Epoch)) }

// Samples is how many samples batch i of the loader's epoch has.
func (l *Loader[B]) Samples(i int) int {
	n := len(l.orderOf(l.state.Epoch))
	return min((i+1)*l.o.batch, n) - i*l.o.batch
}

// Done reports whether all batches of the loader's epoch were handed out.
func (l *Loader[B]) Done() bool { return l.state.Next >= l.Batches() }

// Len is the number of samples of the data set.
func (l *Loader[B]) Len() int { return l.ds.Len() }

func (l *Loader[B]) orderOf(number int) []int {
	if l.current.number != number {
		l.current = epoch{number, l.o.sampler(l.ds.Len())(number)}
	}
	return l.current.order
}

func (l *Loader[B]) batches(order []int) int {
	if l.o.dropLast {
		return len(order) / l.o.batch
	}
	return (len(order) + l.o.batch - 1) / l.o.batch
}

// result is a batch that a worker made, or why there is none.
type result[B any] struct {
	batch B
	err   error
	panic any
}

// Epoch hands out the batches of the loader's epoch that were not handed out yet; where none is left, it begins the
// next epoch. A loop that ends early leaves the loader where it is, and the next call goes on from there.
//
// An error, of the data set or of ctx, comes with the zero batch and ends the loop; the batch that failed counts as
// not handed out. No goroutine is left behind when the loop ends, however it does.
func (l *Loader[B]) Epoch(ctx context.Context) iter.Seq2[B, error] {
	return func(yield func(B, error) bool) {
		if l.Done() && l.Batches() > 0 {
			l.state = State{Epoch: l.state.Epoch + 1}
		}
		ctx, cancel := context.WithCancel(ctx)
		var workers sync.WaitGroup
		defer workers.Wait()
		defer cancel()
		var zero B
		for r := range l.results(ctx, &workers) {
			switch {
			case r.panic != nil:
				panic(r.panic)
			case r.err != nil:
				yield(zero, r.err)
				return
			}
			l.state.Next++
			if !yield(r.batch, nil) {
				return
			}
		}
		if err := context.Cause(ctx); err != nil && !l.Done() {
			yield(zero, err)
		}
	}
}

// results makes the rest of the epoch: ahead, or one by one where there are no workers.
func (l *Loader[B]) results(ctx context.Context, workers *sync.WaitGroup) iter.Seq[result[B]] {
	return func(yield func(result[B]) bool) {
		order, seed := l.orderOf(l.state.Epoch), l.seed()
		if l.o.workers == 0 {
			for i, n := l.state.Next, l.batches(order); i < n && ctx.Err() == nil; i++ {
				if !yield(l.work(ctx, l.pick(order, i, seed))) {
					return
				}
			}
			return
		}
		for next := range l.start(ctx, workers, order, seed) {
			var r result[B]
			select {
			case r = <-next:
			case <-ctx.Done():
				r.err = context.Cause(ctx)
			}
			if !yield(r) {
				return
			}
		}
	}
}

// seed is that of what is random in the loader's epoch.
func (l *Loader[B]) seed() uint64 {
	return random(tensor.SeedFor(l.o.seed, "transforms"), l.state.Epoch).Uint64()
}

// pick are the samples of batch i.
func (l *Loader[B]) pick(order []int, i int, seed uint64) Pick {
	return Pick{order[i*l.o.batch : min((i+1)*l.o.batch, len(order))], seed}
}

// job is a batch to make, and where it goes.
type job[B any] struct {
	pick Pick
	to   chan<- result[B]
}

// start makes the rest of the epoch in the background: each batch has a channel of its own, and the channels come in
// the order of the batches.
func (l *Loader[B]) start(ctx context.Context, workers *sync.WaitGroup, order []int, seed uint64) <-chan (<-chan result[B]) {
	first, last := l.state.Next, l.batches(order)
	queue := make(chan (<-chan result[B]), l.o.ahead-1) // and one that the reader holds
	jobs := make(chan job[B])
	workers.Go(func() {
		defer close(queue)
		defer close(jobs)
		for i := first; i < last; i++ {
			to := make(chan result[B], 1)
			select {
			case queue <- to:
			case <-ctx.Done():
				return
			}
			select {
			case jobs <- job[B]{l.pick(order, i, seed), to}:
			case <-ctx.Done():
				return
			}
		}
	})
	for range min(l.o.workers, last-first) {
		workers.Go(func() {
			for j := range jobs {
				j.to <- l.work(ctx, j.pick)
			}
		})
	}
	return queue
}

// work makes one batch. A panic of the data set goes to who reads the batch: an *tensor.Error as an error, others as
// they are.
func (l *Loader[B]) work(ctx context.Context, pick Pick) (r result[B]) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *tensor.Error:
			r.err = e
		default:
			r.panic = fmt.Sprintf("data: a panic in making a batch: %v\n%s", e, debug.Stack())
		}
	}()
	r.batch, r.err = l.ds.Batch(ctx, pick)
	return r
}
