package atomicfile

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/internal/testdisk"
)

// text is a writer function that writes s.
func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// check fails t unless dir holds the one file path with this content.
func check(t *testing.T, path, content string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != content {
		t.Errorf("content is %.40q, want %.40q", got, content)
	}
	names, err := filepath.Glob(filepath.Join(filepath.Dir(path), TempPattern))
	if err != nil {
		t.Fatal(err)
	}
	if len(names) != 0 {
		t.Errorf("temporary files left behind: %q", names)
	}
}

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, s := range []string{"new", "replaced by something longer", ""} {
		if err := Write(path, 0o600, text(s)); err != nil {
			t.Fatal(err)
		}
		check(t, path, s)
	}
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("mode is %v, want 0600", info.Mode().Perm())
		}
	}
}

// While fn writes, the file that others see is the old one, and the temporary file has the name that TempPattern promises.
func TestWriteUnseen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := Write(path, 0o600, text("old")); err != nil {
		t.Fatal(err)
	}
	err := Write(path, 0o600, func(w io.Writer) error {
		if err := text("new")(w); err != nil {
			return err
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != "old" {
			t.Errorf("while writing: %q, %v; want the old content", got, err)
		}
		names, _ := filepath.Glob(filepath.Join(filepath.Dir(path), TempPattern))
		if len(names) != 1 {
			t.Errorf("while writing: temporary files %q, want one", names)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	check(t, path, "new")
}

func TestWriteFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := Write(path, 0o600, text("old")); err != nil {
		t.Fatal(err)
	}
	cause := errors.New("cause")
	err := Write(path, 0o600, func(w io.Writer) error {
		return errors.Join(text("part of the new")(w), cause)
	})
	if !errors.Is(err, cause) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %q does not wrap the cause and name the file", err)
	}
	check(t, path, "old")

	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		Write(path, 0o600, func(io.Writer) error { panic("fn") })
	}()
	check(t, path, "old")
}

func TestWriteBadPath(t *testing.T) {
	dir := t.TempDir()
	called := func(io.Writer) error {
		t.Error("fn was called")
		return nil
	}
	if err := Write(filepath.Join(dir, "none", "file"), 0o600, called); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing folder: %v", err)
	}
	if err := Write(dir, 0o600, called); err == nil {
		t.Error("a folder was replaced by a file")
	}
	if runtime.GOOS != "windows" {
		if err := Write(os.DevNull, 0o600, called); err == nil {
			t.Error("a device was replaced by a file")
		}
	}
}

func TestWriteThroughLink(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	path, link := filepath.Join(dir, "file"), filepath.Join(other, "link")
	if err := Write(path, 0o600, text("old")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	if err := Write(link, 0o600, text("new")); err != nil {
		t.Fatal(err)
	}
	check(t, path, "new")
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", info, err)
	}
}

func TestWriteDiskFull(t *testing.T) {
	path := filepath.Join(testdisk.New(t, 256<<10), "file")
	old := strings.Repeat("old ", 25<<10)
	if err := Write(path, 0o600, text(old)); err != nil {
		t.Fatal(err)
	}
	// The old file takes 100 of 256 KiB, so a second of 200 KiB cannot stand beside it.
	err := Write(path, 0o600, func(w io.Writer) error {
		_, err := w.Write(bytes.Repeat([]byte("new "), 50<<10))
		return err
	})
	if !testdisk.IsFull(err) {
		t.Errorf("error is %v, want no space left", err)
	}
	check(t, path, old)
	// What the failed write took is free again.
	if err := Write(path, 0o600, text(old[:64<<10])); err != nil {
		t.Error(err)
	}
}
