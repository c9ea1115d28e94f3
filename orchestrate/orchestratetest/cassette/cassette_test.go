package cassette_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/cassette"
)

const checkoutTape = `{
  "cassette": 1,
  "workflow": "checkout",
  "calls": [
    {
      "path": "0",
      "action": "cassette_test.Login",
      "request": {
        "User": "ada",
        "Password": "REDACTED"
      },
      "result": {
        "Token": "t-REDACTED",
        "Raw": "cmF3IFJFREFDVEVE",
        "Roles": {
          "REDACTED": true
        }
      }
    },
    {
      "path": "1",
      "action": "cassette_test.Charge",
      "request": {
        "Token": "t-REDACTED",
        "Cents": 250,
        "Items": [
          {
            "Name": "bread",
            "Amount": 1
          },
          {
            "Name": "butter",
            "Amount": 2
          }
        ]
      },
      "result": {
        "ID": "r-1",
        "At": "2026-01-02T03:04:05Z"
      }
    },
    {
      "path": "2",
      "action": "cassette_test.Notify",
      "request": {
        "Who": "ada"
      },
      "error": {
        "text": "smtp said REDACTED: declined: no REDACTED",
        "as": {
          "shop.DeclinedError": {
            "Reason": "no",
            "Card": "REDACTED"
          }
        }
      }
    }
  ]
}
`

func TestARecordedRunIsReplayed(t *testing.T) {
	t.Parallel()
	file, result, err := record(t, checkout, shop(), noSecrets())
	require.Equal(t, "r-1", result)
	require.ErrorContains(t, err, secret, "the run itself sees everything")
	require.Equal(t, checkoutTape, read(t, file)) //nolint:testifylint // to the letter

	result, err, done := replay(t, file, checkout, noSecrets())
	require.NoError(t, done)
	require.Equal(t, "r-1", result)
	require.EqualError(t, err,
		"step 2: cassette_test.Notify: smtp said REDACTED: declined: no REDACTED")
	var declined *DeclinedError
	require.ErrorAs(t, err, &declined)
	require.Equal(t, &DeclinedError{"no", "REDACTED"}, declined)
}

func TestTheSameRunMakesTheSameFile(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) ([]string, error) {
		return orchestrate.All(y, orchestrate.Each(Ask{Whom: "a"}, Ask{Whom: "b"}, Ask{Whom: "c"})...)
	}
	var texts []string
	for range 10 {
		file, _, err := record(t, flow, shop(), cassette.Config{})
		require.NoError(t, err)
		require.NotContains(t, read(t, file), "workflow")
		texts = append(texts, read(t, file))
		require.Equal(t, []string{"tape.json"}, names(t, filepath.Dir(file)), "nothing else is left")
	}
	for _, text := range texts {
		require.Equal(t, texts[0], text)
	}
}

func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestAsidesNeedNoRecordButVersions(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) (int, error) {
		if err := orchestrate.Tell(y, actions.Log{Message: "hello"}); err != nil {
			return 0, err
		}
		if err := orchestrate.Tell(y, actions.Progress{}); err != nil {
			return 0, err
		}
		v, err := orchestrate.Do(y, actions.Version{Change: "c", Min: 1, Max: 3})
		if err != nil {
			return 0, err
		}
		who, err := orchestrate.Do(y, Ask{Whom: "a"})
		return v*100 + len(who), err
	}
	old := executor.NewMux(
		executor.On(func(context.Context, actions.Version) (int, error) { return 2, nil }),
		executor.OnVoid(func(context.Context, actions.Log) error { return nil }),
	)
	file, n, err := record(t, flow, old.Else(shop()), cassette.Config{})
	require.NoError(t, err)
	require.Equal(t, 205, n)
	require.NotContains(t, read(t, file), "actions.Log")
	n, err, done := replay(t, file, flow, cassette.Config{})
	require.NoError(t, err)
	require.NoError(t, done)
	require.Equal(t, 205, n)
}

func TestACassetteThatCannotBeWrittenLeavesTheOldOne(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "tape.json")
	require.NoError(t, os.WriteFile(file, []byte("old"), 0o600))
	r := cassette.Record(shop(), cassette.Config{})
	_, err := r.Execute(t.Context(), Mute{how: "softly"})
	const lost = "outside a run: cassette_test.Mute cannot be recorded: it does not come back from JSON as it was: how"
	require.EqualError(t, err, lost)
	require.EqualError(t, r.Save(file), "cassette "+file+" is not written: "+lost)
	require.Equal(t, "old", read(t, file))

	err = cassette.Record(shop(), cassette.Config{}).Save(filepath.Join(file, "below.json"))
	require.ErrorContains(t, err, "cassette "+filepath.Join(file, "below.json")+": ")
	err = cassette.Record(shop(), cassette.Config{}).Save(filepath.Dir(file))
	require.ErrorContains(t, err, "cassette "+filepath.Dir(file)+": ")
	require.Equal(t, []string{"tape.json"}, names(t, filepath.Dir(file)))
	require.Len(t, names(t, filepath.Dir(filepath.Dir(file))), 1, "no temporary file is left")
}

type (
	// Mute says something that JSON does not see, and Vague answers so.
	Mute struct {
		actions.Returns[actions.Void]
		how string
	}
	Vague struct {
		actions.Returns[any]
		Shape string
	}
)

func TestWhatDoesNotSurviveJSONIsNotRecorded(t *testing.T) {
	t.Parallel()
	exec := executor.NewMux(executor.On(func(_ context.Context, a Vague) (any, error) {
		return map[string]any{"map": map[string]int{"n": 1}, "chan": make(chan int), "int": 1}[a.Shape], nil
	}))
	for shape, want := range map[string]string{
		"map":  "it does not come back from JSON as it was: the value itself",
		"int":  "it does not come back from JSON as it was: the value itself",
		"chan": "json: unsupported type: chan int",
	} {
		r := cassette.Record(exec, cassette.Config{})
		_, err := orchestrate.Run(t.Context(), orchestrate.Lift(Vague{Shape: shape}), r)
		require.NoError(t, err, "the run goes on")
		require.ErrorContains(t, r.Save(filepath.Join(t.TempDir(), "x")),
			"step 0: the result of cassette_test.Vague cannot be recorded: "+want)
	}
}

func TestACassetteIsOfOneRun(t *testing.T) {
	t.Parallel()
	r := cassette.Record(shop(), cassette.Config{})
	_, err := orchestrate.Run(t.Context(), orchestrate.Lift(Ask{Whom: "a"}), r)
	require.NoError(t, err)
	_, err = orchestrate.Run(t.Context(), yields(Ask{Whom: "a"}, Ask{Whom: "b"}), r)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "x")
	require.EqualError(t, r.Save(file), "cassette "+file+` is not written: step 0: cassette_test.Ask{"Whom":"a"} `+
		"belongs to a second run, and a cassette is of one")
}

func TestARecorderIsALayer(t *testing.T) {
	t.Parallel()
	mux := executor.NewMux()
	require.Equal(t, "Record > Mux(0)", executor.Layers(cassette.Record(mux, cassette.Config{})).String())
	require.PanicsWithValue(t, "cassette.Record: the executor is nil", func() {
		cassette.Record(nil, cassette.Config{})
	})
}
