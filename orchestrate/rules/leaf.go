package rules

import "github.com/baton-go/baton/actions"

// Pure makes a rule of a function. It yields nothing.
//
// A rule with parameters is a function that returns a rule. The arguments that it passes on are shown in the rule's
// name and are known to its message:
//
//	func olderThan(age int) rules.Rule[User] {
//		return rules.Pure("older_than", func(u User) bool { return u.Age > age }, age).
//			Message("{{.Name}} must be over {{.arg0}}")
//	}
func Pure[C any](name string, f func(c C) bool, args ...any) Rule[C] {
	n := newLeaf[C]("Pure", kindPure, name, args, f == nil)
	n.pure = f
	return Rule[C]{n}
}

// Asks makes a rule of an action that answers yes or no. The action stays plain data, also in a [Parallel].
func Asks[C any](name string, f func(c C) actions.Of[bool], args ...any) Rule[C] {
	n := newLeaf[C]("Asks", kindAsks, name, args, f == nil)
	n.ask = f
	return Rule[C]{n}
}

// Flow makes a rule of a workflow that answers yes or no. An error says that it could not find out.
func Flow[C any](name string, f func(y actions.Yield, c C) (bool, error), args ...any) Rule[C] {
	n := newLeaf[C]("Flow", kindFlow, name, args, f == nil)
	n.flow = f
	return Rule[C]{n}
}

// Pipe makes a rule of a transform: it passes, and the value is what f returns. If f returns an error the rule fails
// and the value stays as it was; the error is the reason, so that errors.Is finds it in the verdict's Err. A
// transform that must tell "no" from "could not find out" asks in a [Flow] before it.
//
// f returns another value and leaves the one that it was given as it is: others may still look at that.
func Pipe[C any](name string, f func(y actions.Yield, c C) (C, error), args ...any) Rule[C] {
	n := newLeaf[C]("Pipe", kindPipe, name, args, f == nil)
	n.pipe = f
	return Rule[C]{n}
}
