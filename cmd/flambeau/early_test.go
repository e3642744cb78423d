package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Training ends when validation becomes no better, and the model of the best epoch is the one that is kept; also when
// the run was killed on the way.
func TestEarlyStop(t *testing.T) {
	text := strings.Replace(tiny, "epochs: 5", "epochs: 60\n  early_stop: 2\n  gradient_clipping: {clipglobalnorm: null}", 1)
	config := write(t, "early.yaml", strings.Replace(text, "0.01", "0.1", 1))
	dir := filepath.Join(t.TempDir(), "run")
	flambeau(t, "train", config, "--out", dir).must(t, exitOK)
	var m struct {
		Epochs     int
		BestEpoch  int `json:"best_epoch"`
		Validation map[string]float64
	}
	if err := json.Unmarshal(read(t, dir, "metrics.json"), &m); err != nil {
		t.Fatal(err)
	}
	if m.Epochs == 60 || m.BestEpoch != m.Epochs-2 {
		t.Fatalf("%d epochs, the best is %d", m.Epochs, m.BestEpoch)
	}
	flambeau(t, "predict", dir, "--split", "validation").must(t, exitOK, fmt.Sprintf("accuracy %.2f%%", 100*m.Validation["accuracy"]))

	again := filepath.Join(t.TempDir(), "again")
	stopAfter(t, "epoch 2/60", syscall.SIGKILL, "train", config, "--out", again)
	flambeau(t, "train", config, "--out", again, "--resume").must(t, exitOK)
	if string(read(t, dir, "model.safetensors")) != string(read(t, again, "model.safetensors")) {
		t.Error("the run that was killed kept another model")
	}
}

// A folder whose files are damaged, or are not of one model, is an error and no crash.
func TestDamagedModel(t *testing.T) {
	config, dir := write(t, "tiny.yaml", tiny), filepath.Join(t.TempDir(), "run")
	flambeau(t, "train", config, "--out", dir, "--epochs", "1").must(t, exitOK)
	other := filepath.Join(t.TempDir(), "other")
	flambeau(t, "train", config, "--out", other, "--epochs", "1", "--set", "input_features[0].encoder.fc_layers[0].output_size=8").must(t, exitOK)
	weights, learned := read(t, dir, "model.safetensors"), read(t, dir, "preprocessing.json")
	tests := []struct {
		name, file string
		text       []byte
		says       string
	}{
		{"cut short", "model.safetensors", weights[:len(weights)-7], "model.safetensors: cut short"},
		{"of another model", "model.safetensors", read(t, other, "model.safetensors"), "the state dict does not fit the model"},
		{"no weights", "model.safetensors", nil, "model.safetensors: cut short"},
		{"no JSON", "preprocessing.json", learned[:9], "preprocessing.json: "},
		{"another feature", "preprocessing.json", []byte("{}"), `preprocessing.json: feature "image" is missing`},
		{"fewer classes", "preprocessing.json", []byte(`{"image":{},"class":{"classes":["0","1"]}}`), "does not fit the model"},
		{"somebody else's file", "config.yaml", []byte(tiny), "config.yaml was not written by flambeau train"},
		{"unknown key", "config.yaml", append(read(t, dir, "config.yaml"), "extra: 1\n"...), "extra: unknown key"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(dir, test.file)
			was := read(t, path)
			defer os.WriteFile(path, was, 0o666)
			if err := os.WriteFile(path, test.text, 0o666); err != nil {
				t.Fatal(err)
			}
			o := flambeau(t, "predict", dir)
			if o.code == exitOK || strings.Contains(o.stderr, "goroutine") || !strings.Contains(o.stderr, test.says) {
				t.Errorf("exit code %d, and not %q but %q", o.code, test.says, o.stderr)
			}
		})
	}
}

func TestDiverged(t *testing.T) {
	config, dir := write(t, "tiny.yaml", tiny), filepath.Join(t.TempDir(), "run")
	o := flambeau(t, "train", config, "--out", dir, "--set", "input_features[0].preprocessing.scale=1e-30", "--set", "input_features[0].encoder.conv_layers=[{out_channels: 2}]",
		"--set", "trainer.learning_rate=1", "--set", "trainer.optimizer=sgd", "--set", "trainer.gradient_clipping.clipglobalnorm=null")
	o.must(t, exitFailure, "training diverged: the loss of epoch 1 is NaN; a lower learning_rate")
}
