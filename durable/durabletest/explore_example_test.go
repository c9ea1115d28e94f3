package durabletest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/durabletest"
	"github.com/baton-go/baton/orchestrate"
)

// Whatever happens, an order that succeeds is paid and shipped.
func ExampleExplore() {
	var report durabletest.Report
	inTest("TestOrdersThatSucceedAreShipped", func(t *testing.T) {
		report = durabletest.Explore(t, durabletest.Bounds{Cancels: true}, func(s *durabletest.Schedule) {
			b := newBooks()
			s.Send("packed", "box 7")
			_, err := durabletest.Run(s, orchestrate.Bind(checkout, Order{ID: "a", Cents: 5}), b.mux())
			if err == nil {
				require.NotZero(s, b.charged["a"])
				require.Contains(s, b.calls, "Ship")
			}
		})
	})
	fmt.Println(report.Schedules, "schedules; all there are within the bounds:", report.Exhausted)
	// Output: 1025 schedules; all there are within the bounds: true
}

// A till that does not look at the step's key charges twice for a crash. That is what the test says.
func ExampleExplore_found() {
	fmt.Println(inTest("TestTheCustomerPaysOnce", func(t *testing.T) {
		durabletest.Explore(t, durabletest.Bounds{}, func(s *durabletest.Schedule) {
			b := newBooks()
			_, _ = durabletest.Run(s, orchestrate.Lift(Charge{Order: "a", Cents: 5}), b.mux())
			if paid := b.charged["a"]; paid > 5 {
				s.Errorf("the customer has paid %d", paid)
			}
		})
	}))
	// Output:
	// durabletest: the test fails under the schedule
	//
	//     0: the process dies after durabletest_test.Charge at 0 is carried out
	//
	//     the customer has paid 10
	//
	// What happened:
	//
	//     life 1, from 0 records
	//     0: the process dies after durabletest_test.Charge at 0 is carried out
	//        the run goes on
	//     life 2, from 0 records
	//        durabletest_test.Charge at 0 is carried out
	//        the outcome at 0 is written
	//        the end of the life is written
	//
	// After 2 schedules. To run this one again:
	//
	//     Bounds{Only: "0: the process dies after durabletest_test.Charge at 0 is carried out"}
}
