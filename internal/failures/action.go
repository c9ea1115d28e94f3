package failures

import "github.com/baton-go/baton/actions"

// Action stands for an action that an error was about: of that, only the name is recorded.
type Action struct {
	actions.Returns[any]
	Known string
}

// ActionName is the name of the action.
func (a Action) ActionName() string { return a.Known }
