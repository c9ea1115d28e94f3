package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/baton-go/baton/examples/checkout/internal/outside"
)

const usage = `usage: checkout [flags]

A shop takes some orders and carries them out. Kill it at any moment and run it again: it goes on where it was.

`

// options is what the command line asks for.
type options struct {
	dir            string
	fresh          bool
	orders, atOnce int
	manager        string
	patience       time.Duration
	carriers       []string
	offersWithin   time.Duration
	pace           time.Duration
	trouble        float64
}

// parse reads the command line. What is wrong with it is written to out, with the usage.
func parse(args []string, in io.Reader, out io.Writer) (options, error) {
	o := options{carriers: outside.Carriers()}
	set := flag.NewFlagSet("checkout", flag.ContinueOnError)
	set.SetOutput(out)
	set.Usage = func() {
		fmt.Fprint(out, usage)
		set.PrintDefaults()
	}
	set.StringVar(&o.dir, "dir", "", "`directory` of the books\n"+
		"(default: baton-checkout in the directory of your caches)")
	set.BoolVar(&o.fresh, "fresh", false, "throw the books away first")
	set.IntVar(&o.orders, "orders", 8, "how many orders there are")
	set.IntVar(&o.atOnce, "at-once", 3, "how many orders are carried out at a time, besides those that wait")
	set.StringVar(&o.manager, "manager", "", "what the manager does: `ask` here, say yes or no, or sleep\n"+
		"(default: ask on a terminal, otherwise yes)")
	set.DurationVar(&o.pace, "pace", 300*time.Millisecond, "about how long other companies take for anything")
	set.DurationVar(&o.patience, "patience", time.Minute, "how long an order waits for the manager")
	set.DurationVar(&o.offersWithin, "offers-within", 1500*time.Millisecond, "how long carriers have for their offers")
	set.Func("carriers", "`names` of the carriers, separated by commas (default: "+strings.Join(o.carriers, ",")+")",
		func(s string) error {
			o.carriers = strings.Split(s, ",")
			return nil
		})
	set.Float64Var(&o.trouble, "trouble", 0.2, "the share of calls to other companies that break off")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	if err := o.complete(set.Args(), in); err != nil {
		fmt.Fprintln(out, "checkout:", err)
		set.Usage()
		return o, err
	}
	return o, nil
}

// complete checks the options and fills in what they leave open.
func (o *options) complete(rest []string, in io.Reader) error {
	if o.dir == "" {
		caches, err := os.UserCacheDir()
		if err != nil {
			return fmt.Errorf("where the books are to be: %w: use -dir", err)
		}
		o.dir = filepath.Join(caches, "baton-checkout")
	}
	if o.manager == "" {
		o.manager = "yes"
		if f, ok := in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
			o.manager = "ask"
		}
	}
	switch o.manager {
	case "ask", "yes", "no", "sleep":
	default:
		return fmt.Errorf("-manager must be ask, yes, no or sleep, got %q", o.manager)
	}
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unexpected argument %q", rest[0])
	case o.orders < 0:
		return fmt.Errorf("-orders must be at least 0, got %d", o.orders)
	case o.atOnce < 1:
		return fmt.Errorf("-at-once must be at least 1, got %d", o.atOnce)
	case o.pace <= 0 || o.patience <= 0 || o.offersWithin <= 0:
		return errors.New("-pace, -patience and -offers-within must be positive")
	case o.trouble < 0 || o.trouble > 0.5:
		return fmt.Errorf("-trouble must be between 0 and 0.5, got %v", o.trouble)
	}
	return nil
}

// prepare makes the directory of the books.
func (o *options) prepare() error {
	if o.fresh {
		for _, name := range []string{"shop.db", "others.db"} {
			for _, suffix := range []string{"", "-wal", "-shm", "-lock"} {
				err := os.Remove(filepath.Join(o.dir, name+suffix))
				if err != nil && !errors.Is(err, os.ErrNotExist) {
					return err
				}
			}
		}
	}
	return os.MkdirAll(o.dir, 0o755)
}
