package storetest

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/baton-go/baton/durable/store"
)

const transactions = 8

// changeTwo changes two runs in each transaction, and creates two.
func (k *kit) changeTwo(a, b string) error {
	for n := range transactions {
		errs, err := k.store.Commit(k.Context(), []store.Write{
			{Run: a, Epoch: 1, Records: steps(1, int64(n))}, {Run: b, Epoch: 1, Records: steps(1, int64(n))},
		})
		if err := errors.Join(append(errs, err)...); err != nil {
			return err
		}
		errs, err = k.store.Send(k.Context(), []store.Message{message(a, "event", ""), message(b, "event", "")})
		if err := errors.Join(append(errs, err)...); err != nil {
			return err
		}
		_, err = k.store.Create(k.Context(), []store.Run{
			k.in(store.Waiting, "first "+strconv.Itoa(n)), k.in(store.Waiting, "second "+strconv.Itoa(n)),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// watchTwo looks at the run that is changed first, and then at the other one, which must not be behind.
func (k *kit) watchTwo(a, b string, done <-chan struct{}) error {
	created := 0
	for {
		first, err := k.store.Load(k.Context(), a, store.Mark{})
		if err != nil {
			return err
		}
		second, err := k.store.Load(k.Context(), b, store.Mark{})
		if err != nil {
			return err
		}
		if len(second.Records) < len(first.Records) || len(second.Messages) < len(first.Messages) {
			return fmt.Errorf("of one run %d records and %d messages were there, and then of the other one %d and %d",
				len(first.Records), len(first.Messages), len(second.Records), len(second.Messages))
		}
		_, err = k.store.Load(k.Context(), k.id("first "+strconv.Itoa(created)), store.Mark{})
		if err == nil {
			if _, err := k.store.Load(k.Context(), k.id("second "+strconv.Itoa(created)), store.Mark{}); err != nil {
				return fmt.Errorf("one run was created, and the other one not: %w", err)
			}
			created++
		}
		select {
		case <-done:
			return nil
		default:
		}
	}
}
