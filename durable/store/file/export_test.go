package file

// What the tests of the package see of it.
type (
	Disk   = disk
	Reader = reader
	Writer = writer
)

// OpenOn opens a store on a disk of the test's own.
func OpenOn(d Disk, segmentSize int64) (*Store, error) { return openOn(d, segmentSize) }

// NameOf and IDOf are the name of a run's file, and the ID again.
var (
	NameOf = nameOf
	IDOf   = idOf
)

// Waiting is how many callers wait for their turn.
func (s *Store) Waiting() int {
	s.turns.mu.Lock()
	defer s.turns.mu.Unlock()
	return len(s.turns.waiting)
}
