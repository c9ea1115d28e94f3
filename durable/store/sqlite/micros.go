package sqlite

import "time"

// micros is a time as a column keeps it: NULL is the zero time.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}
