package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// tellText tells those who listen. It waits for no disk: it changes nothing.
const tellText = `SELECT set_config('synchronous_commit', 'off', true)
	UNION ALL SELECT pg_notify($1, p)::text FROM unnest($2::text[]) AS p`

// tellWithinText tells them once the transaction is committed.
const tellWithinText = `SELECT pg_notify($1, p) FROM unnest($2::text[]) AS p`

// channel is the name under which the stores of a schema tell each other. All schemas of a database share such names.
func channel(schema string) string {
	sum := sha256.Sum256([]byte(schema))
	return "baton_" + hex.EncodeToString(sum[:12])
}

// tell tells those who watch what has been committed: here at once, and elsewhere soon.
func (s *Store) tell(notices []store.Notice) {
	if len(notices) == 0 {
		return
	}
	s.hub.Tell(notices...)
	if !s.config.PollOnly {
		s.teller.add(notices)
	}
}

// tellWithin has others, and those who watch here, told once a transaction of the user's is committed.
func (c *change) tellWithin() error {
	if len(c.notices) == 0 || c.s.config.PollOnly {
		return nil
	}
	_, err := c.q.Exec(c.ctx, tellWithinText, channel(c.s.config.Schema), payloads(&c.s.clocks, "-", c.notices))
	return err
}

// teller tells other processes. It does so in transactions of its own: the commit of one that notifies holds up all
// others which do, until the disk has it. Those that come while one is under way are told of in the next. If a process
// dies before it has told, the others find out by looking.
type teller struct {
	s *Store

	mu      sync.Mutex
	queue   []store.Notice
	busy    bool
	started sync.WaitGroup
}

// mostTold is how many notices wait at most. When more come, those who watch are told to look.
const mostTold = 10_000

func (t *teller) add(notices []store.Notice) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queue)+len(notices) > mostTold {
		t.queue, notices = t.queue[:0], []store.Notice{{Due: time.Unix(0, 0)}}
	}
	t.queue = append(t.queue, notices...)
	if !t.busy {
		t.busy = true
		t.started.Go(t.run)
	}
}

// run tells until there is nothing left to tell.
func (t *teller) run() {
	for {
		t.mu.Lock()
		notices := t.queue
		t.queue = nil
		t.busy = len(notices) > 0
		t.mu.Unlock()
		if len(notices) == 0 {
			return
		}
		const patience = 5 * time.Second
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		_, _ = t.s.pool.Exec(ctx, tellText, channel(t.s.config.Schema), payloads(&t.s.clocks, t.s.self, notices))
		cancel()
	}
}

// wait waits until all has been told.
func (t *teller) wait() { t.started.Wait() }
