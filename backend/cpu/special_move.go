package cpu

import "github.com/flambeau-ml/flambeau/graph"

// pickFault is a wrong index of the rows that are picked, not of those that they are added to.
type pickFault struct{ error }

// movesRows reports whether v adds rows of a table that a gather picks to rows of another one.
func movesRows(v *graph.Value) bool {
	from := v.Args[2]
	return from.Op == graph.Gather && (v.DType == graph.Float32 || v.DType == graph.Float64) && v.Rank() == 2 && v.Args[1].Rank() == 1 &&
		v.Attr().Axes[0] == 0 && v.Attr().Batch == 0 && from.Attr().Axes[0] == 0 && from.Attr().Batch == 0 && from.Args[0].Rank() == 2
}

// moveRows adds rows of one table to those of another, in the order of the indices: messages of a graph, the gradient
// of a bag. The rows that are picked are never an array.
func moveRows(e *env, a *graph.Attrs, in []array, out array) error {
	from, done, err := indexingOf(e, a, in[2], in[3])
	if err != nil {
		return &pickFault{err}
	}
	defer done()
	to, done, err := indexingOf(e, a, in[0], in[1])
	if err != nil {
		return err
	}
	defer done()
	if out.dtype == graph.Float64 {
		moveElements(e, &to, from.at, in[0], in[2], out, rowAddF64, add[float64])
	} else {
		moveElements(e, &to, from.at, in[0], in[2], out, rowAddF32, add[float32])
	}
	return nil
}

// moveElements adds the rows of table that the indices in at name, one after the other, to those that ix names.
func moveElements[T floating](e *env, ix *indexing, at []int64, base, table, out array, op rowOp, join func(y, x []T)) {
	x, y, post := elements[T](table), elements[T](out), ix.post
	if len(y) == 0 {
		return
	}
	copyBytes(e, out.data, base.data)
	if len(at) == 0 {
		return
	}
	size := out.dtype.Bytes()
	row := post * size
	ix.parts(e, size, func(p *scatterPart) {
		at := at[p.first:p.end]
		mem := borrowSlice[int64](listedRows)
		defer giveBackSlice(mem)
		p.each(ix, func(rows, numbers []int64) {
			picked := at
			if numbers != nil {
				picked = (*mem)[:len(numbers)]
				for i, k := range numbers {
					picked[i] = at[k]
				}
			}
			if row >= lineBytes && e.rows.call(op, rows, picked, out.data[p.q*size:], row, table.data[p.q*size:], row, p.n*size) {
				return
			}
			for i, r := range rows {
				join(y[int(r)*post+p.q:][:p.n], x[int(picked[i])*post+p.q:][:p.n])
			}
		})
	})
}
