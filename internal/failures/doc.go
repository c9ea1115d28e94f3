// Package failures turns errors into data and back.
package failures
