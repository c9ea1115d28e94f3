package codec_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate/orchestratetest/cassette"
)

func TestTheErrorsOfCombinatorsCanBeRegistered(t *testing.T) {
	t.Parallel()
	e := newErrors(t,
		codec.ErrorType[*combinators.OpenError]("combinators.OpenError"),
		codec.ErrorType[*combinators.LimitedError]("combinators.LimitedError"),
		codec.ErrorType[*combinators.RateLimitedError]("combinators.RateLimitedError"),
		codec.ErrorType[*combinators.TimeoutError]("combinators.TimeoutError"),
		codec.ErrorType[*combinators.DeniedError]("combinators.DeniedError"),
		codec.ErrorType[*combinators.FallbackError]("combinators.FallbackError"),
	)
	open := &combinators.OpenError{Circuit: "c", State: combinators.Open, RetryAfter: time.Minute}
	late := &combinators.TimeoutError{Limit: time.Second, Action: Charge{Card: "1"}}
	for _, want := range []error{
		open,
		&combinators.LimitedError{Semaphore: "s", Size: 1, Weight: 2, Reason: "no permit"},
		&combinators.RateLimitedError{Limiter: "l", RetryAfter: time.Second, Reason: "no token"},
		&combinators.DeniedError{Action: Charge{}, Reason: "no"}, late,
		&combinators.FallbackError{Err: open, Resorts: []error{late, io.EOF}},
	} {
		for _, e := range []*codec.Errors{e, newErrors(t)} { // what is said survives without the kinds too
			got := roundTrip(t, e, nil, want)
			require.EqualError(t, got, want.Error())
			require.Equal(t, executor.NotDone(want), executor.NotDone(got))
			require.Equal(t, backoff.IsPermanent(want), backoff.IsPermanent(got))
			wantAfter, wantOK := backoff.RetryAfter(want)
			after, ok := backoff.RetryAfter(got)
			require.Equal(t, wantAfter, after)
			require.Equal(t, wantOK, ok)
			for _, is := range []error{context.DeadlineExceeded, io.EOF} {
				require.Equal(t, errors.Is(want, is), errors.Is(got, is))
			}
		}
		got := roundTrip(t, e, nil, want)
		equalAs[*combinators.OpenError](t, want, got)
		equalAs[*combinators.LimitedError](t, want, got)
		equalAs[*combinators.RateLimitedError](t, want, got)
		sameAs(t, want, got, func(t *testing.T, want, got *combinators.TimeoutError) {
			t.Helper()
			require.Equal(t, want.Limit, got.Limit)
			require.Equal(t, actions.Name(want.Action), actions.Name(got.Action))
		})
		sameAs(t, want, got, func(t *testing.T, want, got *combinators.DeniedError) {
			t.Helper()
			require.EqualError(t, got, want.Error())
		})
		sameAs(t, want, got, func(t *testing.T, want, got *combinators.FallbackError) {
			t.Helper()
			sameError(t, want.Err, got.Err)
			sameErrors(t, want.Resorts, got.Resorts)
		})
	}
}

func TestBadKindsAreRefused(t *testing.T) {
	t.Parallel()
	for want, kind := range map[string]codec.ErrorKind{
		"codec: the name or the error of a Sentinel is missing":                        codec.Sentinel("a", nil),
		`codec: two kinds of errors are named "io.EOF"`:                                codec.Sentinel("io.EOF", errBusy),
		"codec: a kind of errors is the zero Kind: make it with Sentinel or ErrorType": {},
	} {
		_, err := codec.NewErrors(kind)
		require.EqualError(t, err, want)
	}
}

func TestOneListOfKindsServesCassettesToo(t *testing.T) {
	t.Parallel()
	kinds := []codec.ErrorKind{codec.Sentinel("shop.errBusy", errBusy)}
	newErrors(t, kinds...)
	require.NotNil(t, cassette.Record(executor.NewMux(), cassette.Config{Errors: kinds}))
}
