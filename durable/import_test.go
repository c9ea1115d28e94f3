package durable_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
)

// small is a history that can be imported, and that tests spoil.
const small = `{
  "history": 1,
  "run": {
    "id": "a", "flow": "buy", "input": {"codec": "json", "value": {"Item":"tea","Count":1}},
    "seed": "MDEyMzQ1Njc4OWFiY2RlZg==", "labels": {"k": "v"}, "created": "2026-11-21T15:00:00Z",
    "retention": "168h0m0s", "status": "waiting", "started": "2026-11-21T15:00:01Z"
  },
  "records": [
    {"n": 0, "kind": "step", "path": "0", "name": "work", "result": {"codec": "json", "value": "x"}, "message": 1}
  ],
  "messages": [{"seq": 2, "name": "e", "payload": {"codec": "json", "value": 1}}]
}`

func TestWhatMakesNoHistoryIsRefusedByName(t *testing.T) {
	t.Parallel()
	s := newShop()
	_, err := s.Import(t.Context(), []byte(small))
	require.NoError(t, err)
	for want, change := range map[string][2]string{
		"unexpected end of JSON input":                   {small[40:], ""},
		`it is none: "history" is missing`:               {`"history": 1`, `"history": 0`},
		"of version 2: the store was written by a newer": {`"history": 1`, `"history": 2`},
		`unknown field "bogus"`:                          {`"id": "a"`, `"id": "a", "bogus": 1`},
		"not an ID of a run: it is empty":                {`"id": "a"`, `"id": ""`},
		`not an ID of a run: "../a"`:                     {`"id": "a"`, `"id": "../a"`},
		"the flow name is empty":                         {`"flow": "buy"`, `"flow": ""`},
		`parent: not an ID of a run: "p p"`:              {`"id": "a"`, `"id": "a", "parent": "p p"`},
		"the label \"\\x00\" has characters":             {`"k": "v"`, `"\u0000": "v"`},
		"the value \"\\n\" of the label \"k\"":           {`"k": "v"`, `"k": "\n"`},
		"the priority 99999999999":                       {`"id": "a"`, `"id": "a", "priority": 99999999999`},
		"the retention of -5ns":                          {`"168h0m0s"`, `"-5ns"`},
		"it has no status":                               {`"status": "waiting"`, `"reason": "none"`},
		`status "weird" is not known`:                    {`"waiting"`, `"weird"`},
		"it is completed, and finished at 0001":          {`"waiting"`, `"completed"`},
		"it is waiting, and finished at 2026": {
			`"waiting"`, `"waiting", "finished": "2026-11-21T15:00:01Z"`,
		},
		"it is waiting, and expires": {
			`"waiting"`, `"waiting", "expires": "2026-11-21T15:00:01Z"`,
		},
		"it does not say when it was created":                 {`"created": "2026-11-21T15:00:00Z",`, ""},
		"a time in the year 0":                                {`"created": "2026`, `"created": "0000`},
		"it has records, and was never started":               {`, "started": "2026-11-21T15:00:01Z"`, ""},
		"a key within a queue, and no queue":                  {`"id": "a"`, `"id": "a", "key": "k"`},
		`"\x00" is longer than 1048576 bytes, or is no text`:  {`"id": "a"`, `"id": "a", "queue": "q", "key": "\u0000"`},
		"it counts below zero":                                {`"id": "a"`, `"id": "a", "generation": -1`},
		"what run \"a\" published: the store is corrupt":      {`"id": "a"`, `"id": "a", "published": "eA=="`},
		`"a\x00" is longer than 1048576 bytes, or is no text`: {`"id": "a"`, `"id": "a", "reason": "a\u0000"`},
		"a seed of 90000 bytes":                               {`MDEyMzQ1Njc4OWFiY2RlZg==`, strings.Repeat("AAAA", 30000)},
		"what run \"a\" was made of: the store":               {`MDEyMzQ1Njc4OWFiY2RlZg==`, strings.Repeat("AAAA", 10)},
		"record -1: its number is negative":                   {`"n": 0`, `"n": -1`},
		"record 0: its number is there twice": {
			`"records": [`, `"records": [{"n": 0, "kind": "step", "path": "1", "name": "w"},`,
		},
		"it is there twice: the store is corrupt": {
			`"records": [`, `"records": [{"n": 1, "kind": "step", "path": "0", "name": "w"},`,
		},
		`"0.1" is not the path of a step`:              {`"path": "0"`, `"path": "0.1"`},
		`records of kind "leap" are not known`:         {`"kind": "step"`, `"kind": "leap"`},
		"message 0: it is not behind message 0":        {`"seq": 2`, `"seq": 0`},
		"message 2: not a name: the event name is":     {`"name": "e"`, `"name": ""`},
		"a payload has both a value and data":          {`"value": 1`, `"value": 1, "data": "eA=="`},
		`its import has not been completed: import it`: {`"id": "a"`, `"id": "a", "result": {"codec": "baton:import"}`},
		"message 3: its key \"k\" is there twice": {
			`{"seq": 2,`, `{"seq": 1, "name": "e", "key": "k"}, {"seq": 3, "key": "k",`,
		},
	} {
		require.Contains(t, small, change[0])
		_, err := s.Import(t.Context(), []byte(strings.Replace(small, change[0], change[1], 1)))
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "import ")
	}
	require.Equal(t, []string{"a"}, s.list(t, durable.Filter{}))
}

func TestALineThatDoesNotEndIsNotReadToItsEnd(t *testing.T) {
	t.Parallel()
	s := newShop()
	endless := strings.NewReader(strings.Repeat(" ", 100) + small + "\n" + `"` + strings.Repeat("x", 1<<20))
	n, err := durable.ImportAllWithin(t.Context(), s.Client, endless, 10_000)
	require.Equal(t, 1, n)
	require.ErrorIs(t, err, durable.ErrTooLarge)
	require.ErrorContains(t, err, "import history 2: ")
	_, err = s.ImportAll(t.Context(), strings.NewReader(`{"history": 1`))
	require.ErrorContains(t, err, "import history 1: unexpected EOF")
	n, err = s.ImportAll(t.Context(), strings.NewReader(""))
	require.NoError(t, err)
	require.Zero(t, n)
	_, err = s.ImportAll(done(t), strings.NewReader(small))
	require.ErrorIs(t, err, context.Canceled)
}

func TestAnExportThatCannotBeWrittenEnds(t *testing.T) {
	t.Parallel()
	s := inEachStatus(t)
	n, err := s.ExportAll(t.Context(), full{}, durable.Filter{Newest: true, Limit: 3})
	require.ErrorIs(t, err, errBroken)
	require.Zero(t, n)
	_, err = s.ExportAll(t.Context(), &bytes.Buffer{}, durable.Filter{Limit: -1})
	require.ErrorIs(t, err, durable.ErrBadOption)
	_, err = s.Export(t.Context(), "nobody")
	require.ErrorIs(t, err, durable.ErrNotFound)
	_, err = s.Export(done(t), "running")
	require.ErrorIs(t, err, context.Canceled)
	var three bytes.Buffer
	n, err = s.ExportAll(t.Context(), &three, durable.Filter{Statuses: []durable.Status{store.Paused, store.Blocked}})
	require.NoError(t, err)
	require.Equal(t, 3, n)
}

// full is a writer on a full disk.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errBroken }

// FuzzImport holds that any text is either refused, or the history of a run that can be exported again, and imported
// twice.
func FuzzImport(f *testing.F) {
	f.Add([]byte(small))
	s := newShop()
	if _, err := s.Import(f.Context(), []byte(small)); err != nil {
		f.Fatal(err)
	}
	text, err := s.Export(f.Context(), "a")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		s, to := newShop(), newShop()
		id, err := s.Import(t.Context(), text)
		if err != nil {
			require.Empty(t, s.list(t, durable.Filter{}), "%v", err)
			return
		}
		_, err = s.Import(t.Context(), text)
		require.NoError(t, err)
		again, err := s.Export(t.Context(), id)
		require.NoError(t, err)
		_, err = to.Import(t.Context(), again)
		require.NoError(t, err)
		if err := s.Terminate(t.Context(), id, "enough"); err != nil {
			require.ErrorIs(t, err, durable.ErrFinished)
		}
		require.NoError(t, s.Delete(t.Context(), id))
	})
}
