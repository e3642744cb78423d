package declare

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/internal/csvfile"
)

// feed reads a table with the codecs of a configuration, and fits them to all rows but the last.
func feed(t *testing.T, features, table string) (*codecs, *dataTable, error) {
	t.Helper()
	c, err := Parse("t.yaml", []byte("dataset: t.csv\n"+features))
	if err != nil {
		t.Fatal(err)
	}
	cs, err := newCodecs(c)
	if err != nil {
		t.Fatal(err)
	}
	r, err := csvfile.NewReader("t.csv", strings.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.bind(cs, r.Columns()); err != nil {
		return nil, nil, err
	}
	src, err := cs.readAll(t.Context(), r, "", "")
	if err != nil {
		return nil, nil, err
	}
	for _, codec := range cs.all() {
		if err := codec.fit(everything(len(src.rows) - 1)); err != nil {
			return nil, nil, err
		}
	}
	tab, err := cs.encode(len(src.rows))
	return cs, tab, err
}

type dataTable = table

const outputY = "output_features: [{name: y, type: category}]\n"

func TestNumber(t *testing.T) {
	nan := float32(math.NaN())
	tests := []struct {
		options string
		want    []float32
	}{
		{"normalization: null", []float32{1, 3, 0, 8, 100}},
		{"normalization: null, missing_value_strategy: fill_with_const, fill_value: 7", []float32{1, 3, 7, 8, 100}},
		{"normalization: null, missing_value_strategy: fill_with_mean", []float32{1, 3, 4, 8, 100}},
		{"normalization: null, missing_value_strategy: drop_row", []float32{1, 3, 8, 100}},
		{"normalization: minmax", []float32{0, 2.0 / 7, -1.0 / 7, 1, 99.0 / 7}},
		{"normalization: zscore", []float32{nan, nan, nan, nan, nan}},
		{"normalization: iq", []float32{-2 / 3.5, 0, -3 / 3.5, 5 / 3.5, 97 / 3.5}},
		{"normalization: log1p", []float32{nan, nan, 0, nan, nan}},
	}
	for _, test := range tests {
		_, tab, err := feed(t, "input_features: [{name: x, type: number, preprocessing: {"+test.options+"}}]\n"+outputY,
			"x,y\n1,a\n3,b\n,a\n8,b\n100,a\n")
		if err != nil {
			t.Errorf("%s: %v", test.options, err)
			continue
		}
		got := tab.in[0].floats
		if len(got) != len(test.want) {
			t.Errorf("%s: %v, want %v", test.options, got, test.want)
			continue
		}
		for i, w := range test.want {
			if w == w && math.Abs(float64(got[i]-w)) > 1e-6 {
				t.Errorf("%s: %v, want %v", test.options, got, test.want)
				break
			}
		}
	}
	// The rows that train have mean 0 and deviation 1; the last row, which is held out, does not count.
	_, tab, err := feed(t, "input_features: [{name: x, type: number}]\n"+outputY, "x,y\n1,a\n3,b\n5,a\n7,b\n1e6,a\n")
	if err != nil {
		t.Fatal(err)
	}
	mean, deviation := moments([]float64{float64(tab.in[0].floats[0]), float64(tab.in[0].floats[1]),
		float64(tab.in[0].floats[2]), float64(tab.in[0].floats[3])})
	if math.Abs(mean) > 1e-6 || math.Abs(deviation-1) > 1e-6 {
		t.Errorf("mean %g, deviation %g", mean, deviation)
	}
}

func TestRestore(t *testing.T) {
	for _, how := range []string{"null", "zscore", "minmax", "iq", "log1p"} {
		cs, tab, err := feed(t, "input_features: [{name: x, type: number}]\noutput_features: [{name: y, type: number, preprocessing: {normalization: "+how+"}}]\n",
			"x,y\n0,2\n0,5\n0,11\n0,3\n0,40\n")
		if err != nil {
			t.Fatal(err)
		}
		c := cs.out[0].(*targetCodec)
		for i, want := range []float64{2, 5, 11, 3, 40} {
			if got := c.restore(float64(tab.out[0].floats[i])); math.Abs(got-want) > 1e-5 || tab.out[0].numbers[i] != want {
				t.Errorf("%s: %g comes back as %g, and was read as %g", how, want, got, tab.out[0].numbers[i])
			}
		}
	}
}

func TestCategory(t *testing.T) {
	cs, tab, err := feed(t, "input_features: [{name: x, type: category, preprocessing: {most_common: 2, lowercase: true}}]\n"+outputY,
		"x,y\nred,9\nBlue,10\nblue,9\nRED,10\ngreen,9\n,9\nwhite,9\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := cs.in[0].(*categoryCodec).state.Vocabulary; !slices.Equal(got, []string{"<UNK>", "blue", "red"}) {
		t.Errorf("vocabulary %q", got)
	}
	if got := tab.in[0].ints; !slices.Equal(got, []int64{2, 1, 1, 2, 0, 0, 0}) {
		t.Errorf("categories %v", got)
	}
	if got := cs.out[0].(*labelCodec).state.Classes; !slices.Equal(got, []string{"9", "10"}) {
		t.Errorf("classes %q: numbers are in the order of numbers", got)
	}
}

func TestBinary(t *testing.T) {
	_, tab, err := feed(t, "input_features: [{name: x, type: binary}]\n"+outputY, "x,y\nYes,a\n0,b\n,a\nT,b\nfalse,a\n")
	if err != nil || !slices.Equal(tab.in[0].floats, []float32{1, 0, 0, 1, 0}) {
		t.Errorf("%v, %v", tab, err)
	}
	_, tab, err = feed(t, "input_features: [{name: x, type: binary, preprocessing: {fallback_true_label: M}}]\n"+outputY, "x,y\nM,a\nF,b\nM,a\n")
	if err != nil || !slices.Equal(tab.in[0].floats, []float32{1, 0, 1}) {
		t.Errorf("%v, %v", tab, err)
	}
}

func TestVectorAndImage(t *testing.T) {
	cs, tab, err := feed(t, "input_features:\n  - {name: v, type: vector}\n  - {name: w, type: vector, columns: 'w?'}\n"+
		"  - {name: im, type: image, preprocessing: {height: 1, width: 2, scale: 4}, encoder: dense}\n"+outputY,
		"w1,v,w2,y,im\n1,1 2 3,2,a,4 2\n3,-4 5e1 .5,4,b,1 0\n")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]float32{{1, 2, 3, -4, 50, 0.5}, {1, 2, 3, 4}, {1, 0.5, 0.25, 0}} {
		if got := tab.in[i].stack([]int{0, 1}).Float32s(); !slices.Equal(got, want) {
			t.Errorf("input %d: %v, want %v", i, got, want)
		}
	}
	if got := cs.in[2].size(); !slices.Equal(got, []int{1, 1, 2}) {
		t.Errorf("an image of %v", got)
	}
}

func TestFieldErrors(t *testing.T) {
	x := func(options string) string { return "input_features: [{name: x, " + options + "}]\n" + outputY }
	classes := "input_features: [{name: x, type: number}]\noutput_features: [{name: y, type: category, decoder: {num_classes: 2}}]\n"
	tests := []struct{ features, table, want string }{
		{x("type: number"), "x,y\n1,a\ninf,b\n", `t.csv:3:1: column "x": "inf" is not a finite number`},
		{x("type: number"), "x,y\n1,a\nred,b\n", `t.csv:3:1: column "x": "red" is not a number`},
		{x("type: number, preprocessing: {normalization: log1p}"), "x,y\n-1,a\n", `t.csv:2:1: column "x": "-1" has no log1p`},
		{x("type: binary"), "x,y\nyes,a\nmaybe,b\n", `t.csv:3:1: column "x": "maybe" is neither yes nor no`},
		{x("type: vector"), "x,y\n1 2,a\n1 2 3,b\n", `t.csv:3:1: column "x": a vector of 3 numbers, and 2 are wanted`},
		{x("type: vector"), "x,y\n1 b,a\n", `t.csv:2:1: column "x": "b" is not a finite number`},
		{x("type: vector, preprocessing: {vector_size: 3}"), "x,y\n1 2,a\n", `t.csv:2:1: column "x": a vector of 2 numbers, and 3 are wanted`},
		{x("type: image, encoder: dense, preprocessing: {height: 2, width: 2}"), "x,y\n1 2,a\n", `t.csv:2:1: column "x": 2 pixels, and 1 × 2 × 2 make 4`},
		{x("type: image, encoder: dense, preprocessing: {height: 2, width: 2}"), "x,y\nnone.png,a\n", `t.csv:2:1: column "x": open none.png:`},
		{x("type: number"), "x,y\n1,a\n2,a\n", "t.yaml:3:19: output_features[0]: fewer than two different labels"},
		{classes, "x,y\n1,0\n2,1\n3,2\n", `t.csv:4:3: column "y": label 2 is out of range: num_classes is 2, so labels are 0 to 1`},
		{classes, "x,y\n1,0\n2,-1\n", `t.csv:3:3: column "y": label -1 is out of range`},
		{classes, "x,y\n1,a\n2,b\n3,c\n", `t.csv:4:3: column "y": label "c" is one too many: num_classes is 2`},
	}
	for _, test := range tests {
		_, _, err := feed(t, test.features, test.table)
		if err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(test.want, "t.yaml:3:19: output_features[0]: ")) {
			t.Errorf("error %v does not say %s", err, test.want)
		}
	}
}

// A label that training did not see is none, when a table is predicted.
func TestUnknownLabels(t *testing.T) {
	cs, _, err := feed(t, "input_features: [{name: x, type: number}]\n"+outputY, "x,y\n1,a\n2,b\n3,a\n")
	if err != nil {
		t.Fatal(err)
	}
	c := cs.out[0].(*labelCodec)
	c.allowMissing()
	r, err := csvfile.NewReader("t.csv", strings.NewReader("x,y\n1,b\n2,zebra\n3,\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.bind(r.Columns()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		row, err := r.Read()
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := c.read(r, row); !ok || err != nil {
			t.Errorf("%q: %v, %v", row, ok, err)
		}
		c.push()
	}
	want, err := c.encode()
	if err != nil || !slices.Equal(want.ints, []int64{1, -1, -1}) {
		t.Fatalf("%v, %v", want.ints, err)
	}
	a := c.answer([]float32{0.1, 0.9, 0.8, 0.2, 0.5, 0.5}, want, []int{0, 1, 2})
	if a.Known != 2 || a.Right != 1 || a.Metrics["accuracy"] != 0.5 || !slices.Equal(a.Labels, []string{"b", "a", "a"}) {
		t.Errorf("%+v", a)
	}
}
