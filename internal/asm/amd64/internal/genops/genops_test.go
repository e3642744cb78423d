package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func TestCurrent(t *testing.T) {
	source, err := os.ReadFile("../../ops.txt")
	if err != nil {
		t.Fatal(err)
	}
	want, err := generate(string(source))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../ops_table.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("ops_table.go is not what ops.txt says: run go generate ./internal/asm/amd64")
	}
}

func TestMistakes(t *testing.T) {
	const good = "VADDPS np.0f 58 00 Vx,Hx,Wx b4 xyz AVX2 F er"
	if _, err := generate(good); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][3]string{
		{"np.0f", "np.0e", "unknown prefix or map"},
		{"np.0f", "67.0f", "unknown prefix or map"},
		{" 58 ", " 5g ", "invalid syntax"},
		{" 00 ", " -0 ", "differ about encodings"},
		{" b4 ", " c4 ", "unknown unit"},
		{" xyz ", " xyzw ", "unknown length"},
		{" AVX2 ", " AVX3 ", "unknown feature"},
		{" er", " err", "unknown flag"},
		{" xyz AVX2 F er", "", "columns"},
		{" er", "\nVSUBPS np.0f 5c 00 Vx,Hx,Wx b4 xyz AVX2 F\n" + good, "do not stand together"},
	} {
		text := strings.Replace(good, change[0], change[1], 1)
		if _, err := generate(text); err == nil || !strings.Contains(err.Error(), change[2]) {
			t.Errorf("%q: the error is %v, want %q in it", text, err, change[2])
		}
	}
}
