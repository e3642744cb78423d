package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func gunzip(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(z)
	return string(b), err
}

func compress(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What is wrong with a configuration or its data is said with file and line, and nothing is written.
func TestTrainRefuses(t *testing.T) {
	table := digitsTable(t)
	whole := compress(t, table)
	rows := strings.SplitAfter(table, "\n")
	label := strings.LastIndex(rows[4], ",")
	bad := strings.Join(rows[:4], "") + rows[4][:label] + ",10\n" + strings.Join(rows[5:], "")
	replace := func(old, new string) string { return strings.Replace(tiny, old, new, 1) }
	tests := []struct {
		name, config string
		file         string
		data         []byte
		code         int
		says         string
	}{
		{"unknown key", replace("epochs", "epocs"), "", nil, exitUsage, `c.yaml:19:3: trainer.epocs: unknown key; did you mean "epochs"?`},
		{"wrong type", replace("epochs: 5", "epochs: five"), "", nil, exitUsage, `c.yaml:19:11: trainer.epochs: "five" is not a whole number`},
		{"no YAML", replace("dataset: digits", "dataset: [digits"), "", nil, exitUsage, "c.yaml:"},
		{"missing data", replace("digits", "none.csv"), "", nil, exitUsage, "c.yaml:1:10: dataset: there is no file"},
		{"missing column", replace("p*", "q*"), "", nil, exitUsage, `c.yaml:5:14: input_features[0].columns: the data has no column that matches "q*"`},
		{"label among the inputs", replace("p*", "'*'"), "", nil, exitUsage, `c.yaml:5:14: input_features[0].columns: "*" matches "class"`},
		{"missing label", replace("class", "klass"), "", nil, exitUsage, `c.yaml:14:11: output_features[0].name: the data has no column "klass"; did you mean "class"?`},
		{"too few pixels", replace("width: 8", "width: 9"), "", nil, exitFailure, "digits.csv.gz:2:1: column \"p00\": 64 pixels, and 1 × 8 × 9 make 72"},
		{"cut short", replace("digits", "d.csv.gz"), "d.csv.gz", whole[:len(whole)/2], exitFailure, "d.csv.gz:"},
		{"empty", replace("digits", "d.csv"), "d.csv", nil, exitFailure, "d.csv: no row of column names"},
		{"no rows", replace("digits", "d.csv"), "d.csv", []byte(rows[0]), exitUsage, "dataset: the data has no rows"},
		{"not a number", replace("digits", "d.csv"), "d.csv", []byte(rows[0] + "x" + rows[1]), exitFailure, `d.csv:2:1: column "p00": "x0" is not a number`},
		{"labels in range", replace("type: category", "type: category\n    decoder: {num_classes: 10}"), "", nil, exitOK, ""},
		{"label out of range", strings.Replace(replace("type: category", "type: category\n    decoder: {num_classes: 10}"), "digits", "d.csv", 1), "d.csv", []byte(bad), exitFailure,
			`column "class": label 10 is out of range: num_classes is 10, so labels are 0 to 9`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			config, out := filepath.Join(dir, "c.yaml"), filepath.Join(dir, "run")
			files := map[string][]byte{config: []byte(test.config)}
			if test.file != "" {
				files[filepath.Join(dir, test.file)] = test.data
			}
			for path, text := range files {
				if err := os.WriteFile(path, text, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			args := []string{"train", config, "--out", out}
			if test.code == exitOK {
				flambeau(t, append(args, "--epochs", "1")...).must(t, exitOK)
				return
			}
			o := flambeau(t, args...).must(t, test.code, test.says)
			if o.stdout != "" || strings.Contains(o.stderr, "goroutine") {
				t.Errorf("prints %q, %q", o.stdout, o.stderr)
			}
			if _, err := os.Stat(out); err == nil {
				t.Errorf("the folder was written: %q", names(t, out))
			}
		})
	}
}

// A table of one's own, with features of every kind, trains and predicts.
func TestTable(t *testing.T) {
	var b strings.Builder
	b.WriteString("size,colour,old,shape,price\n")
	for i := range 200 {
		colour, old, price := []string{"red", "green", "blue"}[i%3], i%2 == 0, float64(i%10)*3
		if colour == "red" {
			price += 20
		}
		if old {
			price -= 7
		}
		size := fmt.Sprint(float64(i%10) / 10)
		if i%17 == 0 {
			size = ""
		}
		b.WriteString(size + "," + colour + "," + map[bool]string{true: "yes", false: "no"}[old] + ",1 " + fmt.Sprint(float64(i%4)) + "," + fmt.Sprint(price) + "\n")
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "price.yaml")
	text := `dataset: price.csv
input_features:
  - {name: size, type: number, preprocessing: {missing_value_strategy: fill_with_mean}}
  - {name: colour, type: category}
  - {name: hue, column: colour, type: category, encoder: onehot}
  - {name: old, type: binary}
  - {name: shape, type: vector, encoder: {type: dense, output_size: 4, norm: layer}}
combiner: {type: concat, num_fc_layers: 1, output_size: 32}
output_features:
  - {name: price, type: number, preprocessing: {normalization: zscore}}
  - {name: what, column: colour, type: category}
trainer: {epochs: 60, learning_rate: 0.01, batch_size: 32}
`
	for path, text := range map[string]string{config: text, filepath.Join(dir, "price.csv"): b.String()} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "run")
	flambeau(t, "train", config, "--out", out, "--quiet").must(t, exitOK)
	o := flambeau(t, "predict", out).must(t, exitOK, "price: mean_absolute_error ", " r2 0.9", "what: accuracy 100.00%")
	if !strings.HasPrefix(o.stdout, "row,price,price_predictions,what,what_predictions,what_probability,what_probabilities_blue,") {
		t.Errorf("columns %.200q", o.stdout)
	}
	flambeau(t, "predict", out, "--format", "json", "--input", filepath.Join(dir, "price.csv")).must(t, exitOK, `"price":{"prediction":`)
}
