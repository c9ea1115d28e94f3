// Package markup finds the links and the anchors of Markdown and HTML, with their positions.
//
// Markdown is what GitHub makes of it: CommonMark with tables, strikethrough, bare URLs, task lists and footnotes, with
// raw HTML, and with an anchor for every heading. HTML is taken as it comes: a tokenizer reads it and no tree is built,
// so that nothing about it can make this slow or large.
package markup
