package plan

import (
	"fmt"
	"html"
	"strconv"
	"strings"
)

// HTML is the plan as a page that stands for itself, with nothing outside it and no script: the timeline of [Plan.SVG],
// the table of its steps, its critical path and its counts.
func (p *Plan) HTML() string {
	var b strings.Builder
	fmt.Fprintf(&b, page, escape(p.named(), 200), pageStyle)
	b.WriteString("<figure>\n" + p.SVG() + "</figure>\n")
	shown, hidden := p.pruned(maxPicture)
	b.WriteString("<h2>Steps</h2>\n<table>\n<tr><th>step<th>action<th>outcome<th>start<th>took<th>attempts</tr>\n")
	rows(&b, shown.Steps, 0)
	b.WriteString("</table>\n")
	if hidden > 0 {
		fmt.Fprintf(&b, "<p>%s</p>\n", more(hidden))
	}
	critical := strings.SplitN(p.CriticalPath().String(), "\n", maxPicture)
	fmt.Fprintf(&b, "<h2>Critical path</h2>\n<pre>%s</pre>\n", html.EscapeString(strings.Join(critical, "\n")))
	fmt.Fprintf(&b, "<h2>Counts</h2>\n<pre>%s</pre>\n", html.EscapeString(p.Counts().String()))
	b.WriteString("</main>\n</body>\n</html>\n")
	return b.String()
}

func rows(b *strings.Builder, steps []Step, depth int) {
	for _, s := range steps {
		outcome := s.Status.String()
		if s.Status != Done {
			outcome = ending(s.Status, s.Err)
		} else if o, ok := strings.CutPrefix(s.outcome(), " = "); ok {
			outcome = o
		}
		attempts := ""
		if n := s.Attempts(); n > 1 {
			attempts = strconv.Itoa(n)
		}
		path, what, _ := strings.Cut(s.title(false), " ")
		fmt.Fprintf(b, `<tr class="%s"><td>%s<td style="padding-left:%dem">%s<td>%s`,
			classOf(s.Status), escape(path, 60), 1+min(depth, 20), escape(what, maxPart), escape(outcome, maxPart))
		for _, number := range []string{duration(s.Start), duration(s.Took()), attempts} {
			b.WriteString(`<td class="n">` + number)
		}
		b.WriteString("</tr>\n")
		for _, inner := range s.Branches {
			rows(b, inner.Steps, depth+1)
		}
	}
}

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>%s</title>
<style>%s</style>
</head>
<body>
<main>
`

const pageStyle = `
body{margin:0;background:#fff;color:#1f2328;font:14px system-ui,sans-serif}
main{padding:16px}
figure{margin:0 -16px;overflow-x:auto}
figure svg{display:block}
h2{font-size:16px;margin:24px 0 8px}
table{border-collapse:collapse}
th,td{text-align:left;vertical-align:top;padding:2px 12px 2px 0;border-bottom:1px solid #d1d9e0;overflow-wrap:anywhere}
td,pre{font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{overflow-x:auto}
.n{text-align:right;white-space:nowrap}
.failed td{color:#b42318}
.cancelled td,.notdone td,.unfinished td{color:#59636e}
@media (prefers-color-scheme:dark){
body{background:#0d1117;color:#e6edf3}
th,td{border-color:#2a313c}
.failed td{color:#ff8f85}
.cancelled td,.notdone td,.unfinished td{color:#9198a1}
}
`
