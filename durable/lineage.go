package durable

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
)

// seedSize is how many random bytes the seed of a run begins with. Behind them stands the lineage of one that was made
// of another: it belongs to what never changes about a run.
const seedSize = 16

// maxLineage is how many runs one after the other a run may be made of.
const maxLineage = 100

// lineage is what a run knows of the one that it was made of by Retry or Fork.
type lineage struct {
	// Of is the ID of that one, and At the step before which they parted, if somebody said which.
	Of string `json:"of"`
	At string `json:"at,omitempty"`
	// Key is what the keys of the run's steps begin with; empty is its ID.
	Key     string   `json:"key,omitempty"`
	Origins []parted `json:"origins,omitempty"`
}

// parted is a [journal.Origin].
type parted struct {
	ID    string    `json:"id"`
	Last  int64     `json:"last"`
	Since time.Time `json:"since"`
}

// lineageOf is the lineage of a run. One that was started by nobody but its starter has none.
func lineageOf(r *store.Run) (l lineage, ok bool, err error) {
	if len(r.Seed) <= seedSize {
		return l, false, nil
	}
	if err := json.Unmarshal(r.Seed[seedSize:], &l); err != nil {
		return l, false, fmt.Errorf("what run %q was made of: %w: %w", r.ID, store.ErrCorrupt, err)
	}
	return l, true, nil
}

// seedOf are the random bytes of a run's seed.
func seedOf(r *store.Run) []byte { return r.Seed[:min(len(r.Seed), seedSize)] }

// with is the seed, with a lineage behind it.
func (l lineage) with(seed []byte) []byte {
	data, _ := json.Marshal(l) // it is made of nothing that cannot be encoded
	return append(append(make([]byte, 0, len(seed)+len(data)), seed...), data...)
}

// identify sets what a journal knows a run by: what its step keys begin with, and what its values are derived from.
// What continues as new is made of nothing but itself.
func identify(c *journal.Config, r *store.Run) error {
	c.ID, c.Seed = journalID(*r), seedOf(r)
	l, ok, err := lineageOf(r)
	if err != nil || !ok || r.Generation > 0 {
		return err
	}
	if l.Key != "" {
		c.ID = l.Key
	}
	for _, o := range l.Origins {
		c.Origins = append(c.Origins, journal.Origin(o))
	}
	return nil
}

// descent is the lineage of a run that is made of another one now, and of which the records up to a number are the
// other one's.
func descent(of *store.Run, at string, last int64, now time.Time) (lineage, error) {
	var c journal.Config
	if err := identify(&c, of); err != nil {
		return lineage{}, err
	}
	l := lineage{Of: of.ID, At: at}
	for _, o := range append(c.Origins, journal.Origin{ID: c.ID, Last: last, Since: now}) {
		o.Last = min(o.Last, last) // what is recorded next has the next number
		l.Origins = append(l.Origins, parted(o))
	}
	if len(l.Origins) > maxLineage {
		return l, badOption("it was made of %d others, one after the other: start it anew", maxLineage)
	}
	return l, nil
}
