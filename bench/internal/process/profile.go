package process

import (
	"errors"
	"os"
	"runtime/pprof"
)

// Profiled calls f, and if wanted writes a CPU profile of it to a file.
func Profiled(wanted bool, path string, f func() error) (err error) {
	if !wanted {
		return f()
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := pprof.StartCPUProfile(file); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return f()
}
