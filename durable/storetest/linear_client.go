package storetest

import (
	"context"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/baton-go/baton/durable/store"
)

const (
	linearRuns    = 3
	linearClients = 4
	linearPhases  = 3
	linearCalls   = 10 // of each client in each phase
	linearRecords = 12 // with different numbers
)

// linear has clients use a store, and keeps what they did.
type linear struct {
	ctx    context.Context
	store  store.Store
	prefix string
	clock  atomic.Int64
	names  atomic.Int64

	mu      sync.Mutex
	history [linearRuns][]porcupine.Operation
}

// client is one of those who use the store. It knows what it saw last.
type client struct {
	*linear
	n      int
	random *rand.Rand
	seen   [linearRuns]store.History
}

func (l *linear) id(run int) string { return l.prefix + "run " + strconv.Itoa(run) }

func (l *linear) flow(run int) string { return l.prefix + "flow " + strconv.Itoa(run) }

func (l *linear) owner(n int) string { return l.prefix + "owner " + strconv.Itoa(n) }

// run has the clients use the store. Now and then all but one of them rest, and that one looks at everything.
func (l *linear) run(seed uint64) error {
	var runs []store.Run
	for i := range linearRuns {
		runs = append(runs, store.Run{
			ID: l.id(i), Flow: l.flow(i), State: store.State{Status: store.Pending, Due: time.Now().Add(-hour)},
		})
	}
	if err := l.retry(func() error {
		_, err := l.store.Create(l.ctx, runs)
		return err
	}); err != nil {
		return err
	}
	clients := make([]*client, linearClients)
	for n := range clients {
		clients[n] = &client{linear: l, n: n, random: rand.New(rand.NewPCG(seed, uint64(n)))} //nolint:gosec // no secrets
	}
	for range linearPhases {
		var wg sync.WaitGroup
		for _, c := range clients {
			wg.Go(func() {
				for range linearCalls {
					c.act(c.random.IntN(linearRuns))
				}
			})
		}
		wg.Wait()
		for run := range linearRuns {
			clients[0].claim(run, true)
			clients[0].load(run)
		}
	}
	return nil
}

// retry makes a call until it succeeds: the store may fail on purpose.
func (l *linear) retry(call func() error) (err error) {
	for range 100 {
		if err = call(); err == nil {
			return nil
		}
	}
	return err
}

// record keeps a call. One whose outcome is unknown may take effect at any time.
func (l *linear) record(run, client int, d deed, began int64, o outcome, err error) {
	if err != nil {
		o = outcome{unknown: true}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	ended := l.clock.Add(1)
	if o.unknown {
		ended = math.MaxInt64
	}
	l.history[run] = append(l.history[run], porcupine.Operation{
		ClientId: client, Input: d, Call: began, Output: o, Return: ended,
	})
}

func (c *client) act(run int) {
	switch n := c.random.IntN(100); {
	case n < 25:
		c.claim(run, false)
	case n < 45:
		c.write(run, deed{what: "append", record: int64(c.random.IntN(linearRecords))})
	case n < 55:
		c.renew()
	case n < 70:
		c.send(run)
	case n < 78:
		c.load(run)
	case n < 86:
		c.consume(run)
	case n < 94:
		c.write(run, deed{what: "release", finish: n == 93})
	default:
		c.write(run, deed{what: "steal"})
	}
}

func (c *client) claim(run int, strict bool) {
	d := deed{what: "claim", owner: c.n, lasting: c.random.IntN(2) == 0, strict: strict}
	began := c.clock.Add(1)
	claimed, err := c.store.Claim(c.ctx, store.Claim{
		Owner: c.owner(c.n), Lease: leaseFor(d), Max: 1, Flows: []string{c.flow(run)},
	})
	var o outcome
	if len(claimed.Runs) > 0 {
		c.seen[run] = claimed.Runs[0]
		o = outcome{found: true, view: c.view(claimed.Runs[0])}
	}
	c.record(run, c.n, d, began, o, err)
}

func leaseFor(d deed) time.Duration {
	if d.lasting {
		return hour
	}
	return 0
}

func (c *client) load(run int) {
	began := c.clock.Add(1)
	h, err := c.store.Load(c.ctx, c.id(run), store.Mark{})
	if err != nil {
		return // reading has no effect, so it need not be explained
	}
	c.seen[run] = h
	c.record(run, c.n, deed{what: "load"}, began, outcome{found: true, view: c.view(h)}, nil)
}

// view is what can be seen of a history. Numbers that are not in order, or were not given, cannot be explained.
func (c *client) view(h store.History) view {
	v := view{status: h.Run.Status, owner: -1, epoch: h.Run.Epoch, revision: h.Run.Revision}
	if n, ok := strings.CutPrefix(h.Run.Owner, c.prefix+"owner "); ok {
		v.owner, _ = strconv.Atoi(n) // it was made by Itoa
	}
	for i, r := range h.Records {
		if r.N < 0 || r.N >= linearRecords || i > 0 && r.N <= h.Records[i-1].N {
			v.inbox += "records out of order "
			continue
		}
		v.log[r.N] = r.Epoch
	}
	for i, m := range h.Messages {
		if i > 0 && m.Seq <= h.Messages[i-1].Seq {
			v.inbox += "messages out of order "
		}
		v.inbox += m.Name + " "
	}
	return v
}

func (c *client) renew() {
	d := deed{what: "renew", owner: c.n, lasting: c.random.IntN(2) == 0}
	began := c.clock.Add(1)
	held, err := c.store.Renew(c.ctx, c.owner(c.n), leaseFor(d))
	var outcomes [linearRuns]outcome
	for _, h := range held {
		for run := range linearRuns {
			if h.Run == c.id(run) {
				outcomes[run] = outcome{found: true, view: view{epoch: h.Epoch, revision: h.Revision}}
			}
		}
	}
	for run, o := range outcomes {
		c.record(run, c.n, d, began, o, err)
	}
}

func (c *client) send(run int) {
	d := deed{what: "send", name: strconv.FormatInt(c.names.Add(1), 10)}
	if c.random.IntN(2) == 0 {
		d.key = "k" + strconv.Itoa(c.random.IntN(4))
	}
	began := c.clock.Add(1)
	errs, err := c.store.Send(c.ctx, []store.Message{{Run: c.id(run), Name: d.name, Key: d.key}})
	c.record(run, c.n, d, began, outcomeOf(errs), err)
}

func (c *client) consume(run int) {
	if m := c.seen[run].Messages; len(m) > 0 {
		c.write(run, deed{what: "consume", name: m[c.random.IntN(len(m))].Name})
	}
}

// write makes a write under the lease that the client saw last, whoever had it.
func (c *client) write(run int, d deed) {
	seen := c.seen[run]
	if seen.Run.Epoch == 0 {
		return
	}
	w := store.Write{Run: c.id(run)}
	d.revision = seen.Run.Revision
	if d.what != "steal" {
		d.epoch = seen.Run.Epoch
	}
	w.Epoch = d.epoch
	switch d.what {
	case "append":
		w.Records = steps(d.epoch, d.record)
	case "consume":
		for _, m := range seen.Messages {
			if m.Name == d.name {
				w.Consumed = []int64{m.Seq}
			}
		}
	case "release":
		w.State, w.Release, w.Revision = &store.State{Status: store.Waiting}, true, d.revision
		if n := len(seen.Messages); n > 0 {
			w.Seen, d.name = seen.Messages[n-1].Seq, seen.Messages[n-1].Name
		}
		if d.finish {
			w.State.Status = store.Completed
		}
	case "steal":
		w.State, w.Release, w.Revision = &store.State{Status: store.Pending, Due: time.Now().Add(-hour)}, true, d.revision
	}
	began := c.clock.Add(1)
	errs, err := c.store.Commit(c.ctx, []store.Write{w})
	c.record(run, c.n, d, began, outcomeOf(errs), err)
	if d.what == "release" || d.what == "steal" {
		c.load(run)
	}
}

func outcomeOf(errs []error) outcome {
	if len(errs) == 0 || errs[0] == nil {
		return outcome{}
	}
	if kind := kindOf(errs[0]); kind != nil {
		return outcome{err: kind}
	}
	return outcome{err: errs[0]}
}
