// Package train runs training: epochs over a loader, validation, schedules, progress, and checkpoints from which
// training goes on with the same bits as if it had never stopped.
//
//	t := &train.Trainer[*LeNet, data.Batch]{
//		Model:     model,
//		Forward: func(m *LeNet, b data.Batch) (loss, out *tensor.Tensor) {
//			out = m.Forward(b.X)
//			return nn.CrossEntropy(out, b.Y), out
//		},
//		Optimizer: opt,
//		Data:      loader,
//		Valid:     valid,
//		Metrics:   []train.Metric[data.Batch]{train.Accuracy},
//		Epochs:    10,
//		Dir:       "runs/lenet",
//	}
//	err := t.Run(ctx)
//
// A checkpoint is a few files and a manifest, checkpoint.json, that names them with their checksums. The manifest is
// replaced last, and whole, so that a process killed at any moment leaves a good checkpoint behind.
package train
