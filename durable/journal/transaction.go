package journal

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// open is the action that a strand has carried out: what a handler needs to record its outcome itself.
type open struct {
	action actions.Action
	record store.Record // as far as it goes
	unkept []store.Record
	under  bool          // a transaction that records the outcome is under way
	ended  chan struct{} // closed when it ends, for who waits for that
	made   *store.Record // by a transaction
}

// opened notes what is being carried out.
func (j *Journal) opened(s *strand, a actions.Action, r store.Record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s.open = open{action: a, record: r, unkept: s.unkept}
}

// closed is called when the action has been carried out, or is left to itself: nobody records its outcome any more but
// the journal. It waits for a transaction under way and returns the record that one has made.
func (j *Journal) closed(s *strand) *store.Record {
	j.mu.Lock()
	defer j.mu.Unlock()
	s.open.record.Path = ""
	for s.open.under && j.phase != dead {
		ended := make(chan struct{})
		s.open.ended = ended
		j.mu.Unlock()
		select {
		case <-ended:
		case <-j.over:
		}
		j.mu.Lock()
	}
	return s.open.made
}

// made is the outcome of an action whose handler has recorded it. What a policy made of its answer does not count.
func (j *Journal) made(s *strand, a actions.Action, r *store.Record) (any, error) {
	if err := j.gone(); err != nil {
		return nil, err
	}
	s.unkept = nil
	s.settled(r)
	s.fresh = true
	return j.decode(a, r.Result)
}

// recorder lets handlers record in transactions of their own.
type recorder struct{ j *Journal }

// recordingError says why a handler cannot record the outcome of its step.
type recordingError string

const (
	errRecorded  recordingError = "the outcome of the step has been recorded already"
	errRecording recordingError = "another attempt is about to record the outcome of the step"
	errTooLate   recordingError = "it is too late to record the outcome of the step: the run goes on without it"
	errNotIts    recordingError = "only the handler of a step can record its outcome, and not that of a flow in it"
	errNoWrites  recordingError = "the log of this journal has no transactions"
)

func (e recordingError) Error() string { return string(e) }

// Permanent is true: trying again does not help. The first one of those who record at the same time may still fail.
func (e recordingError) Permanent() bool { return e != errRecording }

// Record implements [store.Recorder].
func (r recorder) Record(ctx context.Context, result any) (w store.Write, done func(error), err error) {
	j := r.j
	log, ok := j.Log.(interface{ Write(Entry) store.Write })
	if !ok {
		return w, nil, errNoWrites
	}
	s := j.strand(ctx)
	if s == nil {
		return w, nil, errNoContext
	}
	o, err := j.reserve(s, executor.StepFrom(ctx).Path())
	if err != nil {
		return w, nil, err
	}
	reserved := true
	defer func() {
		if reserved {
			j.transactionDone(s, nil, errNoWrites)
		}
	}()
	out, err := j.settleResult(o.action, result)
	if err != nil {
		return w, nil, err
	}
	record := o.record
	record.N = j.number.Add(1)
	record.Result = out.result
	record.Finished = s.finished(&record)
	records := append(o.unkept[:len(o.unkept):len(o.unkept)], record)
	w = log.Write(Entry{Records: records})
	reserved = false
	var once sync.Once
	return w, func(err error) { once.Do(func() { j.transactionDone(s, &record, err) }) }, nil
}

// reserve lets a transaction record what the strand is carrying out. There is one at a time.
func (j *Journal) reserve(s *strand, path string) (open, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	o := &s.open
	switch {
	case j.phase == dead:
		return open{}, j.why()
	case o.record.Path != path && o.record.Path != "" && strings.HasPrefix(path, o.record.Path+"."):
		return open{}, errNotIts
	case o.record.Path != path:
		return open{}, errTooLate
	case o.made != nil:
		return open{}, errRecorded
	case o.under:
		return open{}, errRecording
	}
	o.under = true
	return *o, nil
}

// transactionDone notes what became of a transaction.
func (j *Journal) transactionDone(s *strand, r *store.Record, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	o := &s.open
	o.under = false
	if o.ended != nil {
		close(o.ended)
		o.ended = nil
	}
	switch {
	case err == nil:
		o.made = r
	case errors.Is(err, store.ErrFenced), errors.Is(err, store.ErrUnknown):
		j.halted(dead, err)
	}
}
