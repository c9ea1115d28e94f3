package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// live has an action carried out that has no record, and records it.
func (j *Journal) live(ctx context.Context, s *strand, path string, a actions.Action) (any, error) {
	treatment, wait := j.Treat(a), actions.IsWait(a)
	if treatment.Durability == Unrecorded && !wait {
		return j.unrecorded(ctx, s, path, a)
	}
	d, unfit := j.digest(a)
	if j.past.inside(path) {
		return nil, j.misplaced(path, a, d.data)
	}
	if j.past.beyond(path) {
		return nil, j.missing(path, a, d.data)
	}
	if j.Dry {
		return nil, j.stand(ctx, s, path, a)
	}
	j.asks(s)
	if err := j.count(path); err != nil {
		return nil, err
	}
	r := j.begun(s, path, d)
	if unfit != nil {
		err := j.believe(s, fmt.Errorf("%w: %w", unfit, executor.ErrNotDone))
		return j.record(ctx, s, a, r, nil, err, treatment.Durability)
	}
	if wait {
		return j.wait(ctx, s, a, r)
	}
	if err := executor.Refuse(ctx); err != nil {
		return j.refused(ctx, s, a, r, err, treatment.Durability)
	}
	value, err := j.call(ctx, s, a, r)
	if r := j.closed(s); r != nil {
		return j.made(s, a, r)
	}
	return j.record(ctx, s, a, r, value, j.believe(s, err), treatment.Durability)
}

// begun is the record of an action that begins now.
func (j *Journal) begun(s *strand, path string, d digest) store.Record {
	return store.Record{
		Kind: store.Step, Path: path, Name: d.name, Digest: d.sum, Action: j.keep(d), Started: s.clock(),
	}
}

// refused records that an action was not begun.
func (j *Journal) refused(
	ctx context.Context, s *strand, a actions.Action, r store.Record, why error, d Durability,
) (any, error) {
	if err := j.refuse(s, r.Path); err != nil {
		return nil, err
	}
	return j.record(ctx, s, a, r, nil, j.believe(s, why), d)
}

// keep is the action for people to read.
func (j *Journal) keep(d digest) store.Payload {
	if d.sum == nil || len(d.data) > j.KeepAction {
		return store.Payload{}
	}
	p, err := j.Codecs.Encode(json.RawMessage(d.data))
	if err != nil {
		return store.Payload{}
	}
	return p
}

// call has the executor carry out an action. If the handler exits its goroutine, so does the run, and is carried out
// again from its records.
func (j *Journal) call(ctx context.Context, s *strand, a actions.Action, r store.Record) (value any, err error) {
	s.tally.refused = 0
	j.opened(s, a, r)
	returned := false
	defer func() {
		if returned {
			return
		}
		if p := recover(); p != nil {
			value, err = nil, executor.NewPanicError(p)
			return
		}
		j.exited(ctx, s, a, r)
	}()
	value, err = j.Executor.Execute(ctx, a)
	returned = true
	return value, err
}

// exited records that a handler exited its goroutine.
func (j *Journal) exited(ctx context.Context, s *strand, a actions.Action, r store.Record) {
	made := j.closed(s)
	if j.dead() {
		return
	}
	e := &ExitError{Run: j.ID, Path: executor.StepFrom(ctx).Path(), Action: actions.Name(a)}
	if made == nil && r.Path != "" {
		_, _ = j.record(ctx, s, a, r, nil, e, Synchronous) // if that fails, the journal has stopped
	}
	_ = j.stop(e)
}

// ExitError says that a handler exited its goroutine, with runtime.Goexit. It is the outcome of the action, and the
// reason why a run must be carried out again from its records to see it.
type ExitError struct{ Run, Path, Action string }

// Error names the step.
func (e *ExitError) Error() string {
	return fmt.Sprintf("the handler of %s exited its goroutine at step %s", e.Action, e.Path)
}

// NotDone is false: nobody knows how far it came.
func (e *ExitError) NotDone() bool { return false }

// record makes the outcome of an action durable and returns what the orchestration sees of it.
func (j *Journal) record(
	ctx context.Context, s *strand, a actions.Action, r store.Record, value any, err error, d Durability,
) (any, error) {
	o := j.settle(a, value, err)
	r.N = j.number.Add(1)
	r.Result, r.Failure = o.result, o.failure
	r.Finished = s.finished(&r)
	if d == Batched {
		s.unkept = append(s.unkept, r)
		s.settled(&r)
		return o.value, o.err
	}
	e := Entry{Records: []store.Record{r}}
	if len(s.unkept) > 0 {
		e.Records = append(s.unkept, r)
		s.unkept = nil
	}
	if r.Number > 0 {
		e.Consumed = []int64{r.Number}
	}
	if decision, ok := j.decidedBy(s, r.Path, o.err, r.Finished); ok {
		e.Records = append(e.Records, decision)
	}
	if err := j.append(ctx, e); err != nil {
		return nil, err
	}
	s.settled(&r)
	s.fresh = true
	return o.value, o.err
}

// decidedBy is the record of a decision, if the outcome of the single action that the branch is decides its group.
func (j *Journal) decidedBy(s *strand, path string, err error, at time.Time) (r store.Record, ok bool) {
	if !s.isLeaf(path) {
		return r, false
	}
	g := s.group
	j.mu.Lock()
	defer j.mu.Unlock()
	if decides(g.mode, err) {
		j.giveWay(s)
		if g.decided < 0 && (!g.later || !g.races()) {
			g.decided = s.branch
		}
	}
	if g.decided != s.branch || g.written {
		return r, false
	}
	g.written = true
	return j.decision(g, at), true
}

// append makes an entry durable. If that fails nobody knows what the records are, so the journal stops.
func (j *Journal) append(ctx context.Context, e Entry) (err error) {
	if err := j.gone(); err != nil || j.Dry {
		return err
	}
	returned := false
	defer func() {
		if returned {
			return
		}
		if p := recover(); p != nil {
			err = j.stop(executor.NewPanicError(p))
			return
		}
		j.halt(dead, errLogExited)
	}()
	err = j.Log.Append(context.WithoutCancel(ctx), e)
	returned = true
	if err != nil {
		return j.stop(err)
	}
	return nil
}

var errLogExited = errors.New("the log exited the goroutine of the run")

// flush writes what a strand has not yet written.
func (j *Journal) flush(ctx context.Context, s *strand) error {
	if len(s.unkept) == 0 {
		return nil
	}
	e := Entry{Records: s.unkept}
	s.unkept = nil
	return j.append(ctx, e)
}

// believe keeps an error from saying that nothing was done, where an earlier life may have done it.
func (j *Journal) believe(s *strand, err error) error {
	if err != nil && j.Resumed && !s.fresh && executor.NotDone(err) {
		return &doubtfulError{err}
	}
	return err
}

// doubtfulError is an error that says that nothing was done, for an action that may have been done before.
type doubtfulError struct{ error }

func (e *doubtfulError) Error() string { return "perhaps done before a crash: " + e.error.Error() }

func (e *doubtfulError) Unwrap() error { return e.error }

func (e *doubtfulError) NotDone() bool { return false }
