package orchestrate

import (
	"github.com/baton-go/baton/actions"
)

// Invertible is an action that knows its inverse: Cancel{Order: id} for Book{Order: id}. The inverse tolerates that
// nothing happened, and is nil if there is nothing to undo.
type Invertible interface {
	actions.Action
	Inverse() actions.Action
}

// Reversible yields an action that knows its inverse, which is registered before: it is [Undoable] with a.Inverse(), or
// [Do] if that is nil.
func Reversible[A interface {
	actions.Of[R]
	Invertible
}, R any](y actions.Yield, undo *Undo, a A) (R, error) {
	inverse := a.Inverse()
	if inverse == nil {
		return Do(y, a)
	}
	return Undoable(y, undo, a, inverse)
}
