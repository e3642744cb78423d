package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// binary is the command, built once.
var binary string

func TestMain(m *testing.M) { os.Exit(withBinary(m)) }

func withBinary(m *testing.M) int {
	dir, err := os.MkdirTemp("", "flambeau-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "flambeau")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the command: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// tiny is a network that trains in a moment, with all that a run has to keep: dropout, running statistics, a schedule,
// validation.
const tiny = `dataset: digits
input_features:
  - name: image
    type: image
    columns: p*
    preprocessing: {height: 8, width: 8, scale: 16}
    encoder:
      type: stacked_cnn
      conv_layers:
        - {out_channels: 4, norm: batch, pool_size: 2}
      fc_layers:
        - {output_size: 16, dropout: 0.2}
output_features:
  - name: class
    type: category
preprocessing:
  split: {type: stratify, probabilities: [0.6, 0.2, 0.2]}
trainer:
  epochs: 5
  batch_size: 64
  learning_rate: 0.01
  learning_rate_scheduler: {decay: cosine, warmup_fraction: 0.1}
  steps_per_checkpoint: 5
`

// outcome is what came of a command.
type outcome struct {
	code           int
	stdout, stderr string
}

func flambeau(t *testing.T, args ...string) outcome {
	t.Helper()
	return runCommand(t, exec.Command(binary, args...))
}

func runCommand(t *testing.T, c *exec.Cmd) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return outcome{c.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// must fails the test unless the command did what it should.
func (o outcome) must(t *testing.T, code int, says ...string) outcome {
	t.Helper()
	if o.code != code {
		t.Fatalf("exit code %d, want %d\n%s%s", o.code, code, o.stdout, o.stderr)
	}
	for _, s := range says {
		if !strings.Contains(o.stdout+o.stderr, s) {
			t.Fatalf("the command does not say %q:\n%s%s", s, o.stdout, o.stderr)
		}
	}
	return o
}

// write writes a file into a folder of the test, and returns its path.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, elem ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestTrainAndPredict(t *testing.T) {
	config, dir := write(t, "tiny.yaml", tiny), filepath.Join(t.TempDir(), "new", "run")
	o := flambeau(t, "train", config, "--out", dir).must(t, exitOK, "test accuracy ", "epoch 5/5", "written to "+dir)
	if !strings.HasPrefix(o.stdout, "test accuracy ") {
		t.Errorf("standard output begins %.60q", o.stdout)
	}
	if got, want := names(t, dir), []string{"config.yaml", "metrics.json", "model.safetensors", "preprocessing.json"}; !slices.Equal(got, want) {
		t.Errorf("the folder has %q, want %q", got, want)
	}
	var m struct {
		Accuracy float64 `json:"test_accuracy"`
		Loss     float64 `json:"test_loss"`
		Seconds  float64 `json:"train_seconds"`
		Epochs   int     `json:"epochs"`
		Rows     int     `json:"test_rows"`
	}
	if err := json.Unmarshal(read(t, dir, "metrics.json"), &m); err != nil {
		t.Fatal(err)
	}
	if m.Accuracy < 0.7 || m.Loss <= 0 || m.Loss > 1.5 || m.Seconds <= 0 || m.Epochs != 5 || m.Rows < 355 || m.Rows > 365 {
		t.Errorf("metrics %+v", m)
	}

	o = flambeau(t, "predict", dir).must(t, exitOK, fmt.Sprintf("class: accuracy %.2f%%", 100*m.Accuracy))
	rows, err := csv.NewReader(strings.NewReader(o.stdout)).ReadAll()
	if err != nil || len(rows) != m.Rows+1 {
		t.Fatalf("%d rows, want %d; %v", len(rows), m.Rows+1, err)
	}
	head := []string{"row", "class", "class_predictions", "class_probability", "class_probabilities_0"}
	if !slices.Equal(rows[0][:5], head) || len(rows[0]) != 14 {
		t.Errorf("columns %q", rows[0])
	}
	right := 0
	for _, r := range rows[1:] {
		if r[1] == r[2] {
			right++
		}
	}
	if float64(right)/float64(m.Rows) != m.Accuracy {
		t.Errorf("%d of %d predictions are right, and the accuracy is %v", right, m.Rows, m.Accuracy)
	}

	o = flambeau(t, "predict", dir, "--format", "json", "--quiet").must(t, exitOK)
	var list []struct {
		Row   int
		Class struct {
			Prediction, Label string
			Probability       float64
			Probabilities     map[string]float64
		}
	}
	if err := json.Unmarshal([]byte(o.stdout), &list); err != nil || len(list) != m.Rows || o.stderr != "" {
		t.Fatalf("%d objects, %v, %q", len(list), err, o.stderr)
	}
	first := list[0].Class
	sum := 0.0
	for p := range maps.Values(first.Probabilities) {
		sum += p
	}
	if fmt.Sprint(list[0].Row) != rows[1][0] || first.Prediction != rows[1][2] || first.Label != rows[1][1] ||
		len(first.Probabilities) != 10 || sum < 0.9999 || sum > 1.0001 {
		t.Errorf("first object %+v, first row %q", list[0], rows[1])
	}
}

// The rows of a table are predicted as those of the training data are, with labels and without, from a file and from
// the standard input.
func TestPredictTable(t *testing.T) {
	config, dir := write(t, "tiny.yaml", tiny), filepath.Join(t.TempDir(), "run")
	flambeau(t, "train", config, "--out", dir, "--epochs", "1", "--quiet").must(t, exitOK)
	full := flambeau(t, "predict", dir, "--split", "full").must(t, exitOK, "accuracy")
	table := digitsTable(t)
	got := flambeau(t, "predict", dir, "--input", write(t, "digits.csv", table)).must(t, exitOK, "accuracy")
	if got.stdout != full.stdout {
		t.Error("a table of the training data gives other predictions than the training data")
	}

	// Without the labels, and with the columns in another order.
	var b strings.Builder
	for line := range strings.Lines(table) {
		fields := strings.Split(strings.TrimSpace(line), ",")
		b.WriteString("extra" + fields[0] + "," + strings.Join(fields[:64], ",") + "\n")
	}
	c := exec.Command(binary, "predict", dir, "--input", "-", "--output", filepath.Join(dir, "out.csv"))
	c.Stdin = strings.NewReader(b.String())
	if o := runCommand(t, c).must(t, exitOK); o.stdout != "" || o.stderr != "" {
		t.Errorf("the command prints %q, %q", o.stdout, o.stderr)
	}
	unlabelled, err := csv.NewReader(bytes.NewReader(read(t, dir, "out.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	labelled, err := csv.NewReader(strings.NewReader(full.stdout)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(unlabelled) != len(labelled) {
		t.Fatalf("%d rows, want %d", len(unlabelled), len(labelled))
	}
	for i := range labelled {
		if !slices.Equal(slices.Delete(labelled[i], 1, 2), unlabelled[i]) {
			t.Fatalf("row %d: %q, want %q", i, unlabelled[i], labelled[i])
		}
	}

	flambeau(t, "predict", dir, "--input", write(t, "bad.csv", "p00,class\n1,2\n")).must(t, exitFailure, "bad.csv:2:1: column \"p00\": 1 pixels")
	flambeau(t, "predict", dir, "--input", write(t, "none.csv", "a,b\n1,2\n")).must(t, exitFailure, "none.csv: input_features[0]: the data has no column that matches \"p*\"")
	flambeau(t, "predict", dir, "--input", filepath.Join(dir, "no.csv")).must(t, exitFailure, "no.csv")
}

// digitsTable is the table of digits, as text.
func digitsTable(t *testing.T) string {
	t.Helper()
	z, err := gunzip("../../internal/digits/digits.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestUsage(t *testing.T) {
	config := write(t, "tiny.yaml", tiny)
	tests := []struct {
		args string
		code int
		says string
	}{
		{"", exitOK, "flambeau predict runs/digits"},
		{"--help", exitOK, "flambeau train examples/digits.yaml"},
		{"train --help", exitOK, "--resume"},
		{"predict --help", exitOK, "--split training"},
		{"version --help", exitOK, "flambeau version"},
		{"version", exitOK, "flambeau "},
		{"config", exitOK, "`learning_rate`"},
		{"trian", exitUsage, "trian"},
		{"train", exitUsage, "accepts 1 arg(s), received 0 (see flambeau train --help)"},
		{"train a b", exitUsage, "accepts 1 arg(s), received 2"},
		{"train none.yaml", exitUsage, "open none.yaml: "},
		{"train --epocs 3 CONFIG", exitUsage, "unknown flag: --epocs (see flambeau train --help)"},
		{"train --epochs ten CONFIG", exitUsage, `invalid argument "ten" for "--epochs"`},
		{"train --epochs -1 CONFIG", exitUsage, "--set trainer.epochs=-1: trainer.epochs: -1 is out of range"},
		{"train --set trainer.epocs=1 CONFIG", exitUsage, `trainer.epocs: unknown key; did you mean "epochs"?`},
		{"train --threads -1 CONFIG", exitUsage, "--threads -1: it must be from 0 to 1024"},
		{"train --memory-limit many CONFIG", exitUsage, `"many" is no size such as 512MiB or 2GiB`},
		{"train --resume --force CONFIG", exitUsage, "--resume and --force"},
		{"predict", exitUsage, "accepts 1 arg(s), received 0"},
		{"predict nowhere", exitFailure, "nowhere has no config.yaml"},
		{"predict nowhere --format xml", exitUsage, `--format "xml": it must be csv or json`},
		{"predict nowhere --split all", exitUsage, `--split "all": it must be one of`},
		{"predict nowhere --split test --input x.csv", exitUsage, "--input and --split"},
		{"version 2", exitUsage, "unknown command"},
	}
	for _, test := range tests {
		t.Run(test.args, func(t *testing.T) {
			args := strings.Fields(test.args)
			for i := range args {
				if args[i] == "CONFIG" {
					args[i] = config
				}
			}
			o := flambeau(t, args...).must(t, test.code, test.says)
			if test.code != exitOK && (o.stdout != "" || strings.Count(o.stderr, "\n") != 1) {
				t.Errorf("not one line on the standard error: %q, %q", o.stdout, o.stderr)
			}
		})
	}
}

func TestMemoryLimit(t *testing.T) {
	config := write(t, "tiny.yaml", tiny)
	o := flambeau(t, "train", config, "--out", filepath.Join(t.TempDir(), "run"), "--memory-limit", "100KiB")
	o.must(t, exitFailure, "out of memory: ", "would pass the limit of 102400 set by the user")
	flambeau(t, "train", config, "--out", filepath.Join(t.TempDir(), "run"), "--memory-limit", "1GiB", "--epochs", "1").must(t, exitOK)
}

// discard reads what a command prints to its end, so that it is never held up.
func discard(r io.Reader) { io.Copy(io.Discard, r) }

// The example that the README begins with does what it says.
func TestDigits(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "digits")
	flambeau(t, "train", "../../examples/digits.yaml", "--out", dir).must(t, exitOK, "test accuracy ")
	var m struct {
		Accuracy float64 `json:"test_accuracy"`
	}
	if err := json.Unmarshal(read(t, dir, "metrics.json"), &m); err != nil {
		t.Fatal(err)
	}
	if m.Accuracy < 0.98 {
		t.Errorf("test accuracy %v, want at least 0.98", m.Accuracy)
	}
}
