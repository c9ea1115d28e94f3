// Package lawtest holds the laws that every combinator obeys, as tests. A package of combinators has one table with a
// [Row] for each of its own and hands it to [Run], [Allocations] and [Complete]:
//
//	func TestTheLaws(t *testing.T) {
//		t.Parallel()
//		lawtest.Run(t, table())
//	}
//
// Each law runs in a synctest bubble of its own, so time passes at once and whoever is left behind fails the test.
package lawtest
