package orchestrate

import (
	"errors"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// ErrSagaOver is the error of doing something undoable with the [Undo] of a saga that has ended, or that never began.
var ErrSagaOver = errors.New("the saga of this undo is over: nobody would undo it")

// Undo holds the inverses of what a saga has done so far. Only [Saga] makes one that works. It is safe for concurrent
// use, but the order of inverses that branches add is then up to chance: add them before the group.
type Undo struct {
	mu       sync.Mutex
	open     bool
	inverses []*inverse
}

// inverse is one of them. Without a function it is nothing.
type inverse struct{ undo func(y actions.Yield) error }

// Add registers an inverse that is a flow: call it before the steps that it undoes, and always before a group, whose
// branches it can undo together. It panics if the inverse is nil, or with [ErrSagaOver].
func (u *Undo) Add(inverse func(y actions.Yield) error) {
	if inverse == nil {
		panic("orchestrate.Undo.Add: the inverse is nil")
	}
	if _, err := u.add(inverse); err != nil {
		panic(err)
	}
}

func (u *Undo) add(undo func(actions.Yield) error) (*inverse, error) {
	if u == nil {
		return nil, ErrSagaOver
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.open {
		return nil, ErrSagaOver
	}
	i := &inverse{undo}
	u.inverses = append(u.inverses, i)
	return i, nil
}

func (u *Undo) set(i *inverse, undo func(actions.Yield) error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	i.undo = undo
}

func (u *Undo) drop(i *inverse) { u.set(i, nil) }

// close ends the registering and returns what was registered.
func (u *Undo) close() []*inverse {
	u.mu.Lock()
	defer u.mu.Unlock()
	inverses := u.inverses
	u.open, u.inverses = false, nil
	return inverses
}

// all runs the inverses, the last first, and returns the errors of those that failed.
func (u *Undo) all(y actions.Yield) (failed []error) {
	inverses := u.close()
	for i := len(inverses) - 1; i >= 0; i-- {
		if inverses[i].undo == nil {
			continue
		}
		if err := inverses[i].run(y); err != nil {
			failed = append(failed, err)
		}
	}
	return failed
}

func (i *inverse) run(y actions.Yield) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = executor.NewPanicError(p)
		}
	}()
	_, err = Shield(y, func(y actions.Yield) (actions.Void, error) { return actions.Void{}, i.undo(y) })
	return err
}
