package sqlite

import (
	"database/sql/driver"
	"time"
)

// row is one row of a result. A NULL is the zero value of every type. In a damaged file a column may hold anything: a
// value of another type is odd.
type row struct {
	values []driver.Value
	odd    bool
}

func (r *row) int(i int) int64   { return value[int64](r, i) }
func (r *row) text(i int) string { return value[string](r, i) }
func (r *row) blob(i int) []byte { return value[[]byte](r, i) }
func (r *row) time(i int) time.Time {
	if r.values[i] == nil {
		return time.Time{}
	}
	return time.UnixMicro(r.int(i)).UTC()
}

func value[T any](r *row, i int) T {
	v, ok := r.values[i].(T)
	if !ok && r.values[i] != nil {
		r.odd = true
	}
	return v
}
