package durable_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Nightly does the books of a day, and knows of which.
var Nightly = durable.Define("nightly", func(y actions.Yield, shop string) (string, error) {
	o, err := orchestrate.Do(y, durable.AskOccurrence{})
	if err != nil {
		return "", err
	}
	return "the books of " + shop + ", " + o.Time.Format(time.DateOnly), nil
})

// A program says each time it starts what is to be done when. The schedule is in the store, and any runtime carries it
// out.
func ExampleFlow_Schedule() {
	ctx := context.Background()
	client := durable.NewClient(memory.New())

	schedule, err := Nightly.Schedule(ctx, client, "books", "Ada's shop",
		durable.Cron("0 3 * * *", "Europe/Berlin"),
		durable.WithOverlap(durable.Skip),
		durable.WithCatchUp(6*time.Hour),
		durable.WithJitter(5*time.Minute),
		durable.WithRuns(durable.WithTimeLimit(time.Hour)))
	check(err)

	fmt.Println(schedule.Pause(ctx, "the shop is closed for the holidays"))
	info, err := schedule.Describe(ctx)
	fmt.Println(info.Flow, "at", info.Timetable, info.Paused, info.Reason, err)
	// Output:
	// <nil>
	// nightly at 0 3 * * * in Europe/Berlin true the shop is closed for the holidays <nil>
}

// The run of a schedule has its time in its ID and in its labels, and can ask for it.
func ExampleSchedule_Trigger() {
	ctx := context.Background()
	rt, err := durable.Open(ctx, memory.New(), executor.NewMux(), durable.Config{Flows: durable.Flows(Nightly)})
	check(err)
	defer rt.Close(ctx)
	schedule, err := Nightly.Schedule(ctx, rt, "books", "Ada's shop", durable.Cron("@yearly", ""))
	check(err)

	id, err := schedule.Trigger(ctx, durable.WithID("books-by-hand"))
	check(err)
	books, err := Nightly.Attach(rt, id).Result(ctx)
	fmt.Println(books[:22], err)
	for m, err := range rt.List(ctx, durable.Filter{Labels: map[string]string{durable.LabelSchedule: "books"}}) {
		check(err)
		o, _ := m.Occurrence()
		fmt.Println(m.ID, "is a run of", o.Schedule)
	}
	// Output:
	// the books of Ada's sho <nil>
	// books-by-hand is a run of books
}

// Where clocks are put forward, 2:30 is left out, and is three o'clock instead.
func ExampleTimetable_Next() {
	berlin, err := time.LoadLocation("Europe/Berlin")
	check(err)
	at := time.Date(2027, time.March, 27, 12, 0, 0, 0, berlin)
	for range 2 {
		at, err = durable.Cron("30 2 * * *", "Europe/Berlin").Next(at)
		check(err)
		fmt.Println(at)
	}
	// Output:
	// 2027-03-28 03:00:00 +0200 CEST
	// 2027-03-29 02:30:00 +0200 CEST
}

// What never comes is a mistake, like what cannot be read.
func ExampleCron() {
	client := durable.NewClient(memory.New())
	_, err := Nightly.Schedule(context.Background(), client, "books", "Ada's shop", durable.Cron("0 3 31 2 *", ""))
	fmt.Println(errors.Is(err, durable.ErrBadOption))
	_, detail, _ := strings.Cut(err.Error(), "bad option: ")
	fmt.Println(detail)
	// Output:
	// true
	// cron expression "0 3 31 2 *": day of the month "31": none of its months has such a day
}

// A client lists the schedules of its store, whoever made them.
func ExampleClient_Schedules() {
	ctx := context.Background()
	client := durable.NewClient(memory.New())
	for _, shop := range []string{"Ada", "Grace"} {
		_, err := Nightly.Schedule(ctx, client, "books-of-"+shop, shop, durable.Every(24*time.Hour))
		check(err)
	}
	check(client.Schedule("books-of-Ada").Delete(ctx))
	for info, err := range client.Schedules(ctx) {
		check(err)
		fmt.Println(info.ID, info.Timetable)
	}
	// Output: books-of-Grace every 24h0m0s
}

// A plain function asks its context.
func ExampleOccurrenceFrom() {
	ctx := context.Background()
	clean := durable.Func("clean up", func(ctx context.Context, dir string) (string, error) {
		o, ok := durable.OccurrenceFrom(ctx)
		return fmt.Sprint(dir, " for ", o.Schedule, " ", ok), nil
	})
	rt, err := durable.Open(ctx, memory.New(), executor.NewMux(), durable.Config{Flows: durable.Flows(clean)})
	check(err)
	defer rt.Close(ctx)
	schedule, err := clean.Schedule(ctx, rt, "tidy", "/tmp", durable.Every(time.Hour), durable.WithOverlap(durable.Allow))
	check(err)
	id, err := schedule.Trigger(ctx)
	check(err)
	fmt.Println(clean.Attach(rt, id).Result(ctx))
	// Output: /tmp for tidy true <nil>
}
