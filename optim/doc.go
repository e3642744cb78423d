// Package optim has the optimisers that train models, and schedules for their learning rates.
//
//	opt := optim.NewAdamW(nn.Parameters(model), optim.LR(1e-3), optim.WeightDecay(0.1))
//	sched := optim.NewScheduler(opt, optim.CosineAnnealingLR(steps, 0))
//	for … {
//		loss := nn.CrossEntropy(model.Forward(x), y)
//		loss.Backward()
//		opt.Step()
//		opt.ZeroGrad()
//		sched.Step()
//	}
//
// Updates follow PyTorch's formulas, in their order, and so do the names of what an optimiser keeps. Parameters are
// written through detached aliases, so that handles to them stay valid. Rates and step counts are numbers that a
// program is given when it runs: changing them compiles nothing.
package optim
