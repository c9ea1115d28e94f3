package redis

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// A run is a hash. Its fields have names; what is not there, or is "", is no time, no parent, no queue, no owner, no
// message. Those named state, facts, input and published are packed as internal/packed says, with a checksum at their
// end. Times are microseconds since 1970 by the server's clock; but the creation, and the priority, are numbers of
// twenty digits, which are in order as strings are, since the sets that give the order compare strings.

const digits = 20

// ordered is a number as such a string: greater numbers are greater strings.
func ordered(n int64) string { return fmt.Sprintf("%0*d", digits, uint64(n)^(1<<63)) }

func parseOrdered(s string) (int64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err == nil && len(s) != digits {
		err = strconv.ErrSyntax
	}
	return int64(n ^ (1 << 63)), err
}

// priority is a priority as it is kept: the highest is the smallest string.
func priority(n int) string { return ordered(-1 - int64(n)) }

// stamp is a time as it is kept; the zero time is "".
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixMicro(), 10)
}

func parseTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err == nil && s[0] == '+' {
		err = strconv.ErrSyntax
	}
	if err != nil {
		return time.Time{}, err
	}
	return time.UnixMicro(n).UTC(), nil
}

// place is where a run stands in the order of all.
func place(created time.Time, id string) string { return ordered(created.UnixMicro()) + id }

// fieldsOf reads a hash, which a script gives as names and values in turns.
func fieldsOf(reply any) (map[string]string, error) {
	all, err := list(reply, 0)
	if err != nil || len(all)%2 != 0 {
		return nil, odd(reply)
	}
	fields := make(map[string]string, len(all)/2)
	for i := 0; i < len(all); i += 2 {
		fields[text(all[i])] = text(all[i+1])
	}
	return fields, nil
}

// reader reads fields of a run. The first that cannot be read spoils it.
type reader struct {
	id     string
	fields map[string]string
	err    error
}

func (r *reader) spoilt(what string) {
	if r.err == nil {
		r.err = corrupt(r.id, "%s cannot be read", what)
	}
}

func (r *reader) time(name string) time.Time {
	t, err := parseTime(r.fields[name])
	if err != nil {
		r.spoilt("its field " + name)
	}
	return t
}

func (r *reader) int(name string) int64 {
	n, err := strconv.ParseInt(r.fields[name], 10, 64)
	if err != nil || n < 0 || n >= mostCounted || r.fields[name][0] == '+' {
		r.spoilt("its field " + name)
		return 0
	}
	return n
}

// mostCounted is more than any number that is counted can be: so scripts, whose numbers are floats, can count.
const mostCounted = 1_000_000_000_000_000

func (r *reader) status() store.Status {
	n := r.int("status")
	if n > math.MaxUint8 {
		r.spoilt("its field status")
		return 0
	}
	return store.Status(n)
}

func (r *reader) ordered(name string) int64 {
	n, err := parseOrdered(r.fields[name])
	if err != nil {
		r.spoilt("its field " + name)
		return 0
	}
	return n
}

// unpack returns the run that a hash is. If something about it cannot be read the error says what, and the run is the
// rest.
func (s *Store) unpack(id string, fields map[string]string) (store.Run, error) {
	r := reader{id: id, fields: fields}
	if len(fields) == 0 {
		r.spoilt("its key")
	} else if _, ok := fields["flow"]; !ok {
		r.spoilt("its field flow")
	}
	run := store.Run{
		ID: id, Flow: fields["flow"], Priority: int(-1 - r.ordered("priority")), Parent: fields["parent"],
		Queue: fields["queue"], Key: fields["key"], Created: time.UnixMicro(r.ordered("created")).UTC(),
		State: store.State{
			Due: s.clocks.Here(r.time("due")), Started: r.time("started"), Finished: r.time("finished"),
			Expires: r.time("expires"),
		},
		Lease: store.Lease{Owner: fields["owner"], Epoch: r.int("epoch"), Revision: r.int("revision")},
	}
	run.Status = r.status()
	if !packed.ReadState([]byte(fields["state"]), &run.State) {
		r.spoilt("the state")
	}
	if !packed.ReadFacts([]byte(fields["facts"]), &run) {
		r.spoilt("the facts")
	}
	if !packed.ReadPayload([]byte(fields["input"]), &run.Input) {
		r.spoilt("the input")
	}
	if !packed.ReadPublished([]byte(fields["published"]), &run) {
		r.spoilt("what it published")
	}
	return run, r.err
}

// facts are what never changes about a run, packed without its input.
func facts(r store.Run) []byte {
	r.Input = store.Payload{}
	return packed.Facts(&r)
}

// input is a payload as a hash keeps it; none is "".
func input(p store.Payload) []byte {
	if p.Codec == "" && p.Data == nil {
		return nil
	}
	return packed.Payload(p)
}

// published is what a run tells about itself, as a hash keeps it.
func published(data []byte) []byte {
	if data == nil {
		return nil
	}
	return packed.Published(data)
}
