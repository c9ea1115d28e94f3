//go:build !windows

package sqlite

import (
	"errors"
	"os"
)

// syncDir has the disk keep the names in a directory.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
