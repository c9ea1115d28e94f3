package combinators_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/orchestrate"
)

// brief writes lines without the name of this package.
type brief struct{}

func (brief) Write(p []byte) (int, error) {
	fmt.Print(strings.ReplaceAll(string(p), "combinators_test.", ""))
	return len(p), nil
}

// exampleZap is a zap logger that writes lines which are the same each time.
func exampleZap(level zapcore.Level) *zap.Logger {
	return zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zapcore.EncoderConfig{
		LevelKey: "level", EncodeLevel: zapcore.LowercaseLevelEncoder, MessageKey: "msg",
		EncodeDuration: func(_ time.Duration, enc zapcore.PrimitiveArrayEncoder) { enc.AppendString("0s") },
	}), zapcore.AddSync(brief{}), level))
}

// exampleSlog is the same for slog.
func exampleSlog(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(brief{}, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Value.Kind() == slog.KindDuration {
				return slog.Attr{}
			}
			return a
		},
	}))
}

// Below Parallelize every single action has its line.
func ExampleLogged() {
	exec := combinators.Chain(
		combinators.Parallelize(),
		combinators.Logged(combinators.Log{Logger: exampleZap(zap.DebugLevel)}),
	)(bank())

	_, err := orchestrate.Run(context.Background(), trade, exec)
	fmt.Println(err)
	// Output:
	// {"level":"debug","msg":"GetRate: succeeded","action":"GetRate","step":"0","class":"success","took":"0s"}
	// bought 80 CHF
	// {"level":"debug","msg":"Buy: succeeded","action":"Buy","step":"1","class":"success","took":"0s"}
	// <nil>
}

// What is in an action is logged on request only, and as the hook says.
func ExampleLog_redact() {
	exec := combinators.Logged(combinators.Log{
		Slog: exampleSlog(slog.LevelDebug),
		Redact: func(a actions.Action) any {
			switch a := a.(type) {
			case Buy:
				a.Amount = 0
				return a
			case GetRate:
				return a
			}
			return nil // what nobody has thought about is not shown
		},
	})(bank())

	_, err := orchestrate.Run(context.Background(), trade, exec)
	fmt.Println(err)
	// Output:
	// level=DEBUG msg="GetRate: succeeded" action=GetRate step=0 class=success fields=GetRate{Currency:CHF}
	// bought 80 CHF
	// level=DEBUG msg="Buy: succeeded" action=Buy step=1 class=success fields="Buy{Currency:CHF Amount:0}"
	// <nil>
}

// Logged writes to slog too.
func ExampleLogged_slog() {
	exec := combinators.Logged(combinators.Log{
		Slog:    exampleSlog(slog.LevelInfo),
		Success: combinators.LevelInfo,
		Before:  true,
	})(bank())

	_, err := exec.Execute(context.Background(), Buy{Currency: "CHF", Amount: 80})
	fmt.Println(err)
	// Output:
	// level=INFO msg="Buy: started" action=Buy
	// bought 80 CHF
	// level=INFO msg="Buy: succeeded" action=Buy class=success
	// <nil>
}

// Sinks in one Observed share its two readings of the clock.
func ExampleZapSink() {
	journal := combinators.NewCollector()
	exec := combinators.Observed(
		combinators.ZapSink(combinators.Log{Logger: exampleZap(zap.DebugLevel)}),
		journal,
	)(bank())

	_, err := exec.Execute(context.Background(), GetRate{Currency: "CHF"})
	fmt.Println(len(journal.Records()), err)
	// Output:
	// {"level":"debug","msg":"GetRate: succeeded","action":"GetRate","class":"success","took":"0s"}
	// 1 <nil>
}

// While a service moves from one logger to another, it can write to both.
func ExampleSlogSink() {
	exec := combinators.Observed(
		combinators.ZapSink(combinators.Log{Logger: exampleZap(zap.DebugLevel)}),
		combinators.SlogSink(combinators.Log{Slog: exampleSlog(slog.LevelDebug)}),
	)(bank())

	_, err := exec.Execute(context.Background(), GetRate{Currency: "CHF"})
	fmt.Println(err)
	// Output:
	// {"level":"debug","msg":"GetRate: succeeded","action":"GetRate","class":"success","took":"0s"}
	// level=DEBUG msg="GetRate: succeeded" action=GetRate class=success
	// <nil>
}
