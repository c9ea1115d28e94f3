// Checkout is a little shop that survives anything. It takes orders, and carries each out as a durable run: kill it
// with kill -9 at any moment and start it again, and it goes on where it was. Nothing is lost, and nothing is done
// twice.
//
// What it decides is in internal/order, what it does itself in internal/shop, and what others do for it in
// internal/outside. See the README.
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/baton-go/baton/examples/checkout/internal/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	// The first interrupt closes the shop, the second one ends the program.
	context.AfterFunc(ctx, stop)
	os.Exit((&command.Command{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}).Run(ctx, os.Args[1:]))
}
