package sqlite

import (
	"errors"

	"github.com/baton-go/baton/durable/store"
)

// spared are runs that cannot be settled, because pages of the file are damaged, in a transaction that settles many.
// Others are not to suffer from that: what the tail has of them is set aside. SQLite refuses to write more in the
// transaction that found such a page, so it is made again.
type spared struct {
	runs map[int64]bool
	all  bool
}

// sparedMost is how many damaged runs there may be before all count as such.
const sparedMost = 16

// sparing calls f, which makes a transaction, until it has spared those that it must.
func sparing(f func(spare *spared) error) error {
	spare := spared{runs: map[int64]bool{}}
	for {
		err := f(&spare)
		failed, ok := errors.AsType[*unsettledError](err)
		if !ok || spare.all || spare.runs[failed.id] {
			return err
		}
		spare.runs[failed.id] = true
		spare.all = len(spare.runs) > sparedMost
	}
}

// unsettledError says that a run cannot be settled.
type unsettledError struct {
	id  int64
	err error
}

// Error names no run: the cause does.
func (e *unsettledError) Error() string { return e.err.Error() }

// Unwrap is the cause.
func (e *unsettledError) Unwrap() error { return e.err }

// tryToSettle calls f, which settles the entries of a run, or sets their rows aside and marks the run.
func (w *work) tryToSettle(spare *spared, t *target, all []entry, f func() error) error {
	if !spare.all && !spare.runs[t.id] {
		err := f()
		if errors.Is(explain(err), store.ErrCorrupt) {
			err = &unsettledError{t.id, err}
		}
		return err
	}
	row := int64(0)
	for _, e := range all {
		if e.Row == row {
			continue
		}
		row = e.Row
		if _, err := w.exec(keepDamaged, row); err != nil {
			return err
		}
	}
	_, err := w.exec(updateSettled, -row, t.id)
	return err
}

const keepDamaged = "INSERT OR REPLACE INTO baton_damaged (id, data) SELECT id, data FROM baton_tail WHERE id = ?"
