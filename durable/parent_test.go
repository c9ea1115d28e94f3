package durable_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
)

func TestAChildNeedsAParentThatLives(t *testing.T) {
	t.Parallel()
	s, ctx := newShop(), t.Context()
	s.start(t, "parent")
	_, err := s.Cancel(ctx, "parent", "")
	require.NoError(t, err)
	_, err = buy.Start(ctx, s, order{}, durable.WithParent("parent", durable.CancelOnClose))
	require.ErrorIs(t, err, durable.ErrFinished)
	require.EqualError(t, err, `start a run of flow "buy": parent "parent": the run has finished`)
}

// dying is a store of which a run ends whenever others are created.
type dying struct {
	store.Store
	end func()
}

func (d *dying) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	defer d.end()
	return d.Store.Create(ctx, runs)
}

func TestAChildWhoseParentEndedMeanwhileIsCancelled(t *testing.T) {
	t.Parallel()
	s, ctx := newShop(), t.Context()
	s.start(t, "parent")
	s.start(t, "other")
	parents := []string{"parent", "parent", "other", ""}
	c := durable.NewClient(&dying{s.Store, func() {
		_, err := s.Cancel(ctx, "parent", "")
		require.NoError(t, err)
	}})
	hs, err := buy.StartMany(ctx, c, make([]order, 4), func(i int, _ order) []durable.StartOption {
		switch i {
		case 1:
			return with(durable.WithParent(parents[i], durable.Abandon))
		case 3:
			return nil
		}
		return with(durable.WithParent(parents[i], durable.CancelOnClose))
	})
	require.NoError(t, err)
	for i, want := range []durable.Status{durable.Cancelled, durable.Pending, durable.Pending, durable.Pending} {
		m, err := hs[i].Metadata(ctx)
		require.NoError(t, err)
		require.Equal(t, want, m.Status, i)
		require.Equal(t, parents[i], m.Parent)
	}
	m, err := hs[0].Metadata(ctx)
	require.NoError(t, err)
	require.Equal(t, "its parent has ended", m.Reason)
}
