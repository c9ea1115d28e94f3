// Package show writes values, actions and errors for people, on one line, and says in what two values differ:
//
//	show.Action(a)        // shop.Charge{Order: "o-1", Cents: 250}
//	show.Diff(want, got)  // [Cents: want 250, got 300]
//
// What it writes reads as Go, but is bounded: very long strings, lists and texts end in an ellipsis. So compare values
// by [Equal], never by their texts, or write them with [Whole].
//
// The package imports actions and the standard library only.
package show
