package durable_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
)

func TestAPauseLastsUntilItIsEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		planned(t, rt, "s", durable.Every(time.Hour))
		s := durable.NewClient(st).Schedule("s") // of another process
		until(t, "2000-01-01 02:30:00")
		require.NoError(t, s.Pause(t.Context(), "the printer is broken"))
		info := described(t, s)
		require.True(t, info.Paused)
		require.Equal(t, "the printer is broken", info.Reason)
		require.Zero(t, info.Next)
		next, err := s.Next(t.Context(), 5)
		require.NoError(t, err)
		require.Empty(t, next)
		require.NoError(t, s.Pause(t.Context(), "the printer is broken"))
		until(t, "2000-01-04 05:30:00")
		require.Equal(t, []string{"2000-01-01 01:00:00", "2000-01-01 02:00:00"}, d.take())

		require.NoError(t, s.Resume(t.Context()))
		require.NoError(t, s.Resume(t.Context()))
		info = described(t, s)
		require.False(t, info.Paused)
		require.Empty(t, info.Reason)
		require.Equal(t, time.Date(2000, 1, 4, 6, 0, 0, 0, time.UTC), info.Next)
		until(t, "2000-01-04 07:00:00")
		require.Equal(t, []string{"2000-01-04 06:00:00", "2000-01-04 07:00:00"}, d.take())
		info = described(t, s)
		require.EqualValues(t, 4, info.Started)
		require.Zero(t, info.Missed, "a pause misses nothing")
	})
}

func TestAPauseCountsAlsoIfNoRuntimeIsThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		client := durable.NewClient(st)
		paused := planned(t, client, "paused", durable.Every(time.Hour))
		resumed := planned(t, client, "resumed", durable.Every(time.Hour))
		until(t, "2000-01-01 00:30:00")
		require.NoError(t, paused.Pause(t.Context(), ""))
		require.NoError(t, resumed.Pause(t.Context(), ""))
		until(t, "2000-01-01 01:30:00")
		require.NoError(t, resumed.Resume(t.Context()))
		until(t, "2000-01-01 02:10:00")
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		until(t, "2000-01-01 02:30:00")
		require.Equal(t, []string{"2000-01-01 02:00:00"}, d.take())
		require.Equal(t, "resumed@2000-01-01T02:00:00Z", described(t, resumed).LastRun)
		require.True(t, described(t, paused).Paused)
	})
}

func TestSayingItAgainChangesNothingAndSayingSomethingElseChangesIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		planned(t, rt, "s", durable.Every(time.Hour))
		until(t, "2000-01-01 01:30:00")
		before := rowOf(t, st, "s")
		s := planned(t, rt, "s", durable.Every(time.Hour))
		require.Equal(t, before, rowOf(t, st, "s"))

		planned(t, rt, "s", durable.Cron("15 * * * *", ""), durable.WithOverlap(durable.Enqueue))
		info := described(t, s)
		require.Equal(t, time.Date(2000, 1, 1, 2, 15, 0, 0, time.UTC), info.Next)
		require.Equal(t, durable.Enqueue, info.Overlap)
		until(t, "2000-01-01 03:30:00")
		plannedFor(t, rt, "s", time.Second, durable.Cron("15 * * * *", ""), durable.WithOverlap(durable.Enqueue))
		require.NoError(t, s.Pause(t.Context(), ""))
		planned(t, rt, "s", durable.Every(30*time.Minute))
		require.True(t, described(t, s).Paused, "that stays")
		require.NoError(t, s.Resume(t.Context()))
		until(t, "2000-01-01 04:30:00")
		require.Equal(t, []string{
			"2000-01-01 01:00:00", "2000-01-01 02:15:00", "2000-01-01 03:15:00", "2000-01-01 04:00:00", "2000-01-01 04:30:00",
		}, d.take())
		require.EqualValues(t, 5, described(t, s).Started)
	})
}

func TestAChangeThatIsNotOfTheTimesDropsNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		client := durable.NewClient(st)
		planned(t, client, "s", durable.Every(time.Hour))
		until(t, "2000-01-01 01:30:00")
		planned(t, client, "s", durable.Every(time.Hour), durable.WithRuns(durable.WithPriority(3)))
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		synctest.Wait()
		require.Equal(t, []string{"2000-01-01 01:00:00"}, d.take())
		require.Equal(t, 3, rowOf(t, st, "s@2000-01-01T01:00:00Z").Priority)
	})
}

func TestAnIDOfSomethingElseIsAConflict(t *testing.T) {
	t.Parallel()
	st := newShop()
	st.start(t, "order-1")
	_, err := report.Schedule(t.Context(), st, "order-1", 0, durable.Every(time.Hour))
	require.ErrorIs(t, err, durable.ErrConflict)
	_, err = buy.Schedule(t.Context(), st, "weekly", order{"tea", 1}, durable.Every(time.Hour))
	require.NoError(t, err)
	_, err = report.Schedule(t.Context(), st, "weekly", 0, durable.Every(time.Hour))
	require.ErrorIs(t, err, durable.ErrConflict)
	_, err = buy.Start(t.Context(), st, order{"tea", 1}, durable.WithID("weekly"))
	require.ErrorIs(t, err, durable.ErrConflict)
}

func TestATriggerStartsARunAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		s := plannedFor(t, rt, "s", 3*time.Hour, durable.Every(time.Hour))
		until(t, "2000-01-01 01:10:00")
		require.NoError(t, s.Pause(t.Context(), ""))
		id, err := s.Trigger(t.Context())
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(id, "s@2000-01-01T01:10:05Z-"), id)
		again, err := s.Trigger(t.Context(), durable.WithID("by-hand"), durable.WithPriority(9))
		require.NoError(t, err)
		require.Equal(t, "by-hand", again)
		again, err = s.Trigger(t.Context(), durable.WithID("by-hand"))
		require.NoError(t, err)
		require.Equal(t, "by-hand", again)
		synctest.Wait()
		require.Equal(t, []string{"2000-01-01 01:00:00", "2000-01-01 01:10:05", "2000-01-01 01:10:05"}, d.take())
		require.Equal(t, 9, rowOf(t, st, "by-hand").Priority)
		require.Equal(t, "s", rowOf(t, st, "by-hand").Labels[durable.LabelSchedule])

		_, err = s.Trigger(t.Context(), durable.WithID("s"))
		require.ErrorIs(t, err, durable.ErrConflict)
		_, err = s.Trigger(t.Context(), durable.WithParent("s", durable.Abandon))
		require.ErrorIs(t, err, durable.ErrBadOption)
		_, err = s.Trigger(t.Context(), nil)
		require.ErrorIs(t, err, durable.ErrBadOption)
	})
}

func TestASchedulesEndLeavesItsRunsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		s := plannedFor(t, rt, "s", 3*time.Hour, durable.Every(time.Hour), durable.WithOverlap(durable.Enqueue))
		until(t, "2000-01-01 01:10:00")
		require.NoError(t, s.Delete(t.Context()))
		require.ErrorIs(t, s.Delete(t.Context()), durable.ErrNotFound)
		_, err := s.Describe(t.Context())
		require.ErrorIs(t, err, durable.ErrNotFound)
		require.ErrorIs(t, s.Pause(t.Context(), ""), durable.ErrNotFound)
		require.ErrorIs(t, s.Resume(t.Context()), durable.ErrNotFound)
		_, err = s.Trigger(t.Context())
		require.ErrorIs(t, err, durable.ErrNotFound)
		_, err = s.Next(t.Context(), 1)
		require.ErrorIs(t, err, durable.ErrNotFound)
		until(t, "2000-01-01 03:10:00")
		require.Equal(t, []string{"2000-01-01 01:00:00"}, d.take())
		status, err := report.Attach(rt, "s@2000-01-01T01:00:00Z").Status(t.Context())
		require.NoError(t, err)
		require.Equal(t, durable.Waiting, status)

		plannedFor(t, rt, "s", 0, durable.Every(time.Hour), durable.WithOverlap(durable.Enqueue))
		until(t, "2000-01-01 04:10:00")
		require.Equal(t, []string{"2000-01-01 04:00:00"}, d.take(), "it is a new one")
	})
}

func TestAScheduleWhoseRunWasCancelledHasEndedAndCanBeMadeAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		s := planned(t, rt, "s", durable.Every(time.Hour))
		until(t, "2000-01-01 01:10:00")
		_, err := rt.Cancel(t.Context(), "s", "no more")
		require.NoError(t, err)
		until(t, "2000-01-01 02:10:00")
		_, err = s.Describe(t.Context())
		require.ErrorIs(t, err, durable.ErrFinished)
		require.Equal(t, []string{"2000-01-01 01:00:00"}, d.take())
		planned(t, rt, "s", durable.Every(time.Hour))
		until(t, "2000-01-01 03:10:00")
		require.Equal(t, []string{"2000-01-01 03:00:00"}, d.take())
		require.EqualValues(t, 1, described(t, s).Started)
		_, err = rt.Cancel(t.Context(), "s", "no more")
		require.NoError(t, err)
		synctest.Wait()
		require.NoError(t, s.Delete(t.Context()), "what has ended can be deleted, too")
		_, err = s.Describe(t.Context())
		require.ErrorIs(t, err, durable.ErrNotFound)
	})
}

func TestSchedulesAreListed(t *testing.T) {
	t.Parallel()
	st := newShop()
	st.start(t, "order-1")
	for _, id := range []string{"a", "b", "c"} {
		planned(t, st, id, durable.Cron("0 3 * * *", "Europe/Berlin"))
	}
	require.NoError(t, st.Schedule("b").Pause(t.Context(), "holidays"))
	require.NoError(t, st.Schedule("c").Delete(t.Context()))
	listed := map[string]bool{}
	for info, err := range st.Schedules(t.Context()) {
		require.NoError(t, err)
		require.Equal(t, described(t, st.Schedule(info.ID)), info)
		listed[info.ID] = info.Paused
	}
	require.Equal(t, map[string]bool{"a": false, "b": true}, listed)
	for _, err := range st.Schedules(done(t)) {
		require.ErrorIs(t, err, context.Canceled)
	}
	_, err := st.Schedule("order-1").Describe(t.Context())
	require.ErrorIs(t, err, durable.ErrNotFound, "it is no schedule")
	require.Equal(t, "a", st.Schedule("a").ID())
}

func TestWhatMakesNoScheduleIsAnErrorThatSaysWhy(t *testing.T) {
	t.Parallel()
	st := newShop()
	hourly := durable.Every(time.Hour)
	many := map[string]string{}
	for i := range 31 {
		many[strings.Repeat("x", i+1)] = ""
	}
	refused := func(want string, when durable.Timetable, opts ...durable.ScheduleOption) {
		_, err := report.Schedule(t.Context(), st, "s", 0, when, opts...)
		require.ErrorIs(t, err, durable.ErrBadOption, want)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, `schedule "s": `)
	}
	for want, when := range map[string]durable.Timetable{
		`expression "61 * * * *": minute "61": 61 is not between 0 and 59`: durable.Cron("61 * * * *", ""),
		`day of the month "30": none of its months has such a day`:         durable.Cron("0 0 30 2 *", "UTC"),
		`cron expression "TZ=": a time zone is no part of it`:              durable.Cron("TZ=", ""),
		`cron expression "": it is empty`:                                  {},
		`the time zone "Europe/Atlantis" is not known`:                     durable.Cron("@daily", "Europe/Atlantis"),
		`the time zone "../../etc/passwd" is not known`:                    durable.Cron("@daily", "../../etc/passwd"),
		"the time zone Local is another one on each machine":               durable.Cron("@daily", "Local"),
		"an interval and a cron expression":                                {Every: time.Hour, Cron: "@daily"},
		"the interval of 1.5s":                                             durable.Every(1500 * time.Millisecond),
		"the interval of -1h0m0s":                                          durable.Every(-time.Hour),
		"the interval of 1ns":                                              durable.Every(1),
		"the interval of 100000h0m0s":                                      durable.Every(100_000 * time.Hour),
	} {
		refused(want, when)
	}
	for want, opt := range map[string]durable.ScheduleOption{
		"3 is no Overlap":       durable.WithOverlap(3),
		"catch-up window of 0s": durable.WithCatchUp(0),
		"the jitter of -1s":     durable.WithJitter(-time.Second),
		"it is nil":             nil,
	} {
		refused(want, hourly, opt)
	}
	for want, opt := range map[string]durable.StartOption{
		"for a single run":               durable.WithID("x"),
		"a parent is for a single run":   durable.WithParent("p", durable.Abandon),
		"a deadline or":                  durable.WithDeadline(time.Now().Add(time.Hour)),
		"a start,":                       durable.WithDelay(time.Hour),
		"bad option: it is nil":          nil,
		"the time limit of 0s":           durable.WithTimeLimit(0),
		"31 labels are more than the 30": durable.WithLabels(many),
	} {
		refused(want, hourly, durable.WithRuns(opt))
	}
	for _, id := range []string{"", "a b", "-a", strings.Repeat("x", 161)} {
		_, err := report.Schedule(t.Context(), st, id, 0, hourly)
		require.ErrorIs(t, err, durable.ErrBadID)
	}
	own := durable.WithLabels(map[string]string{durable.LabelTime: "x"})
	_, err := report.Schedule(t.Context(), st, "s", 0, hourly, durable.WithRuns(own))
	require.ErrorIs(t, err, durable.ErrBadName)
	_, err = durable.Flow[int, int]{}.Schedule(t.Context(), st, "s", 0, hourly)
	require.ErrorContains(t, err, "zero Flow")
	_, err = report.Schedule(t.Context(), nil, "s", 0, hourly)
	require.ErrorContains(t, err, "the client is nil")
	_, err = report.Schedule(done(t), st, "s", 0, hourly)
	require.ErrorIs(t, err, context.Canceled)
	small := newShop(durable.MaxPayload(100))
	_, err = buy.Schedule(t.Context(), small, "s", order{strings.Repeat("x", 60), 1}, hourly)
	require.ErrorIs(t, err, durable.ErrTooLarge)
	require.Empty(t, listOf(t, st.Store))
}

func listOf(t *testing.T, st store.Store) []store.Run {
	t.Helper()
	runs, err := st.List(t.Context(), store.Query{})
	require.NoError(t, err)
	return runs
}

func TestNoFlowHasTheNameOfTheRuntimesOwn(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, `durable.Define: not a name: the flow name "baton:schedule" begins with "baton:", `+
		`as the runtime's own do`, func() {
		durable.Define("baton:schedule", func(actions.Yield, int) (int, error) { return 0, nil })
	})
}

func TestAScheduleInAZoneThatTheMachineDoesNotKnowIsBlocked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		client := durable.NewClient(st)
		s := planned(t, client, "s", durable.Cron("0 * * * *", "Europe/Berlin"))
		r := rowOf(t, st, "s")
		r.Input.Data = []byte(strings.ReplaceAll(string(r.Input.Data), "Europe/Berlin", "Europe/Elsewhere"))
		_, err := st.Commit(t.Context(), []store.Write{{
			Run: "s", State: &r.State, Revision: r.Revision, Restart: &r.Input,
		}})
		require.NoError(t, err)
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		synctest.Wait()
		require.Equal(t, store.Blocked, rowOf(t, st, "s").Status)
		require.Contains(t, described(t, s).Trouble, `the time zone "Europe/Elsewhere" is not known`)
		_, err = durable.Cron("0 * * * *", "Europe/Elsewhere").Next(time.Now())
		require.ErrorIs(t, err, durable.ErrBadOption)
		planned(t, client, "s", durable.Cron("0 * * * *", "Europe/Berlin"))
		until(t, "2000-01-01 01:00:00")
		require.Equal(t, []string{"2000-01-01 01:00:00"}, d.take())
		require.Empty(t, described(t, s).Trouble)
	})
}

func TestATimeWhoseRunIDIsTakenIsTroubleAndTheScheduleGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		client := durable.NewClient(st)
		_, err := buy.Start(t.Context(), client, order{"tea", 1}, durable.WithID("s@2000-01-01T01:00:00Z"))
		require.NoError(t, err)
		s := planned(t, rt, "s", durable.Every(time.Hour))
		until(t, "2000-01-01 01:00:00")
		require.Contains(t, described(t, s).Trouble, "there is another run with this ID")
		until(t, "2000-01-01 02:00:00")
		require.Equal(t, []string{"2000-01-01 02:00:00"}, d.take())
		require.Empty(t, described(t, s).Trouble)
	})
}

func TestARunThatNoScheduleHasStartedIsNoOccurrence(t *testing.T) {
	t.Parallel()
	_, ok := durable.OccurrenceFrom(t.Context())
	require.False(t, ok)
	_, ok = durable.Metadata{}.Occurrence()
	require.False(t, ok)
	st := memory.New()
	when := durable.Func("when", func(ctx context.Context, _ int) (durable.Occurrence, error) {
		o, ok := durable.OccurrenceFrom(ctx)
		if !ok {
			return o, errors.New("it is none")
		}
		return o, nil
	})
	rt := open(t, st, &crew{}, durable.Config{Flows: durable.Flows(when)})
	_, err := begin(t, rt, when, "r", 1).Result(t.Context())
	require.ErrorContains(t, err, "it is none")
	s, err := when.Schedule(t.Context(), rt, "s", 1, durable.Every(24*time.Hour))
	require.NoError(t, err)
	id, err := s.Trigger(t.Context())
	require.NoError(t, err)
	o, err := when.Attach(rt, id).Result(t.Context())
	require.NoError(t, err)
	require.Equal(t, "s", o.Schedule)
	require.Equal(t, rowOf(t, st, id).Labels[durable.LabelTime], o.Time.Format(time.RFC3339Nano))
}
