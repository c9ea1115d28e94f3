package actions

// Shielded is an action to be carried out although the run that yields it may be cancelled. The owner of the run says
// under which context instead; see Shield in package orchestrate. Only a yield sees one: executors get the action.
type Shielded struct{ Action }

// String shows the action as a branch of a group is shown, behind "shielded".
func (s Shielded) String() string { return "shielded " + Branch{Leaf: s.Action}.String() }
