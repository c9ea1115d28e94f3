package combinators_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
)

// nowhere is where the lines of a benchmark go.
type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

func (nowhere) Sync() error { return nil }

func zapAt(level zapcore.Level) *zap.Logger {
	enc := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
	return zap.New(zapcore.NewCore(enc, nowhere{}, zap.NewAtomicLevelAt(level)))
}

func slogAt(level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(nowhere{}, &slog.HandlerOptions{Level: level}))
}

func BenchmarkLogged(b *testing.B) {
	ctx, action := context.Background(), actions.Action(ask{N: 1})
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		exec := combinators.Chain()(answer{})
		for b.Loop() {
			_, _ = exec.Execute(ctx, action)
		}
	})
	b.Run("zap/by hand", func(b *testing.B) {
		b.ReportAllocs()
		logger := zapAt(zap.DebugLevel)
		for b.Loop() {
			began := time.Now()
			_, _ = answer{}.Execute(ctx, action)
			logger.Debug("ask: succeeded", zap.String("action", actions.Name(action)),
				zap.Stringer("class", combinators.Success), zap.Duration("took", time.Since(began)))
		}
	})
	for _, c := range []struct {
		name string
		log  combinators.Log
	}{
		{"zap/off", combinators.Log{Logger: zapAt(zap.FatalLevel)}},
		{"zap/failures only", combinators.Log{Logger: zapAt(zap.ErrorLevel)}},
		{"zap/on", combinators.Log{Logger: zapAt(zap.DebugLevel)}},
		{"slog/off", combinators.Log{Slog: slogAt(slog.LevelError + 4)}},
		{"slog/on", combinators.Log{Slog: slogAt(slog.LevelDebug)}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			exec := combinators.Logged(c.log)(answer{})
			for b.Loop() {
				_, _ = exec.Execute(ctx, action)
			}
		})
	}
}
