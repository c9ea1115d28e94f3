package actions

// Action describes one effect as a plain value. It does nothing by itself, and may be compared, printed, encoded and
// carried out more than once. A struct becomes an action by embedding [Returns]; the unexported method makes
// forgetting that a compile error that names it.
//
// Actions are values: yield Fetch{…}, not &Fetch{…}.
type Action interface{ mustEmbedReturns() }

// Of is an action whose result has type R. It is what lets the compiler infer the type of a result from the action
// alone, and refuse a handler that returns another.
type Of[R any] interface {
	Action
	returns(R)
}

// Returns makes the struct that embeds it an action with a result of type R. It has no size and no exported method.
// Embed it first: Go pads a struct that ends in a field without size.
type Returns[R any] struct{}

// Void is the result of an action that has none.
type Void = struct{}

// Yield hands an action over and returns its result. The error is the executor's, delivered here, where the action
// was yielded: the orchestration may handle it and go on.
//
// A yield belongs to one strand of one run. It must not be kept beyond the run, called by another goroutine, or called
// inside a branch of a group, which is given a yield of its own.
type Yield func(Action) (any, error)

func (Returns[R]) mustEmbedReturns() {}

func (Returns[R]) returns(R) {}

func (Returns[R]) decodeResult(unmarshal func(into any) error) (any, error) {
	var result R
	if err := unmarshal(&result); err != nil {
		return nil, err
	}
	return result, nil
}
