package failures

// errnos are none: errors have no numbers on this system.
func errnos() []Kind { return nil }
