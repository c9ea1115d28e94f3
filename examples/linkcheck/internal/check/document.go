package check

import (
	"fmt"
	"path"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// document reads a document, judges the links that stay in its tree, and collects those to URLs.
func (r *run) document(y actions.Yield, at source) (result, error) {
	d, err := orchestrate.Do(y, Read{Root: at.tree.root, Path: at.path})
	switch {
	case stopped(err):
		return result{}, err
	case err != nil:
		return result{findings: []Finding{unreadable(at, err)}}, nil
	}
	judge := &judge{source: at, outline: d.Outline, verdicts: map[string]verdict{}}
	res := result{links: len(d.Links) + len(d.Undefined)}
	for _, l := range d.Links {
		t := parseIn(d, l.Target)
		if r.leavesOut(l.Target, t) {
			res.skipped++
			continue
		}
		if t.class == remote {
			res.uses = append(res.uses, use{at.name, l, t.url, t.fragment})
			continue
		}
		v, err := judge.link(y, l.Target, t)
		if err != nil {
			return result{}, err
		}
		if v.kind != "" {
			res.findings = append(res.findings, Finding{at.name, l.Position, l.Target, v.kind, v.message, v.suggestion})
		}
	}
	for _, l := range d.Undefined {
		if r.job.Exclude.link(l.Target) {
			res.skipped++
			continue
		}
		res.findings = append(res.findings, undefined(at.name, l))
	}
	return res, nil
}

// leavesOut tells whether a link is not checked.
func (r *run) leavesOut(link string, t target) bool {
	switch {
	case t.class == skipped, t.class == remote && r.job.Offline, r.job.Exclude.link(link):
		return true
	}
	return t.class == remote && r.job.Exclude.link(t.url)
}

// parseIn takes a link of a document in a tree apart. The document can say that its links are relative to a URL, or to
// another place in the tree.
func parseIn(d Document, link string) target {
	switch base := parse(d.Base, ""); {
	case d.Base == "":
		return parse(link, "")
	case base.class == remote:
		return parse(link, base.url)
	case base.class == local:
		t := parse(link, "")
		if t.class == local && !strings.HasPrefix(t.path, "/") {
			t.path = path.Join(path.Dir(base.path+"x"), t.path)
		}
		return t
	}
	return target{class: skipped} // nobody knows what it is relative to
}

func unreadable(at source, err error) Finding {
	return Finding{File: at.name, Link: at.name, Kind: Unreadable, Message: Because(err)}
}

func undefined(name string, l Link) Finding {
	return Finding{
		File: name, Position: l.Position, Link: l.Target, Kind: NoReference,
		Message: fmt.Sprintf("nothing defines the label [%s]", l.Target),
	}
}
