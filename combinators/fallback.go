package combinators

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Plan configures [FallbackWith].
type Plan struct {
	// Resorts are what to fall back on, tried in order until one has a result. At least one is required.
	Resorts []Resort
	// Class classifies the outcome of an action that returned an error; a failure falls back, unless the caller has
	// gone meanwhile. nil makes a failure of every error: a rejection, such as that of an open circuit, is one here too.
	Class Classifier
}

// Fallback is [FallbackWith] the given resorts and nothing else.
func Fallback(resorts ...Resort) Combinator { return FallbackWith(Plan{Resorts: resorts}) }

// FallbackWith answers an action that failed by other means: another executor ([Instead]), a function of the error
// ([AnswerFunc]), a fixed result ([Answer]), or one after the other until one has a result. It falls back on
// rejections as well as on failures, whether or not they are permanent, but not for a caller that has gone. If every
// resort fails, the error is a [FallbackError] with the action's own and theirs. Panics pass through.
//
// A result must be of the type that the action declares; a yield makes a ResultError of any other. Below Parallelize it
// answers each single action; above, also groups, with an actions.GroupResult: use [For] to answer one type only. It
// belongs around [Retried] and [Breaker], which should see the failures. Within another Fallback it comes first.
//
// An action that succeeds costs one comparison and no allocation. FallbackWith panics if there is no resort, or a zero
// one.
func FallbackWith(p Plan) Combinator {
	if len(p.Resorts) == 0 {
		refuse("Plan", "the number of Resorts", "at least 1", 0)
	}
	if i := slices.IndexFunc(p.Resorts, func(r Resort) bool { return r.try == nil }); i >= 0 {
		refuse("Plan", fmt.Sprintf("Resorts[%d]", i), "made by Instead, Answer or AnswerFunc", "the zero Resort")
	}
	p.Resorts = slices.Clone(p.Resorts)
	return func(next executor.Executor) executor.Executor {
		return &fallback{around("Fallback", next), p}
	}
}

type fallback struct {
	layer
	Plan
}

func (f *fallback) Execute(ctx context.Context, a actions.Action) (any, error) {
	result, err := f.next.Execute(ctx, a)
	if err == nil {
		return result, nil
	}
	return f.fallBack(ctx, a, result, err)
}

// String names the resorts.
func (f *fallback) String() string {
	names := make([]string, len(f.Resorts))
	for i, r := range f.Resorts {
		names[i] = r.name
	}
	return "Fallback(" + strings.Join(names, ", ") + ")"
}

func (f *fallback) fallBack(ctx context.Context, a actions.Action, result any, err error) (any, error) {
	if f.Class != nil && f.Class.of(ctx, err) != Failure {
		return result, err
	}
	step := executor.StepFrom(ctx)
	all := &FallbackError{Err: err}
	for i, r := range f.Resorts {
		if ctx.Err() != nil {
			break
		}
		instead, failed := r.try(executor.WithAttempt(ctx, step.Attempt()+i+1), a, err)
		switch {
		case failed == nil:
			report(ctx, &FellBack{Action: a, Step: step, Resort: i, Err: err})
			return instead, nil
		case failed != errDeclined: //nolint:errorlint // ours, never wrapped
			all.Resorts = append(all.Resorts, failed)
		}
	}
	if len(all.Resorts) == 0 {
		return result, err
	}
	return result, all
}

// FallbackError says that an action failed, and that so did everything to fall back on.
type FallbackError struct {
	// Err is the action's own error.
	Err error
	// Resorts holds the errors of the resorts that were tried.
	Resorts []error
}

// Error is the action's own error followed by those of the resorts.
func (e *FallbackError) Error() string {
	texts := make([]string, len(e.Resorts))
	for i, err := range e.Resorts {
		texts[i] = err.Error()
	}
	return fmt.Sprintf("%v; fallback: %s", e.Err, strings.Join(texts, "; "))
}

// Unwrap returns all errors, the action's own first.
func (e *FallbackError) Unwrap() []error { return append([]error{e.Err}, e.Resorts...) }

// NotDone is true if neither the action nor a resort did anything (see [executor.NotDone]).
func (e *FallbackError) NotDone() bool {
	return !slices.ContainsFunc(e.Unwrap(), func(err error) bool { return !executor.NotDone(err) })
}

// FellBack says that an action failed and was answered by other means.
type FellBack struct {
	Action actions.Action
	Step   executor.Step
	// Resort is the index of the resort that had the answer.
	Resort int
	// Err is the action's own error.
	Err error
}

func (*FellBack) event() {}

// Name is "fell back".
func (*FellBack) Name() string { return "fell back" }

// LogValue has the action, its step, and the error.
func (e *FellBack) LogValue() slog.Value {
	d := describe(e.Action, e.Step).again(e.Step.Attempt())
	return append(d, slog.String(keyBy, "Fallback"), slog.Int(keyResort, e.Resort)).failed(e.Err).value()
}
