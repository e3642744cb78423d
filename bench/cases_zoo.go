package bench

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/compile"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/zoo"
)

// Multiply-adds of one image of 224 × 224, and parameters.
const (
	resNet18MACs, resNet18Params   = 1.814e9, 11_689_512
	resNet50MACs, resNet50Params   = 4.089e9, 25_557_032
	mobileNetMACs, mobileNetParams = 0.3008e9, 3_504_872
	viTMACs, viTParams             = 17.56e9, 86_567_656
)

// zooCases is models of package zoo: inference, training steps and decoding, each call one program.
func zooCases() []Case {
	resNet18 := func(in *Inputs) nn.Layer { return zoo.ResNet18(zoo.Width(1 / float64(in.Size(1, 8)))) }
	resNet50 := func(in *Inputs) nn.Layer { return zoo.ResNet50(zoo.Width(1 / float64(in.Size(1, 8)))) }
	mobileNet := func(in *Inputs) nn.Layer {
		return zoo.MobileNetV2(zoo.Width(1/float64(in.Size(1, 4))), zoo.DropoutP(0))
	}
	viT := func(in *Inputs) nn.Layer {
		return zoo.NewViT(zoo.ViTConfig{ImageSize: in.Size(224, 32), Layers: in.Size(12, 2), Width: in.Size(768, 48), Inner: in.Size(3072, 64)})
	}
	cases := []Case{
		scoring("resnet18", 1, resNet18MACs, resNet18Params, resNet18), scoring("resnet18", 8, resNet18MACs, resNet18Params, resNet18),
		imageTraining("resnet18_train_b8", 8, resNet18MACs, resNet18Params, resNet18),
		scoring("resnet50", 1, resNet50MACs, resNet50Params, resNet50), scoring("resnet50", 8, resNet50MACs, resNet50Params, resNet50),
		scoring("mobilenetv2", 1, mobileNetMACs, mobileNetParams, mobileNet), scoring("mobilenetv2", 8, mobileNetMACs, mobileNetParams, mobileNet),
		imageTraining("mobilenetv2_train_b8", 8, mobileNetMACs, mobileNetParams, mobileNet),
		scoring("vit_b16", 1, viTMACs, viTParams, viT), scoring("vit_b16", 8, viTMACs, viTParams, viT),
	}
	cases = append(cases, berts()...)
	cases = append(cases, gpt2Train(), gpt2Decode(), llamaInfer(), llamaDecode(), dlrmTrain(), lstm(), uNet(), meshNet())
	return append(cases, graphs()...)
}

// scoring is the scores of a batch of images.
func scoring(name string, batch int, macs float64, params int64, model func(in *Inputs) nn.Layer) Case {
	return Case{
		Name: fmt.Sprintf("%s_infer_b%d", name, batch), Heavy: true,
		Work: Work{Flops: 2 * float64(batch) * macs, Read: 4 * (params + int64(batch)*3*224*224), Write: 4000 * int64(batch), Items: batch},
		Make: func(in *Inputs) Step {
			m := inferring(in, model(in))
			side := in.Size(224, 32)
			x := in.Randn(in.Size(batch, 2), 3, side, side)
			f := compile.Func(m.Forward)
			return func() []*tensor.Tensor { return one(f(x)) }
		},
	}
}

// inferring is a model with parameters, for inference.
func inferring[M any](in *Inputs, m M) M {
	nn.Init(m, seed)
	in.Keep(nn.Parameters(m)...)
	return nn.Eval(nn.NoGrad(m))
}

// optimiser is what a step of training needs of one.
type optimiser interface {
	Step()
	ZeroGrad()
}

// stepping is a training step: the loss, and what the optimisers make of its gradients.
func stepping(loss func() *tensor.Tensor, opts ...optimiser) Step {
	f := compile.Func(func(...*tensor.Tensor) *tensor.Tensor {
		l := loss()
		l.Backward()
		for _, o := range opts {
			o.Step()
			o.ZeroGrad()
		}
		return l
	})
	return func() []*tensor.Tensor { return one(f()) }
}

// imageTraining is a step of stochastic gradient descent with momentum.
func imageTraining(name string, batch int, macs float64, params int64, model func(in *Inputs) nn.Layer) Case {
	return Case{
		Name: name, Heavy: true, Calls: 2,
		Work: Work{Flops: 6 * float64(batch) * macs, Read: 8 * params, Write: 8 * params, Items: batch},
		Make: func(in *Inputs) Step {
			m := nn.Train(nn.Init(model(in), seed))
			in.Keep(nn.Parameters(m)...)
			n, side := in.Size(batch, 4), in.Size(224, 64)
			x, y := in.Randn(n, 3, side, side), in.Randint(1000, n)
			return stepping(func() *tensor.Tensor { return nn.CrossEntropy(m.Forward(x), y) },
				optim.NewSGD(nn.Parameters(m), optim.LR(0.01), optim.Momentum(0.9)))
		},
	}
}

// transformerFlops is the arithmetic of so many layers on so many tokens, each of which looks at seq others.
func transformerFlops(layers, width, inner, tokens, seq float64) float64 {
	return layers * (2*tokens*(4*width*width+2*width*inner) + 4*tokens*seq*width)
}

// berts is BERT's encoder on texts of 128 tokens, and a step of its training on hidden tokens.
func berts() []Case {
	config := func(in *Inputs) zoo.BERTConfig {
		return zoo.BERTConfig{Layers: in.Size(12, 2), Heads: in.Size(12, 4), Width: in.Size(768, 32), Vocabulary: in.Size(30522, 97)}
	}
	const layers = 12 * (4*768*768 + 2*768*3072) // parameters, but for the smallest
	var cases []Case
	for _, b := range []int{1, 8} {
		cases = append(cases, Case{
			Name: fmt.Sprintf("bert_infer_b%ds128", b), Heavy: true,
			Work: Work{Flops: transformerFlops(12, 768, 3072, float64(b)*128, 128), Read: 4 * layers, Write: 4 * 768 * 128 * int64(b), Items: b},
			Make: func(in *Inputs) Step {
				c := config(in)
				m := inferring(in, zoo.NewBERT(c))
				x := in.Randn(in.Size(b, 2), in.Size(128, 9), c.Width)
				f := compile.Func(func(x *tensor.Tensor) *tensor.Tensor { return m.Encoder.Forward(x, nil) })
				return func() []*tensor.Tensor { return one(f(x)) }
			},
		})
	}
	const params, tokens = 109_514_298, 4 * 128
	return append(cases, Case{
		Name: "bert_train_b4s128", Heavy: true, Calls: 2,
		Work: Work{
			Flops: 3 * (transformerFlops(12, 768, 3072, tokens, 128) + 2*tokens*768*(768+30522)),
			Read:  adam * params, Write: adam * params, Items: 4,
		},
		Make: func(in *Inputs) Step {
			c := config(in)
			m := nn.Train(nn.Init(zoo.NewBERTForMaskedLM(c), seed))
			in.Keep(nn.Parameters(m)...)
			n, length := in.Size(4, 2), in.Size(128, 9)
			ids, labels := in.Randint(c.Vocabulary, n, length), in.Randint(c.Vocabulary, n, length)
			return stepping(func() *tensor.Tensor { return m.Loss(zoo.BERTInput{IDs: ids}, labels) },
				optim.NewAdamW(nn.Parameters(m), optim.LR(1e-4)))
		},
	})
}

func gpt2Config(in *Inputs) zoo.GPT2Config {
	return zoo.GPT2Config{
		Layers: in.Size(12, 2), Heads: in.Size(12, 4), Width: in.Size(768, 32), Vocabulary: in.Size(50257, 97), Positions: in.Size(1024, 64),
	}
}

const gpt2Params = 124_439_808

func gpt2Train() Case {
	const tokens = 2 * 256
	return Case{
		Name: "gpt2_train_b2s256", Heavy: true, Calls: 2,
		Work: Work{
			Flops: 3 * (transformerFlops(12, 768, 3072, tokens, 256) + 2*tokens*768*50257),
			Read:  adam * gpt2Params, Write: adam * gpt2Params, Items: tokens,
		},
		Make: func(in *Inputs) Step {
			c := gpt2Config(in)
			m := nn.Train(nn.Init(zoo.NewGPT2(c), seed))
			in.Keep(nn.Parameters(m)...)
			length := in.Size(256, 9)
			ids, labels := in.Randint(c.Vocabulary, 2, length), in.Randint(c.Vocabulary, 2*length)
			return stepping(func() *tensor.Tensor { return nn.CrossEntropy(m.Forward(ids).Flatten(0, 1), labels) },
				optim.NewAdamW(nn.Parameters(m), optim.LR(1e-4)))
		},
	}
}

func gpt2Decode() Case {
	return decoding("gpt2", gpt2Params, func(in *Inputs) (zoo.Decoder, int) {
		c := gpt2Config(in)
		return inferring(in, zoo.NewGPT2(c)), c.Vocabulary
	})
}

// decoding is one token of a text of 32 tokens or more; after the 128th it begins anew. model is made with the number of
// its tokens.
func decoding(name string, params int64, model func(in *Inputs) (m zoo.Decoder, vocabulary int)) Case {
	return Case{
		Name: name + "_decode_b1_ctx32to128", Heavy: true, Calls: 4,
		Work: Work{Flops: 2 * float64(params), Read: 4 * params, Items: 1},
		Make: func(in *Inputs) Step {
			m, vocabulary := model(in)
			first, last := in.Size(32, 5), in.Size(128, 8)
			cache := m.NewCache(1, last)
			in.Keep(cache.Tensors()...)
			f := compile.Func(func(ids *tensor.Tensor) *tensor.Tensor { return m.Decode(ids, cache).ArgMax(-1) })
			begun := f(in.Randint(vocabulary, 1, first)).Int64s()[0]
			token := begun
			return func() []*tensor.Tensor {
				if cache.Len() == last {
					cache.Truncate(first)
					token = begun
				}
				ids := tensor.New([]int64{token}, 1, 1)
				next := f(ids)
				ids.Free()
				token = next.Int64s()[0]
				return one(next)
			}
		},
	}
}

const llamaParams = 134_515_008

// llama is a Llama of the shape of SmolLM-135M, and the number of its tokens.
func llama(in *Inputs) (*zoo.Llama, int) {
	c := zoo.LlamaConfig{
		Layers: in.Size(30, 2), Heads: in.Size(9, 3), KVHeads: in.Size(3, 1), Width: in.Size(576, 24), Inner: in.Size(1536, 40),
		Vocabulary: in.Size(49152, 97), Eps: 1e-5, Tied: true,
	}
	return inferring(in, zoo.NewLlama(c)), c.Vocabulary
}

func llamaDecode() Case {
	return decoding("llama", llamaParams, func(in *Inputs) (zoo.Decoder, int) { return llama(in) })
}

// llamaInfer is the scores behind each of 128 tokens.
func llamaInfer() Case {
	const tokens = 128
	return Case{
		Name: "llama_infer_b1s128", Heavy: true,
		Work: Work{Flops: tokens * (2*llamaParams + 30*4*tokens*576), Read: 4 * llamaParams, Write: 4 * tokens * 49152, Items: tokens},
		Make: func(in *Inputs) Step {
			m, vocabulary := llama(in)
			ids := in.Randint(vocabulary, 1, in.Size(tokens, 9))
			f := compile.Func(m.Forward)
			return func() []*tensor.Tensor { return one(f(ids)) }
		},
	}
}

// dlrmTrain is a step on a batch of 2,048 with 13 numbers and 26 tables of 20,000 rows, 4 of which make each bag.
func dlrmTrain() Case {
	const batch, tables, rows, width, bag = 2048, 26, 20_000, 64, 4
	const params = 13*512 + 512*256 + 256*64 + 415*1024 + 1024*512 + 512*256 + 256
	const macs = params + 27*27*width
	return Case{
		Name: "dlrm_train", Heavy: true, Calls: 2,
		Work: Work{
			Flops: 6 * batch * macs, Items: batch,
			Read: adam*params + 4*tables*batch*bag*width*4, Write: adam*params + 4*tables*batch*bag*width*3,
		},
		Make: func(in *Inputs) Step {
			c := zoo.DLRMConfig{Width: in.Size(width, 8)}
			for range in.Size(tables, 3) {
				c.Tables = append(c.Tables, in.Size(rows, 50))
			}
			if in.small {
				c.Bottom, c.Top = []int{16}, []int{16}
			}
			m := nn.Train(nn.Init(zoo.NewDLRM(c), seed))
			in.Keep(nn.Parameters(m)...)
			n := in.Size(batch, 9)
			x, y := in.Randn(n, 13), in.Randint(2, n).To(tensor.Float32)
			var bags, wide []*tensor.Tensor
			for i, rows := range c.Tables {
				bags, wide = append(bags, in.Randint(rows, n, bag)), append(wide, m.EmbL[i].Weight.Tensor)
			}
			return stepping(func() *tensor.Tensor { return m.Loss(y, x, bags...) },
				optim.NewSparseAdam(wide, optim.LR(1e-3)),
				optim.NewAdam(nn.Parameters([]nn.Sequential{m.BotL, m.TopL}), optim.LR(1e-3)))
		},
	}
}

// lstm is a tagger's scores of 8 texts of 128 tokens, with 512 features in each direction.
func lstm() Case {
	const batch, length, width, tags = 8, 128, 512, 17
	const cell = 4 * width * (width + width)
	return Case{
		Name: "lstm_512x128", Heavy: true,
		Work: Work{Flops: 2 * batch * length * (2*cell + 2*width*tags), Read: 4 * 2 * cell, Items: batch},
		Make: func(in *Inputs) Step {
			w := in.Size(width, 8)
			m := inferring(in, zoo.NewTagger(zoo.TaggerConfig{Vocabulary: in.Size(10_000, 97), Width: w, Hidden: w, Tags: tags}))
			ids := in.Randint(in.Size(10_000, 97), in.Size(batch, 2), in.Size(length, 7))
			f := compile.Func(m.Forward)
			return func() []*tensor.Tensor { return one(f(ids)) }
		},
	}
}

// uNet is a map of one image of 256 × 256, with 32 channels at full size.
func uNet() Case {
	const side, width = 256, 32
	px := float64(side * side)
	macs := px * width * (9*(3+width) + 2)
	for i := 1; i <= 4; i++ {
		c := width * float64(int(1)<<i) // channels after i halvings
		down, up := px/float64(int(1)<<(2*i)), px/float64(int(1)<<(2*i-2))
		macs += down*9*(c*c/2+c*c) + up*(c*c/2+9*(c*c/2+c*c/4))
	}
	return Case{
		Name: "unet_infer", Heavy: true,
		Work: Work{Flops: 2 * macs, Read: 4 * 3 * side * side, Write: 4 * 2 * side * side, Items: 1},
		Make: func(in *Inputs) Step {
			m := inferring(in, zoo.NewUNet(zoo.UNetConfig{Width: in.Size(width, 4)}))
			side := in.Size(side, 32)
			x := in.Randn(1, 3, side, side)
			f := compile.Func(m.Forward)
			return func() []*tensor.Tensor { return one(f(x)) }
		},
	}
}

// meshNet is the scores of a volume of 96 × 96 × 96.
func meshNet() Case {
	const side, width, classes = 96, 5, 3
	const voxels = side * side * side
	return Case{
		Name: "meshnet_infer_96", Heavy: true,
		Work: Work{Flops: 2 * voxels * (27*(width+8*width*width) + width*classes), Read: 4 * voxels, Write: 4 * classes * voxels, Items: 1},
		Make: func(in *Inputs) Step {
			m := inferring(in, zoo.NewMeshNet(zoo.MeshNetConfig{Width: width, Classes: classes}))
			side := in.Size(side, 6)
			x := in.Randn(1, 1, side, side, side)
			f := compile.Func(m.Forward)
			return func() []*tensor.Tensor { return one(f(x)) }
		},
	}
}
