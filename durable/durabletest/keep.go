package durabletest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
)

// Keep writes the histories of runs into a directory, which it makes if it is not there: a file of JSON for each, named
// for its ID, for [ReplayAll]. A history has all that its run was told and has told, in the form in which the codec has
// left it: look at it before you share it.
func Keep(ctx context.Context, s store.Store, dir string, ids ...string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, id := range ids {
		h, err := s.Load(ctx, id, store.Mark{})
		if err != nil {
			return fmt.Errorf("keep run %q: %w", id, err)
		}
		text, err := journal.Export(h)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, fileName(id)), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// fileName is that of the history of a run. An ID may hold what a file system does not take.
func fileName(id string) string { return url.QueryEscape(id) + ".json" }
