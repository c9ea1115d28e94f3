package durable_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
)

// slowClaims is a store that takes its time to claim.
type slowClaims struct {
	*memory.Store
	begun chan struct{}
}

func (s slowClaims) Claim(ctx context.Context, _ store.Claim) (store.Claimed, error) {
	close(s.begun)
	<-ctx.Done()
	return store.Claimed{}, ctx.Err()
}

func TestAClaimThatCloseInterruptsIsNoFailureOfTheStore(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := slowClaims{memory.New(), make(chan struct{})}
	rt := openLater(t, s, &crew{}, durable.Config{
		Flows: durable.Flows(steps), Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	<-s.begun
	closeNow(t, rt)
	require.Empty(t, log.String())
}
