package combinators_test

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
)

// login is an action that nobody should see in a log.
type login struct {
	actions.Returns[actions.Void]
	User, Password string
}

// pay shows itself to zap.
type pay struct {
	actions.Returns[actions.Void]
	Amount int
	Card   string
}

func (p pay) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	if p.Amount < 0 {
		return errors.New("less than nothing")
	}
	enc.AddInt("amount", p.Amount)
	return enc.AddObject("card", zapcore.ObjectMarshalerFunc(func(enc zapcore.ObjectEncoder) error {
		enc.AddString("last4", p.Card[len(p.Card)-4:])
		return nil
	}))
}

// visit shows itself to slog.
type visit struct {
	actions.Returns[actions.Void]
	URL, Token string
}

func (v visit) LogValue() slog.Value {
	return slog.GroupValue(slog.String("url", v.URL), slog.Bool("token", v.Token != ""), slog.Group("", slog.Int("n", 1)))
}

// logged is the one line of an action, by zap and by slog, from the class on.
func logged(t *testing.T, log combinators.Log, a actions.Action) (byZap, bySlog string) {
	t.Helper()
	zapLogger, zapWrote := zapLines(zap.DebugLevel)
	slogLogger, slogWrote := slogLines(slog.LevelDebug)
	log.Class = func(context.Context, error) combinators.Class { return combinators.Success }
	for _, sink := range []func(){
		func() { log.Logger, log.Slog = zapLogger, nil },
		func() { log.Logger, log.Slog = nil, slogLogger },
	} {
		sink()
		_, err := combinators.Logged(log)(answer{}).Execute(context.Background(), a)
		require.NoError(t, err)
	}
	return after(t, zapWrote()[0]), after(t, slogWrote()[0])
}

var afterTook = regexp.MustCompile(`"class":"success","took":(?:\d+|"[^"]*")(.*)$`)

func after(t *testing.T, line string) string {
	t.Helper()
	match := afterTook.FindStringSubmatch(line)
	require.NotNil(t, match, line)
	return match[1]
}

func TestByDefaultNothingThatIsInAnActionIsLogged(t *testing.T) {
	t.Parallel()
	byZap, bySlog := logged(t, combinators.Log{}, login{User: "ada", Password: "hush"})
	require.Equal(t, "}", byZap)
	require.Equal(t, "}", bySlog)
}

func TestFieldsAreLoggedOnRequest(t *testing.T) {
	t.Parallel()
	byZap, bySlog := logged(t, combinators.Log{Fields: true}, ask{N: 7})
	require.Equal(t, `,"fields":{"N":7}}`, byZap)
	require.Equal(t, byZap, bySlog)
}

func TestRedactSaysWhatIsLogged(t *testing.T) {
	t.Parallel()
	redact := func(a actions.Action) any {
		switch a := a.(type) {
		case login:
			a.Password = "***"
			return a
		case ask:
			return nil
		}
		return a
	}
	byZap, bySlog := logged(t, combinators.Log{Redact: redact}, login{User: "ada", Password: "hush"})
	require.Equal(t, `,"fields":{"User":"ada","Password":"***"}}`, byZap)
	require.Equal(t, byZap, bySlog)

	byZap, bySlog = logged(t, combinators.Log{Redact: redact, Fields: true}, ask{N: 7})
	require.Equal(t, "}", byZap, "nil is nothing")
	require.Equal(t, byZap, bySlog)

	byZap, bySlog = logged(t, combinators.Log{Redact: func(actions.Action) any { panic("oh") }}, login{User: "ada"})
	require.Equal(t, "}", byZap, "a hook that breaks shows nothing")
	require.Equal(t, byZap, bySlog)
}

func TestAnActionThatShowsItselfIsLoggedAsItSays(t *testing.T) {
	t.Parallel()
	never := combinators.Log{Redact: func(actions.Action) any { t.Error("asked all the same"); return nil }}
	byZap, bySlog := logged(t, never, pay{Amount: 5, Card: "4242424242424242"})
	require.Equal(t, `,"fields":{"amount":5,"card":{"last4":"4242"}}}`, byZap)
	require.Equal(t, byZap, bySlog)

	byZap, bySlog = logged(t, never, visit{URL: "https://go.dev", Token: "secret"})
	require.Equal(t, `,"fields":{"url":"https://go.dev","token":true,"n":1}}`, byZap)
	require.Equal(t, byZap, bySlog)

	byZap, bySlog = logged(t, never, pay{Amount: -1})
	require.Equal(t, `,"fields":{},"fieldsError":"less than nothing"}`, byZap)
	require.Equal(t, `,"fieldsError":"less than nothing"}`, bySlog)
}

func TestTheFieldsOfAGroupAreNotLogged(t *testing.T) {
	t.Parallel()
	byZap, bySlog := logged(t, combinators.Log{Fields: true}, actions.Group{})
	require.Equal(t, "}", byZap)
	require.Equal(t, "}", bySlog)
}

func TestExtraAttributesOfEveryKindAreOnEveryLine(t *testing.T) {
	t.Parallel()
	type tenant struct{}
	extra := func(context.Context) []slog.Attr {
		return []slog.Attr{
			slog.Bool("b", true), slog.Float64("f", 0.5), slog.Uint64("u", 1), slog.Any("e", errDown),
			slog.Duration("d", time.Second), slog.Group("g", slog.Int("n", 1), slog.Any("p", visit{URL: "u"})),
		}
	}
	byZap, bySlog := logged(t, combinators.Log{Extra: extra}, ask{})
	const want = `,"b":true,"f":0.5,"u":1,"e":"the quote service is down","d":"1s",` +
		`"g":{"n":1,"p":{"url":"u","token":false,"n":1}}}`
	require.Equal(t, want, byZap)
	require.Equal(t, strings.Replace(want, `"1s"`, "1000000000", 1), bySlog)

	logger, lines := zapLines(zap.DebugLevel)
	ofTenant := func(ctx context.Context) []slog.Attr { return []slog.Attr{slog.Any("tenant", ctx.Value(tenant{}))} }
	exec := combinators.Logged(combinators.Log{Logger: logger, Before: true, Extra: ofTenant})(answers())
	_, err := exec.Execute(context.WithValue(context.Background(), tenant{}, "acme"), ask{N: 1})
	require.NoError(t, err)
	for _, l := range lines() {
		require.Contains(t, l, `"tenant":"acme"`)
	}
}
