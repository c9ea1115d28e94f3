package plan

import (
	"slices"
	"time"
)

// How wide pictures are, in pixels.
const (
	pictureWidth = 1100 // of what is in proportion to time
	leastGaps    = 1000 // of all that is widened
	widestGap    = 90   // to which a short time is widened
)

// scale says where a moment is in a picture. Times are drawn in proportion, but none so short that it cannot be seen,
// and what takes no time gets room nonetheless.
type scale struct {
	times  []time.Duration
	starts []float64 // of these times
	slot   float64   // the room for what takes no time
	width  float64
	wider  bool // than in proportion
}

func newScale(root strand) *scale {
	room := map[time.Duration]int{0: 0} // the longest chain of steps at one and the same time
	measure(root, room)
	s := &scale{slot: 12}
	slots := 0
	for t, k := range room {
		s.times = append(s.times, t)
		slots += k
	}
	slices.Sort(s.times)
	last := s.times[len(s.times)-1]
	if last == 0 {
		s.slot = min(max(pictureWidth/float64(max(slots, 1)), 8), 140)
	}
	least := min(leastGaps/float64(len(s.times)), widestGap)
	for i, t := range s.times {
		if i > 0 {
			gap := pictureWidth * (float64(t) - float64(s.times[i-1])) / float64(last)
			if gap < least {
				gap, s.wider = least, true
			}
			s.width += gap
		}
		s.starts = append(s.starts, s.width)
		s.width += float64(room[t]) * s.slot
	}
	return s
}

// measure finds the times of a strand, and how much happens at each.
func measure(s strand, room map[time.Duration]int) {
	note := func(m moment) { room[m.at] = max(room[m.at], m.k) }
	note(s.end)
	for _, step := range s.steps {
		note(step.begin)
		note(step.end)
		for _, b := range step.branches {
			measure(b, room)
		}
	}
}

// at is where a moment is.
func (s *scale) at(m moment) float64 {
	i, ok := slices.BinarySearch(s.times, m.at)
	if !ok { // a time between two, of an attempt
		return s.between(i, m.at)
	}
	return s.starts[i] + float64(m.k)*s.slot
}

func (s *scale) between(i int, at time.Duration) float64 {
	switch {
	case i == 0:
		return 0
	case i == len(s.times):
		return s.width
	}
	before, after := s.times[i-1], s.times[i]
	share := (float64(at) - float64(before)) / (float64(after) - float64(before))
	return s.starts[i-1] + share*(s.starts[i]-s.starts[i-1])
}
