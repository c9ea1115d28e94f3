package policy

import (
	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/examples/linkcheck/internal/check"
)

// maxRemembered bounds the answers that are kept, and with them the memory: the outlines of large documents count most.
const maxRemembered = 10_000

// isRemembered tells whether an action is asked for often and answered in few bytes. Many documents link to one, and
// many URLs redirect to one. Documents and pages are read once, and too large to be kept.
func isRemembered(a actions.Action) bool {
	switch a.(type) {
	case check.List, check.Survey, check.Head:
		return true
	}
	return false
}

// remembered answers an action that was carried out before from the cache, and lets several that come at the same time
// share one call. The cache is outside: what it knows needs no call, and what it does not know, few calls.
func remembered() combinators.Combinator {
	cache := combinators.NewCache(combinators.CacheConfig{Name: "answers", Size: maxRemembered})
	return combinators.Chain(combinators.Cached(cache), combinators.Coalesced())
}
