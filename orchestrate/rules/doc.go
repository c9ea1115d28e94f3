// Package rules answers "may this be done, and if not, why".
//
// A [Rule] is a predicate, or a transform, over a value of your own type. Small rules are made of functions and of
// actions, and larger ones of them:
//
//	adult := rules.Pure("adult", func(u User) bool { return u.Age >= 18 }).Message("{{.Name}} must be 18")
//	trusted := rules.Asks("trusted", func(u User) actions.Of[bool] { return CheckTrust{User: u.ID} })
//	mayBuy := rules.And(adult, rules.Or(hasRole("staff"), trusted))
//
// A rule is a workflow: its method Check has the shape of one, so it is run, mocked, retried, limited, journaled and
// traced as any other.
//
//	verdict, err := orchestrate.Run(ctx, orchestrate.Bind(mayBuy.Check, user), exec)
//
// The verdict says yes or no, why not, and what the value has become. "No" is a verdict; "could not find out" is an
// error, and comes back whole. The two are never mixed up: an error stops the evaluation.
//
// Rules are immutable and safe for concurrent use; one rule serves any number of runs. They are walked and not called,
// so they may be nested as deep as you like. One that is made of [Pure] parts yields nothing, and allocates nothing
// unless the verdict is no; its yield may be nil. What is malformed panics where it is made: a rule without a name, a
// message that names a field which the value does not have, a [Parallel] of nothing.
//
// Package expr reads rules from text, package calendar has rules about the time.
//
// The package imports actions, executor, executor/backoff, orchestrate and the standard library, and nothing in it that
// reads a clock, the operating system, the network or randomness.
package rules
