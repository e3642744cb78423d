// Package zoo has well-known models, each in one file: networks for images and volumes, language models, recommenders,
// networks over graphs.
//
// Parameters and buffers have the names and shapes that torchvision, Hugging Face's transformers, PyTorch Geometric or the
// authors' programs give them, so that their state dicts load by name:
//
//	model := zoo.ResNet50()
//	weights, _, err := nn.ReadFile("resnet50.safetensors")
//	…
//	_, err = nn.LoadStateDict(model, weights, true)
//	model = nn.Eval(nn.NoGrad(model))
//
// A model without weights gets them from a seed: nn.Init(zoo.ResNet18(zoo.Classes(10)), 42). Models published in a few
// sizes have a function for each, which takes options; others are made of a configuration whose zero value is the model
// as it was published.
package zoo
