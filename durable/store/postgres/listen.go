package postgres

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/baton-go/baton/durable/store"
)

// listener hears what other processes, and transactions of the user's, do to the store's runs. It has a connection of
// its own. When that is lost it makes another one; what was told meanwhile it has missed, so those who watch are told
// to look.
type listener struct {
	s      *Store
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// How long a listener waits before it tries to connect again, and how often it looks whether its connection lives.
const (
	firstPause   = 50 * time.Millisecond
	longestPause = 5 * time.Second
	silence      = 30 * time.Second
)

// listen starts to listen. Whatever is told once it has returned is heard.
func (s *Store) listen(ctx context.Context) error {
	conn, err := s.ear(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.listener = &listener{s: s, cancel: cancel}
	s.listener.done.Go(func() { s.listener.run(ctx, conn) })
	return nil
}

// ear makes a connection that listens.
func (s *Store) ear(ctx context.Context) (*pgx.Conn, error) {
	config := s.pool.Config()
	c := config.ConnConfig
	if config.BeforeConnect != nil {
		if err := config.BeforeConnect(ctx, c); err != nil {
			return nil, err
		}
	}
	conn, err := pgx.ConnectConfig(ctx, c)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, "LISTEN "+channel(s.config.Schema)); err != nil {
		return nil, errors.Join(err, hangUp(conn))
	}
	return conn, nil
}

func hangUp(conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return conn.Close(ctx)
}

func (l *listener) run(ctx context.Context, conn *pgx.Conn) {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		if conn != nil {
			l.hear(ctx, conn)
			_ = hangUp(conn)
			pause = firstPause
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		if conn, _ = l.s.ear(ctx); conn != nil {
			l.s.hub.Tell(store.Notice{Due: time.Now()})
		}
	}
}

// hear passes on what is told until the connection is lost.
func (l *listener) hear(ctx context.Context, conn *pgx.Conn) {
	for {
		quiet, cancel := context.WithTimeout(ctx, silence)
		n, err := conn.WaitForNotification(quiet)
		cancel()
		switch {
		case err == nil:
			if from, notices := readPayload(&l.s.clocks, n.Payload); from != l.s.self {
				l.s.hub.Tell(notices...)
			}
		case ctx.Err() != nil:
			return
		default:
			quiet, cancel := context.WithTimeout(ctx, longestPause)
			err := conn.Ping(quiet)
			cancel()
			if err != nil {
				return
			}
		}
	}
}

func (l *listener) stop() {
	l.cancel()
	l.done.Wait()
}

// Watch tells f about changes: see [store.Watcher]. Changes of other processes are heard a moment later. Those that are
// missed, since the connection was lost for a while, are not told, but a notice without a run says then that something
// may be due. With PollOnly only the changes of this Store are told: see [Store.Deaf].
func (s *Store) Watch(f func(store.Notice)) (stop func()) { return s.hub.Watch(f) }

// Deaf tells whether Watch hears of nothing that other processes do: see [store.HearsAll].
func (s *Store) Deaf() bool { return s.config.PollOnly }
