package executortest

// Laws names the laws that concern a subject.
func Laws(s Subject) (names []string) {
	for _, l := range lawsFor(s) {
		names = append(names, l.name)
	}
	return names
}
