package cpu

import "math"

// flowNet is a network from a source to a sink, for finding the cheapest cut between them.
type flowNet struct {
	first []int32 // of each node, its first edge, or −1
	edges []flowEdge
	level []int32 // of each node, its distance from the source in what is left
	next  []int32 // of each node, the first edge that may still lead on
	queue []int32
	path  []int32
}

// flowEdge is an edge; number e^1 is its reverse.
type flowEdge struct {
	to, next int32
	left     float64 // what may still flow
}

const (
	flowSource = 0
	flowSink   = 1
)

var unbounded = math.Inf(1)

// newFlowNet is a network of the source, the sink and n nodes, which have the numbers from 2 on.
func newFlowNet(n int) *flowNet {
	g := &flowNet{first: make([]int32, n+2), level: make([]int32, n+2), next: make([]int32, n+2)}
	for i := range g.first {
		g.first[i] = -1
	}
	return g
}

// edge adds an edge, which may be cut for the given price.
func (g *flowNet) edge(from, to int, price float64) {
	for _, e := range [2]struct {
		from, to int
		left     float64
	}{{from, to, price}, {to, from, 0}} {
		g.edges = append(g.edges, flowEdge{int32(e.to), g.first[e.from], e.left})
		g.first[e.from] = int32(len(g.edges) - 1)
	}
}

// maxPhases bounds the work of cut: each phase goes through the network once, and finds all shortest paths.
const maxPhases = 200

// cut finds the cheapest cut, and reports whether it did: with reached, a node is on the source's side. It is Dinic's
// algorithm.
func (g *flowNet) cut() bool {
	for range maxPhases {
		if !g.distances() {
			return true
		}
		copy(g.next, g.first)
		for g.augment() {
		}
	}
	return false
}

// reached reports whether node n is on the source's side of the cut.
func (g *flowNet) reached(n int) bool { return g.level[n] >= 0 }

// distances finds how far each node is from the source, and reports whether the sink can be reached.
func (g *flowNet) distances() bool {
	for i := range g.level {
		g.level[i] = -1
	}
	g.level[flowSource] = 0
	g.queue = append(g.queue[:0], flowSource)
	for k := 0; k < len(g.queue); k++ {
		n := g.queue[k]
		for e := g.first[n]; e >= 0; e = g.edges[e].next {
			if x := &g.edges[e]; x.left > 0 && g.level[x.to] < 0 {
				g.level[x.to] = g.level[n] + 1
				g.queue = append(g.queue, x.to)
			}
		}
	}
	return g.level[flowSink] >= 0
}

// augment lets flow what a shortest path can take, if there is still one.
func (g *flowNet) augment() bool {
	g.path = g.path[:0]
	for n := int32(flowSource); n != flowSink; {
		e := g.next[n]
		for e >= 0 && (g.edges[e].left <= 0 || g.level[g.edges[e].to] != g.level[n]+1) {
			e = g.edges[e].next
		}
		g.next[n] = e
		switch {
		case e >= 0:
			g.path = append(g.path, e)
			n = g.edges[e].to
		case len(g.path) == 0:
			return false
		default: // a dead end
			last := g.path[len(g.path)-1]
			g.path = g.path[:len(g.path)-1]
			n = g.edges[last^1].to
			g.next[n] = g.edges[last].next
		}
	}
	flow := unbounded
	for _, e := range g.path {
		flow = min(flow, g.edges[e].left)
	}
	if math.IsInf(flow, 1) {
		return false // there is no cut; the caller sees the sink reached
	}
	for _, e := range g.path {
		g.edges[e].left -= flow
		g.edges[e^1].left += flow
	}
	return true
}
