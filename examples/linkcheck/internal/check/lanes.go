package check

import (
	"context"
	"errors"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// lanes is how much an orchestration asks for at once. It bounds memory, not load: fifty thousand links are not fifty
// thousand branches. How much of it is really done at once is for the executor to say.
const lanes = 64

// each does something with every item, in lanes side by side: lane n takes item n, n+lanes and so on, one after the
// other, each in a scope of the given name. It returns what came of the items in their order.
//
// An error of do ends its lane only. Those that say something about an item belong into its result; what is left says
// that the run is over, and what has been found out until then is returned with it.
func each[In, Out any](
	y actions.Yield, scope string, items []In, do func(actions.Yield, In) (Out, error),
) ([]Out, error) {
	type lane struct {
		outs []Out
		err  error
	}
	// A progress bar counts the scopes that end against this.
	if err := orchestrate.Tell(y, actions.Progress{Total: int64(len(items)), Message: scope}); err != nil {
		return nil, err
	}
	width := min(lanes, len(items))
	flows := make([]orchestrate.Orchestration[lane], width)
	for first := range flows {
		flows[first] = func(y actions.Yield) (l lane, _ error) {
			for i := first; i < len(items); i += width {
				out, err := orchestrate.Scope(y, scope, func(y actions.Yield) (Out, error) { return do(y, items[i]) })
				if err != nil {
					l.err = err
					break
				}
				l.outs = append(l.outs, out)
			}
			return l, nil
		}
	}
	done, err := orchestrate.All(y, flows...)
	if err != nil {
		return nil, err
	}
	var outs []Out
	for i := range items {
		if l := done[i%width]; i/width < len(l.outs) {
			outs = append(outs, l.outs[i/width])
		} else {
			err = errors.Join(err, l.err)
			done[i%width].err = nil
		}
	}
	return outs, err
}

// stopped tells that an action failed because the run was cancelled, and for no reason of its own.
func stopped(err error) bool { return errors.Is(err, context.Canceled) }
