package redis

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/baton-go/baton/durable/store"
)

// listener hears what other processes do to the store's runs, on a connection of its own. When that is lost it makes
// another one; what was told meanwhile it has missed, so those who watch are told to look.
type listener struct {
	s      *Store
	cancel context.CancelFunc
	done   sync.WaitGroup
	hears  atomic.Bool

	mu  sync.Mutex
	ear *redis.PubSub // the one that is heard, or the last one
}

// How long a listener waits before it tries to connect again, and how often it looks whether its connection lives.
const (
	firstPause   = 50 * time.Millisecond
	longestPause = 5 * time.Second
	silence      = 15 * time.Second
)

// listen starts to listen. Whatever is told once it has returned is heard.
func (s *Store) listen(ctx context.Context) error {
	life, cancel := context.WithCancel(context.Background())
	l := &listener{s: s, cancel: cancel}
	ear, err := l.subscribe(ctx)
	if err != nil {
		cancel()
		return err
	}
	s.listener = l
	l.done.Go(func() { l.run(life, ear) })
	return nil
}

// subscribe makes a connection that listens.
func (l *listener) subscribe(ctx context.Context) (*redis.PubSub, error) {
	ear := l.s.client.Subscribe(ctx, l.s.channel)
	if _, err := ear.ReceiveTimeout(ctx, longestPause); err != nil {
		return nil, errors.Join(err, ear.Close())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if ctx.Err() != nil {
		return nil, errors.Join(context.Cause(ctx), ear.Close())
	}
	l.ear = ear
	l.hears.Store(true)
	return ear, nil
}

func (l *listener) run(ctx context.Context, ear *redis.PubSub) {
	for pause := firstPause; ctx.Err() == nil; {
		if ear != nil {
			l.hear(ctx, ear)
			l.hears.Store(false)
			_ = ear.Close()
			pause = firstPause
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		pause = min(2*pause, longestPause)
		if ear, _ = l.subscribe(ctx); ear != nil {
			l.s.hub.Tell(store.Notice{Due: time.Now()})
		}
	}
}

// hear passes on what is told until the connection is lost.
func (l *listener) hear(ctx context.Context, ear *redis.PubSub) {
	for asked := false; ; {
		heard, err := ear.ReceiveTimeout(ctx, silence)
		switch {
		case err == nil:
			asked = false
			if m, ok := heard.(*redis.Message); ok {
				if from, notices := l.s.readTold(m.Payload); from != l.s.self {
					l.s.hub.Tell(notices...)
				}
			}
		case ctx.Err() == nil && !asked && isTimeout(err):
			asked = true // whether the server is there at all
			if ear.Ping(ctx) != nil {
				return
			}
		default:
			return
		}
	}
}

func isTimeout(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

func (l *listener) stop() {
	l.cancel()
	l.mu.Lock()
	_ = l.ear.Close() // so that it waits no more
	l.mu.Unlock()
	l.done.Wait()
}

// Watch tells f about changes: see [store.Watcher]. Changes of other processes are heard a moment later. Those that are
// missed, since the connection was lost for a while, are not told, but a notice without a run says then that something
// may be due: see [Store.Deaf].
func (s *Store) Watch(f func(store.Notice)) (stop func()) { return s.hub.Watch(f) }

// Deaf tells whether Watch hears of nothing that other processes do, as it is while the connection for that is lost:
// see [store.HearsAll].
func (s *Store) Deaf() bool { return !s.listener.hears.Load() }
