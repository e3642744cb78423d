package cpu

// kernel computes two rows and four columns of a tile: the sums over the depth of panels a and b, stored to rows of
// c that lie ld apart, or added to what is there. A panel holds four lines side by side; of a's it uses the first
// two. The depth is a multiple of four. Eight sums and their operands are what the registers hold.
func kernel[T number](a, b, c []T, ld int, add bool) {
	var c00, c01, c02, c03, c10, c11, c12, c13 T
	for len(a) >= 16 && len(b) >= 16 {
		p, q := (*[16]T)(a), (*[16]T)(b)
		// The conversions keep the compiler from contracting a product and a sum.
		b0, b1, b2, b3 := q[0], q[1], q[2], q[3]
		x := p[0]
		c00, c01, c02, c03 = c00+T(x*b0), c01+T(x*b1), c02+T(x*b2), c03+T(x*b3)
		x = p[1]
		c10, c11, c12, c13 = c10+T(x*b0), c11+T(x*b1), c12+T(x*b2), c13+T(x*b3)

		b0, b1, b2, b3 = q[4], q[5], q[6], q[7]
		x = p[4]
		c00, c01, c02, c03 = c00+T(x*b0), c01+T(x*b1), c02+T(x*b2), c03+T(x*b3)
		x = p[5]
		c10, c11, c12, c13 = c10+T(x*b0), c11+T(x*b1), c12+T(x*b2), c13+T(x*b3)

		b0, b1, b2, b3 = q[8], q[9], q[10], q[11]
		x = p[8]
		c00, c01, c02, c03 = c00+T(x*b0), c01+T(x*b1), c02+T(x*b2), c03+T(x*b3)
		x = p[9]
		c10, c11, c12, c13 = c10+T(x*b0), c11+T(x*b1), c12+T(x*b2), c13+T(x*b3)

		b0, b1, b2, b3 = q[12], q[13], q[14], q[15]
		x = p[12]
		c00, c01, c02, c03 = c00+T(x*b0), c01+T(x*b1), c02+T(x*b2), c03+T(x*b3)
		x = p[13]
		c10, c11, c12, c13 = c10+T(x*b0), c11+T(x*b1), c12+T(x*b2), c13+T(x*b3)

		a, b = a[16:], b[16:]
	}
	r0, r1 := (*[4]T)(c), (*[4]T)(c[ld:])
	if add {
		c00, c01, c02, c03 = r0[0]+c00, r0[1]+c01, r0[2]+c02, r0[3]+c03
		c10, c11, c12, c13 = r1[0]+c10, r1[1]+c11, r1[2]+c12, r1[3]+c13
	}
	r0[0], r0[1], r0[2], r0[3] = c00, c01, c02, c03
	r1[0], r1[1], r1[2], r1[3] = c10, c11, c12, c13
}

// thinBlock computes a block of a product of a vector and a matrix, without packing the matrix: the same sums in the
// same order as kernel's.
func (s *scratch[T]) thinBlock(worker int, vec, mat *lines[T], batch, r, rows, k, depth int, add bool) {
	v := s.vector(s.a, vec, worker, batch, 0, k, depth)
	s.ld = rows
	sums := s.acc[:rows]
	if add {
		sums = s.sums[:rows]
	}
	if mat.alongK {
		for i := 0; i < rows; i += 4 {
			x := s.four(mat, worker, batch, r+i, rows-i, k, depth)
			d0, d1, d2, d3 := dots(v, x[0], x[1], x[2], x[3])
			copy(sums[i:], []T{d0, d1, d2, d3})
		}
	} else {
		clear(sums)
		for i := 0; i < depth; i += 4 {
			x := s.four(mat, worker, batch, k+i, depth-i, r, rows)
			var w [4]T
			copy(w[:], v[i:])
			addScaled(sums, &w, x[0], x[1], x[2], x[3])
		}
	}
	if add {
		acc := s.acc[:rows]
		for i, x := range s.sums[:rows] {
			acc[i] += x
		}
	}
}

// dots are the sums of the products of v and four lines of its length.
func dots[T number](v, x0, x1, x2, x3 []T) (d0, d1, d2, d3 T) {
	x0, x1, x2, x3 = x0[:len(v)], x1[:len(v)], x2[:len(v)], x3[:len(v)]
	for i, w := range v {
		d0, d1, d2, d3 = d0+T(w*x0[i]), d1+T(w*x1[i]), d2+T(w*x2[i]), d3+T(w*x3[i])
	}
	return d0, d1, d2, d3
}

// addScaled adds four lines, each scaled, to sums, one after the other.
func addScaled[T number](sums []T, w *[4]T, x0, x1, x2, x3 []T) {
	x0, x1, x2, x3 = x0[:len(sums)], x1[:len(sums)], x2[:len(sums)], x3[:len(sums)]
	w0, w1, w2, w3 := w[0], w[1], w[2], w[3]
	for i, sum := range sums {
		sum += T(w0 * x0[i])
		sum += T(w1 * x1[i])
		sum += T(w2 * x2[i])
		sum += T(w3 * x3[i])
		sums[i] = sum
	}
}
