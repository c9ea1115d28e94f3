package codec_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/codec"
)

// The errors of combinators below a journal are registered by the programs whose workflows tell them apart.
func ExampleErrorType_combinators() {
	e, err := codec.NewErrors(
		codec.ErrorType[*combinators.OpenError]("combinators.OpenError"),
		codec.ErrorType[*combinators.LimitedError]("combinators.LimitedError"),
		codec.ErrorType[*combinators.RateLimitedError]("combinators.RateLimitedError"),
		codec.ErrorType[*combinators.TimeoutError]("combinators.TimeoutError"),
		codec.ErrorType[*combinators.FallbackError]("combinators.FallbackError"),
	)
	if err != nil {
		panic(err)
	}
	open := &combinators.OpenError{Circuit: "payments", State: combinators.Open, RetryAfter: time.Minute}
	p, err := e.Encode(nil, fmt.Errorf("charge: %w", open))
	if err != nil {
		panic(err)
	}
	back, err := e.Decode(nil, p)
	if err != nil {
		panic(err)
	}
	var same *combinators.OpenError
	fmt.Println(errors.As(back, &same), same.Circuit, same.RetryAfter)
	// Output:
	// true payments 1m0s
}
