package tensor

import (
	"context"
	"encoding/binary"
	"runtime"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/ops"
)

var _ ops.Counter = (*recorder)(nil)

// Count computes n, an i64 without axes, at once: operators ask for it where the size of their result depends on values.
// That size is then one like others, so it is in no program's key.
func (r *recorder) Count(n *graph.Value, _ *graph.Size) graph.Size {
	x := nodeOf(n)
	if x.since != 0 {
		graph.Fail(r.op, "the size of its result depends on values, and under Vmap each member of the batch has its own")
	}
	r.reads(x)
	v, err := x.dev.value(context.Background(), x)
	if err != nil {
		panic(asError(err))
	}
	defer v.release()
	data := v.buf.Host()
	if data == nil {
		data = make([]byte, graph.Int64.Bytes())
		if err := x.dev.backend.Read(data, v.buf); err != nil {
			panic(asError(err))
		}
	}
	count := int(int64(binary.LittleEndian.Uint64(data)))
	runtime.KeepAlive(v)
	return graph.N(count)
}
