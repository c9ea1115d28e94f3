package durable

import (
	"encoding/json"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// holdCodec is the codec of what a run has in the place of its result while it is paused. It is there, and not in the
// status, because a claim changes that: a run whose lease runs out while its steps come to their end stays paused.
const holdCodec = reserved + "hold"

// hold says how a run stood when it was paused.
type hold struct {
	// Due is when a run that was never carried out was to be.
	Due time.Time `json:"due,omitzero"`
	// Cancelled says that the run was to be cancelled already, Late that it was past its deadline. Either has a run that
	// is paused go on, unless it was paused after that.
	Cancelled bool `json:"cancelled,omitempty"`
	Late      bool `json:"late,omitempty"`
}

// holdOf tells how a run stood when it was paused. It is false if it was not, or was resumed since.
func holdOf(s *store.State) (h hold, ok bool) {
	if s.Result.Codec != holdCodec || s.Status.Finished() {
		return h, false
	}
	_ = json.Unmarshal(s.Result.Data, &h) // what cannot be read holds, and no more is known of it
	return h, true
}

// holdBack has a state hold the run.
func (h hold) holdBack(s *store.State) {
	data, _ := json.Marshal(h) // it is made of nothing that cannot be encoded
	s.Result = store.Payload{Codec: holdCodec, Data: data}
}

// held tells whether a run is to be left alone, because it is paused.
func held(r *store.Run, now time.Time) bool {
	h, ok := holdOf(&r.State)
	if !ok || !h.Cancelled && !r.State.Cancelled.IsZero() {
		return false
	}
	return h.Late || r.Deadline.IsZero() || now.Before(r.Deadline)
}

// stayHeld makes the next state of a run one in which it is paused, if it is: until its deadline.
func stayHeld(r *store.Run, next *store.State, now time.Time) {
	if !held(r, now) {
		return
	}
	h, _ := holdOf(&r.State)
	next.Status, next.Due, next.Reason, next.Result = store.Paused, time.Time{}, r.Reason, r.Result
	if !h.Late {
		next.Due = r.Deadline
	}
}

// sitOut gives back a run that was claimed although it is paused, without calling its flow: the lease of whoever had it
// ran out before it was given back, or the clock of the store has its deadline come too soon.
func (l *loaded) sitOut() {
	l.left("pause", l.conclude(l.life, func(row store.Run) store.Write {
		now := time.Now()
		s := row.State
		s.Status, s.Due = store.Waiting, exact(now) // if it was resumed since
		l.brokenOff(&s)
		stayHeld(&row, &s, now)
		if soon := exact(now.Add(time.Second)); s.Status == store.Paused && !s.Due.IsZero() && s.Due.Before(soon) {
			s.Due = soon
		}
		return store.Write{State: &s, Release: true}
	}))
}
