package combinators_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/baton-go/baton/combinators"
)

var errNoSuchSymbol = errors.New("no such symbol")

// To a policy with this classifier, an answer that the caller brought upon itself says nothing about the service.
func ExampleClassifier() {
	var class combinators.Classifier = func(ctx context.Context, err error) combinators.Class {
		if errors.Is(err, errNoSuchSymbol) {
			return combinators.Neutral
		}
		return combinators.Classify(ctx, err)
	}

	ctx := context.Background()
	fmt.Println(class(ctx, nil))
	fmt.Println(class(ctx, errDown))
	fmt.Println(class(ctx, errNoSuchSymbol))
	// Output:
	// success
	// failure
	// neutral
}

// An error of your own is a rejection if it has this method: no policy above retries it or counts it as a failure.
func ExampleIsRejection() {
	err := fmt.Errorf("place order: %w", &closedError{Market: "Tokyo"})
	fmt.Println(err)
	fmt.Println(combinators.IsRejection(err), combinators.IsRejection(errDown))
	// Output:
	// place order: the market in Tokyo is closed
	// true false
}

type closedError struct{ Market string }

func (e *closedError) Error() string { return "the market in " + e.Market + " is closed" }

func (*closedError) Rejected() bool { return true }
