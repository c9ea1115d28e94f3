package check_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

func TestTheOrchestrationRunsWithAYieldOfOnesOwn(t *testing.T) {
	t.Parallel()
	w := &world{
		documents: map[string]check.Document{
			"README.md":     doc("docs/guide.md", "docs/gone.md", "http://a.site/x", "http://a.site/y", "http://a.site/x#z"),
			"docs/guide.md": doc("../README.md", "http://a.site/y"),
		},
		pages: map[string]any{"http://a.site/x": page("z"), "http://a.site/y": answer(404)},
	}
	r, err := check.Links(w.yield, check.Job{Paths: []string{"."}})
	require.NoError(t, err)
	require.Equal(t, []string{
		"README.md:1:6 no-file docs/gone.md",
		"README.md:1:16 bad-status http://a.site/y",
		"docs/guide.md:1:6 bad-status http://a.site/y",
	}, told(r))
	require.Equal(t, 2, r.Documents)
	require.Equal(t, 7, r.Links)
	require.Equal(t, 2, r.URLs)
	require.Equal(t, 3, r.Broken())
	require.Equal(t, []string{
		"list .", "list docs", "read README.md", "read docs/guide.md",
		"get http://a.site/x", "head http://a.site/y", "get http://a.site/y",
	}, w.asked, "each directory, document and URL is asked for once")
}

func TestOfflineNoServerIsAsked(t *testing.T) {
	t.Parallel()
	w := &world{documents: map[string]check.Document{"a.md": doc("http://a.site/", "b.md")}}
	r, err := check.Links(w.yield, check.Job{Paths: []string{"."}, Offline: true})
	require.NoError(t, err)
	require.Equal(t, []string{"a.md:1:6 no-file b.md"}, told(r))
	require.Equal(t, 1, r.Skipped)
	require.Equal(t, []string{"list .", "read a.md"}, w.asked)
}

func TestWhatIsExcludedIsNeitherReadNorAskedFor(t *testing.T) {
	t.Parallel()
	w := &world{documents: map[string]check.Document{
		"a.md":            doc("gone.md", "http://a.site/old/1", "other.md"),
		"vendor/b.md":     doc("gone.md"),
		"docs/CHANGES.md": doc("gone.md"),
	}}
	job := check.Job{Paths: []string{"."}}
	for _, s := range []string{"vendor", "docs/*", "http://a.site/old/*", "/^other/"} {
		p, err := check.ParsePattern(s)
		require.NoError(t, err)
		job.Exclude = append(job.Exclude, p)
	}
	r, err := check.Links(w.yield, job)
	require.NoError(t, err)
	require.Equal(t, []string{"a.md:1:1 no-file gone.md"}, told(r))
	require.Equal(t, 2, r.Skipped)
	require.Equal(t, []string{"list .", "list docs", "read a.md"}, w.asked)
}

func TestAPatternThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "/(/"} {
		_, err := check.ParsePattern(s)
		require.Error(t, err, s)
	}
}

func TestAnInterruptedRunReportsWhatItKnows(t *testing.T) {
	t.Parallel()
	for _, after := range []int{0, 1, 2, 3, 4, 5, 6} {
		t.Run(strconv.Itoa(after), func(t *testing.T) {
			t.Parallel()
			w := &world{
				documents: map[string]check.Document{"a.md": doc("gone.md", "http://a.site/"), "b.md": doc("gone.md")},
				pages:     map[string]any{"http://a.site/": answer(404)},
			}
			steps := 0
			yield := orchestratetest.ByHand(func(a actions.Action) (any, error) {
				if steps++; steps > after {
					return nil, fmt.Errorf("not started: %w", context.Canceled)
				}
				return w.yield(a)
			})
			r, err := check.Links(yield, check.Job{Paths: []string{"."}})
			require.NoError(t, err)
			require.True(t, r.Interrupted)
			require.Len(t, r.Findings, max(0, min(2, after-4)), "the documents are read from the fifth step on")
		})
	}
}

func TestAPathThatDoesNotExistIsAnError(t *testing.T) {
	t.Parallel()
	missing := errors.New("no such file")
	_, err := check.Links(func(actions.Action) (any, error) { return nil, missing }, check.Job{Paths: []string{"x"}})
	require.ErrorIs(t, err, missing)
}

func TestADocumentThatCannotBeReadIsAFinding(t *testing.T) {
	t.Parallel()
	w := &world{documents: map[string]check.Document{"a.md": doc(), "b.md": doc("c.md")}}
	r, err := check.Links(orchestratetest.ByHand(func(a actions.Action) (any, error) {
		if a == (check.Read{Root: "/root", Path: "a.md"}) {
			return nil, errors.New("it is on fire")
		}
		return w.yield(a)
	}), check.Job{Paths: []string{"."}})
	require.NoError(t, err)
	require.Equal(t, []string{"a.md:0:0 unreadable a.md", "b.md:1:1 no-file c.md"}, told(r))
	require.Equal(t, "it is on fire", r.Findings[0].Message)
}

func TestPeopleAreToldWhatWentWrongAndNotWhere(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	step := &executor.StepError{Path: "3.1.0", Action: actions.Now{}, Err: refused}
	require.Equal(t, "refused", check.Because(refused))
	require.Equal(t, "refused", check.Because(step))
	require.Equal(t, "refused", check.Because(&backoff.RetryError{Attempts: 1, Errs: []error{step}}))
	require.Equal(t, "3 attempts: refused", check.Because(&backoff.RetryError{
		Attempts: 3, Errs: []error{errors.New("reset"), errors.New("reset"), step},
	}))
}

func TestTheReportIsTheSameHoweverTheBranchesRun(t *testing.T) {
	t.Parallel()
	documents := map[string]check.Document{}
	pages := map[string]any{}
	for i := range 300 {
		url := fmt.Sprintf("http://h%d.site/%d", i%7, i)
		documents[fmt.Sprintf("d%d/%d.md", i%10, i)] = doc("../d0/0.md", fmt.Sprintf("%d.md", i+10), "gone.md", url, "#x")
		if i%3 > 0 {
			pages[url] = answer(200)
		}
	}
	job := check.Job{Paths: []string{"."}}
	inOrder := &world{documents: documents, pages: pages}
	want, err := check.Links(inOrder.yield, job)
	require.NoError(t, err)
	require.Equal(t, 300, want.Documents)
	require.NotEmpty(t, want.Findings)

	var mu sync.Mutex
	sideBySide := &world{documents: documents, pages: pages}
	mock := executor.Func(func(_ context.Context, a actions.Action) (any, error) {
		mu.Lock()
		defer mu.Unlock()
		return sideBySide.yield(a)
	})
	got, err := orchestrate.Run(t.Context(), orchestrate.Bind(check.Links, job), combinators.Parallelize()(mock))
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.ElementsMatch(t, inOrder.asked, sideBySide.asked)
}
