package markup_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/examples/linkcheck/internal/markup"
)

func TestLinksOfMarkdownAreFoundWhereTheyAre(t *testing.T) {
	t.Parallel()
	p := markup.NewParser()
	for source, want := range map[string][]string{
		"":                                  {},
		"[a](b)":                            {"1:1 b"},
		"x [a](b \"title\") ![i](j 'k')":    {"1:3 b", "1:18 j"},
		"[a](<b c>)":                        {"1:1 b c"},
		`[a](b\_c\\d)`:                      {`1:1 b_c\d`},
		"[a](b&amp;c&#100;)":                {"1:1 b&cd"},
		"[a](b(c)d)":                        {"1:1 b(c)d"},
		"[a]()":                             {"1:1 "},
		"[a][b] [b][] [b]\n\n[b]: c":        {"1:1 c", "1:8 c", "1:14 c"},
		"[a\nb](c)":                         {"1:1 c"},
		"line\n\n* [a](b)\n  * [c](d)":      {"3:3 b", "4:5 d"},
		"[![i](j)](k)":                      {"1:1 k", "1:2 j"},
		"![a [b](c)](d)":                    {"1:1 d"},
		"<http://a.b/c> <a@b.c>":            {"1:1 http://a.b/c", "1:16 mailto:a@b.c"},
		"http://a.b/c. www.d.e, f@g.hi":     {"1:1 http://a.b/c", "1:15 http://www.d.e", "1:24 mailto:f@g.hi"},
		"(http://a.b/c) *http://d.e*":       {"1:2 http://a.b/c", "1:17 http://d.e"},
		"> > [a](b)\n> > [c](d)":            {"1:5 b", "2:5 d"},
		"äöü [a](b) 🚀 [c](d)":               {"1:5 b", "1:14 d"},
		"\ufeff[a](b)":                      {"1:1 b"},
		"a\r\n[b](c)\r\n":                   {"2:1 c"},
		"`[a](b)`\n\n    [c](d)\n":          {},
		"```\n[a](b)\n```\n~~~\n<a href=x>": {},
		"<!-- [a](b) <a href=c> -->":        {},
		"---\na: '[b](c)'\n---\n[d](e)":     {"4:1 e"},
		"+++\na = 1\n+++\n[d](e)":           {"4:1 e"},
		"---\n[d](e)\n":                     {"2:1 e"},
		"| a |\n| - |\n| [b](c) |":          {"3:3 c"},
		"- [x] [a](b)":                      {"1:7 b"},
		"a[^1]\n\n[^1]: [b](c)":             {"3:7 c"},
		"# [a](b)":                          {"1:3 b"},
		`<a href="b">x</a>`:                 {"1:10 b"},
		"x <img\n  alt=y src=z> w":          {"2:13 z"},
		"> <div>\n> <a\n> href='b'>\n":      {"3:9 b"},
		"1. <p>\n   <a href=b>\n":           {"2:12 b"},
		"<base href=x><a href=y>":           {"1:22 y"},
		`[a](b){target=c}`:                  {"1:1 b"},
		`\[a](b)`:                           {},
		"[a](b\nc)":                         {},
	} {
		require.Equal(t, want, told(p.Markdown([]byte(source)).Links), "%q", source)
	}
}

func TestAnchorsOfMarkdownAreThoseOfGitHub(t *testing.T) {
	t.Parallel()
	p := markup.NewParser()
	for source, want := range map[string][]string{
		"# A heading":                        {"a-heading"},
		"A\nheading\n===":                    {"aheading"}, // a line break is no space
		"# A\n# A\n## A":                     {"a", "a-1", "a-2"},
		"# Größe & Maß":                      {"größe--maß"},
		"# 日本語 の 見出し":                        {"日本語-の-見出し"},
		"# 🚀 Launch":                         {"-launch"},
		"# ⚙️ Settings":                      {"\ufe0f-settings"},
		"# :rocket: Launch":                  {"rocket-launch"},
		"# `go test ./...` *now*":            {"go-test--now"},
		"# [A link](b) and ![an image](c)":   {"a-link-and", "a-link-and-"},
		"# ![logo](x) Name":                  {"-name", "name"},
		"# a <b>c</b> d":                     {"a-c-d"},
		"# a &amp; b \\* c":                  {"a--b--c"},
		"# snake_case-and.dots?!":            {"snake_case-anddots"},
		"# C++ / C#":                         {"c--c"},
		"# Title {#custom}":                  {"custom", "title-custom"},
		"<h2 align=center>\n Title\n</h2>\n": {"-title", "title"},
		"<h1>One</h1>\n\n# One":              {"one", "one-1"},
		"# One\n\n<h1>\n\n*Two*\n\n</h1>":    {"one", "two"},
		"<a name=x></a><p id='y'>":           {"x", "y"},
		"text <span id=\"z\">w</span>":       {"z"},
		"<h1>never closed":                   {"never-closed"},
		"# http://a.b/c":                     {"httpabc"},
		"#":                                  {},
		"# ٣ Ⅳ ② ﹏":                          {"٣-ⅳ--﹏"},
		"# Ünïcödé İ":                        {"ünïcödé-i\u0307"},
	} {
		got := p.Markdown([]byte(source)).Anchors
		require.ElementsMatch(t, want, got, "%q", source)
	}
}

func TestReferencesToNothingAreFound(t *testing.T) {
	t.Parallel()
	p := markup.NewParser()
	for source, want := range map[string][]string{
		"[a][b]":                        {"1:1 b"},
		"x ![a][b]":                     {"1:3 b"},
		"[some text][]":                 {"1:1 some text"},
		"[`code`][b] *[c][d]*":          {"1:1 b", "1:14 d"},
		"[a][b]\n\n[b]: c":              {},
		"[a]":                           {},
		"[a] [b]":                       {},
		"`[a][b]`":                      {},
		`\[a][b] [a\][b]`:               {},
		"a[i][j] [4][]int [x][y]z":      {},
		"[a][^1] [0][1] [-v][-x]":       {},
		"[][b] [ ][b]":                  {},
		"f(x)[a][b] [a][b][c] [a][b](c": {},
		"[[a]][b]":                      {"1:1 b"},
	} {
		require.Equal(t, want, told(p.Markdown([]byte(source)).Undefined), "%q", source)
	}
}
