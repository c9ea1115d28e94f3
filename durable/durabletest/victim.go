package durabletest

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// What the runs of a crash test do.
type (
	book struct {
		actions.Returns[string]
		What string
	}
	unbook struct {
		actions.Returns[string]
		What string
	}
	errand struct {
		actions.Returns[string]
		What string
	}
)

// tell writes one line for the witness. A line is written as a whole or not at all.
func tell(format string, args ...any) { _, _ = fmt.Fprintf(os.Stdout, format+"\n", args...) }

// victim is the process that is killed. Life -1 starts nothing and returns when every run has ended.
func victim(c Crashes, dir string, life int) (code int) {
	ctx := context.Background()
	if err := suffer(ctx, c, dir, life); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func suffer(ctx context.Context, c Crashes, dir string, life int) error {
	s, err := c.Open(ctx, dir)
	if err != nil {
		return err
	}
	if err := tellBlocked(ctx, durable.NewClient(s)); err != nil {
		return err
	}
	trip, tries := durable.Define("trip", takeTrip), durable.Define("attempt", attempt)
	ticks := durable.Define("tick", keepTime)
	rt, err := durable.Open(ctx, s, witnessed(), durable.Config{
		Flows:       durable.Flows(trip, tries, ticks),
		UnloadAfter: 5 * time.Millisecond, Retention: -1, Lease: time.Second,
	})
	if err != nil {
		return err
	}
	tell("ready")
	failed := make(chan error, 1)
	if life >= 0 {
		go func() { failed <- operate(ctx, durable.NewClient(s)) }()
	}
	clock, err := ticks.Schedule(ctx, rt, clockID, 0, durable.Every(time.Second), durable.WithOverlap(durable.Allow))
	if err != nil {
		return err
	}
	trips, err := sendAgain(ctx, rt)
	if err == nil && life >= 0 && trips < 2*c.Batch { // or each life would have more to do than the one before
		err = errors.Join(start(ctx, rt, trip, life, c.Batch), start(ctx, rt, tries, life, c.Batch/4))
	}
	if err == nil {
		_, err = sendAgain(ctx, rt)
	}
	if err != nil {
		return err
	}
	if life >= 0 {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin) // until it is killed, or the witness is gone
			os.Exit(3)
		}()
		return <-failed
	}
	if err := errors.Join(resumeAll(ctx, rt.Client), stopClock(ctx, clock)); err != nil {
		return err
	}
	for run, err := range rt.List(ctx, durable.Filter{Flows: []string{"trip", "attempt", "tick"}}) {
		if err == nil {
			err = tellEnd(ctx, rt.Client, run.ID)
		}
		if err != nil {
			return err
		}
	}
	if err := tellBlocked(ctx, rt.Client); err != nil {
		return err
	}
	return errors.Join(rt.Close(ctx), closeStore(s))
}

// tellEnd tells how a run has ended. An attempt that has failed is retried until one has not.
func tellEnd(ctx context.Context, c *durable.Client, id string) error {
	result, err := durable.Attach[string](c, id).Result(ctx)
	_, blocked := errors.AsType[*durable.BlockedError](err)
	_, cancelled := errors.AsType[*durable.CancelledError](err)
	failed, ok := errors.AsType[*durable.RunError](err)
	switch {
	case err == nil:
		tell("ended %s completed %s", id, result)
	case cancelled:
		tell("ended %s cancelled", id)
	case ok:
		tell("ended %s failed %s", id, failed.Message)
		if strings.HasPrefix(id, "attempt-") {
			if id, err = retry(ctx, c, id); err != nil {
				return err
			}
			return tellEnd(ctx, c, id)
		}
	case !blocked:
		return err
	}
	return nil
}

func closeStore(s store.Store) error {
	if c, ok := s.(interface{ Close() error }); ok {
		return c.Close()
	}
	return nil
}

func start(ctx context.Context, rt *durable.Runtime, f durable.Flow[journey, string], life, batch int) error {
	trips := make([]journey, batch)
	for i := range trips {
		trips[i] = journey{Run: fmt.Sprintf("%s-%d-%d", f.Name(), life, i)}
	}
	_, err := f.StartMany(ctx, rt, trips, func(_ int, j journey) []durable.StartOption {
		return []durable.StartOption{durable.WithID(j.Run)}
	})
	if err != nil {
		return err
	}
	for _, j := range trips {
		tell("started %s", j.Run)
	}
	return nil
}

// sendAgain sends every trip that has not ended its two events, because the store must know which it has had, and
// counts these runs. The first one is sent twice in a row, as by one whose call was not answered.
func sendAgain(ctx context.Context, rt *durable.Runtime) (runs int, err error) {
	trips, err := underWay(ctx, rt.Client, "trip")
	if err != nil {
		return 0, err
	}
	for _, trip := range trips {
		for _, n := range []int{1, 1, 2} {
			err := rt.Send(ctx, trip.ID, "go", n, durable.DedupKey(fmt.Sprint("go", n)))
			if err := unlessFinished(err); err != nil {
				return 0, err
			}
		}
	}
	return len(trips), nil
}

// tellBlocked tells of the runs that are blocked: the code is the same in each life, so what the store kept is not what
// they did.
func tellBlocked(ctx context.Context, c *durable.Client) error {
	for run, err := range c.List(ctx, durable.Filter{Statuses: []durable.Status{durable.Blocked}}) {
		if err != nil {
			return err
		}
		tell("wrong %s is blocked: %q", run.ID, run.Reason)
	}
	return nil
}

// expected is how the description of a run's end must begin, if nobody cancels it.
func expected(run string) string {
	switch {
	case strings.HasPrefix(run, clockID):
		return "completed"
	case strings.HasPrefix(run, "attempt-"):
		return ""
	}
	h := fnv.New32()
	_, _ = h.Write([]byte(run))
	if h.Sum32()%3 == 0 {
		return "failed"
	}
	return "completed"
}

// journey is the input of a run.
type journey struct{ Run string }

// takeTrip books, runs errands in every way there is, waits for events and timers, and may fail in the end.
func takeTrip(y actions.Yield, in journey) (string, error) {
	return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (string, error) {
		for _, what := range []string{"flight", "hotel"} {
			subject := in.Run + ":" + what
			got, err := orchestrate.Undoable(y, undo, book{What: subject}, unbook{What: subject})
			if err := told(got, err); err != nil {
				return "", err
			}
		}
		if err := runErrands(y); err != nil {
			return "", err
		}
		for want := 1; want <= 2; want++ {
			got, err := orchestrate.Do(y, actions.Receive[int]{Name: "go"})
			if err != nil {
				return "", err
			}
			if got != want {
				tell("wrong %s received %d, and not %d", in.Run, got, want)
			}
		}
		if err := orchestrate.Tell(y, actions.Sleep{For: 20 * time.Millisecond}); err != nil {
			return "", err
		}
		if expected(in.Run) == "failed" {
			return "", errors.New("the weather is bad")
		}
		id, err := orchestrate.Do(y, actions.NewID{})
		if err == nil {
			tell("took %s", in.Run) // who cancels it from now on is too late for it to undo anything
		}
		return id, err
	})
}

func runErrands(y actions.Yield) error {
	run := func(what string) orchestrate.Orchestration[string] {
		return func(y actions.Yield) (string, error) {
			got, err := orchestrate.Do(y, errand{What: what})
			return got, told(got, err)
		}
	}
	pair := func(y actions.Yield) (string, error) {
		if _, err := run("first")(y); err != nil {
			return "", err
		}
		return run("second")(y)
	}
	for range 3 {
		if _, err := run("one of many")(y); err != nil {
			return err
		}
	}
	if _, err := orchestrate.All(y, pair, run("alone"), pair); err != nil {
		return err
	}
	if _, err := orchestrate.Race(y, run("slow"), orchestrate.Bind(nap, 3*time.Millisecond)); err != nil {
		return err
	}
	_, err := orchestrate.Retry(y, backoff.Constant(time.Millisecond).UpTo(100), run("flaky"))
	return err
}

func nap(y actions.Yield, d time.Duration) (string, error) {
	return "", orchestrate.Tell(y, actions.Sleep{For: d})
}

// told tells the witness what the orchestration was told: a key and something that is different each time.
func told(got string, err error) error {
	luck := ""
	if err != nil {
		_, got, _ = strings.Cut(err.Error(), "no luck with ")
		luck = unlucky
	}
	if key, nonce, ok := strings.Cut(got, "#"); ok {
		tell("told %s %s", key, luck+nonce)
	}
	return err
}

// witnessed carries out the actions and tells the witness. What it returns is different each time, so that an outcome
// that is made again is noticed.
func witnessed() executor.Executor {
	effect := func(ctx context.Context, what string) (string, error) {
		key, err := executor.StepFrom(ctx).Key()
		tell("effect %s %s", key, what)
		return fmt.Sprintf("%s#%016x", key, rand.Uint64()), err
	}
	return executor.NewMux(
		executor.On(func(ctx context.Context, a book) (string, error) { return effect(ctx, "book "+a.What) }),
		executor.On(func(ctx context.Context, a unbook) (string, error) { return effect(ctx, "undo "+a.What) }),
		executor.On(func(ctx context.Context, a errand) (string, error) {
			got, err := effect(ctx, "run")
			switch {
			case a.What == "slow":
				select {
				case <-ctx.Done():
				case <-time.After(2 * time.Millisecond):
				}
			case a.What == "flaky" && rand.IntN(2) == 0:
				return "", errors.New("no luck with " + got)
			}
			return got, err
		}),
	)
}
