package show_test

import (
	"errors"
	"fmt"
	html "html/template"
	"io"
	"math"
	"strings"
	"testing"
	text "text/template"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/show"
)

func TestADifferenceNamesThePart(t *testing.T) {
	t.Parallel()
	a, b := "a", "b"
	at := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	flow := actions.Branch{Flow: func(actions.Yield) (any, error) { return nil, nil }}
	for _, c := range []struct {
		want, got any
		lines     []string
	}{
		{Charge{Cents: 250}, Charge{Cents: 300}, []string{"Cents: want 250, got 300"}},
		{
			Charge{Order: "a", Cents: 1},
			Charge{Order: "b", Cents: 2},
			[]string{`Order: want "a", got "b"`, "Cents: want 1, got 2"},
		},
		{1, 2, []string{"want 1, got 2"}},
		{1, int64(1), []string{"want type int, got type int64"}},
		{Charge{}, &Charge{}, []string{"want type show_test.Charge, got type *show_test.Charge"}},
		{nil, 1, []string{"want nil, got 1"}},
		{[]int(nil), []int{}, []string{"want []int(nil), got []int{}"}},
		{[]int{1, 2}, []int{1, 3}, []string{"[1]: want 2, got 3"}},
		{[]int{1}, []int{1, 3}, []string{"want 1 element, got 2", "[1]: want nothing, got 3"}},
		{[]int{1, 3}, []int{1}, []string{"want 2 elements, got 1", "[1]: want 3, got nothing"}},
		{&a, &b, []string{`want "a", got "b"`}},
		{&a, (*string)(nil), []string{`want &"a", got (*string)(nil)`}},
		{math.NaN(), 1.0, []string{"want NaN, got 1.0"}},
		{complex(math.NaN(), 1), 1i, []string{"want complex128((NaN+1i)), got complex128((0+1i))"}},
		{at, at.Add(1), []string{"want 2026-01-02T00:00:00Z, got 2026-01-02T00:00:00.000000001Z"}},
		{Fold{"a"}, Fold{"bc"}, []string{`Text: want "a", got "bc"`}},
		{Token{"a"}, Token{"b"}, []string{`secret: want "a", got "b"`}},
		{[]byte("a"), []byte("b"), []string{`want []byte("a"), got []byte("b")`}},
		{errors.New("a"), errors.New("b"), []string{`want error("a"), got error("b")`}},
		{&CodeError{1}, &CodeError{2}, []string{"Number: want 1, got 2"}},
		{io.EOF, &CodeError{2}, []string{"want type *errors.errorString, got type *show_test.CodeError"}},
		{Ship{Any: 1}, Ship{Any: "x"}, []string{`Any: want type int, got type string: "x"`}},
		{Ship{Any: 1}, Ship{}, []string{"Any: want 1, got nil"}},
		{Ship{level: 1}, Ship{}, []string{"level: want high, got low"}},
		{Ship{}, Ship{Items: []Item{}}, []string{"Items: want []show_test.Item(nil), got []show_test.Item{}"}},
		{
			Ship{Items: []Item{{}, {Name: "a"}}},
			Ship{Items: []Item{{}, {Name: "b", tag: "t"}}},
			[]string{`Items[1].Name: want "a", got "b"`, `Items[1].tag: want "", got "t"`},
		},
		{
			Ship{Prices: map[string]float64{"a": 1, "b": 2}},
			Ship{Prices: map[string]float64{"a": 2, "c": 3}},
			[]string{
				`Prices["a"]: want 1.0, got 2.0`, `Prices["b"]: want 2.0, got nothing`, `Prices["c"]: want nothing, got 3.0`,
			},
		},
		{
			actions.Group{Branches: []actions.Branch{{Leaf: Charge{}}, flow}},
			actions.Group{Mode: actions.Race, Scope: "s", Branches: []actions.Branch{flow}},
			[]string{
				"Mode: want all, got race", `Scope: want "", got "s"`, "Branches: want 2, got 1",
				`Branches[0]: want show_test.Charge{Order: "", Cents: 0}, got flow`,
			},
		},
		{
			actions.Shielded{Action: Charge{Cents: 1}},
			actions.Shielded{Action: Charge{}},
			[]string{"Action.Cents: want 1, got 0"},
		},
	} {
		require.Equal(t, c.lines, show.Diff(c.want, c.got))
		require.False(t, show.Equal(c.want, c.got), c.lines)
		require.Empty(t, show.Diff(c.want, c.want), c.lines)
		require.Empty(t, show.Diff(c.got, c.got), c.lines)
	}
}

func TestLongTextsAreShownWhereTheyDiffer(t *testing.T) {
	t.Parallel()
	same := strings.Repeat("é", 100)
	require.Equal(t, []string{
		`want …"` + strings.Repeat("é", 10) + `a", got …"` + strings.Repeat("é", 10) + `b` + strings.Repeat("c", 59) +
			`"… (from byte 200)`,
	}, show.Diff(same+"a", same+"b"+strings.Repeat("c", 100)))
	require.Equal(t, []string{
		`Order: want "a", got "` + strings.Repeat("x", 60) + `"… (from byte 0)`,
	}, show.Diff(Charge{Order: "a"}, Charge{Order: strings.Repeat("x", 100)}))
}

func TestWhatIsEqualHasNoDifference(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	f := func(n int) func() int { return func() int { return n } }
	ch := make(chan int)
	for _, c := range [][2]any{
		{nil, nil},
		{Charge{Order: "a"}, Charge{Order: "a"}},
		{math.NaN(), math.NaN()},
		{[]float64{math.NaN()}, []float64{math.NaN()}},
		{at, at.In(time.FixedZone("x", 3600))},
		{Ship{At: at}, Ship{At: at.Local()}},
		{Fold{"a"}, Fold{"A"}},
		{io.EOF, errors.New("EOF")},
		{fmt.Errorf("x: %w", io.EOF), errors.New("x: EOF")},
		{Ship{Err: io.EOF}, Ship{Err: errors.New("EOF")}},
		{&CodeError{1}, &CodeError{1}},
		{f(1), f(2)},
		{ch, ch},
		{map[string]any{"a": []int{1}}, map[string]any{"a": []int{1}}},
		{(*Fold)(nil), (*Fold)(nil)},
	} {
		require.Empty(t, show.Diff(c[0], c[1]))
		require.True(t, show.Equal(c[0], c[1]))
	}
}

func TestValuesWithinThemselvesAreCompared(t *testing.T) {
	t.Parallel()
	loop := func(name string) *Loop {
		l := &Loop{Name: name, Map: map[string]any{}, List: make([]any, 1)}
		l.Next, l.Map["l"], l.List[0] = l, l.Map, l.List
		return l
	}
	require.True(t, show.Equal(loop("a"), loop("a")))
	require.Equal(t, []string{`Name: want "a", got "b"`}, show.Diff(loop("a"), loop("b")))
	s := []int{1, 2}
	require.Equal(t, []string{"[1]: want 2 elements, got 1", "[1][1]: want 2, got nothing"},
		show.Diff([][]int{s[:1], s}, [][]int{s[:1], s[:1]}))
}

func TestManyDifferencesAreCounted(t *testing.T) {
	t.Parallel()
	lines := show.Diff(make([]int, 20), make([]string, 20))
	require.Len(t, lines, 1)
	want := make([]int, 20)
	for i := range want {
		want[i] = i + 1
	}
	lines = show.Diff(want, make([]int, 20))
	require.Len(t, lines, 13)
	require.Equal(t, "… and 8 more", lines[12])
}

func TestTypesOfOneNameAreToldApart(t *testing.T) {
	t.Parallel()
	one := func() any { type local struct{}; return local{} }()
	two := func() any { type local struct{}; return local{} }()
	require.NotEmpty(t, show.Diff(one, two))
	require.Equal(t, []string{"(written alike, but not equal)"}, []string{
		strings.TrimPrefix(show.Diff(make(chan int), make(chan int))[0], "want chan int, got chan int "),
	})
}

func TestADifferenceIsSymmetric(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		gen := rapid.Custom(func(r *rapid.T) Ship {
			return Ship{
				Items: rapid.SliceOfN(rapid.Custom(func(r *rapid.T) Item {
					name := rapid.SampledFrom([]string{"", "a"}).Draw(r, "name")
					return Item{Name: name, Count: rapid.IntRange(0, 1).Draw(r, "count")}
				}), 0, 2).Draw(r, "items"),
				Prices: rapid.MapOfN(rapid.SampledFrom([]string{"a", "b"}), rapid.Float64Range(0, 1), 0, 2).Draw(r, "prices"),
				Any:    rapid.SampledFrom([]any{nil, 1, "a", []int{1}, []int{1, 2}}).Draw(r, "any"),
			}
		})
		a, b := gen.Draw(r, "a"), gen.Draw(r, "b")
		require.Equal(r, show.Equal(a, b), show.Equal(b, a))
		require.Equal(r, show.Equal(a, b), len(show.Diff(a, b)) == 0)
		require.Len(r, show.Diff(b, a), len(show.Diff(a, b)))
		if show.Equal(a, b) {
			require.Equal(r, show.Value(a), show.Value(b))
		}
		require.True(r, show.Equal(a, a))
	})
}

// They have methods Equal that are none for their type.
type (
	WithArgs struct{ N int }
	Panics   struct{ N int }
	Sealed   struct{ n []int }
)

func (WithArgs) Equal(WithArgs, int) bool { return true }

func (Panics) Equal(Panics) bool { panic("boom") }

func (s Sealed) Equal(other Sealed) bool { return len(s.n) == len(other.n) }

func TestAMethodEqualCountsIfItIsOne(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"N: want 1, got 2"}, show.Diff(WithArgs{1}, WithArgs{2}))
	require.Equal(t, []string{"N: want 1, got 2"}, show.Diff(Panics{1}, Panics{2}))
	require.True(t, show.Equal(Sealed{[]int{1}}, Sealed{[]int{2}}))
	require.Equal(t, []string{"want show_test.Sealed{n: []int{1}}, got show_test.Sealed{n: nil}"},
		show.Diff(Sealed{[]int{1}}, Sealed{}))
	require.False(t, show.Equal(Ship{At: time.Unix(1, 0)}, Ship{At: time.Unix(2, 0)}))
}

func TestTypesThatAreNamedAlikeAreNamedInFull(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"want type *text/template.Template, got type *html/template.Template"},
		show.Diff(&text.Template{}, &html.Template{}))
}

func TestFunctionsAreEqualToAMockAndNeverTheSame(t *testing.T) {
	t.Parallel()
	type has struct {
		F  func()
		At time.Time
	}
	at := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	f := func() {}
	require.True(t, show.Equal(has{F: f}, has{F: f}))
	require.False(t, show.Same(has{F: f}, has{F: f}))
	require.True(t, show.Same(has{At: at}, has{At: at.In(time.FixedZone("x", 3600))}))
	require.False(t, show.Same(has{At: at}, has{At: at.Add(1)}))
}

// runError is an error that knows more than it says.
type runError struct{ text, run string }

func (e *runError) Error() string { return e.text }

func TestErrorsInResultsAreEqualIfTheirTextsAre(t *testing.T) {
	t.Parallel()
	type result struct{ Errs []error }
	first, second := result{[]error{&runError{"lost", "1"}}}, result{[]error{&runError{"lost", "2"}}}
	require.Len(t, show.Diff(first, second), 1)
	require.Empty(t, show.Results(first, second))
	require.Empty(t, show.Results(first, result{[]error{errors.New("lost")}}))
	require.Len(t, show.Results(first, result{[]error{errors.New("found")}}), 1)
	require.Len(t, show.Results(first, result{[]error{nil}}), 1)
	require.Empty(t, show.Results(result{[]error{nil}}, result{[]error{nil}}))
}
