package combinators

import (
	"context"
	"log/slog"

	"go.uber.org/zap"

	"github.com/baton-go/baton/actions"
)

// Log configures [Logged], [ZapSink] and [SlogSink]. Either Logger or Slog is required; the rest may stay zero.
//
// A line says, in this order:
//
//	action    the action's name (actions.Name), such as "shop.Charge", "all", "scope payment"
//	branches  how many branches a group has
//	step      the position of the action in its run, such as "3.1.0"
//	run       the ID of the run, if it has one
//	scope     the scopes that the action is in, outermost first: "checkout/payment"
//	attempt   the number of the attempt, from the second on, and that of one that is to be followed by a retry
//	class     success, failure or neutral
//	took      how long it took
//	by        the combinator that the line comes from, if it is about what one did
//	delay     the wait before the next attempt
//	…         and what else there is to tell of that, such as the circuit that changed
//	error     the error, if there is one
//	stack     the stack, if that is a panic
//	fields    the action's own fields, if they are wanted: see Fields
//
// The message is the action's name and what happened, "shop.Charge: failed", so that a sampling core of zap, which
// goes by the message, samples each action by itself; mind that it drops failures too, and that zap.NewProduction has
// one. A line about an action has the time at which it began or ended, so logging it reads no clock. Lines have neither
// caller nor stack, which would be Baton's.
type Log struct {
	// Logger is the zap logger that lines go to. Levels are taken to be ordered: while it is disabled for the highest
	// level in use, nothing is done at all.
	Logger *zap.Logger
	// Slog is the slog logger that lines go to.
	Slog *slog.Logger

	// Success, Failure and Neutral are the levels of the line after an action, by the class of its outcome: LevelDebug,
	// LevelError and LevelInfo by default.
	Success, Failure, Neutral Level
	// Events is the level of lines about what combinators below did, such as a scheduled retry: LevelWarn by default.
	// Some have fixed levels: a rejection LevelDebug, because the line after the action tells of it too, a result that
	// was used again and a hedge LevelDebug, because they are as it should be, and a callback that panicked LevelError.
	// What a durable runtime tells has levels of its own, too: see durable/fact.
	Events Level
	// Before adds a line before each action, at the level of Success.
	Before bool

	// Fields adds the fields of every action. By default only the name of an action is logged, and not what is in it,
	// because customers' data that is once in a log is hard to get out again.
	Fields bool
	// Redact, if not nil, returns what is logged as the fields of an action, nil for nothing: the action with what must
	// not be seen blanked out, or anything else that the logger can show. It implies Fields. An action that shows itself
	// by MarshalLogObject (zapcore.ObjectMarshaler) or LogValue (slog.LogValuer) is not asked about: it is logged as it
	// says, whatever Fields and Redact are. The fields of groups are not logged.
	Redact func(actions.Action) any
	// Extra, if not nil, returns attributes that are added to every line, such as a trace's ID.
	Extra func(context.Context) []slog.Attr

	// Sample logs one success in so many of each action, beginning with the first; other outcomes are always logged. 0
	// is 1: every success. It does not go together with Before.
	Sample int
	// Class classifies outcomes in place of [Classify].
	Class Classifier
}

// Logged logs each action: one line after it, or one before and one after, and lines about what the combinators below
// it do in the meantime. It is [Observed] with one sink, and means the same on either side of [Parallelize]: above, it
// logs groups and each action in them, so a failure is told by the action and again by the groups around it; below,
// single actions only. Two of them with different loggers write to both.
//
// While the logger is disabled for all levels in use it costs a few nanoseconds; otherwise what [Observed] costs, and
// the lines that are written.
//
// Logged panics if neither Logger nor Slog is set, or both, and if another field is out of range.
func Logged(log Log) Combinator {
	sink := newLogSink("Logged", log)
	return observe("Logged", sink.String(), sink)
}

// ZapSink is the sink of [Logged], for use with others in one [Observed]. It panics if Logger is nil.
func ZapSink(log Log) Sink {
	if log.Logger == nil || log.Slog != nil {
		panic("combinators.ZapSink: Logger is required, and Slog is not used")
	}
	return newLogSink("ZapSink", log)
}

// SlogSink is the sink of [Logged], for use with others in one [Observed]. It panics if Slog is nil.
func SlogSink(log Log) Sink {
	if log.Slog == nil || log.Logger != nil {
		panic("combinators.SlogSink: Slog is required, and Logger is not used")
	}
	return newLogSink("SlogSink", log)
}
