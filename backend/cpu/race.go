//go:build race

package cpu

// raceEnabled says that the race detector should see every access to memory.
const raceEnabled = true
