package executortest

import (
	"reflect"
	"strings"

	"github.com/baton-go/baton/actions"
)

func resultLaws() []law {
	return []law{
		{
			name:   "results arrive as their type",
			remedy: "return what the executor below returns; decode a result with actions.DecodeResult, not into any",
			check: func(p *probe) {
				a := echo{Key: "a", N: 3, Tags: []string{"x", "y"}, Meta: map[string]int{"z": 1}}
				got, want := p.succeed(a), any(echoed{"a", 3, []string{"x", "y"}, map[string]int{"z": 1}})
				p.ensure(reflect.DeepEqual(got, want), "the result is %#v, not %#v", got, want)
				n := p.succeed(count{N: 41})
				p.ensure(n == 42, "the result is %#v, not 42", n)
			},
		},
		{
			name:   "no result is the zero value",
			remedy: "return nil, or the zero value of the action's result type, for a handler that returns it",
			check: func(p *probe) {
				v := p.succeed(nothing{})
				p.ensure(v == nil || v == actions.Void{}, "the result of an action without one is %#v", v)
				v = p.succeed(none{})
				s, ok := v.([]string)
				p.ensure(v == nil || ok && len(s) == 0, "a result of []string(nil) became %#v", v)
			},
		},
		{
			name:   "errors arrive whole",
			remedy: "return the error from below as it is, or wrap it with %w, so that errors.Is and errors.As find it",
			check: func(p *probe) {
				o := p.do(p.ctx, fail{Key: "a", Code: 7})
				p.ensure(o.err != nil, "the handler failed, and the call returned %v without an error", o.value)
				p.ensure(isFailure(o.err, 7), "errors.Is or errors.As does not find the handler's error in: %v", o.err)
			},
		},
		{
			name:     "an action is carried out once",
			remedy:   "call the executor below once for each action, or admit Repeats",
			concerns: once,
			check: func(p *probe) {
				p.succeed(echo{Key: "good"})
				p.do(p.ctx, fail{Key: "bad"})
				for _, key := range []string{"good", "bad"} {
					n := len(p.callsOf(key))
					p.ensure(n == 1, "the handler of the %s action was called %d times", key, n)
				}
			},
		},
		{
			name:   "actions are not changed",
			remedy: "pass the action on as it came; what a combinator adds belongs into the context",
			check: func(p *probe) {
				build := func() echo {
					return echo{Key: "a", N: 1, Tags: []string{"x", "y"}, Meta: map[string]int{"z": 1}}
				}
				a := build()
				p.succeed(a)
				p.ensure(reflect.DeepEqual(a, build()), "the caller's action became %+v", a)
				p.mu.Lock()
				received := p.received["a"]
				p.mu.Unlock()
				p.ensure(reflect.DeepEqual(received, actions.Action(build())), "the handler was given %+v", received)
			},
		},
		{
			name:   "an unknown action is named",
			remedy: "return an error with actions.Name(a) for an action that nothing handles, as executor.Mux does",
			check: func(p *probe) {
				o := p.do(p.ctx, stranger{N: 1})
				name := actions.Name(stranger{})
				p.ensure(o.err != nil, "an action that nobody handles gave %v without an error", o.value)
				// The yield names the action too, as the one that failed.
				text := o.err.Error()
				p.ensure(strings.Count(text, name) > 1, "the error does not name %s: %s", name, text)
			},
		},
	}
}
