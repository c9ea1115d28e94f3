package executor_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// GetUser and Greet are the actions of these examples.
type (
	GetUser struct {
		actions.Returns[string]
		ID int
	}
	Greet struct {
		actions.Returns[actions.Void]
		Name string
	}
)

func greeter() *executor.Mux {
	return executor.NewMux(
		executor.On(func(_ context.Context, a GetUser) (string, error) {
			if a.ID != 7 {
				return "", fmt.Errorf("no user %d", a.ID)
			}
			return "Ada", nil
		}),
		executor.OnVoid(func(_ context.Context, a Greet) error {
			fmt.Println("Hello,", a.Name)
			return nil
		}),
	)
}

func Example() {
	y, end := executor.Yield(context.Background(), greeter())
	defer end()

	user, err := y(GetUser{ID: 7})
	fmt.Println(user, err)
	_, err = y(GetUser{ID: 8})
	fmt.Println(err)
	// Output:
	// Ada <nil>
	// step 1: executor_test.GetUser: no user 8
}

func ExampleFunc() {
	echo := executor.Func(func(_ context.Context, a actions.Action) (any, error) { return actions.Name(a), nil })
	fmt.Println(echo.Execute(context.Background(), GetUser{}))
	// Output: executor_test.GetUser <nil>
}

func ExampleNewMux() {
	users := executor.NewMux(
		executor.On(func(_ context.Context, a GetUser) (string, error) { return fmt.Sprint("user ", a.ID), nil }),
	)
	all := executor.NewMux(users, executor.OnVoid(func(context.Context, Greet) error { return nil }))
	fmt.Println(all, all.Names())
	fmt.Println(all.Execute(context.Background(), GetUser{ID: 7}))
	// Output:
	// Mux(2) [executor_test.GetUser executor_test.Greet]
	// user 7 <nil>
}

func ExampleMux_Else() {
	quiet := executor.NewMux(executor.OnVoid(func(context.Context, Greet) error { return nil }))
	exec := quiet.Else(greeter())
	_, err := exec.Execute(context.Background(), Greet{Name: "nobody hears this"})
	fmt.Println(err)
	fmt.Println(exec.Execute(context.Background(), GetUser{ID: 7}))
	// Output:
	// <nil>
	// Ada <nil>
}

// A mux is the registry of its actions too: for a journal, or for a server that is sent them as text.
func ExampleMux_DecodeAction() {
	body := []byte(`{"ID": 7}`)
	a, err := greeter().DecodeAction("executor_test.GetUser", func(into any) error { return json.Unmarshal(body, into) })
	fmt.Printf("%+v %v\n", a.(GetUser).ID, err)
	_, err = greeter().DecodeAction("executor_test.GetUsr", func(any) error { return nil })
	fmt.Println(err)
	// Output:
	// 7 <nil>
	// executor: no handler for an action named "executor_test.GetUsr" (there is one for executor_test.GetUser)
}

func ExampleUnhandledError() {
	_, err := executor.NewMux().Execute(context.Background(), actions.Sleep{For: time.Second})
	fmt.Println(err)
	_, err = greeter().Execute(context.Background(), &GetUser{ID: 7})
	fmt.Println(err)
	// Output:
	// no handler for actions.Sleep: wrap the executor in executor.System
	// no handler for *executor_test.GetUser: yield the value executor_test.GetUser{…}, not a pointer to it
}

func ExampleSystem() {
	exec := executor.System(greeter())
	fmt.Println(executor.Layers(exec))
	fmt.Println(exec.Execute(context.Background(), actions.Version{Change: "greet twice", Min: 1, Max: 2}))
	// Output:
	// System > Mux(2)
	// 2 <nil>
}

// A handler that calls somebody else hands on the key of its step: the same call again has the same key.
func ExampleStep_Key() {
	handler := executor.On(func(ctx context.Context, _ GetUser) (string, error) { return executor.StepFrom(ctx).Key() })
	y, end := executor.Yield(executor.WithRun(context.Background(), "r-42"), executor.NewMux(handler))
	defer end()
	fmt.Println(y(GetUser{}))
	fmt.Println(y(GetUser{}))
	// Output:
	// r-42/0/executor_test.GetUser <nil>
	// r-42/1/executor_test.GetUser <nil>
}

func ExampleStepFrom() {
	exec := executor.On(func(ctx context.Context, _ GetUser) (string, error) {
		step := executor.StepFrom(ctx)
		return fmt.Sprintf("step %s, attempt %d", step.Path(), step.Attempt()), nil
	})
	mux := executor.NewMux(exec)
	twice := executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
		fmt.Println(mux.Execute(ctx, a))
		return mux.Execute(executor.WithAttempt(ctx, 2), a)
	})
	y, end := executor.Yield(context.Background(), twice)
	defer end()
	fmt.Println(y(GetUser{}))
	// Output:
	// step 0, attempt 1 <nil>
	// step 0, attempt 2 <nil>
}

// An executor of groups, whole.
func ExampleRunGroup() {
	var exec executor.Func
	exec = func(ctx context.Context, a actions.Action) (any, error) {
		if g, ok := a.(actions.Group); ok {
			return executor.RunGroup(ctx, g, exec)
		}
		return greeter().Execute(ctx, a)
	}
	y, end := executor.Yield(context.Background(), exec)
	defer end()
	result, err := y(actions.Group{Mode: actions.Settle, Branches: []actions.Branch{
		{Leaf: GetUser{ID: 7}},
		{Leaf: GetUser{ID: 8}},
	}})
	for _, o := range result.(actions.GroupResult).Outcomes {
		fmt.Printf("%q %v\n", o.Value, o.Err)
	}
	fmt.Println(err)
	// Output:
	// "Ada" <nil>
	// "" step 0.1.0: executor_test.GetUser: no user 8
	// <nil>
}

func ExampleRefuse() {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("closing time"))
	err := executor.Refuse(ctx)
	fmt.Println(err)
	fmt.Println(errors.Is(err, context.Canceled), executor.NotDone(err))
	// Output:
	// not started: context canceled: closing time
	// true true
}

// A handler that knows that nothing happened says so. A saga then has nothing to undo.
func ExampleNotDone() {
	dial := errors.New("connection refused")
	fmt.Println(executor.NotDone(fmt.Errorf("charge: %w: %w", dial, executor.ErrNotDone)))
	fmt.Println(executor.NotDone(fmt.Errorf("charge: %w", dial)))
	// Output:
	// true
	// false
}

func ExamplePanicError() {
	y, end := executor.Yield(context.Background(), executor.Func(func(context.Context, actions.Action) (any, error) {
		panic("no more paper")
	}))
	defer end()
	_, err := y(Greet{})
	fmt.Println(err)
	var p *executor.PanicError
	fmt.Println(errors.As(err, &p), p.Value, len(p.Stack) > 0)
	// Output:
	// step 0: executor_test.Greet: panic: no more paper
	// true no more paper true
}

// A limiter that is re-entrant: an action under a permit may run a flow whose actions need one too.
func ExampleHold() {
	type permit struct{ name string }
	limited := func(ctx context.Context) context.Context {
		if executor.Holds(ctx, permit{"db"}) {
			fmt.Println("goes on with the permit that it holds")
			return ctx
		}
		fmt.Println("takes a permit")
		return executor.Hold(ctx, permit{"db"})
	}
	ctx := limited(context.Background())
	limited(ctx)
	// Output:
	// takes a permit
	// goes on with the permit that it holds
}

// until is a context with the end of one and the values of another.
type until struct {
	context.Context
	values context.Context
}

func (u until) Value(key any) any { return u.values.Value(key) }

// Shielded actions survive the end of this run, and not that of the machine.
func ExampleWithShield() {
	machine, shutDown := context.WithCancel(context.Background())
	ctx := executor.WithShield(context.Background(), func(ctx context.Context) context.Context {
		return until{machine, context.WithoutCancel(ctx)}
	})
	ctx, cancel := context.WithCancel(ctx)
	y, end := executor.Yield(ctx, greeter())
	defer end()

	cancel()
	_, err := y(Greet{Name: "nobody"})
	fmt.Println(err)
	_, err = y(actions.Shielded{Action: Greet{Name: "Ada"}})
	fmt.Println(err)
	shutDown()
	_, err = y(actions.Shielded{Action: Greet{Name: "Grace"}})
	fmt.Println(err)
	// Output:
	// step 0: executor_test.Greet: not started: context canceled
	// Hello, Ada
	// <nil>
	// step 2: executor_test.Greet: not started: context canceled
}
