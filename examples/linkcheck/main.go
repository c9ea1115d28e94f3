// Linkcheck finds the dead links of Markdown and HTML: in files, in directories, and on the web.
//
// What it decides is in internal/check, what it does in internal/disk and internal/web, and how it is kept from doing
// too much of it in internal/policy. See the README.
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/baton-go/baton/examples/linkcheck/internal/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	// The first interrupt ends the run, the second one the program.
	context.AfterFunc(ctx, stop)
	os.Exit((&command.Command{Out: os.Stdout, Err: os.Stderr}).Run(ctx, os.Args[1:]))
}
