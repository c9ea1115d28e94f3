package journal

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// Config says what a journal is made of. ID, Executor and Log are required, but for a dry run.
type Config struct {
	// ID is that of the run: step keys begin with it.
	ID string
	// Seed makes identifiers and random values differ from those of other runs with this ID, in other stores.
	Seed []byte
	// Origins are the runs that this one was made of, one after the other; mostly there is none.
	Origins []Origin
	// Executor carries out what has no record: the policies, and the handlers at their bottom.
	Executor executor.Executor
	// Log makes records durable.
	Log Log
	// Codecs encode actions and results; nil stands for JSON. Errors encodes errors; nil knows the standard kinds.
	Codecs *codec.Set
	Errors *codec.Errors

	// Records and Messages are what is known of the run from earlier lives. The journal keeps them.
	Records  []store.Record
	Messages []store.Message
	// Started is what Now answers before the first record, the same in each life. Zero stands for the moment at which
	// the journal is made, and is an error if there are records already.
	Started time.Time
	// Resumed says that an earlier life may have carried out actions of which there is no record.
	Resumed bool

	// Treat says how an action is recorded; nil records every action synchronously and compares all of it. It must
	// answer the same each time.
	Treat func(actions.Action) Treatment
	// MaxPayload bounds an encoded result in bytes; 0 stands for 4 MiB. KeepAction is the size in bytes up to which an
	// action itself is kept beside its digest, for people to read; 0 stands for 1 KiB, a negative one keeps none.
	MaxPayload, KeepAction int
	// MaxSteps bounds the records of the run; 0 stands for 1,000,000. See [RunawayError].
	MaxSteps int

	// Observe, if not nil, puts observers around the journal where Run starts it: they see what the orchestration is
	// told.
	Observe func(executor.Executor) executor.Executor
	// Dry makes a dry run: nothing is recorded, and nothing is carried out, but for what leaves no record, by the
	// Executor, if there is one. Each strand stops where its records end and it asks for something that would leave
	// one. When all of them have, the run is unloaded; or, if there are records that it did not come by, it stops with
	// a [MismatchError].
	Dry bool

	// OnIdle is called when every strand of the run waits, on the strand that was the last to. It may be nil.
	OnIdle func()
	// OnAside is called with Progress and Publish, and with a Log that is no replay, on the strand that yields it. It
	// may be nil.
	OnAside func(ctx context.Context, a actions.Action)
}

// Log makes records durable.
type Log interface {
	// Append returns nil once the entry is durable, as a whole. An error stops the journal, because nobody knows
	// whether it is. Calls are concurrent; the order in which they take effect does not matter. A Log that also has a
	// method Write(Entry) store.Write lets handlers record in transactions of their own (see [store.Recorder]).
	Append(ctx context.Context, e Entry) error
}

// Entry is what is made durable together.
type Entry struct {
	// Records are numbered; their Epoch is up to the Log.
	Records []store.Record
	// Consumed are the Seqs of the messages that the records consume.
	Consumed []int64
}

// Journal is the executor that journals one run. It is safe for concurrent use by the strands of that run.
type Journal struct {
	Config
	main    *strand
	past    *history
	origins []origin
	changes changes
	number  atomic.Int64 // of the last record
	steps   atomic.Int64
	limits  tally
	stopped atomic.Bool   // it is not live any more
	over    chan struct{} // closed when it is dead
	left    chan struct{} // closed when the orchestration has left the goroutine that Run has made for it

	mu       sync.Mutex
	phase    phase
	err      error // why it is not live any more
	unwound  bool  // a strand was made to exit
	unloaded bool
	until    time.Time // the first timer, when it was unloaded
	busy     int       // strands that do not wait
	waiting  []*waiter
	exits    bool // strands exit their goroutines when it is not live any more
	inbox    inbox
	stands   []Stand
	blind    bool // a dry run does not know how it went on

	// See hold.
	unsettled chan struct{} // closed when a strand holds no more
	withheld  bool          // an event was not given to a strand because another one holds
}

const (
	defaultPayload = 4 << 20
	defaultKeep    = 1 << 10
	defaultSteps   = 1_000_000
	maxRefused     = 1000
	maxSpins       = 1_000_000
)

// New makes the journal of a run. The error says what the configuration lacks, or wraps [store.ErrCorrupt] if the
// records cannot be those of a run.
func New(c Config) (*Journal, error) {
	switch {
	case c.ID == "":
		return nil, errors.New("journal.New: the ID is empty")
	case c.Executor == nil && !c.Dry:
		return nil, errors.New("journal.New: the executor is nil")
	case c.Log == nil && !c.Dry:
		return nil, errors.New("journal.New: the log is nil")
	case c.Started.IsZero() && len(c.Records) > 0:
		return nil, errors.New("journal.New: Started is zero, and there are records of an earlier life, which had one")
	}
	if c.Codecs == nil {
		c.Codecs, _ = codec.NewSet(nil) // the default is there
	}
	if c.Errors == nil {
		c.Errors, _ = codec.NewErrors() // as above
	}
	if c.Started.IsZero() {
		c.Started = time.Now()
	}
	if c.Treat == nil {
		c.Treat = func(actions.Action) Treatment { return Treatment{} }
	}
	c.MaxPayload = orDefault(c.MaxPayload, defaultPayload)
	c.KeepAction = orDefault(c.KeepAction, defaultKeep)
	c.MaxSteps = orDefault(c.MaxSteps, defaultSteps)
	past, err := newHistory(c.Records)
	if err != nil {
		return nil, err
	}
	origins, err := newOrigins(c.Origins, c.Records)
	if err != nil {
		return nil, err
	}
	j := &Journal{Config: c, past: past, origins: origins, over: make(chan struct{}), busy: 1, inbox: newInbox(past)}
	j.limits = tally{spins: maxSpins, refused: maxRefused}
	j.Records, j.Messages = nil, nil // the history and the inbox have them
	j.main = &strand{now: instant(c.Started)}
	j.number.Store(past.lastNumber)
	j.steps.Store(int64(len(past.steps)))
	j.inbox.add(c.Messages)
	return j, nil
}

func orDefault(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// Context returns the context under which the run is started with orchestrate.Run: it knows the run's ID, the journal's
// strands, and where the run begins. A journal is for one start.
func (j *Journal) Context(ctx context.Context) context.Context {
	return j.under(executor.WithRun(ctx, j.ID))
}

// under has what is carried out under the context belong to the journal.
func (j *Journal) under(ctx context.Context) context.Context {
	ctx = store.WithRecorder(executor.WithStrands(ctx, strands{j}), recorder{j})
	return context.WithValue(ctx, strandKey{}, j.main)
}

// Execute answers the action from its record, or has it carried out and recorded.
func (j *Journal) Execute(ctx context.Context, a actions.Action) (any, error) {
	s := j.strand(ctx)
	if s == nil {
		return nil, errNoContext
	}
	if err := j.leave(); err != nil {
		return nil, err
	}
	switch a := a.(type) {
	case actions.Group:
		return j.group(ctx, s, a)
	case actions.Log, actions.Progress, actions.Publish:
		return nil, j.aside(ctx, s, a)
	case actions.Version:
		return j.version(ctx, s, a)
	case actions.Now, actions.NewID, actions.Random:
		return j.derive(ctx, s, a)
	}
	path := executor.StepFrom(ctx).Path()
	if p := j.past.steps[path]; p != nil {
		return j.replay(s, p, a)
	}
	return j.live(ctx, s, path, a)
}

var errNoContext = errors.New("journal: the run was not started under the context of its journal: see Journal.Context")

// Unwrap returns the executor below.
func (j *Journal) Unwrap() executor.Executor { return j.Executor }

// String is "Journal".
func (j *Journal) String() string { return "Journal" }

// KeepsJournal says that policies must not stand above it: see combinators.Lint.
func (j *Journal) KeepsJournal() {}

// aside passes on what leaves no record.
func (j *Journal) aside(ctx context.Context, s *strand, a actions.Action) error {
	path := executor.StepFrom(ctx).Path()
	if err := j.spin(s, path); err != nil {
		return err
	}
	if _, ok := a.(actions.Log); ok && j.past.beyond(path) {
		return nil
	}
	if j.OnAside != nil {
		j.OnAside(ctx, a)
	}
	return nil
}

// instant is a moment as it is kept: what is seen live does not differ from what a store brings back.
func instant(t time.Time) time.Time { return t.UTC().Round(0).Truncate(time.Microsecond) }
