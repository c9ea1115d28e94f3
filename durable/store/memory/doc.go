// Package memory keeps runs in memory.
package memory
