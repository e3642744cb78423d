package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBench measures a small case, and compares the results with copies in which something is planted.
func TestBench(t *testing.T) {
	dir := t.TempDir()
	args := []string{"bench", "--quick", "--budget", "0.01", "--threads", "1", "--only", "^(sgemm_32|linear_64x784x512)$"}
	r := flambeau(t, append(args, "--json")...)
	if r.code != 0 || !strings.Contains(r.stderr, "1/6 sgemm_32, 1 thread") {
		t.Fatalf("exit code %d\n%s", r.code, r.stderr)
	}
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines, want 3:\n%s", len(lines), r.stdout)
	}
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return name
	}
	before := write("before.json", r.stdout)

	changed := func(change func(line map[string]any)) string {
		var m map[string]any
		if err := json.Unmarshal([]byte(lines[1]), &m); err != nil {
			t.Fatal(err)
		}
		change(m)
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return lines[0] + "\n" + string(b) + "\n" + lines[2] + "\n"
	}
	steadily := func(times float64) string { // a measurement that scatters by nothing
		return changed(func(m map[string]any) {
			ms := m["median_ms"].(float64) * times
			one := map[string]any{"median_ms": ms, "min_ms": ms}
			m["median_ms"], m["min_ms"], m["others"], m["sittings"] = ms, ms, 0, []any{one, one, one}
			delete(m, "noisy")
		})
	}
	same, slow := steadily(1), steadily(1.1)
	wrong := changed(func(m map[string]any) { m["digest"].(map[string]any)["sum"] = "0000000000000000" })
	steady := write("steady.json", same)
	for name, c := range map[string]struct {
		old, now, want string
		code           int
	}{
		"the same":       {before, before, "2 same", 0},
		"a slower case":  {steady, write("slow.json", slow), "SLOWER sgemm_32", 1},
		"a wrong result": {before, write("wrong.json", wrong), "WRONG sgemm_32", 1},
		"a case less":    {before, write("less.json", lines[0]+"\n"+lines[1]+"\n"), "1 gone, 1 same", 0},
	} {
		if r := flambeau(t, "bench", "--compare", c.old, c.now); r.code != c.code || !strings.Contains(oneSpace(r.stdout), c.want) {
			t.Errorf("%s: exit code %d, want %d with %q\n%s%s", name, r.code, c.code, c.want, r.stdout, r.stderr)
		}
	}

	// A run that measures and finds other results than a file has.
	if r := flambeau(t, append(args, "--compare", filepath.Join(dir, "wrong.json"))...); r.code != 1 || !strings.Contains(oneSpace(r.stdout), "WRONG sgemm_32") {
		t.Errorf("exit code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	if r := flambeau(t, args...); r.code != 0 || !strings.Contains(r.stdout, "GFLOP/s") {
		t.Errorf("exit code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	if r := flambeau(t, append(args, "--trace", filepath.Join(dir, "traces"))...); r.code != 0 {
		t.Errorf("exit code %d\n%s", r.code, r.stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "traces", "sgemm_32.json")); err != nil {
		t.Error(err)
	}
}

// TestBenchBar measures beside a peer that is very fast at one case and very slow at another.
func TestBenchBar(t *testing.T) {
	said := filepath.Join(t.TempDir(), "said.json")
	lines := `{"case": "sgemm_32", "peer": "p", "threads": 1, "median_ms": 1e-6, "min_ms": 1e-6}
{"case": "linear_64x784x512", "peer": "p", "threads": 1, "median_ms": 1e9, "min_ms": 1e9}
`
	if err := os.WriteFile(said, []byte(lines), 0o666); err != nil {
		t.Fatal(err)
	}
	args := []string{"bench", "--quick", "--budget", "0.05", "--threads", "1", "--bar", "1.1", "--peer", "sh -c 'cat " + said + "'", "--only"}
	r := flambeau(t, append(args, "^linear_64x784x512$")...)
	if r.code != 0 || !strings.Contains(r.stdout, "pass") || strings.Contains(r.stdout, "missed") {
		t.Errorf("exit code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	r = flambeau(t, append(args, "^(sgemm_32|linear_64x784x512)$", "--json")...)
	if !strings.Contains(r.stdout, `"pass":true`) || !strings.Contains(r.stdout, `"pass":false`) {
		t.Errorf("exit code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	if noisy := strings.Contains(r.stdout, `"pass":false,"noisy":true`); !noisy && r.code != 1 || noisy && r.code != 0 {
		t.Errorf("exit code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

// oneSpace is text without the spaces that bring columns in line.
func oneSpace(text string) string { return strings.Join(strings.Fields(text), " ") }

func TestBenchUsage(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "broken.json")
	if err := os.WriteFile(broken, []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"--only (", 2, "missing closing"},
		{"--only nothing_is_called_so", 2, "matches no case"},
		{"--threads 0", 2, "--threads"},
		{"--threads 2,x", 2, "--threads"},
		{"--budget -1", 2, "--budget"},
		{"--cpu 386", 2, "--cpu"},
		{"--peer '", 2, "--peer"},
		{"--bar 1.1", 2, "give --peer"},
		{"--bar -1 --peer true", 2, "--bar"},
		{"--compare absent.json", 2, "absent.json"},
		{"--compare " + broken, 1, "line 1"},
		{"new.json", 2, "--compare"},
		{"--list --only ^sgemm_32$", 0, ""},
		{"--help", 0, ""},
	} {
		r := flambeau(t, append([]string{"bench"}, strings.Fields(c.args)...)...)
		if r.code != c.code || !strings.Contains(r.stderr, c.want) {
			t.Errorf("bench %s: exit code %d, want %d and %q\n%s", c.args, r.code, c.code, c.want, r.stderr)
		}
	}
	if r := flambeau(t, "bench", "--list", "--only", "^sgemm_32$"); r.stdout != "sgemm_32\n" {
		t.Errorf("--list printed %q", r.stdout)
	}
}
