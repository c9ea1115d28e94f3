package journal

import "fmt"

// RunawayError says that a run does not come to an end: it has more steps than Config.MaxSteps, goes on asking although
// a thousand actions in a row were refused, or asks a million times in a row for what needs no record. An endless
// workflow continues as new from time to time.
type RunawayError struct {
	Run, Path string
	Why       string
}

// Error says what was too much.
func (e *RunawayError) Error() string {
	return fmt.Sprintf("the orchestration does not end: step %s: %s", e.Path, e.Why)
}

// Permanent is true: what has no end does not find one the next time.
func (e *RunawayError) Permanent() bool { return true }

// tally counts what a strand does in a row that leads nowhere. The branches of a group begin with that of the strand
// which the group is on, and it goes on with the least of theirs: where one of them came on, so did the strand.
type tally struct {
	spins   int // asks that need no record
	refused int
}

func (t tally) least(other tally) tally {
	return tally{min(t.spins, other.spins), min(t.refused, other.refused)}
}

// count counts a step.
func (j *Journal) count(path string) error {
	if n := j.steps.Add(1); n > int64(j.MaxSteps) {
		return j.stop(&RunawayError{j.ID, path, fmt.Sprintf("the limit is %d steps", j.MaxSteps)})
	}
	return nil
}

// refuse counts an action that is refused because its context is done.
func (j *Journal) refuse(s *strand, path string) error {
	if s.refused++; s.refused > j.limits.refused {
		why := fmt.Sprintf("it goes on although %d actions in a row were refused", j.limits.refused)
		return j.stop(&RunawayError{j.ID, path, why})
	}
	return nil
}

// spin counts what leaves no record.
func (j *Journal) spin(s *strand, path string) error {
	if s.spins++; s.spins > j.limits.spins {
		why := fmt.Sprintf("it asked %d times in a row for what needs no record", j.limits.spins)
		return j.stop(&RunawayError{j.ID, path, why})
	}
	return nil
}
