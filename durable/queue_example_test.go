package durable_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
)

func ExampleQueue() {
	ctx := context.Background()
	st := memory.New()
	send := durable.Func("send", func(_ context.Context, letter string) (string, error) {
		fmt.Println("send", letter)
		return letter, nil
	})

	client := durable.NewClient(st)
	var last *durable.Handle[string]
	for urgency, letter := range []string{"slow", "usual", "urgent"} {
		h, err := send.Start(ctx, client, letter,
			durable.WithQueue("mail"), durable.WithQueueKey("acme"), durable.WithPriority(urgency))
		check(err)
		if urgency == 0 {
			last = h
		}
	}

	rt, err := durable.Open(ctx, st, executor.NewMux(), durable.Config{
		Flows: durable.Flows(send),
		Queues: []durable.Queue{
			{},                       // whatever is in no queue
			{Name: "mail", Total: 1}, // one at a time, on all machines together
			{Name: "video", Concurrency: 2, Fair: true},   // two at a time on this one; customers take turns
			{Name: "api", Rate: 10, Burst: 20, PerKey: 3}, // ten in a second; three of each customer at a time
		},
	})
	check(err)
	_, err = last.Result(ctx)
	check(err)
	check(rt.Close(ctx))
	// Output:
	// send urgent
	// send usual
	// send slow
}

// Whoever starts more than can be carried out is told so.
func ExampleQueueLimit() {
	ctx := context.Background()
	send := durable.Func("send", func(context.Context, string) (string, error) { return "", nil })
	client := durable.NewClient(memory.New(), durable.QueueLimit("mail", 2))

	for _, letter := range []string{"one", "two", "three"} {
		_, err := send.Start(ctx, client, letter, durable.WithQueue("mail"))
		if errors.Is(err, durable.ErrQueueFull) {
			fmt.Println(err)
		}
	}
	backlogs, err := client.Backlogs(ctx)
	check(err)
	fmt.Println(backlogs[0].Runs, "wait in", backlogs[0].Queue)
	// Output:
	// start a run of flow "send": the queue "mail" is full: 2 runs wait in it, of at most 2
	// 2 wait in mail
}
