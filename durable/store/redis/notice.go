package redis

import (
	"strconv"
	"strings"

	"github.com/baton-go/baton/durable/store"
)

// told tells those who watch here what a script has told the others.
func (s *Store) told(notices any) { s.hub.Tell(s.readNotices(text(notices))...) }

// readTold reads what came on the channel: the name of the Store that made the change, a space, and notices.
func (s *Store) readTold(payload string) (from string, notices []store.Notice) {
	from, rest, _ := strings.Cut(payload, " ")
	return from, s.readNotices(rest)
}

// readNotices reads notices, as scripts write them. What cannot be read is left out: anybody may publish something.
func (s *Store) readNotices(rest string) (all []store.Notice) {
	for rest != "" {
		var fields [4]string
		for i := range fields {
			fields[i], rest, _ = strings.Cut(rest, " ")
		}
		var run string
		var ok bool
		if run, rest, ok = cutSized(rest); !ok {
			return all
		}
		status, err := strconv.ParseUint(fields[0], 10, 8)
		if err != nil {
			return all
		}
		due, err := parseTime(fields[1])
		if err != nil {
			return all
		}
		revision, err := strconv.ParseInt(fields[3], 10, 64)
		if err != nil {
			return all
		}
		n := store.Notice{
			Run: run, Status: store.Status(status), Due: s.clocks.Here(due), Sent: fields[2] == "sent",
			Revision: revision, Freed: fields[2] == "freed",
		}
		if n.Freed {
			if n.Queue, rest, ok = cutSized(rest); !ok {
				return all
			}
		}
		all = append(all, n)
	}
	return all
}

// cutSized cuts off a string that stands behind its size.
func cutSized(s string) (first, rest string, ok bool) {
	size, rest, _ := strings.Cut(s, ":")
	length, err := strconv.Atoi(size)
	if err != nil || length < 0 || length > len(rest) {
		return "", "", false
	}
	return rest[:length], rest[length:], true
}
