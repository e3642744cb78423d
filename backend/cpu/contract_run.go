package cpu

import "github.com/flambeau-ml/flambeau/graph"

// run computes c. The bits of the result depend on the operands' elements and sizes alone: not on their strides, on
// store, or on the number of threads.
func (c *contraction) run(e *env) {
	switch d := c.out.dtype; {
	case d == graph.Float64:
		runIn[float64](c, e)
	case d.IsFloat():
		runIn[float32](c, e)
	default:
		c.start(e, dot[int64](c), nil)
	}
}
