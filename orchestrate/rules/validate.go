package rules

import "github.com/baton-go/baton/actions"

// Validate checks a value and collects every reason why not, in order: of the rules that must all hold it runs all,
// also after one failed. The verdict and the value are those that Check gives. Where one of several rules is enough,
// all of theirs are reasons if none passes; what is asked in a Not, in a condition or before the last of a Then is no
// reason. A [FailFast] is a [Parallel] here.
//
// What could not be found out keeps no other rule from running. Its error, or all of them joined, comes beside a report
// that has the other reasons; if the verdict depends on it, OK is false.
func (r Rule[C]) Validate(y actions.Yield, c C) (Verdict[C], error) {
	if r.node == nil {
		return Verdict[C]{Value: c}, errZero
	}
	return r.node.judge(y, c, work{validate: true})
}

// Validate is [Rule.Validate] as a function.
func Validate[C any](y actions.Yield, rule Rule[C], c C) (Verdict[C], error) {
	return rule.Validate(y, c)
}
