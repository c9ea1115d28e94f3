package check

import (
	"cmp"
	"slices"

	"github.com/baton-go/baton/actions"
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
