package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// live has an action carried out that has no record, and records it.
func (j *Journal) live(ctx context.Context, s *strand, path string, a actions.Action) (any, error) {
	treatment := j.Treat(a)
	wait := actions.IsWait(a)
	if treatment.Durability == Unrecorded && !wait {
		return j.unrecorded(ctx, s, path, a)
	}
	d, unfit := j.digest(a)
	if j.past.beyond(path) {
		return nil, j.missing(path, a, d.data)
	}
	if err := j.count(path); err != nil {
		return nil, err
	}
	r := store.Record{Kind: store.Step, Path: path, Name: d.name, Digest: d.sum, Started: instant(time.Now())}
	if unfit != nil {
		return j.record(ctx, s, a, r, nil, fmt.Errorf("%w: %w", unfit, executor.ErrNotDone), treatment.Durability)
	}
	r.Action = j.keep(d)
	if wait {
		return j.wait(ctx, s, a, r)
	}
	if err := executor.Refuse(ctx); err != nil {
		if err := j.refuse(path); err != nil {
			return nil, err
		}
		return j.record(ctx, s, a, r, nil, j.believe(s, err), treatment.Durability)
	}
	j.refused.Store(0)
	j.opened(s, a, r)
	value, err := j.call(ctx, s, a, r)
	if r := j.transacted(s); r != nil {
		return j.made(s, a, r)
	}
	return j.record(ctx, s, a, r, value, j.believe(s, err), treatment.Durability)
}

// keep is the action for people to read.
func (j *Journal) keep(d digest) store.Payload {
	if len(d.data) > j.KeepAction {
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

// exited records that a handler exited its goroutine, if it is the run's to exit.
func (j *Journal) exited(ctx context.Context, s *strand, a actions.Action, r store.Record) {
	if j.transacted(s) != nil || !j.owns() {
		return
	}
	e := &ExitError{Run: j.ID, Path: r.Path, Action: actions.Name(a)}
	if _, err := j.record(ctx, s, a, r, nil, e, Synchronous); err != nil {
		_ = j.stop(e) // unless it has stopped already
	}
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
	r.Finished = s.finished()
	if d == Batched {
		s.unkept = append(s.unkept, r)
		s.now, s.spins = r.Finished, 0
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
	s.now, s.spins, s.fresh = r.Finished, 0, true
	return o.value, o.err
}

// finished is the end of a record of now. The clock may have been set back.
func (s *strand) finished() time.Time {
	if now := instant(time.Now()); now.After(s.now) {
		return now
	}
	return s.now
}

// decidedBy is the record of a decision, if the outcome of the single action that the branch is decides its group.
func (j *Journal) decidedBy(s *strand, path string, err error, at time.Time) (r store.Record, ok bool) {
	if !s.leaf || !s.group.isLeaf(path, s.branch) {
		return r, false
	}
	g := s.group
	j.mu.Lock()
	defer j.mu.Unlock()
	if g.decided < 0 && decides(g.mode, err) {
		g.decided = s.branch
	}
	if g.decided != s.branch || g.written {
		return r, false
	}
	g.written = true
	return j.decision(g, at), true
}

// append makes an entry durable. If that fails nobody knows what the records are, so the journal stops.
func (j *Journal) append(ctx context.Context, e Entry) error {
	if err := j.gone(); err != nil {
		return err
	}
	if err := j.Log.Append(context.WithoutCancel(ctx), e); err != nil {
		return j.stop(err)
	}
	return nil
}

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

func (e *doubtfulError) Error() string { return e.error.Error() + " (but perhaps before a crash)" }

func (e *doubtfulError) Unwrap() error { return e.error }

func (e *doubtfulError) NotDone() bool { return false }

// unrecorded has an action carried out that leaves no record. Where the run has been already, it is not refused.
func (j *Journal) unrecorded(ctx context.Context, s *strand, path string, a actions.Action) (any, error) {
	if err := j.spin(s, path); err != nil {
		return nil, err
	}
	if j.past.beyond(path) {
		ctx = context.WithoutCancel(ctx)
	}
	return j.Executor.Execute(ctx, a)
}
