package ops

import (
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// TestPromoteTypes is PyTorch's table torch.promote_types; n is none.
func TestPromoteTypes(t *testing.T) {
	order := []graph.DType{graph.Bool, graph.Uint8, graph.Int8, graph.Int16, graph.Int32, graph.Int64, graph.Float16, graph.BFloat16, graph.Float32, graph.Float64, graph.Complex64, graph.Complex128, graph.Uint16, graph.Uint32, graph.Uint64}
	rows := []string{
		"bool u8 i8 i16 i32 i64 f16 bf16 f32 f64 c64 c128 none none none",
		"u8 u8 i16 i16 i32 i64 f16 bf16 f32 f64 c64 c128 none none none",
		"i8 i16 i8 i16 i32 i64 f16 bf16 f32 f64 c64 c128 none none none",
		"i16 i16 i16 i16 i32 i64 f16 bf16 f32 f64 c64 c128 none none none",
		"i32 i32 i32 i32 i32 i64 f16 bf16 f32 f64 c64 c128 none none none",
		"i64 i64 i64 i64 i64 i64 f16 bf16 f32 f64 c64 c128 none none none",
		"f16 f16 f16 f16 f16 f16 f16 f32 f32 f64 c64 c128 f16 f16 f16",
		"bf16 bf16 bf16 bf16 bf16 bf16 f32 bf16 f32 f64 c64 c128 bf16 bf16 bf16",
		"f32 f32 f32 f32 f32 f32 f32 f32 f32 f64 c64 c128 f32 f32 f32",
		"f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 c128 c128 f64 f64 f64",
		"c64 c64 c64 c64 c64 c64 c64 c64 c64 c128 c64 c128 c64 c64 c64",
		"c128 c128 c128 c128 c128 c128 c128 c128 c128 c128 c128 c128 c128 c128 c128",
		"none none none none none none f16 bf16 f32 f64 c64 c128 u16 none none",
		"none none none none none none f16 bf16 f32 f64 c64 c128 none u32 none",
		"none none none none none none f16 bf16 f32 f64 c64 c128 none none u64",
	}
	for i, row := range rows {
		for k, want := range strings.Fields(row) {
			if got := PromoteTypes(order[i], order[k]).Short(); got != want {
				t.Errorf("%s with %s: got %s, want %s", order[i], order[k], got, want)
			}
		}
	}
}

func TestResultType(t *testing.T) {
	f := graph.NewFunc("f")
	dim := func(d graph.DType) *graph.Value { return f.Param("x", graph.T(d, 2)) }
	zero := func(d graph.DType) *graph.Value { return f.Param("x", graph.T(d)) }
	one, half, yes := graph.IntOf(1), graph.FloatOf(0.5), graph.BoolOf(true)
	for i, c := range []struct {
		r    ResultType
		want graph.DType
	}{
		{ResultType{}.Value(dim(graph.Int32)).Value(zero(graph.Int64)), graph.Int32},
		{ResultType{}.Value(dim(graph.Float16)).Value(zero(graph.Float64)), graph.Float16},
		{ResultType{}.Value(dim(graph.Int32)).Value(zero(graph.Float64)), graph.Float64},
		{ResultType{}.Value(dim(graph.Bool)).Value(zero(graph.Int8)), graph.Int8},
		{ResultType{}.Value(dim(graph.Uint8)).Scalar(one), graph.Uint8},
		{ResultType{}.Value(dim(graph.Uint8)).Scalar(half), graph.Float32},
		{ResultType{}.Value(dim(graph.BFloat16)).Scalar(half), graph.BFloat16},
		{ResultType{}.Value(dim(graph.Bool)).Scalar(one), graph.Int64},
		{ResultType{}.Value(dim(graph.Bool)).Scalar(yes), graph.Bool},
		{ResultType{}.Value(zero(graph.Int32)).Scalar(one), graph.Int32},
		{ResultType{}.Value(zero(graph.Float64)).Scalar(half), graph.Float64},
		{ResultType{}.Value(zero(graph.Float64)).Scalar(graph.ComplexOf(1i)), graph.Complex128},
		{ResultType{}.Value(dim(graph.Float32)).Value(zero(graph.Complex128)), graph.Complex64},
		{ResultType{}.Scalar(one).Scalar(half), graph.Float32},
		{ResultType{}.Value(dim(graph.Int64)).Value(dim(graph.Float16)).Value(zero(graph.Float64)), graph.Float16},
	} {
		if got := c.r.DType(); got != c.want {
			t.Errorf("case %d: got %s, want %s", i, got, c.want)
		}
	}
}
