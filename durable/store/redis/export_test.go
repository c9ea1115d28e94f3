package redis

import (
	"time"

	"github.com/baton-go/baton/durable/store"
)

// SetClock gives the store another clock than the machine's.
func (s *Store) SetClock(now func() time.Time) { s.clocks.Now = now }

// Key is a key of the store's.
func (s *Store) Key(name string) string { return s.prefix + name }

// Channel is that on which those who share the store tell each other.
func (s *Store) Channel() string { return s.channel }

// ReadTold reads what came on the channel.
func ReadTold(payload string) (from string, notices []store.Notice) {
	return new(Store).readTold(payload)
}

// Ordered is a number as a string that is in order.
func Ordered(n int64) string { return ordered(n) }

// ParseOrdered reads it.
func ParseOrdered(s string) (int64, error) { return parseOrdered(s) }

// Priority is a priority as a string that is in order.
func Priority(n int) string { return priority(n) }
