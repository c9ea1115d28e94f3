package durable

import (
	"context"
	"time"

	"github.com/baton-go/baton/actions"
)

// The labels of the runs that a schedule has started.
const (
	// LabelSchedule has the ID of the schedule.
	LabelSchedule = reserved + "schedule"
	// LabelTime has the time of the timetable, as [Occurrence] says, in the form of RFC 3339 in UTC.
	LabelTime = reserved + "time"
)

// Occurrence says which run of a schedule a run is. The zero Occurrence is none.
type Occurrence struct {
	// Schedule is the ID of the schedule.
	Schedule string
	// Time is that of the timetable, in UTC, however late the run was started: a run that does the books of a day knows
	// by it of which day. Of a run that was started by hand it is when that was.
	Time time.Time
}

// AskOccurrence is the action that asks which run of a schedule this one is. The runtime answers it; a run that no
// schedule has started has the zero Occurrence.
type AskOccurrence struct{ actions.Returns[Occurrence] }

// ActionName is the name in records.
func (AskOccurrence) ActionName() string { return "durable.AskOccurrence" }

// OccurrenceFrom tells handlers, and the functions of a [Func], which run of a schedule it is that has called them. It
// is false if no schedule has started the run, or the context is not one of a run.
func OccurrenceFrom(ctx context.Context) (Occurrence, bool) {
	l := loadedFrom(ctx)
	if l == nil {
		return Occurrence{}, false
	}
	return occurrenceOf(l.current().Labels)
}

// Occurrence tells which run of a schedule the run is. It is false if no schedule has started it.
func (m Metadata) Occurrence() (Occurrence, bool) { return occurrenceOf(m.Labels) }

func occurrenceOf(labels map[string]string) (Occurrence, bool) {
	at, err := time.Parse(time.RFC3339Nano, labels[LabelTime])
	if id := labels[LabelSchedule]; err == nil && id != "" {
		return Occurrence{Schedule: id, Time: at}, true
	}
	return Occurrence{}, false
}

// labels are those that say it.
func (o Occurrence) labels() map[string]string {
	return map[string]string{LabelSchedule: o.Schedule, LabelTime: o.text()}
}

func (o Occurrence) text() string { return o.Time.UTC().Format(time.RFC3339Nano) }

// run is the ID of the run.
func (o Occurrence) run() string { return o.Schedule + "@" + o.text() }
