package durable

import (
	"errors"
	"fmt"

	"github.com/baton-go/baton/durable/store"
)

// Transactor is a store that can do its work within a transaction of somebody else's.
type Transactor interface {
	// Within returns the store within the transaction. What is done with it is part of that; it neither commits nor rolls
	// back. The error says which type of transaction the store wants if it is not this one.
	Within(tx any) (store.Store, error)
}

// Within returns a client that does what it does as part of a transaction of the caller's: runs that it starts, events
// that it sends, and requests to cancel are there if and only if the caller commits, together with what the caller
// wrote. The store says of what type tx is, an *sql.Tx for instance; one that has no transactions to share is an error
// that is errors.ErrUnsupported. After an error of the store the transaction is to be rolled back.
//
// The client, and the handles that it makes, see runs as the transaction does. They are used on one goroutine, until
// the transaction ends, and not to wait for results: no run ends while the transaction lasts.
func (c *Client) Within(tx any) (*Client, error) {
	if tx == nil {
		return nil, errors.New("the transaction is nil")
	}
	s, err := c.within(tx)
	if err != nil {
		return nil, err
	}
	return &Client{
		store: s, codecs: c.codecs, errors: c.errors, maxPayload: c.maxPayload, retention: c.retention,
		rooms: c.rooms,
	}, nil
}

func (c *Client) within(tx any) (store.Store, error) {
	if tx == nil {
		return c.store, nil
	}
	t, ok := c.store.(Transactor)
	if !ok {
		return nil, fmt.Errorf("a store of type %T does nothing in other people's transactions: %w",
			c.store, errors.ErrUnsupported)
	}
	return t.Within(tx)
}
