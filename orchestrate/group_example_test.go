package orchestrate_test

import (
	"context"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

func ExampleAll() {
	total := func(y actions.Yield) (int, error) {
		prices, err := orchestrate.All(y, orchestrate.Each(Price{Thing: "bread"}, Price{Thing: "butter"})...)
		if err != nil {
			return 0, err
		}
		return prices[0] + prices[1], nil
	}
	fmt.Println(orchestrate.Run(context.Background(), total, shop()))
	// Output: 7 <nil>
}

func ExampleSettle() {
	offers := func(y actions.Yield) (int, error) {
		outcomes, err := orchestrate.Settle(y, orchestrate.Each(Price{Thing: "honey"}, Price{Thing: "jam"})...)
		for _, o := range outcomes {
			fmt.Println(o.Value, o.Err)
		}
		return len(outcomes), err
	}
	fmt.Println(orchestrate.Run(context.Background(), offers, shop()))
	// Output:
	// 0 step 0.0.0: orchestrate_test.Price: honey: sold out
	// 5 <nil>
	// 2 <nil>
}

func ExampleAny() {
	sweet := func(y actions.Yield) (int, error) {
		return orchestrate.Any(y, orchestrate.Each(Price{Thing: "honey"}, Price{Thing: "jam"})...)
	}
	fmt.Println(orchestrate.Run(context.Background(), sweet, shop()))
	// Output: 5 <nil>
}

// The branch that waits for an approval is cancelled once the other one is through, and has ended when Race returns.
func ExampleRace() {
	waits := func(y actions.Yield) (int, error) {
		return orchestrate.Do(y, Wait{For: "approval"})
	}
	first := func(y actions.Yield) (int, error) {
		return orchestrate.Race(y, waits, orchestrate.Lift(Price{Thing: "bread"}))
	}
	fmt.Println(orchestrate.Run(context.Background(), first, shop()))
	// Output: 3 <nil>
}

// In a group an action stays plain data: whoever looks at the group sees it.
func ExampleLift() {
	steps := orchestrate.Steps(func(y actions.Yield) (int, error) {
		return orchestrate.Race(y, orchestrate.Lift(Price{Thing: "bread"}), orchestrate.Bind(double, "bread"))
	})
	for action := range steps.All() {
		fmt.Println(action.(actions.Group).Branches)
	}
	// Output: [orchestrate_test.Price{Thing:bread} flow]
}

// Actions of different types with the same result go together too.
func ExampleEach() {
	either := func(y actions.Yield) (int, error) {
		return orchestrate.Any(y, orchestrate.Each([]actions.Of[int]{Price{Thing: "honey"}, Buy{Thing: "jam"}}...)...)
	}
	fmt.Println(orchestrate.Run(context.Background(), either, shop()))
	// Output:
	// buy jam
	// 5 <nil>
}

func ExampleTogether() {
	var price int
	var welcome string
	both := func(y actions.Yield) (string, error) {
		err := orchestrate.Together(y,
			orchestrate.Into(&price, Price{Thing: "bread"}),
			orchestrate.IntoFlow(&welcome, orchestrate.Bind(Breakfast, "Ada")),
		)
		return fmt.Sprintf("%s, and bread is %d", welcome, price), err
	}
	fmt.Println(orchestrate.Run(context.Background(), both, shop()))
	// Output: hello, Ada: that makes 3, and bread is 3 <nil>
}

func ExampleSelect() {
	approve := func(y actions.Yield) (answer string, err error) {
		err = orchestrate.Select(y,
			orchestrate.When(Wait{For: "approval"}, func(int) error {
				answer = "approved"
				return nil
			}),
			orchestrate.WhenFlow(orchestrate.Bind(Breakfast, "the boss"), func(bill string) error {
				answer = "breakfast first: " + bill
				return nil
			}),
		)
		return answer, err
	}
	fmt.Println(orchestrate.Run(context.Background(), approve, shop()))
	// Output: breakfast first: hello, the boss: that makes 3 <nil>
}
