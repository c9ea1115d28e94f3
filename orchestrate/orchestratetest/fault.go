package orchestratetest

import (
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/show"
)

// FaultKind says what a [Fault] did to an action.
type FaultKind uint8

const (
	// NotDone says that the action failed, and was not carried out. The error says so.
	NotDone FaultKind = iota + 1
	// Lost says that the action was carried out, and its answer was lost. The error does not say which of the two.
	Lost
	// Wrong says that the action was carried out, and answered with another result of its type.
	Wrong
	// Delayed says that the action was carried out later.
	Delayed
)

// String is the name of the kind in lower case.
func (k FaultKind) String() string {
	switch k {
	case NotDone:
		return "not done"
	case Lost:
		return "lost"
	case Wrong:
		return "wrong"
	case Delayed:
		return "delayed"
	}
	return fmt.Sprintf("FaultKind(%d)", uint8(k))
}

// FaultError is the error of an action that met a fault.
type FaultError struct {
	Kind   FaultKind
	Path   string
	Action actions.Action
}

// Error tells the action and the fault.
func (e *FaultError) Error() string {
	if e.Kind == Lost {
		return "fault: the answer to " + show.Action(e.Action) + " was lost"
	}
	return "fault: " + show.Action(e.Action) + " was not done"
}

// NotDone is true if the action was certainly not carried out.
func (e *FaultError) NotDone() bool { return e.Kind == NotDone }
