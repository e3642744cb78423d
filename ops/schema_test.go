package ops

import "testing"

// TestSchemaRoundTrip reads every schema of the table and others of native_functions.yaml, and writes them again.
func TestSchemaRoundTrip(t *testing.T) {
	texts := []string{
		"add.out(Tensor self, Tensor other, *, Scalar alpha=1, Tensor(a!) out) -> Tensor(a!)",
		"split.Tensor(Tensor(a -> *) self, SymInt split_size, int dim=0) -> Tensor(a)[]",
		"index.Tensor(Tensor self, Tensor?[] indices) -> Tensor",
		"_foreach_add_.Scalar(Tensor(a!)[] self, Scalar scalar) -> ()",
		"max.dim_max(Tensor self, int dim, bool keepdim=False, *, Tensor(a!) max, Tensor(b!) max_values) -> (Tensor(a!) values, Tensor(b!) indices)",
		"convolution(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] padding, SymInt[] dilation, bool transposed, SymInt[] output_padding, SymInt groups) -> Tensor",
		"to.device(Tensor(a) self, Device device, ScalarType dtype, bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> Tensor(a)",
		"conv2d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=1, str padding=\"valid\", SymInt[2] dilation=1, SymInt groups=1) -> Tensor",
		"rot90(Tensor self, int k=1, int[] dims=[0,1]) -> Tensor", "_cudnn_init() -> int", "item(Tensor self) -> Scalar",
	}
	for _, op := range Table() {
		texts = append(texts, op.Schema)
	}
	for _, text := range texts {
		s, err := ParseSchema(text)
		if err != nil {
			t.Error(err)
			continue
		}
		if s.String() != text {
			t.Errorf("read  %s\nwrote %s", text, s)
		}
	}
}

func TestSchemaParts(t *testing.T) {
	s, err := ParseSchema("max.dim(Tensor(a!)? self, int[2]? dim=None, *, Scalar alpha=1e-05) -> (Tensor values, Tensor indices)")
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "max" || s.Overload != "dim" || len(s.Args) != 3 || len(s.Returns) != 2 {
		t.Fatalf("%+v", s)
	}
	if a := s.Args[0]; !a.Type.Written() || !a.Type.Optional || a.Type.Base != "Tensor" || a.KwOnly {
		t.Errorf("%+v", a)
	}
	if a := s.Args[1]; !a.Type.List || a.Type.Len != "2" || !a.Type.Optional || a.Type.ElemOptional || a.Default != "None" {
		t.Errorf("%+v", a)
	}
	if a := s.Args[2]; !a.KwOnly || DefaultValue(a) != 1e-5 {
		t.Errorf("%+v", a)
	}
	if s.Returns[1].Name != "indices" {
		t.Errorf("%+v", s.Returns)
	}
}

func TestSchemaErrors(t *testing.T) {
	for _, text := range []string{
		"", "f", "f(", "f()", "f() ->", "f(Tensor) -> Tensor", "f(Tensor x -> Tensor", "f(Tensor x,) -> Tensor", "f(Tensor[ x) -> Tensor",
		"f(Tensor[02] x) -> Tensor", "f(Tensor( x) -> Tensor", "f(int x=) -> Tensor", "f(int x=[1) -> Tensor", "f(int x) -> Tensor junk more", "f.(int x) -> Tensor",
		"f(*) -> Tensor", "f(int x) -> (Tensor", "1f(int x) -> Tensor", "f(int[] x=[0] y) -> Tensor",
	} {
		if s, err := ParseSchema(text); err == nil {
			t.Errorf("%q was read as %s", text, s)
		}
	}
}

// FuzzSchema checks that what is read is written as something that reads the same.
func FuzzSchema(f *testing.F) {
	for _, op := range Table() {
		f.Add(op.Schema)
	}
	f.Add("f(Tensor(a -> *)[] x, *, int? y=None) -> ()")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSchema(text)
		if err != nil {
			return
		}
		again, err := ParseSchema(s.String())
		if err != nil {
			t.Fatalf("%q is written as %q: %v", text, s, err)
		}
		if again.String() != s.String() {
			t.Fatalf("%q is written as %q and then as %q", text, s, again)
		}
	})
}
