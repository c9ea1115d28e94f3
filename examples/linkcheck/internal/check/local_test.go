package check_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/examples/linkcheck/internal/check"
)

// tree is a tree with what links can refer to.
func tree(source check.Document) *world {
	return &world{
		documents: map[string]check.Document{
			"docs/source.md":  source,
			"docs/guide.md":   {Outline: check.Outline{Anchors: []string{"a", "café", "setup"}, Lines: 9}},
			"README.md":       {Outline: check.Outline{Anchors: []string{"top-level"}}},
			"docs/a b.md":     {},
			"site/index.html": {Outline: check.Outline{Anchors: []string{"x"}}},
		},
		files: []string{"src/main.go", "docs/img/logo.png", "src/deep/er/unique-name.txt"},
	}
}

func TestLinksWithinATreeAreJudged(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]struct {
		kind       check.Kind
		suggestion string
	}{
		"guide.md":                       {},
		"./guide.md#setup":               {},
		"guide.md#caf%C3%A9":             {},
		"guide.md#user-content-setup":    {},
		"guide.md#:~:text=anything":      {},
		"guide.md#setup:~:text=anything": {},
		"guide.md#TOP":                   {},
		"guide.md#/route":                {},
		"guide.md?query=1":               {},
		"?query=1":                       {},
		"#":                              {},
		"a%20b.md":                       {},
		"a b.md":                         {},
		"/README.md#top-level":           {},
		"..":                             {},
		"../":                            {},
		"/":                              {},
		"../src/":                        {},
		"../site/#x":                     {},
		"img/logo.png#whatever":          {},
		"../src/main.go#L10":             {}, // nobody said that it is text
		"../../../issues/new":            {},
		"{{ .Path }}/x.md":               {},
		"irc://host/room":                {},
		"javascript:void(0)":             {},
		"mailto:":                        {},
		"mailto:a@b.example,c@d.example?subject=x": {},
		"tel:+1(555)0100;ext=2":                    {},
		"//example.org/x":                          {},
		"http://localhost:8080/x":                  {},

		"gone.md":                 {kind: check.NoFile},
		"guid.md":                 {check.NoFile, "guide.md"},
		"guide":                   {check.NoFile, "guide.md"},
		"a%20c.md":                {check.NoFile, "a%20b.md"},
		"unique-name.txt":         {check.NoFile, "../src/deep/er/unique-name.txt"},
		"nope/unique-name.txt":    {check.NoFile, "../src/deep/er/unique-name.txt"},
		"guide.md/":               {check.NoFile, "guide.md"},
		"guide.md/x":              {kind: check.NoFile},
		"Guide.md":                {check.WrongCase, "guide.md"},
		"/Docs/IMG/logo.png":      {check.WrongCase, "img/logo.png"},
		"/Docs/IMG/none.png":      {kind: check.NoFile},
		"#nothing":                {kind: check.NoAnchor},
		"guide.md#setpu":          {check.NoAnchor, "#setup"},
		"guide.md#Setup":          {check.NoAnchor, "#setup"},
		"guide.md#L3":             {kind: check.NoAnchor},
		"guide.md?plain=1#L9":     {},
		"guide.md?plain=1#L8-9":   {},
		"guide.md?plain=1#L0":     {kind: check.NoLine},
		"guide.md?plain=1#L3-L10": {kind: check.NoLine},
		"../site/#y":              {check.NoAnchor, "#x"},
		"../src/#y":               {kind: check.NoAnchor},
		"../../x.md":              {kind: check.Outside},
		"/../x.md":                {kind: check.Outside},
		"/../../issues":           {kind: check.Outside},
		"file:///x":               {kind: check.Outside},
		`c:\x`:                    {kind: check.Outside},
		"":                        {kind: check.Empty},
		" \t\n":                   {kind: check.Empty},
		"%":                       {kind: check.BadURL},
		"a%00b":                   {kind: check.BadURL},
		"#%zz":                    {kind: check.BadURL},
		"http://":                 {kind: check.BadURL},
		"https:///x":              {kind: check.BadURL},
		"http://a b/":             {kind: check.BadURL},
		"http://[::1/":            {kind: check.BadURL},
		"mailto:nobody":           {kind: check.BadAddress},
		"mailto:a@":               {kind: check.BadAddress},
		"mailto:a@b..example":     {kind: check.BadAddress},
		"mailto:a b@c.example":    {kind: check.BadAddress},
		"tel:":                    {kind: check.BadAddress},
		"tel:one":                 {kind: check.BadAddress},
	} {
		t.Run(link, func(t *testing.T) {
			t.Parallel()
			r, err := check.Links(tree(doc(link, link)).yield, check.Job{Paths: []string{"."}})
			require.NoError(t, err)
			if want.kind == "" {
				require.Empty(t, r.Findings)
				return
			}
			require.Len(t, r.Findings, 2, "once for each of the two links")
			require.Equal(t, want.kind, r.Findings[0].Kind)
			require.Equal(t, want.suggestion, r.Findings[1].Suggestion)
			require.NotEmpty(t, r.Findings[0].Message)
		})
	}
}

func TestADocumentMayHaveAnotherBase(t *testing.T) {
	t.Parallel()
	for base, want := range map[string][]string{
		"../src/":             {"site/source.html:1:6 no-file gone.go", "site/source.html:1:11 no-index ../src"},
		"../src/page.html":    {"site/source.html:1:6 no-file gone.go", "site/source.html:1:11 no-index ../src"},
		"/src/":               {"site/source.html:1:6 no-file gone.go", "site/source.html:1:11 no-index ../src"},
		"http://a.site/b/":    {"site/source.html:1:1 bad-status main.go", "site/source.html:1:6 bad-status gone.go"},
		"{{ .Base }}":         {},
		"http://example.com/": {},
	} {
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			w := tree(check.Document{})
			source := doc("main.go", "gone.go", "../src")
			source.Base = base
			w.documents["site/source.html"] = source
			w.pages = map[string]any{
				"http://a.site/b/main.go": answer(404),
				"http://a.site/b/gone.go": answer(404),
				"http://a.site/src":       answer(200),
			}
			r, err := check.Links(w.yield, check.Job{Paths: []string{"site/source.html"}})
			require.NoError(t, err)
			require.Equal(t, want, told(r))
		})
	}
}

func TestAnUndefinedLabelIsReportedUnlessExcluded(t *testing.T) {
	t.Parallel()
	d := check.Document{Undefined: []check.Link{{Target: "label"}, {Target: "other"}}}
	other, err := check.ParsePattern("other")
	require.NoError(t, err)
	r, err := check.Links(tree(d).yield, check.Job{Paths: []string{"docs/source.md"}, Exclude: check.Patterns{other}})
	require.NoError(t, err)
	require.Equal(t, []string{"docs/source.md:0:0 no-reference label"}, told(r))
	require.Equal(t, 2, r.Links)
}
