// Package packed makes one blob of several values, for stores that have tables: binding and reading a column costs more
// than all else about a small row. A blob begins with the version of its form and ends with a checksum, since not every
// database has one for its pages. What it writes is read by all later versions.
//
// It imports durable/store.
package packed
