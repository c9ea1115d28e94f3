package journal

import (
	"context"
	"errors"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// open is the action that a strand has carried out: what a handler needs to record its outcome itself.
type open struct {
	action actions.Action
	record store.Record // as far as it goes
	unkept []store.Record
	made   *store.Record // by the handler
}

// opened notes what is being carried out.
func (j *Journal) opened(s *strand, a actions.Action, r store.Record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s.open = open{action: a, record: r, unkept: s.unkept}
}

// transacted is the record that the handler made, if it did.
func (j *Journal) transacted(s *strand) *store.Record {
	j.mu.Lock()
	defer j.mu.Unlock()
	return s.open.made
}

// made is the outcome of an action whose handler has recorded it. What a policy made of its answer does not count.
func (j *Journal) made(s *strand, a actions.Action, r *store.Record) (any, error) {
	if err := j.gone(); err != nil {
		return nil, err
	}
	s.unkept = nil
	s.now, s.spins, s.fresh = r.Finished, 0, true
	return j.decode(a, r.Result)
}

// recorder lets handlers record in transactions of their own.
type recorder struct{ j *Journal }

var errRecorded = errors.New("the outcome of the step has been recorded already")

// Record implements [store.Recorder].
func (r recorder) Record(ctx context.Context, result any) (w store.Write, done func(error), err error) {
	j := r.j
	log, ok := j.Log.(interface{ Write(Entry) store.Write })
	if !ok {
		return w, nil, errors.New("the log of this journal has no transactions")
	}
	s, path := j.strand(ctx), executor.StepFrom(ctx).Path()
	if s == nil {
		return w, nil, errNoContext
	}
	j.mu.Lock()
	o, phase := s.open, j.phase
	j.mu.Unlock()
	switch {
	case phase == dead:
		return w, nil, j.Err()
	case o.record.Path != path:
		return w, nil, fmt.Errorf("the transaction of step %s is too late: the run is at step %s", path, o.record.Path)
	case o.made != nil:
		return w, nil, errRecorded
	}
	out, err := j.settleResult(o.action, result)
	if err != nil {
		return w, nil, err
	}
	record := o.record
	record.N = j.number.Add(1)
	record.Result = out.result
	record.Finished = s.finished()
	records := append(o.unkept[:len(o.unkept):len(o.unkept)], record)
	return log.Write(Entry{Records: records}), func(err error) { j.transactionDone(s, &record, err) }, nil
}

// transactionDone notes what became of a transaction.
func (j *Journal) transactionDone(s *strand, r *store.Record, err error) {
	switch {
	case err == nil:
		j.mu.Lock()
		defer j.mu.Unlock()
		if s.open.record.Path == r.Path {
			s.open.made = r
		}
	case errors.Is(err, store.ErrFenced), errors.Is(err, store.ErrUnknown):
		j.halt(dead, err)
	}
}
