package redis

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"

	"github.com/redis/go-redis/v9"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/clocks"
)

// Store keeps runs in a Redis server. It is a [store.Store], a [store.Watcher], a [store.Counter] and a [store.Taker],
// and is safe for concurrent use, by any number of processes.
type Store struct {
	hub store.Hub

	config  Config
	client  redis.UniversalClient
	owned   bool     // the client is the store's own
	prefix  string   // of all keys
	key     []string // of the store itself
	channel string   // on which those who share the store tell each other
	self    string   // names this Store among them
	clocks  clocks.Clocks

	listener *listener

	mu     sync.Mutex
	closed bool
	calls  sync.WaitGroup
}

var (
	_ store.Store   = (*Store)(nil)
	_ store.Watcher = (*Store)(nil)
	_ store.Counter = (*Store)(nil)
	_ store.Taker   = (*Store)(nil)
)

// Open opens the store with the prefix "baton" at the server that the URL names, and makes it if it is not there: for
// instance redis://user:password@cache.example:6379/0, rediss:// for TLS, unix:///run/redis.sock; see [redis.ParseURL].
// The error is [store.ErrNewer] if a newer version of this library made the store, and [store.ErrCorrupt] if its key
// holds something else; it is then left as it is.
func Open(ctx context.Context, url string) (*Store, error) {
	return OpenConfig(ctx, url, Config{})
}

// OpenConfig is Open with choices.
func OpenConfig(ctx context.Context, url string, c Config) (*Store, error) {
	client, err := clientOf(url)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s, err := OpenClient(ctx, client, c)
	if err != nil {
		_ = client.Close()
		return nil, err
	}
	s.owned = true
	return s, nil
}

// OpenClient is OpenConfig with a client of the user's own, of a server, of what a Sentinel watches, or of a cluster.
// Close leaves it open. Calls of the store are not repeated, whatever its MaxRetries says, but those that only read.
func OpenClient(ctx context.Context, client redis.UniversalClient, c Config) (*Store, error) {
	c, err := c.checked()
	if err == nil {
		err = usable(client)
	}
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	prefix := "{" + c.Prefix + "}:"
	s := &Store{config: c, client: client, prefix: prefix, key: []string{prefix + "store"}, self: rand.Text()}
	if err := s.open(ctx); err != nil {
		return nil, fmt.Errorf("open store %q: %w", c.Prefix, explain(err))
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	if err := s.assert(ctx); err != nil {
		return err
	}
	if err := s.identify(ctx); err != nil {
		return err
	}
	return s.listen(ctx)
}

// enter keeps the store from being closed until leave is called.
func (s *Store) enter() (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, store.ErrClosed
	}
	s.calls.Add(1)
	return s.calls.Done, nil
}

// Close waits for the calls that are under way and closes the store, and its client if that is its own. Leases that are
// left run out. Called again it does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	s.mu.Unlock()
	s.calls.Wait()
	if closed {
		return nil
	}
	s.listener.stop()
	if s.owned {
		return s.client.Close()
	}
	return nil
}

// Client is the client for the user's own keys: that of [OpenClient], or the store's own, which Close closes.
func (s *Store) Client() redis.UniversalClient { return s.client }
