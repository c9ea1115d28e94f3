package combinators

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/kinds"
)

// logSink makes lines of events.
type logSink struct {
	Log
	output  logOutput
	highest Level
	sampled *kinds.Map[atomic.Int64] // nil without sampling
}

// logOutput is the logger that lines go to.
type logOutput interface {
	enabled(ctx context.Context, level Level) bool
	// write writes a line, and asks for its attributes only if it does.
	write(ctx context.Context, l logLine)
	String() string
}

// logLine is a line that is not yet spelt out.
type logLine struct {
	sink  *logSink
	event Event
	// action, if not nil, is the one whose fields are in the line.
	action  actions.Action
	at      time.Time
	level   Level
	message string
}

// maxSampled is how many kinds of actions are counted apart.
const maxSampled = 1000

func newLogSink(name string, log Log) *logSink {
	s := &logSink{Log: log}
	switch {
	case log.Logger != nil && log.Slog == nil:
		s.output = newZapOutput(log.Logger)
	case log.Slog != nil && log.Logger == nil:
		s.output = slogOutput{log.Slog.Handler()}
	default:
		panic("combinators." + name + ": either Logger or Slog is required, and not both")
	}
	for _, l := range []struct {
		field    string
		level    *Level
		fallback Level
	}{
		{"Success", &s.Success, LevelDebug},
		{"Failure", &s.Failure, LevelError},
		{"Neutral", &s.Neutral, LevelInfo},
		{"Events", &s.Events, LevelWarn},
	} {
		if *l.level > LevelOff {
			refuse(name, l.field, "a level", *l.level)
		}
		*l.level = l.level.or(l.fallback)
		if *l.level != LevelOff {
			s.highest = max(s.highest, *l.level)
		}
	}
	switch {
	case log.Sample < 0:
		refuse(name, "Sample", "at least 0", log.Sample)
	case log.Sample > 1 && log.Before:
		refuse(name, "Sample", "at most 1 with Before", log.Sample)
	case log.Sample > 1:
		s.sampled = kinds.New(maxSampled, func(string) *atomic.Int64 { return new(atomic.Int64) })
	}
	return s
}

// Enabled tells whether the logger is for the highest of the levels in use. [Observed] trusts it not to panic.
func (s *logSink) Enabled(ctx context.Context) bool { return s.output.enabled(ctx, s.highest) }

// gate is what the sink is enabled by, without the way through the sink.
func (s *logSink) gate() logGate {
	switch o := s.output.(type) {
	case *zapOutput:
		return logGate{core: o.core, coreLevel: s.highest.zap()}
	case slogOutput:
		return logGate{handler: o.handler, handlerLevel: s.highest.slog()}
	}
	return logGate{}
}

// logGate is a level of a logger, of zap or of slog: open while that is enabled. The zero gate is open. It has two
// questions to ask, because together they would be too much for the compiler to inline.
type logGate struct {
	core         zapcore.Core
	coreLevel    zapcore.Level
	handler      slog.Handler
	handlerLevel slog.Level
}

func (g *logGate) zapIsOff() bool { return g.core != nil && !g.core.Enabled(g.coreLevel) }

func (g *logGate) slogIsOff(ctx context.Context) bool {
	return g.handler != nil && !g.handler.Enabled(ctx, g.handlerLevel)
}

// Start logs the line before the action, if there is one.
func (s *logSink) Start(ctx context.Context, e *Started) context.Context {
	if s.Before && s.wants(ctx, s.Success) {
		s.log(ctx, e.Action, e.At, s.Success, e)
	}
	return ctx
}

// Observe logs the line after the action, and what combinators report.
func (s *logSink) Observe(ctx context.Context, e Event) {
	switch e := e.(type) {
	case *Ended:
		s.ended(ctx, e)
	case *CallbackPanicked:
		s.told(ctx, LevelError, e)
	case *Refused, *Reused, *HedgeStarted, *HedgeEnded:
		s.told(ctx, LevelDebug, e)
	case leveled:
		s.told(ctx, e.LogLevel(), e)
	default:
		s.told(ctx, s.Events, e)
	}
}

// leveled is an event that has a level of its own.
type leveled interface {
	Event
	LogLevel() Level
}

// String names the logger.
func (s *logSink) String() string { return s.output.String() }

func (s *logSink) wants(ctx context.Context, level Level) bool {
	return level != LevelOff && s.output.enabled(ctx, level)
}

func (s *logSink) ended(ctx context.Context, e *Ended) {
	if s.Class != nil {
		own := *e
		own.Class = s.Class.of(ctx, e.Err)
		e = &own
	}
	level := s.Failure
	switch e.Class {
	case Success:
		level = s.Success
	case Neutral:
		level = s.Neutral
	case Failure:
	}
	if !s.wants(ctx, level) || e.Class == Success && !s.sample(e.Action) {
		return
	}
	s.log(ctx, e.Action, e.At.Add(e.Took), level, e)
}

// told logs what a combinator did. Such an event has no time of its own.
func (s *logSink) told(ctx context.Context, level Level, e Event) {
	if !s.wants(ctx, level) {
		return
	}
	message := e.Name()
	for _, attr := range e.LogValue().Group() {
		if attr.Key == keyAction {
			message = attr.Value.String() + ": " + message
		}
	}
	s.output.write(ctx, logLine{sink: s, event: e, at: time.Now(), level: level, message: message})
}

func (s *logSink) log(ctx context.Context, a actions.Action, at time.Time, level Level, e Event) {
	s.output.write(ctx, logLine{s, e, a, at, level, actions.Name(a) + ": " + e.Name()})
}

func (s *logSink) sample(a actions.Action) bool {
	return s.sampled == nil || s.sampled.Of(a).Add(1)%int64(s.Sample) == 1
}

// attrs spells the line out.
func (l logLine) attrs(ctx context.Context) []slog.Attr {
	attrs := l.event.LogValue().Group()
	if fields := l.sink.fields(ctx, l.action); fields != nil {
		attrs = append(attrs, slog.Any("fields", fields))
	}
	if extra := l.sink.Extra; extra != nil {
		_ = contain(ctx, "Log.Extra", func() { attrs = append(attrs, extra(ctx)...) })
	}
	return attrs
}

// fields is what is logged of the action's fields, or nil.
func (s *logSink) fields(ctx context.Context, a actions.Action) (fields any) {
	switch a.(type) {
	case nil, actions.Group:
		return nil
	case zapcore.ObjectMarshaler, slog.LogValuer:
		return a
	}
	switch {
	case s.Redact != nil:
		_ = contain(ctx, "Log.Redact", func() { fields = s.Redact(a) })
	case s.Fields:
		fields = a
	}
	return fields
}
