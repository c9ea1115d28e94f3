package explore

import (
	"slices"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// NotUndone lists the actions so far that know their inverse (see orchestrate.Invertible) and were carried out, perhaps
// with an error that leaves it open, without the inverse having been carried out after them. A run that fails must
// leave none:
//
//	if err != nil {
//		require.Empty(s, s.NotUndone())
//	}
func (s *Schedule) NotUndone() []actions.Action {
	var left []actions.Action
	for i, a := range s.effects {
		known, ok := a.(orchestrate.Invertible)
		if !ok {
			continue
		}
		inverse := known.Inverse()
		isInverse := func(b actions.Action) bool { return same(inverse, b) }
		if inverse != nil && !slices.ContainsFunc(s.effects[i+1:], isInverse) {
			left = append(left, a)
		}
	}
	return left
}
