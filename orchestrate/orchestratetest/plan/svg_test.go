package plan_test

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate/orchestratetest/plan"
)

func TestPlansArePicturesAndPages(t *testing.T) {
	t.Parallel()
	for name, p := range plans(t) {
		golden(t, name+".svg", p.SVG())
	}
	golden(t, "retried.html", retried(t).HTML())
	golden(t, "hostile.html", hostile(t).HTML())
}

// picture is an SVG, taken apart.
type picture struct {
	elements []xml.StartElement
	texts    []string
}

func parse(t require.TestingT, svg string) (p picture) {
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return p
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			p.elements = append(p.elements, token.Copy())
		case xml.CharData:
			p.texts = append(p.texts, string(token))
		case xml.Comment, xml.ProcInst, xml.Directive:
			require.Fail(t, "not part of a picture", "%s", token)
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func TestAPictureStandsForItself(t *testing.T) {
	t.Parallel()
	for name, p := range plans(t) {
		svg := p.SVG()
		require.Equal(t, 1, strings.Count(svg, "://"), "nothing but its namespace: %s", name)
		for _, e := range parse(t, svg).elements {
			require.Contains(t, []string{"svg", "title", "style", "rect", "line", "circle", "text", "g"}, e.Name.Local)
			for _, a := range e.Attr {
				require.Contains(t, []string{
					"xmlns", "class", "role", "width", "height", "viewBox", "x", "y", "x1", "x2", "y1", "y2", "rx", "cx", "cy",
					"r",
				}, a.Name.Local, name)
			}
		}
	}
}

func TestAPageStandsForItselfAndHasNoScript(t *testing.T) {
	t.Parallel()
	for name, p := range plans(t) {
		seen := map[string]bool{}
		d := html.NewTokenizer(strings.NewReader(p.HTML()))
		for d.Next() != html.ErrorToken {
			token := d.Token()
			if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
				continue
			}
			seen[token.Data] = true
			for _, a := range token.Attr {
				require.NotContains(t, []string{"href", "src", "srcset", "action", "data", "background"}, a.Key, name)
				require.False(t, strings.HasPrefix(a.Key, "on"), name)
			}
		}
		require.ErrorIs(t, d.Err(), io.EOF)
		for _, tag := range []string{"script", "link", "img", "iframe", "object", "a", "form"} {
			require.False(t, seen[tag], "%s has a <%s>", name, tag)
		}
		require.True(t, seen["svg"] && seen["table"])
		require.Contains(t, p.HTML(), `content="default-src 'none'; style-src 'unsafe-inline'"`)
		require.NotContains(t, strings.Replace(p.HTML(), "http://www.w3.org/2000/svg", "", 1), "://")
	}
}

func TestThePointerShowsItAll(t *testing.T) {
	t.Parallel()
	texts := parse(t, retried(t).SVG()).texts
	require.Contains(t, texts, `4.0.0.0.0 plan_test.Pay{Ref: "ref-SK 12", Cents: 99} = "receipt 9"`+
		"\nfrom 1h0m3s to 1h0m11s: 8s"+
		"\nattempt 1: failed: card declined  (2s)\nattempt 2: failed: card declined  (2s)\nattempt 3: done  (2s)")
	texts = parse(t, hostile(t).SVG()).texts
	require.Contains(t, strings.Join(texts, ""), "<script>alert(1)</script>", "as text")
}

func TestColoursTellWhatBecameOfAStep(t *testing.T) {
	t.Parallel()
	classes := func(p *plan.Plan) (all []string) {
		for _, e := range parse(t, p.SVG()).elements {
			if c := attr(e, "class"); e.Name.Local == "g" || strings.HasPrefix(c, "try ") {
				all = append(all, c)
			}
		}
		return slices.DeleteFunc(all[:len(all)-7], func(c string) bool { return c == "" }) // without the legend
	}
	got := classes(retried(t))
	require.Contains(t, got, "retried critical")
	require.Contains(t, got, "wait critical")
	require.Contains(t, got, "cancelled")
	require.Contains(t, got, "group")
	require.Contains(t, got, "aside")
	require.Contains(t, got, "try failed")
	require.Contains(t, got, "try done")
	undone := plan.DryWith(t.Context(), trip(), samples(), plan.Config{Duration: slowPay})
	require.Contains(t, classes(undone), "failed")
}

func TestBarsOfALaneDoNotOverlap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		flow := drawn(t, 3)
		two := func(actions.Action) time.Duration { return 2 }
		requireTidy(t, plan.DryWith(t.Context(), flow, plan.Zero(), plan.Config{Duration: two}).SVG())
	})
}

func requireTidy(t require.TestingT, svg string) {
	all := parse(t, svg).elements
	width := coordinate(t, all[0], "width")
	lanes := map[float64][][2]float64{}
	for i, e := range all {
		if e.Name.Local != "rect" || all[i-1].Name.Local != "title" || all[i-2].Name.Local != "g" {
			continue
		}
		x, w := coordinate(t, e, "x"), coordinate(t, e, "width")
		require.GreaterOrEqual(t, x, 0.0)
		require.LessOrEqual(t, x+w, width)
		require.Positive(t, w)
		y := coordinate(t, e, "y")
		lanes[y] = append(lanes[y], [2]float64{x, x + w})
	}
	for y, bars := range lanes {
		slices.SortFunc(bars, func(a, b [2]float64) int { return int(math.Copysign(1, a[0]-b[0])) })
		for i := 1; i < len(bars); i++ {
			require.LessOrEqual(t, bars[i-1][1], bars[i][0]+0.1, "in the lane at %v", y)
		}
	}
}

func coordinate(t require.TestingT, e xml.StartElement, name string) float64 {
	f, err := strconv.ParseFloat(attr(e, name), 64)
	require.NoError(t, err)
	return f
}

func TestPicturesOfAnySize(t *testing.T) {
	t.Parallel()
	large, empty := long(t), plan.Dry(t.Context(), waiting(""), plan.Zero())
	for _, p := range []*plan.Plan{
		large, empty,
		{},
		plan.Dry(t.Context(), waiting("", math.MaxInt64), plan.Zero()),
		plan.DryWith(t.Context(), nest, plan.Zero(), plan.Config{MaxSteps: 500}),
	} {
		requireTidy(t, p.SVG())
		require.Less(t, len(p.HTML()), 1_000_000)
	}
	require.Contains(t, large.SVG(), "… 3100 more steps not shown")
	require.NotContains(t, large.SVG(), "No step takes time", "it ends with what is shown")
	many := plan.Dry(t.Context(), waiting("", make([]time.Duration, 20)...), plan.Zero()).SVG()
	require.Contains(t, many, `width="1172" height=`, "as wide as a picture in time")
	require.Contains(t, large.HTML(), "<p>… 3100 more steps not shown</p>")
}
