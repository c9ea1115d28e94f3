// Package expr reads rules from text, so that policies are data: kept in a file, reviewed, and replaced while the
// program runs.
//
//	# who may read a document
//	is_active & (is_owner | has_role("admin") | in_team:cached)
//	  & if is_billed then has_paid:retry(3, 100ms):timeout(2s) else not is_trial
//
// A [Registry] says which names there are, what arguments they take, and what rules they stand for. It is typed: a name
// with a wrong argument is an error with its line and column, as is everything else that is wrong with a text; unknown
// names suggest the nearest. No text makes it panic or use more than its bounds, [MaxLength] and [MaxDepth].
//
// # The language
//
// From what binds loosest to what binds tightest:
//
//	if a then b else c      a ? b : c        one of two, by a condition     rules.If
//	a | b                   a or b           one of them                    rules.Or
//	a >> b                  a then b         all in turn, the last counts   rules.Then
//	a & b                   a and b          all of them                    rules.And
//	~a                      !a   not a       the opposite                   rules.Not
//	a:retry(3, 1s)                           a modifier, see below
//	name   name("x", 1, true)   ( … )        a rule of the registry
//
// Between an if and its then, the word then is no operator: write >>, or parentheses. The colon of ?: is followed by a
// space; one that a name follows at once begins a modifier. Arguments are strings ("…", with Go's escapes), numbers,
// durations (250ms, 1h30m), true and false. A comment goes from # or // to the end of its line.
//
// Modifiers:
//
//	:retry(n)  :retry(n, wait)  :retry(n, wait, exponential)  :retry(n, wait, exponential, jitter)
//	                  up to n attempts, a wait between them that doubles each time if exponential is true, and is
//	                  random up to that if jitter is true; only what could not be found out is tried again
//	:timeout(d)       it cannot be found out after d
//	:cached           remembered within one evaluation, by the registry's [Key]; equal expressions share that
//	:parallel         (a & b):parallel and (a | b):parallel have their parts run side by side
//	:named("x")       a scope, for policies around just this
//	:message("…")     what it says when it fails, as rules.Rule.Message has it
//
// The package imports rules and what that imports, and internal/nearest.
package expr
