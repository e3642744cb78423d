// Package rewrite makes graphs from graphs: derivatives (linearise by the JVP rules of the primitives, transpose what
// is linear) and the passes that simplify a graph without changing the bits of what it computes.
//
// Whatever is said about a primitive is said in its definition in package graph; this package only applies the rules.
// A rule that is missing is an error that names the primitive and the transform, never a silent zero.
package rewrite
