package dataflow

import "fmt"

// Part is what a flow is made of: a node ([Step], [Workflow], [Seq], [Par], [Map], [Dispatch], [Repeat], another
// [Flow]), or a setting ([Visibility], [OnMissing], [Limit], [Overwrite], [CollectErrors], [Progress], [Takes]),
// which holds for the flow or the group that it stands in, wherever in it. Of two that say the same the last one holds.
type Part interface{ part() }

// Visibility says what a step of a flow sees, beside what the step before it returned.
type Visibility uint8

const (
	// VisibilityNone is nothing else: a step sees what the one before it returned. It is the default.
	VisibilityNone Visibility = iota
	// VisibilityInitial is the inputs of the flow. Where a step returned one of the same name, that is seen instead by
	// the next.
	VisibilityInitial
	// VisibilityAll is everything that was given to the flow, or produced in it, so far. What a later step returns
	// under a name that there is already takes its place.
	VisibilityAll
)

// String is the name in lower case.
func (v Visibility) String() string {
	switch v {
	case VisibilityNone:
		return "none"
	case VisibilityInitial:
		return "initial"
	case VisibilityAll:
		return "all"
	}
	return fmt.Sprintf("Visibility(%d)", uint8(v))
}

// Missing says what becomes of a step of which an input is missing while the flow runs.
type Missing uint8

const (
	// Fail makes it an error, [ErrMissing]. It is the default.
	Fail Missing = iota
	// Skip leaves the step out. What is visible flows on unchanged; of a group the members that can run do.
	Skip
)

type onMissing Missing

// OnMissing says what becomes of the steps of a flow of which an input is missing. With [Skip] an input that is certain
// to be missing is no error when the flow is built.
func OnMissing(m Missing) Part { return onMissing(m) }

type limit int

// Limit bounds how many functions of the steps of a flow, or of a group, are called at once, those in flows within it
// included. Each run counts for itself; to bound all runs together use combinators.Limited. What a [Workflow] yields is
// not counted. See [Steps] for where a step waits.
func Limit(n int) Part { return limit(n) }

type overwrite []string

// Overwrite lets a later member of a group give another value to the names than an earlier one did: the last one holds.
// In a flow it is for all groups of the flow.
func Overwrite(names ...string) Part { return overwrite(names) }

type collectErrors struct{}

// CollectErrors lets the members of a group, or of all groups of a flow, go on when one fails. The error holds the
// errors of all that did.
func CollectErrors() Part { return collectErrors{} }

type progress struct{}

// Progress makes a flow tell how far it is, by actions.Progress, whenever a step has ended or was skipped. Steps
// that end side by side may tell of it in any order.
func Progress() Part { return progress{} }

func (Visibility) part()    {}
func (onMissing) part()     {}
func (limit) part()         {}
func (overwrite) part()     {}
func (collectErrors) part() {}
func (progress) part()      {}

// settings is what the settings among parts say.
type settings struct {
	visibility Visibility
	skip       bool
	limit      int
	overwrite  map[string]bool
	collect    bool
	progress   bool
	takes      *takes
}

// apply takes a setting in. The error says that it makes no sense.
func (s *settings) apply(p Part) error {
	switch p := p.(type) {
	case Visibility:
		if p > VisibilityAll {
			return fmt.Errorf("there is no %s", p)
		}
		s.visibility = p
	case onMissing:
		if Missing(p) > Skip {
			return fmt.Errorf("OnMissing must be Fail or Skip, got %d", p)
		}
		s.skip = Missing(p) == Skip
	case limit:
		if p < 1 {
			return fmt.Errorf("a Limit must be at least 1, got %d", p)
		}
		s.limit = int(p)
	case overwrite:
		if s.overwrite == nil {
			s.overwrite = map[string]bool{}
		}
		for _, name := range p {
			s.overwrite[name] = true
		}
	case collectErrors:
		s.collect = true
	case progress:
		s.progress = true
	case *takes:
		s.takes = p
	default:
		return fmt.Errorf("%T is neither a node nor a setting", p)
	}
	return nil
}

// split tells the nodes among parts from the settings.
func (c *compiler) split(parts []Part, what string, flow bool) (nodes []Part, s settings) {
	for i, p := range parts {
		switch p := p.(type) {
		case nil:
			c.fail(ErrNotCallable, "", fmt.Errorf("part %d of %s is nil", i, what))
		case ported, *mapped, *repeat, chooser, seq, par:
			nodes = append(nodes, p)
		case limit, overwrite, collectErrors:
			if err := s.apply(p); err != nil {
				c.fail(ErrSetting, "", err)
			}
		default:
			if !flow {
				c.fail(ErrSetting, "", fmt.Errorf("%T in %s is a setting of flows", p, what))
			} else if err := s.apply(p); err != nil {
				c.fail(ErrSetting, "", err)
			}
		}
	}
	return nodes, s
}
