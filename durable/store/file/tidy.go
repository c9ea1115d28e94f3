package file

// tidy brings a few runs up to date whose changes are in a segment of the journal that is full, after so many bytes
// were written: so many that nothing is left to do when the next one is. It fails nobody; what cannot be done is tried
// again, and until then the journal has it.
func (s *Store) tidy(written int64) {
	full := len(s.segments)
	if s.journal.file != nil {
		full--
	}
	if full == 0 {
		return
	}
	oldest := s.segments[0]
	if oldest.total == 0 {
		oldest.total = len(oldest.dirty)
	}
	half := max(s.journal.limit/2, 1)
	n := (int64(oldest.total)*written + half - 1) / half
	_ = s.tidySegment(max(n, 1))
}

// atClose is how many files are brought up to date at most when the store is closed: each takes a moment of the disk.
const atClose = 1000

// tidyAll brings runs up to date. If that is all of them there is no journal afterwards.
func (s *Store) tidyAll() error {
	for left := atClose; left > 0 && len(s.segments) > 0; {
		n := min(left, len(s.segments[0].dirty))
		left -= max(n, 1)
		if err := s.tidySegment(int64(n)); err != nil {
			return err
		}
	}
	return nil
}

// tidySegment brings so many runs of the oldest segment up to date, and removes it if nothing is left to do.
func (s *Store) tidySegment(n int64) error {
	oldest := s.segments[0]
	for ; n > 0 && len(oldest.dirty) > 0; n-- {
		id := oldest.dirty[0]
		if err := s.bringUpToDate(id); err != nil {
			oldest.dirty = append(oldest.dirty[1:], id) // others are not held up
			return err
		}
		oldest.dirty = oldest.dirty[1:]
	}
	if len(oldest.dirty) > 0 {
		return nil
	}
	if s.unsynced {
		if err := s.disk.SyncDir(runsDir); err != nil {
			return err
		}
		s.unsynced = false
	}
	// The next one is removed after this one has gone for certain: what it says of a run may be that it was deleted.
	if err := ignoreMissing(s.disk.Remove(oldest.name())); err != nil {
		return err
	}
	if err := s.disk.SyncDir(journalDir); err != nil {
		return err
	}
	s.segments = s.segments[1:]
	return nil
}
