package durable_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/orchestrate"
)

// booking books under a name that nobody else has, waits for a while or an event, and then either is done or unbooks.
var booking = durable.Define("booking", func(y actions.Yield, wait time.Duration) (string, error) {
	name, err := orchestrate.Do(y, actions.NewID{})
	if err != nil {
		return "", err
	}
	return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (string, error) {
		_, err := orchestrate.Undoable(y, undo, note{Text: "book " + name}, note{Text: "unbook " + name})
		if err != nil {
			return "", err
		}
		err = orchestrate.Select(y,
			orchestrate.When(actions.Sleep{For: wait}, func(actions.Void) error { return nil }),
			orchestrate.When(actions.Receive[bool]{Name: "go"}, func(ok bool) error {
				if !ok {
					return errDeclined
				}
				return nil
			}))
		if err != nil {
			return "", err
		}
		return name, orchestrate.Tell(y, note{Text: "done " + name})
	})
})

// parties starts bookings as children and awaits the first.
var parties = durable.Define("parties", func(y actions.Yield, wait time.Duration) (string, error) {
	first, err := booking.StartChild(y, wait)
	if err != nil {
		return "", err
	}
	if _, err = booking.StartChild(y, 2*wait); err != nil {
		return "", err
	}
	return booking.Await(y, first)
})

// storm is somebody who does this and that to a few runs.
type storm struct {
	*durable.Client
	*rand.Rand
}

func (s storm) id() string { return fmt.Sprintf("r%d", s.IntN(12)) }

func (s storm) do(ctx context.Context) (err error) {
	id, wait := s.id(), time.Duration(1+s.IntN(3))*time.Minute
	switch s.IntN(12) {
	case 0, 1, 2, 3:
		opts := with(durable.WithID(id), durable.WithRetention(time.Duration(1+s.IntN(100))*time.Second))
		switch s.IntN(4) {
		case 0:
			opts = append(opts, durable.WithDelay(time.Minute))
		case 1:
			opts = append(opts, durable.WithTimeLimit(time.Duration(30+s.IntN(90))*time.Second))
		}
		if s.IntN(3) == 0 {
			_, err = parties.Start(ctx, s, wait, opts...)
		} else {
			_, err = booking.Start(ctx, s, wait, opts...)
		}
	case 4, 5:
		err = s.Send(ctx, id, "go", s.IntN(3) > 0)
	case 6:
		_, err = s.Cancel(ctx, id, "the wind has turned")
	case 7:
		err = s.Delete(ctx, id)
	case 8:
		_, err = s.Sweep(ctx)
	case 9:
		_, err = s.Stats(ctx, durable.Filter{Text: id})
	case 10:
		for _, err = range s.List(ctx, durable.Filter{Newest: true, Limit: 5}) {
			if err != nil {
				return err
			}
		}
	case 11:
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		_, err = durable.Attach[string](s, id).Result(ctx)
		var failed *durable.RunError
		if errors.As(err, &failed) {
			err = nil
		}
	}
	for _, fine := range []error{
		durable.ErrNotFound, durable.ErrFinished, durable.ErrNotFinished, durable.ErrConflict, context.DeadlineExceeded,
		context.Canceled,
	} {
		if errors.Is(err, fine) {
			return nil
		}
	}
	return err
}

func TestWhateverIsDoneToRunsEachEndsOneWay(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			inHouse(t, durable.Flows(booking, parties), func(t *testing.T, h *house) {
				for life := range 3 {
					if life > 0 {
						h.close(t)
						h.open(t)
					}
					var wg sync.WaitGroup
					for who := range uint64(6) {
						s := storm{h.Client, rand.New(rand.NewPCG(seed, uint64(life)*100+who))}
						wg.Go(func() {
							for range 60 {
								if err := s.do(t.Context()); err != nil {
									t.Errorf("seed %d: %v", seed, err)
								}
								synctestSleep(time.Duration(s.IntN(8000)) * time.Millisecond)
							}
						})
					}
					wg.Wait()
				}
				synctestSleep(time.Hour)
				synctest.Wait()
				for m, err := range h.List(t.Context(), durable.Filter{}) {
					require.NoError(t, err)
					require.True(t, m.Status.Finished(), "%s is %s: %s", m.ID, m.Status, m.Reason)
				}
				ends := map[string][]string{}
				for _, text := range h.written() {
					what, name, _ := strings.Cut(text, " ")
					ends[name] = append(ends[name], what)
				}
				require.NotEmpty(t, ends)
				for name, what := range ends {
					require.Len(t, what, 2, "%s: %v", name, what)
					require.Equal(t, "book", what[0])
				}
			})
		})
	}
}
