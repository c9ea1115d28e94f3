package file_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/baton-go/baton/durable/durabletest"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/file"
)

func TestNothingIsLostWhenTheProcessIsKilled(t *testing.T) {
	durabletest.Crash(t, durabletest.Crashes{
		Open: func(ctx context.Context, dir string) (store.Store, error) {
			return file.Open(ctx, filepath.Join(dir, "store"))
		},
	})
}
