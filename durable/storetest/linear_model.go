package storetest

import (
	"strings"

	"github.com/anishathalye/porcupine"

	"github.com/baton-go/baton/durable/store"
)

// A history of calls by many clients is linearizable if there is an order of the calls, in which each stands somewhere
// between its beginning and its end, such that their answers are those of a store that is used by one client alone.
// Every run is an object of its own: the calls that a history consists of are those of one run.

// deed is what a client does with a run.
type deed struct {
	what  string
	owner int
	// lasting says that the lease does not run out; the other leases run out at once.
	lasting bool
	// strict says that nobody else was there, so that a claim must find what is due.
	strict          bool
	epoch, revision int64
	record          int64
	// name is that of a message, or of those that are consumed, or of the last one that was seen.
	name, key string
	finish    bool
}

// outcome is what a client was told.
type outcome struct {
	unknown bool
	err     error
	found   bool // a claim that found the run, a renewal that found a lease
	view    view
}

// view is what can be seen of a run.
type view struct {
	status          store.Status
	owner           int // -1: nobody
	epoch, revision int64
	log             [linearRecords]int64 // the epoch of each record, or 0
	inbox           string               // the names of messages, each with a space behind it
}

// object is the state of a run in the model. It is comparable.
type object struct {
	view
	// due says that the run is to be claimed, or that the lease, if there is one, has run out.
	due bool
	// sent are all messages that ever came, keys all keys.
	sent, keys string
}

// model is a run as one client alone would see it. Of what a client was not told, it takes both ways.
func model(initial object) porcupine.Model {
	nondeterministic := porcupine.NondeterministicModel{
		Init: func() []any { return []any{initial} },
		Step: func(state, input, output any) []any {
			before, d, o := state.(object), input.(deed), output.(outcome)
			if o.unknown {
				after, _ := before.do(d)
				if after == before {
					return []any{before}
				}
				return []any{before, after}
			}
			if d.what == "claim" && !o.found && !d.strict {
				return []any{before} // a store may pass over a run that somebody else is at
			}
			after, want := before.do(d)
			if want != o {
				return nil
			}
			return []any{after}
		},
	}
	return nondeterministic.ToModel()
}

// do does a deed, and tells what the client must be told.
func (o object) do(d deed) (object, outcome) {
	switch d.what {
	case "claim":
		return o.claim(d)
	case "renew":
		return o.renew(d)
	case "send":
		return o.send(d)
	case "load":
		return o, outcome{found: true, view: o.view}
	}
	if err := o.allows(d); err != nil {
		return o, outcome{err: err}
	}
	switch d.what {
	case "append":
		if o.log[d.record] == 0 {
			o.log[d.record] = d.epoch
		}
	case "consume":
		o.inbox = strings.Replace(" "+o.inbox, " "+d.name+" ", " ", 1)[1:]
	case "release":
		o.revision++
		o.owner, o.status, o.due = -1, store.Waiting, false
		o.due = o.unseen(d.name)
		if d.finish {
			o.status, o.due = store.Completed, false
		}
	case "steal":
		o.revision++
		o.epoch++
		o.owner, o.status, o.due = -1, store.Pending, true
	}
	return o, outcome{}
}

// unseen tells whether a message is in the inbox that came after the one that was seen last.
func (o object) unseen(seen string) bool {
	later := o.sent
	if seen != "" {
		_, later, _ = strings.Cut(" "+o.sent, " "+seen+" ")
	}
	for name := range strings.FieldsSeq(later) {
		if strings.Contains(" "+o.inbox, " "+name+" ") {
			return true
		}
	}
	return false
}

func (o object) allows(d deed) error {
	switch {
	case o.status.Finished():
		return store.ErrFinished
	case d.epoch != 0 && (o.owner < 0 || o.epoch != d.epoch):
		return store.ErrFenced
	case (d.what == "release" || d.what == "steal") && o.revision != d.revision:
		return store.ErrChanged
	}
	return nil
}

func (o object) claim(d deed) (object, outcome) {
	if o.status.Finished() || !o.due {
		return o, outcome{}
	}
	o.owner, o.status, o.due = d.owner, store.Running, !d.lasting
	o.epoch++
	o.revision++
	return o, outcome{found: true, view: o.view}
}

func (o object) renew(d deed) (object, outcome) {
	if o.owner != d.owner {
		return o, outcome{}
	}
	o.due = !d.lasting
	return o, outcome{found: true, view: view{epoch: o.epoch, revision: o.revision}}
}

func (o object) send(d deed) (object, outcome) {
	if o.status.Finished() {
		return o, outcome{err: store.ErrFinished}
	}
	if d.key != "" && strings.Contains(" "+o.keys, " "+d.key+" ") {
		return o, outcome{}
	}
	if d.key != "" {
		o.keys += d.key + " "
	}
	o.inbox += d.name + " "
	o.sent += d.name + " "
	if o.status == store.Waiting && o.owner < 0 {
		o.due = true
	}
	return o, outcome{}
}
