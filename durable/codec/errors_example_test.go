package codec_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
)

var ErrSoldOut = errors.New("sold out")

// LimitError is an error with something in it.
type LimitError struct{ Limit, Got int }

func (e *LimitError) Error() string { return fmt.Sprintf("%d is more than %d", e.Got, e.Limit) }

// Code is for whoever reads the error on the other side, in whatever language.
func (*LimitError) Code() string { return "over_limit" }

// What a workflow tells apart comes back from a journal as what it was.
func ExampleErrors() {
	e, err := codec.NewErrors(
		codec.Sentinel("shop.ErrSoldOut", ErrSoldOut),
		codec.ErrorType[*LimitError]("shop.LimitError"),
	)
	if err != nil {
		panic(err)
	}
	p, err := e.Encode(nil, fmt.Errorf("order 42: %w, and %w", ErrSoldOut, &LimitError{Limit: 10, Got: 12}))
	if err != nil {
		panic(err)
	}
	fmt.Println(p.Codec, codec.IsError(p))

	back, err := e.Decode(nil, p)
	if err != nil {
		panic(err)
	}
	fmt.Println(back)
	fmt.Println(errors.Is(back, ErrSoldOut))
	var limit *LimitError
	fmt.Println(errors.As(back, &limit), limit.Limit)
	var recorded *codec.Recorded
	fmt.Println(errors.As(back, &recorded), recorded.Code())
	// Output:
	// error+json true
	// order 42: sold out, and 12 is more than 10
	// true
	// true 10
	// true over_limit
}

// An error of a kind that nobody registered keeps its text, and what it says about trying again.
func ExampleErrors_unknown() {
	var e *codec.Errors // knows the standard library's and Baton's own
	err := fmt.Errorf("dial: %w: %w", executor.ErrNotDone, backoff.After(ErrSoldOut, time.Hour))
	p, problem := e.Encode(nil, err)
	if problem != nil {
		panic(problem)
	}
	back, problem := e.Decode(nil, p)
	if problem != nil {
		panic(problem)
	}
	fmt.Println(back)
	fmt.Println(errors.Is(back, ErrSoldOut), executor.NotDone(back))
	fmt.Println(backoff.RetryAfter(back))
	// Output:
	// dial: the action was not done: sold out
	// false true
	// 1h0m0s true
}
