package declare

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// idxFile is an IDX file of a type with these bytes.
func idxFile(typ byte, shape []int, body ...byte) []byte {
	b := []byte{0, 0, typ, byte(len(shape))}
	for _, n := range shape {
		b = binary.BigEndian.AppendUint32(b, uint32(n))
	}
	return append(b, body...)
}

// idxFolder writes a data set of 40 images of 2 × 3 pixels that train and 10 that test, whose labels are 0 and 1: which
// of the two rows is lighter. Files given by name replace those, and are left out where they are nil.
func idxFolder(t *testing.T, dir, prefix string, files map[string][]byte) {
	t.Helper()
	all := map[string][]byte{}
	for part, n := range map[string]int{"train": 40, "t10k": 10} {
		var pixels, labels []byte
		for i := range n {
			light := byte(200 + i)
			if i%2 == 0 {
				pixels = append(pixels, light, light, light, 0, byte(i), 3)
			} else {
				pixels = append(pixels, 0, byte(i), 3, light, light, light)
			}
			labels = append(labels, byte(i%2))
		}
		all[prefix+part+"-images-idx3-ubyte"] = idxFile(8, []int{n, 2, 3}, pixels...)
		all[prefix+part+"-labels-idx1-ubyte"] = idxFile(8, []int{n}, labels...)
	}
	for name, b := range files {
		all[name] = b
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, b := range all {
		if b == nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// idxConfig is a configuration for the data of idxFolder.
const idxConfig = `dataset: mnist
input_features:
  - name: image
    type: image
    preprocessing: {height: 2, width: 3}
    encoder: {type: dense, output_size: 8}
output_features: [{name: label, type: category}]
trainer: {epochs: 20, batch_size: 8, learning_rate: 0.05}
`

// configIn parses a configuration that lies in a folder.
func configIn(t *testing.T, dir, text string, sets ...string) *Config {
	t.Helper()
	c, err := Parse(filepath.Join(dir, "c.yaml"), []byte(text), sets...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A data set is found under its name, in a folder that is given, and by the beginning of its files' names; its rows are
// divided as the files are.
func TestIDX(t *testing.T) {
	t.Setenv(dataVariable, "")
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	idxFolder(t, at("mnist"), "", nil)
	idxFolder(t, at("other/fashion-mnist"), "", nil)
	idxFolder(t, at("emnist"), "emnist-letters-", nil)
	tests := []struct {
		name     string
		sets     []string
		variable string
	}{
		{"beside the configuration", nil, ""},
		{"the folder", []string{"dataset_folder=mnist"}, ""},
		{"what the folder is in", []string{"dataset_folder=other", "dataset=fashion_mnist"}, ""},
		{"the variable", []string{"dataset=fashion_mnist"}, at("other")},
		{"a path", []string{"dataset=./mnist"}, ""},
		{"a path in the folder", []string{"dataset=fashion-mnist", "dataset_folder=other"}, ""},
		{"a prefix", []string{"dataset=emnist/emnist-letters"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv(dataVariable, test.variable)
			c := configIn(t, dir, idxConfig, test.sets...)
			l, tab, src, p, err := c.learn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(src.rows) != 50 || len(p[0]) != 40 || p[1] != nil || !slices.Equal(p[2], []int{40, 41, 42, 43, 44, 45, 46, 47, 48, 49}) {
				t.Errorf("%d rows, parts %v", len(src.rows), p)
			}
			if tab.in[0].floats != nil || len(tab.in[0].bytes) != 50*6 {
				t.Error("the pixels are not kept as bytes")
			}
			got := tab.in[0].stack([]int{41, 0})
			if want := []float32{0, 1. / 255, 3. / 255, 201. / 255, 201. / 255, 201. / 255, 200. / 255, 200. / 255, 200. / 255, 0, 0, 3. / 255}; !slices.Equal(got.Float32s(), want) ||
				!slices.Equal(got.Shape(), []int{2, 1, 2, 3}) {
				t.Errorf("images %v", got)
			}
			if !slices.Equal(tab.out[0].ints[38:42], []int64{0, 1, 0, 1}) || !slices.Equal(l.codecs.out[0].(*labelCodec).state.Classes, []string{"0", "1"}) {
				t.Errorf("labels %v", tab.out[0].ints)
			}
		})
	}
}

// A trained model says where its data was found, whatever the working folder is when it predicts.
func TestIDXTrain(t *testing.T) {
	t.Setenv(dataVariable, "")
	dir := t.TempDir()
	idxFolder(t, filepath.Join(dir, "data"), "", nil)
	out := filepath.Join(dir, "run")
	for _, sets := range [][]string{{"dataset_folder=data"}, {"dataset=./data"}} {
		c := configIn(t, dir, idxConfig, append(sets, "preprocessing.split={type: fixed, validation_fraction: 0.25}")...)
		r, err := Train(t.Context(), c, TrainOptions{Dir: out})
		if err != nil {
			t.Fatal(err)
		}
		if r.TrainRows != 30 || r.TestRows != 10 || r.TestAccuracy == nil || *r.TestAccuracy != 1 {
			t.Errorf("%+v", r)
		}
		m, err := OpenModel(out)
		if err != nil {
			t.Fatal(err)
		}
		t.Chdir(t.TempDir())
		p, err := m.Split(t.Context(), "test")
		if err != nil || p.Features[0].Right != 10 || p.Rows[0] != 40 {
			t.Errorf("%+v, %v", p, err)
		}
		if p, err = m.Split(t.Context(), "validation"); err != nil || len(p.Rows) != 10 {
			t.Errorf("%+v, %v", p, err)
		}
	}
}

// A split that the configuration asks for is the one that is made.
func TestOwnSplit(t *testing.T) {
	for text, want := range map[string]string{
		idxConfig:                         "fixed",
		idxConfig + "preprocessing: {}\n": "fixed",
		idxConfig + "preprocessing: {split: random}\n":   "random",
		strings.Replace(idxConfig, "mnist", "digits", 1): "random",
		strings.Replace(idxConfig, "mnist", "t.csv", 1):  "random",
	} {
		if c := configIn(t, t.TempDir(), text); c.Preprocessing.Split.Type != want {
			t.Errorf("%s: %s, want %s", text, c.Preprocessing.Split.Type, want)
		}
	}
}

func TestIDXErrors(t *testing.T) {
	t.Setenv(dataVariable, "/nowhere")
	const images, labels = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
	replace := func(old, new string) string { return strings.Replace(idxConfig, old, new, 1) }
	nan := binary.BigEndian.AppendUint32(nil, math.Float32bits(float32(math.NaN())))
	tests := []struct {
		name, config string
		files        map[string][]byte // nil: there is no folder
		want         []string
	}{
		{"no files", idxConfig, nil, []string{
			"c.yaml:1:10: dataset: the files of MNIST are not there: looked for train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte",
			"in /nowhere/mnist, DIR/mnist; name their folder with dataset_folder", "FLAMBEAU_DATA", "MNIST is published as"}},
		{"no files of the other", replace("mnist", "fashion_mnist\ndataset_folder: d"), nil, []string{
			"c.yaml:1:10: dataset: the files of Fashion-MNIST are not there", "in DIR/d, DIR/d/fashion_mnist, DIR/d/fashion-mnist. Debian's package dataset-fashion-mnist has them"}},
		{"some of the files", idxConfig, map[string][]byte{images: nil}, []string{"c.yaml:1:10: dataset: DIR/mnist has no " + images}},
		{"some files of a folder", replace("mnist", "./mnist"), map[string][]byte{images: nil, labels: nil},
			[]string{"c.yaml:1:10: dataset: DIR/mnist has no " + images + ", no " + labels}},
		{"no name", replace("mnist", "mnits"), nil, []string{`there is no file DIR/mnits, and no data set of that name; did you mean "mnist"?`}},
		{"cut short", idxConfig, map[string][]byte{images: idxFile(8, []int{40, 2, 3}, 1, 2, 3, 4, 5, 6, 7)},
			[]string{"DIR/mnist/" + images + ": row 1 of 40 (40 × 2 × 3 uint8): unexpected EOF"}},
		{"too many labels", idxConfig, map[string][]byte{labels: idxFile(8, []int{1}, 1)},
			[]string{images + " has 40 images, and DIR/mnist/" + labels + " 1 labels"}},
		{"bytes behind the labels", idxConfig, map[string][]byte{labels: idxFile(8, []int{40}, make([]byte, 41)...)},
			[]string{labels + ": more bytes than the 40 uint8"}},
		{"other images test", idxConfig, map[string][]byte{"t10k-images-idx3-ubyte": idxFile(8, []int{10, 6}, make([]byte, 60)...)},
			[]string{"t10k-images-idx3-ubyte: images of 6, and those that train are of 2 × 3"}},
		{"another size", replace("height: 2, width: 3", "height: 3, width: 2"), map[string][]byte{},
			[]string{images + `: row 0: column "image": an image of 2 × 3 pixels, and the configuration says 1 × 3 × 2`}},
		{"no images", idxConfig, map[string][]byte{images: idxFile(8, []int{40}, make([]byte, 40)...)}, []string{"and not of images"}},
		{"not finite", idxConfig, map[string][]byte{images: idxFile(0x0d, []int{40, 1, 1}, nan...)}, []string{"row 0: NaN is not a finite number"}},
		{"a label of two numbers", idxConfig, map[string][]byte{labels: idxFile(8, []int{40, 2}, make([]byte, 80)...)}, []string{labels + ": row 0: 2 numbers"}},
		{"an image as a number", replace("type: image\n    preprocessing: {height: 2, width: 3}\n    encoder: {type: dense, output_size: 8}", "type: number"),
			map[string][]byte{}, []string{images + `: row 0: column "image": 2 × 3 numbers are not a number`}},
		{"a label out of range", replace("type: category", "type: category, decoder: {num_classes: 2}"),
			map[string][]byte{labels: idxFile(8, []int{40}, slices.Repeat([]byte{2}, 40)...)}, []string{labels + `: row 0: column "label": label 2 is out of range`}},
		{"no such column", replace("name: label", "name: class"), map[string][]byte{}, []string{`output_features[0].name: the data has no column "class"`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if test.files != nil {
				idxFolder(t, filepath.Join(dir, "mnist"), "", test.files)
			}
			_, _, _, _, err := configIn(t, dir, test.config).learn(t.Context())
			for _, want := range test.want {
				want = strings.ReplaceAll(want, "DIR", dir)
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v\ndoes not say %s", err, want)
				}
			}
		})
	}
}

// An image can be taken as a vector, and pixels that are no bytes are kept as floats.
func TestIDXFloats(t *testing.T) {
	t.Setenv(dataVariable, "")
	var body []byte
	for i := range 40 {
		body = binary.BigEndian.AppendUint32(body, math.Float32bits(float32(i)))
		body = binary.BigEndian.AppendUint32(body, math.Float32bits(float32(i)/4))
	}
	dir := t.TempDir()
	idxFolder(t, filepath.Join(dir, "mnist"), "", map[string][]byte{
		"train-images-idx3-ubyte": idxFile(0x0d, []int{40, 1, 2}, body...),
		"t10k-images-idx3-ubyte":  idxFile(0x08, []int{10, 1, 2}, make([]byte, 20)...),
	})
	c := configIn(t, dir, strings.Replace(strings.Replace(idxConfig, "height: 2, width: 3", "height: 1, width: 2, scale: 2", 1), "output_features",
		"  - {name: v, column: image, type: vector}\n  - {name: w, columns: 'im*', type: vector}\noutput_features", 1))
	_, tab, _, _, err := c.learn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows := []int{2, 3, 45}
	for i, want := range [][]float32{{1, 0.25, 1.5, 0.375, 0, 0}, {2, 0.5, 3, 0.75, 0, 0}, {2, 0.5, 3, 0.75, 0, 0}} {
		if got := tab.in[i].stack(rows).Float32s(); !slices.Equal(got, want) {
			t.Errorf("input %d: %v, want %v", i, got, want)
		}
	}
}

func TestPixels(t *testing.T) {
	var p pixels
	p.add([]float32{0, 255})
	if p.add([]float32{1, 2}); p.floats != nil || !slices.Equal(p.bytes, []uint8{0, 255, 1, 2}) {
		t.Errorf("%v", p)
	}
	for _, odd := range []float32{0.5, -1, 256, 1e30} {
		q := pixels{bytes: slices.Clone(p.bytes)}
		q.add([]float32{7, odd})
		q.add([]float32{8})
		if q.bytes != nil || !slices.Equal(q.floats, []float32{0, 255, 1, 2, 7, odd, 8}) {
			t.Errorf("%v", q)
		}
	}
}
