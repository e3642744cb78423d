// Package ops holds the operators: named compositions over graph's values with PyTorch's signatures and semantics.
//
// An operator is defined once, in the topic file where its neighbours are: its schema as PyTorch writes it, a sentence,
// a typed body, samples. The methods of tensors, calls by name, the page docs/operators.md and the tests all come from
// the table of definitions.
//
// What a body takes follows from the schema:
//
//	Tensor, Tensor?       *graph.Value; nil where an optional one is absent
//	Tensor[], Tensor?[]   []*graph.Value
//	Scalar, Scalar?       graph.Scalar; the zero Scalar where absent
//	int, int?             int, *int
//	int[]                 []int; nil where an optional one is absent
//	SymInt, SymInt?       graph.Size, *graph.Size (or int, *int where it is structure, as a stride is)
//	SymInt[]              []graph.Size (or []int)
//	float, float?         float64, *float64
//	bool, bool?           bool, *bool
//	str, str?             string
//	ScalarType, …?        graph.DType; NoDType where absent
//	Generator?            *graph.Value: the state u64[2] (key, counter) that the draw begins at
//
// Where the size of a result depends on values, as that of nonzero does, the body asks its builder for it: see [Counter].
//
// Layout, device and memory format are not passed on. A body without tensors takes a graph.Builder first. A body
// returns the results of the schema and after them, in the order of the arguments, the new value of each tensor that
// the schema marks as written (Tensor(a!)) and the state of the generator after the draw.
package ops

//go:generate go run ./internal/gen
