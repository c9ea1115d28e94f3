package durabletest

import "testing"

// Witnessed is Crash, and returns what was wrong.
var Witnessed = crash

// Find is Explore without a test that fails.
func Find(t *testing.T, b Bounds, body func(s *Schedule)) (Report, string) {
	t.Helper()
	x := newExploration(t, b, body)
	failing := x.search()
	if failing == nil {
		return x.report, ""
	}
	x.report.Failing = failing.String()
	return x.report, failing.text()
}
