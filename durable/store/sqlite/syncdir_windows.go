package sqlite

// syncDir does nothing: Windows keeps names by itself, and does not open directories to sync them.
func syncDir(string) error { return nil }
