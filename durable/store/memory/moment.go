package memory

import "time"

// moment is a time in a third of the space: microseconds since the year 1, so that 0 is the zero time.
type moment int64

const year1970 = 62_135_596_800_000_000 // since the year 1

func momentOf(t time.Time) moment { return moment(t.UnixMicro() + year1970) }

func now() moment { return momentOf(time.Now()) }

func (m moment) time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(m) - year1970).UTC()
}

func (m moment) add(d time.Duration) moment { return m + moment(d.Microseconds()) }

func (m moment) sub(earlier moment) time.Duration { return time.Duration(m-earlier) * time.Microsecond }
