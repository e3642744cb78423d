package bench

import (
	"github.com/flambeau-ml/flambeau/compile"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// tables is cases that pick rows of tables, and add to them.
func tables() []Case {
	const (
		edges, nodes, dim = 1_000_000, 100_000, 64
		bags, each        = 4096, 20
		picked            = 4 * bags * each * dim
		scattered         = 4 * (edges + 2*nodes) * dim
	)
	bag := func(in *Inputs) (*nn.EmbeddingBag, *tensor.Tensor, *tensor.Tensor) {
		rows, n := in.Size(1_000_000, 1000), in.Size(bags, 9)
		e := nn.Init(nn.NewEmbeddingBag(rows, dim, nn.BagMode("sum"), nn.Sparse(true)), 1)
		in.Keep(e.Weight.Tensor)
		return e, in.Randint(rows, n, each), in.Randn(n, dim)
	}
	graph := func(in *Inputs) (index, messages *tensor.Tensor, n int) {
		m, n := in.Size(edges, 500), in.Size(nodes, 50)
		return in.Randint(n, m), in.Randn(m, dim), n
	}
	const (
		embbag  = "embbag_1Mx64_4096x20"
		picking = "1Mx64_100k"
	)
	return []Case{
		{
			Name: "embbag_1Mx64_4096x20_fwd", Family: embbag, Heavy: true, Work: Work{Read: picked},
			Make: func(in *Inputs) Step {
				e, index, _ := bag(in)
				e = nn.NoGrad(e)
				return func() []*tensor.Tensor { return one(e.Forward(index)) }
			},
		},
		{
			Name: "embbag_1Mx64_4096x20_fwdbwd_sparse", Family: embbag, Heavy: true, Work: Work{Read: 2 * picked, Write: picked},
			Make: func(in *Inputs) Step {
				e, index, seed := bag(in)
				return func() []*tensor.Tensor {
					e.Weight.ZeroGrad()
					y := e.Forward(index)
					y.Backward(tensor.Seed(seed))
					rows := e.Weight.SparseParts()
					return []*tensor.Tensor{y, rows.Indices(), rows.Values()}
				}
			},
		},
		{
			Name: "embbag_1Mx64_4096x20_step_sparseadam", Family: embbag, Heavy: true, Calls: 2, Work: Work{Items: bags},
			Make: func(in *Inputs) Step {
				e, index, seed := bag(in)
				opt := optim.NewSparseAdam(nn.Parameters(e), optim.LR(1e-3))
				step := compile.Func(func(index, seed *tensor.Tensor) *tensor.Tensor {
					y := e.Forward(index)
					y.Backward(tensor.Seed(seed))
					opt.Step()
					opt.ZeroGrad()
					return y.Detach().Sum()
				})
				return func() []*tensor.Tensor { return one(step(index, seed)) }
			},
		},
		{
			Name: "scatter_add_1Mx64_100k", Family: picking, Heavy: true,
			Work: Work{Read: scattered - 4*nodes*dim, Write: 4 * nodes * dim},
			Make: func(in *Inputs) Step {
				index, messages, n := graph(in)
				index = index.Unsqueeze(1).Expand(-1, dim)
				return func() []*tensor.Tensor { return one(tensor.Zeros(n, dim).ScatterAdd(0, index, messages)) }
			},
		},
		{
			Name: "index_add_1Mx64_100k", Family: picking, Heavy: true,
			Work: Work{Read: scattered - 4*nodes*dim, Write: 4 * nodes * dim},
			Make: func(in *Inputs) Step {
				index, messages, n := graph(in)
				return func() []*tensor.Tensor { return one(tensor.Zeros(n, dim).IndexAdd(0, index, messages)) }
			},
		},
		{
			Name: "segment_sum_1Mx64_100k", Family: picking, Heavy: true,
			Work: Work{Read: scattered - 4*nodes*dim, Write: 4 * nodes * dim},
			Make: func(in *Inputs) Step {
				index, messages, n := graph(in)
				index = in.sorted(index)
				return func() []*tensor.Tensor { return one(tensor.Zeros(n, dim).IndexAdd(0, index, messages)) }
			},
		},
		{
			Name: "segment_max_1Mx64_100k", Family: picking, Heavy: true,
			Work: Work{Read: scattered - 4*nodes*dim, Write: 4 * nodes * dim},
			Make: func(in *Inputs) Step {
				index, messages, n := graph(in)
				lengths := in.hold(index.BinCount(nil, n))
				return func() []*tensor.Tensor {
					return one(tensor.SegmentReduce(messages, "max", lengths, nil, nil, nil))
				}
			},
		},
		{
			Name: "gather_1Mx64_100k", Family: picking, Heavy: true,
			Work: Work{Read: 4 * edges * dim, Write: 4 * edges * dim},
			Make: func(in *Inputs) Step {
				m, n := in.Size(edges, 500), in.Size(nodes, 50)
				x, index := in.Randn(n, dim), in.Randint(n, m)
				return func() []*tensor.Tensor { return one(x.IndexSelect(0, index)) }
			},
		},
	}
}

// sorted is numbers in order.
func (in *Inputs) sorted(x *tensor.Tensor) *tensor.Tensor {
	y, _ := x.Sort()
	return in.hold(y)
}
