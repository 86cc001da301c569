package remote

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/pkg/sftp"
)

// writeText writes a text to a remote file.
func writeText(files *sftp.Client, text, to string) error {
	info, err := remoteStat(files, to)
	if err != nil {
		return err
	}
	if info != nil && info.IsDir() {
		return fmt.Errorf("remote path %s is a directory, expected a file path for a text asset", to)
	}
	return writeFile(files, strings.NewReader(text), to)
}

// copyPath copies a local file or folder. Where it lands depends on both ends, as in the official plugin:
//
//	source | remote folder exists | remote path is new | remote file exists
//	dir    | remote/dir           | remote/dir         | error
//	dir/   | content into remote  | content into it    | error
//	file   | remote/file          | remote             | overwritten
func copyPath(files *sftp.Client, from, to string) error {
	local, err := os.Stat(from)
	if err != nil {
		return err
	}
	remote, err := remoteStat(files, to)
	if err != nil {
		return err
	}
	if !local.IsDir() {
		if remote != nil && remote.IsDir() {
			to = path.Join(to, filepath.Base(from))
		}
		return copyFile(files, from, to)
	}
	if err := ensureDir(files, to); err != nil {
		return err
	}
	if !strings.HasSuffix(from, "/") {
		to = path.Join(to, filepath.Base(from))
	}
	return fs.WalkDir(os.DirFS(from), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := path.Join(to, name)
		if entry.IsDir() {
			return ensureDir(files, target)
		}
		return copyFile(files, filepath.Join(from, name), target)
	})
}

func copyFile(files *sftp.Client, from, to string) error {
	local, err := os.Open(from)
	if err != nil {
		return err
	}
	defer local.Close() //nolint:errcheck // only read
	if err := writeFile(files, local, to); err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	return nil
}

func writeFile(files *sftp.Client, content io.Reader, to string) error {
	remote, err := files.Create(to)
	if err != nil {
		return fmt.Errorf("create remote file %s: %w", to, err)
	}
	if _, err := remote.ReadFrom(content); err != nil {
		_ = remote.Close()
		return fmt.Errorf("write remote file %s: %w", to, err)
	}
	if err := remote.Close(); err != nil {
		return fmt.Errorf("close remote file %s: %w", to, err)
	}
	return nil
}

func ensureDir(files *sftp.Client, dir string) error {
	info, err := remoteStat(files, dir)
	switch {
	case err != nil:
		return err
	case info == nil:
		if err := files.Mkdir(dir); err != nil {
			return fmt.Errorf("create remote directory %s: %w", dir, err)
		}
		return nil
	case !info.IsDir():
		return fmt.Errorf("remote path %s exists and is no directory", dir)
	}
	return nil
}

// remoteStat returns nil for a path that does not exist.
func remoteStat(files *sftp.Client, name string) (fs.FileInfo, error) {
	info, err := files.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("stat remote path %s: %w", name, err)
	}
	return info, nil
}
