package zoo_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/zoo"
)

// published are the names and shapes of state dicts that testdata/names.txt lists, by model.
func published(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	all, model := map[string][]string{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "# "); ok {
			model = name
		} else {
			all[model] = append(all[model], line)
		}
	}
	return all
}

// TestNames compares names, shapes and order of whole models with those that are published.
func TestNames(t *testing.T) {
	all := published(t)
	for name, m := range map[string]any{
		"resnet18": zoo.ResNet18(), "resnet34": zoo.ResNet34(), "resnet50": zoo.ResNet50(), "mobilenet_v2": zoo.MobileNetV2(),
		"vit_b_16": zoo.ViTB16(), "bert": zoo.NewBERT(zoo.BERTConfig{}), "bert_mlm": zoo.NewBERTForMaskedLM(zoo.BERTConfig{}),
		"gpt2": zoo.NewGPT2(zoo.GPT2Config{}), "llama": zoo.NewLlama(zoo.LlamaConfig{Layers: 2}),
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for k, x := range nn.StateDict(m).All() {
				sizes := strings.ReplaceAll(strings.Trim(fmt.Sprint(x.Shape()), "[]"), " ", "x")
				if sizes == "" {
					sizes = "-"
				}
				got = append(got, k+" "+sizes)
			}
			want := all[name]
			if name == "vit_b_16" { // its layers are named by a map, whose order is that of the names
				slices.Sort(got)
				slices.Sort(want)
			}
			if len(want) == 0 || !slices.Equal(got, want) {
				for i := range want {
					if i >= len(got) || got[i] != want[i] {
						t.Fatalf("%d tensors, want %d; number %d is %q, want %q", len(got), len(want), i, got[min(i, len(got)-1)], want[i])
					}
				}
				t.Fatalf("%d tensors, want %d", len(got), len(want))
			}
		})
	}
}

// TestNumbers compares the numbers of parameters with those that the authors give.
func TestNumbers(t *testing.T) {
	for want, m := range map[int]any{
		11_689_512: zoo.ResNet18(), 21_797_672: zoo.ResNet34(), 25_557_032: zoo.ResNet50(), 44_549_160: zoo.ResNet101(),
		3_504_872: zoo.MobileNetV2(), 1_968_680: zoo.MobileNetV2(zoo.Width(0.5)), 86_567_656: zoo.ViTB16(),
		109_482_240: zoo.NewBERT(zoo.BERTConfig{}), 124_439_808: zoo.NewGPT2(zoo.GPT2Config{}),
		6_738_415_616: zoo.NewLlama(zoo.LlamaConfig{}), 31_037_698: zoo.NewUNet(zoo.UNetConfig{}),
		17_262_977: zoo.NewUNet(zoo.UNetConfig{Classes: 1, Bilinear: true}),
	} {
		if got := nn.NumParameters(m); got != want {
			t.Errorf("%T has %d parameters, want %d", m, got, want)
		}
	}
}
