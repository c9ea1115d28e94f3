package cassette_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/cassette"
)

// yields is a flow of actions, one after the other.
func yields(as ...actions.Action) orchestrate.Orchestration[int] {
	return func(y actions.Yield) (int, error) {
		for i, a := range as {
			if _, err := y(a); err != nil {
				return i, err
			}
		}
		return len(as), nil
	}
}

// group yields a group.
func group(mode actions.Mode, as ...actions.Action) orchestrate.Orchestration[int] {
	g := actions.Group{Mode: mode}
	for _, a := range as {
		g.Branches = append(g.Branches, actions.Branch{Leaf: a})
	}
	return yields(g)
}

func TestWhatIsNotAsRecordedIsAnError(t *testing.T) {
	t.Parallel()
	login, who := Login{User: "ada", Password: secret}, Ask{Whom: "a"}
	charge := Charge{Token: "t-" + secret, Items: []Item{{"bread", 1}}}
	for name, c := range map[string]struct {
		recorded, played orchestrate.Orchestration[int]
		want             string
	}{
		"a field": {
			yields(login, charge),
			yields(login, Charge{Token: "t-" + secret, Cents: 7, Items: []Item{{"jam", 1}, {"butter", 2}}}),
			`step 1 is not as recorded
  recorded: cassette_test.Charge{"Token":"t-REDACTED","Cents":0,"Items":[{"Name":"bread","Amount":1}]}
  got:      cassette_test.Charge{"Token":"t-REDACTED","Cents":7,` +
				`"Items":[{"Name":"jam","Amount":1},{"Name":"butter","Amount":2}]}
            Cents: recorded 0, got 7
            Items[0].Name: recorded "bread", got "jam"
            Items[1]: recorded nothing, got {"Amount":2,"Name":"butter"}
the call before was step 0: cassette_test.Login{"User":"ada","Password":"REDACTED"}`,
		},
		"a secret that is another one": {
			yields(login), yields(Login{User: "ada", Password: "other"}),
			`step 0 is not as recorded
  recorded: cassette_test.Login{"User":"ada","Password":"REDACTED"}
  got:      cassette_test.Login{"User":"ada","Password":"other"}
            Password: recorded "REDACTED", got "other"`,
		},
		"another action": {
			yields(login), yields(who),
			`step 0 is not as recorded
  recorded: cassette_test.Login{"User":"ada","Password":"REDACTED"}
  got:      cassette_test.Ask{"Whom":"a"}`,
		},
		"an action more": {
			yields(who), yields(who, who),
			`step 1: nothing is recorded for this step
  got:      cassette_test.Ask{"Whom":"a"}
the call before was step 0: cassette_test.Ask{"Whom":"a"}`,
		},
		"a run of nothing": {
			yields(), yields(login),
			`step 0: the cassette is empty
  got:      cassette_test.Login{"User":"ada","Password":"REDACTED"}`,
		},
		"the mode of a group": {
			group(actions.All, who, who), group(actions.Settle, who, who),
			`step 0 is not as recorded
  recorded: all of 2 branches
  got:      settle of 2 branches`,
		},
		"the size of a group": {
			group(actions.All, who, who), group(actions.All, who),
			`step 0 is not as recorded
  recorded: all of 2 branches
  got:      all of 1 branch`,
		},
		"a branch": {
			group(actions.All, who, who), group(actions.All, who, Ask{Whom: "b"}),
			`step 0.1.0 is not as recorded
  recorded: cassette_test.Ask{"Whom":"a"}
  got:      cassette_test.Ask{"Whom":"b"}
            Whom: recorded "a", got "b"
the call before was step 0.0.0: cassette_test.Ask{"Whom":"a"}`,
		},
		"an action that JSON loses": {
			yields(who), yields(Mute{how: "softly"}),
			`step 0: cassette_test.Mute cannot be recorded: it does not come back from JSON as it was: how`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, _, _ := record(t, c.recorded, shop(), noSecrets())
			_, err, done := replay(t, file, c.played, noSecrets())
			var off *cassette.MismatchError
			require.ErrorAs(t, err, &off)
			require.Equal(t, off, done, "the same one")
			require.EqualError(t, done, "cassette "+file+": "+c.want)
			require.True(t, executor.NotDone(off))
			require.True(t, backoff.IsPermanent(off))
			require.NotContains(t, done.Error(), secret)
		})
	}
}

func TestARunThatLeftTheTapeIsNotLetOnAgain(t *testing.T) {
	t.Parallel()
	file, _, err := record(t, yields(Ask{Whom: "a"}, Ask{Whom: "b"}), shop(), noSecrets())
	require.NoError(t, err)
	var errs []error
	_, _, done := replay(t, file, func(y actions.Yield) (int, error) {
		for _, a := range []actions.Action{Ask{Whom: "x"}, Ask{Whom: "b"}} {
			_, err := y(a)
			errs = append(errs, err)
		}
		return 0, nil
	}, noSecrets())
	for _, err := range errs {
		require.ErrorIs(t, err, done)
	}
}

func TestCallsThatAreLeftAreAnError(t *testing.T) {
	t.Parallel()
	file, _, err := record(t, yields(Ask{Whom: "a"}, Ask{Whom: "b"}, Login{Password: secret}), shop(), noSecrets())
	require.NoError(t, err)
	_, err, done := replay(t, file, yields(Ask{Whom: "a"}), noSecrets())
	require.NoError(t, err)
	require.EqualError(t, done, "cassette "+file+`: 2 of 3 recorded calls were not made:
  step 1: cassette_test.Ask{"Whom":"b"}
  step 2: cassette_test.Login{"User":"","Password":"REDACTED"}`)

	many := make([]actions.Action, 30)
	for i := range many {
		many[i] = Ask{Whom: "a"}
	}
	file, _, err = record(t, yields(many...), shop(), noSecrets())
	require.NoError(t, err)
	_, _, done = replay(t, file, yields(), noSecrets())
	require.ErrorContains(t, done, "30 of 30 recorded calls were not made")
	require.ErrorContains(t, done, "step 18: cassette_test.Ask{\"Whom\":\"a\"}\n  … and 11 more")
	require.Equal(t, 20, strings.Count(done.Error(), "\n"))
}

func TestACassetteIsPlayedOnce(t *testing.T) {
	t.Parallel()
	file, _, err := record(t, yields(Ask{Whom: "a"}), shop(), noSecrets())
	require.NoError(t, err)
	p, err := cassette.Load(file, noSecrets())
	require.NoError(t, err)
	require.Equal(t, "Cassette", fmt.Sprint(p))
	for range 2 {
		_, err = orchestrate.Run(t.Context(), yields(Ask{Whom: "a"}), p)
	}
	require.ErrorContains(t, err, "step 0: the cassette was played already: a player serves one run")

	p, err = cassette.Load(file, noSecrets())
	require.NoError(t, err)
	_, err = p.Execute(t.Context(), Ask{Whom: "a"})
	require.EqualError(t, err, "cassette "+file+": outside a run: nothing is recorded for this step\n"+
		`  got:      cassette_test.Ask{"Whom":"a"}`)
}

func TestCallsOutsideARunAreFoundInOrder(t *testing.T) {
	t.Parallel()
	r := cassette.Record(shop(), noSecrets())
	for _, whom := range []string{"a", "b"} {
		_, err := r.Execute(t.Context(), Ask{Whom: whom})
		require.NoError(t, err)
	}
	file := filepath.Join(t.TempDir(), "tape.json")
	require.NoError(t, r.Save(file))
	p, err := cassette.Load(file, noSecrets())
	require.NoError(t, err)
	for _, whom := range []string{"a", "b"} {
		got, err := p.Execute(t.Context(), Ask{Whom: whom})
		require.NoError(t, err)
		require.Equal(t, "for "+whom, got)
	}
	_, err = p.Execute(t.Context(), Ask{Whom: "a"})
	require.ErrorContains(t, err, "outside a run: it was made more often than is recorded")
}

func TestAFileThatIsNoCassetteOfTheWorkflowIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"cassette": 1, "workflow": "refund", "calls": []}`: ` is of the workflow "refund", not of "checkout"`,
		`{"cassette": 2, "calls": []}`: ` cannot be read: it is of format 2, and this version reads format 1: ` +
			`record it again`,
		`{"calls": []}`:               ` cannot be read: it is no cassette: "cassette" is missing`,
		`{"cassette": 1, "sides": 2}`: ` cannot be read: json: unknown field "sides"`,
		`{"cassette": `:               ` cannot be read: unexpected end of JSON input`,

		`{"cassette": 1, "workflow": "checkout", "calls": null}`: ``,
	} {
		file := filepath.Join(t.TempDir(), "x.json")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		_, err := cassette.Load(file, noSecrets())
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, "cassette "+file+want)
	}
	_, err := cassette.Load(filepath.Join(t.TempDir(), "none.json"), noSecrets())
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestARecordedResultMustFit(t *testing.T) {
	t.Parallel()
	file, _, err := record(t, yields(Ask{Whom: "a"}), shop(), noSecrets())
	require.NoError(t, err)
	text := strings.Replace(read(t, file), `"for a"`, `[1]`, 1)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	_, err, done := replay(t, file, yields(Ask{Whom: "a"}), noSecrets())
	require.Error(t, err)
	require.EqualError(t, done, "cassette "+file+": step 0: the recorded result of cassette_test.Ask cannot be decoded: "+
		"json: cannot unmarshal array into Go value of type string")
}

func TestAReplayCallsNobody(t *testing.T) {
	t.Parallel()
	file, _, err := record(t, yields(Ask{Whom: "a"}), shop(), noSecrets())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p, err := cassette.Load(file, noSecrets())
	require.NoError(t, err)
	n, err := orchestrate.Run(ctx, yields(Ask{Whom: "a"}), p)
	require.NoError(t, err, "a record is answered whatever the context says")
	require.Equal(t, 1, n)
	require.NoError(t, p.Done())
}
