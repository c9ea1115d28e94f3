package journal

import (
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Origin says that the first records of a run are those of another one, from which it has parted: see [Part].
type Origin struct {
	// ID is that of the other run: what NewID and Random answer before one of its records is what they answered there.
	ID string
	// Last is the number of the last record that is the other run's; -1 if there is none.
	Last int64
	// Since is when they parted. What has no record of the other run behind it does not happen before that: it is what
	// Now answers there, and when a Sleep begins.
	Since time.Time
}

// origin is an Origin, and the records that are of it.
type origin struct {
	Origin
	records *history
}

// newOrigins finds the records of each origin.
func newOrigins(from []Origin, records []store.Record) ([]origin, error) {
	origins := make([]origin, len(from))
	for i, o := range from {
		own := make([]store.Record, 0, len(records))
		for _, r := range records {
			if r.N <= o.Last {
				own = append(own, r)
			}
		}
		h, err := newHistory(own)
		if err != nil {
			return nil, err
		}
		o.Since = instant(o.Since)
		origins[i] = origin{o, h}
	}
	return origins, nil
}

// derivedBy is the ID of the run by which values at the path are derived.
func (j *Journal) derivedBy(path string) string {
	for i := range j.origins {
		if o := &j.origins[i]; o.records.beyond(path) {
			return o.ID
		}
	}
	return j.ID
}

// nowAt is the time of the strand at the path: that of its last record, but not before the run has parted from another
// one, if that had not come past the path. It is the same in each life.
func (j *Journal) nowAt(s *strand, path string) time.Time {
	now := s.now
	for i := range j.origins {
		if o := &j.origins[i]; now.Before(o.Since) && !o.records.beyond(path) {
			now = o.Since
		}
	}
	return now
}
