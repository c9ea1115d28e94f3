package markup_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/examples/linkcheck/internal/markup"
)

func TestLinksOfHTMLAreFoundWhereTheyAre(t *testing.T) {
	t.Parallel()
	for source, want := range map[string][]string{
		`<a href="b">`:                                       {"1:10 b"},
		`<A HREF=b>`:                                         {"1:9 b"},
		"<a\n\thref = 'b'\n>":                                {"2:10 b"},
		`<a href>`:                                           {"1:4 "},
		`<a href="b" href="c">`:                              {"1:10 b"},
		`<a href="?a=1&copy=2&amp;b">`:                       {"1:10 ?a=1&copy=2&b"},
		`<a name=x>`:                                         {},
		`<area href=b><link href=c rel=icon>`:                {"1:12 b", "1:25 c"},
		`<link rel="PRECONNECT" href=c>`:                     {},
		`<img src=a srcset="b 1x, c 2x,d">`:                  {"1:10 a", "1:20 b", "1:26 c", "1:31 d"},
		`<img srcset=" a,b , c,, ">`:                         {"1:15 a,b", "1:21 c"},
		`<source src=a srcset=b><video src=c poster=d>`:      {"1:13 a", "1:22 b", "1:35 c", "1:44 d"},
		`<script src=a>"<a href=b>"</script><iframe src=c>`:  {"1:13 a", "1:48 c"},
		`<noscript><img src=a></noscript>`:                   {"1:20 a"},
		`<meta http-equiv=Refresh content="5; URL='b'">`:     {"1:35 b"},
		`<meta name=x content="url=b">`:                      {},
		`<object data=a><embed src=b><track src=c>`:          {"1:14 a", "1:27 b", "1:40 c"},
		`<svg><image xlink:href=a href=b></svg>`:             {"1:31 b", "1:24 a"},
		`<!-- <a href=b> --><textarea><a href=c></textarea>`: {},
		`<a href=b`:   {},
		`<a =href=b>`: {},
		`<form action=a><input type=image src=b>`: {"1:38 b"},
		`<a/href=b/c>`: {"1:9 b/c"},
	} {
		require.Equal(t, want, told(markup.HTML([]byte(source)).Links), "%q", source)
	}
}

func TestAnchorsOfHTMLAreNamesAndIDs(t *testing.T) {
	t.Parallel()
	d := markup.HTML([]byte(`<base href=" /x/ "><base href=y><h1 id=b>A</h1><a name="a"></a><p name=n><p id=""><p id=b>`))
	require.Equal(t, []string{"a", "b"}, d.Anchors)
	require.Equal(t, "/x/", d.Base)
}

func TestAnchorsOfHTMLThatAScriptHoldsAreFound(t *testing.T) {
	t.Parallel()
	d := markup.HTML([]byte(`<script type="application/json">{"richText":"\u003ch1 id=\"user-content-a\"\u003e` +
		`\u003cp class=\"x\" id=\"b\" id=\"c` + "</script><p>id=\\\"d\\\"</p>"))
	require.Equal(t, []string{"b", "user-content-a"}, d.Anchors)
}

func TestHostileHTMLDoesNoHarm(t *testing.T) {
	t.Parallel()
	const n = 1 << 15
	for name, source := range map[string]string{
		"deep":       strings.Repeat("<a href=x>", n),
		"one line":   strings.Repeat("<a href=x></a> ", n),
		"attributes": "<a " + strings.Repeat("a=b ", n) + "href=x>",
		"entities":   `<a href="` + strings.Repeat("&amp;&#x41;&nope;", n) + `">`,
		"candidates": `<img srcset="` + strings.Repeat("a 1x, ", n) + `">`,
		"quotes":     strings.Repeat(`<a href='`, n),
		"headings":   strings.Repeat("<h1>", n),
		"comments":   strings.Repeat("<!--", n),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := markup.HTML([]byte(source))
			require.LessOrEqual(t, len(d.Links), n)
			d = markup.NewParser().Markdown([]byte("<div>" + source + "</div>"))
			require.LessOrEqual(t, len(d.Links), n)
		})
	}
}
