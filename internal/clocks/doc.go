// Package clocks reckons between the clock of this process and that of a server which decides what is due, for stores
// that processes share. Due times are kept by the server's clock, and seen by that of the process: otherwise a process
// whose clock is minutes ahead would look for a run again and again that is not due yet, and start runs minutes late.
//
// It imports the standard library.
package clocks
