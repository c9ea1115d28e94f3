package backoff_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
)

func show(s backoff.Schedule) {
	for range 6 {
		wait, rest, ok := s.Next(func() float64 { return 0.5 })
		if !ok {
			fmt.Println("end")
			return
		}
		fmt.Print(wait, " ")
		s = rest
	}
	fmt.Println("…")
}

func ExampleSchedule() {
	show(backoff.Exponential(100*time.Millisecond, 2).Cap(time.Second).FullJitter().UpTo(5))
	// Output: 50ms 100ms 200ms 400ms 500ms end
}

func ExampleConstant() {
	show(backoff.Constant(time.Second))
	// Output: 1s 1s 1s 1s 1s 1s …
}

func ExampleLinear() {
	show(backoff.Linear(time.Second, 500*time.Millisecond))
	// Output: 1s 1.5s 2s 2.5s 3s 3.5s …
}

func ExampleExponential() {
	show(backoff.Exponential(time.Second, 3))
	// Output: 1s 3s 9s 27s 1m21s 4m3s …
}

func ExampleDecorrelated() {
	show(backoff.Decorrelated(time.Second, 20*time.Second))
	// Output: 2s 3.5s 5.75s 9.125s 14.1875s 20s …
}

func ExampleSchedule_Jitter() {
	show(backoff.Constant(time.Second).Jitter(0.1).UpTo(2)) // between 900 ms and 1.1 s
	// Output: 1s 1s end
}

func ExampleSchedule_For() {
	show(backoff.Linear(time.Second, time.Second).For(10 * time.Second))
	// Output: 1s 2s 3s 4s end
}

// Three quick tries, then one a minute.
func ExampleSchedule_Then() {
	show(backoff.Constant(time.Second).UpTo(3).Then(backoff.Constant(time.Minute)))
	// Output: 1s 1s 1s 1m0s 1m0s 1m0s …
}

func ExamplePermanent() {
	err := fmt.Errorf("charge: %w", backoff.Permanent(errors.New("card expired")))
	fmt.Println(err, backoff.IsPermanent(err))
	// Output: charge: card expired true
}

func ExampleAfter() {
	err := fmt.Errorf("charge: %w", backoff.After(errors.New("too many requests"), 30*time.Second))
	fmt.Println(backoff.RetryAfter(err))
	// Output: 30s true
}

func ExampleParseRetryAfter() {
	now := time.Date(2015, time.October, 21, 7, 28, 0, 0, time.UTC)
	fmt.Println(backoff.ParseRetryAfter("120", now))
	fmt.Println(backoff.ParseRetryAfter("Wed, 21 Oct 2015 07:28:30 GMT", now))
	fmt.Println(backoff.ParseRetryAfter("soon", now))
	// Output:
	// 2m0s true
	// 30s true
	// 0s false
}

func ExampleRetryError() {
	err := &backoff.RetryError{Attempts: 2, Errs: []error{executor.ErrNotDone, errors.New("reset by peer")}}
	fmt.Println(err)
	fmt.Println(errors.Is(err, executor.ErrNotDone), executor.NotDone(err))
	// Output:
	// 2 attempts: reset by peer
	// true false
}
