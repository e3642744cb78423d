// Package compile runs a function of tensors as one program: forward, backward and the step of an optimiser.
//
//	step := compile.Func(func(x, y *tensor.Tensor) *tensor.Tensor {
//		loss := model.Forward(x).CrossEntropyLoss(y, nil)
//		loss.Backward()
//		opt.Step()
//		opt.ZeroGrad()
//		return loss
//	})
//	for batch := range loader {
//		fmt.Println(step(batch.X, batch.Y).Item())
//	}
//
// Each call runs the function, which records what it does, and computes all of it at the end. So it is right whatever the
// function reads, and what it does besides happens in each call. The bits are those of the function itself. Freeze skips
// running the function where calls repeat.
//
// The tensors that the function computes from its arguments end with the call, so that their memory is used again: what
// is wanted afterwards is returned. Parameters, running statistics, gradients, what an optimiser keeps and any other
// tensor from outside keep what was written to them.
package compile
