// Welcome greets the users of a container. The workflow decides; the handlers below it do.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Fetch asks for the first items of a container.
type Fetch struct {
	actions.Returns[[]string]
	Container string
	Items     int
}

// Greet asks for a greeting.
type Greet struct {
	actions.Returns[actions.Void]
	Name string
}

// Welcome is the workflow: it fetches three users and greets each.
func Welcome(y actions.Yield, container string) ([]string, error) {
	users, err := orchestrate.Do(y, Fetch{Container: container, Items: 3})
	if err != nil {
		return nil, err
	}
	for _, user := range users {
		if err := orchestrate.Tell(y, Greet{Name: user}); err != nil {
			return nil, err
		}
	}
	return users, nil
}

func main() {
	containers := map[string][]string{"users": {"Ada", "Grace", "Edsger", "Barbara"}}

	exec := executor.NewMux(
		executor.On(func(_ context.Context, a Fetch) ([]string, error) {
			items := containers[a.Container]
			return items[:min(a.Items, len(items))], nil
		}),
		executor.OnVoid(func(_ context.Context, a Greet) error {
			_, err := fmt.Printf("Hello, %s!\n", a.Name)
			return err
		}),
	)

	users, err := orchestrate.Run(context.Background(), orchestrate.Bind(Welcome, "users"), exec)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(users), "users greeted")
}
