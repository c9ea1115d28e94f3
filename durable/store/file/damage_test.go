package file_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/file"
	"github.com/baton-go/baton/internal/runstest"
)

// on opens a store on a machine. It is left open: what is closed is brought up to date.
func on(t *testing.T, m *machine) *file.Store {
	t.Helper()
	s, err := file.OpenOn(m, 1<<20)
	require.NoError(t, err)
	return s
}

// lost checks that a run cannot be read, and why, and that it is out of the way of a sound one, also in later lives.
func lost(t *testing.T, m *machine, id, says string) {
	t.Helper()
	for life := range 3 {
		s := on(t, m)
		_, err := s.Load(t.Context(), id, store.Mark{})
		require.ErrorIs(t, err, store.ErrCorrupt)
		require.ErrorContains(t, err, fmt.Sprintf("run %q: %s", id, says))
		sound := pending(fmt.Sprint("sound ", life))
		_, err = s.Create(t.Context(), []store.Run{sound})
		require.NoError(t, err)
		for _, h := range claim(t, s, 9).Runs {
			require.NotEqual(t, id, h.Run.ID)
			commit(t, s, step(h.Run, 100+h.Run.Epoch))
		}
		blocked, err := s.List(t.Context(), store.Query{Statuses: []store.Status{store.Blocked}})
		require.NoError(t, err)
		require.Len(t, blocked, 1)
		require.Equal(t, id, blocked[0].ID)
		require.Contains(t, blocked[0].Reason, says)
		require.True(t, blocked[0].Due.IsZero())
		if life > 0 {
			require.NoError(t, s.Close())
		}
	}
	// A run that begins again needs nothing of what was lost.
	s := on(t, m)
	r, err := find(t, s, id)
	require.NoError(t, err)
	state := store.State{Status: store.Pending, Due: time.Unix(1, 0)}
	commit(t, s, store.Write{Run: id, State: &state, Revision: r.Revision, Restart: &store.Payload{}, Release: true})
	require.NoError(t, s.Close())
	require.Empty(t, numbers(t, on(t, m), id))
}

// written is a machine with a store that has steps of two runs, in their files or, if it was not closed, in the
// journal.
func written(t *testing.T, closed bool) *machine {
	t.Helper()
	m := newMachine()
	s := on(t, m)
	runs := leased(t, s, "a", "b")
	for n := range int64(3) {
		commit(t, s, step(runs[0], n+1))
		commit(t, s, step(runs[1], n+1))
	}
	if closed {
		require.NoError(t, s.Close())
	}
	return m
}

// spoil replaces a text in a file, which has it once.
func spoil(t *testing.T, m *machine, name, text, by string) {
	t.Helper()
	m.change(name, func(all string) string {
		require.Equal(t, 1, strings.Count(all, text), all)
		return strings.Replace(all, text, by, 1)
	})
}

func TestADamagedRecordIsNamedAndConcernsItsRunOnly(t *testing.T) {
	t.Parallel()
	m := written(t, true)
	spoil(t, m, "runs/a.jsonl", `"path":"2"`, `"path":"4"`)
	lost(t, m, "a", `line 2 of its file "runs/a.jsonl" cannot be read`)
	require.Contains(t, m.text(m.find("damaged")[0]), `"path":"4"`)
}

func TestARunWhoseLastRecordsAreDamagedStandsWhereItStood(t *testing.T) {
	t.Parallel()
	m := written(t, true)
	s := on(t, m)
	for _, h := range claim(t, s, 2).Runs {
		if h.Run.ID == "a" {
			w := step(h.Run, 9)
			w.State, w.Revision, w.Release = &h.Run.State, h.Run.Revision, true
			w.State.Status, w.State.Due = store.Completed, time.Time{}
			commit(t, s, w)
		}
	}
	require.NoError(t, s.Close()) // it has appended to the file
	spoil(t, m, "runs/a.jsonl", `"path":"9"`, `"path":"8"`)
	for range 2 {
		s = on(t, m)
		r, err := find(t, s, "a")
		require.NoError(t, err)
		require.Equal(t, store.Completed, r.Status)
		_, err = s.Load(t.Context(), "a", store.Mark{})
		require.ErrorIs(t, err, store.ErrCorrupt)
		require.ErrorContains(t, err, "line 5 of its file")
		require.NoError(t, s.Close())
	}
	require.Contains(t, m.text(m.find("damaged")[0]), `"path":"8"`)
}

func TestARecordThatIsMissingIsNoticed(t *testing.T) {
	t.Parallel()
	m := written(t, true)
	m.change("runs/a.jsonl", func(all string) string { return all[strings.IndexByte(all, '\n')+1:] })
	lost(t, m, "a", `its file "runs/a.jsonl" has 2 records, and not 3`)
}

func TestAFileThatSaysNothingIsNamed(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"empty": "", "zeros": "\x00\x00\x00", "text": "hello\nyou\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := written(t, true)
			m.change("runs/a.jsonl", func(string) string { return text })
			lost(t, m, "a", `its file "runs/a.jsonl" cannot be read`)
		})
	}
}

func TestAFileThatLostItsEndIsNoticed(t *testing.T) {
	t.Parallel()
	m := written(t, true)
	s := on(t, m)
	for _, h := range claim(t, s, 2).Runs {
		commit(t, s, step(h.Run, 9))
	}
	require.NoError(t, s.Close()) // it has two lines about the whole run now
	m.change("runs/a.jsonl", func(all string) string { return all[:len(all)-5] })
	lost(t, m, "a", `line 6 of its file "runs/a.jsonl" cannot be read`)
}

func TestAFileUnderAnotherNameIsNotTheRuns(t *testing.T) {
	t.Parallel()
	m := written(t, true)
	require.NoError(t, m.Rename("runs/a.jsonl", "runs/c.jsonl"))
	lost(t, m, "c", `its file "runs/c.jsonl" is that of run "a"`)
}

func TestAFileThatIsMissingIsNoticedIfTheJournalKnowsOfIt(t *testing.T) {
	t.Parallel()
	m := written(t, true)
	s := on(t, m)
	for _, h := range claim(t, s, 2).Runs {
		commit(t, s, step(h.Run, 9))
	}
	require.NoError(t, m.Remove("runs/a.jsonl"))
	s = on(t, m)
	_, err := s.Load(t.Context(), "a", store.Mark{})
	require.ErrorIs(t, err, store.ErrCorrupt)
	require.ErrorContains(t, err, `run "a": its file "runs/a.jsonl" is missing`)
	require.Equal(t, []int64{1, 2, 3, 9}, numbers(t, s, "b"))
}

const journal = "journal/00000001.jsonl"

// line returns a line of the journal.
func line(m *machine, n int) string { return strings.Split(m.text(journal), "\n")[n-1] }

func TestADamagedChangeInTheJournalIsNamedAndConcernsItsRunOnly(t *testing.T) {
	t.Parallel()
	m := written(t, false)
	bad := line(m, 5)
	require.Contains(t, bad, `"runs":["a"]`)
	spoil(t, m, journal, bad, strings.Replace(bad, `"path":"2"`, `"path":"4"`, 1))
	lost(t, m, "a", `line 5 of "journal/00000001.jsonl", which holds changes of it, cannot be read`)
	require.Contains(t, m.text(m.find("damaged")[0]), `"path":"4"`)
}

func TestALineOfTheJournalWhoseHeadIsDamagedIsReadAllTheSame(t *testing.T) {
	t.Parallel()
	m := written(t, false)
	bad := line(m, 5)
	spoil(t, m, journal, bad, strings.Replace(bad, `"runs":["a"]`, `"runs":["b"]`, 1))
	s := on(t, m)
	require.Equal(t, []int64{1, 2, 3}, numbers(t, s, "a"))
	require.Equal(t, []int64{1, 2, 3}, numbers(t, s, "b"))
	require.NotEmpty(t, m.find("damaged"))
}

func TestALineOfTheJournalThatSaysNothingConcernsThoseWhoHadALease(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]struct{ by, says string }{
		"damaged": {"nonsense\n", `line 5 of "journal/00000001.jsonl" cannot be read`},
		"missing": {"", `lines of the journal before line 5 of "journal/00000001.jsonl" are missing`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine()
			s := on(t, m)
			_, err := s.Create(t.Context(), []store.Run{{ID: "idle"}})
			require.NoError(t, err)
			r := leased(t, s, "a")[0]
			for n := range int64(5) {
				commit(t, s, step(r, n))
			}
			spoil(t, m, journal, line(m, 5)+"\n", f.by)
			lost(t, m, "a", f.says)
			h, err := on(t, m).Load(t.Context(), "idle", store.Mark{})
			require.NoError(t, err)
			require.Empty(t, h.Records)
		})
	}
}

// A claim that meets runs that cannot be read takes others in their place, and no more than it may.
func TestAClaimKeepsToItsLimitsWhenARunCannotBeRead(t *testing.T) {
	t.Parallel()
	all := []string{"sound 1", "bad 1", "sound 2", "bad 2", "sound 3", "sound 4"}
	for name, c := range map[string]struct {
		claim store.Claim
		more  bool
	}{
		"all in all": {store.Claim{Max: 3}, true},
		"of a queue": {store.Claim{Max: 9, Queues: []store.Share{{Queue: "q", Max: 3}}}, true},
		"of one of the queues": {
			store.Claim{Max: 9, Queues: []store.Share{{Queue: "other"}, {Queue: "q", Max: 3}}}, true,
		},
		"at the same time":        {store.Claim{Max: 9, Queues: []store.Share{{Queue: "q", Total: 3}}}, false},
		"of a key":                {store.Claim{Max: 9, Queues: []store.Share{{Queue: "q", PerKey: 3}}}, false},
		"of all limits the least": {store.Claim{Max: 9, Queues: []store.Share{{Queue: "q", Max: 3, Total: 4}}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine()
			s := on(t, m)
			runs := make([]store.Run, len(all))
			for i, id := range all {
				runs[i] = pending(id)
				runs[i].Queue, runs[i].Due = "q", time.Unix(int64(i+1), 0)
			}
			_, err := s.Create(t.Context(), runs)
			require.NoError(t, err)
			for i, h := range claim(t, s, len(all)).Runs {
				commit(t, s, step(h.Run, 1))
				state := store.State{Status: store.Waiting, Due: runs[i].Due}
				commit(t, s, store.Write{
					Run: h.Run.ID, Epoch: h.Run.Epoch, State: &state, Revision: h.Run.Revision, Release: true,
				})
			}
			require.NoError(t, s.Close())
			for _, id := range []string{"bad 1", "bad 2"} {
				spoil(t, m, "runs/"+file.NameOf(id)+".jsonl", `"path":"1"`, `"path":"4"`)
			}
			s = on(t, m)
			c.claim.Owner, c.claim.Lease, c.claim.Flows = "o", time.Hour, []string{runstest.Flow}
			claimed, err := s.Claim(t.Context(), c.claim)
			require.NoError(t, err)
			var got []string
			for _, h := range claimed.Runs {
				require.Len(t, h.Records, 1)
				got = append(got, h.Run.ID)
			}
			require.Equal(t, []string{"sound 1", "sound 2", "sound 3"}, got)
			require.Equal(t, c.more, !claimed.Next.IsZero(), "sound 4 is left")
			blocked, err := s.List(t.Context(), store.Query{Statuses: []store.Status{store.Blocked}})
			require.NoError(t, err)
			require.Len(t, blocked, 2)
			commit(t, s, step(claimed.Runs[2].Run, 2))
			require.Equal(t, []int64{1, 2}, numbers(t, s, "sound 3"))
		})
	}
}

func TestARunThatCannotBeReadCanBeEndedAndDeleted(t *testing.T) {
	t.Parallel()
	m := written(t, true)
	m.change("runs/a.jsonl", func(string) string { return "?" })
	s := on(t, m)
	created, err := s.Create(t.Context(), []store.Run{pending("a")})
	require.NoError(t, err)
	require.False(t, created[0].New, "what may have been done is not done again")
	r := created[0].Run
	commit(t, s, store.Write{Run: "a", State: &store.State{Status: store.Cancelled}, Revision: r.Revision, Release: true})
	require.NoError(t, s.Close())
	s = on(t, m)
	n, err := s.Delete(t.Context(), []string{"a"})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.NoError(t, s.Close())
	require.Equal(t, []string{"runs/b.jsonl"}, m.find("runs"))
	kept := m.find("damaged")
	require.Len(t, kept, 1)
	require.Equal(t, "?", m.text(kept[0]))
}

func TestAnyByteMayChange(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"runs/a.jsonl", journal} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := written(t, name != journal)
			text := m.text(name)
			if name == journal { // its last line may never have been acknowledged
				text = text[:strings.LastIndexByte(text[:len(text)-1], '\n')]
			}
			for at := range text {
				by := []string{"", "0", "\n", "\t", "\x00"}[at%5]
				m := m.restart(nil)
				m.change(name, func(all string) string { return all[:at] + by + all[at+1:] })
				s := on(t, m)
				for _, id := range []string{"a", "b"} {
					h, err := s.Load(t.Context(), id, store.Mark{})
					if err == nil {
						require.Len(t, h.Records, 3, "%s at %d: %q", id, at, by)
					} else {
						require.ErrorIs(t, err, store.ErrCorrupt)
						require.True(t, id == "a" || name == journal, "%s at %d: %q", id, at, by)
					}
				}
			}
		})
	}
}
