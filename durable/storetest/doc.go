// Package storetest checks anybody's store.
package storetest
