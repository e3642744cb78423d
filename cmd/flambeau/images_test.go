package main

import (
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write2x2 writes an image of the data set that clothes writes: its label is the light pixel.
func write2x2(t *testing.T, path string, label int) {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 2, 2))
	for i := range 4 {
		m.SetGray(i%2, i/2, color.Gray{Y: 20})
	}
	m.SetGray(label%2, label/2, color.Gray{Y: 255})
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if strings.HasSuffix(path, ".png") {
		err = png.Encode(f, m)
	} else {
		err = jpeg.Encode(f, m, &jpeg.Options{Quality: 100})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Images are predicted without a table: a file, a folder of files, an IDX file compressed or not.
func TestPredictImages(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	for _, d := range []string{"data", "scans", "none"} {
		if err := os.Mkdir(path(d), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	clothes(t, path("data"))
	if err := os.WriteFile(path("c.yaml"), []byte(clothesConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	out := path("run")
	flambeau(t, "train", path("c.yaml"), "--out", out, "--data", path("data")).must(t, exitOK, "16 of 16")

	write2x2(t, path("scans/2.png"), 2)
	write2x2(t, path("scans/10 b.JPG"), 1)
	write2x2(t, path("scans/odd.png"), 3)
	if err := os.WriteFile(path("scans/notes.txt"), []byte("no image"), 0o600); err != nil {
		t.Fatal(err)
	}
	rows := func(o outcome) (got [][]string) {
		for _, line := range strings.Split(strings.TrimSpace(o.stdout), "\n") {
			got = append(got, strings.Split(line, ","))
		}
		return got
	}
	got := rows(flambeau(t, "predict", out, "--input", path("scans")).must(t, exitOK))
	if len(got) != 4 || got[0][1] != "file" || got[1][1] != "10 b.JPG" || got[1][2] != "1" || got[2][1] != "2.png" || got[2][2] != "2" || got[3][2] != "3" {
		t.Errorf("a folder: %v", got)
	}
	if got := rows(flambeau(t, "predict", out, "--input", path("scans/odd.png")).must(t, exitOK)); len(got) != 2 || got[1][2] != "3" {
		t.Errorf("a file: %v", got)
	}
	o := flambeau(t, "predict", out, "--input", path("scans/odd.png"), "--format", "json").must(t, exitOK)
	if !strings.Contains(o.stdout, `"file":"odd.png"`) {
		t.Errorf("JSON: %s", o.stdout)
	}
	if got := rows(flambeau(t, "predict", out, "--input", path("data/t10k-images-idx3-ubyte.gz")).must(t, exitOK)); len(got) != 17 || got[7][1] != "2" {
		t.Errorf("an IDX file: %v", got)
	}

	flambeau(t, "predict", out, "--input", path("none")).must(t, exitFailure, "none has no image files: their names end in .png")
	flambeau(t, "predict", out, "--input", path("absent")).must(t, exitFailure, "absent")
	flambeau(t, "predict", out, "--input", path("data/t10k-labels.idx1-ubyte")).must(t, exitFailure, "an array of 16 numbers, and not of images")
	for name, text := range map[string]string{"cut.png": "\x89PNG\r\n\x1a\n", "cut.idx": "\x00\x00\x08"} {
		if err := os.WriteFile(path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		flambeau(t, "predict", out, "--input", path(name)).must(t, exitFailure, name)
	}
}
