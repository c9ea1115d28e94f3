package combinators

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"

	"go.uber.org/zap/zapcore"

	"github.com/baton-go/baton/actions"
)

// slogOutput writes to the handler of a slog logger.
type slogOutput struct{ handler slog.Handler }

func (o slogOutput) enabled(ctx context.Context, level Level) bool {
	return o.handler.Enabled(ctx, level.slog())
}

func (o slogOutput) write(ctx context.Context, l logLine) {
	record := slog.NewRecord(l.at, l.level.slog(), l.message, 0)
	for _, a := range l.attrs(ctx) {
		record.AddAttrs(slogAttr(a))
	}
	_ = o.handler.Handle(ctx, record) // a slog.Logger does not look at the error either
}

func (slogOutput) String() string { return "slog" }

// slogAttr lets an action that shows itself to zap only show itself to slog in the same way.
func slogAttr(a slog.Attr) slog.Attr {
	if a.Value.Kind() != slog.KindAny {
		return a
	}
	switch v := a.Value.Any().(type) {
	case zapcore.ObjectMarshaler:
		enc := zapcore.NewMapObjectEncoder()
		if err := v.MarshalLogObject(enc); err != nil {
			return slog.Any(a.Key+"Error", err)
		}
		return slog.Attr{Key: a.Key, Value: slogGroup(enc.Fields)}
	case actions.Action:
		return slog.Any(a.Key, slogAction{v})
	}
	return a
}

// slogAction is an action that is written as it is by a JSON handler, and readably by one for text.
type slogAction struct{ actions.Action }

func (a slogAction) MarshalJSON() ([]byte, error) { return json.Marshal(a.Action) }

func (a slogAction) String() string { return actions.Branch{Leaf: a.Action}.String() }

// slogGroup is an object of zap's as a group, sorted by name.
func slogGroup(fields map[string]any) slog.Value {
	attrs := make([]slog.Attr, 0, len(fields))
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if inner, ok := fields[key].(map[string]any); ok {
			attrs = append(attrs, slog.Attr{Key: key, Value: slogGroup(inner)})
		} else {
			attrs = append(attrs, slog.Any(key, fields[key]))
		}
	}
	return slog.GroupValue(attrs...)
}
