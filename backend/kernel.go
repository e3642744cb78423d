package backend

import "time"

// Kernel is one kernel of a run, as who asked to see them is told once it has run.
type Kernel struct {
	Name  string // what runs it and the primitive that it ends in: "loop exp", "contraction dot"
	Start time.Time
	Took  time.Duration
	Bytes int64 // of the buffers that it reads and writes, each counted once
	Pos   []int // graph.Value.Pos of the values that it computes, each once, in order; not to be changed
	Main  int   // which of these takes the time, if one does: a contraction beside its epilogue; else −1
}
