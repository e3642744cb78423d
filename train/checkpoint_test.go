package train_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/flambeau-ml/flambeau/internal/testdisk"
	"github.com/flambeau-ml/flambeau/train"
)

// saved is a folder with two checkpoints, of a run that has ended.
func saved(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := newTrainer(t, dir, 32, 2).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// current are the names of the files of the checkpoint in dir, with the manifest.
func current(t testing.TB, dir string) []string {
	t.Helper()
	manifest, err := os.ReadFile(filepath.Join(dir, "checkpoint.json"))
	if err != nil {
		t.Fatal(err)
	}
	out := []string{"checkpoint.json"}
	for _, name := range files(t, dir) {
		if strings.Contains(string(manifest), `"`+name+`"`) {
			out = append(out, name)
		}
	}
	if len(out) != 4 {
		t.Fatalf("the checkpoint consists of %q", out)
	}
	return out
}

func copyDir(t testing.TB, from string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

// Whatever happened to whichever file, resuming says so, names the file, and falls back only when asked.
func TestDamagedCheckpoint(t *testing.T) {
	dir := saved(t)
	damages := map[string]func(path string) error{
		"missing":   os.Remove,
		"empty":     func(path string) error { return os.Truncate(path, 0) },
		"cut short": func(path string) error { return shorten(path, 1) },
		"first byte": func(path string) error {
			return flip(path, func(n int) int { return 0 })
		},
		"a byte in the middle": func(path string) error {
			return flip(path, func(n int) int { return n / 2 })
		},
		"last byte": func(path string) error {
			return flip(path, func(n int) int { return n - 2 })
		},
		"longer": func(path string) error {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteString("}")
			return errors.Join(err, f.Close())
		},
	}
	for what, damage := range damages {
		for _, name := range current(t, dir) {
			t.Run(what+" "+name, func(t *testing.T) {
				dir := copyDir(t, dir)
				if err := damage(filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
				tr := newTrainer(t, dir, 32, 2)
				tr.Start = train.Resume
				err := tr.Run(t.Context())
				if err == nil || !strings.Contains(err.Error(), name) {
					t.Fatalf("resumed with %v", err)
				}
				if !strings.Contains(err.Error(), "fallback") {
					t.Errorf("the error does not say that there is another checkpoint: %v", err)
				}
				back := newTrainer(t, dir, 32, 2)
				back.Start = train.Fallback
				if err := back.Run(t.Context()); err != nil {
					t.Errorf("falling back: %v", err)
				}
				if back.Step() != 4 {
					t.Errorf("after falling back, the run ended at step %d", back.Step())
				}
			})
		}
	}
}

func shorten(path string, by int64) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return os.Truncate(path, info.Size()-by-1)
}

func flip(path string, at func(n int) int) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	b[at(len(b))] ^= 0x08
	return os.WriteFile(path, b, 0o600)
}

func TestDiskFull(t *testing.T) {
	dir := testdisk.New(t, 256<<10)
	first := newTrainer(t, dir, 32, 1)
	if err := first.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := bits(t, first)
	// What is left of the disk does not take another checkpoint.
	if err := fill(filepath.Join(dir, "ballast")); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)
	second := newTrainer(t, dir, 32, 2)
	second.Start = train.Resume
	err := second.Run(t.Context())
	if err == nil || !testdisk.IsFull(err) || !strings.Contains(err.Error(), "saving a checkpoint") {
		t.Fatalf("error %v", err)
	}
	if after := files(t, dir); strings.Join(after, " ") != strings.Join(before, " ") {
		t.Errorf("the folder has %q, and had %q", after, before)
	}
	third := newTrainer(t, dir, 32, 1)
	third.Start = train.Resume
	if err := third.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	sameBits(t, "after the disk was full", bits(t, third), want)
}

// fill writes to path until the disk has no room for more than a page.
func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	page := make([]byte, 4096)
	for {
		if _, err := f.Write(page); err != nil {
			return f.Close()
		}
	}
}

// killedDir is where the process that TestKilled kills keeps its checkpoints.
const killedDir = "FLAMBEAU_TEST_KILLED"

// TestKilled kills a process that does nothing but train and save, again and again: the checkpoint is good at any
// moment.
func TestKilled(t *testing.T) {
	if dir := os.Getenv(killedDir); dir != "" {
		tr := newTrainer(t, dir, 32, 1<<20)
		tr.Start, tr.Every, tr.Valid, tr.Best = train.Resume, 1, nil, ""
		t.Fatal(tr.Run(t.Context()))
	}
	dir := t.TempDir()
	last := -1
	for i := range 6 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), killedDir+"="+dir)
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(700*time.Millisecond + time.Duration(i)*17*time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil || strings.Contains(out.String(), "FAIL") {
			t.Fatalf("the process was not killed but ended: %v\n%s", err, out.String())
		}
		tr := newTrainer(t, dir, 32, 1<<20)
		tr.Start, tr.Every, tr.Valid, tr.Best = train.Resume, 1, nil, ""
		stop := errors.New("seen")
		tr.OnStep = func(train.Status) error { return stop }
		if err := tr.Run(t.Context()); !errors.Is(err, stop) {
			t.Fatalf("after kill %d: %v", i, err)
		}
		if tr.Step() < last {
			t.Errorf("after kill %d the run stands at step %d, and stood at %d", i, tr.Step(), last)
		}
		last = tr.Step() - 1
	}
	if last < 2 {
		t.Errorf("the processes did %d steps", last)
	}
}
