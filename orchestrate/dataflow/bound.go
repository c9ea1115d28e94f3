package dataflow

import "github.com/baton-go/baton/actions"

// bound is a node that has ports where it stands in a flow.
type bound struct {
	node  ported
	label string
	ports []port
	in    []input
	from  [][]origin // where the inputs come from
	out   []port
	// unsure says that something that it requires may not be there.
	unsure bool
	skip   bool // whether it is skipped if something is not
	// counts is how many steps are done when it is: none of a flow, whose steps count themselves.
	counts int
}

func (b *bound) exec(y actions.Yield, r *run, fr *frame) (any, bool, error) {
	if b.unsure {
		if i := lacks(b.in, fr); i >= 0 {
			return b.missing(y, r, fr, i)
		}
	}
	if b.label != "" {
		r.tell(Started, b.label, nil)
	}
	raw, err := b.node.exec(y, r, fr, b.in)
	if err != nil {
		err = within(b.label, err)
		if b.label != "" {
			r.tell(Failed, b.label, err)
		}
		return nil, true, err
	}
	if b.label != "" {
		r.tell(Finished, b.label, nil)
	}
	r.count(y, b.counts, b.label)
	return raw, true, nil
}

// lacks is the first required input without a value, or -1.
func lacks(in []input, fr *frame) int {
	for i := range in {
		if in[i].required && in[i].value(fr) == nil {
			return i
		}
	}
	return -1
}

func (b *bound) missing(y actions.Yield, r *run, fr *frame, i int) (any, bool, error) {
	err := failed(ErrMissing, b.label, missing(b.ports[i].name, fr.visible()))
	if !b.skip {
		r.tell(Failed, b.label, err)
		return nil, true, err
	}
	r.skip(y, b.label, b.node.steps(), err)
	return nil, false, nil
}

func (b *bound) spread(raw any, into []any, at []int32) error {
	if err := b.node.spread(raw, into, at); err != nil {
		return failed(ErrMap, b.label, err)
	}
	return nil
}

func (b *bound) outputs() []port { return b.out }

func (b *bound) certain() bool { return !b.unsure || !b.skip }
