package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// locate returns the absolute path of the database, with links resolved, so that two names of one file have one lock.
func locate(path string) (string, error) {
	switch {
	case path == "":
		return "", errors.New("the path is empty")
	case strings.HasPrefix(path, ":memory:"):
		return "", errors.New("a store in memory is durable/store/memory")
	case strings.HasPrefix(path, "file:"):
		return "", errors.New("a path is wanted, not a URI")
	case strings.ContainsRune(path, 0):
		return "", errors.New("the path contains a zero byte")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	file, err := filepath.EvalSymlinks(abs)
	if errors.Is(err, fs.ErrNotExist) {
		dir, err := filepath.EvalSymlinks(filepath.Dir(abs))
		if err != nil {
			return "", err
		}
		return filepath.Join(dir, filepath.Base(abs)), nil
	}
	if err != nil {
		return "", err
	}
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("it is no regular file, but %s", describe(info.Mode()))
	}
	return file, nil
}

func describe(m fs.FileMode) string {
	if m.IsDir() {
		return "a directory"
	}
	return m.Type().String()
}

// dsn is the data source name of the file for the driver, with nothing in the path that it would take for a parameter.
func dsn(path string, parameters ...string) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a Windows drive
	}
	u := url.URL{Scheme: "file", Path: slashed}
	return u.String() + "?" + strings.Join(append(parameters, "_error_rc=1"), "&")
}
