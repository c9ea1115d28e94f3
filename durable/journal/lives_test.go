package journal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// live runs one life to its end, and tells whether the run has ended.
func (w *world) live(ctx context.Context, root *node) (ended bool) {
	w.lives++
	w.before = map[int64]bool{}
	for _, r := range w.log.history() {
		w.before[r.N] = true
	}
	ctx, die := context.WithCancelCause(ctx)
	defer die(nil)
	cancelled, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := time.AfterFunc(time.Until(w.cancelAt), func() { cancel(context.Canceled) })
	defer stop.Stop()
	crashAt, written := w.rng.IntN(6)+1, w.rng.IntN(2) == 0
	if w.lives > 30 {
		crashAt = -1
	}
	w.log.appends = 0
	w.log.fail = func(n int) (bool, error) {
		if n != crashAt {
			return true, nil
		}
		die(errCrash)
		return written, errCrash
	}
	var pending []store.Message
	for _, m := range w.messages {
		if !m.Sent.After(time.Now()) {
			pending = append(pending, m)
		}
	}
	var j *journal.Journal
	unload := w.lives < 30 && w.rng.IntN(3) == 0
	j, err := journal.New(journal.Config{
		ID: "r", Executor: executor.Func(w.execute), Log: slow{w.log, w}, Records: w.log.history(), Messages: pending,
		Started: epoch, Resumed: w.lives > 1, Treat: treat,
		OnIdle: func() {
			if unload && j.Unload() {
				unload = false
			}
		},
	})
	if err != nil {
		w.breaks("life %d: %v", w.lives, err)
		return true
	}
	if w.lives < 30 {
		stops := []func(){func() {}, func() {}, j.Drain, func() {
			j.Kill(errCrash)
			die(errCrash)
		}}
		later := time.AfterFunc(time.Duration(w.rng.IntN(8))*time.Second, stops[w.rng.IntN(len(stops))])
		defer later.Stop()
	}
	for i := len(pending); i < len(w.messages); i++ {
		later := time.AfterFunc(time.Until(w.messages[i].Sent), func() { j.Deliver(w.messages[:i+1]...) })
		defer later.Stop()
	}
	ctx = executor.WithShield(cancelled, func(step context.Context) context.Context {
		return shielded{step, ctx}
	})
	result, err := journal.Run(ctx, j, func(y actions.Yield) (any, error) { return w.flow(root)(y) })
	switch {
	case errors.Is(err, errCrash), errors.Is(err, store.ErrUnknown) && j.Err() != nil:
		return false
	case errors.Is(err, journal.ErrUnloaded):
		w.log.fail = nil
		if err := w.log.Append(ctx, j.Pending()); err != nil {
			w.breaks("life %d: %v", w.lives, err)
		}
		return false
	case j.Err() != nil:
		w.breaks("life %d: %v", w.lives, err)
	}
	if w.log.Append(ctx, j.Pending()) != nil {
		return false
	}
	w.tells(&node{ID: -1, Kind: "run"}, result, err)
	return true
}

// shielded is a context that ends with the life.
type shielded struct {
	context.Context
	life context.Context
}

type shieldKey struct{}

func (s shielded) Value(key any) any {
	if _, ok := key.(shieldKey); ok {
		return true
	}
	return s.Context.Value(key)
}

func (s shielded) Done() <-chan struct{}       { return s.life.Done() }
func (s shielded) Err() error                  { return s.life.Err() }
func (s shielded) Deadline() (time.Time, bool) { return s.life.Deadline() }

// twice finds the steps that were recorded twice.
func (w *world) twice() {
	seen := map[string]bool{}
	for _, r := range w.log.records {
		key := fmt.Sprint(r.Kind, r.Path)
		if r.Kind != store.Change && seen[key] {
			w.breaks("there are two records of the %s at %s", r.Kind, r.Path)
		}
		seen[key] = true
	}
}

// swallowed finds the events that were given to a branch that lost, and that does nothing else.
func (w *world) swallowed() {
	decided := map[string]int64{}
	for _, r := range w.log.records {
		if r.Kind == store.Decision && (r.Name == "race" || r.Name == "any") {
			decided[r.Path] = r.Number
		}
	}
	for _, r := range w.log.records {
		text := string(r.Action.Data)
		if r.Number == 0 || !strings.Contains(text, "leaf") && !strings.Contains(text, "only") {
			continue
		}
		var group, branch string
		parts := strings.Split(r.Path, ".")
		group, branch = strings.Join(parts[:len(parts)-2], "."), parts[len(parts)-2]
		if winner, ok := decided[group]; ok && strconv.FormatInt(winner, 10) != branch {
			w.breaks("event %d was given to branch %s of %s, and branch %d decided", r.Number, branch, group, winner)
		}
	}
}

func TestEveryLifeOfARunIsToldTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		next := 1
		root := &node{Kind: "seq", Kids: []*node{drawNode(rt, &next, 4), drawNode(rt, &next, 4), drawNode(rt, &next, 3)}}
		seed := rapid.Uint64().Draw(rt, "seed")
		w := &world{
			rng: rand.New(rand.NewPCG(seed, 1)), seen: map[int]string{}, done: map[int]int{}, log: &ledger{},
			seed: seed,
		}
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			w.cancelAt = start.Add(time.Duration(w.rng.IntN(40)) * time.Second)
			for i := range 12 {
				payload, err := json.Marshal(i)
				require.NoError(t, err)
				w.messages = append(w.messages, store.Message{
					Seq: int64(i + 1), Name: []string{"a", "leaf", "only", "b", "only", "leaf"}[i%6],
					Sent:    start.Add(time.Duration(i) * time.Second),
					Payload: store.Payload{Codec: "json", Data: payload},
				})
			}
			for !w.live(t.Context(), root) {
				time.Sleep(time.Duration(w.rng.IntN(3)) * time.Second) //nolint:forbidigo // in a bubble: down for a while
			}
			w.live(t.Context(), root) // once more, from the records alone
			w.swallowed()
			w.twice()
		})
		if len(w.broken) > 0 {
			rt.Fatalf("%v (seed %d)\n%s\n%+v", root, seed, strings.Join(w.broken, "\n"), w.log.records)
		}
	})
}
