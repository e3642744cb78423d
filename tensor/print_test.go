package tensor

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// printed is a tensor and what PyTorch prints for it: testdata/print.json. PyTorch writes dtype=torch.float64 and
// size=(0, 3) where we write dtype=float64 and size=[0, 3]; the file has our form.
type printed struct {
	Name   string
	DType  string
	Dims   []int
	Data   []byte
	Digits int
	Text   string
}

func TestPrintsAsPyTorch(t *testing.T) {
	testDevice(t)
	file, err := os.ReadFile("testdata/print.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []printed
	if err := json.Unmarshal(file, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 200 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		d, err := graph.ParseDType(c.DType)
		if err != nil {
			t.Fatal(err)
		}
		x, err := FromBytes(d, c.Dims, c.Data)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%.*v", c.Digits, x); got != c.Text {
			t.Errorf("%s, %s:\n%s\nPyTorch:\n%s", c.Name, x.typ, got, c.Text)
		}
	}
}

func TestPrintSuffixes(t *testing.T) {
	testDevice(t)
	x := New([]float32{1, 2}).RequiresGrad()
	for want, y := range map[string]*Tensor{
		"tensor([1., 2.], requires_grad=true)":                            x,
		"tensor([1., 4.], grad_fn=<mul>)":                                 mul(x, x),
		"tensor([2.], grad_fn=<slice>)":                                   narrow(x, 0, 1, 1),
		"tensor([1., 2.])":                                                x.Detach(),
		"tensor([18446744073709551615], dtype=uint64)":                    New([]uint64{1<<64 - 1}),
		"tensor([1.0000, 1.5000], dtype=float64)":                         New([]float64{1, 1.5}),
		"tensor([], size=[2, 0], dtype=bool)":                             New([]bool{}, 2, 0),
		"tensor(2.0000e+10+1.5000j, dtype=complex128)":                    Of(complex(2e10, 1.5)),
		"tensor([65535,     1], dtype=uint16)":                            New([]uint16{65535, 1}),
		"tensor([[ True],\n        [False]])":                             New([]bool{true, false}, 2, 1),
		"tensor([[[1],\n         [2]],\n\n        [[3],\n         [4]]])": New([]int{1, 2, 3, 4}, 2, 2, 1),
	} {
		if got := y.String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestFormat(t *testing.T) {
	testDevice(t)
	x := New([]float64{1.0 / 3})
	if got, want := fmt.Sprintf("%s|%.2v|%d", x, x, x), "tensor([0.3333], dtype=float64)|tensor([0.33], dtype=float64)|%!d(*tensor.Tensor)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := fmt.Sprint((*Tensor)(nil)); got != "<nil>" {
		t.Errorf("a nil tensor prints as %q", got)
	}
	long := New(make([]int, 1001))
	if short, all := fmt.Sprint(long), fmt.Sprintf("%+v", long); !strings.Contains(short, "...") || strings.Count(all, "0") != 1001 {
		t.Errorf("of 1001 elements %%v shows %q, and %%+v %d", short, strings.Count(all, "0"))
	}
}

func TestPrintOtherDevice(t *testing.T) {
	x := New([]int{1})
	d := testDevice(t)
	if got, want := x.String(), fmt.Sprintf("tensor([1], device=%q)", x.Device()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := New([]int{1}).String(); got != "tensor([1])" {
		t.Errorf("on the default device %s: %s", d, got)
	}
}
