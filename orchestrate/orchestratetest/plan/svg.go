package plan

import (
	"fmt"
	"html"
	"strings"
)

// SVG is the timeline of the plan as a picture that stands for itself: a file with nothing outside it, to be looked at
// in any browser, in light and in dark. The orchestration is a lane and so is each branch, below the group that it is
// in. Colours tell what became of a step, a bar inside a bar is an attempt, a strong outline is the critical path, and
// the pointer on a bar shows it all.
//
// Times are in proportion, unless they are too short to be seen; a plan in which nothing takes time shows steps of
// equal length. A large one is shown as far as a picture serves.
func (p *Plan) SVG() string {
	d := &drawing{}
	d.draw(p)
	return d.String()
}

// The measures of a picture, in pixels.
const (
	margin    = 16
	laneStep  = 28 // from one lane to the next
	barHeight = 20
	character = 6.8 // of the font, on average
	leastBar  = 3
	axisLabel = 40 // what the last time on the axis takes at the right
)

// drawing is a picture being written.
type drawing struct {
	strings.Builder
	scale    *scale
	critical map[string]bool
	top      float64 // of the lanes
	marks    strings.Builder
	asides   strings.Builder
}

func (d *drawing) draw(p *Plan) {
	shown, hidden := p.pruned(maxPicture)
	root := shown.layout()
	d.scale, d.critical = newScale(root), p.critical()
	d.top = margin + 70
	lanes := height(root)
	bottom := d.top + float64(lanes*laneStep)
	notes := d.notes(shown, hidden)
	width := max(d.scale.width+axisLabel, 640) + 2*margin
	tall := bottom + 34 + float64(16*len(notes)) + margin
	name := escape(p.named(), 200)
	fmt.Fprintf(d, `<svg xmlns="http://www.w3.org/2000/svg" class="baton-plan" role="img" width="%s" height="%s" `+
		`viewBox="0 0 %s %s">`+"\n<title>%s</title>\n<style>%s</style>\n",
		number(width), number(tall), number(width), number(tall), name, style)
	fmt.Fprintf(d, `<rect class="page" width="%s" height="%s"/>`+"\n", number(width), number(tall))
	d.text("name", margin, margin+14, name)
	d.text("muted", margin, margin+34, escape(p.summary(), 200))
	d.axis(bottom)
	d.strand(root, 0)
	d.WriteString(d.marks.String() + d.asides.String())
	d.legend(bottom + 24)
	for i, note := range notes {
		d.text("muted", margin, bottom+44+float64(16*i), note)
	}
	d.WriteString("</svg>\n")
}

// notes are what is below the picture.
func (d *drawing) notes(p *Plan, hidden int) (notes []string) {
	for _, e := range p.ending() {
		notes = append(notes, escape(e.text, 160))
	}
	switch {
	case p.Took == 0:
		notes = append(notes, "No step takes time: each is drawn equally long.")
	case d.scale.wider:
		notes = append(notes, "Short times are drawn longer than in proportion.")
	}
	if hidden > 0 {
		notes = append(notes, more(hidden))
	}
	return notes
}

// height is how many lanes a strand and what is inside it take. Groups that follow each other share theirs.
func height(s strand) int {
	below := 0
	for _, step := range s.steps {
		sum := 0
		for _, b := range step.branches {
			sum += height(b)
		}
		below = max(below, sum)
	}
	return 1 + below
}

// axis writes times, and lines down from them.
func (d *drawing) axis(bottom float64) {
	last := -100.0
	for i, t := range d.scale.times {
		x := margin + d.scale.starts[i]
		label := duration(t)
		if x-last < 12+character*float64(len(label)) || d.scale.times[len(d.scale.times)-1] == 0 {
			continue
		}
		last = x
		fmt.Fprintf(d, `<line class="tick" x1="%s" y1="%s" x2="%s" y2="%s"/>`,
			number(x), number(d.top-8), number(x), number(bottom))
		d.text("muted", x, d.top-12, label)
	}
}

// strand draws the bars of a strand into a lane, and its branches into those below.
func (d *drawing) strand(s strand, lane int) {
	for _, step := range s.steps {
		next := lane + 1
		for _, b := range step.branches {
			x, right := margin+d.scale.at(b.begin), margin+d.scale.at(latest(b.end, step.end))
			rows := height(b)
			fmt.Fprintf(d, `<rect class="lane" x="%s" y="%s" width="%s" height="%s" rx="4"/>`+"\n",
				number(x), number(d.y(next)-3), number(max(right-x, leastBar)), number(float64(rows*laneStep)-2))
			d.strand(b, next)
			next += rows
		}
		d.bar(step, lane)
	}
}

func (d *drawing) y(lane int) float64 { return d.top + float64(lane*laneStep) + 4 }

// text writes a text that is escaped.
func (d *drawing) text(class string, x, y float64, text string) {
	fmt.Fprintf(d, `<text class="%s" x="%s" y="%s">%s</text>`+"\n", class, number(x), number(y), text)
}

// escape makes a text part of a picture or a page.
func escape(s string, most int) string { return html.EscapeString(cut(oneLine(s), most)) }

// number writes a coordinate.
func number(f float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0")
}
