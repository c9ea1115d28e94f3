package show_test

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/big"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/show"
)

func TestAValueIsWrittenAsGoDoes(t *testing.T) {
	t.Parallel()
	text := "note"
	type local struct{ X int }
	at := time.Date(2026, 1, 2, 3, 4, 5, 600, time.UTC)
	for want, v := range map[string]any{
		"nil":                          nil,
		"1":                            1,
		"int64(1)":                     int64(1),
		"uint8(1)":                     byte(1),
		"uintptr(1)":                   uintptr(1),
		"show_test.Cents(1)":           Cents(1),
		"show_test.Level(high)":        Level(1),
		`"a\nb"`:                       "a\nb",
		"true":                         true,
		"1.0":                          1.0,
		"1e+100":                       1e100,
		"NaN":                          math.NaN(),
		"+Inf":                         math.Inf(1),
		"float32(1.5)":                 float32(1.5),
		"complex128((1+2i))":           1 + 2i,
		`&"note"`:                      &text,
		"(*string)(nil)":               (*string)(nil),
		"[]string(nil)":                []string(nil),
		"[]string{}":                   []string{},
		`[]string{"a", "b"}`:           []string{"a", "b"},
		"[2]int{1, 2}":                 [2]int{1, 2},
		"[]any{1, \"a\", nil}":         []any{1, "a", nil},
		`[]byte("hi")`:                 []byte("hi"),
		"[]byte{255}":                  []byte{255},
		`map[string]int{"a": 1}`:       map[string]int{"a": 1},
		"map[bool]int{}":               map[bool]int{},
		"struct{}{}":                   actions.Void{},
		"2026-01-02T03:04:05.0000006Z": at,
		"1m30s":                        90 * time.Second,
		"func(int) error":              func(int) error { return nil },
		"(func())(nil)":                (func())(nil),
		"<-chan int":                   make(<-chan int),
		"show_test.Token(***)":         Token{"x"},
		"&show_test.Token(***)":        &Token{"x"},
		"netip.Addr(1.2.3.4)":          netip.MustParseAddr("1.2.3.4"),
		"&big.Int(42)":                 big.NewInt(42),
		"show_test.local{X: 1}":        local{1},
		"map[string]int":               reflect.TypeFor[map[string]int](),
		`error("no")`:                  errors.New("no"),
		`error("no: EOF")`:             fmt.Errorf("no: %w", errors.New("EOF")),
		`*show_test.CodeError("code")`: &CodeError{1},
		"show_test.Bad((panic: bad))":  Bad(1),
		`show_test.Item{Name: "n", Count: 1, tag: "t"}`:                        Item{"n", 1, "t"},
		`[]show_test.Item{{Name: "", Count: 0, tag: ""}}`:                      []Item{{}},
		`[]*show_test.Item{&show_test.Item{Name: "", Count: 0, tag: ""}, nil}`: []*Item{{}, nil},
		`map[show_test.Cents][]int{1: {2}}`:                                    map[Cents][]int{1: {2}},
	} {
		require.Equal(t, want, show.Value(v))
	}
}

func TestAnActionIsWrittenWithoutWhatMakesItOne(t *testing.T) {
	t.Parallel()
	note := "n"
	flow := func(actions.Yield) (any, error) { return nil, nil }
	group := actions.Group{Mode: actions.Race, Branches: []actions.Branch{
		{Leaf: Charge{Order: "o-1", Cents: 250}},
		{Leaf: actions.Group{Scope: "pay", Branches: []actions.Branch{{Flow: flow}}}},
	}}
	type Approval struct{ By string }
	for want, a := range map[string]actions.Action{
		"nil": nil,
		`show_test.Charge{Order: "o-1", Cents: 250}`:                        Charge{Order: "o-1", Cents: 250},
		`&show_test.Charge{Order: "o-1", Cents: 250}`:                       &Charge{Order: "o-1", Cents: 250},
		`shielded show_test.Charge{Order: "", Cents: 0}`:                    actions.Shielded{Action: Charge{}},
		`race(show_test.Charge{Order: "o-1", Cents: 250}, scope pay(flow))`: group,
		`actions.Receive[show_test.Approval]{Name: "a"}`:                    actions.Receive[Approval]{Name: "a"},
		`actions.Receive[map[string]show_test.Item]{Name: "a"}`:             actions.Receive[map[string]Item]{Name: "a"},
		"actions.Sleep{For: 1h0m0s}":                                        actions.Sleep{For: time.Hour},
		"actions.Now{}":                                                     actions.Now{},
		`actions.Log{Level: INFO, Message: "m", Attrs: []slog.Attr{{Key: "k", Value: slog.Value(1)}}}`: actions.Log{
			Message: "m", Attrs: []slog.Attr{slog.Int("k", 1)},
		},
		`show_test.Ship{Items: []show_test.Item{{Name: "x", Count: 2, tag: ""}}, Prices: map[string]float64{"a": 1.0, ` +
			`"b": 2.5}, Note: &"n", At: 2026-01-02T00:00:00Z, In: 1s, Any: int32(3), Err: error("e"), ` +
			`Raw: []byte("raw"), Done: nil, Ch: nil, level: high}`: Ship{
			Items: []Item{{Name: "x", Count: 2}}, Prices: map[string]float64{"b": 2.5, "a": 1}, Note: &note,
			At: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), In: time.Second, Any: int32(3),
			Err: errors.New("e"), Raw: []byte("raw"), level: 1,
		},
	} {
		require.Equal(t, want, show.Action(a))
	}
}

func TestAValueWithinItselfEnds(t *testing.T) {
	t.Parallel()
	l := &Loop{Name: "l"}
	l.Next = l
	require.Equal(t, `&show_test.Loop{Name: "l", Next: &…, Map: nil, List: nil}`, show.Value(l))
	m := map[string]any{}
	m["m"] = m
	require.Equal(t, `map[string]any{"m": …}`, show.Value(m))
	s := []any{1, nil}
	s[1] = s
	require.Equal(t, `[]any{1, …}`, show.Value(s))
	twice := &Item{}
	require.NotContains(t, show.Value([]*Item{twice, twice}), "…", "beside itself is not within itself")
}

func TestHugeValuesAreBounded(t *testing.T) {
	t.Parallel()
	require.Equal(t, `"`+strings.Repeat("é", 200)+`…"`, show.Value(strings.Repeat("é", 300)))
	require.True(t, strings.HasSuffix(show.Value(make([]int, 100)), ", 0, …}"))
	deep := any("bottom")
	for range 100 {
		deep = []any{deep}
	}
	require.Less(t, len(show.Value(deep)), 200)
	wide := make([][]string, 40)
	for i := range wide {
		wide[i] = []string{strings.Repeat("x", 300)}
	}
	text := show.Value(wide)
	require.Less(t, len(text), 4100)
	require.True(t, strings.HasSuffix(text, "…"))
}

func TestAnErrorIsOneLine(t *testing.T) {
	t.Parallel()
	require.Equal(t, "nil", show.Error(nil))
	require.Equal(t, `no "way"`, show.Error(errors.New(`no "way"`)))
	require.Equal(t, `a\nb`, show.Error(errors.Join(errors.New("a"), errors.New("b"))))
	require.Less(t, len(show.Error(errors.New(strings.Repeat("x", 10000)))), 500)
	require.Contains(t, show.Error((*opError)(nil)), "(panic: ")
}

type opError struct{ op string }

func (e *opError) Error() string { return e.op }

func TestMapsAreWrittenInTheOrderOfTheirKeys(t *testing.T) {
	t.Parallel()
	one, two := 1, 2
	for want, m := range map[string]any{
		"map[int]int{-1: 0, 2: 0, 10: 0}":                   map[int]int{10: 0, 2: 0, -1: 0},
		"map[uint]int{2: 0, 10: 0}":                         map[uint]int{10: 0, 2: 0},
		"map[float64]int{1.5: 0, 10.0: 0}":                  map[float64]int{10: 0, 1.5: 0},
		`map[string]bool{"a": true, "b": false}`:            map[string]bool{"b": false, "a": true},
		"map[bool]int{false: 0, true: 0}":                   map[bool]int{true: 0, false: 0},
		`map[any]int{"a": 0, 1: 0}`:                         map[any]int{1: 0, "a": 0},
		"map[*int]int{&1: 0, &2: 0}":                        map[*int]int{&two: 0, &one: 0},
		`map[show_test.Token]int{show_test.Token(***): 1}`:  map[Token]int{{"x"}: 1},
		"map[show_test.Level]int{low: 0, high: 0}":          map[Level]int{1: 0, 0: 0},
		"map[show_test.Cents]show_test.Cents{1: 2}":         map[Cents]Cents{1: 2},
		`map[[2]string]struct{}{{"a", "b"}: {}}`:            map[[2]string]struct{}{{"a", "b"}: {}},
		"map[int][]int{1: nil}":                             map[int][]int{1: nil},
		"map[int]*int{1: &1, 2: nil}":                       map[int]*int{1: &one, 2: nil},
		"map[int]any{1: map[int]any{2: int8(1)}}":           map[int]any{1: map[int]any{2: int8(1)}},
		"map[string]error{\"a\": error(\"b\"), \"c\": nil}": map[string]error{"a": errors.New("b"), "c": nil},
	} {
		require.Equal(t, want, show.Value(m))
	}
}

func TestLongMapsAndGroupsAreBounded(t *testing.T) {
	t.Parallel()
	m := map[int]int{}
	for i := range 50 {
		m[i] = i
	}
	require.True(t, strings.HasSuffix(show.Value(m), ", 39: 39, …}"))
	g := actions.Group{Branches: make([]actions.Branch, 50)}
	require.True(t, strings.HasSuffix(show.Action(g), ", flow, …)"))
	require.Equal(t, `show_test.Lines("a\nb")`, show.Value(Lines{"a", "b"}))
	require.Equal(t, "nil", show.Type(nil))
}

// Lines is opaque by its kind, and has a text of several lines.
type Lines []string

func (l Lines) String() string { return strings.Join(l, "\n") }

func TestWholeValuesHaveNoBounds(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 3000)
	require.Equal(t, `"`+long+`"`, show.Whole(long))
	require.Equal(t, "[]int{"+strings.Repeat("0, ", 1999)+"0}", show.Whole(make([]int, 2000)))
	var deep any = 1
	for range 50 {
		deep = []any{deep}
	}
	require.Equal(t, strings.Repeat("[]any{", 50)+"1"+strings.Repeat("}", 50), show.Whole(deep))
	require.Equal(t, long, show.WholeError(errors.New(long)))
	require.Equal(t, long+`\n`, show.WholeError(errors.New(long+"\n")))
	require.Equal(t, "nil", show.WholeError(nil))
}

// machinery is how a job is done.
type machinery struct {
	do    func() error
	tries int
}

type job struct {
	Name string
	at   time.Time
	how  machinery
	Does struct{ F func() }
}

func TestHowAValueWorksIsNoPartOfItsText(t *testing.T) {
	t.Parallel()
	how := machinery{func() error { return nil }, 3}
	require.Equal(t, `show_test.job{Name: "a", at: 2000-01-01T00:00:00Z, Does: struct { F func() }{F: nil}}`,
		show.Value(job{Name: "a", at: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), how: how}))
}
