package durable

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// publishAfter is how long what a run tells about itself waits for a step to be written with.
const publishAfter = 200 * time.Millisecond

// ErrNoRun is the error of what can only be done by a handler, or a function, that a run has called.
var ErrNoRun = errors.New("the context is not one of a run")

// ReportProgress tells how far a run has come, from inside a handler or the function of a [Func]: done of total units
// are done; a total of 0 means that it is not known. Whoever has the run's handle sees it a moment later. It costs
// little, and may be called often: what is told is kept with the next step, or a few times a second. Without a run the
// error is [ErrNoRun].
func ReportProgress(ctx context.Context, done, total int64, message string) error {
	l := loadedFrom(ctx)
	if l == nil {
		return ErrNoRun
	}
	l.progress(actions.Progress{Done: done, Total: total, Message: message})
	return nil
}

func (l *loaded) progress(p actions.Progress) {
	l.publish(func(s *published) {
		s.Progress = &Progress{Done: p.Done, Total: p.Total, Message: p.Message, At: exact(time.Now())}
	})
}

// aside takes what leaves no record.
func (l *loaded) aside(ctx context.Context, a actions.Action) {
	switch a := a.(type) {
	case actions.Log:
		log := l.rt.log.With("run", l.id, "flow", l.def.name, "step", executor.StepFrom(ctx).Path())
		log.LogAttrs(ctx, a.Level, a.Message, a.Attrs...)
	case actions.Progress:
		l.progress(a)
	case actions.Publish:
		p, err := l.rt.encode("published value", a.Value)
		if err != nil {
			l.notDone(combinators.LevelWarn, "publish "+quote(a.Name), err)
			return
		}
		l.publish(func(s *published) {
			if s.Values == nil {
				s.Values = map[string]store.Payload{}
			}
			s.Values[a.Name] = p
		})
	}
}

// publisher keeps what a run tells about itself until it is written.
type publisher struct {
	fresh atomic.Bool // there is something to write

	mu    sync.Mutex
	state *published // nil before there was anything to tell in this life
	timer *time.Timer
	over  bool
}

// publish changes what the run tells, and has it written soon.
func (l *loaded) publish(change func(*published)) {
	p := &l.news
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return
	}
	if p.state == nil {
		old, err := decodePublished(l.id, l.current().Published)
		if err != nil {
			l.notDone(combinators.LevelWarn, "keep what was published", err)
		}
		p.state = &old
	}
	change(p.state)
	if p.fresh.Swap(true) {
		return
	}
	if p.timer == nil {
		p.timer = time.AfterFunc(publishAfter, func() { l.rt.spawn(l.flush) })
	} else {
		p.timer.Reset(publishAfter)
	}
}

// take returns what is to be written, or nil.
func (p *publisher) take() []byte {
	if !p.fresh.Load() {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.fresh.Swap(false) {
		return nil
	}
	p.timer.Stop()
	data, _ := p.state.encode() // it is made of nothing that cannot be
	return data
}

// stop ends the telling.
func (p *publisher) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	if p.timer != nil {
		p.timer.Stop()
	}
}

// flush writes what no step took along.
func (l *loaded) flush() {
	if data := l.news.take(); data != nil {
		err := l.rt.commits.commit(l.life, store.Write{Run: l.id, Epoch: l.epoch, Published: data})
		if err != nil {
			l.notDone(combinators.LevelDebug, "write what is published", err)
		}
	}
}
