// Package orchestratetest is for tests of orchestrations.
//
// The first test needs nothing of it: an orchestration is a function of a yield, and a yield is a function, so a test
// calls the one with the other. The second one is a script, which says what the orchestration is to ask for, and what
// it is to be told:
//
//	users, err := orchestratetest.RunScript(t, orchestrate.Bind(Welcome, "users"),
//		orchestratetest.Expect(Fetch{Container: "users", Items: 3}).Return([]string{"Ada", "Grace"}),
//		orchestratetest.Expect(Greet{Name: "Ada"}),
//		orchestratetest.Expect(Greet{Name: "Grace"}).Fail(errBusy),
//	)
//
// [ByHand] lets a hand-written function answer flows with groups in them, [Script] makes an executor of such lines, and
// [Mock] is one that answers by rules, in any order. A [Stepper] walks action by action, and can be forked at any of
// them; [Compare] says where two runs part. [Chaos] has things go wrong by a seed, [FromBytes] by the bytes of a fuzz
// test. [Record] writes down what was done, as a [Trace]. [Deterministic] runs an orchestration and proves that it can
// be replayed, as [RunScript] always does, and [Agree] that several executors have it do the same.
//
// Every failure says what was expected, what was yielded and in which field they differ, where, and what came before.
//
// The package imports actions, executor, orchestrate, internal/paths, internal/show, internal/turns and the
// standard library.
package orchestratetest
