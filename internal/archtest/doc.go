// Package archtest holds the arrows between the packages of this module as a table, and checks the source against it:
//
//	report, err := archtest.Check(os.DirFS("../.."), archtest.Baton)
//
// It reads source only, so it needs neither the go command nor the network. The package imports the standard library
// only.
package archtest
