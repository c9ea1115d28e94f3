package postgres_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
)

func TestNoticesAreReadAsTheyWereTold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOf(rapid.Custom(func(t *rapid.T) store.Notice {
			n := store.Notice{
				Run: string(rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "run")), Sent: rapid.Bool().Draw(t, "sent"),
				Status: store.Status(rapid.IntRange(0, 8).Draw(t, "status")), Revision: rapid.Int64().Draw(t, "revision"),
			}
			if rapid.Bool().Draw(t, "due") {
				n.Due = time.UnixMicro(rapid.Int64Range(-1e15, 1e16).Draw(t, "at")).UTC()
			}
			return n
		})).Draw(t, "notices")
		var got []store.Notice
		for _, p := range postgres.Payloads("self", want) {
			require.Less(t, len(p), 8000, "PostgreSQL takes no more")
			require.NotContains(t, p, "\x00")
			from, notices := postgres.ReadPayload(p)
			require.Equal(t, "self", from)
			got = append(got, notices...)
		}
		require.Len(t, got, len(want))
		for i := range want {
			require.Equal(t, want[i], got[i])
		}
	})
}

func TestANameThatIsTooLongIsNotTold(t *testing.T) {
	t.Parallel()
	all := postgres.Payloads("self", []store.Notice{{Run: "a"}, {Run: strings.Repeat("x", 10_000)}, {Run: "b"}})
	require.Len(t, all, 1)
	_, notices := postgres.ReadPayload(all[0])
	require.Len(t, notices, 3)
	require.Equal(t, store.Notice{Due: time.Unix(0, 0).UTC()}, notices[1])
}

// Anybody may notify.
func FuzzReadPayload(f *testing.F) {
	notices := []store.Notice{{Run: "a", Due: time.Unix(1, 0), Sent: true}, {Revision: 5}}
	for _, p := range postgres.Payloads("self", notices) {
		f.Add(p)
	}
	f.Add("")
	f.Add("self")
	f.Add("self /////w")
	f.Fuzz(func(t *testing.T, payload string) {
		from, notices := postgres.ReadPayload(payload)
		require.True(t, strings.HasPrefix(payload, from))
		require.LessOrEqual(t, len(notices), len(payload))
	})
}
