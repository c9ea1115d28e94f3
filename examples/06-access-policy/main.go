// Access-policy decides who may do what with a document, by a policy that is a text file.
//
// The policy (access.rule, or a file that you name) asks an SQLite database about users and permissions, and an HTTP
// service about bills. Both are the example's own, and pretend to be far away. Everything that the policy asks for is
// an action: what answers is in database.go and billing.go, the words of the policy are in policy.go, and its test
// needs neither.
//
//	go run ./examples/06-access-policy
//	go run ./examples/06-access-policy -policy my.rule -user bob -action edit -document plans
package main

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/rules"
	"github.com/baton-go/baton/orchestrate/rules/expr"
)

//go:embed access.rule
var files embed.FS

// options are what the command line says.
type options struct {
	policy  string // a file, or empty for access.rule
	request Request
	far     time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.policy, "policy", "", "the file of the policy; its own if empty")
	flag.StringVar(&o.request.User, "user", "", "decide about this user only")
	flag.StringVar(&o.request.Action, "action", "read", "what the user wants to do")
	flag.StringVar(&o.request.Document, "document", "plans", "with which document")
	flag.DurationVar(&o.far, "far", 30*time.Millisecond, "how long every answer takes")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, o options) (err error) {
	policy, err := open(o.policy)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "access-policy")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	db, err := openDatabase(ctx, filepath.Join(dir, "access.db"), o.far)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.db.Close()) }()
	bills := startBilling(o.far)
	defer bills.server.Close()

	g := &gate{out: out, policy: policy, exec: stack(append(db.handlers(), bills.client())...)}
	fmt.Fprintf(out, "The policy:\n%s\n\nIn words:\n%s", policy, indented(rules.Explain(policy.Rule())))
	requests := []Request{
		{User: "ada", Action: "edit", Document: "plans", Owner: "ada", Bytes: 20},
		{User: "bob", Action: "read", Document: "plans", Owner: "ada"},
		{User: "bob", Action: "edit", Document: "plans", Owner: "ada", Bytes: 20},
		{User: "cleo", Role: "admin", Action: "edit", Document: "plans", Owner: "ada", Bytes: 2000},
		{User: "dan", Action: "edit", Document: "secrets", Owner: "ada"},
	}
	if o.request.User != "" {
		requests = []Request{o.request}
	}
	for _, r := range requests {
		if err := g.decide(ctx, r); err != nil {
			return err
		}
	}
	return g.compare(ctx, requests[0])
}

// open opens a policy file, or the one that is part of the program.
func open(file string) (*expr.Policy[Request], error) {
	if file == "" {
		return words.Open(files, "access.rule")
	}
	return words.Open(os.DirFS(filepath.Dir(file)), filepath.Base(file))
}

// stack is the executor: a breaker around billing, and nothing around the rest.
func stack(handlers ...executor.Handler) executor.Executor {
	circuit := combinators.NewCircuit(combinators.CircuitConfig{Failures: 5})
	return combinators.Chain(
		combinators.Parallelize(),
		executor.System,
		combinators.Named("billing", combinators.Breaker(circuit)),
	)(executor.NewMux(handlers...))
}

// gate decides about requests, and tells why.
type gate struct {
	out    io.Writer
	policy *expr.Policy[Request]
	exec   executor.Executor
}

// decide checks a request. If the answer is no, it asks for all reasons; what could not be found out is an error.
func (g *gate) decide(ctx context.Context, r Request) error {
	fmt.Fprintf(g.out, "\n%s wants to %s %s: ", r.User, r.Action, r.Document)
	traced, err := orchestrate.Run(ctx, orchestrate.Bind(g.policy.Rule().Trace, r), g.exec)
	if err != nil {
		return err
	}
	if traced.OK {
		fmt.Fprintln(g.out, "yes")
	} else {
		report, err := orchestrate.Run(ctx, orchestrate.Bind(g.policy.Rule().Validate, r), g.exec)
		if err != nil {
			return err
		}
		fmt.Fprintln(g.out, "no")
		for _, reason := range report.Reasons {
			fmt.Fprintln(g.out, "  because", reason.Message)
		}
	}
	for _, note := range traced.Notes {
		switch {
		case note.Winner != "":
			fmt.Fprintf(g.out, "  %s was decided by %s\n", note.Rule, note.Winner)
		case note.Attempts > 0:
			fmt.Fprintf(g.out, "  %s took %d attempts: %v\n", note.Rule, note.Attempts, note.Errs)
		default:
			fmt.Fprintf(g.out, "  %s did without what went wrong: %v\n", note.Rule, note.Errs)
		}
	}
	for _, leaf := range traced.Ran {
		fmt.Fprintf(g.out, "  [%s] %v %s %v\n", leaf.Path, leaf.OK, leaf.Rule, leaf.Took.Round(time.Millisecond))
	}
	return nil
}

// compare tells how long a policy takes whose parts run side by side, and one whose parts run one after the other.
func (g *gate) compare(ctx context.Context, r Request) error {
	inOrder, err := words.Parse(strings.ReplaceAll(g.policy.String(), ":parallel", ""))
	if err != nil {
		return err
	}
	fmt.Fprintln(g.out)
	for _, c := range []struct {
		how  string
		rule rules.Rule[Request]
	}{{"one after the other", inOrder}, {"side by side", g.policy.Rule()}} {
		began := time.Now()
		if _, err := orchestrate.Run(ctx, orchestrate.Bind(c.rule.Check, r), g.exec); err != nil {
			return err
		}
		fmt.Fprintf(g.out, "%s: %v\n", c.how, time.Since(began).Round(time.Millisecond))
	}
	return nil
}

func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
}
