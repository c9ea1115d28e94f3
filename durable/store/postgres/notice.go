package postgres

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/clocks"
)

// A notification is the name of the Store that sends it, a space, and notices in base64, since a payload is text. Its
// times are those of the server.

// longestPayload is how many bytes PostgreSQL takes, less the name and some more.
const longestPayload = 7800

// payloads are notices as notifications. A run whose name is too long is not named.
func payloads(c *clocks.Clocks, from string, notices []store.Notice) (all []string) {
	var b []byte
	flush := func() {
		if len(b) > 0 {
			all = append(all, from+" "+base64.RawStdEncoding.EncodeToString(b))
			b = b[:0]
		}
	}
	const most = longestPayload / 4 * 3
	for _, n := range notices {
		n.Due = c.Server(n.Due)
		one := appendNotice(nil, n)
		if len(one) > most {
			one = appendNotice(nil, store.Notice{Due: time.Unix(0, 0)})
		}
		if len(b)+len(one) > most {
			flush()
		}
		b = append(b, one...)
	}
	flush()
	return all
}

// freed is beyond the bits of the status.
const freed = 1 << 7

func appendNotice(b []byte, n store.Notice) []byte {
	b = binary.AppendUvarint(b, uint64(len(n.Run)))
	b = append(b, n.Run...)
	flags := byte(n.Status) << 2
	if n.Sent {
		flags |= 1
	}
	if !n.Due.IsZero() {
		flags |= 2
	}
	if n.Freed {
		flags |= freed
	}
	b = append(b, flags)
	if !n.Due.IsZero() {
		b = binary.AppendVarint(b, n.Due.UnixMicro())
	}
	if n.Freed {
		b = binary.AppendUvarint(b, uint64(len(n.Queue)))
		b = append(b, n.Queue...)
	}
	return binary.AppendVarint(b, n.Revision)
}

// readPayload reads a notification. What cannot be read is left out: anybody may send one.
func readPayload(c *clocks.Clocks, payload string) (from string, notices []store.Notice) {
	from, text, _ := strings.Cut(payload, " ")
	b, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return from, nil
	}
	for len(b) > 0 {
		length, n := binary.Uvarint(b)
		if n <= 0 || length >= uint64(len(b)-n) {
			return from, notices
		}
		b = b[n:]
		notice := store.Notice{Run: string(b[:length])}
		flags := b[length]
		b = b[length+1:]
		notice.Status, notice.Sent = store.Status(flags&^freed>>2), flags&1 != 0
		if flags&2 != 0 {
			due, n := binary.Varint(b)
			if n <= 0 {
				return from, notices
			}
			notice.Due = c.Here(time.UnixMicro(due).UTC())
			b = b[n:]
		}
		if notice.Freed = flags&freed != 0; notice.Freed {
			length, n := binary.Uvarint(b)
			if n <= 0 || length > uint64(len(b)-n) {
				return from, notices
			}
			b = b[n:]
			notice.Queue = string(b[:length])
			b = b[length:]
		}
		if notice.Revision, n = binary.Varint(b); n <= 0 {
			return from, notices
		}
		b = b[n:]
		notices = append(notices, notice)
	}
	return from, notices
}
