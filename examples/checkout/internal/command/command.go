// Package command is the command line of the shop: it puts the parts together, runs them, and tells how it went.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/examples/checkout/internal/outside"
	"github.com/baton-go/baton/examples/checkout/internal/shop"
	"github.com/baton-go/baton/executor"
)

// The exit codes.
const (
	Done        = 0 // every order has ended, well or badly
	Interrupted = 1 // some have not
	Usage       = 2 // the command line asks for something that cannot be done
)

// Command is the program with its surroundings.
type Command struct {
	// In is where the manager answers, Out where everything is told, and Err where complaints go.
	In       io.Reader
	Out, Err io.Writer
}

// Run does what the arguments say and returns the exit code.
func (c *Command) Run(ctx context.Context, args []string) int {
	o, err := parse(args, c.In, c.Err)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return Done
	case err != nil:
		return Usage
	}
	err = c.open(ctx, o)
	if err != nil {
		fmt.Fprintln(c.Err, "checkout:", err)
		return Interrupted
	}
	return Done
}

// open opens the books, and does business until they can be closed.
func (c *Command) open(ctx context.Context, o options) (err error) {
	if err := o.prepare(); err != nil {
		return err
	}
	s, err := shop.Open(ctx, filepath.Join(o.dir, "shop.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	others, err := outside.Open(ctx, filepath.Join(o.dir, "others.db"), o.pace, o.trouble)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, others.Close()) }()

	out := &lines{out: c.Out}
	out.printf("The shop is open. Its books, and where each order stands, are in %s.", o.dir)
	out.printf("Kill me with kill -9 %d at any moment, and run me again: I go on where I was.\n", os.Getpid())
	if err := resumed(ctx, s.Store(), out); err != nil {
		return err
	}
	exec := stack(out)(executor.NewMux(s.Handlers(), others.Handlers()))
	rt, err := durable.Open(ctx, s.Store(), exec, durable.Config{
		Flows: durable.Flows(shop.Checkout), ErrorKinds: shop.Errors(), MaxConcurrent: o.atOnce,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rt.Close(context.WithoutCancel(ctx))) }()
	return c.trade(ctx, o, business{s, others, rt, out})
}

// business is what is open while the shop is.
type business struct {
	shop   *shop.Shop
	others *outside.World
	rt     *durable.Runtime
	out    *lines
}

// trade takes orders and waits for the end of all that there are, while the manager sits at the desk.
func (c *Command) trade(ctx context.Context, o options, b business) error {
	taken, err := b.shop.Take(ctx, b.rt, today(o))
	if err != nil {
		return err
	}
	b.out.printf("new orders: %d", taken)
	atDesk, goHome := context.WithCancel(ctx)
	var manager sync.WaitGroup
	manager.Go(func() { b.manage(atDesk, o, c.In) })
	all, err := ends(ctx, b.rt.Client)
	goHome()
	manager.Wait()
	if err != nil {
		return err
	}
	return b.report(ctx, all)
}
