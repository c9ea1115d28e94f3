// Package check decides which links are dead. It is pure: it asks for what it needs to know through actions, and every
// rule about links is in it.
//
//	report, err := orchestrate.Run(ctx, orchestrate.Bind(check.Links, check.Job{Paths: []string{"docs"}}), exec)
//
// The run has three parts. [Links] walks the trees for documents (walk.go). It reads each document and judges the links
// that stay within a tree, against the listings of directories and the anchors of other documents (document.go,
// local.go). Then it asks for every distinct URL once, follows where it redirects, and judges all links to it
// (remote.go, ask.go, answer.go). Pages that were named by their URL are read and crawled before that (crawl.go).
//
// How many files and URLs are open at once, how often they are tried, how fast, and which answers are remembered is
// nothing that this package knows: see package policy.
package check
