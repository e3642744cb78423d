// Package docs_test runs the programs that the pages show, and compares what they print with what the pages say.
package docs_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var blocks = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")

// said is the comment behind a call of fmt.Println: what it prints.
var said = regexp.MustCompile(`^fmt\.Println\(.*\)\s+// (.*)$`)

const trainingHeader = `package main

import (
	"context"
	"fmt"
	"log"

	"github.com/flambeau-ml/flambeau/data"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

`

const header = `package main

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

var _ = fmt.Sprint
var _ *tensor.Tensor
`

const transformsHeader = `package main

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/transform"
)

`

// TestTensorsPage runs the blocks of tensors.md.
func TestTensorsPage(t *testing.T) { runBlocks(t, "tensors.md", header) }

// TestTransformsPage runs the blocks of transforms.md.
func TestTransformsPage(t *testing.T) { runBlocks(t, "transforms.md", transformsHeader) }

const compileHeader = `package main

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/compile"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

var _ = nn.Parameters
var _ = optim.LR
`

// TestCompilePage runs the blocks of compile.md.
func TestCompilePage(t *testing.T) { runBlocks(t, "compile.md", compileHeader) }

// runBlocks runs the blocks of a page, each as a function of its own.
func runBlocks(t *testing.T, name, header string) {
	t.Helper()
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	src, main, want := header, "", ""
	for i, m := range blocks.FindAllStringSubmatch(string(page), -1) {
		src += fmt.Sprintf("\nfunc block%d() {\n%s}\n", i, m[1])
		main += fmt.Sprintf("\tblock%d()\n", i)
		for _, line := range strings.Split(m[1], "\n") {
			if s := said.FindStringSubmatch(strings.TrimSpace(line)); s != nil {
				want += s[1] + "\n"
			}
		}
		// A page may end on a value that it does not use.
		src = strings.Replace(src, "x := tensor.Randn(g, 2, 3)\n", "x := tensor.Randn(g, 2, 3)\n_ = x\n", 1)
	}
	run(t, src+"\nfunc main() {\n"+main+"}\n", want)
}

// TestTrainingPage runs the program of training.md.
func TestTrainingPage(t *testing.T) {
	page, err := os.ReadFile("training.md")
	if err != nil {
		t.Fatal(err)
	}
	m := blocks.FindStringSubmatch(string(page))
	if m == nil {
		t.Fatal("the page has no program")
	}
	run(t, trainingHeader+m[1], "true\n")
}

// TestReadme runs the first blocks of the README.
func TestReadme(t *testing.T) {
	page, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	all := blocks.FindAllStringSubmatch(string(page), -1)
	if len(all) < 2 {
		t.Fatal("the README has lost its programs")
	}
	run(t, header+"func main() {\n{\n"+all[0][1]+"}\n"+all[1][1]+"}\n",
		"tensor([[ 8., 12.],\n        [18., 26.]])\ntensor([ 1.0000, -0.5000])\n")
}

// run runs a program in the module and compares what it prints.
func run(t *testing.T, src, want string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, []byte(src), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "run", file)
	cmd.Dir = ".."
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, src)
	}
	if string(out) != want {
		t.Errorf("the page says\n%s\nbut it prints\n%s", want, out)
	}
}
