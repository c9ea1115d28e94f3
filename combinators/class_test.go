package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/combinators"
)

// refusal is a rejection by a combinator of somebody else's, unless it says no.
type refusal bool

func (refusal) Error() string { return "refused" }

func (r refusal) Rejected() bool { return bool(r) }

func TestAnOutcomeIsClassifiedByTheIncomingContextAndTheError(t *testing.T) {
	t.Parallel()
	live := context.Background()
	done, cancel := context.WithCancel(live)
	cancel()
	failure := errors.New("failure")
	for _, tt := range []struct {
		name string
		ctx  context.Context
		err  error
		want combinators.Class
	}{
		{"no error", live, nil, combinators.Success},
		{"no error, too late", done, nil, combinators.Success},
		{"an error", live, failure, combinators.Failure},
		{"an error, too late", done, failure, combinators.Neutral},
		{"a deadline of the handler's own", live, context.DeadlineExceeded, combinators.Failure},
		{"a cancellation inside the handler", live, context.Canceled, combinators.Failure},
		{"a rejection", live, fmt.Errorf("quote: %w", refusal(true)), combinators.Neutral},
	} {
		require.Equal(t, tt.want, combinators.Classify(tt.ctx, tt.err), tt.name)
	}
}

func TestAnErrorIsARejectionIfAllThatItStandsForAreOne(t *testing.T) {
	t.Parallel()
	no, yes := errors.New("failure"), refusal(true)
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"nil", nil, false},
		{"a failure", no, false},
		{"a rejection", yes, true},
		{"a wrapped rejection", fmt.Errorf("a: %w", fmt.Errorf("b: %w", yes)), true},
		{"one that takes it back", refusal(false), false},
		{"rejections only", errors.Join(yes, fmt.Errorf("c: %w", yes)), true},
		{"a rejection among failures", errors.Join(yes, no), false},
		{"a failure among rejections, deep down", fmt.Errorf("d: %w", errors.Join(yes, errors.Join(yes, no))), false},
	} {
		require.Equal(t, tt.want, combinators.IsRejection(tt.err), tt.name)
	}
}

func TestClassesHaveNames(t *testing.T) {
	t.Parallel()
	require.Equal(t, "success failure neutral Class(7)", fmt.Sprint(
		combinators.Success, " ", combinators.Failure, " ", combinators.Neutral, " ", combinators.Class(7)))
}
