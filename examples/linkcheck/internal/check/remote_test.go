package check_test

import (
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
)

// one checks a document with one link against a web.
func one(t *testing.T, link string, pages, heads map[string]any) (check.Report, []string) {
	t.Helper()
	w := &world{documents: map[string]check.Document{"a.md": doc(link)}, pages: pages, heads: heads}
	r, err := check.Links(w.yield, check.Job{Paths: []string{"a.md"}})
	require.NoError(t, err)
	return r, w.asked[1:]
}

func TestAnswersAreJudged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		link    string
		page    any
		kind    check.Kind
		message string
	}{
		{link: "http://a.site", page: answer(200)},
		{link: "http://A.Site/", page: answer(204)},
		{"http://a.site/", answer(404), check.BadStatus, "the server answers 404 Not Found"},
		{"http://a.site/", answer(599), check.BadStatus, "the server answers 599"},
		{"http://a.site/", answer(403), check.Unverified, "the server answers 403 Forbidden"},
		{"http://a.site/", errors.New("reset"), check.Unreachable, "reset"},
		{"http://a.site/", &check.StatusError{Status: 503}, check.BadStatus, "the server answers 503 Service Unavailable"},
		{
			"http://a.site/",
			&backoff.RetryError{Attempts: 2, Errs: []error{errors.New("x"), &check.StatusError{Status: 429}}},
			check.Unverified, "2 attempts: the server answers 429 Too Many Requests",
		},
		{link: "http://a.site/#there", page: page("there")},
		{link: "http://a.site/#there", page: page("user-content-there")},
		{link: "http://a.site/#L10-L20", page: page()},
		{link: "http://a.site/#issuecomment-123", page: page()},
		{link: "http://a.site/#discussion_r123", page: page()},
		{link: "http://a.site/#!/route", page: page()},
		{link: "http://a.site/#page=2", page: answer(200)}, // not a page of HTML
		{"http://a.site/#thre", page("there"), check.NoAnchor, `there is no anchor "thre"`},
		{link: "http://a.site/#x", page: check.Page{Answer: check.Answer{Status: 200}, Parsed: true, Cut: true}},
		{link: "http://a.site/%7Euser?q=%zz#", page: answer(200)},
	} {
		t.Run(fmt.Sprint(c.link, c.page), func(t *testing.T) {
			t.Parallel()
			r, _ := one(t, c.link, map[string]any{"http://a.site/": c.page, "http://a.site/%7Euser?q=%zz": c.page}, nil)
			if c.kind == "" {
				require.Empty(t, r.Findings)
				return
			}
			require.Len(t, r.Findings, 1)
			require.Equal(t, c.kind, r.Findings[0].Kind)
			require.Equal(t, c.message, r.Findings[0].Message)
		})
	}
}

func TestWhatHeadRefusesGetDecides(t *testing.T) {
	t.Parallel()
	const url = "http://a.site/"
	for _, c := range []struct {
		head  any
		asked int
	}{
		{answer(200).Answer, 1},
		{answer(401).Answer, 1},
		{answer(410).Answer, 1},
		{answer(403).Answer, 2},
		{answer(404).Answer, 2},
		{answer(405).Answer, 2},
		{answer(501).Answer, 2},
		{&check.StatusError{Status: 500}, 2},
		{&check.StatusError{Status: 429}, 1},
		{&check.StatusError{Status: 503}, 2},
		{errors.New("reset"), 2},
		{backoff.Permanent(errors.New("no such host")), 1},
		{backoff.After(&check.StatusError{Status: 503}, time.Minute), 1},
		{executor.ErrNotDone, 1},
	} {
		t.Run(fmt.Sprint(c.head), func(t *testing.T) {
			t.Parallel()
			_, asked := one(t, url, map[string]any{url: answer(200)}, map[string]any{url: c.head})
			require.Equal(t, []string{"head " + url, "get " + url}[:c.asked], asked)
		})
	}
}

func TestRedirectsAreFollowedAndPermanentOnesNoted(t *testing.T) {
	t.Parallel()
	pages := map[string]any{
		"http://a.site/301":     redirect(301, "/308"),
		"http://a.site/308":     redirect(308, "/302"),
		"http://a.site/302":     redirect(302, "//b.site/end#frag"),
		"http://b.site/end":     page("x"),
		"http://a.site/loop":    redirect(302, "loop2"),
		"http://a.site/loop2":   redirect(307, "loop"),
		"http://a.site/nowhere": redirect(303, ""),
		"http://a.site/bad":     redirect(302, "http://[/"),
		"http://a.site/ftp":     redirect(302, "ftp://a.site/"),
		"http://a.site/dead":    redirect(301, "/404"),
		"http://a.site/404":     answer(404),
	}
	for i := range 30 {
		pages[fmt.Sprintf("http://a.site/far%d", i)] = redirect(302, fmt.Sprintf("/far%d", i+1))
	}
	for link, want := range map[string]struct {
		kind                check.Kind
		message, suggestion string
	}{
		"http://a.site/302":     {},
		"http://a.site/302#x":   {},
		"http://a.site/308":     {check.Moved, "moved permanently", "http://a.site/302"},
		"http://a.site/301#x":   {check.Moved, "moved permanently", "http://a.site/302#x"},
		"http://a.site/302#y":   {check.NoAnchor, `there is no anchor "y"`, "#x"},
		"http://a.site/loop":    {check.BadRedirect, "redirects in a loop, by way of http://a.site/loop", ""},
		"http://a.site/nowhere": {check.BadRedirect, "redirects to nowhere", ""},
		"http://a.site/bad":     {check.BadRedirect, "redirects to a bad URL: missing ']' in host", ""},
		"http://a.site/ftp":     {check.BadRedirect, "redirects to ftp:, which is not the web", ""},
		"http://a.site/far0":    {check.BadRedirect, "more than 20 redirects", ""},
		"http://a.site/far12":   {check.Unreachable, "no answer", ""},
		"http://a.site/dead":    {check.BadStatus, "the server answers 404 Not Found", ""},
	} {
		t.Run(link, func(t *testing.T) {
			t.Parallel()
			r, _ := one(t, link, pages, nil)
			if want.kind == "" {
				require.Empty(t, r.Findings)
				return
			}
			require.Len(t, r.Findings, 1)
			f := r.Findings[0]
			require.Equal(t, want.kind, f.Kind)
			require.Equal(t, want.message, f.Message)
			require.Equal(t, want.suggestion, f.Suggestion)
		})
	}
}

func TestTheHostsOfAllLinksHaveTheirTurns(t *testing.T) {
	t.Parallel()
	w := &world{documents: map[string]check.Document{"a.md": doc(
		"http://a.site/1", "http://a.site/2", "http://a.site/3", "http://b.site/1", "http://b.site/2", "http://c.site:80/",
	)}}
	_, err := check.Links(w.yield, check.Job{Paths: []string{"a.md"}})
	require.NoError(t, err)
	require.Equal(t, []string{
		"read a.md", "head http://a.site/1", "head http://b.site/1", "head http://c.site:80/",
		"head http://a.site/2", "head http://b.site/2", "head http://a.site/3",
	}, w.asked)
	require.Equal(t, "c.site:80", check.Head{URL: "http://user@c.site:80/x"}.Host())
	require.Equal(t, "c.site", check.Get{URL: "https://c.site?x"}.Host())
}

func TestFiftyThousandLinksAreNotFiftyThousandBranches(t *testing.T) {
	t.Parallel()
	links := make([]string, 50_000)
	for i := range links {
		links[i] = fmt.Sprintf("http://h%d.site/%d", i%100, i)
	}
	w := &world{documents: map[string]check.Document{"a.md": doc(links...)}}
	r, err := check.Links(w.yield, check.Job{Paths: []string{"a.md"}})
	require.NoError(t, err)
	require.Equal(t, len(links), r.URLs)
	require.Len(t, w.asked, 1+len(links))
	require.Equal(t, 64, w.widest)
}

func TestPagesAreCrawledAsDeepAsTheJobSays(t *testing.T) {
	t.Parallel()
	linking := func(links ...string) check.Page {
		p := page("here")
		p.Links = doc(links...).Links
		return p
	}
	web := map[string]any{
		"http://a.site/":    linking("one", "#here", "#gone", "http://b.site/", "mailto:x", "one#here"),
		"http://a.site/one": linking("/two", "/"),
		"http://a.site/two": linking("/three"),
		"http://b.site/":    answer(404),
	}
	for depth, want := range map[int][]string{
		0: {
			"get http://a.site/", "get http://a.site/one", "head http://b.site/", "get http://b.site/",
		},
		1: {
			"get http://a.site/", "get http://a.site/one", "head http://b.site/", "head http://a.site/two",
			"get http://b.site/",
		},
		5: {
			"get http://a.site/", "get http://a.site/one", "get http://a.site/two", "get http://a.site/three",
			"head http://b.site/", "get http://b.site/",
		},
	} {
		t.Run(strconv.Itoa(depth), func(t *testing.T) {
			t.Parallel()
			w := &world{pages: web}
			r, err := check.Links(w.yield, check.Job{Paths: []string{"http://a.site"}, Depth: depth})
			require.NoError(t, err)
			require.ElementsMatch(t, want, w.asked)
			require.Subset(t, told(r), []string{
				"http://a.site/:1:11 no-anchor #gone",
				"http://a.site/:1:16 bad-status http://b.site/",
				"http://a.site/:1:21 bad-address mailto:x",
			})
		})
	}
}

func TestAPageThatIsNotThereIsReported(t *testing.T) {
	t.Parallel()
	w := &world{pages: map[string]any{"http://localhost:8080/": answer(404)}}
	r, err := check.Links(w.yield, check.Job{Paths: []string{"http://localhost:8080", "http://"}})
	require.NoError(t, err)
	require.Equal(t, []string{
		"http://:0:0 bad-url http://",
		"http://localhost:8080/:0:0 bad-status http://localhost:8080",
	}, told(r))
}
