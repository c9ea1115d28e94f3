// Package durabletest tests durable flows.
package durabletest
