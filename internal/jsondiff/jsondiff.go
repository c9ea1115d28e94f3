// Package jsondiff says in what two JSON texts differ.
package jsondiff

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Lines lists the fields in which two JSON texts differ: "Cents: recorded 250, got 300". What is no JSON is compared as
// text, and no text at all is nothing.
func Lines(recorded, got json.RawMessage) []string {
	d := &differ{}
	d.value("", tree(recorded), tree(got))
	return d.lines
}

// missing is what is not there.
type missing struct{}

func tree(text json.RawMessage) any {
	if len(text) == 0 {
		return missing{}
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return string(text)
	}
	return v
}

type differ struct{ lines []string }

func (d *differ) value(name string, recorded, got any) {
	switch r := recorded.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			d.object(name, r, g)
			return
		}
	case []any:
		if g, ok := got.([]any); ok {
			d.list(name, r, g)
			return
		}
	default:
		if recorded == got { // comparable, or of different types
			return
		}
	}
	if name != "" {
		name += ": "
	}
	d.lines = append(d.lines, name+"recorded "+text(recorded)+", got "+text(got))
}

func (d *differ) object(name string, recorded, got map[string]any) {
	all := maps.Clone(recorded)
	maps.Copy(all, got)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		d.value(join(name, key), member(recorded, key), member(got, key))
	}
}

func member(object map[string]any, key string) any {
	if v, ok := object[key]; ok {
		return v
	}
	return missing{}
}

func (d *differ) list(name string, recorded, got []any) {
	for i := range max(len(recorded), len(got)) {
		r, g := any(missing{}), any(missing{})
		if i < len(recorded) {
			r = recorded[i]
		}
		if i < len(got) {
			g = got[i]
		}
		d.value(name+"["+strconv.Itoa(i)+"]", r, g)
	}
}

func text(v any) string {
	if v == (missing{}) {
		return "nothing"
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func join(name, field string) string {
	if name == "" {
		return field
	}
	return name + "." + field
}
