package backoff_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/executor/backoff"
)

var noon = time.Date(2015, time.October, 21, 12, 0, 0, 0, time.UTC)

func TestParseRetryAfter(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"0":                                 0,
		"120":                               2 * time.Minute,
		" 120\t":                            2 * time.Minute,
		"007":                               7 * time.Second,
		"9223372036":                        9223372036 * time.Second,
		"9223372037":                        math.MaxInt64,
		"18446744073709551616":              math.MaxInt64,
		"99999999999999999999999999":        math.MaxInt64,
		"Wed, 21 Oct 2015 12:00:30 GMT":     30 * time.Second,
		"Wednesday, 21-Oct-15 12:01:00 GMT": time.Minute,
		"Wed Oct 21 13:00:00 2015":          time.Hour,
		"Tue, 20 Oct 2015 12:00:00 GMT":     0,
		"Fri, 31 Dec 9999 23:59:59 GMT":     math.MaxInt64,
	} {
		for _, zone := range []*time.Location{time.UTC, time.FixedZone("EST", -5*3600)} {
			got, ok := backoff.ParseRetryAfter(value, noon.In(zone))
			require.True(t, ok, value)
			require.Equal(t, want, got, value)
		}
	}
	for _, value := range []string{
		"", " ", "-1", "+1", "1.5", "1e3", "1_000", "0x10", "１", "soon", "120 s", "120,130",
		"Wed, 21 Oct 2015 12:00:30 EST", "Wed, 21 Oct 2015 12:00:30", "Wed, 41 Oct 2015 12:00:30 GMT",
		"2015-10-21T12:00:30Z",
	} {
		got, ok := backoff.ParseRetryAfter(value, noon)
		require.False(t, ok, value)
		require.Zero(t, got, value)
	}
}

func FuzzParseRetryAfter(f *testing.F) {
	for _, value := range []string{"0", "-1", "99999999999999999999", "Wed, 21 Oct 2015 07:28:00 GMT", "Wed", "\x00"} {
		f.Add(value, int64(1445428800))
	}
	f.Fuzz(func(t *testing.T, value string, unix int64) {
		now := time.Unix(unix%(1<<40), 0)
		after, ok := backoff.ParseRetryAfter(value, now)
		require.GreaterOrEqual(t, after, time.Duration(0))
		if !ok {
			require.Zero(t, after)
		}
		later, ok2 := backoff.ParseRetryAfter(value, now.Add(time.Hour))
		require.Equal(t, ok, ok2, "the clock does not decide what is a value")
		require.LessOrEqual(t, later, after)
	})
}

func TestAnErrorSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	busy := errors.New("busy")
	require.NoError(t, backoff.After(nil, time.Second))
	err := fmt.Errorf("call: %w", backoff.After(busy, time.Minute))
	require.EqualError(t, err, "call: busy")
	require.ErrorIs(t, err, busy)
	after, ok := backoff.RetryAfter(err)
	require.True(t, ok)
	require.Equal(t, time.Minute, after)
	after, ok = backoff.RetryAfter(backoff.After(err, time.Second))
	require.True(t, ok)
	require.Equal(t, time.Second, after, "the outermost counts")
	after, ok = backoff.RetryAfter(backoff.After(busy, -time.Second))
	require.True(t, ok)
	require.Zero(t, after, "never negative")
	_, ok = backoff.RetryAfter(busy)
	require.False(t, ok)
	_, ok = backoff.RetryAfter(nil)
	require.False(t, ok)
}

func TestAnErrorSaysThatNoRetryCuresIt(t *testing.T) {
	t.Parallel()
	bad := errors.New("bad request")
	require.NoError(t, backoff.Permanent(nil))
	require.EqualError(t, backoff.Permanent(bad), "bad request")
	require.ErrorIs(t, backoff.Permanent(bad), bad)
	require.True(t, backoff.IsPermanent(backoff.Permanent(bad)))
	require.True(t, backoff.IsPermanent(fmt.Errorf("call: %w", backoff.Permanent(bad))))
	require.False(t, backoff.IsPermanent(bad))
	require.False(t, backoff.IsPermanent(nil))
	require.False(t, backoff.IsPermanent(cured{backoff.Permanent(bad)}), "the outermost word counts")
}

type cured struct{ error }

func (c cured) Unwrap() error { return c.error }

func (cured) Permanent() bool { return false }
