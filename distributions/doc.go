// Package distributions has probability distributions over tensors: sampling, densities, moments and quantiles, with
// PyTorch's names and formulas. Parameters broadcast to the batch shape; a draw of sample shape s is a tensor of shape
// s, then batch, then event. Arguments outside their constraint panic with *tensor.Error, as operators do.
//
// Constraints, which say where parameters and draws may lie, and transforms, which carry one distribution to another, are
// here, too. Generators of random bits are package tensor's, losses package nn's.
package distributions
