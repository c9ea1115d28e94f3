package executortest

import (
	"context"
	"errors"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

func standardLaws() []law {
	const remedy = "wrap the executor in executor.System, or handle the standard actions as it does"
	return []law{
		{
			name:     "asides are carried out",
			remedy:   remedy,
			concerns: system,
			check: func(p *probe) {
				for _, a := range []actions.Action{
					actions.Log{Level: -100, Message: "a"}, actions.Progress{Done: 1}, actions.Publish{Name: "a", Value: 1},
				} {
					v := p.succeed(a)
					p.ensure(v == nil || v == actions.Void{}, "the result of %s is %#v", actions.Name(a), v)
				}
				v := p.succeed(actions.Version{Change: "executortest", Min: 1, Max: 3})
				n, ok := v.(int)
				p.ensure(ok && n >= 1 && n <= 3, "Version{Min: 1, Max: 3} is %#v", v)
			},
		},
		{
			name:     "the machine answers",
			remedy:   remedy,
			concerns: system,
			check: func(p *probe) {
				now := p.succeed(actions.Now{})
				_, ok := now.(time.Time)
				p.ensure(ok, "Now is %#v", now)
				random := p.succeed(actions.Random{})
				_, ok = random.(uint64)
				p.ensure(ok, "Random is %#v", random)
				first, second := p.succeed(actions.NewID{}), p.succeed(actions.NewID{})
				_, ok = first.(string)
				p.ensure(ok && first != "" && first != second, "two NewIDs are %#v and %#v", first, second)
			},
		},
		{
			name:     "a sleep ends in time, or with its context",
			remedy:   remedy,
			concerns: system,
			check: func(p *probe) {
				for _, d := range []time.Duration{-1, 0, time.Millisecond} {
					p.succeed(actions.Sleep{For: d})
				}
				ctx, cancel := p.cancellable()
				sleep := p.start(ctx, actions.Sleep{For: 1 << 62})
				p.pending(sleep, "it should sleep for a century")
				cancel()
				o := p.wait(sleep)
				p.ensure(errors.Is(o.err, context.Canceled), "a cancelled sleep returned %v", o.err)
			},
		},
		{
			name:     "no standard action is begun under a done context",
			remedy:   remedy,
			concerns: system,
			check: func(p *probe) {
				ctx, cancel := p.cancellable()
				cancel()
				for _, a := range []actions.Action{
					actions.Sleep{}, actions.Now{}, actions.NewID{}, actions.Random{}, actions.Log{Level: -100},
				} {
					o := p.do(ctx, a)
					p.ensure(errors.Is(o.err, context.Canceled) && executor.NotDone(o.err),
						"%s under a done context gave %v, %v", actions.Name(a), o.value, o.err)
				}
			},
		},
	}
}

func recordLaws() []law {
	return []law{{
		name:     "a recorded step is answered from its record",
		remedy:   "look for the record of the step (see executor.Step.Key) before the context counts, then refuse",
		concerns: records,
		check: func(p *probe) {
			run := p.newRun()
			flow := func(y actions.Yield) (any, error) { return y(echo{Key: "recorded", N: 1}) }
			first := p.wait(p.startFlow(p.ctx, run, flow))
			p.ensure(first.err == nil, "the first call failed: %v", first.err)
			ctx, cancel := p.cancellable()
			cancel()
			again := p.wait(p.startFlow(ctx, run, flow))
			p.ensure(again.err == nil, "the recorded step failed under a done context: %v", again.err)
			want := echoed{Key: "recorded", N: 1}
			got, ok := again.value.(echoed)
			p.ensure(ok && got.Key == want.Key && got.N == want.N, "the record says %#v, not %#v", again.value, want)
			n := len(p.callsOf("recorded"))
			p.ensure(n == 1, "the handler was called %d times", n)
			p.refuses(ctx, context.Canceled)
		},
	}}
}
