// Package disktest gives tests of stores a real disk in trouble: one that is full, and one that somebody may not write
// to. It does so on Linux.
//
//	dir := disktest.Small(t, 1<<20)
//	disktest.AsNobody(t, dir, func() { _, err = sqlite.Open(ctx, path) })
//
// It imports testify and golang.org/x/sys/unix.
package disktest
