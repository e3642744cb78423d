// Package graph is the waist of the house: typed SSA values, the primitives that everything is composed of, and what
// can be said about graphs of them without running them: types with symbolic sizes, a text form, a verifier, a hash,
// a pattern matcher, and a plain reference evaluation.
//
// A primitive is defined once, in one prim_*.go file, with all its rules side by side. Operators (package ops),
// transforms (package rewrite) and backends are written in terms of this package alone.
package graph

//go:generate go run ./internal/genmethods
//go:generate go run ./internal/gendocs
