package declare

// Preprocessing says how the data is divided.
type Preprocessing struct {
	Split Split `yaml:"split"`
}

// Split says which rows train, which validate and which test.
type Split struct {
	Type          string    `yaml:"type"`
	Probabilities []float64 `yaml:"probabilities"`
	Column        string    `yaml:"column"`
	Validation    float64   `yaml:"validation_fraction"` // of the rows that train
	Seed          uint64    `yaml:"seed"`
}

var splitSection = section{
	title: "Split",
	doc:   "Which rows train, which validate and which test.",
	form:  "random",
	keys:  []key{typeKey("random")},
	forms: []form{
		{"random", "Rows are dealt out at random.", []key{probabilities, splitSeed}},
		{"stratify", "Rows are dealt out at random, so that each part has the same share of each value of a column.", []key{
			{name: "column", kind: kindString, null: true,
				doc: "The column; without it, that of the first output feature that is a category."},
			probabilities, splitSeed}},
		{"fixed", "A column says it: 0 trains, 1 validates, 2 tests.", []key{
			{name: "column", kind: kindString, def: "split", doc: "The column."},
			{name: "validation_fraction", kind: kindNumber, def: 0.0, in: between(0, 0.9),
				doc: "Share of the rows with 0 that validate instead, chosen at random."},
			splitSeed}},
	},
}

var probabilities = key{name: "probabilities", kind: kindNumbers, def: []float64{0.7, 0.1, 0.2}, in: between(0, 1),
	doc: "The shares of the three parts; their sum is 1."}

var splitSeed = key{name: "seed", kind: kindInt, def: int64(0), in: atLeast(0),
	doc: "Decides who goes where, whatever `random_seed` is, so that runs with other seeds are tested on the same rows."}

var preprocessingSection = section{
	title: "Preprocessing",
	doc:   "What is done with the data as a whole.",
	keys:  []key{{name: "split", kind: kindSection, of: &splitSection, doc: "How rows are divided."}},
}

// Trainer says how a model is trained.
type Trainer struct {
	Epochs           int       `yaml:"epochs"`
	BatchSize        int       `yaml:"batch_size"`
	EvalBatchSize    *int      `yaml:"eval_batch_size"`
	LearningRate     float64   `yaml:"learning_rate"`
	Scheduler        Scheduler `yaml:"learning_rate_scheduler"`
	Optimizer        Optimizer `yaml:"optimizer"`
	Clipping         Clipping  `yaml:"gradient_clipping"`
	Shuffle          bool      `yaml:"should_shuffle"`
	EarlyStop        int       `yaml:"early_stop"`
	ValidationField  string    `yaml:"validation_field"`
	ValidationMetric string    `yaml:"validation_metric"`
	StepsPerCheck    int       `yaml:"steps_per_checkpoint"`
}

// Scheduler says how the learning rate changes while training.
type Scheduler struct {
	Decay          string  `yaml:"decay"`
	DecayRate      float64 `yaml:"decay_rate"`
	DecaySteps     int     `yaml:"decay_steps"`
	Staircase      bool    `yaml:"staircase"`
	WarmupFraction float64 `yaml:"warmup_fraction"`
	EtaMin         float64 `yaml:"eta_min"`
}

// Optimizer says how gradients change the parameters.
type Optimizer struct {
	Type        string    `yaml:"type"`
	Betas       []float64 `yaml:"betas"`
	Eps         float64   `yaml:"eps"`
	WeightDecay float64   `yaml:"weight_decay"`
	Momentum    float64   `yaml:"momentum"`
	Dampening   float64   `yaml:"dampening"`
	Nesterov    bool      `yaml:"nesterov"`
	AMSGrad     bool      `yaml:"amsgrad"`
	Alpha       float64   `yaml:"alpha"`
	Centered    bool      `yaml:"centered"`
	Rho         float64   `yaml:"rho"`
	LRDecay     float64   `yaml:"lr_decay"`
	Initial     float64   `yaml:"initial_accumulator_value"`
	MuDecay     float64   `yaml:"momentum_decay"`
	Decoupled   bool      `yaml:"decoupled_weight_decay"`
	Beta2Decay  float64   `yaml:"beta2_decay"`
	Clip        float64   `yaml:"clipping_threshold"`
}

// Clipping bounds gradients before they are used.
type Clipping struct {
	Norm float64 `yaml:"clipglobalnorm"` // 0: none
}

func trainerSection() *section {
	return &section{
		title: "Trainer",
		doc:   "How the model is trained.",
		keys: []key{
			{name: "epochs", kind: kindInt, def: 100, in: between(1, 1<<30), doc: "How often each training row is seen."},
			{name: "batch_size", kind: kindInt, def: 128, in: between(1, 1<<24), doc: "Rows of one step."},
			{name: "eval_batch_size", kind: kindInt, null: true, in: between(1, 1<<24),
				doc: "Rows evaluated at once; as `batch_size` when null. It changes no result but in the last bits."},
			{name: "learning_rate", kind: kindNumber, def: 0.001, in: within(0, 1), doc: "The learning rate."},
			{name: "learning_rate_scheduler", kind: kindSection, of: &schedulerSection, doc: "How it changes."},
			{name: "optimizer", kind: kindSection, of: &optimizerSection, doc: "How gradients change the parameters."},
			{name: "gradient_clipping", kind: kindSection, of: &clippingSection,
				doc: "Bounds on the gradients."},
			{name: "should_shuffle", kind: kindBool, def: true, doc: "Whether each epoch has another order of the rows."},
			{name: "early_stop", kind: kindInt, def: 5, in: atLeast(-1),
				doc: "How many epochs without a better `validation_metric` end training; −1 for never. " +
					"Without validation rows training never ends early."},
			{name: "validation_field", kind: kindString, null: true,
				doc: "The output feature whose metric is watched; the first when null."},
			{name: "validation_metric", kind: kindString, null: true,
				words: []string{"accuracy", "loss", "mean_absolute_error", "mean_squared_error"},
				doc:   "The metric that is watched; null for `accuracy` of a category, `mean_squared_error` of a number."},
			{name: "steps_per_checkpoint", kind: kindInt, def: 0, in: between(0, 1<<40),
				doc: "Steps between checkpoints; 0 for one after each epoch."},
		},
	}
}

var schedulerSection = section{
	title: "Learning rate scheduler",
	doc:   "How the learning rate changes from step to step.",
	keys: []key{
		{name: "decay", kind: kindString, words: []string{"linear", "exponential", "cosine"}, null: true,
			doc: "How it falls after the warm-up: along a line or a cosine to `eta_min` at the last step, " +
				"by `decay_rate` every `decay_steps`, or not at all."},
		{name: "decay_rate", kind: kindNumber, def: 0.96, in: between(0, 1), doc: "Factor of `exponential`."},
		{name: "decay_steps", kind: kindInt, def: 10000, in: atLeast(1), doc: "Steps over which the factor applies."},
		{name: "staircase", kind: kindBool, def: false, doc: "Whether `exponential` falls at once every `decay_steps`."},
		{name: "warmup_fraction", kind: kindNumber, def: 0.0, in: between(0, 1),
			doc: "Share of the steps in which the rate rises from 0 first."},
		{name: "eta_min", kind: kindNumber, def: 0.0, in: between(0, 1), doc: "The last learning rate."},
	},
}

var optimizerSection = section{
	title: "Optimizer",
	doc:   "How gradients change the parameters.",
	form:  "adam",
	keys: []key{typeKey("adam"),
		{name: "weight_decay", kind: kindNumber, def: 0.0, in: atLeast(0), doc: "How strongly parameters are drawn to 0."}},
	forms: []form{
		{"adam", "Adam, with weight decay as part of the gradient.", withAMSGrad},
		{"adamw", "Adam, with weight decay apart from the gradient.", withAMSGrad},
		{"sgd", "Stochastic gradient descent.", []key{
			momentumKey,
			{name: "dampening", kind: kindNumber, def: 0.0, in: atLeast(0), doc: "Share of the gradient left out of it."},
			{name: "nesterov", kind: kindBool, def: false, doc: "Nesterov's momentum."}}},
		{"adamax", "Adam with the largest gradient in place of the mean square.", adamKeys},
		{"nadam", "Adam that looks ahead by one step of momentum.", append(adamKeys[:len(adamKeys):len(adamKeys)],
			key{name: "momentum_decay", kind: kindNumber, def: 4e-3, in: atLeast(0), doc: "How fast the momentum comes to its first beta."},
			decoupledKey)},
		{"radam", "Adam that does not scale its steps until the mean square can be relied on.", append(adamKeys[:len(adamKeys):len(adamKeys)], decoupledKey)},
		{"rmsprop", "Steps divided by a running root of the mean squared gradient.", []key{
			{name: "alpha", kind: kindNumber, def: 0.99, in: atLeast(0), doc: "Share of the mean square kept."},
			epsKey(1e-8), momentumKey,
			{name: "centered", kind: kindBool, def: false, doc: "Whether it is the deviation of gradients that steps are divided by."}}},
		{"adagrad", "Steps divided by the root of the sum of squared gradients.", []key{
			{name: "lr_decay", kind: kindNumber, def: 0.0, in: atLeast(0), doc: "How fast the rate falls with the steps."},
			{name: "initial_accumulator_value", kind: kindNumber, def: 0.0, in: atLeast(0), doc: "What the sums begin at."},
			epsKey(1e-10)}},
		{"adadelta", "Steps as large as the last ones were, by mean squares of both.", []key{
			{name: "rho", kind: kindNumber, def: 0.9, in: between(0, 1), doc: "Share of the mean squares kept."}, epsKey(1e-6)}},
		{"adafactor", "Adam in less memory: of a matrix it keeps the mean squares of rows and of columns.", []key{
			{name: "beta2_decay", kind: kindNumber, def: -0.8, in: between(-100, 0),
				doc: "The power of the step with which a gradient's part in the mean squares falls."},
			{name: "clipping_threshold", kind: kindNumber, def: 1.0, in: atLeast(1), doc: "The largest root mean square of a step."}}},
	},
}

var adamKeys = []key{
	{name: "betas", kind: kindNumbers, def: []float64{0.9, 0.999}, in: between(0, 0.9999999),
		doc: "How slowly the means of gradients and of their squares move: two numbers."},
	epsKey(1e-8),
}

var withAMSGrad = append(adamKeys[:len(adamKeys):len(adamKeys)], key{name: "amsgrad", kind: kindBool, def: false,
	doc: "Whether it is the largest mean square so far that steps are divided by."})

var momentumKey = key{name: "momentum", kind: kindNumber, def: 0.0, in: atLeast(0), doc: "Share of the last change kept."}

var decoupledKey = key{name: "decoupled_weight_decay", kind: kindBool, def: false, doc: "Whether weight decay is apart from the gradient."}

func epsKey(x float64) key {
	return key{name: "eps", kind: kindNumber, def: x, in: atLeast(0), doc: "Keeps the quotient of the two finite."}
}

var clippingSection = section{
	title: "Gradient clipping",
	doc:   "Bounds on the gradients.",
	keys: []key{
		{name: "clipglobalnorm", kind: kindNumber, null: true, def: 0.5, in: moreThan(0),
			doc: "The largest norm that all gradients together may have."},
	},
}
