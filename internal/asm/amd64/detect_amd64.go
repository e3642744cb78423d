package amd64

import "golang.org/x/sys/cpu"

// cpuid executes the CPUID instruction.
//
//go:noescape
func cpuid(leaf, sub uint32) (eax, ebx, ecx, edx uint32)

// Detect returns what the processor has and the operating system lets programs use.
func Detect() Features {
	x := &cpu.X86
	var f Features
	set := func(has bool, feature Features) {
		if has {
			f |= feature
		}
	}
	set(x.HasAVX2, AVX2)
	set(x.HasFMA, FMA)
	set(x.HasF16C && x.HasAVX, F16C)
	set(x.HasBMI1 && x.HasPOPCNT && x.HasLZCNT, BMI1)
	set(x.HasBMI2, BMI2)
	if !x.HasAVX512F {
		return f
	}
	f |= AVX512F
	set(x.HasAVX512BW, AVX512BW)
	set(x.HasAVX512DQ, AVX512DQ)
	set(x.HasAVX512VL, AVX512VL)
	set(x.HasAVX512CD, AVX512CD)
	set(x.HasAVX512BF16, AVX512BF16)
	set(x.HasAVX512VNNI, AVX512VNNI)
	set(x.HasAVX512VBMI, AVX512VBMI)
	set(x.HasAVX512VPOPCNTDQ, AVX512VPOPCNTDQ)
	return f
}

// DetectCaches asks the processor for its caches.
func DetectCaches() Caches {
	const intelLeaf, amdLeaf, topologyExtensions = 4, 0x8000001d, 1 << 22
	highest, _, _, _ := cpuid(0, 0)
	if highest >= intelLeaf {
		if c := readCaches(intelLeaf, cpuid); c.L1 != 0 {
			return c
		}
	}
	if extended, _, _, _ := cpuid(0x80000000, 0); extended >= amdLeaf {
		if _, _, ecx, _ := cpuid(0x80000001, 0); ecx&topologyExtensions != 0 {
			return readCaches(amdLeaf, cpuid)
		}
	}
	return Caches{}
}
