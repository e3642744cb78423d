package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/flambeau-ml/flambeau/tensor"
)

// quick is a suite of a few cases that takes a moment.
func quick(names string) *Suite {
	return &Suite{Cases: Select(Cases(), regexp.MustCompile(names), true), Quick: true, Budget: 5 * time.Millisecond, Version: "test"}
}

func TestRun(t *testing.T) {
	s := quick("^(sgemm_32|tiny_add_chain100_nograd|mlp_train_adam_b64)$")
	s.Threads = []int{1, 2}
	var each []Result
	s.Each = func(r Result) error { each = append(each, r); return nil }
	before := tensor.Default()
	rep, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if tensor.Default() != before {
		t.Error("the default device is not what it was")
	}
	if len(rep.Results) != 6 || !reflect.DeepEqual(each, rep.Results) {
		t.Fatalf("%d results, %d given one by one; want 6", len(rep.Results), len(each))
	}
	sums := map[string]string{}
	for _, r := range rep.Results {
		if r.Error != "" || r.Peer != Self || r.Reps < 1 || !(r.Min > 0 && r.Min <= r.Median && r.Min <= r.RawMedian && r.RawMedian <= r.RawP90) {
			t.Errorf("%+v", r)
		}
		if r.Peak <= 0 || r.Digest == nil {
			t.Errorf("%s has a peak of %d bytes and the digest %v", r.Case, r.Peak, r.Digest)
			continue
		}
		if old, ok := sums[r.Case]; ok && old != r.Digest.Sum {
			t.Errorf("%s has other results with other threads", r.Case)
		}
		sums[r.Case] = r.Digest.Sum
		switch r.Case {
		case "sgemm_32":
			if !(r.GFLOPS > 0 && r.BestGFLOPS >= r.GFLOPS) || r.Limit == nil || r.Share() <= 0 {
				t.Errorf("%s has %g GFLOP/s, at best %g, and the limit %v", r.Case, r.GFLOPS, r.BestGFLOPS, r.Limit)
			}
		case "tiny_add_chain100_nograd":
			if r.MicrosPerOp <= 0 || r.Limit != nil {
				t.Errorf("%s has %g µs per operator and the limit %v", r.Case, r.MicrosPerOp, r.Limit)
			}
		case "mlp_train_adam_b64":
			if r.ItemsPerS <= 0 {
				t.Errorf("%s has %g items per second", r.Case, r.ItemsPerS)
			}
		}
	}

	// What was written is what is read.
	var b bytes.Buffer
	for _, line := range []any{rep.Info, rep.Results[0], rep.Results[1], rep.Results[2], rep.Results[3], rep.Results[4], rep.Results[5]} {
		if err := WriteLine(&b, line); err != nil {
			t.Fatal(err)
		}
	}
	again, err := Read(&b)
	if err != nil || !reflect.DeepEqual(again, rep) {
		t.Errorf("read %+v, %v; want %+v", again, err, rep)
	}
	if a := alarms(Compare(rep, again)); a != nil {
		t.Errorf("a run compared with itself: %v", a)
	}
}

// TestJSONFields holds the names that peers' programs and readers of results rely on.
func TestJSONFields(t *testing.T) {
	r := measuredOnce()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"case", "peer", "threads", "median_ms", "min_ms", "raw_median_ms", "raw_p90_ms", "clean", "reps", "others", "noisy", "gflops", "best_gflops"} {
		if _, ok := m[name]; !ok {
			t.Errorf("no field %s in %s", name, b)
		}
	}
}

func measuredOnce() Result {
	m := newMeter()
	m.add(time.Millisecond, false)
	r := Result{Case: "c", Peer: Self, Threads: 1}
	r.set(m.figures(), Work{Flops: 1})
	return r
}

// TestFigures has the rules of clean repetitions.
func TestFigures(t *testing.T) {
	m := newMeter()
	for i := range 20 {
		m.add(time.Duration(100-i), i%2 == 0)
	}
	if f := m.figures(); f.noisy || f.clean != 10 || f.reps != 20 || f.min != 81 || f.median != 92 || f.rawMedian != 91 || f.rawP90 != 99 {
		t.Errorf("%+v", f)
	}
	m = newMeter()
	for i := range 20 {
		m.add(time.Duration(100-i), i < 2)
	}
	if f := m.figures(); !f.noisy || f.median != 83 { // the third of the best five
		t.Errorf("%+v", f)
	}
}

// TestFailures has cases that cannot be computed, and a run that goes on after them.
func TestFailures(t *testing.T) {
	bad := func(name string, step Step) Case {
		return Case{Name: name, Make: func(*Inputs) Step { return step }}
	}
	s := quick("^sgemm_32$")
	s.Cases = append([]Case{
		bad("shapes", func() []*tensor.Tensor { return one(tensor.Ones(2).Add(tensor.Ones(3))) }),
		bad("panic", func() []*tensor.Tensor { panic("planted") }),
		bad("nothing", func() []*tensor.Tensor { return []*tensor.Tensor{nil} }),
	}, s.Cases...)
	rep, err := s.Run(t.Context())
	if err != nil || len(rep.Results) != 4 {
		t.Fatalf("%d results, %v", len(rep.Results), err)
	}
	for i, want := range []string{"[2]", "planted", "no result", ""} {
		if e := rep.Results[i].Error; !strings.Contains(e, want) || (want == "") != (e == "") {
			t.Errorf("%s: error %q, want one with %q", rep.Results[i].Case, e, want)
		}
	}
}

// TestRunAgainst compares with a run in which one case was far faster: it is measured again, and what Each is told is what
// came of that.
func TestRunAgainst(t *testing.T) {
	s := quick("^(sgemm_32|sgemm_128)$")
	s.Threads = []int{1}
	before, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(before.Results[0].Sittings); n != 3 {
		t.Errorf("%d sittings, want 3", n)
	}
	faster := &before.Results[1]
	faster.Median, faster.Min = faster.Median/50, faster.Min/50
	for i := range faster.Sittings {
		x := &faster.Sittings[i]
		x.Median, x.Min = x.Median/50, x.Min/50
	}
	var each []Result
	s.Each = func(r Result) error { each = append(each, r); return nil }
	now, ds, err := s.RunAgainst(t.Context(), before)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(each, now.Results) || len(each) != 2 {
		t.Errorf("Each was told %+v, want %+v", each, now.Results)
	}
	if d := ds[1]; d.Case != "sgemm_128" || d.Verdict != Slower && d.Verdict != Unsure || len(d.New.Sittings) < 3+unsureTill {
		t.Errorf("%s is %s after %d sittings", d.Case, d.Verdict, len(d.New.Sittings))
	}
}

// TestJoin makes one result of several.
func TestJoin(t *testing.T) {
	of := func(median float64, noisy bool, sum string) *Result {
		return &Result{Case: "c", Median: median, Min: median / 2, Noisy: noisy, Digest: &Digest{Sum: sum}, CompileS: median}
	}
	r := of(3, true, "a")
	r.join(of(4, false, "a"))
	r.join(of(5, false, "a"))
	r.join(of(1, true, "a"))
	if r.Median != 4 || r.Noisy || r.CompileS != 3 || len(r.Sittings) != 4 || r.Sittings[3] != (Sitting{1, 0.5, true}) {
		t.Errorf("%+v", r)
	}
	if short, long, least := r.apart(); short != 4 || long != 5 || least != 0.5 {
		t.Errorf("the medians lie between %g and %g, the least time is %g", short, long, least)
	}
	r.join(of(1, false, "b"))
	if !strings.Contains(r.Error, "results a and, later, b") {
		t.Errorf("other results: %q", r.Error)
	}
	r = of(3, false, "a")
	r.join(&Result{Case: "c", Error: "no memory"})
	r.join(of(1, false, "a"))
	if r.Error != "no memory" {
		t.Errorf("after an error: %+v", r)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := quick("sgemm_(32|128)$")
	s.Each = func(Result) error { cancel(); return nil }
	if rep, err := s.Run(ctx); !errors.Is(err, context.Canceled) || len(rep.Results) != 1 {
		t.Errorf("%d results, %v", len(rep.Results), err)
	}
}

// TestCold measures first calls, on devices that know nothing of one another.
func TestCold(t *testing.T) {
	s := quick("^compile_kernel$")
	s.Threads, s.Sittings = []int{1}, 1
	before := tensor.Default()
	rep, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r := rep.Results[0]; r.Error != "" || r.Reps < 3 || r.Median <= 0 || r.Digest == nil || r.Digest.Count != 1000 || r.Peak <= 0 {
		t.Errorf("%+v", r)
	}
	if tensor.Default() != before {
		t.Error("the default device is not what it was")
	}
	made := 0
	s.Cases = []Case{{Name: "c", Cold: true, Make: func(in *Inputs) Step {
		made++
		x, d := in.Zeros(3), tensor.Default()
		return func() []*tensor.Tensor {
			if s := d.Stats(); s.Programs > 1 { // the zeros
				t.Errorf("the device knows %d programs", s.Programs)
			}
			return one(x.AddScalar(1))
		}
	}}}
	if rep, err = s.Run(t.Context()); err != nil || rep.Results[0].Reps != made {
		t.Errorf("%d repetitions, made %d times: %v", rep.Results[0].Reps, made, err)
	}
}

func TestSelect(t *testing.T) {
	names := func(only string, quick bool) (out []string) {
		for _, c := range Select(Cases(), regexp.MustCompile(only), quick) {
			out = append(out, c.Name)
		}
		return out
	}
	if got := names("sgemm_(32|4096)$", false); !slices.Equal(got, []string{"sgemm_32", "sgemm_4096"}) {
		t.Errorf("%v", got)
	}
	if got := names("sgemm_(32|4096)$", true); !slices.Equal(got, []string{"sgemm_32"}) {
		t.Errorf("quick: %v", got)
	}
	if got := names("^sgemm_4096$", true); !slices.Equal(got, []string{"sgemm_4096"}) {
		t.Errorf("quick, by its whole name: %v", got)
	}
}

// TestPeer runs a program that says what it was asked, as peers do.
func TestPeer(t *testing.T) {
	if os.Getenv("FLAMBEAU_TEST_PEER") != "" {
		t.Skip("this is the peer")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("FLAMBEAU_TEST_PEER", "1")
	s := quick("^(sgemm_32|sgemm_128)$")
	s.Threads = []int{1}
	p, err := NewPeer("'" + self + "'")
	if err != nil {
		t.Fatal(err)
	}
	s.Peers, s.Bar = []Peer{p}, 1.1
	rep, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rep.Results {
		got = append(got, r.Peer+" "+r.Case)
	}
	want := []string{"flambeau sgemm_32", "mirror sgemm_32", "flambeau sgemm_128", "mirror sgemm_128"}
	if !slices.Equal(got, want) {
		t.Errorf("measured %v, want %v", got, want)
	}
	var b bytes.Buffer
	if err := rep.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "peer 1: mirror") || !strings.Contains(b.String(), "pass") {
		t.Errorf("no peer in the table:\n%s", b.String())
	}
	if x := rep.Results[0].Standing; x == nil || x.Peer != "mirror" || !x.Pass { // the peer says 1 ms
		t.Errorf("standing %+v", x)
	}
	s.Peers = []Peer{{[]string{filepath.Join(t.TempDir(), "absent")}}}
	if _, err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "absent") {
		t.Errorf("a peer that is not there: %v", err)
	}
}

// TestMain is the peer of TestPeer when it is asked to be.
func TestMain(m *testing.M) {
	if os.Getenv("FLAMBEAU_TEST_PEER") == "" {
		os.Exit(m.Run())
	}
	args := os.Args[1:]
	only := regexp.MustCompile(args[slices.Index(args, "--only")+1])
	os.Stdout.WriteString("a line that is no JSON\n{\"case\": \"_info\", \"engine\": \"mirror\"}\n")
	for _, name := range []string{"sgemm_32", "sgemm_128", "another"} {
		if only.MatchString(name) || name == "another" {
			WriteLine(os.Stdout, Result{Case: name, Peer: "mirror", Threads: 1, Median: 1, Min: 1})
		}
	}
}

func TestNewPeer(t *testing.T) {
	for command, want := range map[string][]string{
		"a b  c":               {"a", "b", "c"},
		`env X='1 2' "d e" ''`: {"env", "X=1 2", "d e", ""},
	} {
		if p, err := NewPeer(command); err != nil || !slices.Equal(p.Command, want) {
			t.Errorf("%s: %q, %v; want %q", command, p.Command, err, want)
		}
	}
	for _, command := range []string{"", "  ", "a 'b"} {
		if _, err := NewPeer(command); err == nil {
			t.Errorf("%q is a command", command)
		}
	}
}

func TestReadErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "no results",
		"words\n":                         "no results",
		`{"case": "a", "median_ms": "x"}`: "line 1",
		"\n{\"peer\": \"p\"}":             "line 2: no case",
		"{":                               "line 1",
	} {
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error with %q", text, err, want)
		}
	}
}

// TestStreams has the loops that measure memory do what they say.
func TestStreams(t *testing.T) {
	s, err := newStreams()
	if err != nil {
		t.Skip(err)
	}
	defer s.close()
	for _, copying := range []func(dst, src []byte){s.copyPlain, s.copyStreaming} {
		raw := make([]byte, 4096+64)
		at := 64 - int(uintptr(unsafe.Pointer(&raw[0]))%64)
		dst, src := raw[at:at+2048], make([]byte, 2048)
		for i := range src {
			src[i] = byte(i * 7)
		}
		copying(dst[:1024], src[:1024])
		if !bytes.Equal(dst[:1024], src[:1024]) || !bytes.Equal(dst[1024:], make([]byte, 1024)) {
			t.Error("what was copied is not what was asked for")
		}
		copying(dst[:10], src[:10]) // less than a step: nothing
	}
	s.read(make([]byte, 4096))
	s.fma(10)
}

// TestLimits has more work take longer at best.
func TestLimits(t *testing.T) {
	b := quick("sgemm_32").newBench(1)
	defer b.close()
	none, err := b.peaks.limit(Work{Ops: 3})
	if err != nil || none != nil {
		t.Errorf("the limit of no work is %v, %v", none, err)
	}
	small, err := b.peaks.limit(Work{Read: 1 << 20, Write: 1 << 20})
	if err != nil || small == nil || small.By != "bytes" || small.GBPS <= 0 {
		t.Fatalf("the limit of a copy is %+v, %v", small, err)
	}
	for _, w := range []Work{{Read: 64 << 20, Write: 64 << 20}, {Read: 1 << 20}, {Write: 1 << 20}} {
		if l, err := b.peaks.limit(w); err != nil || l.MS <= 0 {
			t.Errorf("the limit of %+v is %+v, %v", w, l, err)
		}
	}
	if b.peaks.gflops > 0 {
		if l, err := b.peaks.limit(Work{Flops: 1e12, Read: 64}); err != nil || l.By != "flops" {
			t.Errorf("the limit of arithmetic is %+v, %v", l, err)
		}
	}
}

func TestTrace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "traces")
	if err := quick("^sgemm_32$").Trace(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "sgemm_32.txt"))
	if err != nil || !strings.Contains(string(text), "x.Mm(y)") {
		t.Errorf("%s, %v; want the line of the product", text, err)
	}
	trace, err := os.ReadFile(filepath.Join(dir, "sgemm_32.json"))
	if err != nil || !json.Valid(trace) {
		t.Errorf("%s, %v", trace, err)
	}
}
