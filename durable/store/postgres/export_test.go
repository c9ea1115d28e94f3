package postgres

import (
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/clocks"
)

// SetClock gives the store another clock than the machine's.
func (s *Store) SetClock(now func() time.Time) { s.clocks.Now = now }

// ReadPayload reads what a store is told.
func ReadPayload(payload string) (from string, notices []store.Notice) {
	return readPayload(new(clocks.Clocks), payload)
}

// Payloads are what a store tells.
func Payloads(from string, notices []store.Notice) []string {
	return payloads(new(clocks.Clocks), from, notices)
}

// Channel is where a store listens.
func Channel(schema string) string { return channel(schema) }

// Statement is a statement of the store's, with the name of its schema.
func (s *Store) Statement(text string) string { return s.sql.Load().in(text) }

// Lasting is a statement of the store's as the server is given it.
func (s *Store) Lasting(text string) string { return s.sql.Load().lasting(text) }

// ForgetSize has the store look how large the tables are.
func (s *Store) ForgetSize() { s.sized.Store(0) }

// LookText is the statement that looks for runs to claim.
const LookText = lookText

// LookSharesText is the statement that looks for runs in queues.
const LookSharesText = lookSharesText

// The statements for writes that append, and for those that end leases.
const (
	AppendOneText  = appendOneText
	AppendManyText = appendManyText + heldText
	EndText        = endText + endedText
)

// PageText is the statement for a page of runs.
func PageText(q store.Query) (string, []any) { return query(q) }

// InSchema is a text of statements with the name of a schema.
func InSchema(schema, text string) string {
	s := newStatements(schema, 0)
	return s.in(text)
}
