// Package cron reads cron expressions and finds the times that they name, in a time zone.
//
// An expression has five fields: minute (0-59), hour (0-23), day of the month (1-31), month (1-12 or jan-dec) and day
// of the week (0-7 or sun-sat; 0 and 7 are Sunday). A field is *, or a list of values, ranges and steps: 5, 1-5, */15,
// 10-40/10, 1,15. A step behind a single value goes on to the end: 5/20 is 5, 25, 45. If both day fields leave days
// out, a day that either names counts. @yearly, @monthly, @weekly, @daily and @hourly stand for the usual.
//
// # Clocks that are put forward and back
//
// Where the hour is * an expression goes by the minutes that pass: each minute at which the clock on the wall matches
// is one, an hour that comes twice counts twice, and one that does not come, not at all. Any other expression goes by
// the calendar: each time of the wall clock that matches is there exactly once. One that comes twice is the first of
// the two; those that the clock leaves out are one, the moment at which it is put forward.
//
// It imports the standard library only.
package cron
