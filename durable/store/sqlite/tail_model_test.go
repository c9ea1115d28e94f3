package sqlite_test

import (
	"bytes"
	"database/sql/driver"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// modelled is a run as it should be: its log, by number, and its lease.
type modelled struct {
	epoch, revision int64
	leased, there   bool
	finished        bool
	log             map[int64]string
}

// model does at random whatever may happen to the logs of a few runs, and knows what must be in them.
type model struct {
	t      *testing.T
	rng    *rand.Rand
	dir    string
	s      *sqlite.Store
	f      *faulty
	opened int
	wrote  int
	runs   map[string]*modelled
	last   string
}

var modelIDs = []string{"a", "b", "c", "d"}

func newModel(t *testing.T, seed uint64) *model {
	t.Helper()
	m := &model{t: t, rng: rand.New(rand.NewPCG(seed, 7)), dir: t.TempDir(), runs: map[string]*modelled{}}
	m.open()
	for _, id := range modelIDs {
		m.runs[id] = &modelled{}
		m.create(id)
	}
	m.claim()
	return m
}

func (m *model) path() string { return fmt.Sprintf("%s/%d.db", m.dir, m.opened) }

func (m *model) open() {
	m.f = new(faulty)
	m.f.left.Store(-1)
	s, err := sqlite.OpenDriver(m.t.Context(), m.path(), sqlite.Config{Synchronous: sqlite.Off},
		func(d driver.Driver) driver.Driver { return faultyDriver{d, m.f} })
	require.NoError(m.t, err)
	if m.rng.IntN(2) == 0 {
		s.SetTailMost(int64(m.rng.IntN(4000)))
	}
	m.s = s
}

func (m *model) create(id string) {
	_, err := m.s.Create(m.t.Context(), []store.Run{pending(id)})
	require.NoError(m.t, err)
	m.runs[id] = &modelled{there: true, log: map[int64]string{}}
}

func (m *model) claim() {
	for _, h := range claim(m.t, m.s, len(modelIDs)).Runs {
		m.claimed(h)
	}
}

func (m *model) claimed(h store.History) {
	r := m.runs[h.Run.ID]
	r.epoch, r.revision, r.leased = h.Run.Epoch, h.Run.Revision, true
	m.same(h)
}

// same checks a history.
func (m *model) same(h store.History) {
	m.t.Helper()
	r := m.runs[h.Run.ID]
	got := map[int64]string{}
	for i, record := range h.Records {
		require.True(m.t, i == 0 || h.Records[i-1].N < record.N, m.last)
		got[record.N] = record.Name
	}
	require.Equal(m.t, r.log, got, "%s: %s", h.Run.ID, m.last)
}

func (m *model) check() {
	m.t.Helper()
	for _, id := range modelIDs {
		if !m.runs[id].there {
			continue
		}
		h, err := m.s.Load(m.t.Context(), id, store.Mark{})
		require.NoError(m.t, err, m.last)
		m.same(h)
		from := int64(m.rng.IntN(60))
		part, err := m.s.Load(m.t.Context(), id, store.Mark{Records: from})
		require.NoError(m.t, err)
		at := slices.IndexFunc(h.Records, func(r store.Record) bool { return r.N >= from })
		if at < 0 {
			at = len(h.Records)
		}
		require.Len(m.t, part.Records, len(h.Records)-at)
		if len(part.Records) > 0 {
			require.Equal(m.t, h.Records[at:], part.Records)
		}
	}
}

// write makes up a write to a run, and what becomes of it if it is made.
func (m *model) write(id string) (w store.Write, after modelled, refused bool) {
	r := m.runs[id]
	after = *r
	after.log = map[int64]string{}
	w = store.Write{Run: id, Epoch: r.epoch}
	if m.rng.IntN(12) == 0 {
		w.Epoch += int64(m.rng.IntN(3)) - 1
	}
	if m.rng.IntN(4) == 0 {
		w.Published = []byte("p")
	}
	if m.rng.IntN(5) == 0 {
		state := store.State{Status: store.Waiting, Due: time.Now().Add(-hour)}
		w.State, w.Revision = &state, r.revision
		w.Release = m.rng.IntN(2) == 0
		if m.rng.IntN(4) == 0 {
			w.Restart = &store.Payload{}
		}
		if w.Release && m.rng.IntN(4) == 0 {
			w.State.Status = store.Completed
			after.finished = true
		}
	}
	if w.Restart == nil {
		for n, name := range r.log {
			after.log[n] = name
		}
	}
	top := int64(len(after.log))
	for range m.rng.IntN(4) {
		n := top + int64(m.rng.IntN(6)) - 3
		if m.rng.IntN(4) > 0 {
			n = top + 1
		}
		n = max(n, 0)
		top = max(top, n)
		m.wrote++
		name := fmt.Sprint("step ", m.wrote)
		record := step(store.Run{ID: id, Lease: store.Lease{Epoch: w.Epoch}}, n).Records[0]
		record.Name = name
		if m.rng.IntN(8) == 0 {
			record.Result.Data = bytes.Repeat([]byte{'x'}, m.rng.IntN(40_000))
		}
		w.Records = append(w.Records, record)
		if _, ok := after.log[n]; !ok {
			after.log[n] = name
		}
	}
	if w.State != nil {
		after.revision++
		after.leased = r.leased && !w.Release
		if w.Release && w.Epoch == 0 {
			after.epoch++
		}
	}
	if r.finished || (!r.leased || w.Epoch != r.epoch) && (w.Epoch != 0 || w.State == nil) {
		return w, *r, true
	}
	return w, after, false
}

// writes makes up some, and what the runs are once they are made.
func (m *model) writes() (writes []store.Write, refused []bool, after map[string]*modelled) {
	before := maps.Clone(m.runs)
	for _, id := range modelIDs {
		for range m.rng.IntN(3) {
			w, then, no := m.write(id)
			writes, refused = append(writes, w), append(refused, no)
			m.runs[id] = &then
		}
	}
	after, m.runs = m.runs, before
	return writes, refused, after
}

// commit makes writes of which a statement may fail, before or after it was carried out.
func (m *model) commit() {
	writes, refused, after := m.writes()
	if m.rng.IntN(3) == 0 {
		m.f.arm(int64(m.rng.IntN(15)), m.rng.IntN(2) == 0)
	}
	errs, err := m.s.Commit(m.t.Context(), writes)
	failed := m.f.disarm()
	if err == nil {
		m.refusals(refused, errs)
		m.runs = after
		return
	}
	require.True(m.t, failed)
	require.ErrorIs(m.t, err, errInjected)
	if m.f.after.Load() && m.made(after) {
		m.runs = after
	}
}

// refusals checks which writes were refused.
func (m *model) refusals(want []bool, errs []error) {
	m.t.Helper()
	for i, no := range want {
		require.Equal(m.t, no, errs != nil && errs[i] != nil, "%s: write %d", m.last, i)
	}
}

// made tells whether a transaction was made nevertheless.
func (m *model) made(after map[string]*modelled) bool {
	for _, id := range modelIDs {
		if !m.runs[id].there {
			continue
		}
		h, err := m.s.Load(m.t.Context(), id, store.Mark{})
		require.NoError(m.t, err)
		names := map[int64]string{}
		for _, r := range h.Records {
			names[r.N] = r.Name
		}
		if h.Run.Revision != m.runs[id].revision || !maps.Equal(names, m.runs[id].log) {
			return after[id].revision == h.Run.Revision
		}
	}
	return false
}

// within makes writes in a transaction of the user. Some are undone by a savepoint, or all by a rollback.
func (m *model) within() {
	ctx := m.t.Context()
	tx, err := m.s.DB().BeginTx(ctx, nil)
	require.NoError(m.t, err)
	in, err := m.s.Within(tx)
	require.NoError(m.t, err)
	if m.rng.IntN(3) == 0 {
		_, err := tx.ExecContext(ctx, "SAVEPOINT theirs")
		require.NoError(m.t, err)
		undone, _, _ := m.writes()
		_, err = in.Commit(ctx, undone)
		require.NoError(m.t, err)
		_, err = tx.ExecContext(ctx, "ROLLBACK TO theirs")
		require.NoError(m.t, err)
	}
	writes, refused, after := m.writes()
	errs, err := in.Commit(ctx, writes)
	require.NoError(m.t, err)
	m.refusals(refused, errs)
	before := m.runs
	m.runs = after
	for _, id := range modelIDs {
		if !m.runs[id].there {
			continue
		}
		h, err := in.Load(ctx, id, store.Mark{})
		require.NoError(m.t, err)
		m.same(h)
	}
	if m.rng.IntN(3) == 0 {
		require.NoError(m.t, tx.Rollback())
		m.runs = before
		return
	}
	require.NoError(m.t, tx.Commit())
}

// repeat appends all records again, with other names: nothing happens.
func (m *model) repeat() {
	var writes []store.Write
	for _, id := range modelIDs {
		r := m.runs[id]
		for n := range r.log {
			if r.leased && m.rng.IntN(2) == 0 {
				writes = append(writes, step(store.Run{ID: id, Lease: store.Lease{Epoch: r.epoch}}, n))
			}
		}
	}
	commit(m.t, m.s, writes...)
}

// remove deletes the runs that have finished, and creates them again: perhaps in the same row.
func (m *model) remove() {
	_, err := m.s.Delete(m.t.Context(), modelIDs)
	require.NoError(m.t, err)
	for _, id := range modelIDs {
		if m.runs[id].finished {
			m.create(id)
		}
	}
}

// reopen closes the store, or leaves it as a crash does and goes on with a copy.
func (m *model) reopen(crash bool) {
	was := m.path()
	m.opened++
	if crash {
		for _, suffix := range []string{"", "-wal"} {
			data, err := os.ReadFile(was + suffix)
			require.NoError(m.t, err)
			require.NoError(m.t, os.WriteFile(m.path()+suffix, data, 0o600))
		}
	} else {
		m.opened--
	}
	require.NoError(m.t, m.s.Close())
	m.open()
	for _, r := range m.runs {
		r.leased = false
	}
}

func (m *model) expire() {
	_, err := m.s.Renew(m.t.Context(), "owner", 0)
	require.NoError(m.t, err)
}

func TestWhateverHappensALogHasWhatWasAppended(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			m := newModel(t, seed)
			defer func() { require.NoError(t, m.s.Close()) }()
			for range 150 {
				n := m.rng.IntN(40)
				m.last = fmt.Sprint("operation ", n)
				switch n {
				case 0:
					m.reopen(false)
				case 1:
					m.reopen(true)
				case 2:
					require.NoError(t, m.s.Settle(t.Context()))
				case 3:
					m.remove()
				case 4, 5, 6:
					m.expire()
					m.claim()
				case 7, 8, 9, 10, 11:
					m.claim()
				case 12, 13, 14:
					m.repeat()
				case 15, 16, 17, 18, 19, 20, 21:
					m.within()
				default:
					m.commit()
				}
				m.check()
			}
		})
	}
}
