// Package atomicfile replaces files whole: a reader, or a machine that comes back after losing power, finds the old content or the new one,
// never a part.
package atomicfile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// TempPattern matches the base names of the temporary files of Write. One is left behind only by a process that was killed while writing.
const TempPattern = ".flambeau-*.tmp"

// Write makes what fn writes the content of the file at path, which need not exist yet. The bytes go, unbuffered, to a temporary file in the
// same folder, which is synced and renamed to path; then the folder is synced.
//
// After an error, or a panic in fn, the temporary file is gone and the old file is as it was. The one exception is an error in syncing the
// folder: the new content is in place, but might not outlive a crash.
//
// As with os.WriteFile, the mode of the file is what the umask leaves of perm, and a symbolic link at path is followed (one that leads nowhere
// is replaced). A path that names anything but a regular file is refused.
func Write(path string, perm fs.FileMode, fn func(io.Writer) error) error {
	if err := write(path, perm, fn); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

func write(path string, perm fs.FileMode, fn func(io.Writer) error) (err error) {
	path, err = target(path)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	f, err := create(dir, perm)
	if err != nil {
		return err
	}
	renamed := false
	defer func() {
		if !renamed {
			f.Close() // before Remove: Windows removes no open file
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := fn(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	renamed = true
	return syncDir(dir)
}

// target is the file that a write to path replaces: the one its links lead to.
func target(path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return path, nil
	case err != nil:
		return "", err
	case !info.Mode().IsRegular():
		// A rename would put a file where a device or a pipe was.
		return "", errors.New("not a regular file")
	}
	return filepath.EvalSymlinks(path)
}

// create is os.CreateTemp with a mode of the caller's choice.
func create(dir string, perm fs.FileMode) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, ".flambeau-"+rand.Text()+".tmp"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
}
