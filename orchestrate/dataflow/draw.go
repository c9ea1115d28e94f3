package dataflow

import (
	"fmt"
	"strings"
)

// Mermaid draws the flow as a flowchart in Mermaid's language, which Markdown on many sites shows: steps, groups and
// flows as boxes around them, and arrows with the names of what goes along. Of a flow of more than 2000 steps it draws
// as many.
func (f *Flow) Mermaid() string {
	p := f.picture()
	var b strings.Builder
	b.WriteString("flowchart TB\n")
	p.root.mermaid(&b, "  ")
	for _, e := range p.edges {
		arrow := "-- %s -->"
		if e.dotted {
			arrow = "-. %s .->"
		}
		fmt.Fprintf(&b, "  %s "+arrow+" %s\n", e.from.id, mermaidText(e.label()), e.to.id)
	}
	return b.String()
}

func (in *box) mermaid(b *strings.Builder, indent string) {
	for _, s := range in.spots {
		open, end := "[", "]"
		switch s.shape {
		case anEnd:
			open, end = "([", "])"
		case aChoice:
			open, end = "{", "}"
		case aStep:
		}
		fmt.Fprintf(b, "%s%s%s%s%s\n", indent, s.id, open, mermaidText(s.text), end)
	}
	for _, inner := range in.boxes {
		title := inner.title
		if title == "" {
			title = " "
		}
		fmt.Fprintf(b, "%ssubgraph %s [%s]\n", indent, inner.id, mermaidText(title))
		inner.mermaid(b, indent+"  ")
		fmt.Fprintf(b, "%send\n", indent)
	}
}

var mermaidEscapes = strings.NewReplacer(
	`"`, "#quot;", "#", "#35;", "<", "#lt;", ">", "#gt;", "&", "#amp;", "`", "#96;",
)

func mermaidText(text string) string { return `"` + mermaidEscapes.Replace(text) + `"` }

// DOT draws the flow in the language of Graphviz: dot -Tsvg. It shows what [Flow.Mermaid] does.
func (f *Flow) DOT() string {
	p := f.picture()
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n  node [shape=box]\n", dotText(p.name))
	p.root.dot(&b, "  ")
	for _, e := range p.edges {
		style := ""
		if e.dotted {
			style = ", style=dotted"
		}
		fmt.Fprintf(&b, "  %s -> %s [label=%s%s]\n", e.from.id, e.to.id, dotText(e.label()), style)
	}
	b.WriteString("}\n")
	return b.String()
}

func (in *box) dot(b *strings.Builder, indent string) {
	for _, s := range in.spots {
		shape := ""
		switch s.shape {
		case anEnd:
			shape = ", shape=oval"
		case aChoice:
			shape = ", shape=diamond"
		case aStep:
		}
		fmt.Fprintf(b, "%s%s [label=%s%s]\n", indent, s.id, dotText(s.text), shape)
	}
	for _, inner := range in.boxes {
		fmt.Fprintf(b, "%ssubgraph cluster_%s {\n%s  label=%s\n", indent, inner.id, indent, dotText(inner.title))
		inner.dot(b, indent+"  ")
		fmt.Fprintf(b, "%s}\n", indent)
	}
}

var dotEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func dotText(text string) string { return `"` + dotEscapes.Replace(text) + `"` }
