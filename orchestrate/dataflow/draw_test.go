package dataflow_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/orchestrate/dataflow"
)

func ExampleFlow_Mermaid() {
	fmt.Print(pricing.Mermaid())
	// Output:
	// flowchart TB
	//   n0(["inputs"])
	//   n3["total"]
	//   n4(["results"])
	//   subgraph b0 [" "]
	//     n1["tax"]
	//     n2["shipping"]
	//   end
	//   n0 -- "Cents, Country" --> n1
	//   n0 -- "Country" --> n2
	//   n0 -- "Cents" --> n3
	//   n1 -- "Tax" --> n3
	//   n2 -- "Shipping" --> n3
	//   n0 -- "Cents, Country" --> n4
	//   n1 -- "Tax" --> n4
	//   n2 -- "Shipping" --> n4
	//   n3 -- "Total" --> n4
}

func ExampleFlow_DOT() {
	fmt.Print(pricing.DOT())
	// Output:
	// digraph "pricing" {
	//   node [shape=box]
	//   n0 [label="inputs", shape=oval]
	//   n3 [label="total"]
	//   n4 [label="results", shape=oval]
	//   subgraph cluster_b0 {
	//     label=""
	//     n1 [label="tax"]
	//     n2 [label="shipping"]
	//   }
	//   n0 -> n1 [label="Cents, Country"]
	//   n0 -> n2 [label="Country"]
	//   n0 -> n3 [label="Cents"]
	//   n1 -> n3 [label="Tax"]
	//   n2 -> n3 [label="Shipping"]
	//   n0 -> n4 [label="Cents, Country"]
	//   n1 -> n4 [label="Tax"]
	//   n2 -> n4 [label="Shipping"]
	//   n3 -> n4 [label="Total"]
	// }
}

func TestADrawingShowsFlowsChoicesAndLoops(t *testing.T) {
	t.Parallel()
	inner, err := dataflow.New("inner",
		step("first", func(a) b { return b{} }), step("then", func(b) c { return c{} }))
	require.NoError(t, err)
	f := build(t, dataflow.VisibilityAll,
		dataflow.Repeat(step("grow", func(a) a { return a{} }), dataflow.Max(2), dataflow.FeedBack()),
		dataflow.Par(dataflow.Map(inner, dataflow.Out{"C": "X"}), dataflow.Seq(wants[a]("q\"<"))),
		dataflow.Dispatch("which", dataflow.By(func(in a) int { return in.A }),
			dataflow.Case(1, step("one", func(in struct{ X int }) d { return d{} })),
			dataflow.Otherwise[int](step("other", func(a) d { return d{} }))),
		wants[d]("last"))
	//nolint:dupword // boxes end
	want := strings.TrimPrefix(`
flowchart TB
  n0(["inputs"])
  n1["grow (repeated)"]
  n5{"which"}
  n6["one"]
  n7["other"]
  n8["last"]
  n9(["results"])
  subgraph b0 [" "]
    n4["q#quot;#lt;"]
    subgraph b1 ["inner"]
      n2["first"]
      n3["then"]
    end
  end
  n0 -- "A" --> n1
  n1 -- "A" --> n2
  n2 -- "B" --> n3
  n1 -- "A" --> n4
  n1 -- "A" --> n5
  n3 -- "X" --> n6
  n5 -. "1" .-> n6
  n1 -- "A" --> n7
  n5 -. "otherwise" .-> n7
  n6 -- "D" --> n8
  n7 -- "D" --> n8
  n1 -- "A" --> n9
  n3 -- "X" --> n9
  n6 -- "D" --> n9
  n7 -- "D" --> n9
`, "\n")
	require.Equal(t, want, f.Mermaid())
}

func TestAFlowThatIsMoreThanItLooksIsDrawnInPart(t *testing.T) {
	t.Parallel()
	f := build(t, step("step", func(a) a { return a{} }))
	for range 70 { // 2 to the power of 70 steps
		f = build(t, f.As("one"), f.As("two"))
	}
	for _, drawing := range []string{f.Mermaid(), f.DOT()} {
		require.Less(t, len(drawing), 4<<20)
		require.Contains(t, drawing, "…")
	}
}

func TestTheKeysOfADrawingCanBeRead(t *testing.T) {
	t.Parallel()
	type country string
	draw := func(node dataflow.Part) string { return build(t, node).Mermaid() }
	text := draw(dataflow.Dispatch("d", dataflow.By(func(none) string { return "" }),
		dataflow.Case("", wants[none]("s")), dataflow.Case("a\n\x00", wants[none]("t")),
		dataflow.Case("b", wants[none]("u"))))
	require.Contains(t, text, "-. \"#quot;#quot;\" .->")
	require.Contains(t, text, `-. "#quot;a\n\x00#quot;" .->`)
	require.Contains(t, text, `-. "b" .->`)
	text = draw(dataflow.Dispatch("d", dataflow.By(func(none) country { return "" }),
		dataflow.Case(country("IE"), wants[none]("s"))))
	require.Contains(t, text, "country(#quot;IE#quot;)")
}
