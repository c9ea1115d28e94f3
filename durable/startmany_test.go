package durable_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
)

// creations is a store that counts how many runs are created at once, and fails after a few times.
type creations struct {
	store.Store
	sizes []int
	fail  map[int]error
}

func (c *creations) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	c.sizes = append(c.sizes, len(runs))
	if err := c.fail[len(c.sizes)]; err != nil {
		return nil, err
	}
	return c.Store.Create(ctx, runs)
}

// numbered gives the i-th run the ID i.
func numbered(i int, _ order) []durable.StartOption { return with(durable.WithID(strconv.Itoa(i))) }

func TestThousandsAreStartedInAFewTransactions(t *testing.T) {
	t.Parallel()
	s := newShop()
	batches := &creations{Store: s.Store}
	hs, err := buy.StartMany(t.Context(), durable.NewClient(batches), make([]order, 2300), numbered)
	require.NoError(t, err)
	require.Equal(t, []int{500, 500, 500, 500, 300}, batches.sizes)
	require.Len(t, hs, 2300)
	for i, h := range hs {
		require.Equal(t, strconv.Itoa(i), h.ID())
		require.True(t, h.New())
	}
	stats, err := s.Stats(t.Context(), durable.Filter{})
	require.NoError(t, err)
	require.EqualValues(t, 2300, stats.Pending)
}

func TestOfManyThoseThatAreThereAlreadyAreFine(t *testing.T) {
	t.Parallel()
	s, ctx := newShop(), t.Context()
	_, err := buy.StartMany(ctx, s, make([]order, 3), numbered)
	require.NoError(t, err)
	hs, err := buy.StartMany(ctx, s, make([]order, 5), numbered)
	require.NoError(t, err)
	for i, h := range hs {
		require.Equal(t, i >= 3, h.New())
	}
	hs, err = buy.StartMany(ctx, s, make([]order, 2), func(int, order) []durable.StartOption {
		return with(durable.WithID("twice"))
	})
	require.NoError(t, err)
	require.True(t, hs[0].New())
	require.False(t, hs[1].New())
	hs, err = buy.StartMany(ctx, s, nil, numbered)
	require.NoError(t, err)
	require.Empty(t, hs)
	hs, err = buy.StartMany(ctx, s, make([]order, 2), nil)
	require.NoError(t, err)
	require.NotEqual(t, hs[0].ID(), hs[1].ID())
}

func TestOfManyThoseThatConflictAreNamed(t *testing.T) {
	t.Parallel()
	s := newShop()
	s.start(t, "1")
	s.start(t, "700")
	hs, err := buy.StartMany(t.Context(), s, make([]order, 1000), numbered)
	require.ErrorIs(t, err, durable.ErrConflict)
	require.ErrorContains(t, err, `start run "1": `)
	require.ErrorContains(t, err, `start run "700": `)
	for i, h := range hs {
		require.Equal(t, i == 1 || i == 700, h == nil, i)
	}
}

func TestOneBadInputOfManyStartsNone(t *testing.T) {
	t.Parallel()
	s := newShop()
	_, err := buy.StartMany(t.Context(), s, make([]order, 10), func(i int, _ order) []durable.StartOption {
		if i == 9 {
			return with(durable.WithID("../x"))
		}
		return nil
	})
	require.ErrorIs(t, err, durable.ErrBadID)
	require.ErrorContains(t, err, `start a run of flow "buy": input 9: `)
	require.Empty(t, s.list(t, durable.Filter{}))
}

func TestManyCanBeStartedAgainAfterAnError(t *testing.T) {
	t.Parallel()
	s, full := newShop(), errors.New("disk full")
	s.start(t, "3")
	c := durable.NewClient(&creations{Store: s.Store, fail: map[int]error{2: full}})
	hs, err := buy.StartMany(t.Context(), c, make([]order, 600), numbered)
	require.ErrorIs(t, err, full)
	require.ErrorIs(t, err, durable.ErrConflict)
	require.NotNil(t, hs[499])
	require.Nil(t, hs[500])
	require.Len(t, s.list(t, durable.Filter{}), 500)
	require.NoError(t, s.Store.Close())

	s = newShop()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stopping := &interrupted{Store: s.Store, stop: cancel}
	hs, err = buy.StartMany(ctx, durable.NewClient(stopping), make([]order, 600), numbered)
	require.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, hs[0])
	require.Nil(t, hs[500])
	hs, err = buy.StartMany(t.Context(), s, make([]order, 600), numbered)
	require.NoError(t, err)
	require.False(t, hs[499].New())
	require.True(t, hs[500].New())
}

// interrupted is a store of which somebody's context ends after the first transaction.
type interrupted struct {
	store.Store
	stop func()
}

func (i *interrupted) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	defer i.stop()
	return i.Store.Create(ctx, runs)
}

// ledger is a store that shares a transaction.
type ledger struct {
	store.Store
	within store.Store
}

func (l *ledger) Within(tx any) (store.Store, error) {
	if tx != "tx" {
		return nil, fmt.Errorf("the transaction is a %T", tx)
	}
	return l.within, nil
}

func TestARunCanBeStartedWithinATransaction(t *testing.T) {
	t.Parallel()
	outside, within := newShop(), newShop()
	c := durable.NewClient(&ledger{outside.Store, within.Store})
	ctx := t.Context()
	h, err := buy.StartTx(ctx, c, "tx", order{}, durable.WithID("a"))
	require.NoError(t, err)
	require.True(t, h.New())
	_, err = h.Status(ctx)
	require.ErrorIs(t, err, durable.ErrNotFound, "not before the commit")
	require.Equal(t, []string{"a"}, within.list(t, durable.Filter{}))
	h, err = buy.StartTx(ctx, c, "tx", order{}, durable.WithID("a"))
	require.NoError(t, err)
	require.False(t, h.New())
	_, err = buy.StartTx(ctx, c, "tx", order{"tea", 1}, durable.WithID("a"))
	require.ErrorIs(t, err, durable.ErrConflict)
	_, err = buy.StartTx(ctx, c, 5, order{})
	require.EqualError(t, err, `start a run of flow "buy": the transaction is a int`)
	_, err = buy.StartTx(ctx, c, nil, order{})
	require.EqualError(t, err, "start a run: the transaction is nil")
	_, err = buy.StartTx(ctx, outside, "tx", order{})
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, "a store of type *memory.Store does nothing in other people's transactions")
}
