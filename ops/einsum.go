package ops

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
)

// term is an operand of einsum with a letter for each axis. Letters that stand for the ellipsis are above 'z'.
type term struct {
	v       *graph.Value
	letters []rune
}

const ellipsis = 1 << 20

// einsum contracts operands two at a time, from the left.
func einsum(equation string, xs []*graph.Value) *graph.Value {
	left, right, explicit := strings.Cut(strings.ReplaceAll(equation, " ", ""), "->")
	subs := strings.Split(left, ",")
	if len(subs) != len(xs) || len(xs) == 0 {
		graph.Fail("einsum", "%q names %d operands, and there are %d", equation, len(subs), len(xs))
	}
	terms, wide := make([]term, len(xs)), 0
	for i, x := range alike("einsum", xs) {
		n := strings.Count(subs[i], "...")
		if n > 0 {
			wide = max(wide, x.Rank()-len(subs[i])+3)
		}
	}
	count := map[rune]int{}
	for i, x := range alike("einsum", xs) {
		letters := spread(equation, subs[i], x, wide)
		for _, c := range letters {
			count[c]++
		}
		terms[i] = diagonals(equation, term{x, letters})
	}
	var out []rune
	if explicit {
		out = spread(equation, right, nil, wide)
	} else {
		for c, n := range count {
			if n == 1 || c >= ellipsis {
				out = append(out, c)
			}
		}
		slices.SortFunc(out, func(a, b rune) int { return rankOf(a) - rankOf(b) })
	}
	for i, c := range out {
		if count[c] == 0 || slices.Contains(out[:i], c) {
			graph.Fail("einsum", "%q: the result names %q, which no operand has, or twice", equation, c)
		}
	}
	acc := terms[0]
	if d := acc.v.DType; len(terms) == 1 && len(out) < len(acc.letters) { // a sum
		acc.v = acc.v.Cast(sumType(d, graph.NoDType))
	}
	for i := range terms[1:] {
		acc = contract(equation, acc, terms[i+1], func(c rune) bool {
			return slices.Contains(out, c) || slices.ContainsFunc(terms[i+2:], func(t term) bool { return slices.Contains(t.letters, c) })
		})
	}
	acc = sumOut(acc, func(c rune) bool { return slices.Contains(out, c) })
	order := make([]int, len(out))
	for i, c := range out {
		order[i] = slices.Index(acc.letters, c)
	}
	return acc.v.Permute(order...)
}

// rankOf sorts the ellipsis before letters.
func rankOf(c rune) int {
	if c >= ellipsis {
		return int(c) - 2*ellipsis
	}
	return int(c)
}

// spread reads letters, with those of the ellipsis in its place; x is nil for the result.
func spread(equation, sub string, x *graph.Value, wide int) []rune {
	before, after, has := strings.Cut(sub, "...")
	if strings.Contains(after, ".") || strings.Contains(before, ".") {
		graph.Fail("einsum", "%q: more than one ellipsis", equation)
	}
	n := 0
	if has {
		n = wide
		if x != nil {
			n = x.Rank() - len(before) - len(after)
		}
	}
	letters := []rune(before)
	for i := range n {
		letters = append(letters, rune(ellipsis+wide-n+i))
	}
	letters = append(letters, []rune(after)...)
	for _, c := range before + after {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			graph.Fail("einsum", "%q: %q is no letter", equation, c)
		}
	}
	if x != nil && len(letters) != x.Rank() {
		graph.Fail("einsum", "%q: %q does not name the dimensions of %s", equation, sub, x.Type)
	}
	return letters
}

// diagonals keeps of axes with one letter the elements at equal places.
func diagonals(equation string, t term) term {
	for i := 0; i < len(t.letters); i++ {
		j := slices.Index(t.letters[i+1:], t.letters[i]) + i + 1
		if j == i {
			continue
		}
		if !t.v.Home.Solver().Same(t.v.Shape[i], t.v.Shape[j]) {
			graph.Fail("einsum", "%q: %q has the sizes %s and %s", equation, t.letters[i], t.v.Shape[i], t.v.Shape[j])
		}
		place := graph.Type{DType: graph.Int64, Shape: t.v.Shape}
		same := graph.NewIota(t.v.Home, place, i).Eq(graph.NewIota(t.v.Home, place, j))
		t.v = same.Where(t.v, t.v.Like(0)).ReduceSum(j)
		t.letters = slices.Delete(slices.Clone(t.letters), j, j+1)
		i--
	}
	return t
}

// sumOut sums over the axes whose letters are not kept.
func sumOut(t term, keep func(rune) bool) term {
	var axes []int
	var letters []rune
	for i, c := range t.letters {
		if keep(c) {
			letters = append(letters, c)
		} else {
			axes = append(axes, i)
		}
	}
	return term{t.v.ReduceSum(axes...), letters}
}

// contract multiplies a and b, and sums over the letters that are not kept.
func contract(equation string, a, b term, keep func(rune) bool) term {
	a = sumOut(a, func(c rune) bool { return keep(c) || slices.Contains(b.letters, c) })
	b = sumOut(b, func(c rune) bool { return keep(c) || slices.Contains(a.letters, c) })
	a, b = squeezeOnes(a, b), squeezeOnes(b, a)
	var d graph.Dot
	var letters []rune
	for i, c := range a.letters {
		j := slices.Index(b.letters, c)
		switch {
		case j < 0:
		case !a.v.Home.Solver().Same(a.v.Shape[i], b.v.Shape[j]):
			graph.Fail("einsum", "%q: %q has the sizes %s and %s", equation, c, a.v.Shape[i], b.v.Shape[j])
		case keep(c):
			d.LBatch, d.RBatch, letters = append(d.LBatch, i), append(d.RBatch, j), append(letters, c)
		default:
			d.LContract, d.RContract = append(d.LContract, i), append(d.RContract, j)
		}
	}
	for _, c := range a.letters {
		if !slices.Contains(b.letters, c) {
			letters = append(letters, c)
		}
	}
	for _, c := range b.letters {
		if !slices.Contains(a.letters, c) {
			letters = append(letters, c)
		}
	}
	return term{a.v.Dot(b.v, d), letters}
}

// squeezeOnes drops axes of a that have size 1 where b has another size: they broadcast.
func squeezeOnes(a, b term) term {
	var axes []int
	var letters []rune
	for i, c := range a.letters {
		if j := slices.Index(b.letters, c); j >= 0 && a.v.Shape[i].Is(1) && !b.v.Shape[j].Is(1) {
			axes = append(axes, i)
		} else {
			letters = append(letters, c)
		}
	}
	return term{dropAxes(a.v, axes), letters}
}

// Einsum contracts as an equation says.
var Einsum = define(Op{
	Schema: "einsum(str equation, Tensor[] tensors, *, int[]? path=None) -> Tensor", Doc: "The contraction that an equation says, \"ij,jk->ik\".",
	Samples: func(r *rand.Rand) []Sample {
		vs := func(xs ...*graph.Array) []*graph.Array { return xs }
		return []Sample{
			call("ij,jk->ik", vs(f32(r, 2, 3), f32(r, 3, 4))), call("i,i", vs(f32(r, 3), f32(r, 3))), call("ij->ji", vs(f32(r, 2, 3))),
			call("ii->i", vs(f32(r, 3, 3))), call("bij,bjk->bik", vs(f32(r, 5, 2, 3), f32(r, 5, 3, 4))), call("...ij,...jk", vs(f32(r, 5, 2, 3), f32(r, 3, 4))),
			call("i,j->ij", vs(f32(r, 2), f32(r, 3))), call("ij->", vs(f32(r, 2, 3))), call("bn,anm,bm->ba", vs(f32(r, 2, 3), f32(r, 5, 3, 4), f32(r, 2, 4))),
		}
	},
}, einsum)
