package combinators

import (
	"context"
	"log/slog"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// zapOutput writes to the core of a zap logger, past the logger itself, which would read the clock for each line and
// look for a caller.
type zapOutput struct {
	core   zapcore.Core
	name   string
	errors zapcore.WriteSyncer // where the logger tells that it could not write
}

func newZapOutput(l *zap.Logger) *zapOutput {
	o := &zapOutput{core: l.Core(), name: l.Name()}
	// An entry is the only place where a logger shows the writer for its own errors.
	probe := l.WithOptions(zap.WrapCore(func(zapcore.Core) zapcore.Core { return probeCore{} }))
	if entry := probe.Check(zapcore.ErrorLevel, ""); entry != nil {
		o.errors = entry.ErrorOutput
	}
	return o
}

func (o *zapOutput) enabled(_ context.Context, level Level) bool { return o.core.Enabled(level.zap()) }

func (o *zapOutput) write(ctx context.Context, l logLine) {
	entry := o.core.Check(zapcore.Entry{Level: l.level.zap(), Time: l.at, LoggerName: o.name, Message: l.message}, nil)
	if entry == nil {
		return
	}
	entry.ErrorOutput = o.errors
	entry.Write(zapFields(l.attrs(ctx))...)
}

func (*zapOutput) String() string { return "zap" }

func zapFields(attrs []slog.Attr) []zap.Field {
	fields := make([]zap.Field, len(attrs))
	for i, a := range attrs {
		fields[i] = zapField(a)
	}
	return fields
}

func zapField(a slog.Attr) zap.Field {
	switch a.Value.Kind() {
	case slog.KindAny, slog.KindLogValuer:
		if o, ok := a.Value.Any().(zapcore.ObjectMarshaler); ok {
			return zap.Object(a.Key, o)
		}
	default:
	}
	switch v := a.Value.Resolve(); v.Kind() {
	case slog.KindString:
		return zap.String(a.Key, v.String())
	case slog.KindInt64:
		return zap.Int64(a.Key, v.Int64())
	case slog.KindDuration:
		return zap.Duration(a.Key, v.Duration())
	case slog.KindGroup:
		if a.Key == "" {
			return zap.Inline(zapGroup(v.Group()))
		}
		return zap.Object(a.Key, zapGroup(v.Group()))
	default:
		return zap.Any(a.Key, v.Any())
	}
}

// zapGroup is a group of attributes as an object.
type zapGroup []slog.Attr

func (g zapGroup) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	for _, a := range g {
		zapField(a).AddTo(enc)
	}
	return nil
}

// probeCore accepts every entry and writes none.
type probeCore struct{}

func (probeCore) Enabled(zapcore.Level) bool { return true }

func (c probeCore) With([]zapcore.Field) zapcore.Core { return c }

func (c probeCore) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	return ce.AddCore(e, c)
}

func (probeCore) Write(zapcore.Entry, []zapcore.Field) error { return nil }

func (probeCore) Sync() error { return nil }
