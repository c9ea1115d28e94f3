package runstest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

// Jumble has several goroutines make calls that concern the same runs, in any order. None of the calls may fail.
func Jumble(tb testing.TB, s store.Store) {
	tb.Helper()
	var ids []string
	for i := range 12 {
		ids = append(ids, fmt.Sprint("r", i))
	}
	runs := Leased(tb, s, ids...)
	var all sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		all.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(i), 1))
			for n := 0; n < 60 && errs[i] == nil; n++ {
				order := rng.Perm(len(runs))[:1+rng.IntN(len(runs))]
				errs[i] = anything(tb.Context(), s, rng, runs, order)
			}
		})
	}
	all.Wait()
	require.NoError(tb, errors.Join(errs...))
}

// anything makes a call that concerns runs, in that order.
func anything(ctx context.Context, s store.Store, rng *rand.Rand, runs []store.Run, order []int) (err error) {
	var writes []store.Write
	var messages []store.Message
	var created []store.Run
	for _, i := range order {
		writes = append(writes, Step(runs[i], rng.Int64N(50)))
		messages = append(messages, store.Message{Run: runs[i].ID, Key: strconv.Itoa(rng.IntN(20))})
		created = append(created, Pending(fmt.Sprint("new ", rng.IntN(300))))
	}
	switch rng.IntN(6) {
	case 0:
		_, err = s.Renew(ctx, "owner", time.Hour)
	case 1:
		_, err = s.Send(ctx, messages)
	case 2:
		_, err = s.Create(ctx, created)
	case 3:
		writes[0].Send = messages
		_, err = s.Commit(ctx, writes)
	case 4:
		_, err = s.Claim(ctx, store.Claim{Owner: "other", Lease: time.Hour, Max: 3, Flows: []string{Flow}})
	default:
		_, err = s.Commit(ctx, writes)
	}
	return err
}
