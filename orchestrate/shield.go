package orchestrate

import "github.com/baton-go/baton/actions"

// Shield runs a flow whose actions are carried out although the run is cancelled, or becomes so: to compensate, to
// release, to report. It has no limit of its own; put [WithTimeout] around the flow inside it. Who owns the run decides
// under which context shielded actions are carried out (see executor.WithShield).
func Shield[T any](y actions.Yield, flow Orchestration[T]) (T, error) {
	if flow == nil {
		var zero T
		return zero, nilFlow("Shield")
	}
	return flow(func(a actions.Action) (any, error) { return ask(y, actions.Shielded{Action: a}) })
}
