package amd64

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/gas.txt.gz anew, with GNU as")

const golden = "testdata/gas.txt.gz"

// slot is what an instruction is filled up to, so that the bytes of each are found.
const slot = 16

// An encoded is an instruction as text and as bytes.
type encoded struct{ text, code string }

// encodeSamples assembles random operands for each form, and checks that every form is the one chosen for some of them.
func encodeSamples(t *testing.T, seed uint64, n int) []encoded {
	t.Helper()
	var list []encoded
	a := new(Assembler)
	var text string
	a.Trace = func(_ int, s string) { text = s }
	chosen := map[*form]bool{}
	for s := range samples(seed, n) {
		a.Reset()
		a.Emit(s.op, s.args...)
		code, err := a.Finish()
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		chosen[choice(s.op, s.args)] = true
		list = append(list, encoded{text, hex.EncodeToString(code)})
	}
	for op := Op(1); int(op) < len(opNames); op++ {
		for i := opForms[op]; i < opForms[op+1]; i++ {
			if f := &forms[i]; !chosen[f] && f.digit != toLabel {
				t.Errorf("row %d of %v was never chosen: %+v", i-opForms[op], op, *f)
			}
		}
	}
	return list
}

// choice returns the form that Emit takes.
func choice(op Op, args []Arg) *form {
	var in operands
	in.read(args)
	for i := opForms[op]; i < opForms[op+1]; i++ {
		if variant, why := in.match(&forms[i]); why == fits {
			if _, why := in.choose(&forms[i], variant, 0); why == fits {
				return &forms[i]
			}
		}
	}
	return nil
}

// needGas skips a test where there is no GNU assembler for x86-64.
func needGas(t *testing.T) {
	t.Helper()
	out, err := exec.Command("as", "--64", "--version").Output()
	if err != nil || !bytes.Contains(out, []byte("GNU assembler")) {
		t.Skipf("GNU as for x86-64 is not installed: %v", err)
	}
	if _, err := exec.LookPath("objcopy"); err != nil {
		t.Skip(err)
	}
}

// gas assembles lines with GNU as, and returns the bytes of each.
func gas(t *testing.T, lines []string) []string {
	t.Helper()
	needGas(t)
	dir := t.TempDir()
	source, object, binary := filepath.Join(dir, "a.s"), filepath.Join(dir, "a.o"), filepath.Join(dir, "a.bin")
	var b strings.Builder
	b.WriteString(".intel_syntax noprefix\n.text\n")
	for _, line := range lines {
		// Without {load}, as exchanges the registers of a move where that saves a byte.
		if strings.HasPrefix(line, "vmov") {
			line = "{load} " + line
		}
		fmt.Fprintf(&b, "%s\n.p2align 4, 0xcc\n", line)
	}
	if err := os.WriteFile(source, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"as", "--64", "-O0", "-o", object, source},
		{"objcopy", "-O", "binary", "-j", ".text", object, binary},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			if bytes.Contains(out, []byte("no such instruction")) {
				t.Skipf("GNU as is older than some instructions:\n%.200s", out)
			}
			if len(out) > 4000 {
				out = out[:4000]
			}
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	code, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	if len(code) != slot*len(lines) {
		t.Fatalf("as made %d bytes of %d instructions, want %d each", len(code), len(lines), slot)
	}
	result := make([]string, len(lines))
	for i := range lines {
		result[i] = hex.EncodeToString(code[i*slot : (i+1)*slot])
	}
	return result
}

// padded fills up an instruction as gas does.
func padded(code string) string { return (code + strings.Repeat("cc", slot))[:2*slot] }

// TestGas compares every form with GNU as, byte by byte.
func TestGas(t *testing.T) {
	seed, n := uint64(1), 12
	list := encodeSamples(t, seed, n)
	lines := make([]string, len(list))
	for i, e := range list {
		lines[i] = e.text
	}
	for i, want := range gas(t, lines) {
		if got := padded(list[i].code); got != want {
			t.Errorf("%s: %s, as says %s", lines[i], list[i].code, want)
		}
	}
	t.Logf("%d instructions are those of GNU as", len(lines))
}

// TestGolden compares every form with what GNU as said when the file was written.
func TestGolden(t *testing.T) {
	list := encodeSamples(t, 7, 2)
	if *update {
		writeGolden(t, list)
	}
	file, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for line := range strings.Lines(string(text)) {
		instruction, code, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		known[instruction] = code
	}
	for _, e := range list {
		want, ok := known[e.text]
		if !ok {
			t.Errorf("%s is not in %s: run go test -run TestGolden -update where GNU as is installed", e.text, golden)
		} else if got := padded(e.code); got != padded(want) {
			t.Errorf("%s: %s, as said %s", e.text, e.code, want)
		}
	}
}

func writeGolden(t *testing.T, list []encoded) {
	lines := make([]string, len(list))
	for i, e := range list {
		lines[i] = e.text
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	for i, code := range gas(t, lines) {
		fmt.Fprintf(z, "%s\t%s\n", lines[i], strings.TrimRight(code, "c"))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(golden, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}
