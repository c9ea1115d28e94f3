package lessons_test

import (
	"context"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

type (
	// Charge takes money from the customer. A charge whose key the bank knows is the same one, and is not made again.
	Charge struct {
		actions.Returns[actions.Void]
		Key   string
		Cents int
	}
	// Refund pays a charge back, if it was made.
	Refund struct {
		actions.Returns[actions.Void]
		Key string
	}
)

// bank is where the money is.
type bank struct {
	taken   int
	charges map[string]int // by key, in cents
	repaid  map[string]bool
}

func newBank() *bank { return &bank{charges: map[string]int{}, repaid: map[string]bool{}} }

func (b *bank) mux() *executor.Mux {
	return executor.NewMux(executor.OnVoid(b.charge), executor.OnVoid(b.refund))
}

func (b *bank) charge(_ context.Context, a Charge) error {
	if _, known := b.charges[a.Key]; known && a.Key != "" {
		return nil
	}
	b.charges[a.Key] = a.Cents
	b.taken += a.Cents
	return nil
}

func (b *bank) refund(_ context.Context, a Refund) error {
	if !b.repaid[a.Key] {
		b.repaid[a.Key] = true
		b.taken -= b.charges[a.Key]
	}
	return nil
}

// price is what all of these workflows are to take.
const price = 100

// An error does not mean that nothing was done. Who tries again after an answer was lost pays twice, unless the bank is
// told that it is the same charge.
func chargedTwiceForALostAnswer() lesson[actions.Void] {
	pay := func(charge Charge) orchestrate.Orchestration[actions.Void] {
		return func(y actions.Yield) (actions.Void, error) {
			return orchestrate.Retry(y, backoff.Constant(time.Second).UpTo(2), orchestrate.Lift(charge))
		}
	}
	return lesson[actions.Void]{
		bug:   pay(Charge{Cents: price}),
		fixed: pay(Charge{Key: "order 7", Cents: price}),
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[actions.Void]) {
			b, d := newBank(), done{}
			_, err := explore.Run(s, flow, executor.NewMux(executor.OnVoid(func(ctx context.Context, a Charge) error {
				d.every(ctx, s, time.Second)
				return b.charge(ctx, a)
			})))
			require.NoError(s, err)
			require.Equal(s, price, b.taken, "the customer pays once")
		},
		found: "lose 0",
		says:  "the customer pays once",
	}
}

// An action that was under way in a crash is carried out again, for nobody knows how far it had come. So even a
// workflow that tries nothing twice needs a key; NewID has the same answer after the crash, and another in each run.
func chargedTwiceForACrash() lesson[actions.Void] {
	return lesson[actions.Void]{
		bounds: explore.Bounds{Faults: explore.None},
		bug: func(y actions.Yield) (actions.Void, error) {
			return actions.Void{}, orchestrate.Tell(y, Charge{Cents: price})
		},
		fixed: func(y actions.Yield) (actions.Void, error) {
			key, err := orchestrate.Do(y, actions.NewID{})
			if err != nil {
				return actions.Void{}, err
			}
			return actions.Void{}, orchestrate.Tell(y, Charge{Key: key, Cents: price})
		},
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[actions.Void]) {
			b := newBank()
			for order := 1; order <= 2; order++ {
				_, err := explore.Run(s, flow, b.mux())
				require.NoError(s, err)
				require.Equal(s, order*price, b.taken, "the customer pays each order once")
			}
		},
		found: "crash after 0",
		says:  "the customer pays each order once",
	}
}

// A timeout says that nobody waits any more, and not that nothing happens any more: the charge may arrive yet. Before
// another one is made it must be undone.
func chargedTwiceForATimeout() lesson[actions.Void] {
	pay := func(undo bool) orchestrate.Orchestration[actions.Void] {
		return func(y actions.Yield) (actions.Void, error) {
			first, second := Charge{Key: "by card", Cents: price}, Charge{Key: "by invoice", Cents: price}
			none, err := orchestrate.WithTimeout(y, time.Minute, orchestrate.Lift(first))
			if err == nil {
				return none, nil
			}
			if undo {
				if err := orchestrate.Tell(y, Refund{Key: first.Key}); err != nil {
					return none, err
				}
			}
			return none, orchestrate.Tell(y, second)
		}
	}
	return lesson[actions.Void]{
		bounds: explore.Bounds{Faults: explore.None, Crashes: explore.None},
		bug:    pay(false),
		fixed:  pay(true),
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[actions.Void]) {
			b, begin := newBank(), s.Now()
			s.Always(func() { require.LessOrEqual(s, b.taken, price, "the customer pays once") })
			_, err := explore.Run(s, flow, b.mux())
			require.NoError(s, err)
			require.Equal(s, price, b.taken)
			if waited := s.Now().Sub(begin); waited > 0 {
				require.Equal(s, time.Minute, waited)
				require.Contains(s, b.charges, "by invoice")
			} else {
				require.Contains(s, b.charges, "by card", "which is what the customer wants")
			}
		},
		found: "0.1.0 before 0.0.0; finish 0.0.0",
		says:  "the customer pays once",
	}
}
