package check

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

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

// request asks with HEAD where that may do, and with GET where the content is wanted or HEAD may be what is wrong: what
// is not there by HEAD is often there by GET, and some servers never answer it.
func request(y actions.Yield, url string, parse bool) (Page, error) {
	if !parse {
		answer, err := orchestrate.Do(y, Head{URL: url})
		if !refusesHead(answer, err) {
			return Page{Answer: answer}, err
		}
	}
	return orchestrate.Do(y, Get{URL: url, Parse: parse})
}

// refusesHead tells whether what came of HEAD may be about the method and not the URL. It is not if the request never
// got there, or if the server wants to be asked later.
func refusesHead(answer Answer, err error) bool {
	if err == nil {
		return answer.Status >= 400 && answer.Status != 401 && answer.Status != 410
	}
	return !stopped(err) && !AsksToWait(err) && !backoff.IsPermanent(last(err)) && !executor.NotDone(err)
}

// AsksToWait tells whether an error is a server's wish to be asked again, but later.
func AsksToWait(err error) bool {
	e, ok := errors.AsType[*StatusError](last(err))
	_, says := backoff.RetryAfter(err)
	return ok && (says || e.Status == 429)
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
