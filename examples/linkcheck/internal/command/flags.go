package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/examples/linkcheck/internal/policy"
)

const usage = `usage: linkcheck [flags] PATH|URL...

Checks the links of the Markdown and HTML files at or below each PATH, and of the page at each URL.
Exits with 0 if all links are alive, 1 if some are dead, and 2 if it was asked for something that it cannot do.

`

// options is what the command line asks for.
type options struct {
	check.Job
	policy.Policy
	agent         string
	json, verbose bool
}

// parse reads the command line. What is wrong with it is written to out, with the usage.
func parse(args []string, out io.Writer) (options, error) {
	o := options{Policy: policy.Default()}
	set := flag.NewFlagSet("linkcheck", flag.ContinueOnError)
	set.SetOutput(out)
	set.Usage = func() {
		fmt.Fprint(out, usage)
		set.PrintDefaults()
	}
	set.BoolVar(&o.Offline, "offline", false, "check files and anchors only, and ask no server")
	set.BoolVar(&o.json, "json", false, "write the report as JSON")
	set.BoolVar(&o.verbose, "v", false, "log every request to standard error")
	set.StringVar(&o.Root, "root", "", "`directory` that /links start from and that no link may leave\n"+
		"(default: the repository that a PATH is in, else the PATH itself)")
	set.Func("exclude", "`pattern` of documents, directories and links to leave out:\n"+
		"a glob, or a /regular expression/ (may be given several times)", func(s string) error {
		p, err := check.ParsePattern(s)
		o.Exclude = append(o.Exclude, p)
		return err
	})
	set.IntVar(&o.Depth, "depth", 0, "how many links to follow from a URL to other pages of the same host")
	set.IntVar(&o.Concurrency, "concurrency", o.Concurrency, "how many requests are under way at once")
	set.IntVar(&o.Rate, "rate", o.Rate, "how many requests a host gets in a second")
	set.IntVar(&o.Retries, "retries", o.Retries, "how often a request is tried again that failed for what may pass")
	set.DurationVar(&o.Timeout, "timeout", o.Timeout, "how long a request may take")
	set.StringVar(&o.agent, "agent", "linkcheck/1.0 (+https://github.com/baton-go/baton)", "the `name` told to servers")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	o.Paths = set.Args()
	if err := o.validate(); err != nil {
		fmt.Fprintln(out, "linkcheck:", err)
		set.Usage()
		return o, err
	}
	return o, nil
}

func (o *options) validate() error {
	switch {
	case len(o.Paths) == 0:
		return errors.New("nothing to check: name a file, a directory or a URL")
	case o.Depth < 0:
		return fmt.Errorf("-depth must be at least 0, got %d", o.Depth)
	case o.Concurrency < 1:
		return fmt.Errorf("-concurrency must be at least 1, got %d", o.Concurrency)
	case o.Rate < 1:
		return fmt.Errorf("-rate must be at least 1, got %d", o.Rate)
	case o.Retries < 0:
		return fmt.Errorf("-retries must be at least 0, got %d", o.Retries)
	case o.Timeout <= 0:
		return fmt.Errorf("-timeout must be positive, got %v", o.Timeout)
	}
	for _, p := range o.Paths {
		switch {
		case p == "":
			return errors.New("a PATH is empty; the current directory is \".\"")
		case strings.HasPrefix(p, "-"):
			return fmt.Errorf("flags go before the first PATH; a file of that name is ./%s", p)
		case o.Offline && check.IsURL(p):
			return fmt.Errorf("%s cannot be checked with -offline", p)
		}
	}
	return nil
}
