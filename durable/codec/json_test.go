package codec_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/codec"
)

// asJSON is what encoding/json makes of a value when < is not escaped.
func asJSON(v any) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}

func TestJSONIsWhatEncodingJSONWrites(t *testing.T) {
	t.Parallel()
	for _, v := range []any{
		nil,
		struct{}{},
		true, false, 0, -1, 1 << 40, math.MinInt, math.MaxInt, int64(math.MinInt64), int64(7), uint8(7),
		1.5, 1e21, "", "plain", "<a & b>", "ü", "\"\\\n\x00\x7f", "\xff", "\u2028",
		[]string{"<"},
		[]byte{1},
		map[string]any{"b": 1, "a": nil},
		Order{ID: "x", Extra: map[string]any{"<": "&"}},
		&Order{}, (*Order)(nil),
		json.RawMessage(`{"a" : "<" }`), json.Number("1e5"), math.NaN(), make(chan int), errors.New("x"),
	} {
		want, wantErr := asJSON(v)
		got, err := codec.JSON().Encode(v)
		if wantErr != nil {
			require.Error(t, err)
			require.Equal(t, wantErr.Error(), err.Error())
			continue
		}
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
	}
}

// shortTargets are pointers to the types that have a short way, and some that do not.
func shortTargets() []any {
	text, n, n64, yes, named := "was", 1, int64(1), true, struct{ A int }{1}
	return []any{
		&text, &n, &n64, &yes, &struct{}{}, &named, new(any), new(*string),
		(*string)(nil), (*int)(nil), (*int64)(nil), (*bool)(nil), (*struct{})(nil), nil, "no pointer",
	}
}

// sameJSON compares with what encoding/json makes of a text.
func sameJSON(t *testing.T, text []byte) {
	t.Helper()
	got := shortTargets()
	for i, want := range shortTargets() {
		wantErr := json.Unmarshal(text, want)
		err := codec.JSON().Decode(text, got[i])
		if wantErr != nil {
			require.Error(t, err, "%q as %T", text, want)
			require.Equal(t, wantErr.Error(), err.Error())
		} else {
			require.NoError(t, err)
		}
		require.True(t, reflect.DeepEqual(want, got[i]), "%q as %T", text, want)
	}
}

var jsonTexts = []string{
	"", " ", "null", "{}", " {}", "{ }", "[]", "{}x", `{"A": 2}`, "true", "false", "tru", "truee", " true", "0", "-0",
	"-", "00", "01", "-01", "1", "-1", "+1", "1_0", "1.0", "1e2", "12345678901234567", "123456789012345678",
	"1234567890123456789", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "0x1", `"`, `""`, `"a"`,
	`"a`, `"a"b"`, `"ü"`, "\"\xff\"", `"\n"`, `"\ud800"`, "\"\n\"", `"<&>"`, `"a" `, `'a'`, "\"\x7f\"",
}

func TestJSONReadsAsEncodingJSONDoes(t *testing.T) {
	t.Parallel()
	for _, text := range jsonTexts {
		sameJSON(t, []byte(text))
	}
}

func FuzzJSON(f *testing.F) {
	for _, text := range jsonTexts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		sameJSON(t, text)
		for _, v := range []any{string(text), len(text), int64(-len(text)), text} {
			want, err := asJSON(v)
			require.NoError(t, err)
			got, err := codec.JSON().Encode(v)
			require.NoError(t, err)
			require.Equal(t, string(want), string(got))
		}
	})
}

func TestABadValueDoesNotSpoilTheNextOne(t *testing.T) {
	t.Parallel()
	s := newSet(t, nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				_, _ = s.Encode(map[string]any{"a": strings.Repeat("x", 100_000), "b": Bomb{}})
				_, _ = s.Encode([]any{1, make(chan int)})
				p, err := s.Encode([]int{1, 2})
				if err != nil || string(p.Data) != "[1,2]" {
					t.Errorf("got %s, %v", p.Data, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestWhatIsEncodedBelongsToTheCaller(t *testing.T) {
	t.Parallel()
	s := newSet(t, nil)
	for _, v := range []any{struct{}{}, "text", 7, true, []int{1, 2}} {
		first, err := s.Encode(v)
		require.NoError(t, err)
		want := string(first.Data)
		clear(first.Data)
		second, err := s.Encode(v)
		require.NoError(t, err)
		require.Equal(t, want, string(second.Data))
	}
}
