package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/baton-go/baton/bench/internal/process"
)

const (
	// many is how many runs there are at a time, where there is more than one.
	many = 64
	// settling is for how long a peer may go on with what its last steps have begun before the floor has its turn.
	settling = 50 * time.Millisecond
	// patience is for how long there may be no step, and how long the last runs of a peer may take to end.
	patience = time.Minute
)

// measure is a peer at one kind of site.
type measure struct {
	peer
	at           string // "SQLite" or "PostgreSQL"
	alone, crowd phase  // with one run at a time, and with many
	err          error
}

func (m *measure) String() string { return m.at + ": " + m.name }

// take opens the peer and measures it. The server is nil for SQLite.
func (m *measure) take(ctx context.Context, c config, pg *server) (err error) {
	dir, err := os.MkdirTemp(c.dir, "peer-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := bout{config: c, pg: pg, at: site{dir: dir}, floorAt: site{dir: dir}, track: newTrack(many)}
	if pg != nil {
		if b.at, err = pg.database(ctx, dir); err != nil {
			return err
		}
		if b.floorAt, err = pg.database(ctx, dir); err != nil {
			return err
		}
	}
	b.track.gate.Lock()
	if b.engine, err = m.open(ctx, b.at, b.track); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.engine.close(context.WithoutCancel(ctx))) }()
	if m.alone, err = b.phase(ctx, 1); err != nil {
		return err
	}
	m.crowd, err = b.phase(ctx, many)
	return err
}

// bout is a peer that is open, beside its floor.
type bout struct {
	config
	pg          *server
	at, floorAt site
	engine      engine
	track       *track // its gate is locked
}

// phase measures with so many runs at a time.
func (b *bout) phase(ctx context.Context, clients int) (p phase, err error) {
	f, err := newFloor(ctx, b.floorAt, clients)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, f.close(ctx)) }()
	end := b.start(ctx, clients)
	defer func() { err = errors.Join(err, end()) }()
	b.track.take(b.warm)
	before, err := f.take(ctx, b.turn/4)
	for range b.turns {
		if err != nil {
			return p, err
		}
		var one, after sample
		if one, err = b.one(ctx); err == nil {
			after, err = f.take(ctx, b.turn/4)
			p.add(one, before, after)
			before = after
		}
	}
	return p, err
}

// start starts runs in so many lanes, over and over. The function ends them, and tells what went wrong.
func (b *bout) start(ctx context.Context, clients int) (end func() error) {
	b.track.over.Store(false)
	errs := make([]error, clients)
	var all sync.WaitGroup
	for lane := range clients {
		all.Go(func() {
			for !b.track.over.Load() && errs[lane] == nil {
				b.track.begin(lane)
				errs[lane] = b.engine.run(ctx, lane)
			}
			if errs[lane] != nil {
				b.track.lost.Store(true)
			}
		})
	}
	return func() error {
		b.track.over.Store(true)
		b.track.gate.Unlock()
		defer b.track.gate.Lock()
		ended := make(chan struct{})
		go func() {
			all.Wait()
			close(ended)
		}()
		select {
		case <-ended:
			return errors.Join(errs...)
		case <-time.After(patience):
			return fmt.Errorf("the last runs have not ended in %v", patience)
		}
	}
}

// one is a turn of the peer.
func (b *bout) one(ctx context.Context) (s sample, err error) {
	var from, to counts
	if b.pg != nil {
		if from, err = b.pg.count(ctx, b.at.database); err != nil {
			return s, err
		}
	}
	cpu := process.CPU()
	s = b.track.take(b.turn)
	<-time.After(settling)
	s.cpu = process.CPU() - cpu
	if b.pg != nil {
		to, err = b.pg.count(ctx, b.at.database)
	}
	s.counts = to.minus(from)
	if (s.steps == 0 || b.track.lost.Load()) && err == nil {
		err = fmt.Errorf("with %d steps in %v, this is no measurement", s.steps, s.elapsed)
	}
	return s, err
}
