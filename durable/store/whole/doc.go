// Package whole is what the contract of durable/store says of one run, for stores that keep each run in one piece: in
// a map, a file, a row, a value under a key. What is left to such a store is to find runs, to keep them, and to make a
// transaction of the changes to several:
//
//	r := clone(s.runs[w.Run])                  // so that nothing has happened if it cannot be kept
//	err := r.Write(w, time.Now())              // ErrFinished, ErrFenced, ErrChanged
//
// See examples/custom-store. Stores that can find and change a part of a run do without this package: here a change
// costs what the run is large.
//
// It imports durable/store, internal/shares and the standard library.
package whole
