// Package data brings samples to a training loop: data sets, samplers, and a Loader that makes batches ahead of time.
//
//	ds, err := data.Digits()
//	…
//	loader := data.NewLoader(ds, data.BatchSize(64), data.Shuffle(42), data.Workers(4))
//	for batch, err := range loader.Epoch(ctx) {
//		if err != nil {
//			return err
//		}
//		loss := nn.CrossEntropy(model.Forward(batch.X), batch.Y)
//		…
//	}
//
// What a batch is, is the data set's to say: a [Dataset] of B makes values of type B; for most supervised learning
// that is [Batch]. The batches of an epoch are the same, in the same order, whatever the number of workers, and a
// Loader's [State] says in two numbers where it stands, so that an interrupted epoch goes on with its next batch.
package data
