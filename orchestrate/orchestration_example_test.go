package orchestrate_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// Breakfast is a workflow: a function of a yield and an input.
func Breakfast(y actions.Yield, guest string) (string, error) {
	welcome, err := orchestrate.Do(y, Greeting{Name: guest})
	if err != nil {
		return "", err
	}
	price, err := orchestrate.Do(y, Price{Thing: "bread"})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s: that makes %d", welcome, price), nil
}

func ExampleRun() {
	bill, err := orchestrate.Run(context.Background(), orchestrate.Bind(Breakfast, "Ada"), shop())
	fmt.Println(bill, err)
	// Output: hello, Ada: that makes 3 <nil>
}

// A test needs no executor: it answers by hand.
func ExampleOrchestration() {
	bill, err := Breakfast(func(a actions.Action) (any, error) {
		switch a := a.(type) {
		case Greeting:
			return "good morning, " + a.Name, nil
		case Price:
			return 100, nil
		}
		return nil, errors.New("nobody asked for that")
	}, "Grace")
	fmt.Println(bill, err)
	// Output: good morning, Grace: that makes 100 <nil>
}

// The executor's error arrives where the action was yielded, and may be handled there.
func ExampleDo() {
	cheapest := func(y actions.Yield) (int, error) {
		price, err := orchestrate.Do(y, Price{Thing: "honey"})
		if errors.Is(err, errSoldOut) {
			fmt.Println(err)
			return orchestrate.Do(y, Price{Thing: "jam"})
		}
		return price, err
	}
	fmt.Println(orchestrate.Run(context.Background(), cheapest, shop()))
	// Output:
	// step 0: orchestrate_test.Price: honey: sold out
	// 5 <nil>
}

func ExampleTell() {
	giveBack := func(y actions.Yield) (int, error) {
		return 0, orchestrate.Tell(y, GiveBack{Order: "7"})
	}
	_, err := orchestrate.Run(context.Background(), giveBack, shop())
	fmt.Println(err)
	// Output:
	// give back 7
	// <nil>
}

func ExampleBind() {
	for _, guest := range []string{"Ada", "Grace"} {
		fmt.Println(orchestrate.Run(context.Background(), orchestrate.Bind(Breakfast, guest), shop()))
	}
	// Output:
	// hello, Ada: that makes 3 <nil>
	// hello, Grace: that makes 3 <nil>
}
