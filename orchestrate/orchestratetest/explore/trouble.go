package explore

// Trouble counts what went otherwise than it should so far.
type Trouble struct {
	// Faults is how many actions have failed, and how many events were lost or came twice.
	Faults int
	// Crashes is how often the process has crashed.
	Crashes int
	// Cancels is how many requests to cancel the run there were.
	Cancels int
}

// Trouble tells what trouble there was so far, so that a test can ask for more where there was none:
//
//	if s.Trouble() == (explore.Trouble{}) {
//		require.NoError(s, err)
//	}
//
// Actions that fail because the executor says so, and those that come too late because another branch of their group
// was faster, are no trouble.
func (s *Schedule) Trouble() Trouble { return Trouble{s.faults, s.crashes, s.cancels} }
