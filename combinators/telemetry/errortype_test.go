package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/combinators/telemetry"
	"github.com/baton-go/baton/executor"
)

// coded is an error that says what kind it is.
type coded struct{}

func (coded) Error() string { return "coded" }

func (coded) ErrorType() string { return "card_declined" }

func TestTheTypeOfAnErrorIsOneOfFew(t *testing.T) {
	t.Parallel()
	dial := &net.OpError{Op: "dial", Err: errNegative}
	for want, err := range map[string]error{
		"card_declined":            fmt.Errorf("charge: %w", coded{}),
		"*net.OpError":             fmt.Errorf("fetch: %w", dial),
		"net.UnknownNetworkError":  net.UnknownNetworkError("x"),
		"*executor.UnhandledError": &executor.StepError{Path: "0", Err: &executor.UnhandledError{}},
		"context.DeadlineExceeded": fmt.Errorf("slow: %w", context.DeadlineExceeded),
		"context.Canceled":         fmt.Errorf("%w: %w", executor.ErrNotDone, context.Canceled),
		"*combinators.DeniedError": errors.Join(errNegative, &combinators.DeniedError{}),
		"_OTHER":                   fmt.Errorf("read: %w", io.ErrUnexpectedEOF),
	} {
		provider, recorder := spans()
		class := func(context.Context, error) combinators.Class { return combinators.Failure }
		_, _ = telemetry.Traced(telemetry.Trace{Provider: provider, Class: class})(errs(err)).Execute(t.Context(), ask{})
		require.Equal(t, want, fields(onlySpan(t, recorder).Attributes())["error.type"])
	}
}
