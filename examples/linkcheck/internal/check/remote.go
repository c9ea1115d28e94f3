package check

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// question is one URL with all the links to it.
type question struct {
	url  string
	uses []use
}

// remote asks for each distinct URL once, and judges every link to it.
func (r *run) remote(y actions.Yield) error {
	questions := r.questions()
	r.report.URLs += len(questions)
	answers, err := each(y, "URL", questions, r.answer)
	for _, findings := range answers {
		r.report.Findings = append(r.report.Findings, findings...)
	}
	return err
}

// questions groups the links by URL. The URLs of one host are put far apart, so that the limits of a host keep those of
// others waiting as little as possible.
func (r *run) questions() []question {
	index := map[string]int{}
	var questions []question
	for _, u := range r.uses {
		i, ok := index[u.url]
		if !ok {
			i = len(questions)
			index[u.url] = i
			questions = append(questions, question{url: u.url})
		}
		questions[i].uses = append(questions[i].uses, u)
	}
	slices.SortFunc(questions, func(a, b question) int { return cmp.Compare(a.url, b.url) })
	turn := make(map[string]int, len(questions)) // when each URL has its turn: the nth of its host
	hosts := map[string]int{}
	for _, q := range questions {
		turn[q.url] = hosts[host(q.url)]
		hosts[host(q.url)]++
	}
	slices.SortStableFunc(questions, func(a, b question) int { return cmp.Compare(turn[a.url], turn[b.url]) })
	return questions
}

// answer asks one question and judges the links.
func (r *run) answer(y actions.Yield, q question) ([]Finding, error) {
	o, ok := r.known[q.url]
	if !ok {
		wantAnchors := slices.ContainsFunc(q.uses, func(u use) bool { return needsAnchor(u.fragment) })
		var err error
		if o, err = ask(y, q.url, wantAnchors); err != nil {
			return nil, err
		}
	}
	var findings []Finding
	for _, u := range q.uses {
		if v := o.judge(u.fragment); v.kind != "" {
			findings = append(findings, Finding{u.source, u.Position, u.Target, v.kind, v.message, v.suggestion})
		}
	}
	return findings, nil
}

// outcome is what came of asking for a URL.
type outcome struct {
	Page
	// url is where redirects have led, and moved where the permanent ones among them have, or "".
	url, moved string
	// failed says why there is no answer.
	failed verdict
}

// maxRedirects is as many as browsers follow (Fetch, section 4.4).
const maxRedirects = 20

// ask asks for a URL and follows where it redirects. Its error says that the run is over.
func ask(y actions.Yield, link string, parse bool) (outcome, error) {
	o := outcome{url: link}
	permanent := true
	visited := map[string]bool{link: true}
	for {
		page, err := request(y, o.url, parse)
		switch {
		case stopped(err):
			return o, err
		case err != nil:
			o.failed = failure(err)
			return o, nil
		}
		o.Page = page
		if !isRedirect(page.Status) {
			return o, nil
		}
		to, problem := redirect(o.url, page.Location)
		switch {
		case problem != "":
			o.failed = verdict{kind: BadRedirect, message: problem}
		case visited[to]:
			o.failed = verdict{kind: BadRedirect, message: "redirects in a loop, by way of " + to}
		case len(visited) > maxRedirects:
			o.failed = verdict{kind: BadRedirect, message: fmt.Sprintf("more than %d redirects", maxRedirects)}
		}
		if o.failed.kind != "" {
			return o, nil
		}
		visited[to] = true
		o.url = to
		if permanent = permanent && isPermanent(page.Status); permanent {
			o.moved = to
		}
	}
}

// request asks with HEAD where that may do, and with GET where the content is wanted or the server refuses HEAD: what
// it says is not there by HEAD is often there by GET.
func request(y actions.Yield, url string, parse bool) (Page, error) {
	if !parse {
		answer, err := orchestrate.Do(y, Head{URL: url})
		if !refusesHead(answer, err) {
			return Page{Answer: answer}, err
		}
	}
	return orchestrate.Do(y, Get{URL: url, Parse: parse})
}

// refusesHead tells whether an answer to HEAD may be about the method and not the URL.
func refusesHead(answer Answer, err error) bool {
	if e, ok := errors.AsType[*StatusError](err); ok {
		return e.Status >= 500
	}
	return err == nil && answer.Status >= 400 && answer.Status != 401 && answer.Status != 410
}

// failure is what an error says about a URL.
func failure(err error) verdict {
	v := verdict{kind: Unreachable, message: Because(err)}
	if e, ok := errors.AsType[*StatusError](err); ok {
		v.kind = BadStatus
		if isUnverified(e.Status) {
			v.kind = Unverified
		}
	}
	return v
}

func isRedirect(status int) bool {
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308
}

func isPermanent(status int) bool { return status == 301 || status == 308 }

// redirect is where a redirect leads, or what is wrong with it.
func redirect(from, location string) (to, problem string) {
	if location == "" {
		return "", "redirects to nowhere"
	}
	base, err := url.Parse(from)
	if err != nil {
		return "", plain(err)
	}
	u, err := base.Parse(location)
	switch {
	case err != nil:
		return "", "redirects to a bad URL: " + plain(err)
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return "", "redirects to " + u.Scheme + ":, which is not the web"
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String(), ""
}

// needsAnchor tells whether a fragment on a remote page is checked. Those are not that a program puts there.
func needsAnchor(fragment string) bool {
	return !needsNothing(fragment) && !linePattern.MatchString(fragment) && !forgePattern.MatchString(fragment)
}

// judge judges a link to the URL, with a fragment or without.
func (o outcome) judge(fragment string) verdict {
	switch {
	case o.failed.kind != "":
		return o.failed
	case isUnverified(o.Status):
		return verdict{kind: Unverified, message: "the server answers " + status(o.Status)}
	case o.Status < 200 || o.Status >= 400:
		return verdict{kind: BadStatus, message: "the server answers " + status(o.Status)}
	}
	if o.Parsed && needsAnchor(fragment) {
		if v := judgeAnchor(fragment, o.Outline); v.kind != "" && !o.Cut {
			return v
		}
	}
	if o.moved != "" {
		v := verdict{kind: Moved, message: "moved permanently", suggestion: o.moved}
		if fragment != "" {
			v.suggestion += "#" + fragment
		}
		return v
	}
	return verdict{}
}

// isUnverified tells that a server answers, but not us: it wants a login, a person, or fewer questions.
func isUnverified(status int) bool {
	switch status {
	case 401, 402, 403, 407, 429, 451, 999:
		return true
	}
	return false
}
