package storetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

func linearChecks() []check {
	return []check{
		{"what many clients see can be explained by one call after the other", func(k *kit) {
			for seed := range uint64(2 * k.rounds) { //nolint:gosec // it is positive
				require.Empty(k, unexplained(k.Context(), k.store, k.id(fmt.Sprint(seed, " ")), seed))
			}
		}},
		{"what many clients see can be explained although calls fail", func(k *kit) {
			for seed := range uint64(2 * k.rounds) { //nolint:gosec // it is positive
				faulty := NewFaulty(k.store, Random(seed, 0.1))
				require.Empty(k, unexplained(k.Context(), faulty, k.id(fmt.Sprint("faulty ", seed, " ")), seed))
			}
		}},
	}
}

// unexplained has clients use a store, and returns the history of the first run for which there is no explanation.
func unexplained(ctx context.Context, s store.Store, prefix string, seed uint64) string {
	l := &linear{ctx: ctx, store: s, prefix: prefix}
	if err := l.run(seed); err != nil {
		return err.Error()
	}
	m := model(object{view: view{status: store.Pending, owner: -1}, due: true})
	for _, history := range l.history {
		if !porcupine.CheckOperations(m, history) {
			return describe(history)
		}
	}
	return ""
}

// describe writes a history down, in the order in which the calls began.
func describe(history []porcupine.Operation) string {
	history = slices.Clone(history)
	slices.SortFunc(history, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
	var s strings.Builder
	s.WriteString("no order explains these calls (begin-end, client, call, answer):\n")
	for _, o := range history {
		fmt.Fprintf(&s, "%d-", o.Call)
		if out := o.Output.(outcome); !out.unknown {
			fmt.Fprint(&s, o.Return)
		}
		fmt.Fprintf(&s, " client %d: %v -> %v\n", o.ClientId, o.Input, o.Output)
	}
	return s.String()
}

func (d deed) String() string {
	switch d.what {
	case "claim", "renew":
		if d.lasting {
			return d.what + " for long"
		}
		return d.what + " for no time"
	case "append":
		return fmt.Sprintf("append record %d in epoch %d", d.record, d.epoch)
	case "send":
		return fmt.Sprintf("send %s, key %q", d.name, d.key)
	case "consume":
		return fmt.Sprintf("consume %s in epoch %d", d.name, d.epoch)
	case "release":
		return fmt.Sprintf("release in epoch %d, revision %d, seen %q, end %v", d.epoch, d.revision, d.name, d.finish)
	case "steal":
		return fmt.Sprintf("steal in revision %d", d.revision)
	}
	return d.what
}

func (o outcome) String() string {
	switch {
	case o.unknown:
		return "unknown"
	case o.err != nil:
		return o.err.Error()
	case o.found:
		return fmt.Sprintf("%+v", o.view)
	}
	return "nothing"
}
