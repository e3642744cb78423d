package cpu

import (
	"strconv"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
)

// affine is an integer function of the indices of a loop: off + Σ coef[j]·index[j].
type affine struct {
	off  graph.Size
	coef []graph.Size // one for each axis of the loop
}

// along is the index of axis j of n.
func along(j, n int) affine {
	a := affine{coef: make([]graph.Size, n)}
	a.coef[j] = graph.N(1)
	return a
}

// zero is the function 0 of n indices.
func zero(n int) affine { return affine{coef: make([]graph.Size, n)} }

func (a affine) add(b affine) affine {
	c := affine{a.off.Add(b.off), make([]graph.Size, len(a.coef))}
	for j := range c.coef {
		c.coef[j] = a.coef[j].Add(b.coef[j])
	}
	return c
}

func (a affine) shift(n graph.Size) affine { return affine{a.off.Add(n), a.coef} }

func (a affine) scale(n graph.Size) affine {
	if n.Is(1) {
		return a
	}
	c := affine{a.off.Mul(n), make([]graph.Size, len(a.coef))}
	for j, x := range a.coef {
		if !x.Is(0) {
			c.coef[j] = x.Mul(n)
		}
	}
	return c
}

// axis is the axis whose index a is; ok is false where a is anything else.
func (a affine) axis() (axis int, ok bool) {
	axis = -1
	for j, c := range a.coef {
		switch {
		case c.Is(0):
		case c.Is(1) && axis < 0:
			axis = j
		default:
			return 0, false
		}
	}
	return axis, axis >= 0 && a.off.Is(0)
}

// constant reports whether a does not depend on the indices.
func (a affine) constant() bool {
	for _, c := range a.coef {
		if !c.Is(0) {
			return false
		}
	}
	return true
}

// split is a after axis j became the axes of the given sizes.
func (a affine) split(j int, sizes []graph.Size) affine {
	coef := make([]graph.Size, 0, len(a.coef)+len(sizes)-1)
	coef = append(coef, a.coef[:j]...)
	for k := range sizes {
		c := a.coef[j]
		if !c.Is(0) {
			c = c.Mul(graph.Shape(sizes[k+1:]).Count())
		}
		coef = append(coef, c)
	}
	return affine{a.off, append(coef, a.coef[j+1:]...)}
}

func (a affine) equal(b affine) bool {
	return a.off.Equal(b.off) && graph.Shape(a.coef).Equal(b.coef)
}

// String is the text form: "8*i0+i2+3".
func (a affine) String() string {
	var b strings.Builder
	plus := func() {
		if b.Len() > 0 {
			b.WriteByte('+')
		}
	}
	for j, c := range a.coef {
		if c.Is(0) {
			continue
		}
		plus()
		if !c.Is(1) {
			if _, ok := c.Int(); ok {
				b.WriteString(c.String())
			} else {
				b.WriteString("(" + c.String() + ")")
			}
			b.WriteByte('*')
		}
		b.WriteByte('i')
		b.WriteString(strconv.Itoa(j))
	}
	if !a.off.Is(0) || b.Len() == 0 {
		plus()
		b.WriteString(a.off.String())
	}
	return b.String()
}

// rowMajorAt is the place of index at in a row-major array of the given shape.
func rowMajorAt(shape graph.Shape, at []affine, axes int) affine {
	sum, stride := zero(axes), graph.N(1)
	for i := len(shape) - 1; i >= 0; i-- {
		if at[i].off.Is(0) && at[i].constant() {
			stride = stride.Mul(shape[i])
			continue
		}
		sum = sum.add(at[i].scale(stride))
		stride = stride.Mul(shape[i])
	}
	return sum
}

// regroup pairs the axes of two shapes of equal count: each group is a stretch of either whose sizes have the same
// product, as short as can be said without knowing symbolic sizes. Axes of exactly 1 are in no group. With trust, the
// counts are known to be equal where they are not written alike.
func regroup(from, to graph.Shape, trust bool) (groups [][2][]int, ok bool) {
	i, j := 0, 0
	next := func(s graph.Shape, k int) int {
		for k < len(s) && s[k].Is(1) {
			k++
		}
		return k
	}
	for {
		i, j = next(from, i), next(to, j)
		if i == len(from) && j == len(to) {
			return groups, true
		}
		if i == len(from) || j == len(to) {
			return nil, false
		}
		var g [2][]int
		p, q := from[i], to[j]
		g[0], g[1] = append(g[0], i), append(g[1], j)
		i, j = i+1, j+1
		for !p.Equal(q) {
			i, j = next(from, i), next(to, j)
			// Numbers tell which side lags; where they do not, take the rest of both.
			m, ok1 := p.Int()
			n, ok2 := q.Int()
			left := i < len(from)
			if ok1 && ok2 && left && j < len(to) {
				left = m < n
			} else if left && j < len(to) {
				left = lags(p, q)
			}
			switch {
			case left:
				p = p.Mul(from[i])
				g[0] = append(g[0], i)
				i++
			case j < len(to):
				q = q.Mul(to[j])
				g[1] = append(g[1], j)
				j++
			default:
				return append(groups, g), trust && (!ok1 || !ok2)
			}
		}
		groups = append(groups, g)
	}
}

// lags guesses whether the product p must grow to become equal to q: whether q is divisible by p but for a number.
func lags(p, q graph.Size) bool {
	seen := map[string]int{}
	q.Symbols(func(n string) { seen[n]++ })
	p.Symbols(func(n string) { seen[n]-- })
	for _, n := range seen {
		if n < 0 {
			return false
		}
	}
	for _, n := range seen {
		if n > 0 {
			return true
		}
	}
	m, ok1 := p.Int()
	n, ok2 := q.Int()
	return !ok1 || !ok2 || m < n
}
