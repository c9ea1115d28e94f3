package storetest

import (
	"bytes"
	"math"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

// hostile strings are those that a store must not take for anything but data.
func hostile() map[string]string {
	return map[string]string{
		"quotes":        `'"; drop table runs; --` + "`",
		"a path":        `../../etc/passwd`,
		"NUL":           "a\x00b",
		"no UTF-8":      "\xff\xfe\xc3\x28",
		"line breaks":   "a\r\nb\tc",
		"wildcards":     `%_*?[a]\`,
		"spaces":        "  a  ",
		"a placeholder": "$1 ? :a @b {0} %s",
		"emoji":         "\U0001f6b2\u202e",
		"combined":      "e\u0301",
	}
}

func valueChecks() []check {
	return []check{
		{"strings are kept whatever is in them", func(k *kit) {
			for name, s := range hostile() {
				k.keepsString(name, s)
			}
			k.keepsString("10 kB", strings.Repeat("0123456789", 1000))
		}},
		{"names of runs, flows and owners are compared byte by byte", func(k *kit) {
			names := []string{"a", "A", "a ", " a", "\u00e4", "a\u0308", "a\x00", "a\x00b", "%", "_", "a%", "a_"}
			var runs []store.Run
			for _, name := range names {
				r := k.pending(name)
				r.Flow = k.id("flow " + name)
				runs = append(runs, r)
			}
			k.create(runs...)
			for _, r := range runs {
				require.Equal(k, []string{r.ID}, rawIDs(k.list(store.Query{IDs: []string{r.ID}})))
				require.Equal(k, []string{r.ID}, rawIDs(k.list(store.Query{Flows: []string{r.Flow}})))
				claimed := k.claimAs(store.Claim{Owner: r.Flow, Flows: []string{r.Flow}})
				require.Len(k, claimed.Runs, 1)
				require.Equal(k, []store.Held{{Run: r.ID, Epoch: 1, Revision: 1}}, k.renew(r.Flow, hour))
			}
		}},
		{"times are kept to the microsecond, far ones too", func(k *kit) {
			for i, t := range []time.Time{
				time.Date(2026, 2, 28, 23, 59, 59, 999_999_000, time.FixedZone("", -12*3600)),
				time.Date(1969, 12, 31, 23, 59, 59, 1000, time.UTC),
				time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
				time.Unix(0, 0),
				time.Now(),
			} {
				r := k.in(store.Waiting, string(rune('a'+i)))
				r.Created, r.Deadline, r.Started, r.Cancelled, r.Expires = t, t, t, t, t
				k.create(r)
				k.equalRun(r, k.load(r.ID).Run)
			}
		}},
		{"numbers are kept to the last bit", func(k *kit) {
			for i, n := range []int64{math.MaxInt64, math.MinInt64, 1<<53 + 1} {
				r := k.pending(string(rune('a' + i)))
				r.Retention, r.Generation, r.Settled, r.Trials = time.Duration(n), n, n, n
				r.Priority = int(int32(n >> 32)) //nolint:gosec // it is cut on purpose
				r.Flow = r.ID
				k.create(r)
				k.equalRun(r, k.load(r.ID).Run)
				claimed := k.claimAs(store.Claim{Owner: "owner", Flows: []string{r.Flow}}).Runs[0].Run
				record := step(1, n)
				record.Number = n
				k.write(store.Write{Run: r.ID, Epoch: claimed.Epoch, Records: []store.Record{record}})
				k.equalRecords(r.ID, record)
			}
		}},
		{"a payload without data keeps its codec, and none is none", func(k *kit) {
			for i, p := range []store.Payload{{}, {Codec: "c"}, {Codec: "c", Data: []byte{}}, {Data: []byte{0}}} {
				r := k.pending(string(rune('a' + i)))
				r.Flow, r.Input, r.Result, r.Failure = r.ID, p, p, p
				k.create(r)
				k.send(store.Message{Run: r.ID, Payload: p})
				got := k.claimAs(store.Claim{Owner: "owner", Flows: []string{r.Flow}}).Runs[0]
				record := step(1, 1)
				record.Action, record.Result, record.Failure = p, p, p
				k.write(store.Write{Run: r.ID, Epoch: 1, Records: []store.Record{record}})
				k.equalRecords(r.ID, record)
				for _, q := range []store.Payload{got.Run.Input, got.Run.Result, got.Run.Failure, got.Messages[0].Payload} {
					require.Equal(k, plainPayload(p), plainPayload(q))
				}
			}
		}},
		{"big payloads are kept", func(k *kit) {
			big := bytes.Repeat([]byte{0, 1, 2, 0xff, '\'', '\n', 250}, k.bigPayload/7+1)[:k.bigPayload]
			r := k.leased("a")
			record := step(1, 1)
			record.Result = store.Payload{Codec: "big", Data: big}
			k.write(store.Write{Run: r.ID, Epoch: 1, Records: []store.Record{record}})
			k.send(store.Message{Run: r.ID, Payload: store.Payload{Data: big[:len(big)/8]}})
			state := store.State{Status: store.Completed, Result: store.Payload{Data: big[:len(big)/4]}}
			k.write(stateOf(r, func(w *store.Write) { w.State, w.Release = &state, true }))
			h := k.load(r.ID)
			require.True(k, bytes.Equal(big, h.Records[0].Result.Data))
			require.True(k, bytes.Equal(big[:len(big)/8], h.Messages[0].Payload.Data))
			require.True(k, bytes.Equal(big[:len(big)/4], h.Run.Result.Data))
		}},
	}
}

// keepsString checks that a string is kept wherever there may be one.
func (k *kit) keepsString(name, s string) {
	k.Helper()
	short := k.id(s[:min(len(s), 180)]) // IDs have at most 200 bytes
	p := store.Payload{Codec: s, Data: []byte(s)}
	r := store.Run{
		ID: short, Flow: k.id(s), Version: s, Input: p, Parent: k.id(s), Queue: s, Key: s, Labels: map[string]string{s: s},
		State:     store.State{Status: store.Pending, Due: k.past, Result: p, Failure: p, Reason: s},
		Published: []byte(s), Seed: []byte(s),
	}
	k.create(r)
	k.equalHistory(store.History{Run: r}, k.load(r.ID))
	m := store.Message{Run: r.ID, Name: s, Key: s, Payload: p}
	k.send(m, m)
	claimed := k.claimAs(store.Claim{Owner: s, Flows: []string{r.Flow}})
	require.Len(k, claimed.Runs, 1, name)
	record := store.Record{N: 1, Kind: store.Step, Path: s, Name: s, Digest: []byte(s), Action: p, Result: p, Failure: p}
	k.write(store.Write{Run: r.ID, Epoch: 1, Records: []store.Record{record}})
	h := k.load(r.ID)
	r.State, r.Lease = h.Run.State, store.Lease{Owner: k.id(s), Epoch: 1, Revision: 1}
	m.Seq = 1
	k.equalHistory(store.History{Run: r, Records: []store.Record{record}, Messages: []store.Message{m}}, h)
	for _, q := range []store.Query{
		{IDs: []string{r.ID}},
		{Flows: []string{r.Flow}},
		{Parent: r.Parent},
		{Labels: map[string]string{s: s}, IDs: []string{r.ID}},
	} {
		require.Equal(k, []string{r.ID}, rawIDs(k.list(q)), name)
	}
}

func rawIDs(runs []store.Run) []string {
	ids := []string{}
	for _, r := range runs {
		ids = append(ids, r.ID)
	}
	return ids
}
