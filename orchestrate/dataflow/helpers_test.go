package dataflow_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/orchestrate/dataflow"
)

type (
	none struct{}
	a    struct{ A int }
	b    struct{ B int }
	c    struct{ C int }
	d    struct{ D int }
	ab   struct{ A, B int }
	abc  struct{ A, B, C int }
)

// step makes a step of a function that cannot fail.
func step[In, Out any](name string, f func(In) Out) *dataflow.Func[In, Out] {
	return dataflow.Step(name, func(_ context.Context, in In) (Out, error) { return f(in), nil })
}

// gives makes a step that takes nothing and gives out.
func gives[Out any](name string, out Out) dataflow.Part {
	return step(name, func(none) Out { return out })
}

// wants makes a step that takes an In and gives nothing.
func wants[In any](name string) dataflow.Part { return step(name, func(In) none { return none{} }) }

func build(t *testing.T, parts ...dataflow.Part) *dataflow.Flow {
	t.Helper()
	f, err := dataflow.New("flow", parts...)
	require.NoError(t, err)
	return f
}

// run builds a flow of the parts and runs it.
func run(t *testing.T, in any, parts ...dataflow.Part) (dataflow.Values, error) {
	t.Helper()
	return dataflow.Run[dataflow.Values](t.Context(), build(t, parts...), in, dataflow.Local())
}

type values = dataflow.Values

var ctx = context.Background()
