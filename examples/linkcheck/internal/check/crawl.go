package check

import "github.com/baton-go/baton/actions"

// visit is a page that was read.
type visit struct {
	url string
	outcome
	result
}

// crawl reads pages, and as deep as the job says the pages of the same hosts that they link to, level by level. It
// collects all their links.
func (r *run) crawl(y actions.Yield, pages []string) error {
	var level []string
	for _, page := range pages {
		t := parseURL(page, page)
		if t.class == malformed {
			r.report.Findings = append(r.report.Findings, Finding{
				File: page, Link: page, Kind: t.bad.kind, Message: t.bad.message,
			})
			continue
		}
		level = append(level, t.url)
		r.uses = append(r.uses, use{t.url, Link{Target: page}, t.url, ""}) // so that a page that is not there is reported
	}
	for depth := 0; len(level) > 0; depth++ {
		level = r.unread(level)
		visits, err := each(y, "page", level, r.page)
		var next []string
		for _, v := range visits {
			v.Links = nil // what is known of a page are its anchors
			r.known[v.url] = v.outcome
			if v.Parsed {
				r.take([]result{v.result})
			}
			for _, u := range v.uses {
				if host(u.url) == host(v.outcome.url) {
					next = append(next, u.url)
				}
			}
		}
		if err != nil || depth == r.job.Depth {
			return err
		}
		level = next
	}
	return nil
}

// unread are the URLs that were not read before, each once.
func (r *run) unread(urls []string) []string {
	var unread []string
	seen := map[string]bool{}
	for _, u := range urls {
		if _, ok := r.known[u]; !ok && !seen[u] {
			seen[u] = true
			unread = append(unread, u)
		}
	}
	return unread
}

// page reads a page and collects its links.
func (r *run) page(y actions.Yield, url string) (visit, error) {
	o, err := ask(y, url, true)
	if err != nil {
		return visit{}, err
	}
	v := visit{url: url, outcome: o}
	base := o.url
	if o.Base != "" {
		if t := parse(o.Base, base); t.class == remote {
			base = t.url
		}
	}
	v.links = len(o.Links)
	for _, l := range o.Links {
		t := parse(l.Target, base)
		switch {
		case r.leavesOut(l.Target, t):
			v.skipped++
		case t.class == malformed:
			v.findings = append(v.findings, Finding{url, l.Position, l.Target, t.bad.kind, t.bad.message, ""})
		default:
			v.uses = append(v.uses, use{url, l, t.url, t.fragment})
		}
	}
	return v, nil
}
