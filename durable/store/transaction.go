package store

import "context"

// Recorder records the outcome of the action that is being carried out, where a handler wants to do that in a
// transaction of its own: see sqlite.Transact.
type Recorder interface {
	// Record returns the write that records result as the result of the action that ctx was made for. It is to be made
	// in one transaction with whatever belongs to it. Afterwards done is called with what became of it: nil if the
	// transaction was committed; an error that is ErrFenced if the lease was lost; any other error if nothing was
	// committed. If whether it was is unknown, done is called with an error that wraps [ErrUnknown].
	Record(ctx context.Context, result any) (w Write, done func(error), err error)
}

type recorderKey struct{}

// WithRecorder makes r the recorder of the actions that are carried out under the context.
func WithRecorder(ctx context.Context, r Recorder) context.Context {
	return context.WithValue(ctx, recorderKey{}, r)
}

// RecorderFrom returns the recorder of the actions that are carried out under ctx, if they are recorded.
func RecorderFrom(ctx context.Context) (Recorder, bool) {
	r, ok := ctx.Value(recorderKey{}).(Recorder)
	return r, ok
}
