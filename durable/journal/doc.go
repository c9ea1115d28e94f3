// Package journal is the executor that looks in a run's records before it passes an action on.
package journal
