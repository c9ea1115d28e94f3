package main

import (
	"cmp"
	"maps"
	"slices"
)

// Joined is a reading and what its station is.
type Joined struct {
	Reading

	Name, Region string
}

// Sum is what the readings of a station, or of a region in a month, come to.
type Sum struct {
	Of              string
	Days            int
	Mean, Low, High float64
	Rain            float64
}

// Extreme is the reading that is the most of something.
type Extreme struct {
	What  string
	Of    Joined
	Value float64
}

// sums adds up the readings with the same key, and sorts them by it.
func sums(all []Joined, key func(Joined) string) []Sum {
	byKey := map[string]*Sum{}
	for _, j := range all {
		k := key(j)
		s := byKey[k]
		if s == nil {
			s = &Sum{Of: k, Low: j.Celsius, High: j.Celsius}
			byKey[k] = s
		}
		s.Days++
		s.Mean += j.Celsius
		s.Rain += j.Rain
		s.Low, s.High = min(s.Low, j.Celsius), max(s.High, j.Celsius)
	}
	var sorted []Sum
	for _, k := range slices.Sorted(maps.Keys(byKey)) {
		s := *byKey[k]
		s.Mean /= float64(s.Days)
		sorted = append(sorted, s)
	}
	return sorted
}

// extremes finds the hottest, the coldest and the wettest day.
func extremes(all []Joined) []Extreme {
	if len(all) == 0 {
		return nil
	}
	heat := func(a, b Joined) int { return cmp.Compare(a.Celsius, b.Celsius) }
	water := func(a, b Joined) int { return cmp.Compare(a.Rain, b.Rain) }
	hot, cold, wet := slices.MaxFunc(all, heat), slices.MinFunc(all, heat), slices.MaxFunc(all, water)
	return []Extreme{{"hottest", hot, hot.Celsius}, {"coldest", cold, cold.Celsius}, {"wettest", wet, wet.Rain}}
}
