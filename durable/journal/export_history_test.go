package journal_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
)

func drawPayload(t *rapid.T, name string) store.Payload {
	data := rapid.OneOf(
		rapid.Just[[]byte](nil),
		rapid.SliceOfN(rapid.Byte(), 1, 20),
		rapid.Map(rapid.String(), func(s string) []byte {
			text, _ := json.Marshal(map[string]any{"s": s, "n": nil})
			return text
		}),
		rapid.SampledFrom([][]byte{[]byte("null"), []byte(" 1"), []byte(`"<&>"`), []byte(`{"a": 1}`), []byte("[1,2]")}),
	).Draw(t, name)
	codec := rapid.SampledFrom([]string{"json", "gob", "error+json", "sealed"}).Draw(t, name+"'s codec")
	if data == nil && rapid.Bool().Draw(t, name+" is none") {
		return store.Payload{}
	}
	return store.Payload{Codec: codec, Data: data}
}

func drawTime(t *rapid.T, name string) time.Time {
	if rapid.Bool().Draw(t, name+" is zero") {
		return time.Time{}
	}
	return time.UnixMicro(rapid.Int64Range(0, 1<<52).Draw(t, name)).UTC()
}

func drawHistory(t *rapid.T) store.History {
	text := func(name string) string { return rapid.StringN(0, 8, -1).Draw(t, name) }
	h := store.History{Run: store.Run{
		ID: text("id"), Flow: text("flow"), Version: text("version"), Input: drawPayload(t, "input"),
		Seed: rapid.SampledFrom([][]byte{nil, []byte("0123456789abcdef")}).Draw(t, "seed"), Parent: text("parent"),
		OnParentClose: store.ParentClose(rapid.IntRange(0, 1).Draw(t, "close")), Queue: text("queue"),
		Key:      text("key"),
		Priority: rapid.IntRange(-3, 3).Draw(t, "priority"),
		Labels:   rapid.SampledFrom([]map[string]string{nil, {"a": "b", "c": ""}}).Draw(t, "labels"),
		Created:  drawTime(t, "created"), Deadline: drawTime(t, "deadline"),
		Retention: time.Duration(rapid.Int64().Draw(t, "retention")),
		State: store.State{
			Status: store.Status(rapid.IntRange(0, 8).Draw(t, "status")), Due: drawTime(t, "due"),
			Started: drawTime(t, "started"), Finished: drawTime(t, "finished"), Expires: drawTime(t, "expires"),
			Result: drawPayload(t, "result"), Failure: drawPayload(t, "failure"), Reason: text("reason"),
			Cancelled: drawTime(t, "cancelled"), Generation: rapid.Int64Range(0, 9).Draw(t, "generation"),
			Settled: rapid.Int64Range(0, 9).Draw(t, "settled"), Trials: rapid.Int64Range(0, 9).Draw(t, "trials"),
		},
		Published: rapid.SampledFrom([][]byte{nil, []byte(`{"a":1}`)}).Draw(t, "published"),
	}}
	for range rapid.IntRange(0, 4).Draw(t, "records") {
		h.Records = append(h.Records, store.Record{
			N: rapid.Int64().Draw(t, "n"), Epoch: rapid.Int64Range(0, 9).Draw(t, "epoch"),
			Kind: store.RecordKind(rapid.IntRange(1, 3).Draw(t, "kind")), Path: text("path"), Name: text("name"),
			Digest: rapid.SampledFrom([][]byte{nil, {1, 2, 255}}).Draw(t, "digest"),
			Action: drawPayload(t, "action"), Result: drawPayload(t, "result"), Failure: drawPayload(t, "failure"),
			Number: rapid.Int64Range(-1, 9).Draw(t, "number"), Started: drawTime(t, "started"),
			Finished: drawTime(t, "finished"),
		})
	}
	for range rapid.IntRange(0, 2).Draw(t, "messages") {
		h.Messages = append(h.Messages, store.Message{
			Run: h.Run.ID, Seq: rapid.Int64().Draw(t, "seq"), Name: text("name"), Key: text("key"),
			Payload: drawPayload(t, "payload"), Sent: drawTime(t, "sent"),
		})
	}
	return h
}

func TestAHistoryIsExportedAndImportedWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHistory(rt)
		text, err := journal.Export(h)
		require.NoError(rt, err)
		require.True(rt, json.Valid(text))
		back, err := journal.Import(text)
		require.NoError(rt, err, "%s", text)
		require.Equal(rt, h, back)
	})
}

func TestTheLeaseIsNotExported(t *testing.T) {
	t.Parallel()
	text, err := journal.Export(store.History{Run: store.Run{
		ID: "r", Flow: "f", Lease: store.Lease{Owner: "me", Epoch: 7, Revision: 9},
	}})
	require.NoError(t, err)
	require.JSONEq(t, `{"history": 1, "run": {"id": "r", "flow": "f"}, "records": null}`, string(text))
}

func TestWhatIsNoHistoryIsNotImported(t *testing.T) {
	t.Parallel()
	const run, both = `{"history": 1, "run": {"id": "r"}, `, `{"value": 1, "data": "AA=="}`
	for text, want := range map[string]string{
		``:                           "import a history: unexpected end of JSON input",
		`{}`:                         `import a history: it is none: "history" is missing`,
		`{"history": 2}`:             "import a history: it is of version 2: the store was written by a newer version",
		`{"history": 1, "later": 1}`: `import a history: json: unknown field "later"`,
		`{"history": 1, "run": {"status": "asleep"}}`:    `import run "": status "asleep" is not known`,
		`{"history": 1, "run": {"onParentClose": "x"}}`:  `import run "": onParentClose is "x", which is not known`,
		`{"history": 1, "run": {"retention": "x"}}`:      `import run "": retention: time: invalid duration "x"`,
		`{"history": 1, "run": {"input": ` + both + `}}`: `import run "": a payload has both a value and data`,
		run + `"records": [{"kind": "x"}]}`:              `import run "r": record 0: records of kind "x" are not known`,
		run + `"records": [{"kind": "step", "digest": "a"}]}`: `import run "r": record 0: the digest: ` +
			`encoding/hex: odd length hex string`,
		run + `"records": [{"kind": "step", "result": ` + both + `}]}`: `import run "r": record 0: a payload has ` +
			`both a value and data`,
		run + `"messages": [{"seq": 3, "payload": ` + both + `}]}`: `import run "r": message 3: a payload has ` +
			`both a value and data`,
	} {
		_, err := journal.Import([]byte(text))
		require.EqualError(t, err, want)
	}
	_, err := journal.Import([]byte(`{"history": 2}`))
	require.ErrorIs(t, err, store.ErrNewer)
	_, err = journal.Export(store.History{Records: []store.Record{{N: 3, Kind: 9}}})
	require.EqualError(t, err, `export run "": record 3: records of kind 9 are not known`)
}

func FuzzImport(f *testing.F) {
	text, err := os.ReadFile("testdata/history-v1.json")
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte(`{"history": 1, "run": {"id": "r", "input": {"codec": "x", "value": null}}, "records": []}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		h, err := journal.Import(text)
		if err != nil {
			return
		}
		again, err := journal.Export(h)
		require.NoError(t, err)
		back, err := journal.Import(again)
		require.NoError(t, err)
		require.Equal(t, h, back)
	})
}
