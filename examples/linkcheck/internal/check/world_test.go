package check_test

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/executor/backoff"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is all that the orchestration sees: a tree and a web, both made up. Its yield carries groups out in order, on
// the caller's goroutine, and remembers what was asked.
type world struct {
	documents map[string]check.Document // by path below the root
	files     []string                  // others
	pages     map[string]any            // by URL: a check.Page or an error
	heads     map[string]any            // by URL, where HEAD is answered otherwise than GET
	asked     []string
	widest    int // the most branches of a group
}

func (w *world) yield(a actions.Action) (any, error) {
	switch a := a.(type) {
	case actions.Group:
		return w.group(a), nil
	case actions.Progress:
		return nil, nil
	case check.Locate:
		return check.Located{Root: "/root", Path: path.Clean(a.Path), Name: path.Clean(a.Path), Dir: a.Path == "."}, nil
	case check.List:
		w.asked = append(w.asked, "list "+a.Dir)
		return w.list(a.Dir), nil
	case check.Read:
		w.asked = append(w.asked, "read "+a.Path)
		return w.documents[a.Path], nil
	case check.Survey:
		w.asked = append(w.asked, "survey "+a.Path)
		return w.documents[a.Path].Outline, nil
	case check.Head:
		w.asked = append(w.asked, "head "+a.URL)
		if answer, ok := w.heads[a.URL]; ok {
			return of[check.Answer](answer)
		}
		page, err := of[check.Page](w.pages[a.URL])
		return page.Answer, err
	case check.Get:
		w.asked = append(w.asked, "get "+a.URL)
		return of[check.Page](w.pages[a.URL])
	}
	return nil, fmt.Errorf("nobody handles %s", actions.Name(a))
}

// of is a result or an error.
func of[R any](v any) (result R, err error) {
	if err, ok := v.(error); ok {
		return result, err
	}
	result, ok := v.(R)
	if !ok {
		return result, backoff.Permanent(errors.New("no answer"))
	}
	return result, nil
}

func (w *world) group(g actions.Group) actions.GroupResult {
	w.widest = max(w.widest, len(g.Branches))
	r := actions.GroupResult{Decided: -1}
	for _, b := range g.Branches {
		var o actions.Outcome[any]
		if b.Leaf != nil {
			o.Value, o.Err = w.yield(b.Leaf)
		} else {
			o.Value, o.Err = b.Flow(w.yield)
		}
		r.Outcomes = append(r.Outcomes, o)
	}
	return r
}

func (w *world) list(dir string) []check.Entry {
	var entries []check.Entry
	all := slices.Clone(w.files)
	for name := range w.documents {
		all = append(all, name)
	}
	for _, name := range all {
		below := name
		if dir != "." {
			var ok bool
			if below, ok = strings.CutPrefix(name, dir+"/"); !ok {
				continue
			}
		}
		first, _, isDir := strings.Cut(below, "/")
		e := check.Entry{Name: first}
		if isDir {
			e.Kind = check.Dir
		}
		if !slices.Contains(entries, e) {
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, func(a, b check.Entry) int { return strings.Compare(a.Name, b.Name) })
	return entries
}

// doc is a document with these links, all on one line, five characters apart.
func doc(links ...string) check.Document {
	var d check.Document
	for i, l := range links {
		d.Links = append(d.Links, check.Link{Target: l, Position: check.Position{Line: 1, Column: 1 + 5*i}})
	}
	return d
}

// page is an answer with a page that has these anchors.
func page(anchors ...string) check.Page {
	return check.Page{Answer: check.Answer{Status: 200}, Parsed: true, Document: check.Document{
		Outline: check.Outline{Anchors: anchors},
	}}
}

func answer(status int) check.Page { return check.Page{Answer: check.Answer{Status: status}} }

func redirect(status int, to string) check.Page {
	return check.Page{Answer: check.Answer{Status: status, Location: to}}
}

// told are the findings in short: "a.md:1:6 no-file b.md".
func told(r check.Report) []string {
	told := []string{}
	for _, f := range r.Findings {
		told = append(told, fmt.Sprintf("%s:%d:%d %s %s", f.File, f.Line, f.Column, f.Kind, f.Link))
	}
	return told
}
