package orchestratetest_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

func TestTracesAreComparedCallByCall(t *testing.T) {
	t.Parallel()
	base := orchestratetest.Trace{
		{Path: "0", Action: Price{Thing: "bread"}, Result: 3},
		{Path: "1", Action: Greet{Name: "Ada"}, Err: errBusy},
	}
	with := func(i int, c orchestratetest.Call) orchestratetest.Trace {
		other := append(orchestratetest.Trace(nil), base...)
		other[i] = c
		return other
	}
	tails := func(want, got string) string { return "\nwant:\n  " + want + "\ngot:\n  " + got }
	const bread = "0  orchestratetest_test.Price{Thing: \"bread\"} → 3"
	const ada = "1  orchestratetest_test.Greet{Name: \"Ada\"} → error: the line is busy"
	for _, c := range []struct {
		got    orchestratetest.Trace
		common int
		want   string
	}{
		{base, 2, "both are the same 2 calls"},
		{
			with(1, orchestratetest.Call{Path: "1", Action: Greet{Name: "Ada"}, Err: errors.New("the line is busy")}), 2,
			"both are the same 2 calls",
		},
		{base[:1], 1, "they are the same for 1 call, and then differ" + tails(ada, "nothing more")},
		{nil, 0, "they differ from the beginning" + tails(bread+"\n  "+ada, "nothing more")},
		{
			with(1, orchestratetest.Call{Path: "1", Action: Greet{Name: "Grace"}}), 1,
			"they are the same for 1 call, and then differ\n  action: Name: want \"Ada\", got \"Grace\"" +
				tails(ada, "1  orchestratetest_test.Greet{Name: \"Grace\"}"),
		},
		{
			with(1, orchestratetest.Call{Path: "1", Action: Greet{Name: "Ada"}}), 1,
			"they are the same for 1 call, and then differ\n  error: want the line is busy, got nil" +
				tails(ada, "1  orchestratetest_test.Greet{Name: \"Ada\"}"),
		},
		{
			with(0, orchestratetest.Call{Path: "0", Action: Price{Thing: "bread"}, Result: 4}), 0,
			"they differ from the beginning\n  result: want 3, got 4" +
				tails(bread+"\n  "+ada, "0  orchestratetest_test.Price{Thing: \"bread\"} → 4\n  "+ada),
		},
		{
			with(1, orchestratetest.Call{Path: "1.0.0", Action: Greet{Name: "Ada"}}), 1,
			"they are the same for 1 call, and then differ\n  step: want 1, got 1.0.0" +
				tails(ada, "1.0.0  orchestratetest_test.Greet{Name: \"Ada\"}"),
		},
	} {
		got := orchestratetest.Compare(base, c.got)
		require.Equal(t, c.common, got.Common)
		require.Equal(t, c.want, got.String())
		require.Equal(t, c.common == 2, got.Equal())
	}
}

func TestALongTailIsCut(t *testing.T) {
	t.Parallel()
	var long orchestratetest.Trace
	for i := range 23 {
		long = append(long, orchestratetest.Call{Path: strconv.Itoa(i), Action: Price{}})
	}
	text := orchestratetest.Compare(long, nil).String()
	require.Contains(t, text, "\n  … and 3 more\ngot:\n  nothing more")
	require.Equal(t, 20, strings.Count(text, "Price{"))
}
