package executortest

import (
	"errors"
	"strings"

	"github.com/baton-go/baton/executor"
)

// often is how many times the suite does what may cost a permit or a worker each time.
const often = 50

func panicLaws() []law {
	return []law{
		{
			name: "a panic becomes an error",
			remedy: "let panics through, or make them a PanicError in the deferred function that recovers, and give back " +
				"with defer what was taken",
			check: func(p *probe) {
				o := p.do(p.ctx, boom{Text: "the roof is on fire"})
				p.ensure(!o.exited, "the panic of a handler exited the caller's goroutine")
				p.ensure(o.err != nil, "the handler panicked, and the call returned %v without an error", o.value)
				p.ensure(strings.Contains(o.err.Error(), "the roof is on fire"), "the panic's value is lost: %v", o.err)
				if !p.subject.Remote {
					panicked, ok := errors.AsType[*executor.PanicError](o.err)
					p.ensure(ok, "the error has no executor.PanicError: %v", o.err)
					p.ensure(strings.Contains(string(panicked.Stack), "executortest.explode"),
						"the stack does not show the function that panicked:\n%s", panicked.Stack)
				}
				for range often {
					p.do(p.ctx, boom{Text: "again"})
				}
				p.works("panics")
			},
		},
		{
			name:   "a handler that exits its goroutine hangs nobody",
			remedy: "give back with defer what was taken, and signal what others wait for with defer",
			check: func(p *probe) {
				for range often {
					o := p.do(p.ctx, exit{})
					p.ensure(o.exited || o.err != nil, "the handler exited, and the call returned %v without an error", o.value)
				}
				p.works("exits")
			},
		},
	}
}
