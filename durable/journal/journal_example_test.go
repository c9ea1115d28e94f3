package journal_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Reserve puts goods aside, and returns the number of the reservation.
type Reserve struct {
	actions.Returns[int]
	Item string
}

// Tell writes to the customer.
type Tell struct {
	actions.Returns[actions.Void]
	Text string
}

// shop carries the actions out, and says so.
var shop = executor.NewMux(
	executor.On(func(_ context.Context, a Reserve) (int, error) {
		fmt.Println("reserving", a.Item)
		return 42, nil
	}),
	executor.OnVoid(func(ctx context.Context, a Tell) error {
		fmt.Println("telling:", a.Text)
		return ctx.Err()
	}),
)

func order(y actions.Yield) (string, error) {
	number, err := orchestrate.Do(y, Reserve{Item: "tea"})
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("your reservation is number %d", number)
	return text, orchestrate.Tell(y, Tell{Text: text})
}

// shelf is a log in memory, of which the power fails at an append.
type shelf struct {
	records []store.Record
	fails   int
}

var errPower = errors.New("the power has failed")

func (s *shelf) Append(_ context.Context, e journal.Entry) error {
	if s.fails--; s.fails == 0 {
		return errPower
	}
	s.records = append(s.records, e.Records...)
	return nil
}

// A run that was interrupted is carried out again from its first line: what is on record is answered from there, and it
// goes on where it stood.
func ExampleRun() {
	log := &shelf{fails: 2}
	begun := epoch
	for life := 1; life <= 2; life++ {
		fmt.Println("life", life)
		j, err := journal.New(journal.Config{
			ID: "order-7", Executor: shop, Log: log, Records: log.records, Started: begun, Resumed: life > 1,
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		result, err := journal.Run(context.Background(), j, func(y actions.Yield) (any, error) { return order(y) })
		fmt.Println(result, err)
	}
	// Output:
	// life 1
	// reserving tea
	// telling: your reservation is number 42
	// <nil> the power has failed
	// life 2
	// telling: your reservation is number 42
	// your reservation is number 42 <nil>
}

func ExampleNew() {
	_, err := journal.New(journal.Config{Executor: shop, Log: &shelf{}})
	fmt.Println(err)
	_, err = journal.New(journal.Config{
		ID: "order-7", Executor: shop, Log: &shelf{}, Started: epoch,
		Records: []store.Record{{N: 3, Kind: store.Step, Path: "0.1", Name: "shop.Reserve"}},
	})
	fmt.Println(err)
	fmt.Println(errors.Is(err, store.ErrCorrupt))
	// Output:
	// journal.New: the ID is empty
	// record 3, a step of "shop.Reserve" at "0.1": "0.1" is not the path of a step: the store is corrupt
	// true
}

// Where the goroutine is to stay one's own, a run is started with orchestrate.Run under the journal's context. Close
// then says whether the result counts.
func ExampleJournal_Context() {
	log := &shelf{}
	j, err := journal.New(journal.Config{ID: "order-7", Executor: shop, Log: log})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := orchestrate.Run(j.Context(context.Background()), order, j)
	if stopped := j.Close(); stopped != nil {
		err = stopped
	}
	fmt.Println(result, err)
	for _, r := range log.records {
		fmt.Printf("%s %s %s -> %s\n", r.Path, r.Name, r.Action.Data, r.Result.Data)
	}
	// Output:
	// reserving tea
	// telling: your reservation is number 42
	// your reservation is number 42 <nil>
	// 0 journal_test.Reserve {"Item":"tea"} -> 42
	// 1 journal_test.Tell {"Text":"your reservation is number 42"} ->
}

// A run waits for an event until somebody delivers one. While all of it waits it can be unloaded, and comes back from
// its records.
func ExampleJournal_Deliver() {
	log := &shelf{}
	flow := func(y actions.Yield) (any, error) {
		return orchestrate.Do(y, actions.Receive[string]{Name: "approval"})
	}
	begin := func(onIdle func(*journal.Journal)) (any, error) {
		var j *journal.Journal
		j, err := journal.New(journal.Config{
			ID: "order-7", Executor: shop, Log: log, Records: log.records, Started: epoch, OnIdle: func() { onIdle(j) },
		})
		if err != nil {
			return nil, err
		}
		return journal.Run(context.Background(), j, flow)
	}
	fmt.Println(begin(func(j *journal.Journal) { fmt.Println("unloaded:", j.Unload()) }))
	fmt.Println(begin(func(j *journal.Journal) {
		j.Deliver(store.Message{
			Run: "order-7", Seq: 1, Name: "approval", Payload: store.Payload{Codec: "json", Data: []byte(`"granted"`)},
		})
	}))
	fmt.Println(begin(nil))
	// Output:
	// unloaded: true
	// <nil> the run was unloaded
	// granted <nil>
	// granted <nil>
}

// Records may be kept otherwise, action by action: here what the customer is told may change its wording while runs are
// under way, and reads leave no record.
func ExampleTreatment() {
	treat := func(a actions.Action) journal.Treatment {
		switch a.(type) {
		case Tell:
			return journal.Treatment{NameOnly: true}
		case Reserve:
			return journal.Treatment{Durability: journal.Unrecorded}
		}
		return journal.Treatment{}
	}
	log := &shelf{}
	for _, greeting := range []string{"hello", "dear customer"} {
		j, err := journal.New(journal.Config{
			ID: "order-7", Executor: shop, Log: log, Records: log.records, Started: epoch, Treat: treat,
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		result, err := journal.Run(context.Background(), j, func(y actions.Yield) (any, error) {
			number, err := orchestrate.Do(y, Reserve{Item: "tea"})
			if err != nil {
				return nil, err
			}
			return number, orchestrate.Tell(y, Tell{Text: greeting})
		})
		fmt.Println(result, err, len(log.records))
	}
	// Output:
	// reserving tea
	// telling: hello
	// 42 <nil> 1
	// reserving tea
	// 42 <nil> 1
}

// A run whose code was changed stops, and says what is different.
func ExampleMismatchError() {
	log := &shelf{}
	for _, item := range []string{"tea", "coffee"} {
		j, err := journal.New(journal.Config{
			ID: "order-7", Executor: shop, Log: log, Records: log.records, Started: epoch,
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		_, err = journal.Run(context.Background(), j, func(y actions.Yield) (any, error) {
			return orchestrate.Do(y, Reserve{Item: item})
		})
		if mismatch, ok := errors.AsType[*journal.MismatchError](err); ok {
			fmt.Println(mismatch.Path, mismatch.Recorded, mismatch.Yielded)
			fmt.Println(mismatch.Diff[0])
		}
	}
	// Output:
	// reserving tea
	// 0 journal_test.Reserve{"Item":"tea"} journal_test.Reserve{"Item":"coffee"}
	// Item: recorded "tea", got "coffee"
}
