package file_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/file"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/internal/runstest"
)

// story is a number of calls that do everything that a store can do. What is done to the one store and to the model is
// the same.
var story = []func(t *testing.T, s store.Store) error{
	create("a", "b"),
	claimAll,
	steps("a", 1, 2),
	together("a", "b", 3),
	message("b", "one", "key"),
	message("b", "two", ""),
	consume("b", 1),
	publish("a"),
	create("c"),
	claimAll,
	steps("c", 1),
	finish("c"),
	restart("a"),
	steps("a", 1, 2),
	remove("c"),
	create("c"),
	release("b"),
	message("b", "three", "key"),
	message("b", "four", "another"),
	claimAll,
	steps("b", 4, 5),
	steps("c", 7),
	finish("a"),
	remove("a"),
}

func create(ids ...string) func(*testing.T, store.Store) error {
	return func(t *testing.T, s store.Store) error {
		t.Helper()
		var runs []store.Run
		for _, id := range ids {
			r := pending(id)
			r.Created, r.Due = time.Unix(1, 0), time.Unix(2, 0)
			runs = append(runs, r)
		}
		_, err := s.Create(t.Context(), runs)
		return err
	}
}

func claimAll(t *testing.T, s store.Store) error {
	t.Helper()
	_, err := s.Claim(t.Context(), store.Claim{Owner: "o", Lease: time.Hour, Max: 9, Flows: []string{runstest.Flow}})
	return err
}

func find(t *testing.T, s store.Store, id string) (store.Run, error) {
	t.Helper()
	runs, err := s.List(t.Context(), store.Query{IDs: []string{id}})
	if err != nil || len(runs) == 0 {
		return store.Run{ID: id}, err
	}
	return runs[0], nil
}

// with makes writes to a run as it is.
func with(id string, f func(r store.Run) []store.Write) func(*testing.T, store.Store) error {
	return func(t *testing.T, s store.Store) error {
		t.Helper()
		r, err := find(t, s, id)
		if err != nil {
			return err
		}
		return tryCommit(t.Context(), s, f(r)...)
	}
}

func steps(id string, ns ...int64) func(*testing.T, store.Store) error {
	return with(id, func(r store.Run) (all []store.Write) {
		for _, n := range ns {
			all = append(all, step(r, n))
		}
		return all
	})
}

// together records a step of each of two runs, and sends a message from the one to the other.
func together(one, two string, n int64) func(*testing.T, store.Store) error {
	return func(t *testing.T, s store.Store) error {
		t.Helper()
		a, err := find(t, s, one)
		if err != nil {
			return err
		}
		b, err := find(t, s, two)
		if err != nil {
			return err
		}
		first := step(a, n)
		first.Send = []store.Message{{Run: two, Name: "from " + one}}
		return tryCommit(t.Context(), s, first, step(b, n))
	}
}

func message(id, name, key string) func(*testing.T, store.Store) error {
	return func(t *testing.T, s store.Store) error {
		t.Helper()
		errs, err := s.Send(t.Context(), []store.Message{{Run: id, Name: name, Key: key}})
		return errors.Join(append(errs, err)...)
	}
}

func consume(id string, seq int64) func(*testing.T, store.Store) error {
	return with(id, func(r store.Run) []store.Write {
		return []store.Write{{Run: id, Epoch: r.Epoch, Consumed: []int64{seq}}}
	})
}

func publish(id string) func(*testing.T, store.Store) error {
	return with(id, func(r store.Run) []store.Write {
		return []store.Write{{Run: id, Epoch: r.Epoch, Published: []byte("published")}}
	})
}

func become(id string, status store.Status, f func(w *store.Write)) func(*testing.T, store.Store) error {
	return with(id, func(r store.Run) []store.Write {
		w := store.Write{Run: id, Epoch: r.Epoch, State: &r.State, Revision: r.Revision, Release: true, Seen: 100}
		w.State.Status, w.State.Due = status, time.Time{}
		f(&w)
		return []store.Write{w}
	})
}

func finish(id string) func(*testing.T, store.Store) error {
	return become(id, store.Completed, func(*store.Write) {})
}

func release(id string) func(*testing.T, store.Store) error {
	return become(id, store.Waiting, func(*store.Write) {})
}

func restart(id string) func(*testing.T, store.Store) error {
	return become(id, store.Running, func(w *store.Write) {
		w.Release, w.Restart = false, &store.Payload{Codec: "json", Data: []byte(`"again"`)}
	})
}

func remove(id string) func(*testing.T, store.Store) error {
	return func(t *testing.T, s store.Store) error {
		t.Helper()
		_, err := s.Delete(t.Context(), []string{id})
		return err
	}
}

// told is what a store says of all runs, but for what a new process changes about leases.
func told(t *testing.T, s store.Store) string {
	t.Helper()
	var b strings.Builder
	runs, err := s.List(t.Context(), store.Query{})
	require.NoError(t, err)
	for _, r := range runs {
		h, err := s.Load(t.Context(), r.ID, store.Mark{})
		if errors.Is(err, syscall.EIO) { // a disk that fails once
			h, err = s.Load(t.Context(), r.ID, store.Mark{})
		}
		require.NoError(t, err)
		fmt.Fprintf(&b, "%s: %v epoch %d revision %d input %s published %s", r.ID, r.Status, r.Epoch, r.Revision,
			r.Input.Data, r.Published)
		for _, rec := range h.Records {
			fmt.Fprintf(&b, " %d=%s", rec.N, rec.Result.Data)
		}
		for _, m := range h.Messages {
			fmt.Fprintf(&b, " %d:%s/%s", m.Seq, m.Name, m.Key)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// chapters are what is told after each call of the story.
func chapters(t *testing.T) []string {
	t.Helper()
	model := memory.New()
	all := []string{told(t, model)}
	for _, call := range story {
		require.NoError(t, call(t, model))
		all = append(all, told(t, model))
	}
	return all
}

// tell makes the calls of the story, until there is an error, and returns how many were acknowledged.
func tell(t *testing.T, m *machine, size int64) int {
	t.Helper()
	s, err := file.OpenOn(m, size)
	if err != nil {
		return 0
	}
	for n, call := range story {
		if call(t, s) != nil {
			return n
		}
	}
	_ = s.Close()
	return len(story)
}

// The power is cut before each operation that there is, in the story and when it is closed. Then all that was
// acknowledged is there, and what was not is there as a whole or not at all.
func TestAPowerFailureLosesNothingThatWasAcknowledged(t *testing.T) {
	t.Parallel()
	want := chapters(t)
	for _, size := range []int64{1, 700, 1 << 20} {
		t.Run(fmt.Sprint("segments of ", size), func(t *testing.T) {
			t.Parallel()
			whole := newMachine()
			require.Equal(t, len(story), tell(t, whole, size))
			require.Greater(t, whole.ops, 70)
			for at := 0; at < whole.ops; at += stride {
				m := newMachine()
				m.at = cut(at)
				n := tell(t, m, size)
				for seed := range uint64(4) {
					var rng *rand.Rand // the first one loses everything
					if seed > 0 {
						rng = rand.New(rand.NewPCG(seed, uint64(at)))
					}
					recovers(t, m.restart(rng), size, want, n, fmt.Sprintf("cut at %d, seed %d", at, seed))
				}
			}
		})
	}
}

// recovers checks that a store has the first n chapters, and perhaps the next one, and that the story goes on from
// there, whatever happens again.
func recovers(t *testing.T, m *machine, size int64, want []string, n int, what string) {
	t.Helper()
	s, err := file.OpenOn(m, size)
	require.NoError(t, err, what)
	got := told(t, s)
	if n < len(story) && got == want[n+1] {
		n++
	}
	require.Equal(t, want[n], got, what)
	require.Empty(t, m.find("damaged"), what)
	// The next life is short: everything is there again after another failure, or a good end.
	again, err := file.OpenOn(m.restart(nil), size)
	require.NoError(t, err, what)
	require.Equal(t, want[n], told(t, again), what)
	require.NoError(t, s.Close(), what)
	require.Empty(t, m.find("journal"), what)
	closed, err := file.OpenOn(m.restart(nil), size)
	require.NoError(t, err, what)
	require.Equal(t, want[n], told(t, closed), what)
}

// What is appended to the file of a run may be lost in part, and its end not.
func TestAPowerFailureMayLeaveTheEndOfWhatWasAppended(t *testing.T) {
	t.Parallel()
	m := newMachine()
	s, err := file.OpenOn(m, 1) // the files are brought up to date all the time
	require.NoError(t, err)
	a := leased(t, s, "a")[0]
	commit(t, s, step(a, 1))
	commit(t, s, step(a, 2))
	commit(t, s, step(a, 3))
	synced := len(m.text("runs/a.jsonl"))
	m.at = func(_ int, operation string) error {
		if len(m.names["runs/a.jsonl"].data) > synced {
			return errPower
		}
		return nil
	}
	acknowledged := []int64{1, 2, 3}
	for n := int64(4); len(m.text("runs/a.jsonl")) == synced; n++ {
		if tryCommit(t.Context(), s, step(a, n)) == nil {
			acknowledged = append(acknowledged, n)
		}
	}
	m.at = nil
	m.change("runs/a.jsonl", func(all string) string {
		at := synced + 20
		return all[:at] + "\x00" + all[at+1:]
	})
	again, err := file.OpenOn(m, 1)
	require.NoError(t, err)
	require.Subset(t, numbers(t, again, "a"), acknowledged)
	require.Empty(t, m.find("damaged"))
}

// Each operation fails once, in a store that goes on. A call that fails may be made again, and nothing is lost.
func TestADiskThatFailsOnceLosesNothing(t *testing.T) {
	t.Parallel()
	want := chapters(t)
	for _, size := range []int64{1, 700, 1 << 20} {
		t.Run(fmt.Sprint("segments of ", size), func(t *testing.T) {
			t.Parallel()
			whole := newMachine()
			require.Equal(t, len(story), tell(t, whole, size))
			for at := 0; at < whole.ops; at += stride {
				m := newMachine()
				m.at = failing(at)
				what := fmt.Sprint("fails at ", at)
				s, err := file.OpenOn(m, size)
				if err != nil { // it has no effect on the next one
					s, err = file.OpenOn(m, size)
				}
				require.NoError(t, err, what)
				for n, call := range story {
					if err := call(t, s); err != nil {
						require.Equal(t, want[n], told(t, s), what)
						require.NoError(t, call(t, s), what)
						require.Equal(t, want[n+1], told(t, s), what)
					}
				}
				require.Equal(t, want[len(story)], told(t, s), what)
				recovers(t, m.restart(nil), size, want, len(story), what)
				_ = s.Close()
				recovers(t, m.restart(nil), size, want, len(story), what)
			}
		})
	}
}

// What the tests above rely on: a disk that forgets what it was told to keep is found out.
func TestAStoreThatDoesNotSyncFailsTheCheck(t *testing.T) {
	t.Parallel()
	want := chapters(t)
	m := newMachine()
	require.Equal(t, len(story), tell(t, m, 1<<20))
	for _, i := range m.names {
		i.synced = nil
	}
	s, err := file.OpenOn(m.restart(nil), 1<<20)
	if err == nil {
		require.NotEqual(t, want[len(story)], told(t, s))
	}
}
