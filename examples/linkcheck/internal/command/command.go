// Package command is the command line of linkcheck: it puts the parts together, runs them, and tells how it went.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/term"

	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/examples/linkcheck/internal/disk"
	"github.com/baton-go/baton/examples/linkcheck/internal/policy"
	"github.com/baton-go/baton/examples/linkcheck/internal/progress"
	"github.com/baton-go/baton/examples/linkcheck/internal/report"
	"github.com/baton-go/baton/examples/linkcheck/internal/web"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// The exit codes.
const (
	Alive = 0 // every link that was checked is alive, and every link was checked
	Dead  = 1 // some are dead, or the run was interrupted
	Usage = 2 // the command line asks for something that cannot be done
)

// Command is the program with its surroundings.
type Command struct {
	// Out is where the report goes, Err where the bar, the log and complaints go.
	Out, Err io.Writer
	// Transport carries requests. Nil is the network.
	Transport http.RoundTripper
}

// Run does what the arguments say and returns the exit code. When ctx is cancelled it reports what it knows by then.
func (c *Command) Run(ctx context.Context, args []string) int {
	o, err := parse(args, c.Err)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return Alive
	case err != nil:
		return Usage
	}
	found, err := c.check(ctx, o)
	if err != nil {
		fmt.Fprintln(c.Err, "linkcheck:", check.Because(err))
		return Usage
	}
	write := report.Text
	if o.json {
		write = report.JSON
	}
	if err := write(c.Out, found); err != nil {
		fmt.Fprintln(c.Err, "linkcheck:", err)
		return Usage
	}
	if found.Interrupted || found.Broken() > 0 {
		return Dead
	}
	return Alive
}

// check runs the orchestration with the executor that the options ask for.
func (c *Command) check(ctx context.Context, o options) (check.Report, error) {
	client := web.NewClient(o.agent)
	if c.Transport != nil {
		client = web.NewClientWith(o.agent, c.Transport)
	}
	defer client.Close()
	if o.verbose {
		o.Logger = newLogger(c.Err)
	} else if width, ok := terminalWidth(c.Err); ok {
		bar := progress.New(c.Err, width)
		defer bar.Clear()
		o.Observer = bar
	}
	exec := policy.Stack(o.Policy)(executor.NewMux(disk.Handlers(), client.Handlers()))
	return orchestrate.Run(ctx, orchestrate.Bind(check.Links, o.Job), exec)
}

func terminalWidth(w io.Writer) (int, bool) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	return width, err == nil
}

// newLogger makes a logger for people, who read it while the program runs.
func newLogger(w io.Writer) *zap.Logger {
	config := zap.NewDevelopmentEncoderConfig()
	config.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05.000")
	encoder := zapcore.NewConsoleEncoder(config)
	return zap.New(zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(w)), zap.DebugLevel))
}
