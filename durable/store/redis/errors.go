package redis

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/baton-go/baton/durable/store"
)

// why are the reasons for which scripts refuse writes and messages, by number.
var why = []error{nil, store.ErrNotFound, store.ErrFinished, store.ErrFenced, store.ErrChanged}

// whyNot reads an answer that is a list of such numbers, or of strings that say of which run something cannot be read,
// and what. errs is nil if nothing was refused.
func whyNot(reply any, n int) (errs []error, err error) {
	all, err := list(reply, n)
	if err != nil {
		return nil, err
	}
	for i := range n {
		if what, ok := all[i].(string); ok {
			if errs == nil {
				errs = make([]error, n)
			}
			at := max(0, strings.LastIndex(what, ": "))
			errs[i] = corrupt(what[:at], "%s cannot be read", strings.TrimPrefix(what[at:], ": "))
			continue
		}
		reason, ok := all[i].(int64)
		if !ok || reason < 0 || reason >= int64(len(why)) {
			return nil, odd(reply)
		}
		if reason != 0 && errs == nil {
			errs = make([]error, n)
		}
		if reason != 0 {
			errs[i] = why[reason]
		}
	}
	return errs, nil
}

// fromServer tells whether the server gave the error, and not the way to it.
func fromServer(err error) bool {
	_, ok := errors.AsType[redis.Error](err)
	return ok
}

// explain says what the server's error means where its own words do not help. Older servers hide an error within a
// script in the midst of the text.
func explain(err error) error {
	if err == nil || !fromServer(err) {
		return err
	}
	for _, known := range []struct{ code, says string }{
		{"READONLY", "the server is a read-only replica"},
		{"LOADING", "the server is starting up"},
		{"OOM", "the server's memory is used up, as far as its maxmemory goes"},
		{"MISCONF", "the server cannot write to its disk"},
		{"NOPERM", "the user may not do this"},
		{"NOAUTH", "the server wants a password"},
		{"WRONGPASS", "the server knows no such user, or another password"},
		{"NOREPLICAS", "too few replicas are there for the server's min-replicas-to-write"},
		{"MASTERDOWN", "the server is a replica that has lost its master"},
		{"CLUSTERDOWN", "the cluster does not serve the store's slot"},
		{"MOVED", "the server is a part of a cluster, which needs a client of its kind: see OpenClient"},
		{"CROSSSLOT", "the cluster has the store's keys in several slots"},
		{"BUSY", "the server is busy with somebody's script"},
	} {
		if strings.Contains(err.Error(), known.code+" ") {
			return fmt.Errorf("%s: %w", known.says, err)
		}
	}
	if strings.Contains(err.Error(), "WRONGTYPE ") {
		return fmt.Errorf("%w: one of its keys holds something else: %w", store.ErrCorrupt, err)
	}
	return err
}

// fail says which operation on which store failed.
func (s *Store) fail(operation string, err error) error {
	return fmt.Errorf("store %q: %s: %w", s.config.Prefix, operation, explain(err))
}

// interrupted says why the context has ended that ended a call.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	why := context.Cause(ctx)
	switch {
	case err == nil:
		err = ctx.Err()
	case !errors.Is(err, ctx.Err()):
		err = fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	if errors.Is(err, why) {
		return err
	}
	return fmt.Errorf("%w: %w", why, err)
}

// hidden is an error about a URL, without the URL, in which there may be a password.
func hidden(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("the URL of the server cannot be read: %w", e.Err)
	}
	return err
}

// corrupt is the error for what cannot be read of a run.
func corrupt(run, format string, args ...any) error {
	return fmt.Errorf("%w: run %q: %s", store.ErrCorrupt, run, fmt.Sprintf(format, args...))
}
