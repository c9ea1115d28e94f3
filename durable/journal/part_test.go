package journal_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
)

// recordsOf makes records of words: a path, with a "!" if the step failed; the mode of a group after a "=", and the
// branch that decided it after a "#"; and a change before a step after a "~".
func recordsOf(text string) (records []store.Record) {
	for i, word := range strings.Fields(text) {
		r := store.Record{N: int64(i), Kind: store.Step, Name: "act"}
		switch group, mode, ok := strings.Cut(word, "="); {
		case ok:
			r.Kind, r.Path, r.Name = store.Decision, group, mode
		case strings.HasPrefix(word, "~"):
			r.Kind, r.Path, r.Name = store.Change, word[1:], word
		default:
			r.Path = strings.TrimSuffix(word, "!")
		}
		if strings.HasSuffix(word, "!") {
			r.Failure = store.Payload{Codec: "error+json", Data: []byte("{}")}
		}
		records = append(records, r)
	}
	return records
}

func wordsOf(records []store.Record) string {
	words := make([]string, len(records))
	for i, r := range records {
		switch r.Kind {
		case store.Decision:
			words[i] = r.Path + "=" + r.Name
		case store.Change:
			words[i] = r.Name
		default:
			words[i] = r.Path
			if r.Failure.Codec != "" {
				words[i] += "!"
			}
		}
	}
	return strings.Join(words, " ")
}

func TestARunPartsFromAnotherBeforeAStep(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ records, at, kept string }{
		"before the first":           {"0 1 2", "0", ""},
		"in the middle":              {"~0 0 1 ~1 2 10", "2", "~0 0 1 ~1"},
		"numbers go by size":         {"0 2 10 9", "10", "0 2 9"},
		"behind the last":            {"0 1", "7", "0 1"},
		"nowhere":                    {"0 1!", "", "0 1!"},
		"a change before the step":   {"0 ~1 1", "1", "0"},
		"a whole group":              {"0 1.0.0 1.1.0 1=race 2", "1", "0"},
		"behind a group":             {"0 1.0.0 1.1.0! 1=race 2 3", "2", "0 1.0.0 1.1.0! 1=race"},
		"in a branch":                {"0 1.0.0 1.0.1 1.1.0 1.1.1 2", "1.1.1", "0 1.0.0 1.0.1 1.1.0"},
		"in a group that is decided": {"1.0.0 1.1.0! 1=all 1.0.1! 2", "1.1.0", "1.0.0"},
		"that others decided":        {"1.0.0 1=race 1.1.0! 1.1.1", "1.0.0", ""},
		"two failed at once":         {"1.0.0 1.0.1! 1.1.0! 1=all", "1.1.0", "1.0.0"},
		"one failed for itself":      {"1.0.0! 1.1.0 1=any 1.2.0!", "1.1.0", "1.0.0!"},
		"a failure that was no end":  {"1.0.0! 1.0.1 1.1.0! 1=all", "1.1.0", "1.0.0! 1.0.1"},
		"groups in groups": {
			"0.0.0.0.0 0.0.0.1.0! 0.0.0=all 0.1.0! 0=all 0.0.0.0.1! 1", "0.0.0.1.0", "0.0.0.0.0",
		},
		"cut off in a group in another branch": {
			"0.0.0 0.0.1.0.0 0.1.0! 0=all 0.0.1.1.0! 0.0.1.0.1! 0.0.2", "0.1.0", "0.0.0 0.0.1.0.0",
		},
		"two steps": {"0 1.0.0 1.0.1 1.1.0 1.1.1 2", "1.0.1 1.1.1", "0 1.0.0 1.1.0"},
	} {
		records := recordsOf(c.records)
		kept, dropped, err := journal.Part(records, strings.Fields(c.at)...)
		require.NoError(t, err, name)
		require.Equal(t, c.kept, wordsOf(kept), name)
		require.Len(t, dropped, len(records)-len(kept), name)
		again, _, err := journal.Part(kept, strings.Fields(c.at)...)
		require.NoError(t, err, name)
		require.Equal(t, kept, again, name)
		require.NoError(t, journal.Check(kept), name)
	}
}

func TestARunPartsOnlyWhereThereMayBeAStep(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		"": `"" is not the path of a step`, "1.0": `"1.0" is not the path`, "01": `"01" is not`, "1.x.0": `"1.x.0" is not`,
		"1.0.0": "step 1 is no group, but act",
	} {
		_, _, err := journal.Part(recordsOf("0 1 2"), at)
		require.ErrorContains(t, err, want)
	}
	_, _, err := journal.Part(recordsOf("0 0"), "0")
	require.ErrorIs(t, err, store.ErrCorrupt)
}

func TestManyBranchesThatWereCutOffCostLittle(t *testing.T) {
	t.Parallel()
	records := recordsOf("0.0.0! 0=all")
	for i := range 20_000 {
		r := recordsOf("0!")[0]
		r.N, r.Path = int64(i+2), "0."+strconv.Itoa(i+1)+".0"
		records = append(records, r)
	}
	kept, _, err := journal.Part(records, "0.0.0")
	require.NoError(t, err)
	require.Empty(t, kept)
}
