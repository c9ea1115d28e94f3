package packed_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// bundled draws records and packs them.
func bundled(t *rapid.T) (run int64, records []store.Record, bundle []byte) {
	run = rapid.Int64Min(0).Draw(t, "run")
	for range rapid.IntRange(0, 5).Draw(t, "records") {
		p := anything(t)
		p.Record.N = rapid.Int64Range(0, 1<<24-1).Draw(t, "n")
		records = append(records, p.Record)
	}
	return run, records, packed.BundleOf(run, records)
}

func TestWhatIsBundledIsThere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		run, want, bundle := bundled(t)
		got, ok := packed.Unbundle(run, bundle)
		require.True(t, ok)
		require.Len(t, got, len(want))
		for i := range want {
			require.Equal(t, want[i], got[i])
		}
	})
}

func TestAnyChangeToABundleIsNoticed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		run, _, bundle := bundled(t)
		at := rapid.IntRange(0, len(bundle)-1).Draw(t, "at")
		if rapid.Bool().Draw(t, "cut") {
			bundle = bundle[:at]
		} else {
			bundle[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		}
		_, ok := packed.Unbundle(run, bundle)
		require.False(t, ok)
	})
}

// FuzzUnbundle reads anything as a bundle: whatever it is, there is no panic, and what can be read is the same again.
func FuzzUnbundle(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(packed.BundleOf(1, nil))
	f.Add(packed.BundleOf(1, make([]store.Record, 3)))
	f.Fuzz(func(t *testing.T, b []byte) {
		records, ok := packed.Unbundle(1, b)
		if !ok {
			return
		}
		again, ok := packed.Unbundle(1, packed.BundleOf(1, records))
		require.True(t, ok)
		require.Len(t, again, len(records))
		for i := range records {
			require.Equal(t, records[i], again[i])
		}
	})
}
