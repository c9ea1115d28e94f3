package redis

import (
	"context"
	"strconv"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Renew lets leases last: see [store.Store]. Those of an owner who has many are renewed some hundreds at a time, so
// that the server has time for others. One that is damaged is passed over.
func (s *Store) Renew(ctx context.Context, owner string, lease time.Duration) ([]store.Held, error) {
	return call(ctx, s, "renew", func(ctx context.Context) (held []store.Held, err error) {
		const most = 500
		for behind := ""; ; {
			reply, err := s.run(ctx, renewScript, owner, lease.Microseconds(), behind, most)
			if err != nil {
				return nil, err
			}
			answer, err := list(reply, 2)
			if err != nil {
				return nil, err
			}
			page, err := list(answer[1], 0)
			if err != nil {
				return nil, err
			}
			for _, one := range page {
				h, err := heldOf(one)
				if err != nil {
					return nil, err
				}
				held = append(held, h)
			}
			if behind = text(answer[0]); behind == "" {
				return held, nil
			}
		}
	})
}

func heldOf(reply any) (h store.Held, err error) {
	fields, err := list(reply, 4)
	if err != nil {
		return h, err
	}
	h.Run = text(fields[0])
	for i, n := range []*int64{&h.Epoch, &h.Revision, &h.Messages} {
		if s := text(fields[i+1]); s != "" {
			if *n, err = strconv.ParseInt(s, 10, 64); err != nil {
				return h, corrupt(h.Run, "a number of its lease cannot be read")
			}
		}
	}
	return h, nil
}
