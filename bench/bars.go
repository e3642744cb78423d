package bench

import "regexp"

// Bar is what a case must reach beside peers. What is 0 asks for nothing; the zero value is the suite's bar.
type Bar struct {
	Times    float64 // how many times longer the fastest peer must take
	Eager    float64 // how many times longer the fastest of the peers must take that compile nothing
	Compiled float64 // and of those that do
	Share    float64 // the share of the limit that is enough, whatever peers take, if the case is not slower than they are
}

// bars are those of cases that the suite's would ask too little of, or too much; the first that matches counts. Where
// handling operators is what takes time, running them one by one is what a case is compared with. Whole models are as near to
// their limits in good peers.
var bars = []struct {
	cases *regexp.Regexp
	bar   Bar
}{
	{regexp.MustCompile(`^ew_chain_(tanhgelu_)?16M$`), Bar{Eager: 3, Compiled: 1 / 0.65, Share: 1 / 1.2}},
	{regexp.MustCompile(`^(scatter|index)_add_`), Bar{Times: 3}},
	{regexp.MustCompile(`^segment_|_step_sparseadam$`), Bar{Times: 4}},
	{regexp.MustCompile(`^tiny_add_chain100_.*_frozen$`), Bar{Eager: 20}},
	{regexp.MustCompile(`^tiny_mm4_chain100_frozen$`), Bar{Eager: 5}},
	{regexp.MustCompile(`^tiny_(add|mm4)_chain100`), Bar{Eager: 2}},
	{regexp.MustCompile(`^mlp_train_adam_b64`), Bar{Eager: 1.5}},
	{regexp.MustCompile(`^lstm_`), Bar{Times: 1.2}},
	{regexp.MustCompile(`^attn_`), Bar{Times: 1.3}},
	{regexp.MustCompile(`^(gcn|graphsage|gat)_`), Bar{Times: 1.5}},
	{regexp.MustCompile(`^(lenet|resnet\d+|mobilenetv2|vit_b16|bert|gpt2|llama|dlrm|unet|meshnet)_`), Bar{Times: 1.05, Share: 0.8}},
}

// withBars gives cases their bars.
func withBars(cases []Case) []Case {
	for i := range cases {
		for _, b := range bars {
			if b.cases.MatchString(cases[i].Name) {
				cases[i].Bar = b.bar
				break
			}
		}
	}
	return cases
}
