package cpu

import (
	"math"
	"math/big"

	"github.com/flambeau-ml/flambeau/graph"
)

// exactBits is the precision with which functions of float64 are judged: enough for arguments of 1,024 bits before the
// point, and for differences that lose as many as a float64 has.
const exactBits = 320

// bigOf is a big float of the precision that exact functions use.
func bigOf(x float64) *big.Float { return new(big.Float).SetPrec(exactBits).SetFloat64(x) }

func bigAdd(x, y *big.Float) *big.Float { return bigOf(0).Add(x, y) }
func bigSub(x, y *big.Float) *big.Float { return bigOf(0).Sub(x, y) }
func bigMul(x, y *big.Float) *big.Float { return bigOf(0).Mul(x, y) }
func bigQuo(x, y *big.Float) *big.Float { return bigOf(0).Quo(x, y) }

// bigShift is x·2ⁿ.
func bigShift(x *big.Float, n int) *big.Float { return bigOf(0).SetMantExp(x, n) }

// bigSeries sums terms until they do not matter, or next returns nil.
func bigSeries(first *big.Float, next func(n int64) *big.Float) *big.Float {
	sum := first
	for n := int64(1); ; n++ {
		t := next(n)
		if t.Sign() == 0 || sum.Sign() != 0 && t.MantExp(nil) < sum.MantExp(nil)-exactBits {
			return sum
		}
		sum = bigAdd(sum, t)
	}
}

var (
	bigLn2 = bigLog2()
	bigPi  = machin()
)

func bigLog2() *big.Float { // 2·artanh ⅓
	return bigShift(bigArtanh(bigQuo(bigOf(1), bigOf(3))), 1)
}

// machin is π = 16·arctan ⅕ − 4·arctan 1/239, with digits for the largest angles.
func machin() *big.Float {
	const prec = 1400
	arctan := func(n float64) *big.Float {
		x := new(big.Float).SetPrec(prec).Quo(big.NewFloat(1).SetPrec(prec), big.NewFloat(n))
		square := new(big.Float).Mul(x, x)
		sum, power := new(big.Float).Set(x), new(big.Float).Set(x)
		for k := float64(3); power.MantExp(nil) > -prec; k += 2 {
			power.Mul(power, square).Neg(power)
			sum.Add(sum, new(big.Float).SetPrec(prec).Quo(power, big.NewFloat(k)))
		}
		return sum
	}
	a := new(big.Float).SetPrec(prec).Mul(arctan(5), big.NewFloat(16))
	return a.Sub(a, new(big.Float).SetPrec(prec).Mul(arctan(239), big.NewFloat(4)))
}

func bigArtanh(s *big.Float) *big.Float {
	z, power := bigMul(s, s), s
	return bigSeries(s, func(n int64) *big.Float {
		power = bigMul(power, z)
		return bigQuo(power, bigOf(float64(2*n+1)))
	})
}

// bigLog is log x of x > 0.
func bigLog(x *big.Float) *big.Float {
	m := bigOf(0)
	e := x.MantExp(m)
	if m.Cmp(bigOf(math.Sqrt2/2)) < 0 {
		m, e = bigShift(m, 1), e-1
	}
	l := bigShift(bigArtanh(bigQuo(bigSub(m, bigOf(1)), bigAdd(m, bigOf(1)))), 1)
	return bigAdd(l, bigMul(bigOf(float64(e)), bigLn2))
}

// bigExp is eˣ = 2ⁿ·(1 + p), and eˣ − 1.
func bigExp(x *big.Float) (exp, expm1 *big.Float) {
	f, _ := bigQuo(x, bigLn2).Float64()
	n := math.Round(f)
	r := bigSub(x, bigMul(bigOf(n), bigLn2))
	term := r
	p := bigSeries(r, func(k int64) *big.Float {
		term = bigQuo(bigMul(term, r), bigOf(float64(k+1)))
		return term
	})
	scale := bigShift(bigOf(1), int(n))
	return bigMul(scale, bigAdd(p, bigOf(1))), bigAdd(bigMul(scale, p), bigSub(scale, bigOf(1)))
}

// bigSin is the sine of x + quarters·π/2.
func bigSin(x float64, quarters int64) *big.Float {
	const prec = 1400
	half := new(big.Float).SetPrec(prec).SetMantExp(bigPi, -1)
	q := new(big.Float).SetPrec(prec).Quo(new(big.Float).SetPrec(prec).SetFloat64(x), half)
	n, _ := q.Add(q, new(big.Float).SetFloat64(math.Copysign(0.5, x))).Int(nil)
	r := new(big.Float).SetPrec(prec).SetFloat64(x)
	r.Sub(r, new(big.Float).SetPrec(prec).Mul(new(big.Float).SetPrec(prec).SetInt(n), half))
	n.Add(n, big.NewInt(quarters)).And(n, big.NewInt(3))
	y := bigAdd(bigOf(0), r)
	z := bigOf(0).Neg(bigMul(y, y))
	term, first := y, y
	odd := n.Int64() & 1
	if odd == 1 {
		term, first = bigOf(1), bigOf(1)
	}
	s := bigSeries(first, func(k int64) *big.Float {
		m := 2*k + 1 - odd
		term = bigQuo(bigMul(term, z), bigOf(float64(m*(m-1))))
		return term
	})
	if n.Int64() >= 2 {
		s = bigOf(0).Neg(s)
	}
	return s
}

// bigErf is 2x/√π·e^(−x²)·Σ (2x²)ⁿ/(1·3·5…).
func bigErf(x *big.Float) *big.Float {
	z := bigShift(bigMul(x, x), 1)
	term := bigOf(1)
	s := bigSeries(bigOf(1), func(n int64) *big.Float {
		term = bigQuo(bigMul(term, z), bigOf(float64(2*n+1)))
		return term
	})
	e, _ := bigExp(bigOf(0).Neg(bigMul(x, x)))
	root := bigOf(0).Sqrt(bigAdd(bigOf(0), bigPi))
	return bigQuo(bigMul(bigMul(bigShift(x, 1), s), e), root)
}

// bigAtan is arctan x of 0 ≤ x ≤ 1.
func bigAtan(x *big.Float) *big.Float {
	halvings := 0
	for ; halvings < 6 && x.MantExp(nil) > -8; halvings++ { // arctan x = 2·arctan x/(1 + √(1 + x²))
		x = bigQuo(x, bigAdd(bigOf(1), bigOf(0).Sqrt(bigAdd(bigOf(1), bigMul(x, x)))))
	}
	z := bigOf(0).Neg(bigMul(x, x))
	power := x
	s := bigSeries(x, func(n int64) *big.Float {
		power = bigMul(power, z)
		return bigQuo(power, bigOf(float64(2*n+1)))
	})
	return bigShift(s, halvings)
}

// exactValue is p of numbers for which that is finite and not 0; nil of others.
func exactValue(p *graph.Primitive, x, y float64) *big.Float {
	if math.IsInf(x, 0) || x != x || x == 0 {
		return nil
	}
	switch p {
	case graph.Rsqrt:
		if x > 0 {
			return bigQuo(bigOf(1), bigOf(0).Sqrt(bigOf(x)))
		}
	case graph.Exp:
		if math.Abs(x) < 800 {
			e, _ := bigExp(bigOf(x))
			return e
		}
	case graph.Expm1:
		if math.Abs(x) < 800 {
			_, m := bigExp(bigOf(x))
			return m
		}
	case graph.Log:
		if x > 0 {
			return bigLog(bigOf(x))
		}
	case graph.Log1p:
		if x > -1 {
			u := bigAdd(bigOf(1), bigOf(x))
			if math.Abs(x) < 0x1p-100 {
				return bigAdd(bigOf(x), bigMul(bigOf(x), bigMul(bigOf(x), bigOf(-0.5))))
			}
			return bigLog(u)
		}
	case graph.Sin:
		return bigSin(x, 0)
	case graph.Cos:
		return bigSin(x, 1)
	case graph.Tanh:
		if math.Abs(x) < 50 {
			_, m := bigExp(bigOf(2 * x))
			return bigQuo(m, bigAdd(m, bigOf(2)))
		}
	case graph.Erf:
		if math.Abs(x) < 8 {
			return bigErf(bigOf(x))
		}
	case graph.Exp2:
		if math.Abs(x) < 1100 {
			e, _ := bigExp(bigMul(bigOf(x), bigLn2))
			return e
		}
	case graph.Log2, graph.Log10:
		if x > 0 && x != 1 {
			base := 2.0
			if p == graph.Log10 {
				base = 10
			}
			return bigQuo(bigLog(bigOf(x)), bigLog(bigOf(base)))
		}
	case graph.Tan:
		return bigQuo(bigSin(x, 0), bigSin(x, 1))
	case graph.Asin, graph.Acos:
		if math.Abs(x) < 1 {
			beside := bigOf(0).Sqrt(bigSub(bigOf(1), bigMul(bigOf(x), bigOf(x))))
			if p == graph.Asin {
				return bigAngle(bigOf(math.Abs(x)), beside, x < 0)
			}
			a := bigAngle(beside, bigOf(math.Abs(x)), false)
			if x < 0 {
				a = bigSub(bigAdd(bigOf(0), bigPi), a)
			}
			return a
		}
	case graph.Atan:
		return bigAtan2(math.Abs(x), 1, x < 0)
	case graph.Sinh, graph.Cosh:
		if a := math.Abs(x); a < 700 && a > 0x1p-60 {
			up, _ := bigExp(bigOf(x))
			down, _ := bigExp(bigOf(-x))
			if p == graph.Sinh {
				return bigShift(bigSub(up, down), -1)
			}
			return bigShift(bigAdd(up, down), -1)
		}
	case graph.Asinh, graph.Acosh:
		a, one := math.Abs(x), 1.0
		if p == graph.Acosh {
			a, one = x, -1
		}
		if a > 0x1p-60 && a < 0x1p100 && (one > 0 || a > 1) {
			l := bigLog(bigAdd(bigOf(a), bigOf(0).Sqrt(bigAdd(bigMul(bigOf(a), bigOf(a)), bigOf(one)))))
			if p == graph.Asinh && x < 0 {
				l.Neg(l)
			}
			return l
		}
	case graph.Atanh:
		if a := math.Abs(x); a < 1 && a > 0x1p-60 {
			return bigShift(bigLog(bigQuo(bigAdd(bigOf(1), bigOf(x)), bigSub(bigOf(1), bigOf(x)))), -1)
		}
	case graph.Erfc:
		if math.Abs(x) < 8 {
			return bigSub(bigOf(1), bigErf(bigOf(x)))
		}
	case graph.Ndtr:
		if math.Abs(x) < 8 {
			root := bigOf(0).Sqrt(bigOf(0.5))
			return bigShift(bigAdd(bigOf(1), bigErf(bigMul(bigOf(x), root))), -1)
		}
	case graph.Sigmoid:
		if math.Abs(x) < 800 {
			e, _ := bigExp(bigOf(-x))
			return bigQuo(bigOf(1), bigAdd(bigOf(1), e))
		}
	case graph.Pow:
		if x > 0 && x != 1 && y != 0 && math.Abs(y)*math.Abs(math.Log2(x)) < 1100 {
			e, _ := bigExp(bigMul(bigOf(y), bigLog(bigOf(x))))
			return e
		}
	case graph.Atan2:
		if y != 0 && !math.IsInf(y, 0) && y == y {
			return bigAtan2(math.Abs(x), y, x < 0)
		}
	}
	return nil
}

// bigAtan2 is the angle of (x, y) or (x, −y), y > 0.
func bigAtan2(y, x float64, negative bool) *big.Float {
	t := bigAngle(bigOf(y), bigOf(math.Abs(x)), false)
	if x < 0 {
		t = bigSub(bigAdd(bigOf(0), bigPi), t)
	}
	if negative {
		t.Neg(t)
	}
	return t
}

// bigAngle is the angle of (x, y), or of (x, −y), where none of x and y is negative.
func bigAngle(y, x *big.Float, negative bool) *big.Float {
	var t *big.Float
	if y.Cmp(x) <= 0 {
		t = bigAtan(bigQuo(y, x))
	} else {
		t = bigSub(bigShift(bigAdd(bigOf(0), bigPi), -1), bigAtan(bigQuo(x, y)))
	}
	if negative {
		t.Neg(t)
	}
	return t
}

// ulps64 is how many units of the last place of want got is away.
func ulps64(got float64, want *big.Float) float64 {
	w, _ := want.Float64()
	if math.IsInf(w, 0) || math.IsInf(got, 0) || got != got {
		if got == w {
			return 0
		}
		return math.Inf(1)
	}
	a := math.Abs(w)
	unit := math.Nextafter(a, math.Inf(1)) - a
	if a == math.MaxFloat64 {
		unit = 0x1p971
	}
	d, _ := bigQuo(bigSub(bigOf(got), want), bigOf(unit)).Float64()
	return math.Abs(d)
}
