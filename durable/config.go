package durable

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/executor"
)

// Config says what a runtime carries out, and how. The zero value of each field is its default.
type Config struct {
	// Flows are those of which runs are carried out: see [Flows]. Runs of other flows are left alone. A runtime that has
	// any carries out the schedules of the store as well, also those for flows that it does not have: it starts their
	// runs, for others.
	Flows []AnyFlow

	// Codec, ReadCodecs, ErrorKinds, MaxPayload and Retention are what the client options of the same names say.
	// MaxPayload also bounds the results of steps and of runs.
	Codec      codec.Codec
	ReadCodecs []codec.Codec
	ErrorKinds []codec.ErrorKind
	MaxPayload int
	Retention  time.Duration

	// QueueLimits are what the client option [QueueLimit] says, by the names of the queues: how many runs may wait in
	// each. They also bound what runs and schedules start: the [Start] of a child is refused with [ErrQueueFull], which
	// the flow may handle, and a schedule leaves the time out, with that as its trouble.
	QueueLimits map[string]int

	// MaxConcurrent is how many runs are claimed to be carried out at the same time: 256 by default. Those that wait for
	// a timer or an event do not count; when they go on while they are in memory they are not held up, so that there may
	// be more for a while. Nor do those that are under suspicion of killing the process, of which one is carried out at a
	// time. A handler that waits for another run holds the place of its own: yield [Await] instead.
	MaxConcurrent int
	// MaxLoaded is about how many runs are in memory, those that wait included: 10,000 by default. If there are more,
	// those that have waited longest are unloaded at once.
	MaxLoaded int
	// UnloadAfter is how long a run waits in memory before it is unloaded: a second by default.
	UnloadAfter time.Duration
	// Queues are those out of which runs are carried out, with their limits; runs of other queues are left to others. If
	// there are none, runs are carried out of all queues, without limits.
	Queues []Queue
	// Lease is how long a run belongs to a runtime that does not say that it is still there: 30 s by default. It is the
	// time after which the runs of a process that died are taken over. A runtime that cannot reach its store for so long
	// stops its runs: somebody else may have them.
	Lease time.Duration
	// Poll is how often the store is asked for runs that are due, besides whenever one is known to be: 1 s by default, 5
	// s if the store tells about changes.
	Poll time.Duration

	// SweepEvery is how often runs that have expired are deleted (see [Client.Sweep]), and blocked ones that are past
	// their deadline ended, besides when the runtime is opened: every minute by default. Runs and queues are counted then
	// for sinks. A negative one leaves that to others.
	SweepEvery time.Duration

	// Treat says how an action is recorded; nil records every action before the flow goes on, and compares all of it when
	// the run is carried out again. It must answer the same each time.
	Treat func(actions.Action) journal.Treatment
	// MaxSteps bounds the records of a run: 1,000,000 by default.
	MaxSteps int

	// Observe are told of what happens (see package durable/fact), and of every action that is carried out: not of those
	// that are answered from the journal. A tracer among them makes a span of each life of a run, in which those of its
	// actions are, and links it to the life before; see combinators/telemetry. The executor needs no Observed with the
	// same sinks, which would tell them of each action twice.
	Observe []combinators.Sink
	// Hooks are called as runs go on.
	Hooks Hooks
	// Log is where the runtime logs, and the orchestrations that it carries out: slog.Default() by default. It is told
	// the same as Observe but for the actions: with a combinators.ZapSink among those, slog.New(slog.DiscardHandler)
	// keeps the lines from being written twice.
	Log *slog.Logger
	// Owner names this process in leases and logs. The default is made of the host's name and the process ID. Something
	// random is added, so that no two are the same.
	Owner string
}

const (
	defaultConcurrent  = 256
	defaultLoaded      = 10_000
	defaultUnloadAfter = time.Second
	defaultLease       = 30 * time.Second
	defaultPoll        = time.Second
	defaultSweep       = time.Minute
	defaultWatchedPoll = 5 * time.Second
	leastLease         = 10 * time.Millisecond
)

// normal fills in the defaults and refuses what makes no sense.
func (c Config) normal(watched bool) (Config, error) {
	for _, f := range []struct {
		name  string
		value int64
	}{
		{"MaxConcurrent", int64(c.MaxConcurrent)},
		{"MaxLoaded", int64(c.MaxLoaded)},
		{"UnloadAfter", int64(c.UnloadAfter)},
		{"Lease", int64(c.Lease)},
		{"Poll", int64(c.Poll)},
		{"MaxSteps", int64(c.MaxSteps)},
	} {
		if f.value < 0 {
			return c, fmt.Errorf("%s is negative", f.name)
		}
	}
	set(&c.MaxConcurrent, defaultConcurrent)
	set(&c.MaxLoaded, max(defaultLoaded, c.MaxConcurrent))
	set(&c.UnloadAfter, defaultUnloadAfter)
	set(&c.Lease, defaultLease)
	if watched {
		set(&c.Poll, defaultWatchedPoll)
	}
	set(&c.Poll, defaultPoll)
	set(&c.SweepEvery, defaultSweep)
	set(&c.MaxPayload, DefaultMaxPayload)
	if c.Log == nil {
		c.Log = slog.Default()
	}
	switch {
	case c.MaxConcurrent > c.MaxLoaded:
		return c, fmt.Errorf("MaxConcurrent is %d, and MaxLoaded %d", c.MaxConcurrent, c.MaxLoaded)
	case c.Lease < leastLease:
		return c, fmt.Errorf("the Lease of %v is shorter than %v", c.Lease, leastLease)
	}
	if c.Owner == "" {
		host, _ := os.Hostname() // without one it is the process that counts
		c.Owner = fmt.Sprintf("%s-%d", host, os.Getpid())
	}
	if err := checkName("owner", c.Owner); err != nil {
		return c, err
	}
	c.Owner += "-" + rand.Text()[:10]
	return c, nil
}

func set[T comparable](field *T, otherwise T) {
	var zero T
	if *field == zero {
		*field = otherwise
	}
}

// checkExecutor refuses an executor that the runtime cannot stand on.
func checkExecutor(exec executor.Executor) error {
	if isNil(exec) {
		return errors.New("the executor is nil: for flows that are made by Func alone, executor.NewMux() will do")
	}
	for _, layer := range executor.Layers(exec) {
		if _, ok := layer.(interface{ KeepsJournal() }); ok {
			return fmt.Errorf("the executor %s has a journal in it: the runtime puts one around it", executor.Layers(exec))
		}
	}
	return nil
}
