package check

import (
	"errors"
	"fmt"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
)

// Job is what to check.
type Job struct {
	// Paths are files, directories, and pages by their URL.
	Paths []string
	// Root is the directory that links with a leading slash are relative to, and that no link may leave. If it is empty,
	// it is found for each path.
	Root string
	// Offline skips all that is not in a tree.
	Offline bool
	// Exclude says which documents, directories and links to leave out.
	Exclude Patterns
	// Depth is how many links to follow from a page to other pages of the same host.
	Depth int
}

// Links checks the links of a job. What is wrong with documents, links and servers is in the report; an error says that
// the job cannot be done, for instance because a path does not exist. If the run is cancelled, the report is what has
// been found out until then.
func Links(y actions.Yield, job Job) (Report, error) {
	r := &run{job: job, trees: map[string]*tree{}, known: map[string]outcome{}}
	err := r.all(y)
	if stopped(err) {
		r.report.Interrupted = true
		err = nil
	}
	r.report.sort()
	return r.report, err
}

// run is one run of the orchestration.
type run struct {
	job    Job
	trees  map[string]*tree
	known  map[string]outcome // what is known of pages that were read
	uses   []use              // the links to URLs
	report Report
}

// use is a link to a URL.
type use struct {
	source string
	Link
	url, fragment string
}

// result is what comes of one document.
type result struct {
	findings       []Finding
	uses           []use
	links, skipped int
}

func (r *run) all(y actions.Yield) error {
	pages, files := r.job.named()
	documents, err := r.walk(y, files)
	if err != nil {
		return err
	}
	results, err := each(y, "document", documents, r.document)
	r.take(results)
	if err != nil || r.job.Offline {
		return err
	}
	if err := r.crawl(y, pages); err != nil {
		return err
	}
	return r.remote(y)
}

// named are the pages, and the files and directories, that the user named.
func (j Job) named() (pages, files []string) {
	for _, p := range j.Paths {
		if IsURL(p) {
			pages = append(pages, p)
		} else {
			files = append(files, p)
		}
	}
	return pages, files
}

// IsURL tells whether a path of a job is the URL of a page.
func IsURL(path string) bool {
	path = strings.ToLower(path)
	return strings.HasPrefix(path, "http://") || strings.HasPrefix(path, "https://")
}

// take adds what came of documents to the report.
func (r *run) take(results []result) {
	for _, d := range results {
		r.report.Documents++
		r.report.Links += d.links
		r.report.Skipped += d.skipped
		r.report.Findings = append(r.report.Findings, d.findings...)
		r.uses = append(r.uses, d.uses...)
	}
}

// Because is an error as it is told to people: what went wrong, and how often it was tried, without the steps of this
// run.
func Because(err error) string {
	text := last(err).Error()
	if e, ok := errors.AsType[*backoff.RetryError](err); ok && e.Attempts > 1 {
		return fmt.Sprintf("%d attempts: %s", e.Attempts, text)
	}
	return text
}

// last is the error of the last attempt, without the step at which it happened.
func last(err error) error {
	if e, ok := errors.AsType[*backoff.RetryError](err); ok && len(e.Errs) > 0 {
		err = e.Errs[len(e.Errs)-1]
	}
	if e, ok := errors.AsType[*executor.StepError](err); ok {
		return e.Err
	}
	return err
}
