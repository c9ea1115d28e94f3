// Package durabletest tests durable flows, and what carries them out. [Crash] kills a process at random moments and
// checks, as a witness from outside, that nothing is lost and nothing is done twice: for a store of one's own as well.
//
// It imports the durable packages, the test kit and testify.
package durabletest
