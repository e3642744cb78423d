// Package bench is the benchmark suite: named cases from single operators to training steps of small models, on synthetic
// inputs, each measured beside what the machine could do at best. It has the place of TorchBench for PyTorch.
//
// A case is a row of a table ([Cases]); [Suite.Run] measures cases and gives a [Result] for each; [Compare] finds
// what became slower or wrong since an earlier run; a [Peer] is another program that measures the same cases.
package bench
