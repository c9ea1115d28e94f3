package journal

import "context"

// LimitSpins has asks that need no record end a run sooner.
func LimitSpins(j *Journal, n int) { j.limits.spins = n }

// Under has a run that was begun without its journal belong to it.
func Under(ctx context.Context, j *Journal) context.Context { return j.under(ctx) }
