package packed_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// anything draws what is packed, with all that is odd about it.
func anything(t *rapid.T) packed.Packed {
	text := rapid.OneOf(rapid.Just(""), rapid.String())
	data := rapid.OneOf(rapid.Just([]byte(nil)), rapid.SliceOf(rapid.Byte()))
	payload := func(of string) store.Payload {
		return store.Payload{Codec: text.Draw(t, of+" codec"), Data: data.Draw(t, of)}
	}
	moment := func(of string) time.Time {
		return rapid.OneOf(
			rapid.Just(time.Time{}), rapid.Just(time.UnixMicro(0).UTC()), rapid.Just(time.UnixMicro(-1).UTC()),
			rapid.Map(rapid.Int64Range(-1e18, 1e18), func(n int64) time.Time { return time.UnixMicro(n).UTC() }),
		).Draw(t, of)
	}
	labels := rapid.OneOf(
		rapid.Just(map[string]string(nil)), rapid.MapOfN(text, text, 1, 5),
	).Draw(t, "labels")
	return packed.Packed{
		Run: store.Run{
			Version: text.Draw(t, "version"), Input: payload("input"), Seed: data.Draw(t, "seed"), Labels: labels,
			OnParentClose: store.ParentClose(rapid.Uint8().Draw(t, "close")), Deadline: moment("deadline"),
			Retention: time.Duration(rapid.Int64().Draw(t, "retention")), Published: data.Draw(t, "published"),
			State: store.State{
				Result: payload("result"), Failure: payload("failure"), Reason: text.Draw(t, "reason"),
				Cancelled: moment("cancelled"), Generation: rapid.Int64().Draw(t, "generation"),
				Settled: rapid.Int64().Draw(t, "settled"), Trials: rapid.Int64().Draw(t, "trials"),
			},
		},
		Record: store.Record{
			Epoch: rapid.Int64().Draw(t, "epoch"), Kind: store.RecordKind(rapid.Uint8().Draw(t, "kind")),
			Path: text.Draw(t, "path"), Name: text.Draw(t, "name"), Digest: data.Draw(t, "digest"),
			Action: payload("action"), Result: payload("outcome"), Failure: payload("error"),
			Number: rapid.Int64().Draw(t, "number"), Started: moment("started"), Finished: moment("finished"),
		},
		Message: store.Message{
			Name: text.Draw(t, "event"), Key: text.Draw(t, "key"), Payload: payload("message"), Sent: moment("sent"),
		},
		Payload: payload("payload"),
	}
}

func TestWhatIsPackedIsUnpacked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := anything(t)
		var got packed.Packed
		require.NotContains(t, got.Unpack(want.Pack()), false)
		require.Equal(t, want, got)
	})
}

func TestAnyChangeToWhatIsPackedIsNoticed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := anything(t)
		blobs := want.Pack()
		which := rapid.IntRange(0, len(blobs)-1).Draw(t, "which")
		blob := blobs[which]
		if len(blob) == 0 {
			t.Skip("nothing was packed")
		}
		at := rapid.IntRange(0, len(blob)-1).Draw(t, "at")
		if rapid.Bool().Draw(t, "cut") && at > 0 {
			blobs[which] = blob[:at]
		} else {
			blob[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		}
		var got packed.Packed
		require.False(t, got.Unpack(blobs)[which])
	})
}

// FuzzUnpack reads anything as what is packed, with and without a checksum that is right. What can be read is the same
// when it is packed again.
func FuzzUnpack(f *testing.F) {
	for _, blob := range new(packed.Packed).Pack() {
		f.Add(blob, false)
		f.Add(blob, true)
	}
	f.Fuzz(func(t *testing.T, blob []byte, seal bool) {
		if seal {
			blob = packed.Seal(blob)
		}
		for which := range 6 {
			blobs := new(packed.Packed).Pack()
			blobs[which] = blob
			var got, again packed.Packed
			if got.Unpack(blobs)[which] {
				require.True(t, again.Unpack(got.Pack())[which])
				require.Equal(t, got, again)
			}
		}
	})
}
