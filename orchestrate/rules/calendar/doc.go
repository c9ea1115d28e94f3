// Package calendar has rules about the time: office hours, weekdays, deadlines.
//
//	open := rules.And(
//		calendar.OnWeekdays[Order](berlin, time.Monday, time.Tuesday, time.Thursday),
//		calendar.DuringHours[Order](berlin, "22:00", "06:00"),
//	)
//
// They ask for the time by yielding [actions.Now], so that they say the same when a run is replayed, and what a test
// wants them to. Every rule asks for itself; put rules.Cached around what should go by one moment.
//
// Ranges hold from their beginning until just before their end, and with [EndIncluded] at their end too. Where clocks
// are put forward or back, hours are what a clock on the wall shows: an hour that is shown twice counts twice.
//
// The package imports actions, orchestrate and rules. It uses time to compute, and never asks it for the time.
package calendar
