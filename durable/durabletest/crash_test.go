package durabletest_test

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/durabletest"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// liar is a store that says now and then that a write was made which was not.
type liar struct {
	store.Store
	lies func(store.Write) bool
}

func (l liar) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	var honest []store.Write
	for _, w := range writes {
		if !l.lies(w) {
			honest = append(honest, w)
		}
	}
	if len(honest) == 0 {
		return nil, nil
	}
	if len(honest) < len(writes) { // so that the errors are in their places
		for _, w := range honest {
			if errs, err := l.Store.Commit(ctx, []store.Write{w}); err != nil || len(errs) > 0 && errs[0] != nil {
				return nil, store.ErrClosed
			}
		}
		return nil, nil
	}
	return l.Store.Commit(ctx, writes)
}

func (l liar) Watch(f func(store.Notice)) (stop func()) { return l.Store.(*sqlite.Store).Watch(f) }

func (l liar) Close() error { return l.Store.(*sqlite.Store).Close() }

func open(ctx context.Context, dir string) (*sqlite.Store, error) {
	return sqlite.Open(ctx, filepath.Join(dir, "baton.db"))
}

func TestAStoreThatLosesAcknowledgedRecordsIsFoundOut(t *testing.T) {
	_, wrong := durabletest.Witnessed(t, durabletest.Crashes{
		Open: func(ctx context.Context, dir string) (store.Store, error) {
			s, err := open(ctx, dir)
			return liar{s, func(w store.Write) bool { return w.State == nil && rand.IntN(10) == 0 }}, err
		},
		Kills: 200,
	})
	require.NotEmpty(t, wrong)
	require.Regexp(t, "was carried out again, after the|was told .* before|is blocked: ", wrong[0])
}

func TestAStoreThatLosesAPauseIsFoundOut(t *testing.T) {
	_, wrong := durabletest.Witnessed(t, durabletest.Crashes{
		Open: func(ctx context.Context, dir string) (store.Store, error) {
			s, err := open(ctx, dir)
			return liar{s, func(w store.Write) bool { return w.State != nil && w.State.Status == store.Paused }}, err
		},
		Kills: 200,
	})
	require.NotEmpty(t, wrong)
	require.Contains(t, wrong[0], "was carried out, although its run was paused")
}

func TestAStoreThatLosesARequestToCancelIsFoundOut(t *testing.T) {
	var tally durabletest.Tally
	var wrong []string
	for tally.Cancelled == 0 { // nearly always once: runs are cancelled at random
		tally, wrong = durabletest.Witnessed(t, durabletest.Crashes{
			Open: func(ctx context.Context, dir string) (store.Store, error) {
				s, err := open(ctx, dir)
				return liar{s, func(w store.Write) bool {
					return w.State != nil && !w.State.Cancelled.IsZero() && w.Epoch == 0
				}}, err
			},
			Kills: 10,
		})
	}
	require.NotEmpty(t, wrong)
	require.Contains(t, wrong[0], "although it was cancelled")
}

func TestAStoreThatLosesTimesOfAScheduleIsFoundOut(t *testing.T) {
	_, wrong := durabletest.Witnessed(t, durabletest.Crashes{
		Open: func(ctx context.Context, dir string) (store.Store, error) {
			s, err := open(ctx, dir)
			return late{liar{Store: s, lies: func(store.Write) bool { return false }}}, err
		},
		Kills: 1,
	})
	require.NotEmpty(t, wrong)
	require.Contains(t, wrong[0], "the schedule has no run between")
}

// late is a store that says that it has made every second run of a schedule, and has not.
type late struct{ liar }

func (l late) Create(ctx context.Context, runs []store.Run) (all []store.Created, err error) {
	for _, r := range runs {
		_, text, _ := strings.Cut(r.ID, "@")
		if at, err := time.Parse(time.RFC3339, text); err == nil && at.Unix()%2 == 0 {
			all = append(all, store.Created{Run: r, New: true})
			continue
		}
		made, err := l.Store.Create(ctx, []store.Run{r})
		if err != nil {
			return nil, err
		}
		all = append(all, made...)
	}
	return all, nil
}

func TestAStoreInWhichEventsComeTwiceIsFoundOut(t *testing.T) {
	_, wrong := durabletest.Witnessed(t, durabletest.Crashes{
		Open: func(ctx context.Context, dir string) (store.Store, error) {
			s, err := open(ctx, dir)
			return forgetful{liar{Store: s}}, err
		},
		Kills: 200,
	})
	require.NotEmpty(t, wrong)
	require.Regexp(t, "received 1, and not 2", wrong[0])
}

// forgetful is a store that does not look at the keys of messages.
type forgetful struct{ liar }

func (f forgetful) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	return f.Store.Commit(ctx, writes)
}

func (f forgetful) Send(ctx context.Context, messages []store.Message) ([]error, error) {
	for i := range messages {
		messages[i].Key = ""
	}
	return f.Store.Send(ctx, messages)
}
