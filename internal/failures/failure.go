package failures

import (
	"encoding/json"
	"maps"
	"slices"
)

// Failure is an error as data. Its fields are those of format 1 of cassettes, and of the journal's records: they keep
// their names and meanings for ever, and new ones are left out where they are empty.
type Failure struct {
	Text string `json:"text"`
	// Is names the sentinels that it wraps; As holds what it wraps of registered types, by name. What a type that holds
	// errors itself wraps stands there, and not here again.
	Is         []string                   `json:"is,omitempty"`
	As         map[string]json.RawMessage `json:"as,omitempty"`
	NotDone    bool                       `json:"notDone,omitempty"`
	Permanent  bool                       `json:"permanent,omitempty"`
	RetryAfter string                     `json:"retryAfter,omitempty"`
	// Panic says that it is an executor.PanicError; Text is then the panic's value, and Stack its stack.
	Panic bool   `json:"panic,omitempty"`
	Stack string `json:"stack,omitempty"`
	// Order names what is in As in the order in which it is wrapped, if that is not the order of the names.
	Order []string `json:"order,omitempty"`
	// Code and Details are what methods of these names said.
	Code    string          `json:"code,omitempty"`
	Details json.RawMessage `json:"details,omitempty"`
}

// The bounds of a failure. The rest of a text is left out, with a note; data that is too large is left out as a whole.
const (
	maxText    = 64 << 10 // bytes of the text, of the data of one kind, and of the details
	maxInner   = 8 << 10  // of the text of an error that another one holds
	maxStack   = 16 << 10
	maxCode    = 1 << 10
	maxTotal   = 256 << 10 // of everything together, roughly
	maxDepth   = 10_000    // errors that wrap one another
	maxErrors  = 100_000   // errors in all
	maxLooks   = 400_000   // at errors, while one is recorded
	maxStray   = 1000      // the same, once one is found that seems to have no end
	maxNesting = 32        // errors that hold one another
	maxList    = 4096      // errors in a field
)

// omitted is the text of an error for which there was no room.
const omitted = "…"

// Short is the failure without what may be large.
func (f *Failure) Short() *Failure {
	short := *f
	short.Text, short.As, short.Order, short.Stack, short.Details = bounded(f.Text, maxCode), nil, nil, "", nil
	return &short
}

// types are the names of what is in As, in order. What Order has no place for comes last.
func (f *Failure) types() []string {
	names := slices.Sorted(maps.Keys(f.As))
	if len(f.Order) == 0 {
		return names
	}
	places := map[string]int{}
	for i, name := range f.Order {
		places[name] = i - len(f.Order)
	}
	slices.SortStableFunc(names, func(a, b string) int { return places[a] - places[b] })
	return names
}
