package main

import (
	be "encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// clothes writes a data set of IDX files into a folder: 2 × 2 pixels, of which one, the label's, is light.
func clothes(t *testing.T, dir string) {
	t.Helper()
	for part, n := range map[string]int{"train": 64, "t10k": 16} {
		images := be.BigEndian.AppendUint32([]byte{0, 0, 8, 3}, uint32(n))
		images = append(images, 0, 0, 0, 2, 0, 0, 0, 2)
		labels := be.BigEndian.AppendUint32([]byte{0, 0, 8, 1}, uint32(n))
		for i := range n {
			pixels := []byte{byte(i), byte(i / 2), byte(i / 3), byte(i / 5)}
			pixels[i%4] = 255
			images, labels = append(images, pixels...), append(labels, byte(i%4))
		}
		for name, b := range map[string][]byte{part + "-images-idx3-ubyte.gz": compress(t, string(images)), part + "-labels.idx1-ubyte": labels} {
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

const clothesConfig = `dataset: fashion_mnist
input_features:
  - {name: image, type: image, preprocessing: {height: 2, width: 2}, encoder: {type: dense, output_size: 16}}
output_features: [{name: label, type: category}]
trainer: {epochs: 30, batch_size: 16, learning_rate: 0.02}
`

// --data names the folder of the data from where one works, and the model finds it again from elsewhere.
func TestData(t *testing.T) {
	dir := t.TempDir()
	config, out := filepath.Join(dir, "configs", "clothes.yaml"), filepath.Join(dir, "run")
	for _, d := range []string{"configs", "it's data"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(config, []byte(clothesConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	at := func(args ...string) outcome {
		c := exec.Command(binary, args...)
		c.Dir = dir
		c.Env = append(os.Environ(), "FLAMBEAU_DATA=")
		return runCommand(t, c)
	}
	at("train", config, "--out", out, "--data", "it's data").must(t, exitUsage,
		"configs/clothes.yaml:1:10: dataset: the files of Fashion-MNIST are not there: looked for train-images-idx3-ubyte", "it's data",
		"apt-get install dataset-fashion-mnist")
	clothes(t, filepath.Join(dir, "it's data"))
	at("train", config, "--out", out, "--data", "it's data").must(t, exitOK, "test accuracy 100.00% (16 of 16 held-out rows)")
	at("train", config, "--out", out, "--data", "it's data", "--resume").must(t, exitOK, "16 of 16")
	o := flambeau(t, "predict", out).must(t, exitOK, "label: accuracy 100.00% (16 of 16 rows)")
	if !strings.HasPrefix(o.stdout, "row,label,label_predictions,") || !strings.Contains(o.stdout, "\n64,0,0,") {
		t.Errorf("predictions %.200q", o.stdout)
	}
}

// An interrupted run says how to go on with the same data.
func TestAgainWithData(t *testing.T) {
	c := newTrain()
	if err := c.ParseFlags([]string{"--data", "my data", "--epochs", "2"}); err != nil {
		t.Fatal(err)
	}
	want := "flambeau train c.yaml --epochs 2 --data 'my data' --out run --resume"
	if got := again(c, "c.yaml", "run"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
