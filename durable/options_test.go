package durable_test

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
)

func TestStartOptionsAreKeptWithTheRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, now := newShop(durable.Retention(time.Hour)), time.Now()
		s.start(t, "parent")
		labels := map[string]string{"customer": "Ada"}
		s.start(t, "child", durable.WithDelay(time.Minute), durable.WithTimeLimit(time.Hour),
			durable.WithDeadline(now.Add(24*time.Hour)), durable.WithRetention(durable.Forever),
			durable.WithLabels(labels), durable.WithLabels(map[string]string{"empty": ""}), durable.WithPriority(-3),
			durable.WithQueue("slow"), durable.WithParent("parent", durable.Abandon))
		labels["customer"] = "Eve"

		r := s.row(t, "child")
		require.WithinDuration(t, now.Add(time.Minute), r.Due, 0)
		require.WithinDuration(t, now.Add(61*time.Minute), r.Deadline, 0, "the earlier of the two")
		require.Equal(t, durable.Forever, r.Retention)
		require.Equal(t, map[string]string{"customer": "Ada", "empty": ""}, r.Labels)
		require.Equal(t, -3, r.Priority)
		require.Equal(t, "slow", r.Queue)
		require.Equal(t, "parent", r.Parent)
		require.Equal(t, durable.Abandon, r.OnParentClose)
		require.Equal(t, time.Hour, s.row(t, "parent").Retention, "the client's")

		s.start(t, "later", durable.WithStartAt(now.Add(time.Hour)), durable.WithDeadline(now.Add(2*time.Hour)),
			durable.WithTimeLimit(2*time.Hour))
		r = s.row(t, "later")
		require.WithinDuration(t, now.Add(time.Hour), r.Due, 0)
		require.WithinDuration(t, now.Add(2*time.Hour), r.Deadline, 0)
		s.start(t, "late", durable.WithStartAt(now.Add(-time.Hour)), durable.WithDeadline(time.Time{}))
		r = s.row(t, "late")
		require.WithinDuration(t, now, r.Due, 0)
		require.True(t, r.Deadline.IsZero())
	})
}

func TestBadOptionsStartNothing(t *testing.T) {
	t.Parallel()
	now := time.Now()
	many := map[string]string{}
	for i := range 33 {
		many[strconv.Itoa(i)] = ""
	}
	for name, c := range map[string]struct {
		want error
		text string
		opts []durable.StartOption
	}{
		"nil":   {durable.ErrBadOption, "it is nil", []durable.StartOption{nil}},
		"delay": {durable.ErrBadOption, "the delay of -1ns is negative", with(durable.WithDelay(-1))},
		"two starts": {
			durable.ErrBadOption, "a delay and a time to start at",
			with(durable.WithDelay(1), durable.WithStartAt(now)),
		},
		"no limit": {
			durable.ErrBadOption, "the time limit of 0s is not positive",
			with(durable.WithTimeLimit(0)),
		},
		"negative limit": {
			durable.ErrBadOption, "the time limit of -1s is not positive",
			with(durable.WithTimeLimit(-time.Second)),
		},
		"past deadline": {
			durable.ErrBadOption, "is not after the start",
			with(durable.WithDeadline(now.Add(-time.Second))),
		},
		"deadline at start": {
			durable.ErrBadOption, "is not after the start",
			with(durable.WithStartAt(now.Add(time.Hour)), durable.WithDeadline(now.Add(time.Hour))),
		},
		"deadline first": {
			durable.ErrBadOption, "is not after the start",
			with(durable.WithDelay(2*time.Hour), durable.WithDeadline(now.Add(time.Hour))),
		},
		"far future": {
			durable.ErrBadOption, "the start in the year 10000",
			with(durable.WithStartAt(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))),
		},
		"far past": {
			durable.ErrBadOption, "the deadline in the year -1",
			with(durable.WithDeadline(time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC))),
		},
		"no retention": {
			durable.ErrBadOption, "the retention of 0s is neither positive nor Forever",
			with(durable.WithRetention(0)),
		},
		"less than none": {
			durable.ErrBadOption, "the retention of -1s is neither positive nor Forever",
			with(durable.WithRetention(-time.Second)),
		},
		"labels": {durable.ErrBadOption, "33 labels are more than 32", with(durable.WithLabels(many))},
		"a label of schedules": {
			durable.ErrBadName, `the label "baton:schedule" begins with "baton:"`,
			with(durable.WithLabels(map[string]string{durable.LabelSchedule: "nightly"})),
		},
		"label key": {
			durable.ErrBadName, "the label is empty",
			with(durable.WithLabels(map[string]string{"": "v"})),
		},
		"label text": {
			durable.ErrBadName, `the label "\x00" has characters`,
			with(durable.WithLabels(map[string]string{"\x00": "v"})),
		},
		"label size": {
			durable.ErrBadName, "is longer than 200 characters",
			with(durable.WithLabels(map[string]string{strings.Repeat("k", 201): "v"})),
		},
		"label value": {
			durable.ErrBadOption, `the value "\xff" of the label "k"`,
			with(durable.WithLabels(map[string]string{"k": "\xff"})),
		},
		"label value size": {
			durable.ErrBadOption, `of the label "k"`,
			with(durable.WithLabels(map[string]string{"k": strings.Repeat("v", 1001)})),
		},
		"priority": {
			durable.ErrBadOption, "is not one of 32 bits",
			with(durable.WithPriority(math.MaxInt32 + 1)),
		},
		"queue":        {durable.ErrBadName, "the queue is empty", with(durable.WithQueue(""))},
		"own queue":    {durable.ErrBadName, `begins with "baton:"`, with(durable.WithQueue("baton:x"))},
		"parent":       {durable.ErrBadID, "it is empty", with(durable.WithParent("", durable.Abandon))},
		"parent close": {durable.ErrBadOption, "7 is no ParentClose", with(durable.WithParent("p", 7))},
		"no parent": {
			durable.ErrNotFound, `parent "p": there is no such run`,
			with(durable.WithParent("p", durable.Abandon)),
		},
		"first of several": {durable.ErrBadID, "it is empty", with(durable.WithID(""), durable.WithDelay(-1))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop()
			h, err := buy.Start(t.Context(), s, order{}, c.opts...)
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, c.text)
			require.ErrorContains(t, err, `start a run of flow "buy": `)
			require.Nil(t, h)
			stats, err := s.Stats(t.Context(), durable.Filter{})
			require.NoError(t, err)
			require.Zero(t, stats.Total)
		})
	}
}
