package durable_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
)

var errCut = errors.New("the line was cut")

// cutting is a store that is called by somebody whose context ends during one of the calls, before or after it is done.
type cutting struct {
	store.Store
	calls, at int
	after     bool
	cut       func()
}

// call makes a call, and counts it.
func (c *cutting) call(ctx context.Context, do func() error) error {
	c.calls++
	if c.calls != c.at {
		return do()
	}
	if c.after {
		_ = do()
	}
	c.cut()
	return ctx.Err()
}

func (c *cutting) Create(ctx context.Context, runs []store.Run) (made []store.Created, err error) {
	err = c.call(ctx, func() error {
		made, err = c.Store.Create(ctx, runs)
		return err
	})
	return made, err
}

func (c *cutting) List(ctx context.Context, q store.Query) (runs []store.Run, err error) {
	err = c.call(ctx, func() error {
		runs, err = c.Store.List(ctx, q)
		return err
	})
	return runs, err
}

func (c *cutting) Commit(ctx context.Context, writes []store.Write) (errs []error, err error) {
	err = c.call(ctx, func() error {
		errs, err = c.Store.Commit(ctx, writes)
		return err
	})
	return errs, err
}

func (c *cutting) Send(ctx context.Context, ms []store.Message) (errs []error, err error) {
	err = c.call(ctx, func() error {
		errs, err = c.Store.Send(ctx, ms)
		return err
	})
	return errs, err
}

func (c *cutting) Load(ctx context.Context, id string, m store.Mark) (h store.History, err error) {
	err = c.call(ctx, func() error {
		h, err = c.Store.Load(ctx, id, m)
		return err
	})
	return h, err
}

func (c *cutting) Delete(ctx context.Context, ids []string) (n int, err error) {
	err = c.call(ctx, func() error {
		n, err = c.Store.Delete(ctx, ids)
		return err
	})
	return n, err
}

// TestAContextMayEndInEveryCallOfTheStore does everything once for each call of the store that it makes, which is cut
// there, and once more, which is then as if nothing had happened.
func TestAContextMayEndInEveryCallOfTheStore(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(ctx context.Context, c *durable.Client) error{
		"Start": func(ctx context.Context, c *durable.Client) error {
			_, err := buy.Start(ctx, c, order{"tea", 2}, durable.WithID("new"),
				durable.WithParent("a", durable.CancelOnClose))
			return err
		},
		"StartMany": func(ctx context.Context, c *durable.Client) error {
			_, err := buy.StartMany(ctx, c, make([]order, 1200), func(i int, _ order) []durable.StartOption {
				return with(durable.WithID(fmt.Sprintf("new-%d", i)))
			})
			return err
		},
		"Send": func(ctx context.Context, c *durable.Client) error {
			return c.Send(ctx, "a", "event", 1, durable.DedupKey("k"))
		},
		"Cancel": func(ctx context.Context, c *durable.Client) error {
			if _, err := c.Cancel(ctx, "a", "enough"); !errors.Is(err, durable.ErrFinished) {
				return err // or the first time it was done
			}
			return nil
		},
		"Sweep": func(ctx context.Context, c *durable.Client) error {
			_, err := c.Sweep(ctx)
			return err
		},
		"List": func(ctx context.Context, c *durable.Client) error {
			for _, err := range c.List(ctx, durable.Filter{}) {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"Stats": func(ctx context.Context, c *durable.Client) error {
			_, err := c.Stats(ctx, durable.Filter{})
			return err
		},
		"Result": func(ctx context.Context, c *durable.Client) error {
			_, err := durable.Attach[string](c, "ended").Result(ctx)
			return err
		},
		"Steps": func(ctx context.Context, c *durable.Client) error {
			_, err := c.Steps(ctx, "a")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, after := range []bool{false, true} {
				for at := 1; ; at++ {
					s := newShop()
					s.start(t, "ended")
					s.claim(t)
					s.end(t, "ended", completed(`"paid"`))
					s.start(t, "a")
					ctx, cut := context.WithCancelCause(t.Context())
					line := &cutting{Store: s.Store, at: at, after: after, cut: func() { cut(errCut) }}
					err := do(ctx, durable.NewClient(line))
					if line.calls < at {
						require.NoError(t, err)
						require.Greater(t, at, 1, "nothing was asked")
						break
					}
					require.ErrorIs(t, err, context.Canceled, "call %d", at)
					require.NoError(t, do(t.Context(), s.Client), "call %d", at)
					require.Empty(t, line.calls-at, "nothing was asked after that")
				}
			}
		})
	}
}
