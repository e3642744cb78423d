package zoo

import (
	"math"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// Graph is nodes and edges between them, as networks over graphs take them.
type Graph struct {
	Nodes    int
	From, To *tensor.Tensor // [edges], int64: messages go along each edge, from one node to the other
}

// NewGraph makes a graph of so many nodes. Each edge goes from from[i] to to[i]; with both ways, from there to here, too.
func NewGraph(nodes int, from, to []int64, bothWays bool) *Graph {
	if len(from) != len(to) {
		panic(tensor.Errorf("zoo.Graph", "%d edges begin and %d end", len(from), len(to)))
	}
	for _, ends := range [][]int64{from, to} {
		for _, n := range ends {
			if n < 0 || n >= int64(nodes) {
				panic(tensor.Errorf("zoo.Graph", "an edge at node %d of %d", n, nodes))
			}
		}
	}
	if bothWays {
		from, to = append(append([]int64(nil), from...), to...), append(append([]int64(nil), to...), from...)
	}
	return &Graph{nodes, tensor.New(from), tensor.New(to)}
}

// withLoops is the graph with an edge from each node to itself.
func (g *Graph) withLoops() *Graph {
	own := tensor.Arange(g.Nodes)
	both := func(ends *tensor.Tensor) *tensor.Tensor { return tensor.Cat([]*tensor.Tensor{ends, own}) }
	return &Graph{g.Nodes, both(g.From), both(g.To)}
}

// sum adds messages [edges, …] up at the nodes that they go to.
func (g *Graph) sum(messages *tensor.Tensor) *tensor.Tensor {
	sizes := []any{g.Nodes}
	for i := 1; i < messages.Dim(); i++ {
		sizes = append(sizes, messages.Sym(i))
	}
	return tensor.ZerosWith(sizes, tensor.As(messages.DType())).IndexAdd(0, g.To, messages)
}

// degrees is how many edges go to each node, [nodes].
func (g *Graph) degrees() *tensor.Tensor {
	return g.sum(tensor.OnesWith([]any{g.To.Sym(0)}, tensor.As(tensor.Float32)))
}

// GraphLayer makes features of nodes, [nodes, in], into others that know of the neighbours.
type GraphLayer interface {
	Forward(x *tensor.Tensor, g *Graph) *tensor.Tensor
}

// GraphNet is layers over a graph, one after the other, with an activation and dropout between each two. It has the names
// of PyTorch Geometric's models.
type GraphNet struct {
	Convs   []GraphLayer
	Dropout *nn.Dropout

	act func(*tensor.Tensor) *tensor.Tensor
}

// GraphConfig is the shape of a GraphNet. Fields that are 0 are 16 hidden features and 2 layers; Features and Classes must
// be given.
type GraphConfig struct {
	Features, Hidden, Classes, Layers int
	Heads                             int     // of a GAT; without it, 8. They divide Hidden among them
	Dropout                           float64 // of what goes into each layer
}

func newGraphNet(op string, c GraphConfig, act func(*tensor.Tensor) *tensor.Tensor, layer func(c GraphConfig, in, out int, last bool) GraphLayer) *GraphNet {
	orElse(&c.Hidden, 16)
	orElse(&c.Layers, 2)
	orElse(&c.Heads, 8)
	positive(op, "Features", c.Features, "Classes", c.Classes, "Hidden", c.Hidden, "Layers", c.Layers, "Heads", c.Heads)
	m, in := &GraphNet{Dropout: nn.NewDropout(c.Dropout), act: act}, c.Features
	for range c.Layers - 1 {
		m.Convs = append(m.Convs, layer(c, in, c.Hidden, false))
		in = c.Hidden
	}
	m.Convs = append(m.Convs, layer(c, in, c.Classes, true))
	return m
}

// Forward makes features of nodes, [nodes, features], into scores [nodes, classes].
func (m *GraphNet) Forward(x *tensor.Tensor, g *Graph) *tensor.Tensor {
	for i, l := range m.Convs {
		if i > 0 {
			x = m.act(x)
		}
		x = l.Forward(m.Dropout.Forward(x), g)
	}
	return x
}

// GCNConv adds the features of neighbours up, each divided by the roots of the degrees at both ends (Kipf and Welling,
// 2016).
type GCNConv struct {
	Bias *nn.Parameter
	Lin  *nn.Linear
}

// NewGCN makes a network of GCNConv.
func NewGCN(c GraphConfig) *GraphNet {
	return newGraphNet("zoo.GCN", c, (*tensor.Tensor).ReLU, func(_ GraphConfig, in, out int, _ bool) GraphLayer {
		return &GCNConv{nn.NewParameter(nn.Zeros(), out), glorot(in, out)}
	})
}

// glorot is a linear layer without bias.
func glorot(in, out int) *nn.Linear {
	l := nn.NewLinear(in, out, nn.Bias(false))
	l.Weight = nn.NewParameter(nn.XavierUniform(1), out, in)
	return l
}

// Forward makes features of nodes, [nodes, in], into [nodes, out]. Each node is its own neighbour.
func (l *GCNConv) Forward(x *tensor.Tensor, g *Graph) *tensor.Tensor {
	g = g.withLoops()
	root := g.degrees().Rsqrt()
	weight := root.IndexSelect(0, g.From).Mul(root.IndexSelect(0, g.To))
	messages := l.Lin.Forward(x).IndexSelect(0, g.From).Mul(weight.Unsqueeze(1))
	return g.sum(messages).Add(l.Bias.Value())
}

// SAGEConv looks at a node and at the mean of its neighbours (Hamilton et al., 2017).
type SAGEConv struct {
	LinL *nn.Linear // of the neighbours
	LinR *nn.Linear // of the node itself
}

// NewGraphSAGE makes a network of SAGEConv.
func NewGraphSAGE(c GraphConfig) *GraphNet {
	return newGraphNet("zoo.GraphSAGE", c, (*tensor.Tensor).ReLU, func(_ GraphConfig, in, out int, _ bool) GraphLayer {
		return &SAGEConv{nn.NewLinear(in, out), nn.NewLinear(in, out, nn.Bias(false))}
	})
}

// Forward makes features of nodes, [nodes, in], into [nodes, out].
func (l *SAGEConv) Forward(x *tensor.Tensor, g *Graph) *tensor.Tensor {
	mean := g.sum(x.IndexSelect(0, g.From)).Div(g.degrees().ClampMin(1.0).Unsqueeze(1))
	return l.LinL.Forward(mean).Add(l.LinR.Forward(x))
}

// GATConv weighs neighbours by how much a node looks at each, in several ways at once (Veličković et al., 2017).
type GATConv struct {
	AttSrc *nn.Parameter // [1, heads, out]
	AttDst *nn.Parameter // [1, heads, out]
	Bias   *nn.Parameter
	Lin    *nn.Linear

	heads int
	mean  bool // over heads; else they stand side by side
}

// NewGAT makes a network of GATConv. Heads of hidden layers divide the features among them; of the last layer, the mean
// over heads is taken.
func NewGAT(c GraphConfig) *GraphNet {
	return newGraphNet("zoo.GAT", c, (*tensor.Tensor).ELU, func(c GraphConfig, in, out int, last bool) GraphLayer {
		each := out
		if !last {
			each = shared("zoo.GAT", out, c.Heads)
		}
		bound := math.Sqrt(6 / float64(c.Heads+each))
		att := func() *nn.Parameter { return nn.NewParameter(nn.Uniform(-bound, bound), 1, c.Heads, each) }
		return &GATConv{att(), att(), nn.NewParameter(nn.Zeros(), out), glorot(in, c.Heads*each), c.Heads, last}
	})
}

// Forward makes features of nodes, [nodes, in], into [nodes, out]. Each node is its own neighbour.
func (l *GATConv) Forward(x *tensor.Tensor, g *Graph) *tensor.Tensor {
	g = g.withLoops()
	x = l.Lin.Forward(x).Unflatten(1, l.heads, -1) // [nodes, heads, out]
	side := func(att *nn.Parameter, ends *tensor.Tensor) *tensor.Tensor {
		return x.Mul(att.Value()).Sum(-1).IndexSelect(0, ends)
	}
	scores := side(l.AttSrc, g.From).Add(side(l.AttDst, g.To)).LeakyReLUWith(tensor.NegativeSlope(0.2)) // [edges, heads]
	messages := x.IndexSelect(0, g.From).Mul(g.softmax(scores).Unsqueeze(-1))
	y := g.sum(messages)
	if l.mean {
		y = y.Mean(1)
	} else {
		y = y.Flatten(1)
	}
	return y.Add(l.Bias.Value())
}

// softmax makes scores [edges, heads] into weights whose sum at each node is 1.
func (g *Graph) softmax(scores *tensor.Tensor) *tensor.Tensor {
	fixed := scores.Detach()
	most := tensor.FullWith([]any{g.Nodes, fixed.Sym(1)}, math.Inf(-1), tensor.As(fixed.DType())).
		ScatterReduce(0, g.To.Unsqueeze(1).Expand(-1, fixed.Sym(1)), fixed, "amax")
	e := scores.Sub(most.IndexSelect(0, g.To)).Exp()
	return e.Div(g.sum(e).IndexSelect(0, g.To))
}
