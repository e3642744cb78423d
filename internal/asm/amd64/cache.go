package amd64

// readCaches decodes a CPUID leaf that describes one cache for each sub-leaf. Intel's leaf 4 and AMD's leaf 8000001D have
// the same form.
func readCaches(leaf uint32, cpuid func(leaf, sub uint32) (eax, ebx, ecx, edx uint32)) Caches {
	const most = 16 // no processor has so many, and a virtual machine may answer anything
	var c Caches
	for sub := range uint32(most) {
		eax, ebx, ecx, _ := cpuid(leaf, sub)
		const none, instructions = 0, 2
		kind := eax & 31
		if kind == none {
			break
		}
		if kind == instructions {
			continue
		}
		line := int(ebx&0xfff) + 1
		size := line * (int(ebx>>12&0x3ff) + 1) * (int(ebx>>22) + 1) * (int(ecx) + 1)
		switch eax >> 5 & 7 {
		case 1:
			c.L1, c.Line = size, line
		case 2:
			c.L2 = size
		case 3:
			c.L3, c.L3Cores = size, int(eax>>14&0xfff)+1
		}
	}
	return c
}
