package graph

import "fmt"

// DType is an element type.
type DType uint8

// The element types. The zero DType is no type: attributes use it for "not given".
const (
	NoDType DType = iota
	Bool
	Uint8
	Uint16
	Uint32
	Uint64
	Int8
	Int16
	Int32
	Int64
	Float16
	BFloat16
	Float32
	Float64
	Complex64
	Complex128
	numDTypes
)

// DTypes lists every element type.
var DTypes = []DType{Bool, Uint8, Uint16, Uint32, Uint64, Int8, Int16, Int32, Int64, Float16, BFloat16, Float32, Float64, Complex64, Complex128}

type dtypeKind uint8

const (
	kindBool dtypeKind = iota
	kindUint
	kindInt
	kindFloat
	kindComplex
)

// dtypeTable is what is known of each element type: its short name in the text form, PyTorch's name, its bytes and kind.
var dtypeTable = [numDTypes]struct {
	short, name string
	bytes       int
	kind        dtypeKind
}{
	NoDType:    {"none", "none", 0, kindBool},
	Bool:       {"bool", "bool", 1, kindBool},
	Uint8:      {"u8", "uint8", 1, kindUint},
	Uint16:     {"u16", "uint16", 2, kindUint},
	Uint32:     {"u32", "uint32", 4, kindUint},
	Uint64:     {"u64", "uint64", 8, kindUint},
	Int8:       {"i8", "int8", 1, kindInt},
	Int16:      {"i16", "int16", 2, kindInt},
	Int32:      {"i32", "int32", 4, kindInt},
	Int64:      {"i64", "int64", 8, kindInt},
	Float16:    {"f16", "float16", 2, kindFloat},
	BFloat16:   {"bf16", "bfloat16", 2, kindFloat},
	Float32:    {"f32", "float32", 4, kindFloat},
	Float64:    {"f64", "float64", 8, kindFloat},
	Complex64:  {"c64", "complex64", 8, kindComplex},
	Complex128: {"c128", "complex128", 16, kindComplex},
}

// String is PyTorch's name of d: "float32", "int64", "bool".
func (d DType) String() string {
	if d < numDTypes {
		return dtypeTable[d].name
	}
	return fmt.Sprintf("DType(%d)", uint8(d))
}

// Short is the name of d in the text form of graphs: "f32", "i64", "bool".
func (d DType) Short() string {
	if d < numDTypes {
		return dtypeTable[d].short
	}
	return d.String()
}

// ParseDType reads a short name or one of PyTorch's names.
func ParseDType(s string) (DType, error) {
	for _, d := range DTypes {
		if s == dtypeTable[d].short || s == dtypeTable[d].name {
			return d, nil
		}
	}
	switch s {
	case "float":
		return Float32, nil
	case "double":
		return Float64, nil
	case "half":
		return Float16, nil
	case "long":
		return Int64, nil
	case "int":
		return Int32, nil
	}
	return NoDType, fmt.Errorf("unknown dtype %q", s)
}

// Bytes is the size of one element.
func (d DType) Bytes() int { return dtypeTable[d].bytes }

// IsBool reports whether d is Bool.
func (d DType) IsBool() bool { return d == Bool }

// IsFloat reports whether d is a real floating type.
func (d DType) IsFloat() bool { return dtypeTable[d].kind == kindFloat }

// IsComplex reports whether d is a complex type.
func (d DType) IsComplex() bool { return dtypeTable[d].kind == kindComplex }

// IsInexact reports whether d is floating or complex: the types that have derivatives.
func (d DType) IsInexact() bool { return d.IsFloat() || d.IsComplex() }

// IsSigned reports whether d is a signed integer type.
func (d DType) IsSigned() bool { return dtypeTable[d].kind == kindInt }

// IsUnsigned reports whether d is an unsigned integer type; Bool is not.
func (d DType) IsUnsigned() bool { return dtypeTable[d].kind == kindUint }

// IsInt reports whether d is a signed or unsigned integer type; Bool is not.
func (d DType) IsInt() bool { return d.IsSigned() || d.IsUnsigned() }
