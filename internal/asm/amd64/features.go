package amd64

import (
	"fmt"
	"strings"
)

// Features are what a processor has beyond the first x86-64. Zero, as an assembler's target, asks for no check.
type Features uint32

// The features that instructions of this package need. Each of those of AVX-512 is only reported together with AVX512F.
const (
	AVX2 Features = 1 << iota // and AVX
	FMA
	F16C
	BMI1 // and POPCNT, LZCNT
	BMI2
	AVX512F
	AVX512BW
	AVX512DQ
	AVX512VL
	AVX512CD
	AVX512BF16
	AVX512VNNI
	AVX512VBMI
	AVX512VPOPCNTDQ
)

var featureNames = [...]string{
	"avx2", "fma", "f16c", "bmi1", "bmi2", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd", "avx512bf16",
	"avx512vnni", "avx512vbmi", "avx512vpopcntdq",
}

// Levels that code is written for.
const (
	LevelAVX2   = AVX2 | FMA | F16C | BMI1 | BMI2
	LevelAVX512 = LevelAVX2 | AVX512F | AVX512BW | AVX512DQ | AVX512VL | AVX512CD

	allAVX512 = AVX512F | AVX512BW | AVX512DQ | AVX512VL | AVX512CD | AVX512BF16 | AVX512VNNI | AVX512VBMI |
		AVX512VPOPCNTDQ
)

// Has says whether a processor has all of the given features.
func (f Features) Has(need Features) bool { return f&need == need }

// allows says whether an assembler's target takes an instruction.
func (f Features) allows(need Features) bool { return f == 0 || f&need == need }

// Restrict returns what is left of the features at a level by name: avx512 or empty (everything), avx2 (nothing of
// AVX-512), none. With it one machine tests the code for another.
func (f Features) Restrict(level string) (Features, error) {
	switch level {
	case "", "avx512":
		return f, nil
	case "avx2":
		return f &^ allAVX512, nil
	case "none":
		return 0, nil
	}
	return 0, fmt.Errorf("unknown processor level %q: want avx512, avx2 or none", level)
}

// String lists the features.
func (f Features) String() string {
	var names []string
	for i, name := range featureNames {
		if f&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, " ")
}

// Caches are the sizes in bytes of one core's view of the caches that hold data, zero where they are not known. L3 is
// shared by L3Cores logical processors, as far as the processor says.
type Caches struct {
	L1, L2, L3 int
	Line       int // bytes in a line
	L3Cores    int
}
