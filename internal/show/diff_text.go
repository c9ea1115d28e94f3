package show

import (
	"fmt"
	"reflect"
	"strconv"
	"unicode/utf8"

	"github.com/baton-go/baton/actions"
)

// How much of a long text is shown around the first difference, before it and after.
const (
	textBefore = 20
	textAfter  = 60
)

// texts says where two values differ that are texts, if they are long.
func (d *differ) texts(path string, want, got reflect.Value, w, g string) {
	if len(w) <= textBefore+textAfter && len(g) <= textBefore+textAfter {
		d.whole(path, want, got)
		return
	}
	at := 0
	for at < min(len(w), len(g)) && w[at] == g[at] {
		at++
	}
	d.add(path, around(w, at), fmt.Sprintf("%s (from byte %d)", around(g, at), at))
}

// around is a part of a text, quoted.
func around(text string, at int) string {
	from, to := max(0, at-textBefore), min(len(text), at+textAfter)
	for from > 0 && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	part := fmt.Sprintf("%q", text[from:to])
	if from > 0 {
		part = "…" + part
	}
	if to < len(text) {
		part += "…"
	}
	return part
}

// groups compares two groups: flows equal flows.
func (d *differ) groups(path string, want, got actions.Group) {
	if want.Mode != got.Mode {
		d.add(join(path, "Mode"), want.Mode.String(), got.Mode.String())
	}
	if want.Scope != got.Scope {
		d.add(join(path, "Scope"), fmt.Sprintf("%q", want.Scope), fmt.Sprintf("%q", got.Scope))
	}
	if w, g := len(want.Branches), len(got.Branches); w != g {
		d.add(join(path, "Branches"), strconv.Itoa(w), strconv.Itoa(g))
	}
	for i := range min(len(want.Branches), len(got.Branches)) {
		at := fmt.Sprintf("%s[%d]", join(path, "Branches"), i)
		w, g := want.Branches[i], got.Branches[i]
		if w.Leaf == nil || g.Leaf == nil {
			if (w.Leaf == nil) != (g.Leaf == nil) {
				d.add(at, branch(w), branch(g))
			}
			continue
		}
		d.value(at, settle(reflect.ValueOf(w.Leaf)), settle(reflect.ValueOf(g.Leaf)))
	}
}

func branch(b actions.Branch) string {
	if b.Leaf == nil {
		return "flow"
	}
	return Action(b.Leaf)
}
