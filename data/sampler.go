package data

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Sampler says which samples an epoch goes through, in which order. The answer depends on the epoch's number alone.
type Sampler func(epoch int) []int

// Sequential goes through n samples in order.
func Sequential(n int) Sampler {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return func(int) []int { return order }
}

// Shuffled goes through n samples in an order that the seed and the epoch decide.
func Shuffled(n int, seed uint64) Sampler {
	return func(epoch int) []int { return random(seed, epoch).Perm(n) }
}

// random is a source of random numbers for one epoch.
func random(seed uint64, epoch int) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(epoch))) }

// Split divides the numbers 0 … n−1 at random into parts, in the proportions of fractions. The seed decides which; the
// numbers of each part are in order.
func Split(n int, seed uint64, fractions ...float64) ([][]int, error) {
	if err := checkFractions(fractions); err != nil {
		return nil, err
	}
	return sorted(deal(random(seed, 0).Perm(n), fractions, make([][]int, len(fractions)))), nil
}

// StratifiedSplit is Split with each label in each part in the same proportion, as far as whole numbers allow.
func StratifiedSplit[L comparable](labels []L, seed uint64, fractions ...float64) ([][]int, error) {
	if err := checkFractions(fractions); err != nil {
		return nil, err
	}
	var kinds []L // in order of appearance, which unlike a map's is always the same
	groups := map[L][]int{}
	for i, l := range labels {
		if groups[l] == nil {
			kinds = append(kinds, l)
		}
		groups[l] = append(groups[l], i)
	}
	r := random(seed, 0)
	parts := make([][]int, len(fractions))
	for _, l := range kinds {
		g := groups[l]
		r.Shuffle(len(g), func(i, j int) { g[i], g[j] = g[j], g[i] })
		parts = deal(g, fractions, parts)
	}
	return sorted(parts), nil
}

func checkFractions(fractions []float64) error {
	sum := 0.0
	for _, f := range fractions {
		if !(f >= 0) {
			return fmt.Errorf("data: a part of %g in %v", f, fractions)
		}
		sum += f
	}
	if !(sum > 0) {
		return fmt.Errorf("data: parts %v of nothing", fractions)
	}
	return nil
}

// deal appends to each part its share of indices, rounding where the shares end.
func deal(indices []int, fractions []float64, parts [][]int) [][]int {
	total, sum, from := 0.0, 0.0, 0
	for _, f := range fractions {
		total += f
	}
	for i, f := range fractions {
		sum += f
		to := int(float64(len(indices))*(sum/total) + 0.5)
		if i == len(fractions)-1 {
			to = len(indices)
		}
		parts[i] = append(parts[i], indices[from:to]...)
		from = to
	}
	return parts
}

func sorted(parts [][]int) [][]int {
	for _, p := range parts {
		slices.Sort(p)
	}
	return parts
}
