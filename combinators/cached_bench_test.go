package combinators_test

import (
	"testing"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
)

func BenchmarkCached(b *testing.B) {
	var a actions.Action = ask{N: 1}
	for _, bb := range []struct {
		name   string
		config combinators.CacheConfig
	}{
		{"hit", combinators.CacheConfig{}},
		{"hit with TTL", combinators.CacheConfig{TTL: time.Hour}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			e := combinators.Cached(combinators.NewCache(bb.config))(instant{})
			for b.Loop() {
				_, _ = e.Execute(b.Context(), a)
			}
		})
	}
	b.Run("miss", func(b *testing.B) {
		b.ReportAllocs()
		as := make([]actions.Action, 2000)
		for i := range as {
			as[i] = ask{N: i}
		}
		e := combinators.Cached(combinators.NewCache(combinators.CacheConfig{}))(instant{})
		for i := 0; b.Loop(); i++ {
			_, _ = e.Execute(b.Context(), as[i%len(as)])
		}
	})
}
