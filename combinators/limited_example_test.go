package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Resize asks for an image in another size.
type Resize struct {
	actions.Returns[int]
	Image string
	Width int
}

func ExampleLimited() {
	var inside, most atomic.Int64
	mux := executor.NewMux(executor.On(func(_ context.Context, r Resize) (int, error) {
		most.Store(max(most.Load(), inside.Add(1)))
		defer inside.Add(-1)
		return r.Width, nil
	}))
	processors := combinators.NewSemaphore(1)
	exec := combinators.Chain(combinators.Parallelize(), combinators.Limited(processors))(mux)

	widths, err := orchestrate.Run(context.Background(), func(y actions.Yield) ([]int, error) {
		return orchestrate.All(y, orchestrate.Each(Resize{Width: 100}, Resize{Width: 200}, Resize{Width: 400})...)
	}, exec)
	fmt.Println(widths, err, "at most", most.Load(), "at once")
	// Output:
	// [100 200 400] <nil> at most 1 at once
}

// Groups may nest as deep as they like under a limit: permits are for single actions, so the branches that wait for a
// group of theirs hold none. A timeout is not delayed either, because a Sleep takes no permit and who waits for one
// gives up at once.
func ExampleLimited_nested() {
	mux := executor.NewMux(executor.On(func(ctx context.Context, r Resize) (int, error) {
		if r.Image == "endless" {
			<-ctx.Done()
			return 0, ctx.Err()
		}
		return r.Width, nil
	}))
	exec := combinators.Chain(
		combinators.Parallelize(),
		executor.System,
		combinators.Limited(combinators.NewSemaphore(2)),
	)(mux)

	var tree func(depth int, leaf Resize) orchestrate.Orchestration[int]
	tree = func(depth int, leaf Resize) orchestrate.Orchestration[int] {
		if depth == 0 {
			return orchestrate.Lift(leaf)
		}
		return func(y actions.Yield) (int, error) {
			branches, err := orchestrate.All(y, tree(depth-1, leaf), tree(depth-1, leaf), tree(depth-1, leaf))
			sum := 0
			for _, n := range branches {
				sum += n
			}
			return sum, err
		}
	}

	sum, err := orchestrate.Run(context.Background(), tree(5, Resize{Width: 1}), exec)
	fmt.Println(sum, err)

	_, err = orchestrate.Run(context.Background(), func(y actions.Yield) (int, error) {
		return orchestrate.WithTimeout(y, 20*time.Millisecond, tree(5, Resize{Image: "endless"}))
	}, exec)
	fmt.Println(err)
	// Output:
	// 243 <nil>
	// not done within 20ms
}

func ExampleLimitedWith() {
	memory := combinators.NewSemaphoreWith(combinators.SemaphoreConfig{Name: "memory", Size: 1000})
	exec := combinators.LimitedWith(memory, combinators.Limit{
		NoWait: true,
		Weight: func(a actions.Action) int { return a.(Resize).Width },
	})(executor.NewMux(executor.On(func(_ context.Context, r Resize) (int, error) {
		fmt.Println(memory.InUse(), "of", memory.Size(), "in use")
		return r.Width, nil
	})))

	for _, width := range []int{600, 1200} {
		_, err := orchestrate.Run(context.Background(), orchestrate.Lift(Resize{Width: width}), exec)
		var limited *combinators.LimitedError
		if errors.As(err, &limited) {
			fmt.Println(limited)
		}
	}
	// Output:
	// 600 of 1000 in use
	// semaphore "memory": no such number of permits (size 1000, 1200 needed, 0 waiting)
}

func ExampleSemaphore_Resize() {
	workers := combinators.NewSemaphore(2)
	if err := workers.Resize(8); err != nil {
		fmt.Println(err)
	}
	fmt.Println(workers.Size(), workers.InUse(), workers.Waiting())
	fmt.Println(workers.Resize(0))
	// Output:
	// 8 0 0
	// combinators.Semaphore.Resize: the size must be at least 1, got 0
}

func ExampleSemaphores() {
	var limits combinators.Semaphores
	db, _ := limits.Get("db", 20)
	same, _ := limits.Get("db", 20)
	_, err := limits.Get("db", 50)
	fmt.Println(db == same)
	fmt.Println(err)
	for name, s := range limits.All() {
		fmt.Println(name, s.InUse(), "of", s.Size())
	}
	// Output:
	// true
	// combinators.Semaphores: "db" was made with Size 20, not 50
	// db 0 of 20
}
