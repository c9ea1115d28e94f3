package plan

// How much of a plan texts and pictures show.
const (
	maxLevels  = 50     // of branches within branches
	maxLines   = 20_000 // of a text
	maxPicture = 1_000  // steps of a picture
)

// pruned is the plan with no more than so many steps, which ends when these do, and how many steps it lacks.
func (p *Plan) pruned(most int) (shown *Plan, hidden int) {
	c := &cutter{left: most}
	shown = &Plan{Name: p.Name, Result: p.Result, Err: p.Err, Took: p.Took}
	shown.Steps = c.steps(p.Steps, maxLevels)
	for range p.All() {
		hidden++
	}
	if hidden -= most - c.left; hidden > 0 {
		shown.Took = 0
		for s := range shown.All() {
			shown.Took = max(shown.Took, s.End)
		}
	}
	return shown, hidden
}

// cutter copies steps while there is room.
type cutter struct{ left int }

func (c *cutter) steps(steps []Step, levels int) []Step {
	if levels == 0 {
		return nil
	}
	var kept []Step
	for _, s := range steps {
		if c.left == 0 {
			break
		}
		c.left--
		branches := s.Branches
		s.Branches = nil
		for _, b := range branches {
			if c.left == 0 {
				break
			}
			b.Steps = c.steps(b.Steps, levels-1)
			s.Branches = append(s.Branches, b)
		}
		kept = append(kept, s)
	}
	return kept
}
