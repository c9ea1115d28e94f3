package cassette_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/cassette"
)

type (
	// Store stores all sorts of values, and returns them.
	Store struct {
		actions.Returns[Values]
		Values
	}
	Values struct {
		Text  string
		Bytes []byte
		Map   map[string]string
		List  []Values
		Raw   json.RawMessage `json:",omitempty"`
		Pin   int
		OK    bool
		None  *string
	}
)

func TestNoSecretReachesTheFile(t *testing.T) {
	t.Parallel()
	quoted, err := json.Marshal(secret)
	require.NoError(t, err)
	encoded := []string{
		secret, string(quoted[1 : len(quoted)-1]), url.QueryEscape(secret), url.PathEscape(secret),
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
	}
	var v Values
	for _, text := range encoded {
		inner := Values{Text: "<" + text + ">", Bytes: []byte("bytes " + text), Pin: 123456, OK: true}
		inner.Map = map[string]string{"key " + text: "value " + text}
		inner.Raw, err = json.Marshal(map[string]string{text: text})
		require.NoError(t, err)
		v.List = append(v.List, inner)
	}
	c := noSecrets()
	c.Redact = []cassette.Redactor{cassette.Secrets("", secret, "1234")}
	exec := executor.NewMux(executor.On(func(_ context.Context, a Store) (Values, error) {
		return a.Values, errors.Join(&DeclinedError{encoded[2], encoded[3]}, errors.New(encoded[4]+encoded[1]))
	}))
	flow := func(y actions.Yield) (Values, error) {
		return orchestrate.Scope(y, "scope of "+secret, orchestrate.Lift(Store{Values: v}))
	}
	file, _, live := record(t, flow, exec, c)
	require.Error(t, live)
	text := read(t, file)
	for _, form := range append(encoded, "123456") {
		require.NotContains(t, text, form)
	}
	require.Contains(t, text, `"action": "scope scope of REDACTED"`)
	require.Contains(t, text, `"Bytes": "`+base64.StdEncoding.EncodeToString([]byte("bytes REDACTED")))
	require.Contains(t, text, `"key REDACTED": "value REDACTED"`)
	require.Contains(t, text, `"Pin": 0`)

	_, err, done := replay(t, file, flow, c)
	require.NoError(t, done, "the replay's own requests are redacted before they are compared")
	require.Error(t, err)
	c.Redact = nil
	_, _, done = replay(t, file, flow, c)
	require.ErrorContains(t, done, "is not as recorded", "the same configuration is needed")
}

func TestFieldsAreRedactedByTheirNames(t *testing.T) {
	t.Parallel()
	c := noSecrets()
	c.Redact = []cassette.Redactor{cassette.Fields("Pin", "List.Text", "Map", "OK")}
	none := "none"
	v := Values{Text: "seen", Pin: 1, OK: true, Map: map[string]string{"a": "b"}, List: []Values{{
		Text: "hidden", None: &none,
	}}}
	exec := executor.NewMux(executor.On(func(_ context.Context, a Store) (Values, error) { return a.Values, nil }))
	flow := orchestrate.Lift(Store{Values: v})
	file, live, err := record(t, flow, exec, c)
	require.NoError(t, err)
	require.Equal(t, v, live)
	replayed, err, done := replay(t, file, flow, c)
	require.NoError(t, err)
	require.NoError(t, done)
	v.Pin, v.OK, v.Map, v.List[0].Text = 0, false, map[string]string{"a": cassette.Redacted}, cassette.Redacted
	require.Equal(t, v, replayed)
}

func TestTheLongerSecretGoesFirst(t *testing.T) {
	t.Parallel()
	for _, redact := range []cassette.Redactor{cassette.Secrets("ab", "abcd"), cassette.Secrets("abcd", "ab")} {
		require.Equal(t, "REDACTED, REDACTEDc", redact(cassette.Field{Value: "abcd, abc"}))
	}
}

func TestARedactorSeesWhereAValueIs(t *testing.T) {
	t.Parallel()
	var seen []cassette.Field
	c := noSecrets()
	c.Redact = []cassette.Redactor{func(f cassette.Field) any {
		seen = append(seen, f)
		return f.Value
	}}
	_, _, err := record(t, orchestrate.Lift(Notify{Who: "ada"}), shop(), c)
	require.Error(t, err)
	const name, said = "cassette_test.Notify", "smtp said " + secret + ": declined: no " + secret
	require.Equal(t, []cassette.Field{
		{Path: "0", Action: name, Part: cassette.Request, Name: "Who", Value: "Who", Key: true},
		{Path: "0", Action: name, Part: cassette.Request, Name: "Who", Value: "ada"},
		{Path: "0", Action: name, Part: cassette.Failure, Name: "text", Value: said},
		{Path: "0", Action: name, Part: cassette.Failure, Name: "as.shop.DeclinedError.Reason", Value: "Reason", Key: true},
		{Path: "0", Action: name, Part: cassette.Failure, Name: "as.shop.DeclinedError.Reason", Value: "no"},
		{Path: "0", Action: name, Part: cassette.Failure, Name: "as.shop.DeclinedError.Card", Value: "Card", Key: true},
		{Path: "0", Action: name, Part: cassette.Failure, Name: "as.shop.DeclinedError.Card", Value: secret},
	}, seen)
}

func TestARedactionThatCannotBeReplayedIsRefused(t *testing.T) {
	t.Parallel()
	for want, redact := range map[string]cassette.Redactor{
		"the result of cassette_test.Login cannot be recorded: json: cannot unmarshal object": func(f cassette.Field) any {
			if f.Name == "Token" && f.Part == cassette.Result && !f.Key {
				return map[string]int{"no": 1}
			}
			return f.Value
		},
		`Login cannot be recorded: two keys of the value are both redacted to "x"`: func(f cassette.Field) any {
			if f.Key {
				return "x"
			}
			return f.Value
		},
		"json: unsupported type: func()": func(f cassette.Field) any {
			if f.Key {
				return f.Value
			}
			return func() {}
		},
	} {
		c := noSecrets()
		c.Redact = []cassette.Redactor{redact}
		r := cassette.Record(shop(), c)
		_, err := orchestrate.Run(t.Context(), orchestrate.Lift(Login{Password: secret}), r)
		err = errors.Join(err, r.Save(filepath.Join(t.TempDir(), "x")))
		require.ErrorContains(t, err, want)
	}
}

func TestAResultBesideAnErrorIsKept(t *testing.T) {
	t.Parallel()
	exec := executor.Func(func(context.Context, actions.Action) (any, error) { return "half", errBusy })
	flow := orchestrate.Lift(Ask{Whom: "a"})
	file, live, err := record(t, flow, exec, noSecrets())
	require.ErrorIs(t, err, errBusy)
	replayed, err, done := replay(t, file, flow, noSecrets())
	require.NoError(t, done)
	require.ErrorIs(t, err, errBusy)
	require.Equal(t, "half", live)
	require.Equal(t, live, replayed)
}
