package bench

import (
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/zoo"
)

// graphs is epochs of networks over a graph of the size of Cora: 2,708 papers with 1,433 words, 5,278 citations that count
// both ways, and the topics of 140 papers to learn from. The citations are drawn evenly.
func graphs() []Case {
	const nodes, edges, words, topics, seen = 2708, 5278, 1433, 7, 140
	nets := []struct {
		name   string
		model  func(c zoo.GraphConfig) *zoo.GraphNet
		hidden int
		macs   float64 // of the products, for each node
	}{
		{"gcn", zoo.NewGCN, 16, words*16 + 16*topics},
		{"graphsage", zoo.NewGraphSAGE, 64, 2 * (words*64 + 64*topics)},
		{"gat", zoo.NewGAT, 64, words*64 + 64*8*topics},
	}
	var cases []Case
	for _, net := range nets {
		cases = append(cases, Case{
			Name: net.name + "_cora_epoch", Calls: 2,
			Work: Work{Flops: 6 * nodes * net.macs, Read: 4 * nodes * words, Items: nodes},
			Make: func(in *Inputs) Step {
				n, words, topics := in.Size(nodes, 30), in.Size(words, 20), in.Size(topics, 3)
				edges, seen := in.Size(edges, 50), in.Size(seen, 8)
				m := nn.Train(nn.Init(net.model(zoo.GraphConfig{Features: words, Hidden: net.hidden, Classes: topics, Dropout: 0.5}), seed))
				in.Keep(nn.Parameters(m)...)
				g := zoo.NewGraph(n, in.Randint(n, edges).Int64s(), in.Randint(n, edges).Int64s(), true)
				in.Keep(g.From, g.To)
				x, chosen, answers := in.Uniform(0, 1, n, words), in.Randint(n, seen), in.Randint(topics, seen)
				return stepping(func() *tensor.Tensor {
					return nn.CrossEntropy(m.Forward(x, g).IndexSelect(0, chosen), answers)
				}, optim.NewAdam(nn.Parameters(m), optim.LR(0.01), optim.WeightDecay(5e-4)))
			},
		})
	}
	return cases
}
