package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/flambeau-ml/flambeau/internal/testdisk"
)

// The parameters have the same bits on any number of threads, and whether operators run at once or later.
func TestSameBits(t *testing.T) {
	config := write(t, "tiny.yaml", tiny)
	var want []byte
	for _, how := range []struct{ name, threads, eager string }{
		{"one thread", "1", ""}, {"two", "2", ""}, {"seven", "7", ""}, {"eager", "2", "1"},
	} {
		dir := filepath.Join(t.TempDir(), "run")
		c := exec.Command(binary, "train", config, "--out", dir, "--epochs", "2", "--threads", how.threads)
		c.Env = append(os.Environ(), "FLAMBEAU_EAGER="+how.eager)
		runCommand(t, c).must(t, exitOK)
		got := read(t, dir, "model.safetensors")
		if want == nil {
			want = got
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s: model.safetensors differs", how.name)
		}
	}
	dir := filepath.Join(t.TempDir(), "run")
	flambeau(t, "train", config, "--out", dir, "--epochs", "2", "--seed", "1").must(t, exitOK)
	if bytes.Equal(read(t, dir, "model.safetensors"), want) {
		t.Error("another seed gives the same model")
	}
}

// stopAfter starts a run, and sends it a signal once it prints what.
func stopAfter(t *testing.T, what string, signal syscall.Signal, args ...string) outcome {
	t.Helper()
	c := exec.Command(binary, args...)
	stderr, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var printed strings.Builder
	lines := bufio.NewReader(io.TeeReader(stderr, &printed))
	for {
		line, err := lines.ReadString('\n')
		if strings.Contains(line, what) {
			if err := c.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			break
		}
		if err != nil {
			t.Fatalf("the run ended before it printed %q:\n%s", what, printed.String())
		}
	}
	discard(lines)
	c.Wait()
	code := c.ProcessState.ExitCode()
	return outcome{code, "", printed.String()}
}

// A run that was stopped goes on, and ends with the bits of one that was not.
func TestResume(t *testing.T) {
	config, whole := write(t, "tiny.yaml", tiny), filepath.Join(t.TempDir(), "whole")
	flambeau(t, "train", config, "--out", whole).must(t, exitOK)
	want := read(t, whole, "model.safetensors")
	for _, stop := range []struct {
		name   string
		signal syscall.Signal
		code   int
	}{{"SIGINT", syscall.SIGINT, exitInterrupted}, {"SIGTERM", syscall.SIGTERM, exitInterrupted}, {"SIGKILL", syscall.SIGKILL, -1}} {
		t.Run(stop.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			o := stopAfter(t, "epoch 2/5", stop.signal, "train", config, "--out", dir).must(t, stop.code)
			if strings.Contains(o.stderr, "epoch 5/5") {
				t.Fatalf("the run was done before it could be stopped:\n%s", o.stderr)
			}
			if stop.code == exitInterrupted {
				o.must(t, stop.code, "interrupted after step ", "to go on: flambeau train "+config+" --out "+dir+" --resume")
			}
			flambeau(t, "predict", dir).must(t, exitFailure, "has no finished model")
			flambeau(t, "train", config, "--out", dir).must(t, exitUsage, "has a run that is not finished (--resume goes on with it")
			flambeau(t, "train", config, "--out", dir, "--resume", "--seed", "3").must(t, exitFailure, "it is of another configuration")
			o = flambeau(t, "train", config, "--out", dir, "--resume").must(t, exitOK, "epoch 5/5")
			if strings.Contains(o.stderr, "epoch 1/5") {
				t.Errorf("the run began anew:\n%s", o.stderr)
			}
			if !bytes.Equal(read(t, dir, "model.safetensors"), want) {
				t.Error("model.safetensors differs from that of a run that was not stopped")
			}
			if _, err := os.Stat(filepath.Join(dir, "checkpoints")); err == nil {
				t.Error("the checkpoints are still there")
			}
		})
	}
}

// A folder is not written over unless it is a run's own, or force says so.
func TestFolder(t *testing.T) {
	config, dir := write(t, "tiny.yaml", tiny), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	train := func(args ...string) outcome {
		return flambeau(t, append([]string{"train", config, "--out", dir, "--epochs", "1"}, args...)...)
	}
	train().must(t, exitUsage, "is not empty, and nothing in it says that a run of flambeau wrote it")
	train("--resume").must(t, exitUsage, "is not empty")
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("the folder has %q now", got)
	}
	train("--force").must(t, exitOK)
	if string(read(t, dir, "thesis.txt")) != "mine" {
		t.Error("a file of someone else's was changed")
	}
	first := read(t, dir, "model.safetensors")
	train("--resume").must(t, exitOK, "test accuracy")
	train("--resume", "--seed", "9").must(t, exitUsage, "has a finished run of another configuration")
	train("--seed", "9").must(t, exitOK)
	if bytes.Equal(read(t, dir, "model.safetensors"), first) {
		t.Error("a second run left the model as it was")
	}
	file := filepath.Join(dir, "thesis.txt")
	flambeau(t, "train", config, "--out", filepath.Join(file, "run")).must(t, exitFailure, "not a directory")
}

// A full disk is said, and leaves nothing half written.
func TestFullDisk(t *testing.T) {
	config := write(t, "tiny.yaml", tiny)
	disk := testdisk.New(t, 16<<10)
	dir := filepath.Join(disk, "run")
	flambeau(t, "train", config, "--out", dir).must(t, exitFailure, "no space left on device")
	filepath.WalkDir(disk, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			t.Error(err)
		} else if strings.HasSuffix(path, ".tmp") || d.Name() == "model.safetensors" || d.Name() == "metrics.json" {
			t.Errorf("%s was left behind", path)
		}
		return nil
	})

	model := filepath.Join(t.TempDir(), "run")
	flambeau(t, "train", config, "--out", model, "--epochs", "1").must(t, exitOK)
	out := filepath.Join(disk, "predictions.csv")
	flambeau(t, "predict", model, "--output", out).must(t, exitFailure, "no space left on device")
	if _, err := os.Stat(out); err == nil {
		t.Error("half a file of predictions was left behind")
	}
}
