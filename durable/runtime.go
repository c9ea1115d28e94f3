package durable

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// ErrClosed is why a runtime that closes interrupts its runs: the cause of the contexts of the steps that it does not
// wait for.
var ErrClosed = errors.New("the runtime is closed")

// closeGrace is how long Close waits, after its context has ended, for handlers to notice.
const closeGrace = time.Second

// Runtime carries runs out. It is also a [Client] of its store. It is safe for concurrent use.
type Runtime struct {
	*Client
	config Config
	exec   executor.Executor
	flows  map[string]*definition
	names  []string                     // of the flows
	calls  map[string]executor.Executor // of those made by Func
	queues map[string]*queue            // nil: all, without limits
	// queueNames are the names of the queues, in order.
	queueNames []string
	owner      string
	log        *slog.Logger
	outage     *outage
	commits    *committer
	// insisting is a client for what runs do, which does not fail because the store does.
	insisting *Client

	// root is the context of what is done with the store, and ends last; life is that of the runs. They are here because
	// they are the runtime's own: nobody calls it to carry runs out.
	root, life context.Context
	uproot     context.CancelFunc
	kill       context.CancelCauseFunc

	unwatch func()
	alarm   alarm
	looks   looks
	misfits misfits
	jobs    sync.WaitGroup

	closeOnce sync.Once
	closed    chan struct{} // closed when Close has returned
	closeErr  error
	changed   chan struct{} // holds a signal for Close: a run has gone, or a claim has ended

	mu        sync.Mutex
	runs      map[string]*loaded
	busy      int // those of them of which a strand does not wait
	departing int // those whose last write is under way
	round     int // of renewals
	idle      idleList
	suspects  suspects
	lapses    *time.Timer
	claiming  bool
	missed    map[string][]store.Notice // about runs that are not in memory, while claiming
	closing   bool                      // nothing is claimed any more
	over      bool                      // no goroutine is started any more
}

// Open starts to carry out the runs of a store: new ones, and those that another process, or this one in an earlier
// life, has left. The executor carries out the actions of flows; it is what stands below the journal, policies and
// handlers, without System or Parallelize, and without a journal: the runtime carries out groups, sleeps and events
// itself.
//
// Runs that are blocked, of the flows that are given, are tried again: the code may be another one now. So are those
// that another runtime blocks while this one is open, unless this one has found that they do not fit: two versions of
// the code may be up at the same time. Runs of flows that are not given stay as they are, and the log says that there
// are some.
//
// The context is for opening it. The store must stay open until [Runtime.Close] has returned.
func Open(ctx context.Context, s store.Store, exec executor.Executor, c Config) (*Runtime, error) {
	rt, err := newRuntime(ctx, s, exec, c)
	if err != nil {
		return nil, fmt.Errorf("durable.Open: %w", err)
	}
	rt.idle.timer = time.AfterFunc(rt.config.UnloadAfter, rt.unloadIdle)
	rt.suspects.timer = time.AfterFunc(rt.config.Lease, rt.trialDue)
	rt.lapses = time.AfterFunc(rt.config.Lease, rt.lapse)
	if w, ok := s.(store.Watcher); ok {
		rt.unwatch = w.Watch(rt.notice)
	}
	blocked := rt.unblock(ctx) != nil // before Open returns, so that nobody is told of blocks that are over
	rt.spawn(rt.keep)
	rt.spawn(func() { rt.survey(blocked) })
	if len(rt.names) > 0 {
		rt.spawn(rt.review)
	}
	if rt.config.SweepEvery > 0 {
		rt.spawn(rt.sweeper)
	}
	return rt, nil
}

func newRuntime(ctx context.Context, s store.Store, exec executor.Executor, c Config) (*Runtime, error) {
	if err := checkContext(ctx); err != nil {
		return nil, err
	}
	c, err := c.normal(store.HearsAll(s))
	if err != nil {
		return nil, err
	}
	if err := checkExecutor(exec); err != nil {
		return nil, err
	}
	client, err := newClient(s, clientConfig{
		codec: c.Codec, readCodecs: c.ReadCodecs, errorKinds: c.ErrorKinds,
		maxPayload: c.MaxPayload, retention: c.Retention, sinks: c.Observe, log: c.Log.With("owner", c.Owner),
		hooks: c.Hooks, queueLimits: c.QueueLimits,
	})
	if err != nil {
		return nil, err
	}
	flows, err := definitions(c.Flows)
	if err != nil {
		return nil, err
	}
	queues, err := queuesOf(c.Queues)
	if err != nil {
		return nil, err
	}
	rt := &Runtime{
		queues: queues, queueNames: slices.Sorted(maps.Keys(queues)),
		Client: client, config: c, exec: observed(c.Observe, exec), flows: flows, owner: c.Owner, log: client.audience.log,
		alarm: alarm{wake: make(chan struct{}, 1)}, unwatch: func() {},
		misfits: newMisfits(), closed: make(chan struct{}), changed: make(chan struct{}, 1), runs: map[string]*loaded{},
	}
	if rt.calls, err = calls(flows, c.Observe); err != nil {
		return nil, err
	}
	for name := range flows {
		rt.names = append(rt.names, name)
	}
	slices.Sort(rt.names)
	// Not derived from ctx, which is for opening; but with its values.
	rt.root, rt.uproot = context.WithCancel(context.WithoutCancel(ctx))
	rt.life, rt.kill = context.WithCancelCause(rt.root)
	rt.outage = &outage{told: &client.audience}
	rt.commits = newCommitter(rt.root, s, rt.outage)
	rt.insisting = &Client{
		audience: client.audience, store: insistent{s, rt.outage}, codecs: client.codecs, errors: client.errors,
		maxPayload: client.maxPayload, retention: client.retention, rooms: client.rooms,
	}
	return rt, nil
}

// spawn runs f on a goroutine that Close waits for. It is false, and f is not run, if Close waits already.
func (rt *Runtime) spawn(f func()) bool {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.over {
		return false
	}
	rt.jobs.Go(f)
	return true
}
