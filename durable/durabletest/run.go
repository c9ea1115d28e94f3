package durabletest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing/synctest"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/show"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// Run runs an orchestration under the schedule, through all its lives to the end, and returns what it does. It may be
// called several times, one after the other; each is a run of its own. A run that waits for an event that never comes
// ends with explore.ErrStuck. The executor carries out single actions; the journal takes care of the others.
func Run[T any](s *Schedule, flow orchestrate.Orchestration[T], exec executor.Executor) (T, error) {
	s.Helper()
	var none T
	if flow == nil || exec == nil {
		panic("durabletest.Run: the orchestration or the executor is nil")
	}
	r, err := newRun(s, exec, func(y actions.Yield) (any, error) { return flow(y) })
	if err != nil {
		s.Errorf("%v", err)
		s.FailNow()
	}
	result, err := r.toTheEnd()
	if s.Failed() {
		runtime.Goexit()
	}
	if typed, ok := result.(T); ok {
		return typed, err
	}
	return none, err
}

// run is a run under a schedule.
type run struct {
	s      *Schedule
	config journal.Config // what all lives have in common
	exec   executor.Executor
	flow   func(actions.Yield) (any, error)
	told   *story

	delivered int // events
	lives     int
	cancelled bool
	until     time.Time // the next timer's end, as far as the present life has told

	mu       sync.Mutex
	records  []store.Record
	consumed map[int64]bool
}

func newRun(s *Schedule, exec executor.Executor, flow func(actions.Yield) (any, error)) (*run, error) {
	s.runs++
	c := &s.x.Config
	codecs, err := codec.NewSet(c.Codec, c.ReadCodecs...)
	if err != nil {
		return nil, err
	}
	kinds, err := codec.NewErrors(append(c.ErrorKinds[:len(c.ErrorKinds):len(c.ErrorKinds)],
		codec.Sentinel("explore.ErrFault", explore.ErrFault))...)
	if err != nil {
		return nil, err
	}
	return &run{
		s: s, exec: exec, flow: flow, told: &story{s: s, all: map[string]string{}, treat: c.Treat},
		consumed: map[int64]bool{},
		config: journal.Config{
			ID: fmt.Sprintf("run %d", s.runs), Codecs: codecs, Errors: kinds, Started: s.begun, Treat: c.Treat,
			MaxPayload: c.MaxPayload, MaxSteps: c.MaxSteps,
		},
	}, nil
}

// toTheEnd carries the run out, life after life.
func (r *run) toTheEnd() (any, error) {
	for {
		result, err := r.life()
		switch {
		case r.s.Failed(), errors.Is(err, explore.ErrStuck):
			return nil, err
		case errors.Is(err, errCrash), errors.Is(err, journal.ErrUnloaded):
			r.rests()
			continue
		}
		r.check(result, err)
		return result, err
	}
}

// rests is what happens while nobody carries the run out.
func (r *run) rests() {
	for {
		options := []option{{"the run goes on", nil}}
		if left := time.Until(r.until); left > 0 {
			options = append(options, option{"time passes before the run goes on", func() { <-time.After(left) }})
		}
		if r.delivered < len(r.s.events) {
			label := fmt.Sprintf("event %d comes before the run goes on", r.s.events[r.delivered].Seq)
			options = append(options, option{label, func() { r.delivered++ }})
		}
		picked := r.s.choose(options)
		if picked.happens == nil {
			return
		}
		picked.happens()
	}
}

// life carries the run out until it ends, or its process does.
func (r *run) life() (result any, err error) {
	r.lives++
	r.s.Logf("life %d, from %d records", r.lives, len(r.records))
	h := &host{run: r, stir: make(chan struct{}, 1), over: make(chan struct{}), done: make(chan struct{})}
	c := r.config
	c.Executor, c.Log, c.Records, c.Resumed = h, h, slices.Clone(r.records), r.lives > 1
	for _, m := range r.s.events[:r.delivered] {
		if !r.consumed[m.Seq] {
			c.Messages = append(c.Messages, m)
		}
	}
	c.Observe, c.OnIdle = r.told.observe, h.stirs
	if h.journal, err = journal.New(c); err != nil {
		r.s.Errorf("life %d: %v", r.lives, err)
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(context.Canceled)
	h.cancel = cancel
	if r.cancelled {
		cancel(context.Canceled)
	}
	var told actions.Outcome[any]
	go func() {
		defer close(h.done)
		told.Value, told.Err = journal.Run(ctx, h.journal, r.flow)
	}()
	defer func() { // also if the schedule ends here
		h.crash()
		<-h.done
	}()
	for {
		synctest.Wait()
		select {
		case <-h.done:
			return r.ended(h, told)
		default:
		}
		if r.s.Failed() {
			return nil, errCrash
		}
		options := h.options()
		if len(options) == 0 {
			return nil, explore.ErrStuck
		}
		r.s.choose(options).happens()
	}
}

// ended takes in what is to be written with the end of a life, and says what came of it.
func (r *run) ended(h *host, told actions.Outcome[any]) (any, error) {
	switch why := h.journal.Err(); {
	case why == nil, errors.Is(why, journal.ErrUnloaded):
		died := r.s.choose([]option{
			{"the end of the life is written", func() { r.write(h.journal.Pending()) }},
			{"the process dies before the end of the life is written", nil},
		})
		if died.happens == nil {
			return nil, errCrash
		}
		died.happens()
	case !errors.Is(why, errCrash):
		r.s.Errorf("life %d: %v", r.lives, why)
	}
	return told.Value, told.Err
}

func (r *run) write(e journal.Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records = append(r.records, e.Records...)
	for _, seq := range e.Consumed {
		if r.consumed[seq] {
			r.s.Errorf("event %d is consumed twice", seq)
		}
		r.consumed[seq] = true
	}
}

// has tells whether the outcome of a step is on record.
func (r *run) has(path string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.records, func(known store.Record) bool {
		return known.Kind == store.Step && known.Path == path
	})
}

// check has the run carried out once more, from its records alone.
func (r *run) check(result any, err error) {
	c := r.config
	c.Dry, c.Records, c.Observe = true, r.records, r.told.observe
	if c.Treat != nil {
		c.Executor = r.exec // what leaves no record is read again
	}
	j, bad := journal.New(c)
	if bad != nil {
		r.s.Errorf("the records cannot be read: %v", bad)
		return
	}
	again, now := journal.Run(context.Background(), j, r.flow)
	if want, got := outcome(result, err), outcome(again, now); want != got {
		r.s.Errorf("the records alone lead to something else:\n  told: %s\n  from the records: %s", want, got)
	}
}

// outcome is what came of something, as text.
func outcome(value any, err error) string {
	if err != nil {
		return fmt.Sprintf("error: %s (not done: %t)", show.WholeError(err), executor.NotDone(err))
	}
	return show.Whole(value)
}
