// Package explore runs an orchestration under every way the world can treat it, within bounds, and reports the shortest
// one that breaks an invariant.
//
// A test writes down one run: a world of fakes, the orchestration, and what must hold afterwards. [Schedules] repeats
// it, each time with a fresh world and another schedule: every action fails, before its effect or after it (done, but
// the answer is lost); the process crashes before and after every record of the journal and the run is resumed; the
// branches of groups take their steps in every order; timers and events come early and late.
//
//	explore.Schedules(t, explore.Bounds{}, func(s *explore.Schedule) {
//		bank := newBank()
//		_, err := explore.Run(s, orchestrate.Bind(Transfer, order), bank.mux())
//		require.Equal(s, 100, bank.total(), "no money is made or lost: %v", err)
//	})
//
// A failure is printed with the schedule that led to it, such as "lose 3; crash before 5", which [Replay] runs again.
//
// The body must make a world of its own each time, because schedules run side by side, and must depend on nothing but
// its schedule; a difference between two runs of the same beginning is reported. Handlers are fakes: they take no time,
// wait for nobody, and start nothing; a mock of package orchestratetest, with the schedule as its test, is one. Time is
// virtual: a sleep of 30 days takes none. What the executor itself waits for passes in a testing/synctest bubble around
// the exploration.
//
// # What is explored
//
// One strand of the orchestration runs at a time. When each of them waits for an action, the schedule chooses what
// happens next: one of the actions is carried out, at once and as a whole, and is answered; or it fails; or an event
// comes; or the earliest timer ends; or the run is cancelled; or the process crashes. After a crash the orchestration
// starts again from the journal, which answers what it has records of; an action that was carried out and not yet
// recorded is carried out again, under the same key (see executor.Step). An action whose context ends while it waits is
// refused, or was already under way: then its effect takes place, at once, and its answer is lost. An action that is
// asked for under a context that has ended is refused.
//
// An action's effect and its answer are one moment, so a crash finds one action at most that was carried out and not
// recorded; for more there are several crashes in a row.
//
// The package imports actions, executor, orchestrate, internal/paths, internal/show, internal/turns and
// the standard library only.
package explore
