//go:build race

package workpool

// raceEnabled says that sync.Pool drops some of what it is given.
const raceEnabled = true
