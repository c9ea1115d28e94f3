package expr

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync/atomic"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate/rules"
)

// Policy is the rule of a file, which may be read again while the program runs. It is safe for concurrent use: an
// evaluation that began goes on with the rule that it began with.
type Policy[C any] struct {
	registry *Registry[C]
	tree     fs.FS
	file     string
	readings atomic.Uint64
	now      atomic.Pointer[loaded[C]]
}

type loaded[C any] struct {
	expr    *Expr
	rule    rules.Rule[C]
	reading uint64 // the place in the order in which readings began
}

// Open reads the expression in a file and builds its rule.
func (r *Registry[C]) Open(tree fs.FS, file string) (*Policy[C], error) {
	p := &Policy[C]{registry: r, tree: tree, file: file}
	if err := p.Reload(); err != nil {
		return nil, err
	}
	return p, nil
}

// Reload reads the file again. If there is anything wrong with it, the policy stays as it was. Of several that go on at
// the same time, the one that began last holds: after Reload the policy is never older than when it was called.
func (p *Policy[C]) Reload() error {
	reading := p.readings.Add(1)
	text, err := p.read()
	if err != nil {
		return fmt.Errorf("read policy %q: %w", p.file, err)
	}
	next := &loaded[C]{reading: reading}
	if next.expr, err = Parse(text); err == nil {
		next.rule, err = p.registry.Build(next.expr)
	}
	if err != nil {
		return named(err, p.file)
	}
	for {
		now := p.now.Load()
		if now != nil && now.reading > reading || p.now.CompareAndSwap(now, next) {
			return nil
		}
	}
}

// Rule is the rule as it was read last.
func (p *Policy[C]) Rule() rules.Rule[C] { return p.now.Load().rule }

// Check checks a value by the rule as it was read last. A durable run must not: it would go on with another rule after
// the file changed. Let it have the text as its input, and parse that.
func (p *Policy[C]) Check(y actions.Yield, c C) (rules.Verdict[C], error) {
	return p.Rule().Check(y, c)
}

// String is the expression as it was read last, in its canonical form.
func (p *Policy[C]) String() string { return Format(p.now.Load().expr) }

func (p *Policy[C]) read() (text string, err error) {
	f, err := p.tree.Open(p.file)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	data, err := io.ReadAll(io.LimitReader(f, int64(len(byteOrderMark))+MaxLength+1))
	text = strings.TrimPrefix(string(data), byteOrderMark)
	return text[:min(len(text), MaxLength+1)], err
}

// byteOrderMark is what some editors begin a file with. It is no part of the text.
const byteOrderMark = "\ufeff"

// named gives the errors the name of their file.
func named(err error, file string) error {
	if e, ok := errors.AsType[*SyntaxError](err); ok {
		if all, ok := err.(interface{ Unwrap() []error }); ok {
			for _, err := range all.Unwrap() {
				if e, ok := errors.AsType[*SyntaxError](err); ok {
					e.File = file
				}
			}
			return err
		}
		e.File = file
	}
	return err
}
