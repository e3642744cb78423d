package amd64

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// finish returns the code in hexadecimal.
func finish(t *testing.T, a *Assembler) string {
	t.Helper()
	code, err := a.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(code)
}

func TestJumps(t *testing.T) {
	a := new(Assembler)
	start, end := a.Label(), a.Label()
	a.Bind(start)
	a.Emit(NOT, RAX)   // 3 bytes
	a.Emit(JE, end)    // forward: 6
	a.Emit(JNE, start) // backward and near: 2, -11
	a.Emit(JMP, start) // 2, -13
	a.Emit(CALL, end)  // 5
	a.Emit(LEA, RDX, Rel(start).Plus(1))
	a.Bind(end)
	a.Emit(JMP, RAX)
	a.Emit(RET)
	want := "48f7d0" + "0f8410000000" + "75f5" + "ebf3" + "e807000000" + "488d15e8ffffff" + "ffe0" + "c3"
	if got := finish(t, a); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}

	a.Reset()
	far := a.Label()
	a.Bind(far)
	for range 127 {
		a.Emit(RET)
	}
	a.Emit(JL, far) // -129: too far for one byte
	if got := finish(t, a); !strings.HasSuffix(got, "c30f8c7bffffff") {
		t.Errorf("a far jump backward is %s", got[len(got)-14:])
	}
	a.Reset()
	far = a.Label()
	a.Bind(far)
	for range 126 {
		a.Emit(RET)
	}
	a.Emit(JL, far)
	if got := finish(t, a); !strings.HasSuffix(got, "c37c80") {
		t.Errorf("a near jump backward is %s", got[len(got)-14:])
	}
}

// TestJumpsGas compares jumps of every condition with GNU as.
func TestJumpsGas(t *testing.T) {
	needGas(t)
	a := new(Assembler)
	var source strings.Builder
	source.WriteString(".intel_syntax noprefix\nback:\n")
	back, ahead := a.Label(), a.Label()
	a.Bind(back)
	for op := JO; op <= JG; op++ {
		a.Emit(op, back)
		a.Emit(op, ahead)
		name := strings.ToLower(op.String())
		source.WriteString(name + " back\n{disp32} " + name + " ahead\n")
	}
	a.Emit(JMP, ahead)
	a.Emit(CALL, ahead)
	a.Emit(VADDPS, Z(1), Z(2), Rel(ahead).Broadcast())
	a.Emit(VPINSRD, X(1), X(2), Rel(back).Plus(4), Imm(3))
	a.Bind(ahead)
	source.WriteString(`{disp32} jmp ahead
call ahead
vaddps zmm1, zmm2, DWORD PTR [rip+ahead]{1to16}
vpinsrd xmm1, xmm2, DWORD PTR [rip+back+4], 3
ahead:
`)
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/a.s", []byte(source.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"as", "--64", "-o", dir + "/a.o", dir + "/a.s"}, {"objcopy", "-O", "binary", "-j", ".text", dir + "/a.o", dir + "/a.bin"},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	want, err := os.ReadFile(dir + "/a.bin")
	if err != nil {
		t.Fatal(err)
	}
	if got := finish(t, a); got != hex.EncodeToString(want) {
		t.Errorf("got  %s\nas   %x", got, want)
	}
}

func TestConstants(t *testing.T) {
	a := new(Assembler)
	one := a.Float32(1)
	wide := a.Const(bytes.Repeat([]byte{7}, 64))
	if again := a.Float32(1); again != one {
		t.Errorf("a constant stands twice: %v and %v", one, again)
	}
	a.Emit(VADDPS, Z(0), Z(1), one.Broadcast())
	a.Emit(VPADDD, Z(0), Z(1), wide)
	a.Emit(VPADDD, Z(0), Z(1), a.Const32(math.Float32bits(1)).Broadcast())
	a.Emit(VCMPPS, K(1), Z(1), wide, Imm(3)) // an immediate follows the displacement
	code, err := a.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if len(code) != 64+128 {
		t.Fatalf("%d bytes, want a line of code, one with the small constant, one with the large", len(code))
	}
	end, value := 0, 0
	for i, target := range []int{64, 128, 64, 128} {
		end += 10
		tail := 0
		if i == 3 {
			end, tail = end+1, 1
		}
		value = end + int(int32(binary.LittleEndian.Uint32(code[end-tail-4:])))
		if value != target {
			t.Errorf("instruction %d reads at %d, want %d", i, value, target)
		}
	}
	if x := math.Float32frombits(binary.LittleEndian.Uint32(code[64:])); x != 1 {
		t.Errorf("the constant is %v", x)
	}
}

func TestAlign(t *testing.T) {
	for n := range 64 {
		a := new(Assembler)
		for range n {
			a.Emit(RET)
		}
		a.Align(32)
		code, err := a.Finish()
		if err != nil || len(code)%32 != 0 || len(code)-n >= 32 {
			t.Errorf("%d bytes are aligned to %d: %v", n, len(code), err)
		}
	}
	a := new(Assembler)
	a.Align(3)
	if _, err := a.Finish(); err == nil {
		t.Error("an alignment to 3 bytes is accepted")
	}
}

func TestMistakes(t *testing.T) {
	mem := At(RAX, 0)
	for _, test := range []struct {
		want   string
		target Features
		op     Op
		args   []Arg
	}{
		{"VADDPS zmm1, zmm2: no form", 0, VADDPS, []Arg{Z(1), Z(2)}},
		{"VADDPS xmm1, xmm2, ymm3: the sizes", 0, VADDPS, []Arg{X(1), X(2), Y(3)}},
		{"VADDPS zmm1, zmm2, rax: no form", 0, VADDPS, []Arg{Z(1), Z(2), RAX}},
		{"VADDPS zmm1{k0}, zmm2, zmm3: a mask is", 0, VADDPS, []Arg{Z(1).Mask(K0), Z(2), Z(3)}},
		{"a mask is", 0, VADDPS, []Arg{Z(1).Mask(RAX), Z(2), Z(3)}},
		{"only the destination", 0, VADDPS, []Arg{Z(1), Z(2).Mask(K1), Z(3)}},
		{"zeroing needs", 0, VADDPS, []Arg{Z(1).Zero(), Z(2), Z(3)}},
		{"zeroing needs", 0, VMOVUPS, []Arg{mem.Mask(K1).Zero(), Z(3)}},
		{"zeroing needs", 0, VCMPPS, []Arg{K1.Mask(K1).Zero(), Z(2), Z(3), Imm(0)}},
		{"needs a mask", 0, VGATHERDPS, []Arg{Z(1), At(RAX, 0).Idx(Z(2), 4)}},
		{"zeroing needs", 0, VGATHERDPS, []Arg{Z(1).Mask(K1).Zero(), At(RAX, 0).Idx(Z(2), 4)}},
		{"must be different", 0, VGATHERDPS, []Arg{Z(1).Mask(K1), At(RAX, 0).Idx(Z(1), 4)}},
		{"must be different", 0, VGATHERDPS, []Arg{Y(1), At(RAX, 0).Idx(Y(3), 4), Y(3)}},
		{"takes no mask", 0, VMOVNTPS, []Arg{mem.Mask(K1), Z(1)}},
		{"takes no mask", 0, ADD, []Arg{RAX.Mask(K1), RBX}},
		{"does not exist", 0, VADDPS, []Arg{Z(32), Z(2), Z(3)}},
		{"does not exist", 0, VADDPS, []Arg{RAX.Z(), Z(2), Z(3)}},
		{"does not exist", 0, VADDPS, []Arg{Reg(0), Z(2), Z(3)}},
		{"VBLENDVPS ymm16, ymm1, ymm2, ymm3: the instruction has no EVEX", 0, VBLENDVPS, []Arg{Y(16), Y(1), Y(2), Y(3)}},
		{"no EVEX", 0, VMASKMOVPS, []Arg{At(RAX, 0).Mask(K1), Y(1), Y(1)}},
		{"does not repeat", 0, VMOVUPS, []Arg{Z(1), mem.Broadcast()}},
		{"does not repeat", 0, ADD, []Arg{RAX, mem.Broadcast()}},
		{"the size of the memory", 0, INC, []Arg{mem}},
		{"the size of the memory", 0, VCVTPD2PS, []Arg{X(1), mem}},
		{"the sizes", 0, VMOVUPS, []Arg{Z(1), mem.Sized(32)}},
		{"immediate", 0, VPSLLD, []Arg{Z(1), Z(2), Imm(256)}},
		{"immediate", 0, ADD, []Arg{RAX, Imm(1 << 31)}},
		{"immediate", 0, ADD, []Arg{AL, Imm(-129)}},
		{"rsp", 0, LEA, []Arg{RAX, mem.Idx(RSP, 1)}},
		{"scale", 0, LEA, []Arg{RAX, mem.Idx(RBX, 3)}},
		{"64-bit registers", 0, LEA, []Arg{RAX, At(EAX, 0)}},
		{"64-bit registers", 0, LEA, []Arg{RAX, At(RIP, 0).Idx(RBX, 1)}},
		{"no form", 0, VMOVUPS, []Arg{Z(1), mem.Idx(Z(2), 4)}},
		{"too many", 0, VSHUFPS, []Arg{Z(1), Z(2), Z(3), Imm(1), Imm(2)}},
		{"no such rounding", 0, VMAXPS, []Arg{Z(1), Z(2), Z(3), RoundUp}},
		{"no such rounding", 0, VADDPS, []Arg{Z(1), Z(2), mem, RoundUp}},
		{"rounding modes need", 0, VADDPS, []Arg{Y(1), Y(2), Y(3), RoundUp}},
		{"lacks", LevelAVX2, VADDPS, []Arg{Z(1), Z(2), Z(3)}},
		{"lacks", LevelAVX2, VADDPS, []Arg{X(16), X(2), X(3)}},
		{"lacks", LevelAVX512, VPDPBUSD, []Arg{Z(1), Z(2), Z(3)}},
		{"lacks", LevelAVX512 &^ AVX512VL, VPADDD, []Arg{Y(17), Y(2), Y(3)}},
		{"another assembler", 0, JMP, []Arg{Label(9)}},
		{"another assembler", 0, LEA, []Arg{RAX, Rel(9)}},
		{"no such instruction", 0, Op(0), nil},
	} {
		a := New(test.target)
		a.Emit(test.op, test.args...)
		_, err := a.Finish()
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: the error is %v, want %q in it", test.op, err, test.want)
		}
	}

	if strconv.IntSize == 64 {
		far := math.MaxInt32
		a := new(Assembler)
		a.Emit(LEA, RAX, mem.Plus(far).Plus(1))
		if _, err := a.Finish(); err == nil || !strings.Contains(err.Error(), "displacement") {
			t.Errorf("a displacement of 33 bits: %v", err)
		}
	}
	a := new(Assembler)
	a.Emit(JMP, a.Label())
	if _, err := a.Finish(); err == nil || !strings.Contains(err.Error(), "L1 is used and not bound") {
		t.Errorf("a label that is not bound: %v", err)
	}
	a.Reset()
	l := a.Label()
	a.Bind(l)
	a.Bind(l)
	if a.Err() == nil {
		t.Error("a label is bound twice")
	}
	a.Reset()
	a.Emit(VADDPS, Z(1))
	first := a.Err()
	a.Emit(VSUBPS, Z(1))
	if a.Err() != first || a.Size() != 0 {
		t.Error("the first mistake is not kept")
	}
}

// TestTarget checks that what a target has is used.
func TestTarget(t *testing.T) {
	a := New(LevelAVX2)
	a.Emit(VADDPS, Y(1), Y(2), Y(3))
	if got := finish(t, a); got != "c5ec58cb" {
		t.Errorf("VEX: %s", got)
	}
	for _, test := range []struct {
		level string
		want  Features
	}{{"", LevelAVX512}, {"avx512", LevelAVX512}, {"avx2", LevelAVX2}, {"none", 0}} {
		if got, err := LevelAVX512.Restrict(test.level); err != nil || got != test.want {
			t.Errorf("restricted to %q: %v, %v", test.level, got, err)
		}
	}
	if _, err := LevelAVX512.Restrict("sse"); err == nil {
		t.Error("an unknown level is accepted")
	}
}

func TestReadCaches(t *testing.T) {
	// The leaves of a processor with 48 KiB + 32 KiB, 1 MiB and 32 MiB shared by 16.
	leaves := [][4]uint32{
		{0x121, 11<<22 | 63, 63, 0}, {0x122, 7<<22 | 63, 63, 0}, {0x143, 15<<22 | 63, 1023, 0},
		{15<<14 | 0x163, 15<<22 | 63, 32767, 0}, {},
	}
	got := readCaches(4, func(leaf, sub uint32) (a, b, c, d uint32) {
		x := leaves[sub]
		return x[0], x[1], x[2], x[3]
	})
	if want := (Caches{L1: 48 << 10, L2: 1 << 20, L3: 32 << 20, Line: 64, L3Cores: 16}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	t.Logf("this machine: %v, %+v", Detect(), DetectCaches())
}

// emit200 assembles a kernel of the usual kind.
func emit200(a *Assembler) {
	loop := a.Label()
	for r := range 16 {
		a.Emit(VPXORD, Z(16+r), Z(16+r), Z(16+r))
	}
	a.Bind(loop)
	for u := range 9 {
		a.Emit(VMOVUPS, Z(0), At(RSI, u*128))
		a.Emit(VMOVUPS, Z(1), At(RSI, u*128+64))
		for r := range 8 {
			x := At(RDI, u*32+r*4).Broadcast()
			a.Emit(VFMADD231PS, Z(16+2*r), Z(0), x)
			a.Emit(VFMADD231PS, Z(17+2*r), Z(1), x)
		}
	}
	a.Emit(ADD, RDI, Imm(288))
	a.Emit(ADD, RSI, Imm(1152))
	a.Emit(SUB, RCX, Imm(9))
	a.Emit(JG, loop)
	for r := range 16 {
		a.Emit(VMOVUPS, At(RDX, r*64).Mask(K1), Z(16+r))
	}
	a.Emit(VZEROUPPER)
	a.Emit(RET)
}

func TestNoAllocation(t *testing.T) {
	a := New(LevelAVX512)
	n := testing.AllocsPerRun(10, func() {
		a.Reset()
		emit200(a)
		if _, err := a.Finish(); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 {
		t.Errorf("an assembler that is used again allocates %v times", n)
	}
}

func BenchmarkEmit200(b *testing.B) {
	b.ReportAllocs()
	a := New(LevelAVX512)
	for b.Loop() {
		a.Reset()
		emit200(a)
		if _, err := a.Finish(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEmit200New(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		a := New(LevelAVX512)
		emit200(a)
		if _, err := a.Finish(); err != nil {
			b.Fatal(err)
		}
	}
}
